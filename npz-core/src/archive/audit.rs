//! Whether the records of an archive say the same of a member everywhere, and whether bytes belong to nothing.

use crate::archive::earlier;
use crate::archive::index::{Entry, Index};
use crate::archive::own_header::{DESCRIPTOR_BYTES, Descriptor, OwnHeader};
use crate::archive::records::DESCRIPTOR;
use crate::error::Result;
use crate::input::AnyInput;
use crate::stored::Extent;

/// The newest version of the format that Python's zipfile takes: 6.3.
const NEWEST: u8 = 63;

/// What is wrong with the records of a member, and where its last byte is followed by the next one.
pub(crate) fn compare(input: &AnyInput<'_>, entry: &Entry, extent: &Extent) -> Result<(Vec<String>, u64)> {
    let (mut wrong, mut end) = (Vec::new(), extent.range().end);
    // What is missing was told when the data were looked for.
    let Some(own) = OwnHeader::at(input, extent.header_start)? else { return Ok((wrong, end)) };
    let (own_compressed, own_size) = own.sizes(input, extent.header_start)?;
    let mut compare = |record: &str, what: &str, expected: String, found: String| {
        if found != expected {
            wrong.push(format!(
                "the directory and {record} give another {what}: expected {expected}, found {found}"
            ));
        }
    };
    let mut same = |record: &str, crc32: u32, compressed: u64, size: u64| {
        compare(record, "CRC-32", format!("{:08x}", extent.crc32), format!("{crc32:08x}"));
        compare(record, "compressed size", extent.compressed_size.to_string(), compressed.to_string());
        compare(record, "size", extent.size.to_string(), size.to_string());
    };
    let own_record = "the member's own header";
    if own.has_descriptor() {
        let bytes = input.read_up_to(end, DESCRIPTOR_BYTES)?;
        let behind = || Descriptor::parse(&bytes, extent.compressed_size);
        let right = behind().find(|found| (found.crc32, found.size) == (extent.crc32, extent.size));
        if let Some(found) = right.or(behind().next()) {
            same("the record behind the data", found.crc32, found.compressed_size, found.size);
            end += found.len;
        } else {
            wrong.push("the record that has to stand behind the data is not there".to_owned());
        }
    } else {
        same(own_record, own.crc32, own_compressed, own_size);
    }
    let method = |number: u16| crate::archive::Method::from_number(number).to_string();
    if own.method != extent.method {
        let (expected, found) = (method(extent.method), method(own.method));
        wrong.push(format!(
            "the directory and {own_record} give another compression: expected {expected}, found {found}"
        ));
    }
    if (own.flags ^ entry.flags) & !DESCRIPTOR != 0 {
        let (expected, found) = (entry.flags, own.flags);
        wrong.push(format!(
            "the directory and {own_record} give other flags: expected {expected:#06x}, found {found:#06x}"
        ));
    }
    if entry.version > NEWEST {
        let (major, minor) = (entry.version / 10, entry.version % 10);
        wrong.push(format!(
            "the directory asks for version {major}.{minor} of the format, which there is not: Python's zipfile refuses it"
        ));
    }
    Ok((wrong, end))
}

impl Index {
    /// Where bytes belong to nothing, given where each member ends as far as that is known.
    pub(crate) fn strays(&self, input: &AnyInput<'_>, ends: &[Option<u64>]) -> Result<Vec<String>> {
        let mut strays = Vec::new();
        if self.before > 0 {
            let text = "bytes stand before the first member, which NumPy does not read over";
            strays.push(format!("{} {text}", self.before));
        }
        for (entry, end) in self.entries.iter().zip(ends) {
            let Some(end) = end.filter(|&end| end < entry.end) else { continue };
            // Where members were appended, the directory that was there before stays.
            if earlier::end_of(input, end, entry.end)? != Some(entry.end) {
                let gap = entry.end - end;
                strays.push(format!("{gap} bytes behind the member {:?} belong to nothing", entry.name));
            }
        }
        if self.after > 0 {
            strays.push(format!("{} bytes behind the end of the archive belong to nothing", self.after));
        }
        Ok(strays)
    }
}
