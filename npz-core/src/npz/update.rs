//! [`map_member_mut`]: a member of an archive that is changed in place.

use std::fs::OpenOptions;
use std::path::Path;

use ndarray::Dimension;

use super::NpzReader;
use super::member::no_array;
use crate::archive::index::Entry;
use crate::archive::local::place_of_data;
use crate::archive::update::Update;
use crate::atomic::try_lock;
use crate::element::{Element, in_place};
use crate::error::{Error, ErrorKind, Result};
use crate::input::Input;
use crate::map::{Advice, Writes};
use crate::members::{Medium, OneArray};
use crate::npy::{MappedMut, cant_be_mapped};
use crate::options::LoadOptions;
use crate::source::open_file;

/// Maps a stored, aligned member of an archive for reading and writing: changes of its cells go into the file, and nothing
/// else of the archive is written. NumPy has no such call.
///
/// From here on the member has a wrong checksum and a mark in the directory: whoever opens the archive now is told that the
/// member is being updated (NumPy: that its CRC-32 is bad), whether by `get`, `view`, a map or a part of it, and never sees
/// half of an update. [`MappedMut::flush`] writes the cells and then the checksum, for which it reads the whole member once,
/// and readers take it again; dropping the map does the same, but tells nobody of errors. After a crash the member stays
/// marked, its cells some old and some new: map it again, bring them in order, and flush. Whoever opened the archive
/// *before* knows no mark: a [`get`](NpzReader::get) finds another checksum, while parts and maps see the cells change.
///
/// One map at a time: on Linux and Android the file is locked for it, elsewhere it is up to you. A save that replaces the
/// file meanwhile takes no notice: the map then writes to the old file.
///
/// # Errors
/// [`ErrorKind::Unsupported`] with the reason if the member can't be mapped (compressed, misaligned, other byte order, text,
/// its checksum behind its data); [`ErrorKind::NotFound`]; [`ErrorKind::Mismatch`] if dtype or number of axes differ;
/// [`ErrorKind::Io`] if the file may not be written, or somebody else updates it; [`ErrorKind::Damaged`].
///
/// ```
/// use ndarray::{Array1, Ix1, array};
/// use npz_core::{ErrorKind, Npz, NpzReader, map_member_mut};
///
/// let path = std::env::temp_dir().join("npz-core-doc-map-member-mut.npz");
/// std::collections::BTreeMap::from([("x".to_owned(), array![1.0, 2.0])]).save(&path)?;
///
/// let mut x = map_member_mut::<f64, Ix1>(&path, "x")?;
/// x[0] = 7.0;
/// let error = NpzReader::open(&path)?.get::<Array1<f64>>("x").unwrap_err(); // not flushed yet
/// assert_eq!(error.kind(), ErrorKind::Damaged);
/// x.flush()?;
/// assert_eq!(NpzReader::open(&path)?.get::<Array1<f64>>("x")?, array![7.0, 2.0]);
/// # drop(x);
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn map_member_mut<A: Element, D: Dimension>(
    path: impl AsRef<Path>,
    name: &str,
) -> Result<MappedMut<A, D>> {
    let path = path.as_ref();
    let map = || {
        // It says what is wrong with a path.
        open_file(path, ".npz")?;
        let file = OpenOptions::new().read(true).write(true).open(path);
        let file = file.map_err(|error| Error::io("can't open the file for writing", error))?;
        // Before anything is read that another update may change.
        if !try_lock(&file) {
            let message = "the archive is locked: somebody updates a member of it; wait until that is done";
            return Err(Error::new(ErrorKind::Io, message));
        }
        let options = LoadOptions::default();
        let mut npz = NpzReader::over(Input::new(&file, None)?, &options)?;
        let member = npz.find(name)?;
        // What a crash has left is what this finishes.
        npz.index.entries.get_mut(member).map(Entry::allow_update);
        let map = || {
            let (Some(head), Some(array)) = (npz.head(member)?, npz.array(member)?) else {
                return Err(no_array("an array"));
            };
            OneArray { name, array, options: &options, path: None }.check_cells::<A>(D::NDIM)?;
            let cells = head.cells().map_err(cant_be_mapped)?;
            in_place::<A>(head.header().dtype()).map_err(|reason| cant_be_mapped(&reason))?;
            let again = || file.try_clone().map_err(|error| Error::io("can't keep the file open", error));
            let mapped =
                MappedMut::of(again()?, cells.start, head.header(), Writes::Through, Advice::Normal)?;
            // Last, as from here on the member is marked.
            let entry = npz.entry(member)?;
            Ok(mapped.with_update(Update::begin(again()?, entry, place_of_data(&npz.input, entry)?)?))
        };
        map().map_err(|error| if error.report().is_some() { error } else { error.in_member(name) })
    };
    map().map_err(|error| error.in_file(path))
}
