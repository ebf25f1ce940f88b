//! What a caller may choose when saving.

use crate::archive::Compression;

/// How an archive is written. The default is [`SaveOptions::stored`].
///
/// ```
/// use npz_core::{Compression, Npz, SaveOptions};
///
/// #[derive(Npz)]
/// struct Trace { samples: Vec<u32> }
///
/// let trace = Trace { samples: (0..10_000).collect() };
/// let stored = trace.to_bytes()?;
/// let small = trace.to_bytes_with(&SaveOptions::new().compression(Compression::Deflate(9)))?;
/// assert!(small.len() < stored.len());
/// assert_eq!(Trace::from_bytes(&small)?.samples, trace.samples);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SaveOptions {
    pub(crate) compression: Compression,
    pub(crate) alignment: u16,
}

impl Default for SaveOptions {
    fn default() -> Self {
        Self { compression: Compression::Stored, alignment: 64 }
    }
}

impl SaveOptions {
    /// Gives the defaults: stored, array data aligned to 64 bytes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives the options of [`Npz::save`](crate::Npz::save): no compression, as `np.savez`.
    pub fn stored() -> Self {
        Self::default()
    }

    /// Gives the options of [`Npz::save_compressed`](crate::Npz::save_compressed): deflate at level 6, as
    /// `np.savez_compressed`.
    pub fn compressed() -> Self {
        Self::default().compression(Compression::default_deflate())
    }

    /// Sets how members are stored.
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// Sets the multiple of bytes that the data of a stored array start at in the file: 64 by default, a power of
    /// two up to 16384. Another number is an error when the archive is begun.
    pub fn alignment(mut self, bytes: u16) -> Self {
        self.alignment = bytes;
        self
    }
}
