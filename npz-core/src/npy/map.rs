//! Maps of single arrays: of `.npy` files, and of files that have no header.

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

use ndarray::{Array, Dimension, IntoDimension, IxDyn};

use super::file::InputArray;
use super::mapped_mut::{MappedMut, cant_be_mapped};
use crate::atomic::AtomicFile;
use crate::cells::cut_off;
use crate::dtype::{ByteOrder, DType};
use crate::element::{Element, in_place};
use crate::error::{Error, Result};
use crate::header::Header;
use crate::input::{Input, KeptInput};
use crate::map::{Advice, Map, Writes};
use crate::members::{Mapped, OneArray};
use crate::options::LoadOptions;
use crate::shape::{Order, python_tuple};
use crate::source::open_file;
use crate::stored::Stored;

/// Maps a `.npy` file for reading: [`np.load(path, mmap_mode="r")`][load].
///
/// Reads the header, and no cell; [`MapOptions`] has more to choose. Other than a [`Mapped`] value that is loaded, what
/// can't be mapped is an error.
///
/// # Errors
/// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) with the reason if the array can't be mapped (other byte order,
/// `bool`, text, misaligned), or the system maps no files; otherwise as [`load`](super::load), with
/// [`Cast::Exact`](crate::Cast::Exact).
///
/// ```
/// use ndarray::{Ix2, array};
/// use npz_core::npy;
///
/// let path = std::env::temp_dir().join("npz-core-doc-map.npy");
/// npy::save(&path, &array![[1.0, 2.0], [3.0, 4.0]])?;
/// let array = npy::map::<f64, Ix2>(&path)?; // np.load("…", mmap_mode="r")
/// assert_eq!(array.column(1).sum(), 6.0);
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
///
/// [load]: https://numpy.org/doc/stable/reference/generated/numpy.load.html
pub fn map<A: Element, D: Dimension>(path: impl AsRef<Path>) -> Result<Mapped<Array<A, D>>> {
    MapOptions::new().map(path)
}

/// Maps a `.npy` file for reading and writing: [`np.load(path, mmap_mode="r+")`][load].
///
/// Changes go to the file: [`MappedMut`] has an example, and says when. A save that is cut short leaves the old file;
/// changes in place do not.
///
/// # Errors
/// As [`map`]; [`ErrorKind::Io`](crate::ErrorKind::Io) if the file may not be written.
///
/// ```
/// use ndarray::{Ix1, array};
/// use npz_core::npy;
///
/// let path = std::env::temp_dir().join("npz-core-doc-map-mut.npy");
/// npy::save(&path, &array![1.0, 2.0])?;
/// npy::map_mut::<f64, Ix1>(&path)?[0] = 7.0;
/// assert_eq!(npy::load::<Vec<f64>>(&path)?, [7.0, 2.0]);
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
///
/// [load]: https://numpy.org/doc/stable/reference/generated/numpy.load.html
pub fn map_mut<A: Element, D: Dimension>(path: impl AsRef<Path>) -> Result<MappedMut<A, D>> {
    MapOptions::new().map_mut(path)
}

/// Maps a `.npy` file to work on a copy of it: [`np.load(path, mmap_mode="c")`][load].
///
/// Pages that are written to are copied, and take memory; the file stays as it is.
///
/// # Errors
/// As [`map`].
///
/// ```
/// use ndarray::{Ix1, array};
/// use npz_core::npy;
///
/// let path = std::env::temp_dir().join("npz-core-doc-map-copy.npy");
/// npy::save(&path, &array![1.0, 2.0])?;
/// let mut array = npy::map_copy::<f64, Ix1>(&path)?;
/// array[0] = 7.0;
/// assert_eq!(array.view(), array![7.0, 2.0]);
/// assert_eq!(npy::load::<Vec<f64>>(&path)?, [1.0, 2.0]);
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
///
/// [load]: https://numpy.org/doc/stable/reference/generated/numpy.load.html
pub fn map_copy<A: Element, D: Dimension>(path: impl AsRef<Path>) -> Result<MappedMut<A, D>> {
    MapOptions::new().map_copy(path)
}

/// Makes a `.npy` file of zeros and maps it for writing:
/// [`np.lib.format.open_memmap(path, mode="w+", dtype, shape)`][open_memmap].
///
/// The file is sparse where the file system knows holes: cells take room once they are written, so it may be larger than
/// memory, and than the disk. Header and zeros are there at once or not at all; a file that was there is replaced, and who
/// has it mapped keeps it. Any shape may be given: `5`, `(3, 4)`, `[3, 4]`, a slice. The axes are dynamic; [`map_mut`] has
/// them in the type.
///
/// # Errors
/// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) for cells that can't be mapped;
/// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) for a shape that is too large for the machine;
/// [`ErrorKind::Io`](crate::ErrorKind::Io).
///
/// ```
/// use ndarray::s;
/// use npz_core::{Order, npy};
///
/// let path = std::env::temp_dir().join("npz-core-doc-create.npy");
/// let mut array = npy::create::<f32>(&path, (1000, 1000), Order::C)?;
/// array.slice_mut(s![10..20, ..]).fill(1.0);
/// array.flush()?;
/// assert_eq!(npy::load::<ndarray::Array2<f32>>(&path)?.sum(), 10_000.0);
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
///
/// [open_memmap]: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.open_memmap.html
pub fn create<A: Element>(
    path: impl AsRef<Path>,
    shape: impl IntoDimension,
    order: Order,
) -> Result<MappedMut<A, IxDyn>> {
    let path = path.as_ref();
    let create = || {
        let shape = shape.into_dimension().into_dyn();
        let dtype = native::<A>()?;
        in_place::<A>(&dtype).map_err(|reason| cant_be_mapped(&reason))?;
        let header = Header::in_order(dtype, Dimension::slice(&shape), order)?;
        let mut file = AtomicFile::create(path)?;
        let written = file.write_all(&header.to_bytes());
        // What is passed over takes no room where the file system knows holes.
        let written = match header.data_len() {
            0 => written,
            len => written
                .and_then(|()| file.seek(SeekFrom::Start(header.len() as u64 + len - 1)))
                .and_then(|_| file.write_all(&[0])),
        };
        written.map_err(|error| Error::io("can't write the new file", error))?;
        file.commit()
    };
    create().map_err(|error| error.in_file(path))?;
    map_mut(path)
}

/// What cells are in the files of this machine's programs.
fn native<A: Element>() -> Result<DType> {
    let order = if cfg!(target_endian = "big") { ByteOrder::Big } else { ByteOrder::Little };
    Ok(DType::of::<A>()?.with_byte_order(order))
}

/// How a file is mapped: advice to the system, and for files without a header where their cells lie and how:
/// [`np.memmap`][memmap].
///
/// As it begins, a `.npy` file is expected, which tells all of that. Once [`shape`](Self::shape) or [`offset`](Self::offset)
/// is given, the file is bytes without a header, its cells those of the type, in this machine's byte order.
///
/// ```
/// use ndarray::{Ix1, Ix2, array};
/// use npz_core::npy::MapOptions;
///
/// let path = std::env::temp_dir().join("npz-core-doc-map-options.bin");
/// std::fs::write(&path, [0u8; 4 + 6 * 2])?; // np.zeros(6, "i2").tofile(file), behind a header of 4 bytes
///
/// let raw = MapOptions::new().offset(4).shape(&[2, 3]);
/// let mut array = raw.map_mut::<i16, Ix2>(&path)?; // np.memmap("…", "i2", "r+", offset=4, shape=(2, 3))
/// array[[1, 0]] = 5;
/// drop(array);
/// assert_eq!(MapOptions::new().offset(4).map::<i16, Ix1>(&path)?.view(), array![0, 0, 0, 5, 0, 0]);
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
///
/// [memmap]: https://numpy.org/doc/stable/reference/generated/numpy.memmap.html
#[derive(Clone, Debug, Default)]
pub struct MapOptions {
    offset: Option<u64>,
    shape: Option<Vec<usize>>,
    order: Order,
    advice: Advice,
}

impl MapOptions {
    /// Gives the defaults: a `.npy` file, no advice.
    ///
    /// ```
    /// use ndarray::{Ix1, array};
    /// use npz_core::npy::{self, MapOptions};
    ///
    /// let path = std::env::temp_dir().join("npz-core-doc-map-options-new.npy");
    /// npy::save(&path, &array![1.0, 2.0])?;
    /// assert_eq!(MapOptions::new().map::<f64, Ix1>(&path)?.view(), array![1.0, 2.0]); // as `npy::map`
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the byte at which the cells begin in a file without a header: 0 by default. They have to be aligned for their
    /// type.
    ///
    /// ```
    /// # use ndarray::{Ix1, array};
    /// # use npz_core::npy::MapOptions;
    /// let path = std::env::temp_dir().join("npz-core-doc-map-options-offset.bin");
    /// std::fs::write(&path, [9, 9, 1, 2])?;
    /// assert_eq!(MapOptions::new().offset(2).map::<u8, Ix1>(&path)?.view(), array![1, 2]);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn offset(mut self, offset: u64) -> Self {
        self.offset = Some(offset);
        self
    }

    /// Sets the shape of the array in a file without a header; by default one axis of all that is there. Bytes behind it are
    /// ignored. [`MapOptions`] has an example.
    pub fn shape(mut self, shape: &[usize]) -> Self {
        self.shape = Some(shape.to_vec());
        self
    }

    /// Sets the order of the cells in a file without a header: [`Order::C`] by default.
    ///
    /// ```
    /// # use ndarray::{Ix2, array};
    /// # use npz_core::{Order, npy::MapOptions};
    /// let path = std::env::temp_dir().join("npz-core-doc-map-options-order.bin");
    /// std::fs::write(&path, [1, 2, 3, 4])?;
    /// let turned = MapOptions::new().shape(&[2, 2]).order(Order::Fortran);
    /// assert_eq!(turned.map::<u8, Ix2>(&path)?.view(), array![[1, 3], [2, 4]]);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// Tells the system how the cells will be used: [`Advice::Normal`] by default. [`Advice`] has an example.
    pub fn advice(mut self, advice: Advice) -> Self {
        self.advice = advice;
        self
    }

    /// Maps a file for reading: `np.memmap(path, dtype, "r")`. As [`npy::map`](map()) does.
    ///
    /// # Errors
    /// As [`npy::map`](map()); of a file without a header [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if it is too
    /// short.
    pub fn map<A: Element, D: Dimension>(&self, path: impl AsRef<Path>) -> Result<Mapped<Array<A, D>>> {
        let path = path.as_ref();
        let map = || {
            let (file, size) = open_mapped(path)?;
            let (start, header) = self.find::<A, D>(&file, size)?;
            let plan = in_place::<A>(header.dtype()).map_err(|reason| cant_be_mapped(&reason))?;
            let map = Map::of(file).map_err(cant_map)?;
            map.advise(self.advice).map_err(cant_map)?;
            let input: Arc<KeptInput> = Arc::new(Input::new(map, Some(path.to_path_buf()))?);
            let end = start.saturating_add(header.data_len());
            let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end)) else {
                return Err(Error::unsupported("the array lies beyond the address space of this machine"));
            };
            Mapped::look(input, start..end, &header, &plan)
        };
        map().map_err(|error| error.in_file(path))
    }

    /// Maps a file for reading and writing: `np.memmap(path, dtype, "r+")`. As [`npy::map_mut`](map_mut) does; the file does
    /// not grow.
    ///
    /// # Errors
    /// As [`map`](Self::map); [`ErrorKind::Io`](crate::ErrorKind::Io) if the file may not be written.
    pub fn map_mut<A: Element, D: Dimension>(&self, path: impl AsRef<Path>) -> Result<MappedMut<A, D>> {
        let path = path.as_ref();
        let map = || {
            open_mapped(path)?;
            let file = OpenOptions::new().read(true).write(true).open(path);
            let file = file.map_err(|error| Error::io("can't open the file for writing", error))?;
            self.map_to(file, Writes::Through)
        };
        map().map_err(|error| error.in_file(path))
    }

    /// Maps a file to work on a copy of it: `np.memmap(path, dtype, "c")`. As [`npy::map_copy`](map_copy) does.
    ///
    /// # Errors
    /// As [`map`](Self::map).
    pub fn map_copy<A: Element, D: Dimension>(&self, path: impl AsRef<Path>) -> Result<MappedMut<A, D>> {
        let path = path.as_ref();
        let map = || self.map_to(open_mapped(path)?.0, Writes::ToCopy);
        map().map_err(|error| error.in_file(path))
    }

    fn map_to<A: Element, D: Dimension>(&self, file: File, writes: Writes) -> Result<MappedMut<A, D>> {
        let size = file.metadata().map_err(|error| Error::io("can't tell the file's size", error))?.len();
        let (start, header) = self.find::<A, D>(&file, size)?;
        MappedMut::of(file, start, &header, writes, self.advice)
    }

    /// Where the cells begin, and what they are.
    fn find<A: Element, D: Dimension>(&self, file: &File, size: u64) -> Result<(u64, Header)> {
        if self.offset.is_none() && self.shape.is_none() {
            return find_npy::<A, D>(file);
        }
        let dtype = native::<A>()?;
        let start = self.offset.unwrap_or_default();
        let there = size.checked_sub(start).ok_or_else(|| {
            Error::invalid(format!(
                "expected the offset to be at most {size}, the file's size, found {start}"
            ))
        })?;
        let shape = match &self.shape {
            Some(shape) => shape.clone(),
            None => vec![one_axis(there, dtype.item_size())?],
        };
        if D::NDIM.is_some_and(|ndim| ndim != shape.len()) {
            let wanted = crate::shape::axes(D::NDIM.unwrap_or_default());
            return Err(Error::invalid(format!(
                "expected a shape of {wanted}, found {}",
                python_tuple(&shape)
            )));
        }
        let header = Header::of(dtype, &shape, self.order)?;
        if header.data_len() > there {
            return Err(Error::invalid(format!(
                "the file is too short: expected {} bytes for shape {} of dtype {}, found {there} behind the offset",
                header.data_len(),
                python_tuple(&shape),
                header.dtype()
            )));
        }
        Ok((start, header))
    }
}

/// How many cells there are in so many bytes.
fn one_axis(bytes: u64, item_size: usize) -> Result<usize> {
    if item_size == 0 || !bytes.is_multiple_of(item_size as u64) {
        return Err(Error::invalid(format!(
            "expected whole cells of {item_size} bytes, found {bytes} bytes; give the shape"
        )));
    }
    usize::try_from(bytes / item_size as u64)
        .map_err(|_| Error::unsupported("the array lies beyond the address space of this machine"))
}

/// Where the cells of a `.npy` file begin, and its header, which has to be that of such cells and axes.
fn find_npy<A: Element, D: Dimension>(file: &File) -> Result<(u64, Header)> {
    let options = LoadOptions::default();
    let input = Input::new(file, None)?;
    let array: Arc<dyn Stored + '_> = Arc::new(InputArray::new(&input, &options)?);
    OneArray { name: "", array: Arc::clone(&array), options: &options, path: None }
        .check_cells::<A>(D::NDIM)?;
    let header = array.header();
    match array.available().filter(|&there| there < header.data_len()) {
        Some(there) => Err(cut_off(header, there)),
        None => Ok((header.len() as u64, header.clone())),
    }
}

/// Opens what can be mapped, and tells its size.
fn open_mapped(path: &Path) -> Result<(File, u64)> {
    let (file, size) = open_file(path, ".npy")?;
    let size = size.ok_or_else(|| {
        Error::unsupported("expected a file, found a pipe or device, which can't be mapped")
    })?;
    Ok((file, size))
}

fn cant_map(error: std::io::Error) -> Error {
    Error::io("can't map the file", error)
}
