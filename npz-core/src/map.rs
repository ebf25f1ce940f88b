//! Files mapped into memory, and arrays that keep the memory which they look at. All that is `unsafe` about maps is here.
//!
//! What is proved: a map is as long as the file was when it was made, and lives as long as whatever looks at it. What no
//! proof can give is that others let the file be. Who writes to it changes the cells under a reader, so that a cell may be
//! read twice and differ. Only cells that any bytes make are mapped, and nothing that decides what is done with memory
//! (lengths, offsets, names, compressed data) is ever read through a map: so such a change is another value, and nothing
//! worse. Who cuts the file off has the system end the process (`SIGBUS`) that touches what is gone. A handler of that
//! signal is the program's to install, not a library's.
#![allow(
    unsafe_code,
    reason = "memory that the system changes behind the compiler's back, and views beside their owners"
)]

use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::Arc;

use memmap2::{Mmap, MmapMut, MmapOptions};
use ndarray::{ArrayRef, ArrayView, ArrayViewMut, Dimension};

use crate::error::Result;
use crate::source::ReadAt;

/// How mapped memory will be used, for the system to read ahead as much as pays: `madvise`, which NumPy leaves to Python's
/// `mmap`. Nothing on Windows.
///
/// ```
/// use npz_core::npy::{self, Advice, MapOptions};
///
/// let path = std::env::temp_dir().join("npz-core-doc-advice.npy");
/// npy::save(&path, &[1.0, 2.0])?;
/// let array = MapOptions::new().advice(Advice::Sequential).map::<f64, ndarray::Ix1>(&path)?;
/// assert_eq!(array.sum(), 3.0);
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Advice {
    /// Nothing is known: the system reads a little ahead.
    #[default]
    Normal,
    /// From front to back: the system reads far ahead.
    Sequential,
    /// Here and there: the system reads no more than what is touched.
    Random,
}

#[cfg(unix)]
impl From<Advice> for memmap2::Advice {
    fn from(advice: Advice) -> Self {
        match advice {
            Advice::Normal => Self::Normal,
            Advice::Sequential => Self::Sequential,
            Advice::Random => Self::Random,
        }
    }
}

/// A whole file, mapped for reading.
pub(crate) struct Map {
    map: Mmap,
    file: File,
}

impl Map {
    /// Maps a file as long as it is now. Reads nothing.
    pub(crate) fn of(file: File) -> io::Result<Self> {
        // SAFETY: the map is of the length that the file has at this moment, since memmap2 asks for it, and is kept as long
        // as anything looks at it. That others change the bytes or cut them off can't be excluded: see the head of this
        // file.
        let map = unsafe { Mmap::map(&file)? };
        Ok(Self { map, file })
    }

    #[cfg_attr(
        not(unix),
        expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "there is no such call")
    )]
    pub(crate) fn advise(&self, advice: Advice) -> io::Result<()> {
        #[cfg(unix)]
        self.map.advise(advice.into())?;
        #[cfg(not(unix))]
        let _ = advice;
        Ok(())
    }
}

impl ReadAt for Map {
    /// By the file, so that what was cut off is an error and no signal.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.file.read_at(buffer, offset)
    }

    fn size(&self) -> io::Result<u64> {
        Ok(self.map.len() as u64)
    }

    fn read_size(&self) -> usize {
        self.file.read_size()
    }

    fn memory(&self) -> Option<&[u8]> {
        Some(&self.map)
    }

    fn file(&self) -> Option<&File> {
        Some(&self.file)
    }
}

/// Some bytes of a file, mapped for writing.
pub(crate) struct MapMut {
    /// None of no bytes, which not every system maps.
    map: Option<MmapMut>,
}

/// Where writes to a map go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writes {
    /// Into the file.
    Through,
    /// Into a copy of the pages that are written to.
    ToCopy,
}

impl MapMut {
    /// Maps some bytes of a file, which has to have them now. Reads nothing.
    pub(crate) fn of(file: &File, bytes: Range<u64>, writes: Writes) -> io::Result<Self> {
        let too_large = || io::Error::new(io::ErrorKind::InvalidInput, "it is larger than the address space");
        let len = usize::try_from(bytes.end.saturating_sub(bytes.start)).map_err(|_| too_large())?;
        if file.metadata()?.len() < bytes.end {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if len == 0 {
            return Ok(Self { map: None });
        }
        let mut options = MmapOptions::new();
        options.offset(bytes.start).len(len);
        // SAFETY: as for `Map::of`: the file has these bytes at this moment. Within this process the map is only reached
        // through this value, which lends it out as `&self` and `&mut self` say.
        let map = unsafe {
            match writes {
                Writes::Through => options.map_mut(file)?,
                Writes::ToCopy => options.map_copy(file)?,
            }
        };
        Ok(Self { map: Some(map) })
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        self.map.as_deref_mut().unwrap_or_default()
    }

    #[cfg_attr(
        not(unix),
        expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "there is no such call")
    )]
    pub(crate) fn advise(&self, advice: Advice) -> io::Result<()> {
        #[cfg(unix)]
        self.map.as_ref().map_or(Ok(()), |map| map.advise(advice.into()))?;
        #[cfg(not(unix))]
        let _ = advice;
        Ok(())
    }

    /// Has the disk take what was written; returns when it has.
    pub(crate) fn flush(&self) -> io::Result<()> {
        self.map.as_ref().map_or(Ok(()), MmapMut::flush)
    }
}

/// A view of an array, and what owns its cells.
pub(crate) struct Lent<A: 'static, D, O: ?Sized> {
    /// Never handed out for longer than `self` is borrowed.
    view: ArrayView<'static, A, D>,
    owner: Arc<O>,
}

impl<A, D: Dimension, O: ?Sized> Lent<A, D, O> {
    /// Keeps what is looked at beside the view.
    pub(crate) fn new(
        owner: Arc<O>,
        look: impl for<'o> FnOnce(&'o O) -> Result<ArrayView<'o, A, D>>,
    ) -> Result<Self> {
        let view = look(&owner)?;
        // SAFETY: `look` has to do with any lifetime, so its view lives as long as any borrow of what the `Arc` holds. That
        // stays at its place, and is shared, so never borrowed mutably nor dropped, until the last `Arc` is gone; `owner` is
        // one, and is kept beside the view. What looks at it is handed out by `array` alone, for as long as `self` is
        // borrowed, and dropping a view reads nothing.
        let view = unsafe { view.raw_view().deref_into_view() };
        Ok(Self { view, owner })
    }

    pub(crate) fn array(&self) -> &ArrayRef<A, D> {
        &self.view
    }

    pub(crate) fn owner(&self) -> &Arc<O> {
        &self.owner
    }
}

impl<A, D: Clone, O: ?Sized> Clone for Lent<A, D, O> {
    fn clone(&self) -> Self {
        Self { view: self.view.clone(), owner: Arc::clone(&self.owner) }
    }
}

/// A view of an array that can be written to, and the map of its cells.
pub(crate) struct LentMut<A: 'static, D> {
    /// As in [`Lent`].
    view: ArrayViewMut<'static, A, D>,
    map: MapMut,
}

impl<A, D: Dimension> LentMut<A, D> {
    /// Keeps the map beside the view.
    pub(crate) fn new(
        mut map: MapMut,
        look: impl for<'m> FnOnce(&'m mut [u8]) -> Result<ArrayViewMut<'m, A, D>>,
    ) -> Result<Self> {
        let mut view = look(map.bytes_mut())?;
        // SAFETY: `look` has to do with any lifetime, so its view lives as long as the mapped bytes may be borrowed. They
        // stay at their place until `map` is dropped, which is kept beside the view; nobody else borrows them, since `map`
        // is only asked to write to the disk from here on. What looks at it is lent as `&self` and `&mut self` say, and
        // dropping a view reads nothing.
        let view = unsafe { view.raw_view_mut().deref_into_view_mut() };
        Ok(Self { view, map })
    }

    pub(crate) fn array(&self) -> &ArrayRef<A, D> {
        &self.view
    }

    pub(crate) fn array_mut(&mut self) -> &mut ArrayRef<A, D> {
        &mut self.view
    }

    pub(crate) fn map(&self) -> &MapMut {
        &self.map
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_and_its_owner_move_and_are_cloned_together() {
        let owner = Arc::new(vec![1.5f32, 2.5, 3.5]);
        let at = owner.as_ptr();
        let lent = Lent::new(owner, |cells: &Vec<f32>| Ok(ArrayView::from(&cells[1..]))).unwrap();
        let moved = Box::new(lent);
        let cloned = (*moved).clone();
        drop(moved);
        assert_eq!(cloned.array().as_ptr(), at.wrapping_add(1));
        assert_eq!(cloned.array().sum(), 6.0);
        assert_eq!(Arc::strong_count(cloned.owner()), 1);
        let refused = Lent::<f32, ndarray::Ix1, _>::new(Arc::new(()), |()| Err(crate::Error::custom("no")));
        assert!(refused.is_err());
    }

    #[cfg(not(miri))]
    #[test]
    fn maps_end_where_the_file_does() {
        let file = tempfile::tempfile().unwrap();
        file.set_len(10).unwrap();
        assert!(MapMut::of(&file, 5..11, Writes::Through).is_err());
        assert!(MapMut::of(&file, 5..u64::MAX, Writes::Through).is_err());
        assert!(MapMut::of(&file, 10..10, Writes::Through).unwrap().bytes_mut().is_empty());
        let mut copy = MapMut::of(&file, 5..10, Writes::ToCopy).unwrap();
        copy.bytes_mut().fill(7);
        let mut through = LentMut::new(MapMut::of(&file, 4..10, Writes::Through).unwrap(), |bytes| {
            Ok(ArrayViewMut::from(bytes))
        })
        .unwrap();
        through.array_mut()[0] = 1;
        through.map().flush().unwrap();
        let map = Map::of(file.try_clone().unwrap()).unwrap();
        map.advise(Advice::Random).unwrap();
        assert_eq!(map.memory(), Some(&[0, 0, 0, 0, 1, 0, 0, 0, 0, 0][..]));
        // By the file, also what is gone.
        file.set_len(2).unwrap();
        assert_eq!(map.read_at(&mut [0; 10], 0).unwrap(), 2);
        assert_eq!(map.size().unwrap(), 10);
    }
}
