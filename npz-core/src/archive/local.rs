//! Where the data of a member lie: what its own header says, and whether that is what the directory says.

use crate::archive::Method;
#[cfg(any(feature = "bzip2", feature = "lzma", feature = "zstd"))]
use crate::archive::foreign;
use crate::archive::index::Entry;
use crate::archive::names::is_name;
use crate::archive::own_header::{LOCAL_BYTES, LOCAL_MARK, OwnHeader};
use crate::error::{Error, Result};
use crate::input::AnyInput;
use crate::memory::zeros;
use crate::stored::Extent;

/// Refuses what can't be read, whatever lies there.
fn check(entry: &Entry) -> Result<()> {
    if let Some(fault) = &entry.fault {
        return Err(Error::damaged(&**fault));
    }
    if entry.encrypted {
        return Err(Error::unsupported(
            "the member is encrypted, which neither NumPy nor this crate reads; \
             extract the archive with its password, for example by `7z x`, and zip it again without one",
        ));
    }
    entry.proven_size()?;
    match entry.method {
        Method::Stored | Method::Deflate => Ok(()),
        #[cfg(any(feature = "bzip2", feature = "lzma", feature = "zstd"))]
        method if foreign::reads(method) => Ok(()),
        method => Err(refuse(method)),
    }
}

/// Where the data lie. The member's own header tells, as its extra fields are not those of the directory (NumPy
/// writes 20 bytes here and none there).
pub(crate) fn place_of_data(input: &AnyInput<'_>, entry: &Entry) -> Result<Extent> {
    const WHAT: &str = "the member's header";
    check(entry)?;
    let offset = entry.header_offset;
    // Header and name in one read. No encoding of the name is longer than that in UTF-8.
    let there = entry.end.saturating_sub(offset);
    let mut block = zeros(there.min(LOCAL_BYTES + entry.whole_name().len() as u64) as usize, WHAT)?;
    input.read_exact(&mut block, offset, WHAT)?;
    if !block.starts_with(&LOCAL_MARK) {
        return Err(Error::damaged(format!(
            "expected {WHAT}, which begins with \"PK\\x03\\x04\", found \"{}\"; \
             the file was damaged after it was written, restore a copy",
            block.get(..4).unwrap_or(&block).escape_ascii()
        ))
        .at(offset));
    }
    let own = OwnHeader::parse(&block);
    let own = own.ok_or_else(|| Error::damaged(format!("{WHAT} is cut off")).at(offset))?;
    let start = offset + own.len();
    let end = start.checked_add(entry.compressed_size).filter(|&end| end <= entry.end);
    if end.is_none() {
        return Err(Error::damaged(format!(
            "the member's data run into the next member or the directory: expected {} bytes, \
             found room for {}; the file was damaged or made to mislead",
            entry.compressed_size,
            entry.end.saturating_sub(start)
        ))
        .at(start));
    }
    let rest = block.get(LOCAL_BYTES as usize..).unwrap_or_default();
    let name = rest.get(..own.name_len());
    if !name.is_some_and(|name| is_name(name, own.flags, entry.whole_name())) {
        return Err(Error::damaged(format!(
            "the directory and the member's own header give different names: \
             expected {:?}, found \"{}\"; the file was damaged or made to mislead",
            entry.whole_name(),
            name.unwrap_or(rest).escape_ascii()
        ))
        .at(offset));
    }
    Ok(Extent {
        header_start: offset,
        start,
        compressed_size: entry.compressed_size,
        size: entry.size,
        crc32: entry.crc32,
        method: entry.method.number(),
        method_flags: entry.method_flags,
        in_blocks: entry.blocks.is_some(),
    })
}

pub(super) fn refuse(method: Method) -> Error {
    let advice = match method {
        Method::Bzip2 | Method::Lzma | Method::Zstd => {
            format!("which this build does not read: enable the feature `{method}` of npz-core")
        }
        _ => "which is not read: extract the archive and zip it again with deflate".to_owned(),
    };
    Error::unsupported(format!("the member is compressed with {method}, {advice}"))
}
