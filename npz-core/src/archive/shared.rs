//! A deflated member that a team goes through from its beginning: by its blocks, or in pieces of its stream.

use crate::archive::Method;
use crate::archive::block_index::BlockIndex;
#[cfg(feature = "inflate")]
use crate::archive::decode::Seen;
#[cfg(feature = "inflate")]
use crate::archive::divide::{Divided, Target};
use crate::archive::unblock::Blocks;
use crate::error::{Error, ErrorKind, Result};
use crate::input::AnyInput;
use crate::run::Team;
use crate::stored::{Extent, Put};

/// A member, and who goes through it.
pub(crate) struct Shared<'a> {
    pub(crate) input: &'a AnyInput<'a>,
    pub(crate) extent: &'a Extent,
    pub(crate) blocks: Option<&'a BlockIndex>,
    pub(crate) team: &'a Team,
}

impl Shared<'_> {
    /// Hands out the bytes before a place, in order, and tells the meter of the team. Gives the checksum of the member where these are all.
    ///
    /// `None` is no verdict: the member is not for that, or something is wrong with it. Who reads it in order is told what; what was
    /// handed out by then is what that reader is given first. An error is that of `put`, or memory is short.
    pub(crate) fn stream(&self, end: u64, put: &mut Put<'_>) -> Result<Option<u32>> {
        // What is far is waited for, whoever decodes.
        if Method::from_number(self.extent.method) != Method::Deflate || !self.input.likes_small_reads() {
            return Ok(None);
        }
        let mut refusal = None;
        let mut keep_refusal = |bytes: &[u8]| {
            put(bytes).map_err(|error| {
                refusal = Some(error);
                Error::new(ErrorKind::Cancelled, "nobody takes what is read")
            })
        };
        let read = match self.blocks {
            Some(index) => {
                let Self { input, extent, team, .. } = *self;
                Blocks::new(input, extent, index, team).stream(end, &mut keep_refusal)
            }
            #[cfg(feature = "inflate")]
            None => self.stream_pieces(end, &mut keep_refusal),
            #[cfg(not(feature = "inflate"))]
            None => Ok(None),
        };
        match read {
            _ if refusal.is_some() => refusal.map_or(Ok(None), Err),
            Err(error) if error.is_no_memory() => Err(error),
            Ok(Some(crc)) => Ok(Some(crc)),
            // Nothing is read again for who has cancelled.
            _ => self.team.meter().done(0).map(|()| None),
        }
    }

    #[cfg(feature = "inflate")]
    fn stream_pieces(&self, end: u64, put: &mut Put<'_>) -> Result<Option<u32>> {
        let divided = Divided::new(self.input, self.extent, self.team);
        if !divided.pays() {
            return Ok(None);
        }
        divided.read(Target::Pieces(end, put), Seen::default(), None)
    }
}
