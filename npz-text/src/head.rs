//! The start of a text: lines that are skipped, names, and the first row, which says how many columns there are.

use std::borrow::Cow;
use std::io::Read;
use std::sync::Arc;

use memchr::memchr;
use npz_core::{Error, Result};

use crate::encoding::Decode;
use crate::input::Source;
use crate::lines::Lines;
use crate::number::Style;
use crate::open;
use crate::options::Names;
use crate::progress::Counted;
use crate::settings::Settings;
use crate::split::{Splitter, strip};

/// How much text is read at a time. What one thread takes in memory stays in its cache; several have more, so that they seldom ask
/// for the next.
const PIECE: usize = 32 << 10;
const PIECE_OF_SEVERAL: usize = 128 << 10;

/// A text whose start was looked at.
pub(crate) struct Head<'a> {
    pub(crate) lines: Lines<'a>,
    /// What was read and not used: from the first row on.
    pub(crate) text: Vec<u8>,
    /// The lines before it.
    pub(crate) line: usize,
    /// The fields of the first row, or of the names; `None` if there is no row at all.
    pub(crate) first: Option<Vec<String>>,
    /// Names that were read, as they stand there.
    pub(crate) names: Option<Vec<String>>,
}

/// Opens a source as text.
pub(crate) fn open<'a>(source: Source<'a>, settings: &Settings<'_>) -> Result<Lines<'a>> {
    // Of lines that are given, none is taken that is not needed.
    let is_given = matches!(source, Source::Given(_)) && settings.max_rows.is_some();
    let (mut file, count) = (None, Arc::default());
    let reader: Box<dyn Read + Send + 'a> = match source {
        Source::Path(path) => {
            let (reader, is_packed) = open::open(&path, &count)?;
            file = Some(path).filter(|_| !is_packed);
            Box::new(Decode::new(reader, settings.encoding))
        }
        Source::Reader(reader) => {
            let reader = Counted { reader, count: Arc::clone(&count) };
            Box::new(Decode::new(open::read(reader)?, settings.encoding))
        }
        Source::Given(reader) => Box::new(Counted { reader, count: Arc::clone(&count) }),
        Source::Text(text) => text,
    };
    let block = if crate::team::threads(settings.threads) == 1 { PIECE } else { PIECE_OF_SEVERAL };
    Ok(Lines::new(reader, file, count, block, settings.limits, is_given))
}

impl<'a> Head<'a> {
    /// Reads up to the first row.
    pub(crate) fn read(source: Source<'a>, settings: &Settings<'_>, splitter: &Splitter) -> Result<Self> {
        let lines = open(source, settings)?;
        let mut head = Self { lines, text: Vec::new(), line: 0, first: None, names: None };
        let mut at = head.skip(settings.skip_lines)?;
        let has_names = settings.names == Names::FirstLine;
        while let Some(mut rest) = head.more(at)? {
            at = 0;
            let text = match valid(&rest) {
                (text, None) => text,
                (_, Some(fault)) => return Err(fault.behind(head.line)),
            };
            // What stands behind blank lines and comments, of which there may be millions, is looked at once, and moved once.
            let row = loop {
                match head.row(&text[at..], settings, splitter)? {
                    Some((len, first)) if first.is_empty() && at + len < text.len() => {
                        head.line += count(&text.as_bytes()[at..at + len]);
                        at += len;
                    }
                    row => break row,
                }
            };
            rest.drain(..at);
            at = 0;
            let Some((len, first)) = row else {
                settings.limits.check(&rest, 0).map_err(|error| at_line(head.line, &error))?;
                head.lines.give_back(rest);
                continue;
            };
            head.text = rest;
            if first.is_empty() || has_names {
                head.line += count(&head.text[..len]);
                at = len;
            }
            if first.is_empty() {
                continue;
            }
            if has_names {
                head.names = Some(first.iter().map(|name| strip(name).to_owned()).collect());
                head.text.drain(..len);
            }
            head.first = Some(first);
            return Ok(head);
        }
        if has_names {
            return Err(Error::custom(
                "expected a line with names, found no text: `names(false)` reads a file without",
            ));
        }
        Ok(head)
    }

    /// The first row of a text, or its names, and the bytes that it takes; `None` if it is not whole.
    fn row(
        &self,
        text: &str,
        settings: &Settings<'_>,
        splitter: &Splitter,
    ) -> Result<Option<(usize, Vec<String>)>> {
        let (most, mut fields) = (settings.limits.columns, Vec::new());
        let names = if settings.names == Names::FirstLine { names_of(text, settings) } else { None };
        let len = match &names {
            Some((line, len)) => splitter.row(line, true, most, &mut fields).map(|_| *len),
            None => splitter.row(text, self.lines.is_over(), most, &mut fields),
        };
        let Some(len) = len else { return Ok(None) };
        settings
            .limits
            .check(&text.as_bytes()[..len], fields.len())
            .map_err(|error| at_line(self.line, &error))?;
        Ok(Some((len, fields.into_iter().map(Cow::into_owned).collect())))
    }

    /// Skips lines; gives where the rest begins.
    fn skip(&mut self, mut count: usize) -> Result<usize> {
        let mut at = 0;
        self.text = self.next(Vec::new())?.unwrap_or_default();
        while count > 0 {
            if let Some(end) = memchr(b'\n', &self.text[at..]) {
                at += end + 1;
                count -= 1;
                self.line += 1;
            } else {
                at = 0;
                let memory = std::mem::take(&mut self.text);
                if let Some(text) = self.next(memory)? {
                    self.text = text;
                } else {
                    self.text = Vec::new();
                    break;
                }
            }
        }
        Ok(at)
    }

    /// The text from a position on, or the next; `None` at the end.
    fn more(&mut self, at: usize) -> Result<Option<Vec<u8>>> {
        let mut text = std::mem::take(&mut self.text);
        text.drain(..at);
        if text.is_empty() { self.next(text) } else { Ok(Some(text)) }
    }

    fn next(&mut self, memory: Vec<u8>) -> Result<Option<Vec<u8>>> {
        self.lines.next(memory).map_err(|unread| unread.behind(self.line))
    }
}

/// The first line as one of names, and its length: what stands behind a comment sign, if there is one.
fn names_of(text: &str, settings: &Settings<'_>) -> Option<(String, usize)> {
    let end = memchr(b'\n', text.as_bytes());
    let line = &text[..end.unwrap_or(text.len())];
    let comment = settings.comments.first()?;
    if settings.style == Style::LoadTxt || !line.contains(comment.as_str()) {
        return None;
    }
    let behind = line.split(comment.as_str()).skip(1).collect();
    Some((behind, end.map_or(text.len(), |end| end + 1)))
}

/// How many lines end in a text.
pub(crate) fn count(text: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', text).count()
}

/// What is wrong with a text.
pub(crate) struct Fault {
    /// From 0, in the text.
    pub(crate) line: usize,
    /// Goes on behind the number of the line.
    pub(crate) message: String,
}

impl Fault {
    /// The error, with its line behind so many.
    pub(crate) fn behind(&self, lines: usize) -> Error {
        Error::custom(format!("line {}{}", lines + self.line + 1, self.message))
    }
}

/// A text as far as it is UTF-8, and what is wrong behind that.
pub(crate) fn valid(text: &[u8]) -> (&str, Option<Fault>) {
    let error = match std::str::from_utf8(text) {
        Ok(text) => return (text, None),
        Err(error) => error,
    };
    let (good, bad) = text.split_at(error.valid_up_to());
    let good = std::str::from_utf8(good).unwrap_or_default();
    let byte = bad.first().copied().unwrap_or(0);
    let character = good.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    let message = format!(
        ", character {character}: byte 0x{byte:02x} is no UTF-8: set `encoding` to what the file has, such as `Encoding::Latin1`"
    );
    (good, Some(Fault { line: count(good.as_bytes()), message }))
}

/// An error with the line before it where it happened; lines count from 0 here.
pub(crate) fn at_line(line: usize, error: &Error) -> Error {
    Error::custom(format!("line {}: {error}", line + 1))
}
