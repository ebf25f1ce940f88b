//! [`NpzReader`]: an archive whose members are read on demand, through `&self`.

mod heads;
mod medium;
mod whole;

use std::fs::File;
use std::path::Path;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, OnceLock};

use super::entry::NpzEntry;
use super::member::{Head, LastHeader, no_array};
use super::names::{FileNames, Keys, key_of, some_names};
use crate::archive::decode::{Seen, with_data};
use crate::archive::index::{Entry, Index};
use crate::archive::local::place_of_data;
use crate::error::{Error, ErrorKind, Result};
use crate::header::Header;
use crate::input::Input;
use crate::members::{FromMembers, Loader, Name};
use crate::memory::{self, MEMBERS};
use crate::options::LoadOptions;
use crate::report::{Problem, ProblemKind};
use crate::source::{ReadAt, open_file};

/// Reads an archive member by member: NumPy's [`NpzFile`], without pickles.
///
/// Opening reads the directory only, and keeps it in memory. Everything goes through `&self`, so one reader serves
/// many threads. Keys follow `NpzFile`: with or without `.npy`, the exact file name first, the last of duplicates.
/// Each [`get`](Self::get) reads its member anew and verifies its checksum. A member that can't lie where the directory says
/// is refused when it is asked for, and by a load of the whole archive; the others can be read.
///
/// ```
/// use ndarray::{Array1, array};
/// use npz_core::NpzReader;
///
/// # #[derive(npz_core::Npz)] struct Both { a: Array1<i64>, b: f64 }
/// # let bytes = npz_core::Npz::to_bytes(&Both { a: array![1, 2], b: 2.5 })?;
/// // `bytes` is what `np.savez(file, a=np.array([1, 2]), b=2.5)` writes
/// let npz = NpzReader::new(&bytes)?;
/// assert_eq!(npz.names().collect::<Vec<_>>(), ["a", "b"]);
/// assert!(npz.names().len() == 2 && npz.contains("a") && !npz.contains("c"));
/// assert_eq!(npz.get::<Array1<i64>>("a")?, array![1, 2]);
/// assert_eq!(npz.get::<f64>("b.npy")?, 2.5);
/// assert_eq!(npz.header("a")?.shape(), [2]);
/// # Ok::<(), npz_core::Error>(())
/// ```
///
/// [`NpzFile`]: https://numpy.org/doc/stable/reference/generated/numpy.lib.npyio.NpzFile.html
pub struct NpzReader<R> {
    pub(super) input: Input<R>,
    pub(super) index: Index,
    pub(super) keys: Keys,
    pub(super) options: LoadOptions,
    /// Of each member, what its head said; `None` inside where it is no array.
    heads: Vec<OnceLock<Option<Arc<Head>>>>,
    /// What the headers among them take in memory.
    heads_bytes: AtomicUsize,
    last_header: Mutex<LastHeader>,
}

impl FileNames for Index {
    fn count(&self) -> usize {
        self.entries.len()
    }

    fn file_name(&self, member: usize) -> &str {
        self.entries.get(member).map_or("", |entry| &entry.name)
    }
}

impl NpzReader<File> {
    /// Opens an archive: [`np.load(path)`](https://numpy.org/doc/stable/reference/generated/numpy.load.html). Reads its directory.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if the file can't be read; [`ErrorKind::Damaged`] if it is not a whole zip archive;
    /// [`ErrorKind::Unsupported`] for a `.npy` file, another kind of file or one part of a split archive;
    /// [`ErrorKind::Limit`] if it has more members than allowed; [`ErrorKind::Invalid`] for a folder.
    ///
    /// ```
    /// # let path = std::env::temp_dir().join("npz-core-doc-open.npz");
    /// # npz_core::NpzWriter::create(&path)?.finish()?;
    /// assert!(npz_core::NpzReader::open(&path)?.names().len() == 0);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_by(path.as_ref(), &LoadOptions::default())
    }

    pub(super) fn open_by(path: &Path, options: &LoadOptions) -> Result<Self> {
        let open = || {
            let (file, _) = open_file(path, ".npz")?;
            Self::over(Input::new(file, Some(path.to_path_buf()))?, options)
        };
        open().map_err(|error| error.in_file(path))
    }
}

impl<R: ReadAt> NpzReader<R> {
    /// Reads an archive from any source of positioned reads; [`load`](Self::load) has an example.
    ///
    /// # Errors
    /// As [`NpzReader::open`].
    pub fn new(source: R) -> Result<Self> {
        Self::by(source, &LoadOptions::default())
    }

    pub(super) fn by(source: R, options: &LoadOptions) -> Result<Self> {
        Self::over(Input::new(source, None)?, options)
    }

    pub(super) fn over(input: Input<R>, options: &LoadOptions) -> Result<Self> {
        let mut index = Index::read(&input, &options.limits)?;
        index.keep_below(&options.prefix)?;
        index.keep_matching(&options.only, key_of)?;
        Self::of_members(input, index, options)
    }

    pub(super) fn of_members(input: Input<R>, index: Index, options: &LoadOptions) -> Result<Self> {
        let keys = Keys::new(&index)?;
        let heads = memory::collect(index.entries.iter().map(|_| OnceLock::new()), MEMBERS)?;
        let (options, heads_bytes, last_header) = (options.clone(), AtomicUsize::new(0), Mutex::default());
        Ok(Self { input, index, keys, options, heads, heads_bytes, last_header })
    }

    /// Lists the keys of all members in the order of the archive, as `NpzFile.files`: `.npy` is taken off,
    /// duplicates are repeated, members that are not arrays are there too.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.index.entries.iter().map(|entry| key_of(&entry.name))
    }

    /// Lists the file names that more than one member has; a key leads to the last of them.
    ///
    /// ```
    /// # let bytes = npz_core::Npz::to_bytes(&std::collections::BTreeMap::<String, f64>::new())?;
    /// let npz = npz_core::NpzReader::new(&bytes)?;
    /// assert_eq!(npz.duplicates().count(), 0);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn duplicates(&self) -> impl Iterator<Item = &str> {
        let mut seen = std::collections::HashSet::new();
        let earlier = self.index.entries.iter().enumerate().filter(|(i, _)| !self.keys.is_reachable(*i));
        earlier.map(|(_, entry)| entry.name.as_str()).filter(move |name| seen.insert(*name))
    }

    /// Tells whether a key leads to a member: `name in npz`.
    pub fn contains(&self, name: &str) -> bool {
        self.keys.find(&self.index, name).is_some()
    }

    /// Reads the header of one array: dtype, shape and order. Reads or inflates the start of the member.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`]; [`ErrorKind::Mismatch`] if the member is not an array; otherwise as [`get`](Self::get).
    ///
    /// ```
    /// use npz_core::{Npz, NpzReader};
    ///
    /// let bytes = std::collections::BTreeMap::from([("x".to_owned(), vec![1u16, 2])]).to_bytes()?;
    /// let header = NpzReader::new(&bytes)?.header("x")?;
    /// assert_eq!((header.dtype().to_string().as_str(), header.shape()), ("<u2", &[2][..]));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn header(&self, name: &str) -> Result<Header> {
        self.located(name, || {
            let head = self.head(self.find(name)?)?;
            head.map(|head| head.header().clone()).ok_or_else(|| no_array("an array"))
        })
    }

    /// Lists all members with what the directory and the headers say of them.
    ///
    /// Reads the start of each member. One whose header can't be read is listed too, with the
    /// [reason](NpzEntry::problem) in place of it.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if the source fails.
    ///
    /// ```
    /// # let map = std::collections::BTreeMap::from([("w".to_owned(), ndarray::Array2::<f32>::zeros((2, 3)))]);
    /// # let bytes = npz_core::Npz::to_bytes(&map)?;
    /// let npz = npz_core::NpzReader::new(&bytes)?;
    /// let listing: Vec<_> = npz.entries()?.iter().map(ToString::to_string).collect();
    /// assert_eq!(listing, ["w: <f4 (f32), shape (2, 3), 152 bytes, stored"]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn entries(&self) -> Result<Vec<NpzEntry>> {
        self.fetch_heads();
        let list = |(member, entry): (usize, &Entry)| {
            let (header, problem) = match self.head(member) {
                Err(error) if error.kind() == ErrorKind::Io => {
                    return Err(self.locate(error, key_of(&entry.name)));
                }
                Err(error) => (None, Some(error.to_string())),
                Ok(head) => (head.map(|head| head.header().clone()), None),
            };
            Ok(NpzEntry {
                name: key_of(&entry.name).to_owned(),
                file_name: entry.name.clone(),
                header,
                problem,
                size: entry.size,
                compressed_size: entry.compressed_size,
                compression: entry.method.to_string(),
            })
        };
        memory::try_collect(self.index.entries.iter().enumerate().map(list), MEMBERS)
    }

    /// Reads a value: an array, a scalar, a `Vec`, a derived struct (from `name.field`), ....
    ///
    /// An `Option` is `None` where no member has the name.
    ///
    /// Members are compared with the type by their headers first. Each is then read or inflated once, straight into
    /// its own buffer, and its checksum is verified. `npz[name]` in Python.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] (with the nearest name); [`ErrorKind::Mismatch`] with a report;
    /// [`ErrorKind::Unsupported`] for pickles, encrypted members and methods whose feature is off;
    /// [`ErrorKind::Io`]; [`ErrorKind::Damaged`]; [`ErrorKind::Limit`]; [`ErrorKind::Invalid`] for a value that the type
    /// can't hold.
    ///
    /// ```
    /// let bytes = npz_core::Npz::to_bytes(&std::collections::BTreeMap::from([("rate".to_owned(), 0.5)]))?;
    /// let error = npz_core::NpzReader::new(&bytes)?.get::<f64>("rat").unwrap_err();
    /// assert!(error.kind() == npz_core::ErrorKind::NotFound && error.to_string().contains("\"rate\""));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn get<T: FromMembers>(&self, name: &str) -> Result<T> {
        self.located(name, || {
            let mut loader = Loader::by(self, &self.options);
            loader.is_asked_by_name = T::is_single();
            let plan = T::plan(&mut loader, &Name::root().join(name));
            self.run_single(loader, name)?;
            plan.finish()
        })
    }

    /// Reads the bytes of a member as they are (for an array: its `.npy` file), and verifies their checksum.
    /// `np.load` gives such `bytes` for members that are not arrays; `npz.zip.read(name)` for all.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`]; otherwise as [`get`](Self::get).
    ///
    /// ```
    /// # let mut memory = std::io::Cursor::new(Vec::new());
    /// # let mut writer = npz_core::NpzWriter::new(&mut memory)?;
    /// # writer.add_bytes("config.json", b"{}")?;
    /// # writer.finish()?;
    /// # let bytes = memory.into_inner();
    /// let npz = npz_core::NpzReader::new(&bytes)?;
    /// assert_eq!(npz.bytes("config.json")?, b"{}");
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn bytes(&self, name: &str) -> Result<Vec<u8>> {
        self.located(name, || {
            let entry = self.entry(self.find(name)?)?;
            self.options.limits.check_member(entry.size)?;
            let extent = place_of_data(&self.input, entry)?;
            with_data(&self.input, &extent, Seen::default(), |data| data.rest(extent.is_proven()))
        })
    }

    /// Reads what was planned for one name.
    fn run_single(&self, mut loader: Loader<'_>, name: &str) -> Result<()> {
        loader.settle();
        // A single member needs no list of differences.
        if let [problem] = loader.report().problems()
            && problem.cause != ErrorKind::Io
            && problem.member == name
        {
            self.refuse_single(problem, &loader)?;
        }
        loader.run()
    }

    /// The error of one member that is missing or can't be read at all.
    fn refuse_single(&self, problem: &Problem, loader: &Loader<'_>) -> Result<()> {
        match problem.kind {
            ProblemKind::Missing => {
                let field = self.field_hint(&problem.member);
                let hint =
                    field.or_else(|| loader.advice(&problem.member).map(|advice| format!("; {advice}")));
                let hint = hint.unwrap_or_else(|| format!(": it has {}", some_names(self.names())));
                Err(Error::new(ErrorKind::NotFound, format!("no such member in the archive{hint}")))
            }
            ProblemKind::Unreadable => {
                let separator = if problem.hint.is_empty() { "" } else { "; " };
                let message = format!("it can't be read: {}{separator}{}", problem.found, problem.hint);
                Err(Error::new(problem.cause, message))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn find(&self, name: &str) -> Result<usize> {
        self.keys.find(&self.index, name).ok_or_else(|| {
            let hint =
                self.field_hint(name).unwrap_or_else(|| format!(": it has {}", some_names(self.names())));
            Error::new(ErrorKind::NotFound, format!("no such member in the archive{hint}"))
        })
    }

    /// What to call where a name leads to a field of a structured array's records.
    fn field_hint(&self, name: &str) -> Option<String> {
        name.rmatch_indices('.').find_map(|(dot, _)| {
            let (member, field) = (&name[..dot], &name[dot + 1..]);
            let head = self.head(self.keys.find(&self.index, member)?).ok()??;
            head.header().dtype().locate(field).ok()?;
            Some(format!(
                ", but {member:?} is a structured array: `member({member:?})?.field({field:?})` reads one field of it"
            ))
        })
    }

    pub(super) fn entry(&self, member: usize) -> Result<&Entry> {
        self.index.entries.get(member).ok_or_else(|| Error::invalid("no such member"))
    }

    pub(super) fn located<T>(&self, name: &str, read: impl FnOnce() -> Result<T>) -> Result<T> {
        read().map_err(|error| self.locate(error, name))
    }

    fn locate(&self, error: Error, member: &str) -> Error {
        // A report names its members itself.
        let error = if error.report().is_some() { error } else { error.in_member(member) };
        self.locate_file(error)
    }

    fn locate_file(&self, error: Error) -> Error {
        let is_missing = |problem: &Problem| problem.kind == ProblemKind::Missing;
        let is_missing = error
            .report()
            .map_or(error.kind() == ErrorKind::NotFound, |report| report.problems().iter().any(is_missing));
        let note = "; `LoadOptions::only` leaves out all members whose names match none of its patterns";
        self.input.locate(if is_missing && !self.options.only.is_empty() {
            error.with_note(note)
        } else {
            error
        })
    }
}

impl<R: ReadAt> std::fmt::Debug for NpzReader<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let members = self.index.entries.len();
        f.debug_struct("NpzReader")
            .field("path", &self.input.path())
            .field("members", &members)
            .finish_non_exhaustive()
    }
}
