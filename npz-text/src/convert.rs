//! From text to a `.npy` or `.npz` file, without the whole array in memory.

use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use npz_core::{AtomicFile, Error, NpzWriter, RawArray, Result, npy};

use crate::input::Source;
use crate::layout::Texts;
use crate::load::{Keep, Tables, in_file, make};
use crate::settings::Settings;
use crate::table::Table;

/// What a piece takes in memory, about.
const PIECE: usize = 8 << 20;

/// What `np.savez` calls an array that was given no name.
const NAME: &str = "arr_0";

pub(crate) fn convert<'s>(settings: &'s Settings<'s>, source: Source<'s>, out: &Path) -> Result<()> {
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
    let path = source.path();
    let path = path.as_deref();
    let tables = make(settings, source, None, Keep { texts: Texts::AsWideAsTheirDtype, has_mask: false });
    let tables = tables.map_err(|error| in_file(error, path))?;
    let wanted = PIECE / tables.row_size().max(1) + 1;
    write(&mut Rows { tables, path, wanted }, out)
}

/// Rows of a text, some at a time.
struct Rows<'s> {
    tables: Box<dyn Tables + 's>,
    path: Option<&'s Path>,
    wanted: usize,
}

impl Rows<'_> {
    /// The next rows, and whether they are the last.
    fn next(&mut self) -> Result<(RawArray, bool)> {
        let rows = self.tables.next(self.wanted).and_then(Table::into_raw);
        let rows = rows.map_err(|error| in_file(error, self.path))?;
        let is_last = rows.shape().first().is_none_or(|count| *count < self.wanted);
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
    let mut start = npy::to_bytes(&first)?;
    file.write_all(&start)?;
    let (count, dtype) = (first.shape().first().copied().unwrap_or(0), first.dtype().clone());
    start.truncate(start.len() - first.as_bytes().len());
    drop(first);
    let mut all = count;
    while !is_last {
        let next;
        (next, is_last) = rows.next()?;
        file.write_all(next.as_bytes())?;
        all += next.shape().first().copied().unwrap_or(0);
    }
    if all > count {
        let header = with_rows(&start, count, all)
            .ok_or_else(|| Error::custom(format!("{all} rows of {dtype} have no room in their header")))?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&header)?;
    }
    file.commit()
}

/// The header of an array that got more rows: NumPy leaves room for their number, so its length stays.
fn with_rows(header: &[u8], count: usize, all: usize) -> Option<Vec<u8>> {
    let (old, new) = (format!("'shape': ({count},"), format!("'shape': ({all},"));
    // The names of fields stand before it.
    let at = memchr::memmem::rfind(header, old.as_bytes())?;
    let rest = header[at + old.len()..].strip_suffix(b"\n")?;
    let rest = rest.strip_suffix(&b" ".repeat(new.len() - old.len())[..])?;
    Some([&header[..at], new.as_bytes(), rest, b"\n"].concat())
}
