//! Reads rows: pieces of whole lines, which several threads read.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use npz_core::{DType, Result};

use crate::collect::Collected;
use crate::fill::{self, Filled, Room};
use crate::head::{Head, at_line, count};
use crate::lines::{Lines, Unread};
use crate::number::Number;
use crate::piece::{Piece, parse};
use crate::plan::Plan;
use crate::progress::Meter;
use crate::settings::Settings;
use crate::sink::{Numbers, Sink, Store};
use crate::split::Splitter;

/// Reads rows into a sink.
pub(crate) struct Reader<'a, 's, S> {
    plan: Plan<'s>,
    settings: &'s Settings<'s>,
    /// What a row, or a cell, is.
    dtype: DType,
    texts: Texts<'a>,
    collected: Collected<'s, S>,
    meter: Meter<'s>,
}

/// The pieces of a text.
struct Texts<'a> {
    lines: Lines<'a>,
    /// Those that were read and not given out, each with the number of its rows, as far as the footer may have them.
    held: VecDeque<(Vec<u8>, usize)>,
    /// The rows of all that are held.
    rows: usize,
    /// The rows at the end that are left out.
    skip_footer: usize,
    /// What is held is all that comes, and no row of it belongs to the footer.
    is_cut: bool,
}

/// How many bytes of text several threads may read at once: a few pieces wait for each of them, with their cells.
const AT_ONCE: usize = 4 << 20;

impl<'a, 's, S: Store> Reader<'a, 's, S> {
    pub(crate) fn new(
        head: Head<'a>,
        plan: Plan<'s>,
        settings: &'s Settings<'s>,
        dtype: DType,
        meter: Meter<'s>,
    ) -> Self {
        let texts = Texts::new(head.lines, head.text, settings.skip_footer, &plan.splitter);
        Self { plan, settings, dtype, texts, collected: Collected::new(settings, head.line), meter }
    }

    pub(crate) fn plan(&self) -> &Plan<'s> {
        &self.plan
    }

    pub(crate) fn dtype(&self) -> &DType {
        &self.dtype
    }

    pub(crate) fn settings(&self) -> &Settings<'s> {
        self.settings
    }

    /// Whether there was no row at all, as far as was read.
    pub(crate) fn is_empty(&self) -> bool {
        self.collected.gone == 0 && self.collected.rows == 0
    }

    /// The bytes of text that were read.
    pub(crate) fn text_bytes(&self) -> u64 {
        self.texts.lines.far().text
    }

    pub(crate) fn meter(&self) -> Meter<'s> {
        self.meter
    }

    /// Reads so many rows, fewer at the end; gives them, with their mask if there is one, and their number.
    pub(crate) fn read(&mut self, wanted: usize) -> Result<(S, Vec<bool>, usize)> {
        let wanted = wanted.min(self.collected.room());
        self.collected.wanted = wanted;
        if self.plan.splitter.has_quotes() {
            self.read_quoted(wanted)?;
        } else {
            self.read_pieces(wanted)?;
        }
        if self.collected.rows < wanted || wanted == self.collected.room() {
            self.meter.end(self.texts.lines.far())?;
        }
        self.collected.give(&self.plan)
    }

    /// Reads pieces by several threads.
    fn read_pieces(&mut self, wanted: usize) -> Result<()> {
        // Of pieces that are done: their memory serves the next.
        let spare: Mutex<Vec<S>> = Mutex::default();
        self.each_piece(
            wanted,
            |_| Some(lock(&spare).pop().unwrap_or_else(S::new)),
            |plan, collected, piece| {
                let sink = collected.take(plan, piece)?;
                lock(&spare).push(sink);
                Ok(())
            },
        )
    }

    /// Reads pieces by several threads, each into the sink that there is for its text, as long as there is one; `take` has them in
    /// their order.
    fn each_piece<P: Sink>(
        &mut self,
        wanted: usize,
        mut sink: impl FnMut(&[u8]) -> Option<P> + Send,
        mut take: impl FnMut(&Plan<'s>, &mut Collected<'s, S>, Piece<P>) -> Result<()>,
    ) -> Result<()> {
        let Self { plan, settings, texts, collected, meter, .. } = self;
        let limit = collected.room();
        // Lines that are given may be no more than are needed; rows that can't be told apart either.
        let is_short = texts.lines.is_over() || texts.lines.is_given() || limit < usize::MAX && !S::HAS_ROWS;
        let most = if is_short { 1 } else { AT_ONCE / texts.first().len().max(plan.row_size()).max(1) };
        let threads = crate::team::threads(settings.threads).min(most.max(1));
        // The memory of texts that are done serves the next too.
        let spare: Mutex<Vec<Vec<u8>>> = Mutex::default();
        let rows = AtomicUsize::new(collected.rows);
        crate::team::in_order(
            threads,
            || {
                if rows.load(Ordering::Relaxed) >= wanted {
                    return None;
                }
                let memory = lock(&spare).pop().unwrap_or_default();
                let mut text = match texts.next(&plan.splitter, memory).transpose()? {
                    Ok(text) => text,
                    Err(error) => return Some(Err(error)),
                };
                if let Some(most) = plan.most_lines(text.len()) {
                    texts.keep(&mut text, most);
                }
                let Some(sink) = sink(&text) else {
                    texts.give_back(text);
                    return None;
                };
                Some(Ok((text, sink, texts.lines.far())))
            },
            |next| {
                let (text, sink, far) = next?;
                let piece = parse(plan, sink, &text, true, limit - rows.load(Ordering::Relaxed));
                Ok((text, piece, far))
            },
            |done: Result<_, Unread>| {
                // What is wrong behind the last row that is wanted at all is nobody's concern.
                if collected.rows >= limit {
                    return Ok(());
                }
                let (text, piece, far) = done.map_err(|unread| unread.behind(collected.line))?;
                take(plan, collected, piece)?;
                lock(&spare).push(text);
                rows.store(collected.rows, Ordering::Relaxed);
                meter.tell(far)
            },
        )
    }

    /// Reads pieces by one thread: only who has read all before knows whether a line begins inside of quotes.
    fn read_quoted(&mut self, wanted: usize) -> Result<()> {
        let Self { plan, texts, collected, meter, .. } = self;
        let (mut memory, mut sink) = (Vec::new(), S::new());
        while collected.rows < wanted
            && let Some(mut text) =
                texts.next(&plan.splitter, memory).map_err(|unread| unread.behind(collected.line))?
        {
            let room = collected.room() - collected.rows;
            let room = plan.most_lines(text.len()).map_or(room, |most| most.min(room));
            let piece = parse(plan, sink, &text, texts.lines.is_over(), room);
            let rest = text.split_off(piece.used);
            if piece.rows >= room {
                texts.give_back(rest);
            } else if piece.error.is_none() && !rest.is_empty() {
                let line = collected.line + piece.lines;
                plan.limits.check(&rest, 0).map_err(|error| at_line(line, &error))?;
                texts.lines.give_back(rest);
            }
            (memory, sink) = (text, collected.take(plan, piece)?);
            meter.tell(texts.lines.far())?;
        }
        Ok(())
    }
}

impl<T: Number> Reader<'_, '_, Numbers<T>> {
    /// Reads all rows straight into the result, as far as there is room for them: none unless the length of the text is known.
    pub(crate) fn fill(&mut self) -> Result<()> {
        let (lines, first) = (&self.texts.lines, self.texts.first());
        // With quotes a row may take several lines; with a limit most of the room would be for nothing.
        if self.plan.splitter.has_quotes() || self.collected.room() < usize::MAX {
            return Ok(());
        }
        // To ask for the length of a file takes a twentieth of the time of a small one.
        let len = if lines.is_over() { Some(first.len() as u64) } else { lines.len() };
        let width = self.plan.width();
        let Some(mut cells) = len.and_then(|len| fill::room(len, first, width)) else {
            return Ok(());
        };
        let (mut room, mut filled) = (Room { rest: &mut cells, width }, Filled::default());
        self.each_piece(
            usize::MAX,
            |text| room.slot(text),
            |plan, collected, piece| {
                let (slot, piece) = piece.with_sink(Numbers::new());
                filled.take(&slot);
                collected.take(plan, piece).map(drop)
            },
        )?;
        filled.close(&mut cells);
        self.collected.put(Numbers(cells))
    }
}

/// What is kept there is whole at any time.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Texts<'a> {
    fn new(lines: Lines<'a>, first: Vec<u8>, skip_footer: usize, splitter: &Splitter) -> Self {
        let mut texts = Self { lines, held: VecDeque::new(), rows: 0, skip_footer, is_cut: false };
        texts.hold(first, splitter);
        texts
    }

    /// The next lines, in memory that is given, without those that may be the footer; `None` at the end.
    fn next(&mut self, splitter: &Splitter, mut memory: Vec<u8>) -> Result<Option<Vec<u8>>, Unread> {
        loop {
            if let Some((_, rows)) = self.held.front()
                && (self.is_cut || self.rows - rows >= self.skip_footer)
            {
                self.rows -= rows;
                return Ok(self.held.pop_front().map(|(text, _)| text));
            }
            let next = self.lines.next(std::mem::take(&mut memory));
            match next.map_err(|unread| unread.after(self.held.iter().map(|(text, _)| count(text)).sum()))? {
                Some(text) => self.hold(text, splitter),
                None if self.is_cut => return Ok(None),
                None => self.cut(splitter),
            }
        }
    }

    /// What comes next, as far as it was read.
    fn first(&self) -> &[u8] {
        self.held.front().map_or(&[], |(text, _)| text)
    }

    fn hold(&mut self, text: Vec<u8>, splitter: &Splitter) {
        if !text.is_empty() {
            let (rows, _) = last_rows(splitter, &text, self.skip_footer);
            self.rows += rows;
            self.held.push_back((text, rows));
        }
    }

    /// Takes the footer off what is held.
    fn cut(&mut self, splitter: &Splitter) {
        let mut wanted = self.skip_footer;
        while wanted > 0
            && let Some((mut text, _)) = self.held.pop_back()
        {
            let (rows, start) = last_rows(splitter, &text, wanted);
            text.truncate(start);
            wanted -= rows;
            if !text.is_empty() {
                self.held.push_back((text, 0));
                break;
            }
        }
        self.is_cut = true;
    }

    /// Takes back the lines that were given last.
    fn give_back(&mut self, text: Vec<u8>) {
        if !text.is_empty() {
            self.held.push_front((text, 0));
        }
    }

    /// Takes back all but so many of the lines that were given last.
    fn keep(&mut self, text: &mut Vec<u8>, most: usize) {
        if let Some(end) = memchr::memchr_iter(b'\n', text).nth(most - 1) {
            self.give_back(text.split_off(end + 1));
        }
    }
}

/// How many rows a text has, but for those before the last ones that are wanted; and where these begin.
///
/// What is no text has none: who reads it says so.
fn last_rows(splitter: &Splitter, text: &[u8], wanted: usize) -> (usize, usize) {
    let (mut rows, mut start) = (0, text.len());
    if wanted == 0 {
        return (rows, start);
    }
    let Ok(text) = std::str::from_utf8(text) else { return (rows, start) };
    let mut fields = Vec::new();
    while start > 0 && rows < wanted {
        let line = text[..start].strip_suffix('\n').unwrap_or(&text[..start]);
        let end = start;
        start = line.rfind('\n').map_or(0, |at| at + 1);
        splitter.row(&text[start..end], true, 1, &mut fields);
        rows += usize::from(!fields.is_empty());
    }
    (rows, start)
}
