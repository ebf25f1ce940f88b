//! Python literals: the subset that `.npy` headers are written in.
//!
//! Mirrors `ast.literal_eval` for dicts, tuples, lists, strings, integers, `True`, `False` and `None`; anything
//! else that Python could write there is refused by name. Nothing is evaluated. Takes linear time, and nests no
//! deeper than [`MAX_DEPTH`]. Knows nothing of dtypes.

mod print;
mod printable;

use std::borrow::Cow;

pub(crate) use print::{repr, shortened};

/// What Python's own parser takes, and so `np.load`.
pub(crate) const MAX_DEPTH: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Literal<'t> {
    Dict(Vec<(Self, Self)>),
    Tuple(Vec<Self>),
    /// A tuple of two strings without escapes: records are made of them, and it needs no memory.
    Pair(&'t str, &'t str),
    List(Vec<Self>),
    /// A piece of the text, unless it has escapes.
    Str(Cow<'t, str>),
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

impl<'t> Literal<'t> {
    /// What it is, for "expected ..., found ...".
    pub(crate) fn what(&self) -> String {
        match self {
            Self::Dict(_) => "a dict".to_owned(),
            Self::Tuple(items) => format!("a tuple of length {}", items.len()),
            Self::Pair(..) => "a tuple of length 2".to_owned(),
            Self::List(items) => format!("a list of length {}", items.len()),
            Self::Str(text) => format!("the string {}", shortened(text)),
            Self::Int(number) => number.to_string(),
            Self::Bool(true) => "True".to_owned(),
            Self::Bool(false) => "False".to_owned(),
            Self::None => "None".to_owned(),
        }
    }

    /// The values of a tuple.
    pub(crate) fn tuple(&self) -> Option<Cow<'_, [Literal<'t>]>> {
        match self {
            Self::Tuple(items) => Some(Cow::Borrowed(items)),
            Self::Pair(first, second) => {
                Some(Cow::Owned([first, second].map(|text| Self::Str(Cow::Borrowed(text))).to_vec()))
            }
            _ => None,
        }
    }
}

/// Reads one literal with nothing but white space after it.
///
/// `long_ints` allows the suffix of Python 2's long integers: `3L`.
pub(crate) fn parse(text: &str, long_ints: bool) -> Result<Literal<'_>, Fault> {
    let mut parser = Parser { text, rest: text, depth: 0, long_ints };
    let value = parser.value()?;
    match parser.peek() {
        None => Ok(value),
        Some(_) => Err(parser.unexpected("the end of the text")),
    }
}

struct Parser<'t> {
    text: &'t str,
    rest: &'t str,
    depth: usize,
    long_ints: bool,
}

impl<'t> Parser<'t> {
    fn value(&mut self) -> Result<Literal<'t>, Fault> {
        match self.peek() {
            Some('\'' | '"') => self.strings(),
            Some('(') => self.nested(Self::tuple),
            Some('[') => self.nested(|parser| Ok(Literal::List(parser.items(']')?.0))),
            Some('{') => self.nested(Self::dict),
            Some('0'..='9' | '.' | '+' | '-') => self.int(),
            _ if self.at_string() => self.strings(),
            Some(c) if c.is_alphabetic() || c == '_' => self.word(),
            _ => Err(self.unexpected("a value")),
        }
    }

    fn nested(
        &mut self,
        inside: impl FnOnce(&mut Self) -> Result<Literal<'t>, Fault>,
    ) -> Result<Literal<'t>, Fault> {
        if self.depth == MAX_DEPTH {
            return Err(self.fault(format!("brackets are nested more than {MAX_DEPTH} deep")));
        }
        self.bump();
        self.depth += 1;
        let value = inside(self);
        self.depth -= 1;
        value
    }

    fn dict(&mut self) -> Result<Literal<'t>, Fault> {
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
    fn tuple(&mut self) -> Result<Literal<'t>, Fault> {
        if let Some((pair, rest)) = pair(self.rest) {
            self.rest = rest;
            return Ok(pair);
        }
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
    fn items(&mut self, close: char) -> Result<(Vec<Literal<'t>>, bool), Fault> {
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

    fn int(&mut self) -> Result<Literal<'t>, Fault> {
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

    fn word(&mut self) -> Result<Literal<'t>, Fault> {
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
    #[inline]
    fn at_string(&self) -> bool {
        matches!(self.rest.as_bytes(), [b'\'' | b'"', ..] | [b'u' | b'U', b'\'' | b'"', ..])
    }

    /// One string, or several in a row, which Python joins.
    fn strings(&mut self) -> Result<Literal<'t>, Fault> {
        let mut out = self.string()?;
        self.peek();
        while self.at_string() {
            out.to_mut().push_str(&self.string()?);
            self.peek();
        }
        Ok(Literal::Str(out))
    }

    fn string(&mut self) -> Result<Cow<'t, str>, Fault> {
        let start = self.rest;
        if matches!(self.rest.as_bytes(), [b'u' | b'U', ..]) {
            self.skip(1);
        }
        let quote = self.bump();
        let mut out = Cow::Borrowed(self.plain());
        loop {
            match self.bump() {
                c if c == quote => return Ok(out),
                Some('\\') => self.escape(out.to_mut())?,
                None | Some('\n' | '\r') => {
                    self.rest = start;
                    return Err(self.fault("the string that starts here is not closed".to_owned()));
                }
                Some(c) => out.to_mut().push(c),
            }
            out += self.plain();
        }
    }

    /// The text up to what may end a string, or is not what it looks like: borrowed, as nearly all strings are.
    fn plain(&mut self) -> &'t str {
        let end = self.rest.bytes().position(|byte| IS_SPECIAL[usize::from(byte)]);
        let (text, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        text
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
    #[inline]
    fn peek(&mut self) -> Option<char> {
        loop {
            match self.rest.as_bytes() {
                [b' ' | b'\t' | b'\n' | b'\r' | b'\x0c', ..] => self.skip(1),
                [b'#', ..] => self.skip(self.rest.find(['\n', '\r']).unwrap_or(self.rest.len())),
                [byte, ..] if byte.is_ascii() => return Some(char::from(*byte)),
                _ => return self.rest.chars().next(),
            }
        }
    }

    /// Steps over so many bytes, which end with a character.
    #[inline]
    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    #[inline]
    fn bump(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next();
        self.rest = chars.as_str();
        next
    }

    /// Steps over `wanted`, if that is next behind white space.
    #[inline]
    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.skip(wanted.len_utf8());
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

/// What may end a string, or is not what it looks like.
const IS_SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    let mut special: &[u8] = b"'\"\\\n\r";
    while let [byte, rest @ ..] = special {
        table[*byte as usize] = true;
        special = rest;
    }
    table
};

/// Two strings and the closing bracket, spelled as NumPy does, and what follows them.
fn pair(text: &str) -> Option<(Literal<'_>, &str)> {
    let string = |text: &'_ str| -> Option<(usize, usize)> {
        let inner = text.as_bytes().strip_prefix(b"'")?;
        let len = inner.iter().position(|byte| IS_SPECIAL[usize::from(*byte)])?;
        (inner.get(len) == Some(&b'\'')).then_some((1, 1 + len))
    };
    let (start, end) = string(text)?;
    let (first, rest) = (text.get(start..end)?, text.get(end + 1..)?.strip_prefix(", ")?);
    let (start, end) = string(rest)?;
    let (second, rest) = (rest.get(start..end)?, rest.get(end + 1..)?.strip_prefix(')')?);
    Some((Literal::Pair(first, second), rest))
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
