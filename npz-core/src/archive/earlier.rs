//! The directories that an archive had before members were appended behind them: they stay between the members.

use crate::archive::end::{comment_of, find};
use crate::bytes::{take, take_u16};
use crate::error::Result;
use crate::input::AnyInput;

/// The directory of an archive that is all of its file, so that more can be appended; `None` where it is not.
pub(crate) fn directory(input: &AnyInput<'_>) -> Result<Option<Vec<u8>>> {
    let place = find(input)?;
    let is_all = place.shift == 0 && place.after == 0;
    if is_all { input.copy(place.start..place.end).map(Some) } else { Ok(None) }
}

/// Where a directory and the records behind it end, if they begin here and are whole before a limit.
pub(super) fn end_of(input: &AnyInput<'_>, mut at: u64, limit: u64) -> Result<Option<u64>> {
    while at < limit {
        let record = input.read_up_to(at, 46)?;
        let len = match record.first_chunk() {
            Some(b"PK\x01\x02") => entry_len(&record),
            // As they are written here: the zip64 record, its locator.
            Some(b"PK\x06\x06") => Some(56),
            Some(b"PK\x06\x07") => Some(20),
            Some(b"PK\x05\x06") => {
                let end = comment_of(&record).map(|comment| at + 22 + u64::from(comment));
                return Ok(end.filter(|&end| end <= limit));
            }
            _ => None,
        };
        match len {
            Some(len) => at += len,
            None => break,
        }
    }
    Ok(None)
}

/// The length of an entry: APPNOTE 4.3.12.
fn entry_len(mut entry: &[u8]) -> Option<u64> {
    let rest = &mut entry;
    take::<28>(rest)?;
    let parts = [take_u16(rest)?, take_u16(rest)?, take_u16(rest)?];
    Some(46 + parts.into_iter().map(u64::from).sum::<u64>())
}
