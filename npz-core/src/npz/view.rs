//! [`NpzReader::view`]: a member that is looked at where it lies.

use std::ops::Range;
use std::sync::Arc;

use ndarray::{ArrayView, Dimension};

use super::member::no_array;
use super::reader::NpzReader;
use crate::cells::view_of;
use crate::element::Element;
#[cfg(feature = "mmap")]
use crate::element::{MISALIGNED, in_place};
use crate::error::{Error, Result};
use crate::header::Header;
use crate::members::{Medium, OneArray};
use crate::source::ReadAt;

impl<R: ReadAt> NpzReader<R> {
    /// Looks at a stored, aligned member without a copy, as [`npy::view`](crate::npy::view) does. NumPy has no such call.
    ///
    /// The archive is in memory, or it is a file: the first view of one maps it. The members that can be viewed are those
    /// that [`Mapped`](crate::Mapped) can map. No cell is read, and the checksum is not compared: [`verify`](Self::verify)
    /// does that.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) with the reason if the member can't be viewed (compressed,
    /// misaligned, other byte order, text); [`ErrorKind::NotFound`](crate::ErrorKind::NotFound); otherwise as [`get`](Self::get),
    /// with [`Cast::Exact`](crate::Cast::Exact).
    ///
    /// ```
    /// use ndarray::{Ix2, array};
    /// use npz_core::{Npz, NpzReader};
    ///
    /// let map = std::collections::BTreeMap::from([("w".to_owned(), array![[0.5f32, 1.0], [1.5, 2.0]])]);
    /// let bytes = map.to_bytes()?;
    /// let npz = NpzReader::new(&bytes)?;
    /// let w = npz.view::<f32, Ix2>("w")?;
    /// assert_eq!(w, map["w"]);
    /// assert!(bytes.as_ptr_range().contains(&w.as_ptr().cast()));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn view<A: Element, D: Dimension>(&self, name: &str) -> Result<ArrayView<'_, A, D>> {
        self.located(name, || {
            let member = self.find(name)?;
            let (Some(head), Some(array)) = (self.head(member)?, self.array(member)?) else {
                return Err(no_array("an array"));
            };
            OneArray { name, array: Arc::clone(&array), options: &self.options, path: self.path() }
                .check_cells::<A>(D::NDIM)?;
            let header = head.header();
            let cells = head.cells().map_err(cant_be_viewed)?;
            let within =
                |at| usize::try_from(at).map_err(|_| cant_be_viewed("it lies beyond the address space"));
            let cells = within(cells.start)?..within(cells.end)?;
            let cut_off = || cant_be_viewed("its data are cut off");
            if let Some(bytes) = self.input.memory() {
                let bytes = bytes.get(cells).ok_or_else(cut_off)?;
                return view_of(header, A::view(bytes, header.dtype()).map_err(cant_be_viewed)?);
            }
            self.view_mapped(header, cells)
        })
    }

    #[cfg(feature = "mmap")]
    fn view_mapped<A: Element, D: Dimension>(
        &self,
        header: &Header,
        cells: Range<usize>,
    ) -> Result<ArrayView<'_, A, D>> {
        let plan = in_place::<A>(header.dtype()).map_err(|reason| cant_be_viewed(&reason))?;
        let map = self.input.map().map_err(cant_be_viewed)?;
        let bytes = map.memory().and_then(|bytes| bytes.get(cells));
        let bytes = bytes.ok_or_else(|| cant_be_viewed("the file was cut off"))?;
        view_of(header, (plan.view)(bytes).ok_or_else(|| cant_be_viewed(MISALIGNED))?)
    }

    #[cfg(not(feature = "mmap"))]
    #[expect(clippy::unused_self, reason = "it maps the file, where it can")]
    fn view_mapped<A: Element, D: Dimension>(
        &self,
        _: &Header,
        _: Range<usize>,
    ) -> Result<ArrayView<'_, A, D>> {
        Err(cant_be_viewed("the archive is not in memory, and the feature `mmap` is off"))
    }
}

fn cant_be_viewed(reason: &str) -> Error {
    Error::unsupported(format!("the member can't be viewed without a copy: {reason}; use `get`"))
}
