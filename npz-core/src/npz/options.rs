//! What a caller may choose when saving.

use crate::archive::Compression;
use crate::dtype::ByteOrder;
use crate::run::Threads;

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
}

impl Default for SaveOptions {
    fn default() -> Self {
        Self {
            compression: Compression::Stored,
            alignment: 64,
            byte_order: None,
            threads: Threads::default(),
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
}
