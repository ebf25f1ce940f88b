//! Rows of plain numbers, which most are: digits that are read where they stand. What is anything else, if only a cell, goes
//! the long way by `split` and `number`, which alone decide what is right.

use crate::number::Number;
use crate::split::Splitter;

/// What stands between plain numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plain {
    /// `None` for white space.
    delimiter: Option<u8>,
    /// Blanks may stand around a number.
    has_blanks: bool,
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
        Some(Self { delimiter, has_blanks: delimiter != Some(b' ') })
    }

    #[inline]
    fn skip(self, text: &[u8], mut at: usize) -> usize {
        if self.has_blanks {
            while text.get(at) == Some(&b' ') || (self.delimiter.is_none() && text.get(at) == Some(&b'\t')) {
                at += 1;
            }
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
                Some(len) if len <= line_limit => start += len,
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
            at = self.skip(text, at);
            let (value, len) = T::plain(text.get(at..)?)?;
            values.push(value);
            at += len;
            if column == columns {
                break;
            }
            match self.delimiter {
                Some(delimiter) => {
                    at = self.skip(text, at);
                    if *text.get(at)? != delimiter {
                        return None;
                    }
                    at += 1;
                }
                None if !matches!(text.get(at)?, b' ' | b'\t') => return None,
                None => {}
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

/// A float that begins with a digit or a point, after a sign; and its length.
#[inline]
pub(crate) fn float(text: &[u8]) -> Option<(f64, usize)> {
    let sign = usize::from(text.first() == Some(&b'-'));
    match text.get(sign)? {
        b'0'..=b'9' | b'.' => {}
        _ => return None,
    }
    fast_float2::parse_partial::<f64, _>(text).ok()
}

/// An integer of up to 18 digits; and its length.
#[inline]
pub(crate) fn integer(text: &[u8]) -> Option<(i64, usize)> {
    let sign = usize::from(text.first() == Some(&b'-'));
    let mut value: i64 = 0;
    let mut at = sign;
    while let Some(digit) = text.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
        if at - sign == 18 {
            return None;
        }
        value = value * 10 + i64::from(digit);
        at += 1;
    }
    if at == sign {
        return None;
    }
    Some((if sign == 1 { -value } else { value }, at))
}
