//! What a caller may choose when loading, an archive or a single array.

use crate::element::Cast;
use crate::limits::Limits;

/// How strictly an archive or array is loaded. The default: every member is wanted, cells cast by [`Cast::Safe`].
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

    /// Lets members be there that the type does not want. Says nothing of single arrays.
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
