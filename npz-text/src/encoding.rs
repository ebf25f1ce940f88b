//! From bytes in an encoding to UTF-8, and back.

use std::error::Error as _;
use std::fmt;
use std::io::{self, Read, Write};

use npz_core::{Error, Result};

/// How the characters of a text file are stored as bytes. NumPy's `encoding`; the default is [`Utf8`](Self::Utf8).
///
/// A byte order mark at the start of a file is no part of the text, but in those of one byte a character.
///
/// ```
/// use ndarray::{Array1, array};
/// use npz_text::{Encoding, LoadTxt};
///
/// let names: Array1<String> = LoadTxt::new().encoding(Encoding::Latin1).read(&b"Z\xfcrich\nBern"[..])?;
/// assert_eq!(names, array!["Zürich", "Bern"]);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// `utf-8`
    #[default]
    Utf8,
    /// `utf-8-sig`: begins with a byte order mark when written, which Excel goes by; read as [`Utf8`](Self::Utf8), which drops one too.
    Utf8Sig,
    /// `ascii`: any other byte is an error.
    Ascii,
    /// `latin1`: each byte is a character.
    Latin1,
    /// `utf-16`: the byte order mark says in which order; little-endian without one.
    Utf16,
    /// `utf-16-le`
    Utf16Le,
    /// `utf-16-be`
    Utf16Be,
    /// `utf-32`: the byte order mark says in which order; little-endian without one.
    Utf32,
    /// `utf-32-le`
    Utf32Le,
    /// `utf-32-be`
    Utf32Be,
}

impl Encoding {
    /// The bytes of a unit, 1, 2 or 4, and whether the high one comes first.
    const fn unit(self) -> (usize, bool) {
        match self {
            Self::Utf8 | Self::Utf8Sig | Self::Ascii | Self::Latin1 => (1, false),
            Self::Utf16 | Self::Utf16Le => (2, false),
            Self::Utf16Be => (2, true),
            Self::Utf32 | Self::Utf32Le => (4, false),
            Self::Utf32Be => (4, true),
        }
    }

    /// Appends the text as bytes, up to the first character that this encoding lacks; gives that, where it stands, and the last one
    /// that there is.
    fn encode(self, text: &str, bytes: &mut Vec<u8>) -> Result<(), (usize, char, &'static str)> {
        match (self, self.unit()) {
            (Self::Utf8 | Self::Utf8Sig, _) => bytes.extend_from_slice(text.as_bytes()),
            (Self::Ascii, _) => match text.char_indices().find(|(_, c)| !c.is_ascii()) {
                Some((at, c)) => return Err((at, c, "U+007F")),
                None => bytes.extend_from_slice(text.as_bytes()),
            },
            (Self::Latin1, _) => {
                for (at, c) in text.char_indices() {
                    bytes.push(u8::try_from(c).map_err(|_| (at, c, "U+00FF"))?);
                }
            }
            (_, (2, big)) => {
                for unit in text.encode_utf16() {
                    bytes.extend_from_slice(&if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
                }
            }
            (_, (_, big)) => {
                for code in text.chars().map(u32::from) {
                    bytes.extend_from_slice(&if big { code.to_be_bytes() } else { code.to_le_bytes() });
                }
            }
        }
        Ok(())
    }

    /// The mark that Python's `utf-8-sig`, `utf-16` and `utf-32` begin a file with.
    pub(crate) const fn mark(self) -> &'static [u8] {
        match self {
            Self::Utf8Sig => b"\xef\xbb\xbf",
            Self::Utf16 => b"\xff\xfe",
            Self::Utf32 => b"\xff\xfe\0\0",
            _ => b"",
        }
    }
}

/// Reads bytes in an encoding as UTF-8, without a byte order mark. Bytes that are said to be UTF-8 pass as they are: who
/// reads them checks them, and can say in which line they are wrong.
pub(crate) struct Decode<R> {
    reader: R,
    encoding: Encoding,
    /// Bytes that were read, but are no whole unit yet.
    raw: Vec<u8>,
    /// Text that was decoded, but not yet taken, from `taken` on.
    text: Vec<u8>,
    taken: usize,
    /// What is wrong behind that.
    failed: Option<io::Error>,
    at_start: bool,
    is_over: bool,
}

/// How much is decoded at a time.
const BLOCK: usize = 1 << 16;

impl<R: Read> Decode<R> {
    pub(crate) fn new(reader: R, encoding: Encoding) -> Self {
        Self {
            reader,
            encoding,
            raw: Vec::new(),
            text: Vec::new(),
            taken: 0,
            failed: None,
            at_start: true,
            is_over: false,
        }
    }

    /// Takes the next bytes of the file into `raw`.
    fn pull(&mut self) -> io::Result<()> {
        let start = self.raw.len();
        self.raw.resize(start + BLOCK, 0);
        let read = loop {
            match self.reader.read(&mut self.raw[start..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.raw.truncate(start + *read.as_ref().unwrap_or(&0));
        self.is_over = read? == 0;
        Ok(())
    }

    /// Removes the byte order mark, which says what `utf-16` and `utf-32` are.
    fn start(&mut self) -> io::Result<()> {
        while self.raw.len() < 4 && !self.is_over {
            self.pull()?;
        }
        self.at_start = false;
        let (mark, encoding): (&[u8], _) = match self.encoding {
            Encoding::Utf8 | Encoding::Utf8Sig => (b"\xef\xbb\xbf", Encoding::Utf8),
            Encoding::Utf16 if self.raw.starts_with(b"\xfe\xff") => (b"\xfe\xff", Encoding::Utf16Be),
            Encoding::Utf16 | Encoding::Utf16Le => (b"\xff\xfe", Encoding::Utf16Le),
            Encoding::Utf16Be => (b"\xfe\xff", Encoding::Utf16Be),
            Encoding::Utf32 if self.raw.starts_with(b"\0\0\xfe\xff") => (b"\0\0\xfe\xff", Encoding::Utf32Be),
            Encoding::Utf32 | Encoding::Utf32Le => (b"\xff\xfe\0\0", Encoding::Utf32Le),
            Encoding::Utf32Be => (b"\0\0\xfe\xff", Encoding::Utf32Be),
            other => (b"", other),
        };
        self.encoding = encoding;
        if self.raw.starts_with(mark) {
            self.raw.drain(..mark.len());
        }
        Ok(())
    }

    /// Decodes the whole units of `raw` into `text`.
    fn decode(&mut self) -> io::Result<()> {
        self.text.clear();
        self.taken = 0;
        if self.encoding == Encoding::Utf8 {
            std::mem::swap(&mut self.raw, &mut self.text);
            return Ok(());
        }
        let (width, big) = self.encoding.unit();
        let whole = self.raw.len() / width * width;
        let mut push = |code: u32| match char::from_u32(code) {
            Some(c) => {
                self.text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                Ok(())
            }
            None => Err(bad(self.encoding, &format!("0x{code:04x} is no character"))),
        };
        let mut used = whole;
        match width {
            1 => {
                let is_ascii = self.encoding == Encoding::Ascii;
                for byte in &self.raw {
                    if is_ascii && !byte.is_ascii() {
                        return Err(bad(self.encoding, &format!("byte 0x{byte:02x} is no ASCII")));
                    }
                    push(u32::from(*byte))?;
                }
            }
            2 => {
                let unit = |at: usize| -> Option<u32> {
                    let pair = [*self.raw.get(at)?, *self.raw.get(at + 1)?];
                    Some(u32::from(if big { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }))
                };
                let mut at = 0;
                while let Some(high) = unit(at) {
                    if !(0xd800..0xdc00).contains(&high) {
                        push(high)?;
                        at += 2;
                        continue;
                    }
                    match unit(at + 2) {
                        Some(low @ 0xdc00..0xe000) => {
                            push(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))?;
                        }
                        // The second half is in the next block.
                        None if !self.is_over => break,
                        _ => return Err(bad(self.encoding, "half of a pair stands alone")),
                    }
                    at += 4;
                }
                used = at;
            }
            _ => {
                for quad in self.raw.chunks_exact(4) {
                    let quad = [quad[0], quad[1], quad[2], quad[3]];
                    push(if big { u32::from_be_bytes(quad) } else { u32::from_le_bytes(quad) })?;
                }
            }
        }
        self.raw.drain(..used);
        if self.is_over && !self.raw.is_empty() {
            return Err(bad(self.encoding, "the file ends inside of a character"));
        }
        Ok(())
    }
}

impl<R: Read> Read for Decode<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at_start {
            self.start()?;
        }
        while self.taken == self.text.len() {
            if let Some(error) = self.failed.take() {
                return Err(error);
            }
            if self.encoding == Encoding::Utf8 && self.raw.is_empty() {
                return self.reader.read(buffer);
            }
            if self.raw.is_empty() && self.is_over {
                return Ok(0);
            }
            if self.encoding != Encoding::Utf8 && !self.is_over {
                self.pull()?;
            }
            // What stands before is text, and may be all that is wanted.
            self.failed = self.decode().err();
        }
        let count = buffer.len().min(self.text.len() - self.taken);
        buffer[..count].copy_from_slice(&self.text[self.taken..self.taken + count]);
        self.taken += count;
        Ok(count)
    }
}

fn bad(encoding: Encoding, what: &str) -> io::Error {
    let message = format!(
        "expected text in the encoding {encoding:?}, but {what}: set `encoding` to what the file has"
    );
    io::Error::new(io::ErrorKind::InvalidData, BadText(message))
}

/// Says what is no text: whoever counts lines says where.
#[derive(Debug)]
pub(crate) struct BadText(String);

impl BadText {
    /// Whether that is what an error says.
    pub(crate) fn is(error: &Error) -> bool {
        let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
        source.and_then(io::Error::get_ref).is_some_and(<dyn std::error::Error + Send + Sync>::is::<Self>)
    }
}

impl fmt::Display for BadText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadText {}

/// Writes UTF-8 in another encoding.
pub(crate) struct Encode<W> {
    writer: W,
    encoding: Encoding,
    bytes: Vec<u8>,
    /// Where in the text the next character stands, both from 1.
    line: usize,
    character: usize,
}

impl<W: Write> Encode<W> {
    pub(crate) fn new(mut writer: W, encoding: Encoding) -> Result<Self> {
        writer.write_all(encoding.mark())?;
        Ok(Self { writer, encoding, bytes: Vec::new(), line: 1, character: 1 })
    }

    /// Writes whole characters.
    pub(crate) fn write(&mut self, text: &[u8]) -> Result<()> {
        if self.encoding == Encoding::Utf8 {
            return Ok(self.writer.write_all(text)?);
        }
        self.bytes.clear();
        let text =
            std::str::from_utf8(text).map_err(|_| Error::custom("text is written that is no UTF-8"))?;
        let unfit = self.encoding.encode(text, &mut self.bytes).err();
        self.go_behind(unfit.map_or(text, |(at, ..)| &text[..at]));
        if let Some((_, c, last)) = unfit {
            let Self { line, character, .. } = self;
            return Err(Error::custom(format!(
                "line {line}, character {character}: expected characters up to {last}, found {c:?}: set `encoding(Encoding::Utf8)`"
            )));
        }
        Ok(self.writer.write_all(&self.bytes)?)
    }

    /// Counts lines and characters.
    fn go_behind(&mut self, text: &str) {
        if let Some((lines, _)) = text.rsplit_once('\n') {
            self.line += lines.matches('\n').count() + 1;
            self.character = 1;
        }
        self.character += text.rsplit('\n').next().map_or(0, |line| line.chars().count());
    }

    pub(crate) fn into_inner(self) -> W {
        self.writer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_encodings_go_there_and_back_in_blocks_of_any_length() {
        use Encoding::*;
        let text = "a,ö\n\u{20ac},\u{10348}\n".repeat(20_000);
        for encoding in [Utf8, Utf16, Utf16Le, Utf16Be, Utf32, Utf32Le, Utf32Be] {
            let mut bytes = encoding.mark().to_vec();
            encoding.encode(&text, &mut bytes).unwrap();
            let mut read = String::new();
            Decode::new(&bytes[..], encoding).read_to_string(&mut read).unwrap();
            assert!(read == text, "{encoding:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_an_error() {
        for (encoding, bytes) in [
            (Encoding::Ascii, &b"a\x80"[..]),
            (Encoding::Utf16Le, b"a\0\0"),
            (Encoding::Utf16Le, b"\0\xd8a\0"),
            (Encoding::Utf32Le, b"\0\0\x11\0"),
        ] {
            assert!(Decode::new(bytes, encoding).read_to_end(&mut Vec::new()).is_err(), "{encoding:?}");
        }
    }
}
