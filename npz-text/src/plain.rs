//! Rows of numbers without gaps, which most are: they are read where they stand. What is anything else, if only a cell, goes
//! the long way by `split` and `number`, which alone decide what is right.

use crate::number::Number;
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
        let (delimiter, comments): (_, &[String]) = match splitter {
            Splitter::LoadTxt { delimiter, comments, .. } => (delimiter.map(String::from), comments),
            Splitter::GenFromTxt { delimiter, comment, .. } => match delimiter {
                crate::Delimiter::Whitespace => (None, comment.as_slice()),
                crate::Delimiter::Text(text) => (Some(text.clone()), comment.as_slice()),
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
        let is_apart = |comment: &String| {
            comment.bytes().next().is_some_and(|byte| {
                !is_of_numbers(byte)
                    && !byte.is_ascii_whitespace()
                    && Some(byte) != delimiter
                    && byte.is_ascii_graphic()
            })
        };
        if !comments.iter().all(is_apart) {
            return None;
        }
        let blanks: &[u8] = match delimiter {
            None => b" \t",
            Some(b' ') => b"",
            Some(_) => b" ",
        };
        Some(Self { delimiter: delimiter.unwrap_or(b' '), is_white: delimiter.is_none(), blanks })
    }

    /// Where the blanks from a position on end.
    #[inline]
    fn skip(self, text: &[u8], mut at: usize) -> usize {
        while text.get(at).is_some_and(|byte| self.blanks.contains(byte)) {
            at += 1;
        }
        at
    }

    /// Reads rows of so many numbers, up to the first that is not plain; gives their bytes and how many there are.
    pub(crate) fn rows<T: Number>(
        self,
        text: &[u8],
        columns: usize,
        line_limit: usize,
        values: &mut Vec<T>,
    ) -> (usize, usize) {
        let (mut start, mut rows) = (0, 0);
        while start < text.len() {
            let mark = values.len();
            match self.row(&text[start..], columns, values) {
                Some(len) if len <= line_limit => {
                    if rows == 0 {
                        // The others are about as long.
                        values.reserve(columns * ((text.len() - start) / len));
                    }
                    start += len;
                }
                _ => {
                    values.truncate(mark);
                    break;
                }
            }
            rows += 1;
        }
        (start, rows)
    }

    /// Reads one row; `None` if it is not plain.
    #[inline]
    fn row<T: Number>(self, text: &[u8], columns: usize, values: &mut Vec<T>) -> Option<usize> {
        let mut at = 0;
        for column in 1..=columns {
            // Most numbers stand right behind the delimiter, and have one right behind them.
            if *text.get(at)? <= b' ' {
                at = self.skip(text, at);
            }
            let (value, len) = T::plain(text.get(at..)?)?;
            values.push(value);
            at += len;
            if column < columns {
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
