//! What a caller may choose when saving and loading.

use crate::archive::Compression;
use crate::element::Cast;
use crate::limits::Limits;

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

/// How strictly an archive is loaded. The default: every member is wanted, cells cast by [`Cast::Safe`].
///
/// ```
/// use npz_core::{Cast, LoadOptions, Npz};
/// use std::collections::HashMap;
///
/// #[derive(Npz)]
/// struct Model { weights: Vec<f32> }
///
/// let python = HashMap::from([("weights".to_owned(), vec![0.1f64]), ("extra".to_owned(), vec![])]);
/// let bytes = python.to_bytes()?;
/// assert!(Model::from_bytes(&bytes).is_err());
///
/// let options = LoadOptions::new().cast(Cast::SameKind).allow_unknown(true);
/// assert_eq!(Model::from_bytes_with(&bytes, &options)?.weights, [0.1f32]);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    pub(crate) cast: Cast,
    pub(crate) allow_unknown: bool,
    pub(crate) limits: Limits,
}

impl LoadOptions {
    /// Gives the defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the casting rule of all fields that have no `cast` attribute.
    pub fn cast(mut self, cast: Cast) -> Self {
        self.cast = cast;
        self
    }

    /// Lets members be there that the type does not want.
    pub fn allow_unknown(mut self, allow: bool) -> Self {
        self.allow_unknown = allow;
        self
    }

    /// Bounds what loading may cost.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}
