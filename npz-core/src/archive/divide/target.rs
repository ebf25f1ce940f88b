//! Where the bytes of a stream go once they are known.

use std::collections::VecDeque;

use crc32fast::Hasher;
use npz_deflate::inflate::Meaning;

use super::piece::{PIECES, Piece};
use crate::error::Result;
use crate::input::Wanted;
use crate::memory;
use crate::run::Team;
use crate::stored::{PIECE_BYTES, Put};

/// Who wants them.
pub(crate) enum Target<'w> {
    /// Some of them are wanted in buffers, which ascend and don't overlap.
    Buffers(VecDeque<Wanted<'w>>),
    /// Those before a place are handed on in order.
    Pieces(u64, &'w mut Put<'w>),
}

impl Target<'_> {
    /// The first byte that is wanted.
    pub(super) fn start(&self) -> u64 {
        match self {
            Self::Buffers(wanted) => wanted.front().map_or(0, |(at, _)| *at),
            Self::Pieces(..) => 0,
        }
    }

    /// The end of the last one.
    pub(super) fn end(&self) -> u64 {
        match self {
            Self::Buffers(wanted) => {
                wanted.back().map_or(0, |(at, bytes)| at.saturating_add(bytes.len() as u64))
            }
            Self::Pieces(end, _) => *end,
        }
    }

    /// Takes what pieces have, the first of which begins at `begin`; gives the checksum of what is wanted of it.
    pub(super) fn take(
        &mut self,
        team: &Team,
        begin: u64,
        first: &[u8],
        others: &mut [Piece<u16>],
        meanings: &[Meaning],
    ) -> Result<Hasher> {
        match self {
            Self::Buffers(wanted) => fill(wanted, team, begin, first, others, meanings),
            Self::Pieces(end, put) => hand_on(end.saturating_sub(begin), put, team, first, others, meanings),
        }
    }
}

fn fill(
    wanted: &mut VecDeque<Wanted<'_>>,
    team: &Team,
    mut at: u64,
    first: &[u8],
    others: &[Piece<u16>],
    meanings: &[Meaning],
) -> Result<Hasher> {
    let mut tasks = memory::with_room(1 + others.len(), PIECES)?;
    let others = others.iter().zip(meanings).map(|(piece, meaning)| Known::Cells(piece.cells(), meaning));
    for known in [Known::Bytes(first)].into_iter().chain(others) {
        let begin = at;
        at += known.len() as u64;
        tasks.push((tasks.len(), (known, begin, cut(wanted, at)?)));
    }
    let hashers = team.in_parallel(tasks, |(known, begin, wanted)| {
        let (hasher, count) = known.put(begin, wanted);
        team.meter().done(count)?;
        Ok(hasher)
    })?;
    Ok(all_of(&hashers))
}

/// Hands on so many bytes at most.
fn hand_on(
    left: u64,
    put: &mut Put<'_>,
    team: &Team,
    first: &[u8],
    others: &mut [Piece<u16>],
    meanings: &[Meaning],
) -> Result<Hasher> {
    let mut left = usize::try_from(left).unwrap_or(usize::MAX);
    let mut wanted = |len: usize| {
        let count = len.min(left);
        left -= count;
        count
    };
    let bytes = &first[..wanted(first.len())];
    let mut hasher = Hasher::new();
    hasher.update(bytes);
    let counts = memory::collect(others.iter().map(|piece| wanted(piece.len())), PIECES)?;
    let tasks = others.iter_mut().zip(meanings).zip(&counts).enumerate();
    let hashers = team.in_parallel(memory::collect(tasks, PIECES)?, |((piece, meaning), count)| {
        piece.resolve(meaning);
        let mut hasher = Hasher::new();
        hasher.update(&piece.resolved()[..*count]);
        Ok(hasher)
    })?;
    hasher.combine(&all_of(&hashers));
    for bytes in [bytes]
        .into_iter()
        .chain(others.iter().zip(&counts).map(|(piece, count)| &piece.resolved()[..*count]))
    {
        put(bytes)?;
        team.meter().done(bytes.len() as u64)?;
    }
    Ok(hasher)
}

fn all_of(hashers: &[Hasher]) -> Hasher {
    let mut all = Hasher::new();
    for hasher in hashers {
        all.combine(hasher);
    }
    all
}

/// Bytes of a piece, now that what came before it is known.
enum Known<'p> {
    Bytes(&'p [u8]),
    Cells(&'p [u16], &'p Meaning),
}

impl Known<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Cells(cells, _) => cells.len(),
        }
    }

    /// Fills buffers with some of the bytes, the first of which stands at `begin`; gives their checksum and how many they are.
    fn put(&self, begin: u64, wanted: Vec<Wanted<'_>>) -> (Hasher, u64) {
        let (mut crc, mut count) = (Hasher::new(), 0);
        for (at, buffer) in wanted {
            let range = (at - begin) as usize..(at - begin) as usize + buffer.len();
            for (number, buffer) in buffer.chunks_mut(PIECE_BYTES).enumerate() {
                let from = range.start + number * PIECE_BYTES;
                match self {
                    Self::Bytes(bytes) => buffer.copy_from_slice(&bytes[from..from + buffer.len()]),
                    Self::Cells(cells, meaning) => meaning.resolve(&cells[from..from + buffer.len()], buffer),
                }
                crc.update(buffer);
            }
            count += range.len() as u64;
        }
        (crc, count)
    }
}

/// What of the wanted bytes stands before `end`.
fn cut<'w>(wanted: &mut VecDeque<Wanted<'w>>, end: u64) -> Result<Vec<Wanted<'w>>> {
    let mut before = Vec::new();
    while wanted.front().is_some_and(|(at, _)| *at < end) {
        let Some((at, buffer)) = wanted.pop_front() else { break };
        let len = usize::try_from(end - at).unwrap_or(usize::MAX).min(buffer.len());
        let (now, later) = buffer.split_at_mut(len);
        memory::reserve(&mut before, 1, PIECES)?;
        before.push((at, now));
        if !later.is_empty() {
            wanted.push_front((end, later));
        }
    }
    Ok(before)
}
