//! Members one after another, whose blocks are encoded by all threads and written in their order.
//!
//! The blocks of all members stand in one line: while the last of a member are encoded, other threads have begun with the next one.

use npz_deflate::Encoder;

use super::{Block, Cut, Deflated, Encoders, MOST_IN_FLIGHT, SMALL_BLOCK};
use crate::archive::content::Content;
use crate::error::{Error, Result};
use crate::memory;
use crate::run::Team;

/// What is short of memory here.
const BLOCKS: &str = "list of blocks";
/// A small member takes at least as long as so many bytes.
const LEAST_COST: u64 = 4 << 10;

/// A member that is to be deflated, at a level.
pub(in crate::archive) struct Member<'c> {
    pub(in crate::archive) content: Content<'c>,
    pub(in crate::archive) level: u32,
}

impl Member<'_> {
    /// Whether it is one block, whatever is found in it.
    fn is_small(&self) -> bool {
        self.content.body_size() <= SMALL_BLOCK
    }

    /// Whether its blocks can't be made each by itself.
    fn needs_one_pass(&self) -> bool {
        self.content.has_wide_cells(SMALL_BLOCK / 8)
    }
}

/// What writes members, one after another.
pub(in crate::archive) trait Out {
    /// Begins the one at this place in the list.
    fn begin(&mut self, member: usize) -> Result<()>;
    fn put(&mut self, bytes: &[u8]) -> Result<()>;
    fn end(&mut self, deflated: Deflated) -> Result<()>;
}

/// Hands out the deflated form of members, in order, up to the first error.
pub(in crate::archive) fn deflate(
    members: &[Member<'_>],
    encoders: &Encoders,
    team: &Team,
    out: &mut dyn Out,
) -> Result<()> {
    let mut writing = Writing { out, team, member: 0, open: None };
    for run in members.chunk_by(|a, b| !a.needs_one_pass() && !b.needs_one_pass()) {
        if let [member] = run
            && member.needs_one_pass()
        {
            let cut = Cut::of(member)?;
            cut.in_one_pass(encoders, &mut |block| {
                writing.take(&About::of(&block, &cut), block.encoder.as_slice())?;
                encoders.give_back(block.encoder);
                Ok(())
            })?;
        } else {
            Line::plan(run, encoders, team)?.write(&mut writing)?;
        }
    }
    Ok(())
}

/// Members whose blocks are encoded in any order.
struct Line<'c> {
    encoders: &'c Encoders,
    team: &'c Team,
    spans: Vec<Span<'c>>,
    /// How many tasks there are.
    count: usize,
    longest_block: u64,
    /// Why the member behind them can't be encoded.
    failed: Option<Error>,
}

/// Tasks that belong together.
struct Span<'c> {
    /// The number of the first.
    first: usize,
    what: What<'c>,
}

enum What<'c> {
    /// Small members, which are one task.
    Small(&'c [Member<'c>]),
    /// A member, each of whose blocks is one.
    Large(Cut<'c>),
}

impl<'c> Line<'c> {
    /// Looks at the larger members, by all threads: how many blocks they have depends on what is found.
    fn plan(members: &'c [Member<'c>], encoders: &'c Encoders, team: &'c Team) -> Result<Self> {
        let mut large = memory::with_room(members.len(), BLOCKS)?;
        large.extend(members.iter().filter(|member| !member.is_small()).enumerate());
        let mut cuts = team.in_parallel(large, |member| Ok(Cut::of(member)))?.into_iter();
        let spans = memory::with_room(members.len(), BLOCKS)?;
        let mut line = Self { encoders, team, spans, count: 0, longest_block: SMALL_BLOCK, failed: None };
        let mut rest = members;
        while let Some(first) = rest.first() {
            let (some, behind) = rest.split_at(if first.is_small() { one_task(rest) } else { 1 });
            rest = behind;
            if first.is_small() {
                line.push(1, What::Small(some));
                continue;
            }
            match cuts.next() {
                Some(Ok(cut)) => {
                    line.longest_block = line.longest_block.max(cut.block_len);
                    line.push(cut.count(), What::Large(cut));
                }
                failed => {
                    line.failed = failed.and_then(Result::err);
                    break;
                }
            }
        }
        Ok(line)
    }

    fn push(&mut self, tasks: usize, what: What<'c>) {
        self.spans.push(Span { first: self.count, what });
        self.count += tasks;
    }

    fn write(self, writing: &mut Writing<'_>) -> Result<()> {
        let at_once = (MOST_IN_FLIGHT / (2 * self.longest_block)).max(1) as usize;
        let at_once = at_once.min(2 * self.team.size());
        let take = |made: Made| {
            let mut rest = made.as_slice();
            for block in &made.blocks {
                let (bytes, behind) = rest.split_at(block.packed);
                writing.take(block, bytes)?;
                rest = behind;
            }
            if let Some(encoder) = made.encoder {
                self.encoders.give_back(encoder);
            }
            made.failed.map_or(Ok(()), Err)
        };
        self.team.in_order(self.count, at_once, |number| self.make(number), take)?;
        self.failed.map_or(Ok(()), Err)
    }

    fn make(&self, number: usize) -> Result<Made> {
        let span = self.spans.partition_point(|span| span.first <= number).saturating_sub(1);
        let Some(Span { first, what }) = self.spans.get(span) else { return Ok(Made::default()) };
        match what {
            What::Large(cut) => Ok(Made::of(cut.block(number - first, self.encoders.take())?, cut)),
            What::Small([member]) => {
                let cut = Cut::of(member)?;
                Ok(Made::of(cut.block(0, self.encoders.take())?, &cut))
            }
            What::Small(members) => self.make_small(members),
        }
    }

    /// Encodes members up to the first that can't be.
    fn make_small(&self, members: &[Member<'_>]) -> Result<Made> {
        let mut made = Made { blocks: memory::with_room(members.len(), BLOCKS)?, ..Made::default() };
        for member in members {
            match Cut::of(member).and_then(|cut| self.append(&cut, &mut made)) {
                Ok(()) => {}
                Err(error) => {
                    made.failed = Some(error);
                    break;
                }
            }
        }
        Ok(made)
    }

    /// Appends a member of one block.
    fn append(&self, cut: &Cut<'_>, made: &mut Made) -> Result<()> {
        let block = cut.block(0, self.encoders.take())?;
        memory::append(&mut made.copied, block.encoder.as_slice(), "compressed data")?;
        made.blocks.push(About::of(&block, cut));
        self.encoders.give_back(block.encoder);
        Ok(())
    }
}

/// How many of these small members are one task: it should take about as long as a block.
fn one_task(members: &[Member<'_>]) -> usize {
    let mut cost = 0;
    let fits = |member: &&Member<'_>| {
        cost += member.content.size().max(LEAST_COST);
        member.is_small() && cost <= SMALL_BLOCK
    };
    members.iter().take_while(fits).count().max(1)
}

/// What one task made.
#[derive(Default)]
struct Made {
    blocks: Vec<About>,
    /// The encoder that has the one block, or those of all blocks one after another.
    encoder: Option<Encoder>,
    copied: Vec<u8>,
    /// Why the block behind them is not there.
    failed: Option<Error>,
}

impl Made {
    fn of(block: Block, cut: &Cut<'_>) -> Self {
        Self { blocks: vec![About::of(&block, cut)], encoder: Some(block.encoder), ..Self::default() }
    }

    fn as_slice(&self) -> &[u8] {
        self.encoder.as_ref().map_or(&self.copied, Encoder::as_slice)
    }
}

/// What is told of a block that is encoded.
struct About {
    len: u64,
    packed: usize,
    crc: crc32fast::Hasher,
    /// The length of the blocks of its member, and how many there are.
    block_len: u64,
    count: usize,
}

impl About {
    fn of(block: &Block, cut: &Cut<'_>) -> Self {
        let packed = block.encoder.as_slice().len();
        let crc = block.crc.clone();
        Self { len: block.len, packed, crc, block_len: cut.block_len, count: cut.count() }
    }
}

/// Puts blocks together.
struct Writing<'o> {
    out: &'o mut dyn Out,
    team: &'o Team,
    /// The member that is written, and what is told of it once it has begun.
    member: usize,
    open: Option<(Deflated, crc32fast::Hasher)>,
}

impl Writing<'_> {
    fn take(&mut self, block: &About, bytes: &[u8]) -> Result<()> {
        let (mut deflated, mut crc) = if let Some(open) = self.open.take() {
            open
        } else {
            self.out.begin(self.member)?;
            let blocks = memory::with_room(block.count, "archive's directory")?;
            (Deflated { crc32: 0, len: 0, block_len: block.block_len, blocks }, crc32fast::Hasher::new())
        };
        self.out.put(bytes)?;
        crc.combine(&block.crc);
        deflated.len += bytes.len() as u64;
        deflated.blocks.push(bytes.len() as u32);
        self.team.meter().done(block.len)?;
        if deflated.blocks.len() < block.count {
            self.open = Some((deflated, crc));
            return Ok(());
        }
        deflated.crc32 = crc.finalize();
        self.out.end(deflated)?;
        self.member += 1;
        Ok(())
    }
}
