//! One field of a structured array as an array of its own: the records are read once, and only the field is kept.

use std::io::Read;
use std::path::Path;

use ndarray::{Array, ArrayViewD, Dimension};

use super::read::PIECE;
use super::read_sized;
use crate::dtype::Spot;
use crate::element::record::{Rows, gather as gather_all};
use crate::element::{Element, object_file_hint};
use crate::error::{Error, Result};
use crate::header::Header;
use crate::options::LoadOptions;
use crate::shape::Order;
use crate::source::open_file;

/// Loads one field of a structured array: `np.load(path)[field]`.
///
/// The field of a record inside of another one is `"pos.x"`. The axes of a subarray come behind those of the array: of
/// 100 records with a field `('pos', '<f8', (3,))` it is a (100, 3) array. The file is read once, in pieces of 256 KiB,
/// and only the field is kept; cells are cast by [`Cast::Safe`](crate::Cast::Safe).
///
/// # Errors
/// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) with the names that there are, if there is no such field;
/// [`ErrorKind::Mismatch`](crate::ErrorKind::Mismatch) if the array is not structured, or the field has another dtype or
/// number of axes; otherwise as [`load`](super::load).
///
/// ```
/// use ndarray::{Array1, array};
/// use npz_core::{NpyRecord, npy};
///
/// #[derive(NpyRecord, Clone)]
/// struct Reading { time: u64, value: f32 }
///
/// let path = std::env::temp_dir().join("npz-core-doc-load-field.npy");
/// npy::save(&path, &array![Reading { time: 1, value: 0.5 }, Reading { time: 2, value: 0.25 }])?;
/// let values: Array1<f32> = npy::load_field(&path, "value")?; // np.load(path)["value"]
/// assert_eq!(values, array![0.5, 0.25]);
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn load_field<A: Element, D: Dimension>(path: impl AsRef<Path>, field: &str) -> Result<Array<A, D>> {
    load_field_with(path, field, &LoadOptions::default())
}

/// Loads one field of a structured array, with a casting rule and limits; costs what [`load_field`] does.
///
/// # Errors
/// As [`load_field`], with your [`Limits`](crate::Limits); [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if a value
/// does not fit the cell type.
///
/// ```
/// # use ndarray::{Array1, array};
/// # use npz_core::{NpyRecord, npy};
/// # #[derive(NpyRecord, Clone)] struct Reading { value: f64 }
/// # let path = std::env::temp_dir().join("npz-core-doc-load-field-with.npy");
/// # npy::save(&path, &array![Reading { value: 0.1 }])?;
/// use npz_core::{Cast, LoadOptions};
///
/// let options = LoadOptions::new().cast(Cast::SameKind);
/// let values: Array1<f32> = npy::load_field_with(&path, "value", &options)?;
/// assert_eq!(values, array![0.1f32]);
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
pub fn load_field_with<A: Element, D: Dimension>(
    path: impl AsRef<Path>,
    field: &str,
    options: &LoadOptions,
) -> Result<Array<A, D>> {
    let path = path.as_ref();
    let read_file = || {
        let (mut file, size) = open_file(path, ".npy")?;
        let header = Header::read(&mut file, &options.limits)?;
        if header.dtype().has_object() {
            return Err(Error::unsupported(object_file_hint(&A::expected())));
        }
        options.limits.check_member(header.data_len())?;
        let available = size.map(|size| size.saturating_sub(header.len() as u64));
        let mut column = FieldReader::new(&mut file, &header, field)?;
        let available = available.map(|bytes| column.available(bytes));
        // What is wrong in there is told of the field.
        read_sized(&mut column, available, options).map_err(|error| error.in_field(field))
    };
    read_file().map_err(|error| error.in_file(path))
}

/// The header of a field as an array of its own, the field's place, and whether its cells have to be moved.
fn planned(header: &Header, field: &str) -> Result<(Header, Spot, bool)> {
    let spot = header.dtype().locate(field)?;
    let mut shape = header.shape().to_vec();
    shape.extend(spot.axes.iter().map(|(len, _)| *len));
    // The axes of the field are in C order, whatever those of the records are. Only one order can be told.
    let order = header.order().as_saved(header.shape());
    let is_mixed = order == Order::Fortran && !spot.axes.is_empty();
    let order = if is_mixed { Order::C } else { order };
    Ok((Header::of(spot.dtype.clone(), &shape, order)?, spot, is_mixed))
}

/// The header that a field has as an array of its own.
pub(crate) fn field_header(header: &Header, field: &str) -> Result<Header> {
    planned(header, field).map(|(header, ..)| header)
}

/// The `.npy` file that one field of a structured array would be, made of the records as they are read.
pub(crate) struct FieldReader<'r> {
    records: &'r mut dyn Read,
    record_size: usize,
    records_left: u64,
    shape: Vec<usize>,
    header: Header,
    spot: Spot,
    /// The records are in Fortran order, and the field has axes of its own: all of it is moved at the end.
    is_mixed: bool,
    rows: Vec<u8>,
    /// What is handed out, and how much of it was.
    out: Vec<u8>,
    done: usize,
}

impl<'r> FieldReader<'r> {
    /// Of records whose header was read already.
    pub(crate) fn new(records: &'r mut dyn Read, header: &Header, field: &str) -> Result<Self> {
        let (own, spot, is_mixed) = planned(header, field)?;
        let record_size = header.dtype().item_size()?;
        let count = header.data_len().checked_div(record_size as u64).unwrap_or(0);
        let out = own.to_bytes();
        Ok(Self {
            records,
            record_size,
            records_left: count,
            shape: header.shape().to_vec(),
            header: own,
            spot,
            is_mixed,
            rows: Vec::new(),
            out,
            done: 0,
        })
    }

    /// How many bytes there are of this, where so many are of the records.
    pub(crate) fn available(&self, bytes: u64) -> u64 {
        let there = bytes.checked_div(self.record_size as u64).unwrap_or(0);
        let each = self.header.data_len().checked_div(self.records_left).unwrap_or(0);
        self.header.len() as u64 + there.min(self.records_left) * each
    }

    /// Reads the next records, and puts what is wanted of them behind what is handed out.
    fn read_records(&mut self) -> std::io::Result<()> {
        let count = ((PIECE / self.record_size.max(1)).max(1) as u64).min(self.records_left);
        self.rows.clear();
        // Grows with what arrives: one record may be huge.
        let wanted = count * self.record_size as u64;
        Read::take(&mut *self.records, wanted).read_to_end(&mut self.rows)?;
        let there = (self.rows.len() as u64).checked_div(self.record_size as u64).unwrap_or(0);
        let Spot { offset, axes, .. } = &self.spot;
        if let Some(width) = self.spot.contiguous_size() {
            let start = self.out.len();
            self.out.resize(start + there as usize * width, 0);
            let rows = Rows::new(&self.rows, self.record_size);
            gather_all(rows, *offset, width, self.out.get_mut(start..).unwrap_or_default());
        } else {
            for row in self.rows.chunks_exact(self.record_size.max(1)) {
                gather(row, *offset, axes, self.spot.dtype_size(), &mut self.out);
            }
        }
        // What is cut off ends here; the reader of the cells notices.
        self.records_left = if there < count { 0 } else { self.records_left - count };
        Ok(())
    }

    /// Brings the cells of a field with axes, of records in Fortran order, into C order.
    fn move_cells(&mut self) {
        let each = self.out.len() / self.shape.iter().product::<usize>().max(1);
        // As they came: the first axis of the records varies fastest, and the bytes of a field lie side by side.
        let came: Vec<usize> = self.shape.iter().rev().copied().chain([each]).collect();
        let axes: Vec<usize> = (0..self.shape.len()).rev().chain([self.shape.len()]).collect();
        // Where the data are cut off, they don't fill the shape; the reader of the cells notices.
        if let Ok(cells) = ArrayViewD::from_shape(came, &self.out) {
            let moved = cells.permuted_axes(axes).as_standard_layout().into_owned();
            self.out = moved.into_raw_vec_and_offset().0;
        }
    }
}

impl Spot {
    /// How many bytes the field has, where they lie side by side in a record.
    fn contiguous_size(&self) -> Option<usize> {
        let mut size = self.dtype_size();
        for &(len, step) in self.axes.iter().rev() {
            if step != size {
                return None;
            }
            size = size.checked_mul(len)?;
        }
        Some(size)
    }

    fn dtype_size(&self) -> usize {
        self.dtype.item_size().unwrap_or(0)
    }
}

/// Appends the cells of a field in C order.
fn gather(row: &[u8], offset: usize, axes: &[(usize, usize)], width: usize, out: &mut Vec<u8>) {
    match axes.split_first() {
        None => out.extend_from_slice(row.get(offset..offset + width).unwrap_or_default()),
        // Only what is a part of a record inside of a small array comes here; inside of it cells lie side by side.
        Some((&(len, step), [])) if step == width => {
            out.extend_from_slice(row.get(offset..offset + len * step).unwrap_or_default());
        }
        Some((&(len, step), inner)) => {
            (0..len).for_each(|i| gather(row, offset + i * step, inner, width, out));
        }
    }
}

impl Read for FieldReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.done == self.out.len() && self.records_left > 0 {
            self.out.clear();
            self.done = 0;
            self.read_records()?;
            while self.is_mixed && self.records_left > 0 {
                self.read_records()?;
            }
            if self.is_mixed {
                self.move_cells();
            }
        }
        let left = self.out.get(self.done..).unwrap_or_default();
        let count = left.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), left.get(..count)) {
            to.copy_from_slice(from);
        }
        self.done += count;
        Ok(count)
    }
}
