//! What a caller may choose when saving.

use std::ops::ControlFlow;
use std::time::Duration;

use crate::archive::Compression;
use crate::atomic::Choices;
use crate::dtype::ByteOrder;
use crate::run::{Progress, Team, Threads};

/// How an archive is written. The default is that of `np.savez`: no compression.
///
/// ```
/// use npz_core::{Compression, Npz, SaveOptions};
///
/// #[derive(Npz)]
/// struct Trace { samples: Vec<u32> }
///
/// let trace = Trace { samples: (0..10_000).collect() };
/// let stored = trace.to_bytes()?;
/// let small = SaveOptions::new().compression(Compression::Deflate(9)).to_bytes(&trace)?;
/// assert!(small.len() < stored.len());
/// assert_eq!(Trace::from_bytes(&small)?.samples, trace.samples);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SaveOptions {
    pub(crate) compression: Compression,
    pub(crate) alignment: u16,
    /// `None` is little-endian, and as they are for bytes that keep their form.
    pub(crate) byte_order: Option<ByteOrder>,
    pub(crate) threads: Threads,
    pub(crate) file: Choices,
    pub(crate) verify: bool,
    pub(crate) publish_every: Option<PublishEvery>,
    pub(crate) progress: Progress,
}

/// When a writer makes its members visible: see [`SaveOptions::publish_every`]. A number and a [`Duration`] become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublishEvery {
    /// After so many members; 0 is as 1.
    Members(usize),
    /// After the first member that ends so long after the last time.
    Time(Duration),
}

impl From<usize> for PublishEvery {
    fn from(members: usize) -> Self {
        Self::Members(members)
    }
}

impl From<Duration> for PublishEvery {
    fn from(time: Duration) -> Self {
        Self::Time(time)
    }
}

impl Default for SaveOptions {
    fn default() -> Self {
        Self {
            compression: Compression::Stored,
            alignment: 64,
            byte_order: None,
            threads: Threads::default(),
            file: Choices::default(),
            verify: false,
            publish_every: None,
            progress: Progress::default(),
        }
    }
}

impl SaveOptions {
    /// Gives the defaults: stored, array data aligned to 64 bytes.
    ///
    /// ```
    /// # use npz_core::{Npz, SaveOptions};
    /// # let map = std::collections::BTreeMap::from([("x".to_owned(), 1.0)]);
    /// assert_eq!(SaveOptions::new().to_bytes(&map)?, map.to_bytes()?);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives the options of [`Npz::save_compressed`](crate::Npz::save_compressed): deflate at level 6, as
    /// `np.savez_compressed`.
    ///
    /// ```
    /// # use npz_core::{Npz, NpzReader, SaveOptions};
    /// # let map = std::collections::BTreeMap::from([("x".to_owned(), vec![0.0; 1000])]);
    /// let bytes = SaveOptions::compressed().to_bytes(&map)?;
    /// assert_eq!(NpzReader::new(&bytes)?.entries()?[0].compression, "deflate");
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn compressed() -> Self {
        Self::default().compression(Compression::Deflate(6))
    }

    /// Sets how members are stored: [`Compression::Stored`] by default.
    ///
    /// ```
    /// # use npz_core::{Compression, Npz, SaveOptions};
    /// # let map = std::collections::BTreeMap::from([("x".to_owned(), vec![0.0; 1000])]);
    /// let smallest = SaveOptions::new().compression(Compression::Deflate(9));
    /// assert!(smallest.to_bytes(&map)?.len() < 1000);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// Sets the multiple of bytes that the first cell of a stored array lies at in the file: 64 by default, a power of two
    /// up to 16384. At a multiple of the system's pages (mostly 4096) anyone can map the cells. Another number is an
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) when the archive is begun.
    ///
    /// ```
    /// # use npz_core::{Npz, SaveOptions};
    /// # let map = std::collections::BTreeMap::from([("x".to_owned(), 1.5f64)]);
    /// let bytes = SaveOptions::new().alignment(4096).to_bytes(&map)?;
    /// assert_eq!(bytes[4096..4104], 1.5f64.to_le_bytes());
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn alignment(mut self, bytes: u16) -> Self {
        self.alignment = bytes;
        self
    }

    /// Sets the byte order of all numbers and texts: little-endian by default, on every machine. For a reader that wants
    /// the other one: `np.savez(file, a=a.astype(a.dtype.newbyteorder(">")))`.
    ///
    /// A [`RawArray`](crate::RawArray) keeps its own byte order unless one is asked for; an untouched
    /// [`Lazy`](crate::Lazy) is copied as it is in any case.
    ///
    /// ```
    /// use npz_core::{ByteOrder, Npz, NpzReader, SaveOptions};
    ///
    /// let map = std::collections::BTreeMap::from([("x".to_owned(), 1.5)]);
    /// let bytes = SaveOptions::new().byte_order(ByteOrder::Big).to_bytes(&map)?;
    /// assert_eq!(NpzReader::new(&bytes)?.header("x")?.dtype().to_string(), ">f8");
    /// assert_eq!(std::collections::BTreeMap::<String, f64>::from_bytes(&bytes)?, map);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn byte_order(mut self, order: ByteOrder) -> Self {
        self.byte_order = Some(order).filter(|&order| order != ByteOrder::NotApplicable);
        self
    }

    /// Sets how many threads may work on one save at once, the calling one among them: 0, which is the default, for all that
    /// the pool has. The bytes are the same for every number.
    ///
    /// The pool is the one of `rayon` that the save is called in, else the global one. Small saves use no other thread than
    /// the calling one; nor does any, where the feature `parallel` is off. Choose 1 where you call from a pool while you hold
    /// a lock: the calling thread may do other work of the pool while it waits.
    ///
    /// ```
    /// # use npz_core::{Npz, SaveOptions};
    /// # let map = std::collections::BTreeMap::from([("x".to_owned(), vec![0.5; 100_000])]);
    /// let options = SaveOptions::compressed();
    /// assert_eq!(options.clone().threads(1).to_bytes(&map)?, options.to_bytes(&map)?);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn threads(mut self, count: usize) -> Self {
        self.threads = Threads::at_most(count);
        self
    }

    /// Sets whether a save waits until the disk has the file: `true` by default, so that a power cut leaves the old file or
    /// the new one.
    ///
    /// Without, a crash of the program still leaves one of them, but one of the whole machine within the next half
    /// minute may leave an empty file, with the old one gone. The wait is most of what a small save takes. Means nothing
    /// for what is written to a writer.
    ///
    /// ```
    /// # use npz_core::{Npz, SaveOptions};
    /// # #[derive(Npz)] struct State { step: u64 }
    /// # let path = std::env::temp_dir().join("npz-core-doc-options-sync.npz");
    /// SaveOptions::new().sync(false).save(&State { step: 7 }, &path)?; // can be made again
    /// assert_eq!(State::load(&path)?.step, 7);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn sync(mut self, sync: bool) -> Self {
        self.file.sync = sync;
        self
    }

    /// Sets whether a file that is there already is an [`ErrorKind::Io`](crate::ErrorKind::Io) instead of being replaced:
    /// `false` by default. Of two saves at once, one succeeds.
    ///
    /// ```
    /// # use npz_core::{Npz, SaveOptions};
    /// # #[derive(Npz)] struct State { step: u64 }
    /// # let path = std::env::temp_dir().join("npz-core-doc-options-create-new.npz");
    /// # std::fs::remove_file(&path).ok();
    /// let options = SaveOptions::new().create_new(true);
    /// options.save(&State { step: 7 }, &path)?;
    /// assert!(options.save(&State { step: 8 }, &path).is_err());
    /// assert_eq!(State::load(&path)?.step, 7);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn create_new(mut self, create_new: bool) -> Self {
        self.file.create_new = create_new;
        self
    }

    /// Sets whether a save reads its file back, from the disk where the system can, before it takes the place of the old one:
    /// `false` by default. What is not the same is an [`ErrorKind::Damaged`](crate::ErrorKind::Damaged), and the old file stands.
    ///
    /// Takes as long as a load by one thread, in little memory. Means nothing for what is written to a writer.
    ///
    /// ```
    /// # use npz_core::{Npz, SaveOptions};
    /// # #[derive(Npz)] struct State { step: u64 }
    /// # let path = std::env::temp_dir().join("npz-core-doc-options-verify.npz");
    /// SaveOptions::compressed().verify(true).save(&State { step: 7 }, &path)?;
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn verify(mut self, verify: bool) -> Self {
        self.verify = verify;
        self
    }

    /// Sets a function that is told how far a save has come: how many bytes of arrays are written, of how many. It is called
    /// about a thousand times, by any thread but one at a time.
    ///
    /// Where it returns [`ControlFlow::Break`], the save ends with [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled), and the
    /// old file stands.
    ///
    /// ```
    /// use npz_core::{ErrorKind, Npz, SaveOptions};
    /// use std::ops::ControlFlow;
    /// # #[derive(Npz)] struct State { weights: Vec<f32> }
    /// # let path = std::env::temp_dir().join("npz-core-doc-options-progress.npz");
    /// # let state = State { weights: vec![0.5; 1_000_000] };
    ///
    /// let options = SaveOptions::new().progress(|done, all| {
    ///     eprintln!("{} %", done * 100 / all);
    ///     if done < 1_000_000 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    /// });
    /// let error = options.save(&state, &path).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Cancelled);
    /// assert!(!path.exists());
    /// ```
    pub fn progress(mut self, tell: impl Fn(u64, u64) -> ControlFlow<()> + Send + Sync + 'static) -> Self {
        self.progress = Progress::new(tell);
        self
    }

    /// Sets after how many members, or how long, an [`NpzWriter`](crate::NpzWriter) calls [`publish`](crate::NpzWriter::publish) by itself,
    /// so that a crash can't take what is there: never by default, and nothing is visible before the end.
    ///
    /// A number is one of members, a [`Duration`] a time. It is looked at whenever a value was added or a stream is finished; `publish` says
    /// what it costs. Means nothing for what is written to a writer, and for a value that is saved at once.
    ///
    /// ```
    /// use npz_core::{NpzReader, SaveOptions};
    ///
    /// let path = std::env::temp_dir().join("npz-core-doc-options-publish.npz");
    /// let mut writer = SaveOptions::new().publish_every(10).create(&path)?; // members; or a `Duration::from_secs(60)`
    /// for step in 0..25 {
    ///     writer.add(&format!("step{step}"), &vec![0.5; 100])?;
    /// }
    /// assert_eq!(NpzReader::open(&path)?.names().len(), 20);
    /// writer.finish()?;
    /// assert_eq!(NpzReader::open(&path)?.names().len(), 25);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn publish_every(mut self, every: impl Into<PublishEvery>) -> Self {
        self.publish_every = Some(every.into());
        self
    }

    /// Who works on a save.
    pub(super) fn team(&self) -> Team {
        Team::new(self.threads).with_progress(self.progress.clone())
    }
}
