//! From text to a `.npy` file, without the whole array in memory.

use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use npz_core::{AnyArray, AtomicFile, Error, Result};

use crate::load::make;
use crate::settings::{Settings, Source};

/// The bytes of a header whose shape is not known yet: as many as the longest shape takes.
const HEADER: usize = 128;

/// What a piece takes in memory, about.
const PIECE: usize = 8 << 20;

pub(crate) fn convert(settings: &Settings<'_>, path: &Path, out: &Path) -> Result<()> {
    if out.extension().is_none_or(|ending| ending != "npy") {
        return Err(Error::custom(format!(
            "expected a path that ends in .npy, found {}: `NpzWriter` makes archives",
            out.display()
        )));
    }
    let mut tables =
        make(settings, Source::Path(path.to_path_buf()), None, None).map_err(|error| error.in_file(path))?;
    let mut file = AtomicFile::create(out)?;
    let mut header = Vec::new();
    let mut rows = 0;
    let mut first = None;
    loop {
        let wanted = first.as_ref().map_or(1024, |(_, row_size): &(_, usize)| PIECE / (*row_size).max(1) + 1);
        let table = tables.next(wanted).map_err(|error| error.in_file(path))?;
        let (count, columns, is_record) = (table.rows, table.columns, table.is_record);
        let any: AnyArray = table.into_whole()?;
        let dtype = any.dtype();
        if first.is_none() {
            header = vec![b' '; HEADER + dtype.to_string().len()];
            file.write_all(&header)?;
            first = Some((dtype.clone(), any.dtype().item_size() * if is_record { 1 } else { columns }));
        }
        file.write_all(&any.to_le_bytes()?)?;
        rows += count;
        if count < wanted {
            let axes = if is_record { format!("({rows},)") } else { format!("({rows}, {columns})") };
            let (dtype, _) = first.unwrap_or((dtype, 0));
            fill(&mut header, &dtype.to_string(), &axes)?;
            file.seek(SeekFrom::Start(0))?;
            file.write_all(&header)?;
            return file.commit();
        }
    }
}

/// Writes the header into its room.
fn fill(header: &mut [u8], dtype: &str, axes: &str) -> Result<()> {
    let quoted = if dtype.starts_with('[') { dtype.to_owned() } else { format!("'{dtype}'") };
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
