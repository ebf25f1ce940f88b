//! From text to a `.npy` or `.npz` file, without the whole array in memory.

use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use npz_core::{AtomicFile, Error, NpzWriter, RawArray, Result};

use crate::layout::Texts;
use crate::load::{Keep, Tables, make};
use crate::settings::{Settings, Source};
use crate::table::Table;

/// The bytes of a header whose shape is not known yet: as many as the longest shape takes.
const HEADER: usize = 128;

/// What a piece takes in memory, about.
const PIECE: usize = 8 << 20;

/// How many rows are read before it is known how long they are.
const FIRST: usize = 1024;

/// What `np.savez` calls an array that was given no name.
const NAME: &str = "arr_0";

pub(crate) fn convert(settings: &Settings<'_>, path: &Path, out: &Path) -> Result<()> {
    let write = match out.extension().and_then(|ending| ending.to_str()) {
        Some("npy") => npy,
        Some("npz") => npz,
        _ => {
            return Err(Error::custom(format!(
                "expected a path that ends in .npy or .npz, found {}",
                out.display()
            )));
        }
    };
    let source = Source::Path(path.to_path_buf());
    let tables =
        make(settings, source, None, None, Keep { texts: Texts::AsWideAsTheirDtype, has_mask: false });
    let tables = tables.map_err(|error| error.in_file(path))?;
    write(&mut Rows { tables, path, wanted: FIRST }, out)
}

/// Rows of a text, some at a time.
struct Rows<'s> {
    tables: Box<dyn Tables + 's>,
    path: &'s Path,
    wanted: usize,
}

impl Rows<'_> {
    /// The next rows, and whether they are the last.
    fn next(&mut self) -> Result<(RawArray, bool)> {
        let rows = self.tables.next(self.wanted).and_then(Table::into_raw);
        let rows = rows.map_err(|error| error.in_file(self.path))?;
        let count = rows.shape().first().copied().unwrap_or(0);
        let is_last = count < self.wanted;
        self.wanted = PIECE / (rows.as_bytes().len() / count.max(1)).max(1) + 1;
        Ok((rows, is_last))
    }
}

fn npz(rows: &mut Rows<'_>, out: &Path) -> Result<()> {
    let mut writer = NpzWriter::create(out)?;
    let (first, mut is_last) = rows.next()?;
    if is_last {
        writer.add(NAME, &first)?;
    } else {
        let mut member = writer.stream_dtype(NAME, first.dtype(), &first.shape()[1..])?;
        member.extend(&first)?;
        while !is_last {
            let next;
            (next, is_last) = rows.next()?;
            member.extend(&next)?;
        }
        member.finish()?;
    }
    writer.finish().map(drop)
}

fn npy(rows: &mut Rows<'_>, out: &Path) -> Result<()> {
    let mut file = AtomicFile::create(out)?;
    let (first, mut is_last) = rows.next()?;
    // The header comes last, when the number of rows is known.
    let mut header = vec![b' '; HEADER + first.dtype().to_string().len()];
    file.write_all(&header)?;
    file.write_all(first.as_bytes())?;
    let mut shape = first.shape().to_vec();
    while !is_last {
        let next;
        (next, is_last) = rows.next()?;
        file.write_all(next.as_bytes())?;
        shape[0] += next.shape().first().copied().unwrap_or(0);
    }
    fill(&mut header, &first.dtype().to_string(), &shape)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&header)?;
    file.commit()
}

/// Writes the header into its room.
fn fill(header: &mut [u8], dtype: &str, shape: &[usize]) -> Result<()> {
    let quoted = if dtype.starts_with('[') { dtype.to_owned() } else { format!("'{dtype}'") };
    let axes = match shape {
        [rows] => format!("({rows},)"),
        _ => format!("({})", shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")),
    };
    let text = format!("{{'descr': {quoted}, 'fortran_order': False, 'shape': {axes}, }}");
    let len = header.len();
    if text.len() + 11 > len {
        return Err(Error::custom("the header of the array has no room"));
    }
    header[..8].copy_from_slice(b"\x93NUMPY\x01\x00");
    let room = u16::try_from(len - 10).map_err(|_| Error::custom("the dtype is too long for a header"))?;
    header[8..10].copy_from_slice(&room.to_le_bytes());
    header[10..10 + text.len()].copy_from_slice(text.as_bytes());
    header[len - 1] = b'\n';
    Ok(())
}
