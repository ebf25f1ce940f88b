//! All options, as the builders collect them, and what can't be asked for together.

use npz_core::{Error, Result};

use crate::encoding::Encoding;
use crate::names::Cleaner;
use crate::number::Style;
use crate::options::{CellType, Column, Delimiter, Limits, Names, counted};
use crate::plan::Converter;
use crate::progress::Progress;
use crate::split::{Splitter, is_space};

/// What warnings are told to.
pub(crate) type OnWarning<'a> = Box<dyn Fn(&str) + Send + Sync + 'a>;

/// The options of both readers, with NumPy's defaults.
pub(crate) struct Settings<'a> {
    pub(crate) style: Style,
    pub(crate) delimiter: Delimiter,
    pub(crate) comments: Vec<String>,
    pub(crate) quote: Option<char>,
    pub(crate) skip_lines: usize,
    pub(crate) skip_footer: usize,
    pub(crate) max_rows: Option<usize>,
    pub(crate) usecols: Option<Vec<Column>>,
    pub(crate) converters: Vec<(Column, Converter<'a>)>,
    pub(crate) missing: Vec<(Column, Vec<String>)>,
    pub(crate) filling: Vec<(Column, String)>,
    pub(crate) names: Names,
    pub(crate) cleaner: Cleaner,
    pub(crate) autostrip: bool,
    pub(crate) invalid_raise: bool,
    pub(crate) loose: bool,
    pub(crate) dtype: Option<CellType>,
    pub(crate) ndmin: usize,
    pub(crate) encoding: Encoding,
    pub(crate) limits: Limits,
    pub(crate) threads: usize,
    pub(crate) on_warning: Option<OnWarning<'a>>,
    pub(crate) progress: Option<Progress<'a>>,
}

impl Settings<'_> {
    pub(crate) fn new(style: Style) -> Self {
        Self {
            style,
            delimiter: Delimiter::Whitespace,
            comments: vec!["#".to_owned()],
            quote: None,
            skip_lines: 0,
            skip_footer: 0,
            max_rows: None,
            usecols: None,
            converters: Vec::new(),
            missing: Vec::new(),
            filling: Vec::new(),
            names: Names::None,
            cleaner: Cleaner::default(),
            autostrip: false,
            invalid_raise: true,
            loose: true,
            dtype: None,
            ndmin: 0,
            encoding: Encoding::Utf8,
            limits: Limits::default(),
            threads: 0,
            on_warning: None,
            progress: None,
        }
    }

    pub(crate) fn warn(&self, message: &str) {
        if let Some(on_warning) = &self.on_warning {
            on_warning(message);
        }
    }

    /// How rows are split, if the options can stand together.
    pub(crate) fn splitter(&self) -> Result<Splitter> {
        if self.ndmin > 2 {
            let message = format!("expected 0, 1 or 2 for `ndmin`, found {}", self.ndmin);
            return Err(Error::custom(message));
        }
        if self.comments.iter().any(String::is_empty) {
            return Err(Error::custom("a comment sign can't be empty: `comments([])` turns comments off"));
        }
        if self.style == Style::LoadTxt { self.loadtxt() } else { self.genfromtxt() }
    }

    fn loadtxt(&self) -> Result<Splitter> {
        let delimiter = match &self.delimiter {
            Delimiter::Text(text) => text.chars().next(),
            _ => None,
        };
        let comment = match self.comments.as_slice() {
            [one] if one.chars().nth(1).is_none() => one.chars().next(),
            [] => None,
            _ if self.quote.is_some() => {
                return Err(Error::custom(
                    "several comment signs, or one of several characters, can't be set together with `quotechar`",
                ));
            }
            _ => None,
        };
        for (option, sign) in [("delimiter", delimiter), ("comments", comment), ("quotechar", self.quote)] {
            if matches!(sign, Some('\n' | '\r')) {
                return Err(Error::custom(format!("`{option}` can't be the end of a line")));
            }
            if option != "delimiter" && delimiter.is_none() && sign.is_some_and(is_space) {
                return Err(Error::custom(format!(
                    "`{option}` can't be white space, which is the delimiter"
                )));
            }
        }
        let signs = [delimiter, comment, self.quote];
        let clash = (0..3).any(|a| (0..a).any(|b| signs[a].is_some() && signs[a] == signs[b]));
        let is_comment = |c: char| self.comments.iter().any(|comment| comment.chars().eq([c]));
        if clash || delimiter.is_some_and(is_comment) {
            return Err(Error::custom(
                "`delimiter`, `comments` and `quotechar` have to differ from each other",
            ));
        }
        Ok(Splitter::LoadTxt { delimiter, comments: self.comments.clone(), quote: self.quote })
    }

    fn genfromtxt(&self) -> Result<Splitter> {
        if self.max_rows.is_some() && self.skip_footer > 0 {
            return Err(Error::custom("`max_rows` and `skip_footer` can't be set together"));
        }
        if self.max_rows == Some(0) {
            return Err(Error::custom(
                "expected at least 1 for `max_rows`, found 0: leave it out to read all rows",
            ));
        }
        if let Delimiter::Widths(widths) = &self.delimiter
            && widths.len() > self.limits.columns
        {
            return Err(Error::custom(format!(
                "expected at most {}, found {}",
                counted(self.limits.columns, "width"),
                widths.len()
            )));
        }
        // As NumPy has it for delimiters that are none.
        let delimiter = match &self.delimiter {
            Delimiter::Width(0) => Delimiter::Whitespace,
            Delimiter::Text(text) if text.is_empty() => Delimiter::Whitespace,
            other => other.clone(),
        };
        Ok(Splitter::GenFromTxt {
            delimiter,
            comment: self.comments.first().cloned(),
            autostrip: self.autostrip,
        })
    }
}
