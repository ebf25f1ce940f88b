//! A piece of a text, read by one thread.

use std::borrow::Cow;

use crate::head::{Fault, count, valid};
use crate::number::Style;
use crate::options::counted;
use crate::plan::{Plan, Select};
use crate::sink::Sink;

/// What became of a piece.
pub(crate) struct Piece<S> {
    pub(crate) sink: S,
    /// Which cells were missing, if that is asked for.
    pub(crate) mask: Vec<bool>,
    pub(crate) rows: usize,
    /// The lines that end in it.
    pub(crate) lines: usize,
    /// Its bytes that were used; all but the start of a row whose quotes are open.
    pub(crate) used: usize,
    /// The rows before each ragged one, its line and its number of columns.
    pub(crate) ragged: Vec<(usize, usize, usize)>,
    /// The first line without data, and the rows before it.
    pub(crate) blank: Option<(usize, usize)>,
    /// What ended it before its time.
    pub(crate) error: Option<Fault>,
}

impl<S> Piece<S> {
    /// Gives the sink, and all else with another.
    pub(crate) fn with_sink<O>(self, sink: O) -> (S, Piece<O>) {
        let Self { sink: own, mask, rows, lines, used, ragged, blank, error } = self;
        (own, Piece { sink, mask, rows, lines, used, ragged, blank, error })
    }
}

/// Reads the rows of a piece into a sink, up to so many.
pub(crate) fn parse<S: Sink>(plan: &Plan<'_>, sink: S, bytes: &[u8], is_last: bool, room: usize) -> Piece<S> {
    let mut piece = Piece {
        sink,
        mask: Vec::new(),
        rows: 0,
        lines: 0,
        used: 0,
        ragged: Vec::new(),
        blank: None,
        error: None,
    };
    let (mut text, bad) = valid(bytes);
    if bad.is_some() {
        // What stands before is read first: it may be all that is wanted.
        text = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
    }
    let mut at = 0;
    let mut lines = LineCounter::default();
    let mut fields: Vec<Cow<'_, str>> = Vec::new();
    let mut chosen = Vec::new();
    while at < text.len() {
        let (len, rows) = piece.sink.plain(plan, &bytes[at..text.len()], room - piece.rows);
        piece.rows += rows;
        at += len;
        if plan.has_mask {
            piece.mask.resize(piece.rows * plan.width(), false);
        }
        if at == text.len() || piece.rows >= room {
            break;
        }
        let most = plan.limits.columns;
        let Some(len) = plan.splitter.row(&text[at..], is_last && bad.is_none(), most, &mut fields) else {
            break;
        };
        let outcome = match plan.limits.check(&bytes[at..at + len], fields.len()) {
            Err(error) => Err(format!(": {error}")),
            Ok(()) if fields.is_empty() => {
                if piece.blank.is_none() {
                    piece.blank = Some((piece.rows, lines.up_to(bytes, at)));
                }
                Ok(())
            }
            Ok(()) => {
                let found = fields.len();
                let outcome = row(plan, &mut piece, &mut fields, &mut chosen);
                if outcome == Ok(false) {
                    piece.ragged.push((piece.rows, lines.up_to(bytes, at), found));
                }
                outcome.map(drop)
            }
        };
        if let Err(message) = outcome {
            piece.error = Some(Fault { line: lines.up_to(bytes, at), message });
            break;
        }
        at += len;
    }
    piece.used = at;
    piece.lines = count(&bytes[..at]);
    piece.error = piece.error.or(bad);
    piece
}

/// Counts lines, each once.
#[derive(Default)]
struct LineCounter {
    at: usize,
    lines: usize,
}

impl LineCounter {
    /// The lines that end before a position, which is none before the last that was asked for.
    fn up_to(&mut self, bytes: &[u8], at: usize) -> usize {
        self.lines += count(&bytes[self.at..at]);
        self.at = at;
        self.lines
    }
}

/// Takes one row, or not if it is ragged and may be; gives a message that continues `line N`.
fn row<'t, S: Sink>(
    plan: &Plan<'_>,
    piece: &mut Piece<S>,
    fields: &mut Vec<Cow<'t, str>>,
    chosen: &mut Vec<Cow<'t, str>>,
) -> Result<bool, String> {
    let found = fields.len();
    if let Select::All(expected) = plan.select
        && found != expected
    {
        if plan.style == Style::GenFromTxt {
            return Ok(false);
        }
        return Err(format!(
            ": the number of columns changed from {expected} to {found}: `usecols` takes the columns that all rows have, \
             `GenFromTxt` lists all such rows, or skips them"
        ));
    }
    if let Err(column) = plan.choose(fields, chosen) {
        if plan.style == Style::GenFromTxt {
            return Ok(false);
        }
        return Err(format!(
            ": there is no column {column}, which `usecols` asks for: the row has {}",
            counted(found, "column")
        ));
    }
    if plan.has_mask {
        piece.mask.extend(chosen.iter().enumerate().map(|(column, text)| plan.is_masked(column, text)));
    }
    plan.convert(chosen).map_err(|(column, why)| {
        let (column, text) = (plan.number(column, found), shown(&chosen[column]));
        format!(", column {column}: the converter refused {text}: {why}")
    })?;
    piece.sink.reserve(plan).map_err(|why| format!(": {why}"))?;
    piece.sink.row(plan, chosen).map_err(|bad| {
        let column = plan.number(bad.column, found);
        let text = shown(&bad.text);
        let advice = advice(plan, &bad.text);
        format!(", column {column}: expected {}, found {text}{advice}", bad.fault.expected())
    })?;
    piece.rows += 1;
    Ok(true)
}

/// A text as a message shows it: its start.
fn shown(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{:?}... ({} bytes)", &text[..end], text.len()),
        None => format!("{text:?}"),
    }
}

fn advice(plan: &Plan<'_>, text: &str) -> &'static str {
    match (plan.style, text.trim().is_empty()) {
        (Style::LoadTxt, true) => "; `GenFromTxt` reads tables with gaps",
        (Style::LoadTxt, false) => {
            "; `skip_rows`, `usecols` and `comments` leave out what is no data, `delimiter` and `quotechar` say where fields end"
        }
        (Style::GenFromTxt, true) => "; `filling_values` says what stands for a gap",
        (Style::GenFromTxt, false) => {
            "; `missing_values` and `filling_values` say what stands for such a text"
        }
    }
}
