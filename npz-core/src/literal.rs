//! Python literals: the subset that `.npy` headers are written in.
//!
//! Mirrors `ast.literal_eval` for dicts, tuples, lists, strings, integers, `True`, `False` and `None`; anything
//! else that Python could write there is refused by name. Nothing is evaluated. Takes linear time, and nests no
//! deeper than [`MAX_DEPTH`]. Knows nothing of dtypes.

/// Deep enough for fifteen records inside each other; `np.save` of that is unheard of.
pub(crate) const MAX_DEPTH: usize = 32;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Literal {
    Dict(Vec<(Literal, Literal)>),
    Tuple(Vec<Literal>),
    List(Vec<Literal>),
    Str(String),
    Int(i128),
    Bool(bool),
    None,
}

/// Why a text is not a literal, and the byte of the text where that shows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) offset: usize,
    pub(crate) message: String,
}

impl Literal {
    /// What it is, for "expected ..., found ...".
    pub(crate) fn what(&self) -> String {
        match self {
            Self::Dict(_) => "a dict".to_owned(),
            Self::Tuple(items) => format!("a tuple of length {}", items.len()),
            Self::List(items) => format!("a list of length {}", items.len()),
            Self::Str(text) => format!("the string {}", shortened(text)),
            Self::Int(number) => number.to_string(),
            Self::Bool(true) => "True".to_owned(),
            Self::Bool(false) => "False".to_owned(),
            Self::None => "None".to_owned(),
        }
    }
}

/// Reads one literal with nothing but white space after it.
///
/// `long_ints` allows the suffix of Python 2's long integers: `3L`.
pub(crate) fn parse(text: &str, long_ints: bool) -> Result<Literal, Fault> {
    let mut parser = Parser { text, rest: text, depth: 0, long_ints };
    let value = parser.value()?;
    match parser.peek() {
        None => Ok(value),
        Some(_) => Err(parser.unexpected("the end of the text")),
    }
}

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

/// `str.isprintable` of one character: neither a control, nor a separator other than the space, nor unassigned.
fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    // The standard library has the table, but shows it only through `escape_debug`, which also escapes a
    // combining character where it comes first.
    let behind_another: String = ['a', c].iter().collect();
    behind_another.escape_debug().nth(1) == Some(c)
}

/// A piece of a file's text for an error message.
pub(crate) fn shortened(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        None => repr(text),
        Some((end, _)) => format!("{}...", repr(&text[..end])),
    }
}

struct Parser<'t> {
    text: &'t str,
    rest: &'t str,
    depth: usize,
    long_ints: bool,
}

impl<'t> Parser<'t> {
    fn value(&mut self) -> Result<Literal, Fault> {
        match self.peek() {
            Some('{') => self.nested(Self::dict),
            Some('[') => self.nested(|parser| Ok(Literal::List(parser.items(']')?.0))),
            Some('(') => self.nested(Self::tuple),
            Some('0'..='9' | '.' | '+' | '-') => self.int(),
            _ if self.at_string() => self.strings(),
            Some(c) if c.is_alphabetic() || c == '_' => self.word(),
            _ => Err(self.unexpected("a value")),
        }
    }

    fn nested(&mut self, inside: impl FnOnce(&mut Self) -> Result<Literal, Fault>) -> Result<Literal, Fault> {
        if self.depth == MAX_DEPTH {
            return Err(self.fault(format!("brackets are nested more than {MAX_DEPTH} deep")));
        }
        self.bump();
        self.depth += 1;
        let value = inside(self);
        self.depth -= 1;
        value
    }

    fn dict(&mut self) -> Result<Literal, Fault> {
        let mut entries = Vec::new();
        while !self.eat('}') {
            let key = self.value()?;
            if !self.eat(':') {
                return Err(self.unexpected("':' after the key"));
            }
            entries.push((key, self.value()?));
            if !self.eat(',') && self.peek() != Some('}') {
                return Err(self.unexpected("',' or '}'"));
            }
        }
        Ok(Literal::Dict(entries))
    }

    /// A tuple, or a value that merely stands in parentheses.
    fn tuple(&mut self) -> Result<Literal, Fault> {
        let (mut items, ends_with_comma) = self.items(')')?;
        match items.pop() {
            Some(only) if items.is_empty() && !ends_with_comma => Ok(only),
            last => {
                items.extend(last);
                Ok(Literal::Tuple(items))
            }
        }
    }

    /// The values up to the closing bracket, and whether a comma follows the last one.
    fn items(&mut self, close: char) -> Result<(Vec<Literal>, bool), Fault> {
        let mut items = Vec::new();
        let mut ends_with_comma = false;
        while !self.eat(close) {
            items.push(self.value()?);
            ends_with_comma = self.eat(',');
            if !ends_with_comma && self.peek() != Some(close) {
                return Err(self.unexpected(&format!("',' or '{close}'")));
            }
        }
        Ok((items, ends_with_comma))
    }

    fn int(&mut self) -> Result<Literal, Fault> {
        let start = self.rest;
        let negative = self.eat('-');
        if !negative {
            self.eat('+');
        }
        self.peek(); // Python allows space after the sign.
        let token = self.take_while(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
        let digits = if self.long_ints { token.strip_suffix('L').unwrap_or(token) } else { token };
        let Some(value) = unsigned(digits) else {
            self.rest = start;
            return Err(
                self.fault(format!("expected a whole number below 2**127, found {}", shortened(token)))
            );
        };
        Ok(Literal::Int(if negative { -value } else { value }))
    }

    fn word(&mut self) -> Result<Literal, Fault> {
        let start = self.rest;
        match self.take_while(|c| c.is_alphanumeric() || c == '_' || c == '.') {
            "True" => Ok(Literal::Bool(true)),
            "False" => Ok(Literal::Bool(false)),
            "None" => Ok(Literal::None),
            name if self.rest.starts_with('(') => {
                self.rest = start;
                Err(self.fault(format!(
                    "expected a literal, found a call of {}; a program printed one of NumPy's own scalars \
                     into the header (numpy issue 28334), and np.load can't read it either: write the file again \
                     from an array, or with a shape of plain `int(n)`",
                    shortened(name)
                )))
            }
            name => {
                self.rest = start;
                Err(self.fault(format!("expected a literal, found the name {}", shortened(name))))
            }
        }
    }

    /// Is this a string, perhaps with the `u` that Python 2 printed?
    fn at_string(&self) -> bool {
        self.rest.strip_prefix(['u', 'U']).unwrap_or(self.rest).starts_with(['\'', '"'])
    }

    /// One string, or several in a row, which Python joins.
    fn strings(&mut self) -> Result<Literal, Fault> {
        let mut out = String::new();
        while self.at_string() {
            let start = self.rest;
            if self.rest.starts_with(['u', 'U']) {
                self.bump();
            }
            let quote = self.bump();
            loop {
                match self.bump() {
                    c if c == quote => break,
                    Some('\\') => self.escape(&mut out)?,
                    None | Some('\n' | '\r') => {
                        self.rest = start;
                        return Err(self.fault("the string that starts here is not closed".to_owned()));
                    }
                    Some(c) => out.push(c),
                }
            }
            self.peek();
        }
        Ok(Literal::Str(out))
    }

    /// Appends what the text behind a backslash stands for.
    fn escape(&mut self, out: &mut String) -> Result<(), Fault> {
        let start = self.rest;
        let octal = start.bytes().take(3).take_while(|digit| (b'0'..=b'7').contains(digit)).count();
        let c = match self.bump() {
            Some('\n') => return Ok(()), // The string goes on in the next line.
            Some(c @ ('\\' | '\'' | '"')) => c,
            Some('n') => '\n',
            Some('t') => '\t',
            Some('r') => '\r',
            Some('a') => '\x07',
            Some('b') => '\x08',
            Some('f') => '\x0c',
            Some('v') => '\x0b',
            Some('0'..='7') => self.code(start, octal, 8)?,
            Some('x') => self.code(self.rest, 2, 16)?,
            Some('u') => self.code(self.rest, 4, 16)?,
            Some('U') => self.code(self.rest, 8, 16)?,
            Some('N') => return Err(self.fault("names of characters (\\N) are not supported".to_owned())),
            Some(c) => {
                out.push('\\'); // Not an escape: Python keeps the backslash.
                c
            }
            None => return Err(self.unexpected("the rest of the escape")),
        };
        out.push(c);
        Ok(())
    }

    /// The character whose code is the first `length` digits of `digits`; reads on behind them.
    fn code(&mut self, digits: &'t str, length: usize, radix: u32) -> Result<char, Fault> {
        let (code, rest) = digits.split_at_checked(length).unwrap_or(("", ""));
        // `from_str_radix` alone would take a sign.
        let code = if code.starts_with('+') { None } else { u32::from_str_radix(code, radix).ok() };
        let Some(c) = code.and_then(char::from_u32) else {
            let what = "the escape names no character: half a surrogate pair, too large, or cut off";
            return Err(self.fault(what.to_owned()));
        };
        self.rest = rest;
        Ok(c)
    }

    /// The next character behind white space and comments.
    fn peek(&mut self) -> Option<char> {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r', '\x0c']);
            let Some(comment) = self.rest.strip_prefix('#') else { return self.rest.chars().next() };
            self.rest = comment.find(['\n', '\r']).and_then(|end| comment.get(end..)).unwrap_or_default();
        }
    }

    fn bump(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next();
        self.rest = chars.as_str();
        next
    }

    /// Steps over `wanted`, if that is next behind white space.
    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.bump();
        }
        found
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn unexpected(&mut self, expected: &str) -> Fault {
        match self.peek() {
            None => self.fault(format!("expected {expected}, found the end of the text")),
            Some(c) => self.fault(format!("expected {expected}, found {}", repr(&c.to_string()))),
        }
    }

    fn fault(&self, message: String) -> Fault {
        Fault { offset: self.text.len() - self.rest.len(), message }
    }
}

/// The value of an unsigned integer in Python's spelling.
fn unsigned(token: &str) -> Option<i128> {
    const PREFIXES: [(&str, u32); 6] = [("0x", 16), ("0X", 16), ("0o", 8), ("0O", 8), ("0b", 2), ("0B", 2)];
    let prefixed = PREFIXES.iter().find_map(|&(prefix, radix)| Some((token.strip_prefix(prefix)?, radix)));
    let (digits, radix) = match prefixed {
        // An underscore may also follow the prefix.
        Some((digits, radix)) => (digits.strip_prefix('_').unwrap_or(digits), radix),
        None => (token, 10),
    };
    if digits.split('_').any(str::is_empty) {
        return None;
    }
    let digits: String = digits.split('_').collect();
    // `010` was octal in Python 2 and is an error in Python 3: only zero itself may start with a zero.
    if radix == 10 && digits.len() > 1 && digits.starts_with('0') && digits.bytes().any(|digit| digit != b'0')
    {
        return None;
    }
    i128::from_str_radix(&digits, radix).ok()
}

#[cfg(test)]
mod tests;
