//! [`MappedMut`]: an array in a file that is changed in place.

use std::fmt;
use std::fs::File;
use std::ops::{Deref, DerefMut, Range};

use ndarray::{ArrayRef, ArrayViewMut, Dimension};

use crate::archive::update::Update;
use crate::cells::shape_of;
use crate::element::{Element, InPlace, MISALIGNED, in_place};
use crate::error::{Error, Result};
use crate::header::Header;
use crate::map::{Advice, LentMut, MapMut, Writes};

/// An array whose cells are those of a file, to be read and changed in place: `np.memmap` in the modes `r+`, `w+` and `c`.
///
/// Made by [`npy::map_mut`](crate::npy::map_mut), [`npy::create`](crate::npy::create),
/// [`npy::map_copy`](crate::npy::map_copy) and [`map_member_mut`](crate::map_member_mut). It is an `ArrayViewMut` to use (it
/// dereferences to ndarray's `ArrayRef`): pages are read when a cell of them is looked at, and those that were changed are
/// written when the system wants their memory, when [`flush`](Self::flush) is called, and in the end: so an array may be
/// larger than memory. When a changed page reaches the disk is certain after a `flush` only; dropping it waits for no disk.
///
/// What holds of [`Mapped`](crate::Mapped) while it is mapped holds here too. Besides, the program ends (`SIGBUS`) where the
/// disk is full when a hole of the file is first written to, as those of `create` are.
///
/// ```
/// use ndarray::{Ix2, array};
/// use npz_core::npy;
///
/// let path = std::env::temp_dir().join("npz-core-doc-mapped-mut.npy");
/// npy::save(&path, &array![[1.0, 2.0], [3.0, 4.0]])?;
/// let mut array = npy::map_mut::<f64, Ix2>(&path)?;
/// array[[0, 1]] = 7.0;
/// array.row_mut(1).fill(0.0);
/// array.flush()?;
/// assert_eq!(npy::load::<ndarray::Array2<f64>>(&path)?, array![[1.0, 7.0], [0.0, 0.0]]);
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
pub struct MappedMut<A: Element, D: Dimension> {
    cells: LentMut<A, D>,
    /// To ask for its length.
    file: File,
    place: Range<u64>,
    writes: Writes,
    /// There if the file has a checksum of the cells.
    update: Option<Update>,
    /// What went wrong where nobody could be told.
    fault: Option<Error>,
}

impl<A: Element, D: Dimension> MappedMut<A, D> {
    /// Maps the cells that a header tells of, from a place on.
    pub(crate) fn of(
        file: File,
        start: u64,
        header: &Header,
        writes: Writes,
        advice: Advice,
    ) -> Result<Self> {
        let InPlace { view_mut, .. } =
            in_place::<A>(header.dtype()).map_err(|reason| cant_be_mapped(&reason))?;
        let place = start..start.saturating_add(header.data_len());
        let cant_map = |error| Error::io("can't map the cells", error);
        let map = MapMut::of(&file, place.clone(), writes).map_err(cant_map)?;
        map.advise(advice).map_err(cant_map)?;
        let cells = LentMut::new(map, |bytes| {
            let cells = view_mut(bytes).ok_or_else(|| cant_be_mapped(MISALIGNED))?;
            ArrayViewMut::from_shape(shape_of::<D>(header)?, cells).map_err(Error::custom)
        })?;
        Ok(Self { cells, file, place, writes, update: None, fault: None })
    }

    /// The same for a member whose checksum is brought up to date.
    pub(crate) fn with_update(mut self, update: Update) -> Self {
        self.update = Some(update);
        self
    }

    /// Has the disk take what was changed, and waits for it: `a.flush()` of `np.memmap`. Of a map that copies on write, it
    /// does nothing.
    ///
    /// Of a member of an archive it then reads the member's data, writes their checksum, and readers take the member again,
    /// until the next time that cells are borrowed to be changed.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the disk does not take it;
    /// [`ErrorKind::Damaged`](crate::ErrorKind::Damaged) if others have cut the file off.
    ///
    /// ```
    /// # let path = std::env::temp_dir().join("npz-core-doc-flush.npy");
    /// let mut array = npz_core::npy::create::<u8>(&path, 3, npz_core::Order::C)?;
    /// array.fill(7);
    /// array.flush()?;
    /// assert_eq!(std::fs::read(&path)?[128..], [7, 7, 7]);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn flush(&mut self) -> Result<()> {
        if self.writes == Writes::ToCopy {
            return Ok(());
        }
        self.check_len()?;
        self.cells.map().flush().map_err(cant_write)?;
        if let Some(update) = self.update.as_mut().filter(|update| update.is_marked()) {
            update.finish()?;
        }
        self.fault.take().map_or(Ok(()), Err)
    }

    fn check_len(&self) -> Result<()> {
        let metadata =
            self.file.metadata().map_err(|error| Error::io("can't tell the file's size", error))?;
        if metadata.len() >= self.place.end {
            return Ok(());
        }
        Err(Error::damaged(format!(
            "the file was cut off while it was mapped: expected at least {} bytes, found {}; drop the map, and restore a copy",
            self.place.end,
            metadata.len()
        )))
    }
}

fn cant_write(error: std::io::Error) -> Error {
    Error::io("can't write the changed cells to the disk", error)
}

/// An array that can't be looked at where it lies.
pub(crate) fn cant_be_mapped(reason: &str) -> Error {
    Error::unsupported(format!("the array can't be mapped: {reason}; load it, and save it anew"))
}

impl<A: Element, D: Dimension> Deref for MappedMut<A, D> {
    type Target = ArrayRef<A, D>;

    fn deref(&self) -> &Self::Target {
        self.cells.array()
    }
}

/// Of a member of an archive, marks it as being updated, if it is not.
impl<A: Element, D: Dimension> DerefMut for MappedMut<A, D> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        if let Some(Err(error)) = self.update.as_mut().map(Update::mark) {
            self.fault.get_or_insert(error);
        }
        self.cells.array_mut()
    }
}

/// Brings the checksum of a member up to date, as [`flush`](MappedMut::flush) does, but tells nobody of errors.
impl<A: Element, D: Dimension> Drop for MappedMut<A, D> {
    fn drop(&mut self) {
        if self.update.as_ref().is_some_and(Update::is_marked) {
            let _ = self.flush();
        }
    }
}

/// Shows the array, as ndarray does.
impl<A: Element + fmt::Debug, D: Dimension> fmt::Debug for MappedMut<A, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.view(), f)
    }
}
