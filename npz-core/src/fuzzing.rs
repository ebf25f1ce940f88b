//! The door for `fuzz/`, and the test that replays what is kept there. Not part of the API: only there `--cfg fuzzing`.

use npz_deflate::fuzzing::{Case, Choices};

use crate::bytes::Record;
use crate::{Limits, LoadOptions, npy};

/// The shortest block that an index can tell of.
const BLOCK_LEN: usize = 1 << 12;
const NAME: &[u8] = b"a.npy";

/// What changes in the file.
enum Edit {
    /// So many bytes go from one block to the next one, in the index alone.
    Index { from: usize, count: i32 },
    /// The field of the index itself.
    Field { at: usize, value: u8 },
    /// Everything else: local header, stream, directory.
    File { at: usize, value: u8 },
}

/// An archive gives the same with an index of blocks as without it, whatever is in the index; and undamaged what was saved. Panics
/// where that is wrong.
pub fn archive(bytes: &[u8]) {
    let mut choices = Choices(bytes);
    let count = choices.below(8);
    let edits: Vec<Edit> = (0..count).map(|_| edit(&mut choices)).collect();
    // Several blocks.
    let mut data = choices.0.repeat((3 * BLOCK_LEN).checked_div(choices.0.len()).unwrap_or(0).min(64));
    data.iter_mut().skip(choices.0.len()).step_by(1001).zip(1..).for_each(|(byte, number)| *byte ^= number);
    let case = Case::new(&mut Choices(&data), BLOCK_LEN);
    let cells = case.cells().to_vec();
    let mut prefix = npy::to_bytes(&ndarray::aview1(&cells)).unwrap_or_default();
    prefix.truncate(prefix.len() - cells.len());
    let (plain, indexed) = files(&case.with_prefix(prefix), &edits).map(|file| load(&file)).into();
    assert!(plain == indexed, "an index changes what is loaded: {plain:?}, {indexed:?}");
    if edits.iter().all(|edit| !matches!(edit, Edit::File { .. })) {
        assert!(indexed.is_ok_and(|found| found == cells), "what was saved is not loaded");
    }
}

fn edit(choices: &mut Choices<'_>) -> Edit {
    let (way, at, value) = (choices.byte(), choices.short(), choices.byte());
    match way & 3 {
        0 | 1 => Edit::Index { from: at, count: i32::from(value as i8) << (way >> 5) },
        2 => Edit::Field { at, value },
        _ => Edit::File { at, value },
    }
}

/// The archive without an index of blocks and with one, both edited alike.
fn files(case: &Case, edits: &[Edit]) -> [Vec<u8>; 2] {
    let (plain, (blocks, _)) = (case.plain(), case.encode());
    let mut lens: Vec<u32> = blocks.iter().map(|block| block.len() as u32).collect();
    let stream = blocks.concat();
    let mut common = Record::new();
    common.u16(20).u16(0).u16(8).u32(0).u32(crc32fast::hash(&plain));
    common.u32(stream.len() as u32).u32(plain.len() as u32).u16(NAME.len() as u16);
    let mut file = Record::new();
    file.bytes(b"PK\x03\x04").bytes(common.as_slice()).u16(0).bytes(NAME).bytes(&stream);
    let directory = file.as_slice().len();
    file.bytes(b"PK\x01\x02").u16(20).bytes(common.as_slice()).bytes(&[0; 16]).bytes(NAME);
    let mut file = file.as_slice().to_vec();
    let mut field = vec![1, BLOCK_LEN.ilog2() as u8];
    for edit in edits {
        if let Edit::Index { from, count } = *edit {
            let from = from % lens.len();
            let to = (from + 1) % lens.len();
            lens[from] = lens[from].wrapping_add_signed(count.wrapping_neg());
            lens[to] = lens[to].wrapping_add_signed(count);
        }
    }
    field.extend(lens.iter().flat_map(|len| len.to_le_bytes()));
    for edit in edits {
        match *edit {
            Edit::Field { at, value } => set(&mut field, at, value),
            Edit::File { at, value } => set(&mut file, at, value),
            Edit::Index { .. } => {}
        }
    }
    let mut extra = Record::new();
    extra.bytes(b"np").u16(field.len() as u16).bytes(&field);
    [&[], extra.as_slice()].map(|extra| with_extra(file.clone(), directory, extra))
}

fn set(bytes: &mut [u8], at: usize, value: u8) {
    let len = bytes.len();
    bytes[at % len] = value;
}

/// Ends a file behind its only entry with an extra field of the entry, and the end record.
fn with_extra(mut file: Vec<u8>, directory: usize, extra: &[u8]) -> Vec<u8> {
    // Lengths that were edited would make other fields of it.
    let mut lens = Record::new();
    lens.u16(NAME.len() as u16).u16(extra.len() as u16).u16(0);
    file[directory + 28..][..6].copy_from_slice(lens.as_slice());
    file.extend_from_slice(extra);
    let mut end = Record::new();
    end.bytes(b"PK\x05\x06").u32(0).u16(1).u16(1).u32((file.len() - directory) as u32);
    end.u32(directory as u32).u16(0);
    file.extend_from_slice(end.as_slice());
    file
}

fn load(file: &[u8]) -> Result<Vec<u8>, String> {
    let limits = Limits::strict().member_bytes(1 << 20);
    let reader = LoadOptions::new().limits(limits).threads(1).reader(file);
    reader.and_then(|reader| reader.get("a")).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_fuzzing_kept_is_right() {
        npz_deflate::fuzzing::replay("archive", super::archive);
    }
}
