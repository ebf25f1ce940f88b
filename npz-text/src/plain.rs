//! Rows of numbers without gaps, which most are: they are read where they stand. What is anything else, if only a cell, goes
//! the long way by `split` and `number`, which alone decide what is right.

use crate::split::Splitter;

/// What stands between plain numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plain {
    /// A blank for white space, which may be of any length.
    delimiter: u8,
    is_white: bool,
    /// What may stand around a number.
    blanks: &'static [u8],
}

impl Plain {
    /// Whether rows of a splitter may be plain: what ends a field or a line must be no part of a number.
    pub(crate) fn of(splitter: &Splitter) -> Option<Self> {
        let (delimiter, comments, quote): (_, &[String], _) = match splitter {
            Splitter::LoadTxt { delimiter, comments, quote } => {
                (delimiter.map(String::from), comments, quote.map(String::from))
            }
            Splitter::GenFromTxt { delimiter, comment, .. } => match delimiter {
                crate::Delimiter::Whitespace => (None, comment.as_slice(), None),
                crate::Delimiter::Text(text) => (Some(text.clone()), comment.as_slice(), None),
                _ => return None,
            },
        };
        let is_of_numbers = |byte: u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_' | b'(' | b')')
        };
        let delimiter = match delimiter.as_deref().map(str::as_bytes) {
            None => None,
            Some([byte]) if !is_of_numbers(*byte) && *byte != b'\n' => Some(*byte),
            Some(_) => return None,
        };
        let is_apart = |sign: &String| {
            sign.bytes().next().is_some_and(|byte| {
                !is_of_numbers(byte)
                    && !byte.is_ascii_whitespace()
                    && Some(byte) != delimiter
                    && byte.is_ascii_graphic()
            })
        };
        if !comments.iter().chain(&quote).all(is_apart) {
            return None;
        }
        let blanks: &[u8] = match delimiter {
            None => b" \t",
            Some(b' ') => b"",
            Some(_) => b" ",
        };
        Some(Self { delimiter: delimiter.unwrap_or(b' '), is_white: delimiter.is_none(), blanks })
    }

    /// The same where blanks around a number belong to its cell.
    pub(crate) fn with_blanks(self) -> Self {
        Self { blanks: if self.is_white { self.blanks } else { b"" }, ..self }
    }

    /// Where the blanks from a position on end.
    #[inline]
    fn skip(self, text: &[u8], mut at: usize) -> usize {
        while text.get(at).is_some_and(|byte| self.blanks.contains(byte)) {
            at += 1;
        }
        at
    }

    /// Reads so many rows of so many cells at most, up to the first that is not plain; gives their bytes and how many there are.
    ///
    /// `cell` takes the number of a column at the start of a text, and gives its length, or `None` where it is not plain. It
    /// may have taken cells of one row more than there are.
    #[inline]
    pub(crate) fn rows(
        self,
        text: &[u8],
        (most, columns): (usize, usize),
        line_limit: usize,
        mut cell: impl FnMut(usize, &[u8]) -> Option<usize>,
    ) -> (usize, usize) {
        let (mut start, mut rows) = (0, 0);
        while start < text.len() && rows < most {
            match self.row(&text[start..], columns, &mut cell) {
                Some(len) if len <= line_limit => start += len,
                _ => break,
            }
            rows += 1;
        }
        (start, rows)
    }

    /// Reads one row; `None` if it is not plain.
    #[inline]
    fn row(
        self,
        text: &[u8],
        columns: usize,
        cell: &mut impl FnMut(usize, &[u8]) -> Option<usize>,
    ) -> Option<usize> {
        let mut at = 0;
        for column in 0..columns {
            // Most numbers stand right behind the delimiter, and have one right behind them.
            if *text.get(at)? <= b' ' {
                at = self.skip(text, at);
            }
            at += cell(column, text.get(at..)?)?;
            if column + 1 < columns {
                if *text.get(at)? == self.delimiter {
                    at += 1;
                    continue;
                }
                let end = self.skip(text, at);
                at = match text.get(end)? {
                    _ if self.is_white && end > at => end,
                    byte if *byte == self.delimiter && !self.is_white => end + 1,
                    _ => return None,
                };
            }
        }
        at = self.skip(text, at);
        match text.get(at) {
            None => Some(at),
            Some(b'\n') => Some(at + 1),
            Some(_) => None,
        }
    }
}
