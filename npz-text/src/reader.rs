//! Reads rows: batches of lines, cut into pieces that several threads read.

use std::ops::ControlFlow;

use npz_core::{DType, Error, Result};

use crate::collect::Collected;
use crate::head::{Head, at_line, piece, valid};
use crate::lines::{Lines, cut};
use crate::piece::{Piece, parse};
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
    batch: Option<Result<Vec<u8>>>,
    collected: Collected<'s, S>,
    /// What was read last: it is collected while the next is read.
    pieces: Vec<Piece<S>>,
    /// The last lines, which may be a footer.
    footer: Vec<u8>,
}

impl<'a, 's, S: Sink> Reader<'a, 's, S> {
    pub(crate) fn new(head: Head<'a>, plan: Plan<'s>, settings: &'s Settings<'s>, dtype: DType) -> Self {
        let batch = if head.text.is_empty() { None } else { Some(Ok(head.text)) };
        Self {
            plan,
            settings,
            dtype,
            lines: head.lines,
            batch,
            collected: Collected::new(settings, head.line),
            pieces: Vec::new(),
            footer: Vec::new(),
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

    /// Reads so many rows, fewer at the end; gives them, with their mask if there is one, and their number.
    pub(crate) fn read(&mut self, wanted: usize) -> Result<(S, Vec<bool>, usize)> {
        let wanted = wanted.min(self.collected.room());
        // A batch that is enough is followed by none: what comes behind may not be read, or be the footer.
        let reads_on = self.settings.max_rows.is_none() && self.settings.skip_footer == 0;
        loop {
            let waiting: usize = self.pieces.iter().map(|piece| piece.rows).sum();
            if !reads_on || self.collected.rows + waiting >= wanted {
                self.collect()?;
            }
            if self.collected.rows >= wanted {
                break;
            }
            let Some(text) = self.next_batch()? else { break };
            if self.plan.splitter.has_quotes() {
                self.read_quoted(&text)?;
            } else {
                self.read_batch(text, reads_on)?;
            }
            if let Some(progress) = &self.settings.progress
                && progress(self.lines.total()) == ControlFlow::Break(())
            {
                return Err(Error::custom("stopped by the function that was set as `progress`"));
            }
        }
        self.collect()?;
        self.collected.give(&self.plan, wanted)
    }

    /// Reads a batch by several threads; collects what was read before, and reads the next lines, meanwhile.
    fn read_batch(&mut self, text: Vec<u8>, reads_on: bool) -> Result<()> {
        let threads = crate::team::threads(self.settings.threads);
        let is_whole = !S::HAS_ROWS && self.settings.max_rows.is_some();
        let room = self.collected.room() - self.collected.rows;
        let waiting = std::mem::take(&mut self.pieces);
        let Self { plan, collected, lines, .. } = self;
        let pieces = cut(&text, if is_whole { text.len() } else { piece(threads) });
        let (pieces, (taken, next)) = crate::team::map_while(
            threads,
            pieces.into_iter().map(|piece| (piece, collected.spare())).collect(),
            |(piece, sink)| parse(plan, sink, piece, true, room),
            || (collected.take(plan, waiting), if reads_on { lines.next().transpose() } else { None }),
        );
        // An error in the rows before comes first.
        taken?;
        self.pieces = pieces;
        self.batch = next;
        self.lines.recycle(text);
        Ok(())
    }

    /// Reads a batch by one thread: only who has read all before knows whether a line begins inside of quotes.
    fn read_quoted(&mut self, text: &[u8]) -> Result<()> {
        let room = self.collected.room() - self.collected.rows;
        let piece = parse(&self.plan, self.collected.spare(), text, self.lines.is_over(), room);
        let rest = text[piece.used..].to_vec();
        if piece.error.is_none() && !rest.is_empty() {
            let line = self.collected.line + piece.lines;
            self.plan.limits.check(rest.len(), 0).map_err(|error| at_line(line, &error))?;
            self.lines.give_back(rest);
        }
        self.collected.take(&self.plan, vec![piece])
    }

    /// Collects what was read last.
    fn collect(&mut self) -> Result<()> {
        self.collected.take(&self.plan, std::mem::take(&mut self.pieces))
    }

    /// The next lines, without those that may be the footer.
    fn next_batch(&mut self) -> Result<Option<Vec<u8>>> {
        loop {
            let next = match self.batch.take() {
                Some(Ok(batch)) => Some(batch),
                Some(Err(error)) => {
                    self.collect()?;
                    return Err(error);
                }
                None => self.lines.next()?,
            };
            let Some(next) = next else { return Ok(None) };
            if self.settings.skip_footer == 0 {
                return Ok(Some(next));
            }
            let mut text = std::mem::take(&mut self.footer);
            text.extend_from_slice(&next);
            let end = self.before_footer(valid(&text, self.collected.line)?);
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
}
