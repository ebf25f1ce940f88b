//! Inflates the blocks of our own members, several in turn on one core, and the streams of others.
//!
//! A block of ours is inflated for itself: it has a fresh window, and the index tells where it begins and what it gives. What does not fit
//! is not judged here, so that errors are those of the plain way, which is that of others' streams (`stream`).

mod bits;
mod canonical;
mod cell;
mod copy;
mod find;
mod header;
mod lane;
mod literals;
mod lockstep;
mod marks;
mod matches;
mod stream;
mod symbols;
#[cfg(test)]
mod tests;
mod turns;

pub use find::find_head;
use lane::{Lane, Next};
pub use lockstep::LANES;
pub use marks::{Meaning, mark_window};
pub use stream::{Decoded, Decoder, Packed, Pause, Plain, Spot, WINDOW};
pub use turns::ROOM;

/// The blocks are damaged, or are not what the index says: the whole member has to be inflated serially.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfit;

/// A block of a member.
#[derive(Debug)]
pub struct Block<'a> {
    /// All of its bytes in the file, the empty stored sub-block at its end too.
    pub compressed: &'a [u8],
    /// Where its first bytes go, which end with a sub-block: the header of an array. Empty if there is none, or all go to one place.
    pub header: &'a mut [u8],
    /// All of its bytes behind that when inflated; what is there is overwritten, in part also when the block does not fit.
    pub output: &'a mut [u8],
    /// So many of its first bytes are wanted; the others may be left as they are, and unchecked.
    pub wanted: usize,
    /// It is the last block of its member.
    pub ends_member: bool,
}

/// Inflates all blocks, each to exactly its output and from exactly its input, or as far as is wanted.
pub fn inflate_blocks(blocks: &mut [Block<'_>]) -> Result<(), Unfit> {
    let mut waiting = blocks.iter_mut();
    let mut open = Open::default();
    loop {
        while open.count() < LANES {
            let Some(block) = waiting.next() else { break };
            let mut lane = Lane::new(block)?;
            let next = lane.advance()?;
            open.put(lane, next);
        }
        if open.count() == 0 {
            return Ok(());
        }
        open.decode()?;
    }
}

/// The blocks that are being decoded, by what comes next in each.
#[derive(Default)]
struct Open<'a> {
    literals: Vec<Lane<'a>>,
    matches: Vec<Lane<'a>>,
}

impl<'a> Open<'a> {
    fn count(&self) -> usize {
        self.literals.len() + self.matches.len()
    }

    fn put(&mut self, lane: Lane<'a>, next: Next) {
        match next {
            Next::Literals => self.literals.push(lane),
            Next::Matches => self.matches.push(lane),
            Next::Complete => {}
        }
    }

    /// Decodes until at least one sub-block ends or comes near its end.
    fn decode(&mut self) -> Result<(), Unfit> {
        // Matches first: often they are a small beginning, behind which there are literals for all lanes.
        if self.matches.is_empty() {
            lockstep::run(&mut self.literals);
            self.resume(Next::Literals, Lane::resume)
        } else {
            matches::run(&mut self.matches)?;
            self.resume(Next::Matches, matches::resume)
        }
    }

    /// Lets each lane of a kind go on to where it can be decoded fast again, as the kind that it is then.
    fn resume(&mut self, kind: Next, resume: fn(&mut Lane<'a>) -> Result<Next, Unfit>) -> Result<(), Unfit> {
        let mut at = 0;
        loop {
            let lanes = if kind == Next::Literals { &mut self.literals } else { &mut self.matches };
            let Some(lane) = lanes.get_mut(at) else { return Ok(()) };
            let next = resume(lane)?;
            if next == kind {
                at += 1;
            } else {
                let lane = lanes.swap_remove(at);
                self.put(lane, next);
            }
        }
    }
}
