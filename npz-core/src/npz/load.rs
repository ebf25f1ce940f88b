//! What the options of a load do: the verbs of [`Npz`] and of `npy`, and more, with a choice.

use std::fs::File;
use std::io::Read;
use std::iter::FusedIterator;
use std::path::Path;

use super::{Npz, NpzReader};
use crate::error::{Error, Result};
use crate::members::FromMembers;
use crate::npy;
use crate::options::LoadOptions;
use crate::source::ReadAt;

/// What loads archives; [`Npz::load`] and [`Npz::from_bytes`] are these by the defaults.
impl LoadOptions {
    /// Loads a value from a file: a struct or a map from an archive, a type that is one array (an `Array`, a `Vec`, a number,
    /// `AnyArray`) from a `.npy` file, as [`npy::load`](crate::npy::load) does.
    ///
    /// A field with a `cast` attribute keeps its own rule, whatever the options say, for all that is inside of it.
    /// Costs what [`Npz::load`] does.
    ///
    /// # Errors
    /// As [`Npz::load`].
    ///
    /// ```
    /// use npz_core::{Cast, LoadOptions, Npz};
    /// #[derive(Npz)] struct Half { step: f32 }
    /// let path = std::env::temp_dir().join("npz-core-doc-options-load.npz");
    /// std::collections::BTreeMap::from([("step".to_owned(), 7.5f64)]).save(&path)?;
    /// let options = LoadOptions::new().cast(Cast::SameKind); // float64 into f32
    /// assert_eq!(options.load::<Half>(&path)?.step, 7.5);
    ///
    /// npz_core::npy::save(&path, &7.5f64)?;
    /// assert_eq!(options.load::<f32>(&path)?, 7.5);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn load<T: FromMembers>(&self, path: impl AsRef<Path>) -> Result<T> {
        if T::is_single() { npy::load_by(path.as_ref(), self) } else { self.open(path)?.load() }
    }

    /// Loads a file over a value, whose memory is used again: for a training loop that goes back to its best
    /// checkpoint.
    ///
    /// Arrays and `Vec`s of cells are read into the memory that those of the value have; nothing of their size is
    /// allocated. An array of another shape and a list of another length are refused, unless
    /// [`allow_resize`](Self::allow_resize) lets the value become as in the file: `np.copyto`. What has neither is taken over as
    /// it comes: other keys of a map, another variant, `None`, fields with a `with` attribute. Fields that are never loaded (`skip`, `skip_load`) keep their values. Otherwise
    /// the value becomes what [`load`](Self::load) gives.
    ///
    /// # Errors
    /// As [`Npz::load`]. If the members do not fit the type, the value is as it was. If the fault shows only while
    /// data are read (damage, a full disk's unread sector, a refusing `validate`), the arrays that have given their
    /// memory are empty, and `allow_resize` lets the next load fill them. `validate` is asked of the loaded value, in which
    /// fields that are never loaded have their defaults.
    ///
    /// ```
    /// use ndarray::Array2;
    /// use npz_core::{LoadOptions, Npz};
    /// #[derive(Npz)]
    /// struct State { weights: Array2<f32>, #[npz(skip)] scratch: Vec<f32> }
    ///
    /// let path = std::env::temp_dir().join("npz-core-doc-load-into.npz");
    /// State { weights: Array2::ones((100, 100)), scratch: vec![] }.save(&path)?;
    /// let mut state = State { weights: Array2::zeros((100, 100)), scratch: vec![7.0] };
    /// let memory = state.weights.as_ptr();
    /// LoadOptions::new().load_into(&mut state, &path)?;
    /// assert_eq!(state.weights.as_ptr(), memory); // np.copyto(state.weights, npz["weights"])
    /// assert_eq!((state.weights[[0, 0]], state.scratch), (1.0, vec![7.0]));
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn load_into<T: Npz + FromMembers>(&self, value: &mut T, path: impl AsRef<Path>) -> Result<()> {
        self.open(path)?.load_into(value)
    }

    /// Loads a value from a stream. That of an archive is read to its end into memory first:
    /// `np.load(io.BytesIO(file.read()))`. One array is read as [`npy::read`](crate::npy::read) does, and nothing behind it.
    ///
    /// Memory holds the whole archive beside the arrays until the load is done. At most
    /// [`Limits::total_bytes`](crate::Limits::total_bytes) and 256 MiB (of names, headers and padding) are read.
    ///
    /// # Errors
    /// As [`Npz::load`].
    ///
    /// ```
    /// use npz_core::{ErrorKind, Limits, LoadOptions, Npz};
    /// #[derive(Npz)] struct State { step: u64 }
    /// let bytes = State { step: 7 }.to_bytes()?;
    /// let stream = &bytes[..]; // any `Read`
    /// assert_eq!(LoadOptions::new().read::<State>(stream)?.step, 7);
    ///
    /// let strict = LoadOptions::new().limits(Limits::strict().total_bytes(7));
    /// let error = strict.read::<State>(stream).err().map(|error| error.kind());
    /// assert_eq!(error, Some(ErrorKind::Limit));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn read<T: FromMembers>(&self, reader: impl Read + Send) -> Result<T> {
        if T::is_single() {
            return npy::read_by(reader, self);
        }
        let mut bytes = Vec::new();
        // One byte more tells a stream that is too long from one that just fits.
        let most = self.limits.stream_bytes();
        reader
            .take(most.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| Error::io("can't read the stream", error))?;
        self.limits.check_stream(bytes.len() as u64)?;
        self.from_bytes(&bytes)
    }

    /// Loads a value from the bytes of an archive or, a type that is one array, of a `.npy` file; costs what
    /// [`Npz::from_bytes`] and [`npy::from_bytes`](crate::npy::from_bytes) do.
    ///
    /// # Errors
    /// As [`Npz::load`].
    ///
    /// ```
    /// use npz_core::{LoadOptions, Npz};
    /// #[derive(Npz)] struct State { step: u64 }
    /// #[derive(Npz)] struct Newer { step: u64, rate: f64 }
    /// let bytes = Newer { step: 7, rate: 0.5 }.to_bytes()?;
    /// let options = LoadOptions::new().allow_unknown(true); // `State` has no field `rate`
    /// assert_eq!(options.from_bytes::<State>(&bytes)?.step, 7);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn from_bytes<T: FromMembers>(&self, bytes: &[u8]) -> Result<T> {
        if T::is_single() { npy::from_bytes_by(bytes, self) } else { self.reader(bytes)?.load() }
    }

    /// Reads the arrays of a stream one after another, as [`npy::iter`](crate::npy::iter) does.
    /// [`Limits::total_bytes`](crate::Limits::total_bytes) bounds all of them together.
    ///
    /// # Errors
    /// Each item as [`npy::read`](crate::npy::read).
    ///
    /// ```
    /// use npz_core::{Cast, LoadOptions, Result, npy};
    ///
    /// let mut file = npy::to_bytes(&[1.5f64])?;
    /// npy::write(&mut file, &[2.5f32, 3.5])?;
    /// let rounds = LoadOptions::new().cast(Cast::SameKind);
    /// let arrays: Vec<Vec<f32>> = rounds.iter(&file[..]).collect::<Result<_>>()?;
    /// assert_eq!(arrays, [vec![1.5], vec![2.5, 3.5]]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn iter<T: FromMembers>(&self, reader: impl Read + Send) -> impl FusedIterator<Item = Result<T>> {
        npy::Iter::new(reader, self)
    }

    /// Opens an archive for reading member by member, with a casting rule and limits for all that is read from it.
    ///
    /// # Errors
    /// As [`NpzReader::open`].
    ///
    /// ```
    /// # use npz_core::{Cast, LoadOptions, Npz};
    /// let path = std::env::temp_dir().join("npz-core-doc-options-open.npz");
    /// std::collections::BTreeMap::from([("rate".to_owned(), 0.5f64)]).save(&path)?;
    /// let npz = LoadOptions::new().cast(Cast::SameKind).open(&path)?;
    /// assert_eq!(npz.get::<f32>("rate")?, 0.5);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn open(&self, path: impl AsRef<Path>) -> Result<NpzReader<File>> {
        NpzReader::open_by(path.as_ref(), self)
    }

    /// Reads an archive from any source, as [`NpzReader::new`] does, with a casting rule and limits.
    ///
    /// # Errors
    /// As [`NpzReader::open`].
    ///
    /// ```
    /// # use npz_core::{ErrorKind, Limits, LoadOptions, Npz};
    /// let bytes = std::collections::BTreeMap::from([("rate".to_owned(), 0.5f64)]).to_bytes()?;
    /// let strict = LoadOptions::new().limits(Limits::strict().members(0));
    /// assert_eq!(strict.reader(&bytes).err().map(|error| error.kind()), Some(ErrorKind::Limit));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn reader<R: ReadAt>(&self, source: R) -> Result<NpzReader<R>> {
        NpzReader::by(source, self)
    }
}
