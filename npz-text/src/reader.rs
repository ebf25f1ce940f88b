//! Reads rows: batches of lines, cut into pieces that several threads read.

use std::borrow::Cow;
use std::ops::ControlFlow;

use npz_core::{DType, Error, Result};

use crate::head::{Head, PIECE, at_line, count, valid};
use crate::lines::{Lines, cut};
use crate::number::Style;
use crate::plan::Plan;
use crate::settings::Settings;
use crate::sink::Sink;

/// Reads rows into a sink.
pub(crate) struct Reader<'a, 's, S> {
    plan: Plan<'s>,
    settings: &'s Settings<'s>,
    /// What a row, or a cell, is.
    dtype: DType,
    lines: Lines<'a>,
    /// The next batch, which was read already.
    batch: Option<Vec<u8>>,
    /// The lines before it.
    line: usize,
    sink: S,
    rows: usize,
    /// The rows that were given away before.
    gone: usize,
    ragged: Ragged,
    /// The last lines, which may be a footer.
    footer: Vec<u8>,
    is_warned: bool,
}

/// Rows of another number of columns.
#[derive(Default)]
struct Ragged {
    /// The first of them: line, from 1, and number of columns.
    listed: Vec<(usize, usize)>,
    count: usize,
}

/// How many ragged rows an error lists.
const LISTED: usize = 20;

/// What became of a piece.
struct Piece<S> {
    sink: S,
    rows: usize,
    /// The lines that end in it.
    lines: usize,
    /// Its bytes that were used; all but the start of a row whose quotes are open.
    used: usize,
    /// The rows before each ragged one, its line and its number of columns.
    ragged: Vec<(usize, usize, usize)>,
    /// The first line without data, and the rows before it.
    blank: Option<(usize, usize)>,
    /// What ended it before its time.
    error: Option<Fault>,
}

struct Fault {
    /// From 0, in the piece.
    line: usize,
    message: String,
}

impl<'a, 's, S: Sink> Reader<'a, 's, S> {
    pub(crate) fn new(head: Head<'a>, plan: Plan<'s>, settings: &'s Settings<'s>, dtype: DType) -> Self {
        let batch = if head.text.is_empty() { None } else { Some(head.text) };
        Self {
            plan,
            settings,
            dtype,
            lines: head.lines,
            batch,
            line: head.line,
            sink: S::new(),
            rows: 0,
            gone: 0,
            ragged: Ragged::default(),
            footer: Vec::new(),
            is_warned: false,
        }
    }

    pub(crate) fn plan(&self) -> &Plan<'s> {
        &self.plan
    }

    pub(crate) fn dtype(&self) -> &DType {
        &self.dtype
    }

    pub(crate) fn ndmin(&self) -> usize {
        self.settings.ndmin
    }

    /// How many rows may still come.
    fn room(&self) -> usize {
        self.settings.max_rows.map_or(usize::MAX, |max| max - self.gone)
    }

    /// Reads so many rows, fewer at the end; gives them.
    pub(crate) fn read(&mut self, wanted: usize) -> Result<(S, usize)> {
        let wanted = wanted.min(self.room());
        while self.rows < wanted {
            let Some(text) = self.next_batch()? else { break };
            let is_last = self.lines.is_over();
            if self.plan.splitter.has_quotes() {
                // Only who has read all before knows whether a line begins inside of quotes.
                let piece = parse(&self.plan, &text, is_last, self.room() - self.rows);
                let rest = text[piece.used..].to_vec();
                if piece.error.is_none() && !rest.is_empty() {
                    self.plan
                        .limits
                        .check(rest.len(), 0)
                        .map_err(|error| at_line(self.line + piece.lines, &error))?;
                    self.lines.give_back(rest);
                }
                self.take(vec![piece])?;
            } else {
                let is_whole = !S::HAS_ROWS && self.settings.max_rows.is_some();
                let pieces = cut(&text, if is_whole { text.len() } else { PIECE });
                let room = self.room() - self.rows;
                let threads = crate::team::threads(self.settings.threads);
                // A batch that is enough is followed by none: what comes behind may not be read.
                let reads_on = self.settings.max_rows.is_none();
                let plan = &self.plan;
                let lines = &mut self.lines;
                let (pieces, next) = crate::team::map_while(
                    threads,
                    pieces,
                    |piece| parse(plan, piece, true, room),
                    || if reads_on { lines.next() } else { Ok(None) },
                );
                // An error in these rows comes before one in what follows.
                self.take(pieces)?;
                self.batch = next?;
            }
            if let Some(progress) = &self.settings.progress
                && progress(self.lines.total()) == ControlFlow::Break(())
            {
                return Err(Error::custom("stopped by the function that was set as `progress`"));
            }
        }
        let rest = if self.rows > wanted { self.sink.split_off(&self.plan, wanted) } else { S::new() };
        let rows = self.rows.min(wanted);
        self.rows -= rows;
        self.gone += rows;
        if rows < wanted || self.room() == 0 {
            self.tell_ragged()?;
        }
        Ok((std::mem::replace(&mut self.sink, rest), rows))
    }

    /// The next lines, without those that may be the footer.
    fn next_batch(&mut self) -> Result<Option<Vec<u8>>> {
        loop {
            let next = match self.batch.take() {
                Some(batch) => Some(batch),
                None => self.lines.next()?,
            };
            let Some(next) = next else { return Ok(None) };
            if self.settings.skip_footer == 0 {
                return Ok(Some(next));
            }
            let mut text = std::mem::take(&mut self.footer);
            text.extend_from_slice(&next);
            let end = self.before_footer(valid(&text, self.line)?);
            let footer = text.split_off(end);
            if !self.lines.is_over() {
                self.footer = footer;
            }
            if !text.is_empty() {
                return Ok(Some(text));
            }
        }
    }

    /// Where the last rows of a text begin, as many as the footer has.
    fn before_footer(&self, text: &str) -> usize {
        let mut end = text.len();
        let mut fields = Vec::new();
        let mut count = 0;
        while end > 0 && count < self.settings.skip_footer {
            let line = text[..end].strip_suffix('\n').unwrap_or(&text[..end]);
            let start = line.rfind('\n').map_or(0, |at| at + 1);
            self.plan.splitter.row(&text[start..end], true, &mut fields);
            count += usize::from(!fields.is_empty());
            end = start;
        }
        end
    }

    /// Takes what pieces gave, up to the rows that may come at all.
    fn take(&mut self, pieces: Vec<Piece<S>>) -> Result<()> {
        let limit = self.room();
        for mut piece in pieces {
            let before = self.rows;
            let is_full = before + piece.rows >= limit;
            if is_full && before + piece.rows > limit {
                piece.sink.split_off(&self.plan, limit - before);
                piece.rows = limit - before;
            }
            self.sink.append(piece.sink)?;
            self.rows += piece.rows;
            for (rows, line, columns) in piece.ragged {
                if before + rows < limit {
                    self.ragged.count += 1;
                    if self.ragged.listed.len() < LISTED {
                        self.ragged.listed.push((self.line + line + 1, columns));
                    }
                }
            }
            if let (Some((rows, line)), Some(max)) = (piece.blank, self.settings.max_rows)
                && before + rows < limit
                && !self.is_warned
                && self.plan.style == Style::LoadTxt
            {
                self.is_warned = true;
                let line = self.line + line + 1;
                self.settings
                    .warn(&format!("line {line} holds no data and is not counted towards max_rows={max}"));
            }
            if is_full {
                return Ok(());
            }
            if let Some(fault) = piece.error {
                let line = self.line + fault.line + 1;
                return Err(Error::custom(format!("line {line}{}", fault.message)));
            }
            self.line += piece.lines;
        }
        Ok(())
    }

    /// Says which rows had another number of columns: as an error, or a warning if they are to be skipped.
    fn tell_ragged(&mut self) -> Result<()> {
        let ragged = std::mem::take(&mut self.ragged);
        if ragged.count == 0 {
            return Ok(());
        }
        let (expected, few) = match &self.plan.select {
            crate::plan::Select::All(count) => (format!("{count} columns"), ""),
            crate::plan::Select::Some(_) => ("the columns of `usecols`".to_owned(), "only "),
        };
        let lines = ragged.listed.iter().map(|(line, count)| format!("\n    line {line} has {few}{count}"));
        let mut message = format!("expected {expected} in each row{}", lines.collect::<String>());
        if ragged.count > LISTED {
            let more = ragged.count - LISTED;
            message.push_str(&["\n    and ", &more.to_string(), " more lines"].concat());
        }
        if self.settings.invalid_raise {
            message += "\n`invalid_raise(false)` skips such lines; `usecols` takes the columns that all have";
            return Err(Error::custom(message));
        }
        self.settings.warn(&format!("lines were skipped: {message}"));
        Ok(())
    }
}

/// Reads the rows of a piece, up to so many that are not plain.
fn parse<S: Sink>(plan: &Plan<'_>, bytes: &[u8], is_last: bool, room: usize) -> Piece<S> {
    let mut piece =
        Piece { sink: S::new(), rows: 0, lines: 0, used: 0, ragged: Vec::new(), blank: None, error: None };
    let (text, bad) = match valid(bytes, 0) {
        Ok(text) => (text, None),
        // What stands before is read first: it may be all that is wanted.
        Err(error) => {
            let good = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
            let end = memchr::memrchr(b'\n', &bytes[..good]).map_or(0, |end| end + 1);
            (std::str::from_utf8(&bytes[..end]).unwrap_or_default(), Some(error))
        }
    };
    let mut at = 0;
    let mut lines = LineCounter::default();
    let mut fields: Vec<Cow<'_, str>> = Vec::new();
    let mut chosen = Vec::new();
    while at < text.len() {
        let (len, rows) = piece.sink.plain(plan, &bytes[at..text.len()]);
        piece.rows += rows;
        at += len;
        if at == text.len() || piece.rows >= room {
            break;
        }
        let Some(len) = plan.splitter.row(&text[at..], is_last && bad.is_none(), &mut fields) else { break };
        let outcome = match plan.limits.check(len, fields.len()) {
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
    if let (None, Some(error)) = (&piece.error, bad) {
        // The message begins with `line N`, counted from the start of the piece.
        let message = error.to_string();
        let rest = message.split_once(':').map_or("", |(_, rest)| rest);
        let good = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
        piece.error = Some(Fault { line: count(&bytes[..good]), message: format!(":{rest}") });
    }
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
    if let crate::plan::Select::All(expected) = plan.select
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
            ": there is no column {column}, which `usecols` asks for: the row has {found} columns"
        ));
    }
    plan.convert(chosen).map_err(|(column, why)| {
        format!(", column {}: the converter refused the text: {why}", plan.number(column, found))
    })?;
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
