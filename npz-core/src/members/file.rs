//! [`NpyFile`]: an array that stays in its file, or its member of an archive, and is read in parts.

mod chunks;
mod into;

use std::fmt;
use std::iter::FusedIterator;
use std::path::PathBuf;
use std::sync::Arc;

use ndarray::{ArrayRef, Axis, Dimension, SliceInfoElem};

use self::chunks::Chunks;
use crate::cells::SliceOf;
use crate::element::Element;
use crate::error::Result;
use crate::header::Header;
use crate::members::{FromMembers, OneArray, field_of};
use crate::options::LoadOptions;
use crate::part::Part;
use crate::stored::Stored;

/// An array in a file, of which only the parts that are asked for are read: `np.load(path, mmap_mode="r")`.
///
/// It is opened [by its path](Self::open), [over any source](Self::new), as a member of an archive
/// ([`NpzReader::member`](crate::NpzReader::member)) or where a lazy value comes from ([`Lazy::member`](crate::Lazy::member)). Its
/// header is read then, and no cell.
///
/// **What a part costs.** Of a stored array the bytes that it needs, in as few reads as it has gaps of more than 4 KiB (of a
/// source that likes large reads, more than 256 KiB). Of a member that this crate has compressed, the blocks of 256 KiB to 8 MiB
/// that hold some of it. Every other compressed member is inflated up to the end of the part, as nothing tells where its middle
/// begins; [`chunks`](Self::chunks) then goes through it once. A checksum covers a whole member: that of a part is not verified.
///
/// ```
/// use ndarray::{Array1, Array2, Axis, array, s};
/// use npz_core::{NpyFile, npy};
///
/// let path = std::env::temp_dir().join("npz-core-doc-npy-file.npy");
/// npy::save(&path, &Array2::from_shape_fn((1000, 3), |(row, column)| (10 * row + column) as f32))?;
///
/// let file = NpyFile::open(&path)?; // a = np.load(path, mmap_mode="r")
/// assert_eq!(file.header().shape(), [1000, 3]);
/// assert_eq!(file.slice::<Array2<f32>>(s![7..9, ..2])?, array![[70.0, 71.0], [80.0, 81.0]]); // a[7:9, :2]
/// assert_eq!(file.slice::<f64>(s![-1, 0])?, 9990.0); // a[-1, 0]
/// assert_eq!(file.select::<Array2<f32>>(Axis(0), &[500, 2])?.column(0), array![5000.0, 20.0]); // a[[500, 2]]
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
pub struct NpyFile<'s> {
    array: Arc<dyn Stored + 's>,
    place: Place,
}

/// Where an array comes from, and how it is read.
#[derive(Clone)]
struct Place {
    /// The member, if it is one.
    name: String,
    path: Option<PathBuf>,
    options: LoadOptions,
}

impl Place {
    fn load<T: FromMembers>(&self, array: Arc<dyn Stored + '_>) -> Result<T> {
        let one = OneArray { name: &self.name, array, options: &self.options, path: self.path.as_deref() };
        one.load(0).map(|(value, _)| value)
    }

    fn located<T>(&self, result: Result<T>) -> Result<T> {
        result.map_err(|error| {
            let is_placed = error.report().is_some() || self.name.is_empty();
            let error = if is_placed { error } else { error.in_member(&self.name) };
            match &self.path {
                Some(path) => error.in_file(path),
                None => error,
            }
        })
    }
}

impl<'s> NpyFile<'s> {
    pub(crate) fn of(
        array: Arc<dyn Stored + 's>,
        name: &str,
        path: Option<PathBuf>,
        options: &LoadOptions,
    ) -> Self {
        let place = Place { name: name.to_owned(), path, options: options.clone() };
        Self { array, place }
    }

    /// Sets a casting rule, limits and more for all that is read from it; those of its archive by default.
    ///
    /// ```
    /// use ndarray::s;
    /// use npz_core::{Cast, LoadOptions, NpyFile, npy};
    ///
    /// let bytes = npy::to_bytes(&[0.1f64, 0.2])?;
    /// let file = NpyFile::new(&bytes)?.with_options(LoadOptions::new().cast(Cast::SameKind));
    /// assert_eq!(file.slice::<f32>(s![1])?, 0.2);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    #[must_use]
    pub fn with_options(mut self, options: LoadOptions) -> Self {
        self.place.options = options;
        self
    }

    /// Tells dtype, shape and order.
    pub fn header(&self) -> &Header {
        self.array.header()
    }

    /// Reads all of it, as [`npy::load`](crate::npy::load) and [`NpzReader::get`](crate::NpzReader::get) do; a member has its
    /// checksum verified.
    ///
    /// # Errors
    /// As [`npy::load`](crate::npy::load).
    ///
    /// ```
    /// let bytes = npz_core::npy::to_bytes(&[1u8, 2])?;
    /// assert_eq!(npz_core::NpyFile::new(&bytes)?.read::<Vec<u8>>()?, [1, 2]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn read<T: FromMembers>(&self) -> Result<T> {
        self.place.located(self.place.load(Arc::clone(&self.array)))
    }

    /// Reads the part that [`ndarray::s`] tells of: `a[1000:1010, ..]`.
    ///
    /// Ranges, steps, single indices, negative ones and new axes mean what they do in ndarray; axes that are not spoken of are
    /// taken whole. The part is an array like any other: cells are cast by the options, an array in Fortran order stays in it,
    /// and `T` may be an `Array`, a `Vec`, a number or [`AnyArray`](crate::AnyArray).
    /// What it costs says [`NpyFile`].
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for what lies outside of the array;
    /// [`ErrorKind::Mismatch`](crate::ErrorKind::Mismatch) if dtype or number of axes are not those of `T`;
    /// otherwise as [`npy::load`](crate::npy::load).
    ///
    /// ```
    /// use ndarray::{Array1, array, s};
    /// use npz_core::NpyFile;
    ///
    /// let bytes = npz_core::npy::to_bytes(&array![[1u8, 2, 3], [4, 5, 6]])?;
    /// let file = NpyFile::new(&bytes)?;
    /// assert_eq!(file.slice::<Array1<u8>>(s![.., -1])?, array![3, 6]);
    /// assert_eq!(file.slice::<Vec<u8>>(s![1, ..;2])?, [4, 6]);
    /// assert!(file.slice::<Vec<u8>>(s![2, ..]).unwrap_err().to_string().contains("outside of axis 0"));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn slice<T: FromMembers>(&self, part: impl AsRef<[SliceInfoElem]>) -> Result<T> {
        self.load_part(Part::slice(self.shape(), part.as_ref()))
    }

    /// Reads places along one axis, in any order and as often as one likes: `np.take(a, indices, axis)`.
    ///
    /// They are sorted and joined inside, and read once: rows for a batch of training, say. What it costs says [`NpyFile`].
    ///
    /// # Errors
    /// As [`slice`](Self::slice).
    ///
    /// ```
    /// use ndarray::{Array2, Axis, array};
    /// use npz_core::NpyFile;
    ///
    /// let bytes = npz_core::npy::to_bytes(&array![[1u8, 2], [3, 4], [5, 6]])?;
    /// let rows: Array2<u8> = NpyFile::new(&bytes)?.select(Axis(0), &[2, 0, 2])?; // a[[2, 0, 2]]
    /// assert_eq!(rows, array![[5, 6], [1, 2], [5, 6]]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn select<T: FromMembers>(&self, axis: Axis, indices: &[usize]) -> Result<T> {
        self.load_part(Part::select(self.shape(), axis.index(), indices))
    }

    /// Reads a part into memory that is there: an array or a mutable view of the same shape.
    ///
    /// Nothing of the part's size is allocated where cells of its dtype are read into an array in its order, or an array in memory is
    /// in the other order of axes; nor where they are cast, but for a part that turns axes around.
    ///
    /// # Errors
    /// As [`slice`](Self::slice); [`ErrorKind::Mismatch`](crate::ErrorKind::Mismatch) if the shapes differ. After an error in the
    /// data some of the cells may be new.
    ///
    /// ```
    /// use ndarray::{Array2, array, s};
    /// use npz_core::NpyFile;
    ///
    /// let bytes = npz_core::npy::to_bytes(&array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])?;
    /// let file = NpyFile::new(&bytes)?;
    /// let mut batch = Array2::<f64>::zeros((2, 2));
    /// file.slice_into(s![1.., ..], &mut batch)?; // batch[...] = a[1:]
    /// file.slice_into(s![0, ..], &mut batch.row_mut(1))?; // batch[1] = a[0]
    /// assert_eq!(batch, array![[3.0, 4.0], [1.0, 2.0]]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn slice_into<A: Element, D: Dimension>(
        &self,
        part: impl AsRef<[SliceInfoElem]>,
        into: &mut ArrayRef<A, D>,
    ) -> Result<()> {
        let part = Part::slice(self.shape(), part.as_ref());
        let read = part.and_then(|part| {
            let array: Arc<dyn Stored + '_> = Arc::new(SliceOf::new(Arc::clone(&self.array), part)?);
            into::read_into(&self.place, &array, into.view_mut().into_dyn())
        });
        self.place.located(read)
    }

    /// Reads it in pieces of rows (along the first axis) that take so many bytes in the file, and at least one row each:
    /// `np.array_split`, of what is larger than memory.
    ///
    /// While a piece is worked on, another thread reads the next one: so two of them are in memory. Of what is in memory
    /// uncompressed nothing is read ahead. A compressed member of another writer is gone through once, in C order; in Fortran
    /// order it is inflated anew for each piece. A source that is borrowed has its compressed bytes copied.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for an array without axes; each item as [`slice`](Self::slice), and
    /// nothing comes after an error.
    ///
    /// ```
    /// use ndarray::Array2;
    /// use npz_core::{NpyFile, Result};
    ///
    /// let bytes = npz_core::npy::to_bytes(&Array2::<f64>::ones((1000, 8)))?;
    /// let file = NpyFile::new(&bytes)?;
    /// let mut sum = 0.0;
    /// for rows in file.chunks::<Array2<f64>>(16 << 10)? {
    ///     let rows = rows?; // 256 of 8 numbers each; the last ones are 232
    ///     sum += rows.sum();
    /// }
    /// assert_eq!(sum, 8000.0);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn chunks<T: FromMembers + Send + 'static>(
        &self,
        bytes: usize,
    ) -> Result<impl FusedIterator<Item = Result<T>> + use<'s, T>> {
        self.place.located(Chunks::new(&self.array, &self.place, bytes))
    }

    /// Reads one field of a structured array: `np.load(path)[field]`, `npz[name][field]`.
    ///
    /// The field of a record inside of another one is `"pos.x"`. The axes of a subarray come behind those of the array: of
    /// 100 records with a field `('pos', '<f8', (3,))` it is a (100, 3) array. All records are read once, in pieces of 256 KiB,
    /// and only the field is kept; a member has its checksum verified.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) with the names that there are, if there is no such field;
    /// [`ErrorKind::Mismatch`](crate::ErrorKind::Mismatch) if the array is not structured, or the field has another dtype or
    /// number of axes; otherwise as [`npy::load`](crate::npy::load).
    ///
    /// ```
    /// use ndarray::{Array2, array};
    /// use npz_core::{NpyFile, NpyRecord, npy};
    ///
    /// #[derive(NpyRecord, Clone)]
    /// struct Particle { id: u32, pos: [f64; 3] }
    ///
    /// let bytes = npy::to_bytes(&[Particle { id: 7, pos: [0.5, 1.0, 2.0] }])?;
    /// let particles = NpyFile::new(&bytes)?; // of an archive: `npz.member("particles")?`
    /// assert_eq!(particles.field::<Vec<u32>>("id")?, [7]);
    /// assert_eq!(particles.field::<Array2<f64>>("pos")?, array![[0.5, 1.0, 2.0]]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn field<T: FromMembers>(&self, field: &str) -> Result<T> {
        let load = || {
            self.place.options.limits.check_member(self.header().data_len())?;
            // That there is no such field is told as it is: not in a list of differences.
            let column = field_of(Arc::clone(&self.array), &self.place.name, field)?;
            self.place.load(column).map_err(|error| error.in_field(field))
        };
        self.place.located(load())
    }

    fn shape(&self) -> &[usize] {
        self.header().shape()
    }

    fn load_part<T: FromMembers>(&self, part: Result<Part>) -> Result<T> {
        let load = || self.place.load(Arc::new(SliceOf::new(Arc::clone(&self.array), part?)?));
        self.place.located(load())
    }
}

impl fmt::Debug for NpyFile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NpyFile")
            .field("path", &self.place.path)
            .field("member", &self.place.name)
            .field("header", &self.header().to_string())
            .finish_non_exhaustive()
    }
}
