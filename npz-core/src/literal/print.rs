//! Strings as Python prints them.

use super::printable::is_printable;

/// The text as Python's `repr` prints a string.
pub(crate) fn repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        let code = u32::from(c);
        let escape = match c {
            '\n' => "\\n".to_owned(),
            '\r' => "\\r".to_owned(),
            '\t' => "\\t".to_owned(),
            '\\' => "\\\\".to_owned(),
            _ if c == quote => format!("\\{quote}"),
            _ if is_printable(c) => {
                out.push(c);
                continue;
            }
            _ if code <= 0xff => format!("\\x{code:02x}"),
            _ if code <= 0xffff => format!("\\u{code:04x}"),
            _ => format!("\\U{code:08x}"),
        };
        out.push_str(&escape);
    }
    out.push(quote);
    out
}

/// A piece of a file's text for an error message.
pub(crate) fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        None => repr(text),
        Some((end, _)) => format!("{}...", repr(&text[..end])),
    }
}
