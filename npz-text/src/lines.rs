//! Text in batches of whole lines, all of which end in `\n`.

use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use memchr::{memchr, memrchr};
use npz_core::{Error, Result};

use crate::encoding::BadText;
use crate::options::Limits;
use crate::progress::Far;

/// Reads text in batches. What stands behind the last end of a line waits for the next one.
pub(crate) struct Lines<'a> {
    reader: Box<dyn Read + Send + 'a>,
    /// The start of a line that is not whole yet, or what was given back.
    rest: Vec<u8>,
    /// How many bytes are read at a time.
    block: usize,
    limits: Limits,
    total: u64,
    /// The bytes of the source that were read.
    count: Arc<AtomicU64>,
    /// What ended the text before its time: told when all lines before it are given out.
    failed: Option<Error>,
    /// The file that all this stands in as it is, if there is one.
    file: Option<PathBuf>,
    /// The last block ended in `\r`, which stands as `\n` already.
    is_after_cr: bool,
    is_over: bool,
    /// Each line is one of the caller's: a batch is one read, and `\r` stays.
    is_given: bool,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(
        reader: Box<dyn Read + Send + 'a>,
        file: Option<PathBuf>,
        count: Arc<AtomicU64>,
        block: usize,
        limits: Limits,
        is_given: bool,
    ) -> Self {
        Self {
            reader,
            rest: Vec::new(),
            block,
            limits,
            total: 0,
            count,
            failed: None,
            file,
            is_after_cr: false,
            is_over: false,
            is_given,
        }
    }

    /// Whether all that there is was given out.
    pub(crate) fn is_over(&self) -> bool {
        self.is_over && self.rest.is_empty()
    }

    /// How many bytes were read.
    pub(crate) fn far(&self) -> Far {
        Far { text: self.total, source: self.count.load(Ordering::Relaxed) }
    }

    /// How many bytes there should be, if that can be known. Nothing hangs on it: the file may change.
    pub(crate) fn len(&self) -> Option<u64> {
        let len = self.file.as_ref()?.metadata().ok()?.len();
        Some(len.min(self.limits.total_bytes))
    }

    /// Takes back the end of a batch that was not used; the next batch begins with it, and has more.
    pub(crate) fn give_back(&mut self, mut text: Vec<u8>) {
        text.append(&mut self.rest);
        self.rest = text;
    }

    /// Whether each line is one of the caller's, of which none is taken that is not needed.
    pub(crate) fn is_given(&self) -> bool {
        self.is_given
    }

    /// Reads whole lines, the last of the file perhaps without its end, into memory that is given; `None` at the end.
    pub(crate) fn next(&mut self, mut text: Vec<u8>) -> Result<Option<Vec<u8>>, Unread> {
        text.clear();
        text.append(&mut self.rest);
        if self.is_over {
            return Ok(if text.is_empty() { None } else { Some(text) });
        }
        // As much again as was given back, so that what is looked at anew each time is little beside what is read.
        let block = if self.is_given { 0 } else { self.block.max(text.len()) };
        loop {
            if let Some(error) = self.failed.take() {
                return Err(Unread::at_end(&text, error));
            }
            let old = text.len();
            match self.read(&mut text, old + block.max(1)) {
                Ok(is_open) => self.is_over = !is_open,
                Err(error) => self.failed = Some(error),
            }
            if !self.is_given {
                self.end_lines(&mut text, old);
            }
            if self.is_over {
                return Ok(if text.is_empty() { None } else { Some(text) });
            }
            if let Some(end) = memrchr(b'\n', &text[old..]) {
                self.rest.extend_from_slice(&text[old + end + 1..]);
                text.truncate(old + end + 1);
                return Ok(Some(text));
            }
            if self.failed.is_none() && text.len() > self.limits.line_bytes {
                return Err(Unread { error: self.limits.long_line(), place: Some((0, None)) });
            }
        }
    }

    /// Reads until there are so many bytes; false at the end of the file. After an error there are those before it.
    fn read(&mut self, text: &mut Vec<u8>, wanted: usize) -> Result<bool> {
        let mut filled = text.len();
        // A line that is given comes by itself, and most are short; small files take little.
        let mut step = if self.is_given { 1 << 10 } else { 64 << 10 };
        let mut is_open = true;
        while is_open && filled < wanted {
            if filled == text.len() {
                let room = if self.is_given { filled + step } else { wanted.min(filled + step) };
                text.try_reserve(room - filled).map_err(|_| io::Error::from(io::ErrorKind::OutOfMemory))?;
                text.resize(room, 0);
                step *= 4;
            }
            match self.reader.read(&mut text[filled..]) {
                Ok(0) => is_open = false,
                Ok(read) => {
                    filled += read;
                    self.total += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    text.truncate(filled);
                    return Err(error.into());
                }
            }
        }
        text.truncate(filled);
        if self.total > self.limits.total_bytes {
            let limit = self.limits.total_bytes;
            let message =
                format!("the text has more than {limit} bytes: raise `Limits::total_bytes` if you trust it");
            return Err(Error::custom(message));
        }
        Ok(is_open)
    }

    /// Makes each `\r\n` and `\r` from a position on a `\n`, as Python does for text.
    fn end_lines(&mut self, text: &mut Vec<u8>, start: usize) {
        if self.is_after_cr && text.get(start) == Some(&b'\n') {
            text.remove(start);
        }
        if text.len() > start {
            self.is_after_cr = text.last() == Some(&b'\r');
        }
        let Some(first) = memchr(b'\r', &text[start..]) else { return };
        let (mut from, mut to) = (start + first, start + first);
        while from < text.len() {
            // At a `\r`: one end of a line, then all up to the next.
            text[to] = b'\n';
            to += 1;
            from += 1 + usize::from(text.get(from + 1) == Some(&b'\n'));
            let run = memchr(b'\r', &text[from.min(text.len())..]).map_or(text.len(), |next| from + next);
            text.copy_within(from..run, to);
            to += run - from;
            from = run;
        }
        text.truncate(to);
    }
}

/// Why text could not be read.
pub(crate) struct Unread {
    error: Error,
    /// Where, if that is known: behind so many lines, and so many characters of the next.
    place: Option<(usize, Option<usize>)>,
}

impl Unread {
    /// An error behind a text, if it is one of the text's own.
    fn at_end(text: &[u8], error: Error) -> Self {
        let place = BadText::is(&error).then(|| {
            let line = memrchr(b'\n', text).map_or(text, |end| &text[end + 1..]);
            (memchr::memchr_iter(b'\n', text).count(), Some(String::from_utf8_lossy(line).chars().count()))
        });
        Self { error, place }
    }

    /// The same where so many more lines stand before.
    pub(crate) fn after(self, more: usize) -> Self {
        Self { place: self.place.map(|(lines, characters)| (lines + more, characters)), ..self }
    }

    /// The error, with its place behind so many lines.
    pub(crate) fn behind(self, lines: usize) -> Error {
        let error = self.error;
        match self.place {
            None => error,
            Some((more, None)) => Error::custom(format!("line {}: {error}", lines + more + 1)),
            Some((more, Some(characters))) => {
                let (line, character) = (lines + more + 1, characters + 1);
                Error::custom(format!("line {line}, character {character}: {error}"))
            }
        }
    }
}

/// Lines that the caller gives, as something to read: one line a read, which ends in `\n`.
pub(crate) struct Given<I> {
    lines: I,
    /// A line that is longer than the room it met, and how much of it is gone.
    line: Vec<u8>,
    taken: usize,
    number: usize,
    may_hold_ends: bool,
}

impl<I> Given<I> {
    /// `may_hold_ends` where a line may have the end of a line inside, between quotes.
    pub(crate) fn new(lines: I, may_hold_ends: bool) -> Self {
        Self { lines, line: Vec::new(), taken: 0, number: 0, may_hold_ends }
    }
}

impl<S: AsRef<str>, I: Iterator<Item = S>> Read for Given<I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.line.len() {
            let Some(line) = self.lines.next() else { return Ok(0) };
            let line = line.as_ref();
            let line = line.strip_suffix('\n').unwrap_or(line);
            let line = line.strip_suffix('\r').unwrap_or(line);
            self.number += 1;
            if !self.may_hold_ends && line.contains(['\n', '\r']) {
                let number = self.number;
                let message = format!(
                    "line {number} has the end of a line inside: give each line by itself, or set `quotechar`"
                );
                return Err(Error::custom(message).into());
            }
            self.line.clear();
            self.line.extend_from_slice(line.as_bytes());
            self.line.push(b'\n');
            self.taken = 0;
        }
        let count = buffer.len().min(self.line.len() - self.taken);
        buffer[..count].copy_from_slice(&self.line[self.taken..self.taken + count]);
        self.taken += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte a read.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(buffer.len()).min(1);
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn all_ends_of_lines_are_one_wherever_blocks_end() {
        let text = b"a\r\nb\rc\n\r\n\r\rd\n\re\r";
        for block in 1..text.len() + 2 {
            let mut lines =
                Lines::new(Box::new(Drip(text)), None, Arc::default(), block, Limits::default(), false);
            let mut all = Vec::new();
            while let Ok(Some(batch)) = lines.next(Vec::new()) {
                assert!(lines.is_over() || batch.ends_with(b"\n"));
                all.extend(batch);
            }
            assert_eq!(String::from_utf8(all).unwrap(), "a\nb\nc\n\n\n\nd\n\ne\n", "{block}");
        }
    }
}
