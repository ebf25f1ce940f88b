//! A member that is read in parts.

use std::path::Path;

use ndarray::SliceInfoElem;

use super::member::no_array;
use super::reader::NpzReader;
use crate::error::Result;
use crate::members::{FromMembers, Medium, NpyFile};
use crate::source::ReadAt;

impl<R: ReadAt> NpzReader<R> {
    /// Gives a member as an array that is read in parts: rows in pieces, rows at random, one field of records. Reads its header.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound); [`ErrorKind::Mismatch`](crate::ErrorKind::Mismatch) if the member is
    /// not an array; otherwise as [`get`](Self::get).
    ///
    /// ```
    /// use ndarray::{Array2, Axis};
    /// use npz_core::{Npz, NpzReader};
    ///
    /// let map = std::collections::BTreeMap::from([("emb".to_owned(), Array2::<f32>::eye(1000))]);
    /// let bytes = map.to_bytes()?;
    /// let npz = NpzReader::new(&bytes)?;
    /// let batch: Array2<f32> = npz.member("emb")?.select(Axis(0), &[17, 3])?; // npz["emb"][[17, 3]]
    /// assert_eq!((batch[[0, 17]], batch[[1, 3]]), (1.0, 1.0));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn member(&self, name: &str) -> Result<NpyFile<'_>> {
        self.located(name, || {
            let array = self.array(self.find(name)?)?.ok_or_else(|| no_array("an array"))?;
            Ok(NpyFile::of(array, name, self.path().map(Path::to_path_buf), &self.options))
        })
    }

    /// Reads a part of a member, told as [`ndarray::s`] does: `npz["emb"][1000:1010]`, without reading the rest. Is
    /// [`NpyFile::slice`] of the [`member`](Self::member).
    ///
    /// # Errors
    /// As [`member`](Self::member) and [`NpyFile::slice`].
    ///
    /// ```
    /// use ndarray::{Array2, s};
    /// use npz_core::{Npz, NpzReader};
    ///
    /// let map = std::collections::BTreeMap::from([("emb".to_owned(), Array2::<f32>::eye(1000))]);
    /// let bytes = map.to_bytes()?;
    /// let rows = NpzReader::new(&bytes)?.slice::<Array2<f32>>("emb", s![990..1000, ..])?;
    /// assert_eq!((rows.dim(), rows[[9, 999]]), ((10, 1000), 1.0));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn slice<T: FromMembers>(&self, name: &str, part: impl AsRef<[SliceInfoElem]>) -> Result<T> {
        self.member(name)?.slice(part)
    }
}
