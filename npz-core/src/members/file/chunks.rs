//! [`Chunks`]: an array in pieces of rows, the next one read while the last is worked on.

use std::iter::FusedIterator;
use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use ndarray::SliceInfoElem;

use super::Place;
use crate::any::RawArray;
use crate::cells::SliceOf;
use crate::error::{Error, ErrorKind, Result};
use crate::header::Header;
use crate::members::FromMembers;
use crate::memory;
use crate::part::Part;
use crate::run::{Team, receive};
use crate::shape::Order;
use crate::stored::Stored;

/// The pieces of an array.
pub(super) struct Chunks<'s, T> {
    pieces: Pieces<'s>,
    place: Place,
    /// The row that comes next.
    next: usize,
    /// Where another thread reads: what it hands on.
    ahead: Option<Receiver<Result<T>>>,
}

/// An array and the length of its pieces.
#[derive(Clone)]
struct Pieces<'s> {
    array: Arc<dyn Stored + 's>,
    rows: usize,
    each: usize,
}

impl<'s, T: FromMembers + Send + 'static> Chunks<'s, T> {
    pub(super) fn new(array: &Arc<dyn Stored + 's>, place: &Place, bytes: usize) -> Result<Self> {
        let pieces = Pieces::new(Arc::clone(array), bytes)?;
        let mut chunks = Self { pieces, place: place.clone(), next: 0, ahead: None };
        if array.region().is_none() {
            let (pieces, place) = (chunks.pieces.kept()?, place.clone());
            let (sender, receiver) = sync_channel(0);
            let read = thread::Builder::new()
                .name("npz-chunks".to_owned())
                .spawn(move || pieces.send(&place, &sender));
            // Where there are no threads, each piece is read when it is wanted.
            chunks.ahead = read.is_ok().then_some(receiver);
        }
        Ok(chunks)
    }

    fn read(&self, rows: Range<usize>) -> Result<T> {
        match &self.ahead {
            Some(ahead) => {
                let lost = || Error::new(ErrorKind::Io, "the thread that reads ahead has ended in a panic");
                receive(ahead).unwrap_or_else(|_| Err(lost()))
            }
            None => self.pieces.slice(rows).and_then(|rows| self.place.load(rows)),
        }
    }
}

impl<T: FromMembers + Send + 'static> Iterator for Chunks<'_, T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        let rows = self.pieces.from(self.next)?;
        self.next = rows.end;
        let read = self.place.located(self.read(rows));
        if read.is_err() {
            self.next = self.pieces.rows;
            self.ahead = None;
        }
        Some(read)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let most = (self.pieces.rows - self.next).div_ceil(self.pieces.each);
        (most.min(1), Some(most))
    }
}

impl<T: FromMembers + Send + 'static> FusedIterator for Chunks<'_, T> {}

impl<'s> Pieces<'s> {
    fn new(array: Arc<dyn Stored + 's>, bytes: usize) -> Result<Self> {
        let header = array.header();
        let Some((&rows, row)) = header.shape().split_first() else {
            return Err(Error::invalid(
                "expected an array that has rows, found one of shape (); read it whole",
            ));
        };
        let cells: usize = row.iter().product();
        let each = bytes / cells.saturating_mul(array.item_size()).max(1);
        Ok(Self { rows, each: each.clamp(1, rows.max(1)), array })
    }

    fn kept(&self) -> Result<Pieces<'static>> {
        Ok(Pieces { array: self.array.keep()?, rows: self.rows, each: self.each })
    }

    /// The piece that begins with a row, if there is one.
    fn from(&self, start: usize) -> Option<Range<usize>> {
        (start < self.rows).then(|| start..self.rows.min(start.saturating_add(self.each)))
    }

    fn slice(&self, rows: Range<usize>) -> Result<Arc<dyn Stored + 's>> {
        let (start, end) = (rows.start as isize, Some(rows.end as isize));
        let part = Part::slice(self.array.header().shape(), &[SliceInfoElem::Slice { start, end, step: 1 }])?;
        Ok(Arc::new(SliceOf::new(Arc::clone(&self.array), part)?))
    }

    /// Reads piece after piece, until nobody wants the next one.
    fn send<T: FromMembers>(&self, place: &Place, sender: &SyncSender<Result<T>>) {
        let header = self.array.header();
        if !self.array.has_ranges() && header.order().as_saved(header.shape()) == Order::C {
            if let Err(error) = self.send_in_one_pass(place, sender) {
                // Also where nobody listens any more.
                let _ = sender.send(Err(error));
            }
            return;
        }
        let mut next = 0;
        while let Some(rows) = self.from(next) {
            next = rows.end;
            let piece = self.slice(rows).and_then(|rows| place.load(rows));
            let is_last = piece.is_err();
            if sender.send(piece).is_err() || is_last {
                return;
            }
        }
    }

    fn send_in_one_pass<T: FromMembers>(&self, place: &Place, sender: &SyncSender<Result<T>>) -> Result<()> {
        let header = self.array.header();
        let row = header.shape()[1..].iter().product::<usize>().saturating_mul(self.array.item_size());
        let mut next = self.from(0);
        let mut piece = Vec::new();
        let hand_on = |rows: Range<usize>, piece: Vec<u8>| {
            let mut shape = header.shape().to_vec();
            shape[0] = rows.len();
            let header = Header::of(header.dtype().clone(), &shape, Order::C)?;
            let value = place.load(RawArray::from_file(&header, piece).into_stored())?;
            sender.send(Ok(value)).map_err(|_| Error::new(ErrorKind::Cancelled, "nobody wants the next rows"))
        };
        self.array.stream(&Team::new(place.options.threads), &mut |mut bytes| {
            while let Some(rows) = next.clone().filter(|_| !bytes.is_empty()) {
                let len = rows.len() * row;
                let (here, rest) = bytes.split_at(bytes.len().min(len - piece.len()));
                memory::append(&mut piece, here, "array")?;
                bytes = rest;
                if piece.len() == len {
                    next = self.from(rows.end);
                    hand_on(rows, std::mem::take(&mut piece))?;
                }
            }
            Ok(())
        })?;
        // Rows without bytes.
        while let Some(rows) = next {
            next = self.from(rows.end);
            hand_on(rows, Vec::new())?;
        }
        Ok(())
    }
}
