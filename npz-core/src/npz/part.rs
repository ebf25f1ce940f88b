//! Parts of members: rows and slices, and one field of a structured member, as if it were a member of its own.

use std::path::Path;
use std::sync::Arc;

use ndarray::SliceInfoElem;

use super::member::no_array;
use super::reader::NpzReader;
use crate::error::Result;
use crate::members::{FromMembers, Medium, NpyFile, OneArray, field_of};
use crate::source::ReadAt;
use crate::stored::Stored;

impl<R: ReadAt> NpzReader<R> {
    /// Gives a member as an array that is read in parts: rows in pieces, rows at random. Reads its header.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`]; [`ErrorKind::Mismatch`] if the member is not an array; otherwise as [`get`](Self::get).
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
            let array = self.array_of(self.find(name)?, "an array")?;
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

    fn array_of(&self, member: usize, expected: &str) -> Result<Arc<dyn Stored + '_>> {
        self.array(member)?.ok_or_else(|| no_array(expected))
    }

    /// Reads one field of a structured member, as an array, a `Vec`, a scalar, ...: `npz[name][field]` in Python.
    ///
    /// The field of a record inside of another one is `"pos.x"`. The axes of a subarray come behind those of the
    /// member. The member is read or inflated once, in pieces, and only the field is kept.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] with the names that there are, if there is no such member or field;
    /// [`ErrorKind::Mismatch`] if the member is not structured or the field does not fit; otherwise as
    /// [`get`](Self::get).
    ///
    /// ```
    /// use ndarray::{Array2, array};
    /// use npz_core::{Npz, NpyRecord, NpzReader};
    ///
    /// #[derive(NpyRecord, Clone)]
    /// struct Particle { id: u32, pos: [f64; 3] }
    /// #[derive(Npz)]
    /// struct State { particles: Vec<Particle> }
    ///
    /// let bytes = State { particles: vec![Particle { id: 7, pos: [0.5, 1.0, 2.0] }] }.to_bytes()?;
    /// let npz = NpzReader::new(&bytes)?;
    /// assert_eq!(npz.get_field::<Vec<u32>>("particles", "id")?, [7]); // npz["particles"]["id"]
    /// assert_eq!(npz.get_field::<Array2<f64>>("particles", "pos")?, array![[0.5, 1.0, 2.0]]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn get_field<T: FromMembers>(&self, name: &str, field: &str) -> Result<T> {
        self.located(name, || {
            let member = self.find(name)?;
            // That there is no such field, or no array, is told as it is: not in a list of differences.
            let records = self.array_of(member, "a structured array")?;
            let array = field_of(records, name, field)?;
            let one = OneArray { name, array, options: &self.options, path: self.path() };
            let (value, _) = one.load(0).map_err(|error| error.in_field(field))?;
            Ok(value)
        })
    }
}
