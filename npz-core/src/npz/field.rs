//! [`NpzReader::get_field`]: one field of a structured member, as if it were a member of its own.

use std::io::Read;

use super::reader::NpzReader;
use crate::element::{Wanted, object_hint};
use crate::error::{Error, ErrorKind, Result};
use crate::header::Header;
use crate::limits::Limits;
use crate::members::{FromMembers, Loader, Medium, Name, ReadMember};
use crate::npy::{FieldReader, field_header};
use crate::source::ReadAt;

impl<R: ReadAt> NpzReader<R> {
    /// Reads one field of a structured member, as an array, a `Vec`, a scalar, ...: `npz[name][field]` in Python.
    ///
    /// The field of a record inside of another one is `"pos.x"`. The axes of a subarray come behind those of the
    /// member. The member is read or inflated once, in pieces of 256 KiB, and only the field is kept.
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
    /// let npz = NpzReader::from_bytes(&bytes)?;
    /// assert_eq!(npz.get_field::<Vec<u32>>("particles", "id")?, [7]); // npz["particles"]["id"]
    /// assert_eq!(npz.get_field::<Array2<f64>>("particles", "pos")?, array![[0.5, 1.0, 2.0]]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn get_field<T: FromMembers>(&self, name: &str, field: &str) -> Result<T> {
        self.located(name, || {
            let medium = FieldMedium { reader: self, member: self.find(name)?, name, field };
            // That there is no such field, or no array, is told as it is: not in a list of differences.
            if medium.header(medium.member)?.is_none() {
                let message = "expected a structured array, found other bytes: read it with `bytes`";
                return Err(Error::new(ErrorKind::Mismatch, message));
            }
            let mut loader = Loader::new(&medium, self.options.cast, self.options.allow_unknown);
            let plan = T::plan(&mut loader, &Name::root().join(name));
            loader.settle();
            let run = || {
                loader.run()?;
                plan.finish()
            };
            run().map_err(|error| error.in_field(field))
        })
    }
}

/// One field of one member, under the member's name.
struct FieldMedium<'r, R> {
    reader: &'r NpzReader<R>,
    member: usize,
    name: &'r str,
    field: &'r str,
}

impl<R: ReadAt> Medium for FieldMedium<'_, R> {
    fn find(&self, key: &str) -> Option<usize> {
        (key == self.name).then_some(self.member)
    }

    fn keys_under<'m>(&'m self, prefix: &str) -> Box<dyn Iterator<Item = (&'m str, usize)> + 'm> {
        Box::new(self.name.starts_with(prefix).then_some((self.name, self.member)).into_iter())
    }

    fn members(&self) -> Box<dyn Iterator<Item = (usize, &str)> + '_> {
        Box::new(std::iter::once((self.member, self.name)))
    }

    fn header(&self, member: usize) -> Result<Option<Header>> {
        let Some(header) = Medium::header(self.reader, member)? else { return Ok(None) };
        if header.dtype().has_object() {
            return Err(Error::unsupported(object_hint(self.name, &Wanted::Cells(header.dtype().clone()))));
        }
        field_header(&header, self.field).map(Some)
    }

    fn read(&self, member: usize, read: &mut ReadMember<'_>) -> Result<()> {
        Medium::read(self.reader, member, &mut |mut records: &mut dyn Read, available| {
            let header = Header::read(&mut records, &Limits::trusted())?;
            let available = available.map(|bytes| bytes.saturating_sub(header.len() as u64));
            let mut column = FieldReader::new(records, &header, self.field)?;
            let available = available.map(|bytes| column.available(bytes));
            read(&mut column, available)
        })
    }

    fn limits(&self) -> Limits {
        Medium::limits(self.reader)
    }
}
