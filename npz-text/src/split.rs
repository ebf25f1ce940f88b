//! From a line to its fields, by the rules of `loadtxt` and of `genfromtxt`.

use std::borrow::Cow;

use memchr::{memchr, memmem};

use crate::options::Delimiter;

/// How rows are made of text.
#[derive(Clone, Debug)]
pub(crate) enum Splitter {
    /// `np.loadtxt`: `None` stands for white space.
    LoadTxt { delimiter: Option<char>, comments: Vec<String>, quote: Option<char> },
    /// `np.genfromtxt`
    GenFromTxt { delimiter: Delimiter, comment: Option<String>, autostrip: bool },
}

/// The blanks of Python.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

/// A text without the blanks around it.
pub(crate) fn strip(text: &str) -> &str {
    // Most cells have none, and are of ASCII.
    match text.as_bytes() {
        [] => text,
        [first, .., last] | [first @ last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim_matches(is_space),
    }
}

impl Splitter {
    /// Whether a row may go on in the next line.
    pub(crate) fn has_quotes(&self) -> bool {
        matches!(self, Self::LoadTxt { quote: Some(_), .. })
    }

    /// Splits the row at the start of a text; gives the bytes that it takes, with its end. No fields: it is blank.
    ///
    /// `None` if the text ends inside of quotes and is not the last. Of a row that has more fields than `most`, one more is given:
    /// a field takes up to 24 times as much memory as its text.
    pub(crate) fn row<'t>(
        &self,
        text: &'t str,
        is_last: bool,
        most: usize,
        fields: &mut Vec<Cow<'t, str>>,
    ) -> Option<usize> {
        fields.clear();
        let most = most.saturating_add(1);
        if let Self::LoadTxt { delimiter, comments, quote: Some(quote) } = self {
            let comment = comments.first().and_then(|text| text.chars().next());
            return quoted_row(text, *delimiter, comment, *quote, is_last, most, fields);
        }
        let end = memchr(b'\n', text.as_bytes());
        let line = &text[..end.unwrap_or(text.len())];
        match self {
            Self::LoadTxt { delimiter, comments, .. } => {
                let line = comments.iter().fold(line, |line, comment| before(line, comment));
                match delimiter {
                    None => words(line, most, fields),
                    Some(_) if line.is_empty() => {}
                    Some(delimiter) => fields.extend(line.split(*delimiter).take(most).map(Cow::Borrowed)),
                }
            }
            Self::GenFromTxt { delimiter, comment, autostrip } => {
                let content = comment.as_ref().map_or(line, |comment| before(line, comment));
                let is_commented = content.len() < line.len();
                match delimiter {
                    Delimiter::Whitespace => words(content, most, fields),
                    Delimiter::Text(delimiter) => {
                        let content = content.trim_matches([' ', '\r', '\n']);
                        if !content.is_empty() {
                            pieces(content, delimiter, most, fields);
                        }
                    }
                    Delimiter::Width(width) => {
                        let mut rest = content;
                        while !rest.is_empty() && fields.len() < most {
                            fields.push(Cow::Borrowed(take_chars(&mut rest, *width)));
                        }
                    }
                    Delimiter::Widths(_) if is_commented && content.is_empty() => {}
                    Delimiter::Widths(widths) => {
                        let mut rest = content;
                        fields
                            .extend(widths.iter().map(|width| Cow::Borrowed(take_chars(&mut rest, *width))));
                    }
                }
                if *autostrip {
                    for field in fields.iter_mut() {
                        if let Cow::Borrowed(text) = field {
                            *field = Cow::Borrowed(strip(text));
                        }
                    }
                }
            }
        }
        Some(end.map_or(text.len(), |end| end + 1))
    }
}

/// What stands before a comment.
fn before<'t>(line: &'t str, comment: &str) -> &'t str {
    memmem::find(line.as_bytes(), comment.as_bytes()).map_or(line, |at| &line[..at])
}

/// What stands between delimiters. A `str` would be searched for as if it were long.
fn pieces<'t>(line: &'t str, delimiter: &str, most: usize, fields: &mut Vec<Cow<'t, str>>) {
    let mut chars = delimiter.chars();
    match (chars.next(), chars.next()) {
        (Some(one), None) => fields.extend(line.split(one).take(most).map(Cow::Borrowed)),
        _ => fields.extend(line.split(delimiter).take(most).map(Cow::Borrowed)),
    }
}

fn words<'t>(line: &'t str, most: usize, fields: &mut Vec<Cow<'t, str>>) {
    if line.is_ascii() {
        let is_blank = |byte: u8| matches!(byte, b' ' | b'\t'..=b'\r' | 0x1c..=0x1f);
        fields.extend(
            line.split(|c: char| is_blank(c as u8))
                .filter(|word| !word.is_empty())
                .take(most)
                .map(Cow::Borrowed),
        );
    } else {
        fields.extend(line.split(is_space).filter(|word| !word.is_empty()).take(most).map(Cow::Borrowed));
    }
}

/// Takes the first characters of a text.
fn take_chars<'t>(text: &mut &'t str, count: usize) -> &'t str {
    // No more is looked at than is taken: a line may have a million fields.
    let end = match text.as_bytes().get(..count) {
        Some(head) if head.is_ascii() => count,
        _ => text.char_indices().nth(count).map_or(text.len(), |(at, _)| at),
    };
    let (head, rest) = text.split_at(end);
    *text = rest;
    head
}

/// A row of `loadtxt` with `quotechar`. A quote counts where a field begins; two in a quoted field stand for one, and what
/// follows the closing one belongs to the field. One that is never closed runs to the end of the text.
fn quoted_row<'t>(
    text: &'t str,
    delimiter: Option<char>,
    comment: Option<char>,
    quote: char,
    is_last: bool,
    most: usize,
    fields: &mut Vec<Cow<'t, str>>,
) -> Option<usize> {
    let is_end = |c: char| {
        c == '\n' || Some(c) == comment || delimiter.map_or_else(|| is_space(c), |delimiter| c == delimiter)
    };
    let mut at = 0;
    let mut has_quotes = false;
    loop {
        if delimiter.is_none() {
            at += text[at..].find(|c: char| !is_space(c) || c == '\n').unwrap_or(text.len() - at);
        }
        let mut field = Cow::Borrowed("");
        let is_quoted = text[at..].starts_with(quote);
        if is_quoted {
            has_quotes = true;
            at += quote.len_utf8();
            loop {
                let Some(len) = text[at..].find(quote) else {
                    if !is_last {
                        return None;
                    }
                    field += &text[at..];
                    at = text.len();
                    break;
                };
                let close = at + len + quote.len_utf8();
                if text[close..].starts_with(quote) {
                    field += &text[at..close];
                    at = close + quote.len_utf8();
                } else if close == text.len() && !is_last {
                    return None;
                } else {
                    field += &text[at..at + len];
                    at = close;
                    break;
                }
            }
        }
        let len = text[at..].find(is_end).unwrap_or(text.len() - at);
        field += &text[at..at + len];
        at += len;
        let end = text[at..].chars().next();
        let goes_on = end.is_some_and(|c| c != '\n' && Some(c) != comment);
        // White space before the end of the line is no field.
        if is_quoted || !field.is_empty() || (delimiter.is_some() && (goes_on || !fields.is_empty())) {
            fields.push(field);
        }
        if fields.len() == most {
            return Some(at);
        }
        if goes_on {
            at += end.map_or(0, char::len_utf8);
            if delimiter.is_some() || at < text.len() {
                continue;
            }
        }
        let end = memchr(b'\n', &text.as_bytes()[at..]);
        // A row in one line is whole only if its end was seen: with quotes a batch may end anywhere.
        if end.is_none() && !is_last && has_quotes {
            return None;
        }
        return Some(end.map_or(text.len(), |end| at + end + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(splitter: &Splitter, mut text: &str) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        let mut fields = Vec::new();
        while !text.is_empty() {
            let len = splitter.row(text, true, 1000, &mut fields).unwrap();
            assert!(len > 0);
            rows.push(fields.iter().map(ToString::to_string).collect());
            text = &text[len..];
        }
        rows
    }

    fn load(delimiter: Option<char>, quote: Option<char>) -> Splitter {
        Splitter::LoadTxt { delimiter, comments: vec!["#".to_owned()], quote }
    }

    #[test]
    fn fields_of_loadtxt() {
        let comma = load(Some(','), None);
        assert_eq!(
            rows(&comma, "1, 2,#3\n\n#\n  \n,"),
            [vec!["1", " 2", ""], vec![], vec![], vec!["  "], vec!["", ""]]
        );
        let blank = load(None, None);
        assert_eq!(rows(&blank, " 1 \u{a0}2\u{3000}# 3\n \t\n"), [vec!["1", "2"], vec![]]);
    }

    #[test]
    fn quotes_hold_what_would_end_a_field() {
        let comma = load(Some(','), Some('"'));
        assert_eq!(rows(&comma, "\"a,\"\"#\nb\"c,d\n\"\"\n"), [vec!["a,\"#\nbc", "d"], vec![""]]);
        assert_eq!(rows(&comma, "1,a\"b,\"open, #\n"), [["1", "a\"b", "open, #\n"]]);
        assert_eq!(comma.row("1,\"2", false, 9, &mut Vec::new()), None);
        assert_eq!(comma.row("1,\"2\"", false, 9, &mut Vec::new()), None);
        let blank = load(None, Some('\''));
        assert_eq!(
            rows(&blank, "'a b'  2 \n \n'x'\n 1 '' # "),
            [vec!["a b", "2"], vec![], vec!["x"], vec!["1", ""]]
        );
    }

    #[test]
    fn fields_of_genfromtxt() {
        let gen_from = |delimiter, autostrip| Splitter::GenFromTxt {
            delimiter,
            comment: Some("#".to_owned()),
            autostrip,
        };
        assert_eq!(rows(&gen_from(";;".into(), true), " 1 ;; 2#;;\n  \n"), [vec!["1", "2"], vec![]]);
        assert_eq!(rows(&gen_from(3.into(), false), "  1ö2345\n\n"), [vec!["  1", "ö23", "45"], vec![]]);
        let widths = gen_from([2, 3].into(), false);
        assert_eq!(
            rows(&widths, "1234567\n1\n\n# 1"),
            [vec!["12", "345"], vec!["1", ""], vec!["", ""], vec![]]
        );
    }
}
