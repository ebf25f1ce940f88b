//! [`NpzReader::get_field`]: one field of a structured member, as if it were a member of its own.

use super::reader::NpzReader;
use crate::error::{Error, ErrorKind, Result};
use crate::members::{FromMembers, Medium, OneArray, field_of};
use crate::source::ReadAt;

impl<R: ReadAt> NpzReader<R> {
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
            let Some(records) = self.array(member)? else {
                let message = "expected a structured array, found other bytes; read it with `bytes`";
                return Err(Error::new(ErrorKind::Mismatch, message));
            };
            let array = field_of(records, name, field)?;
            let one = OneArray { name, array, options: &self.options, path: self.path() };
            let (value, _) = one.load(0).map_err(|error| error.in_field(field))?;
            Ok(value)
        })
    }
}
