//! What a caller may choose when loading, an archive or a single array.

use std::ops::ControlFlow;

use crate::element::Cast;
use crate::limits::Limits;
use crate::run::{Progress, Threads};

/// How an archive or array is loaded. The default: every member is wanted, cells cast by [`Cast::Safe`].
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
/// assert_eq!(options.from_bytes::<Model>(&bytes)?.weights, [0.1f32]);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct LoadOptions {
    pub(crate) cast: Cast,
    pub(crate) allow_unknown: bool,
    pub(crate) allow_resize: bool,
    pub(crate) limits: Limits,
    pub(crate) threads: Threads,
    pub(crate) progress: Progress,
    pub(crate) one_element: bool,
    pub(crate) require_mapped: bool,
    pub(crate) prefix: String,
    pub(crate) only: Vec<String>,
}

impl LoadOptions {
    /// Gives the defaults: [`Cast::Safe`], every member is wanted, [`Limits::default`].
    ///
    /// ```
    /// # use npz_core::{LoadOptions, npy};
    /// let bytes = npy::to_bytes(&ndarray::arr0(1i16))?;
    /// assert_eq!(LoadOptions::new().from_bytes::<ndarray::Array0<f64>>(&bytes)?.into_scalar(), 1.0);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the casting rule of all fields that have no `cast` attribute: [`Cast::Safe`] by default. The rules are
    /// those of [`numpy.can_cast`](https://numpy.org/doc/stable/reference/generated/numpy.can_cast.html), with values checked.
    ///
    /// ```
    /// # use npz_core::{Cast, LoadOptions, npy};
    /// let bytes = npy::to_bytes(&ndarray::arr0(0.1f64))?;
    /// let rounds = LoadOptions::new().cast(Cast::SameKind);
    /// assert_eq!(rounds.from_bytes::<ndarray::Array0<f32>>(&bytes)?.into_scalar(), 0.1f32);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn cast(mut self, cast: Cast) -> Self {
        self.cast = cast;
        self
    }

    /// Lets members be there that the type does not want: `false` by default. Says nothing of single arrays.
    ///
    /// Their data are not read. A map wants all members but those that are no arrays, Python's pickles, and
    /// arrays of a dtype that NumPy has not; [`Report::remarks`](crate::Report::remarks) names what was passed over. A
    /// member that can't be looked into (encrypted, damaged, compressed by a method that is not read) is an error of a map
    /// as without the option.
    ///
    /// ```
    /// # use npz_core::{LoadOptions, Npz};
    /// #[derive(Npz)]
    /// struct Nothing {}
    ///
    /// let bytes = std::collections::BTreeMap::from([("x".to_owned(), 1.0)]).to_bytes()?;
    /// assert!(Nothing::from_bytes(&bytes).is_err());
    /// assert!(LoadOptions::new().allow_unknown(true).from_bytes::<Nothing>(&bytes).is_ok());
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn allow_unknown(mut self, allow: bool) -> Self {
        self.allow_unknown = allow;
        self
    }

    /// Lets a single value be an array of one element, of shape `(1,)` or `(1, 1)`: `a.item()`. `false` by default; on a field
    /// `#[npz(one_element)]` says the same.
    ///
    /// For files of writers that have no arrays without axes. Arrays and lists keep their shapes.
    ///
    /// ```
    /// # use npz_core::{LoadOptions, npy};
    /// let bytes = npy::to_bytes(&[120.0])?; // np.save(file, np.array([120.0]))
    /// assert!(npy::from_bytes::<f64>(&bytes).is_err());
    /// assert_eq!(LoadOptions::new().one_element(true).from_bytes::<f64>(&bytes)?, 120.0);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn one_element(mut self, allow: bool) -> Self {
        self.one_element = allow;
        self
    }

    /// Refuses a member of a [`Mapped`](crate::Mapped) field that can't be mapped, instead of decoding it into memory: `false` by
    /// default. Each such member, and why, is in the report of the load.
    ///
    /// ```
    /// # use npz_core::{LoadOptions, Mapped, Npz, ProblemKind, npy};
    /// #[derive(Npz)]
    /// struct Model { weights: Mapped<ndarray::Array1<f32>> }
    ///
    /// let path = std::env::temp_dir().join("npz-core-doc-require-mapped.npz");
    /// Model { weights: ndarray::array![0.5].into() }.save_compressed(&path)?;
    /// assert!(!Model::load(&path)?.weights.is_mapped()); // inflated into memory
    /// let error = LoadOptions::new().require_mapped(true).load::<Model>(&path).err().unwrap();
    /// assert_eq!(error.report().unwrap().problems()[0].kind, ProblemKind::NotMapped);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    #[cfg(feature = "mmap")]
    pub fn require_mapped(mut self, require: bool) -> Self {
        self.require_mapped = require;
        self
    }

    /// Leaves a prefix of members' names away; members without it are not there. None by default. Says nothing of single
    /// arrays.
    ///
    /// For an archive that was unpacked and packed again with its folder: `"run/"`, `"./"`, on Windows `"run\\"`. Opening one
    /// without such members is an [`ErrorKind::NotFound`](crate::ErrorKind::NotFound).
    ///
    /// ```
    /// # use npz_core::{LoadOptions, Npz, NpzReader};
    /// #[derive(Npz)]
    /// struct Model { w: f64 }
    ///
    /// let bytes = std::collections::BTreeMap::from([("run/w".to_owned(), 0.5), ("other/w".to_owned(), 1.5)]).to_bytes()?;
    /// let options = LoadOptions::new().prefix("run/");
    /// assert_eq!(options.from_bytes::<Model>(&bytes)?.w, 0.5); // f["run/w"]
    /// assert_eq!(options.reader(&bytes)?.names().collect::<Vec<_>>(), ["w"]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Loads only the members whose names match one of these patterns, as if the others were not there. All by default. Says nothing
    /// of single arrays.
    ///
    /// `*` stands for any characters, `?` for one, as in Python's `fnmatch`. What is left out is `None`, or not in a map; a field that
    /// must be there and is left out is an error. So is a pattern that no member matches. After [`prefix`](Self::prefix) it
    /// is the rest of a name that is compared.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use npz_core::{LoadOptions, Npz};
    ///
    /// #[derive(Npz)]
    /// struct Model { layers: BTreeMap<String, Vec<f32>>, head: Option<Vec<f32>> }
    ///
    /// let layers = (0..4).map(|i| (i.to_string(), vec![i as f32])).collect();
    /// let bytes = Model { layers, head: Some(vec![0.5]) }.to_bytes()?;
    /// let some: Model = LoadOptions::new().only(["layers.2"]).from_bytes(&bytes)?;
    /// assert_eq!((some.layers, some.head), (BTreeMap::from([("2".to_owned(), vec![2.0])]), None));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn only(mut self, patterns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.only = patterns.into_iter().map(Into::into).collect();
        self
    }

    /// Lets [`load_into`](Self::load_into) give arrays other shapes and lists other lengths than the value has: `false` by
    /// default, as `np.copyto` and torch's `load_state_dict` refuse them.
    ///
    /// ```
    /// # use npz_core::{LoadOptions, Npz};
    /// #[derive(Npz)]
    /// struct Run { losses: Vec<f64> }
    ///
    /// let path = std::env::temp_dir().join("npz-core-doc-allow-resize.npz");
    /// Run { losses: vec![0.5] }.save(&path)?;
    /// let mut run = Run { losses: vec![0.5, 0.25] }; // one epoch later
    /// let error = LoadOptions::new().load_into(&mut run, &path).unwrap_err();
    /// assert!(error.to_string().contains("expected 2 elements"));
    /// LoadOptions::new().allow_resize(true).load_into(&mut run, &path)?;
    /// assert_eq!(run.losses, [0.5]);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn allow_resize(mut self, allow: bool) -> Self {
        self.allow_resize = allow;
        self
    }

    /// Bounds what loading may cost: [`Limits::default`] unless set.
    ///
    /// ```
    /// # use npz_core::{ErrorKind, Limits, LoadOptions, npy};
    /// let bytes = npy::to_bytes(&ndarray::Array1::<f64>::zeros(1000))?;
    /// let options = LoadOptions::new().limits(Limits::strict().member_bytes(100));
    /// let error = options.from_bytes::<ndarray::Array1<f64>>(&bytes).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Limit);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets how many threads may work on one load at once, the calling one among them: 0, which is the default, for all that
    /// the pool has. Results and errors are the same for every number.
    ///
    /// The pool is the one of `rayon` that the load is called in, else the global one. Small loads use no other thread than
    /// the calling one; nor does any, where the feature `parallel` is off. Choose 1 where you call from a pool while you hold
    /// a lock: the calling thread may do other work of the pool while it waits.
    ///
    /// ```
    /// # use npz_core::{LoadOptions, Npz};
    /// #[derive(Npz, PartialEq, Debug)]
    /// struct Pair { a: Vec<f32>, b: Vec<f64> }
    ///
    /// let pair = Pair { a: vec![0.5; 1000], b: vec![1.5; 1000] };
    /// let bytes = pair.to_bytes()?;
    /// assert_eq!(LoadOptions::new().threads(1).from_bytes::<Pair>(&bytes)?, pair);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn threads(mut self, count: usize) -> Self {
        self.threads = Threads::at_most(count);
        self
    }

    /// Sets a function that is told how far a load has come: how many bytes of arrays are read, uncompressed, of how many. It
    /// is called about a thousand times, by any thread but one at a time.
    ///
    /// Where it returns [`ControlFlow::Break`], the load ends with [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled).
    ///
    /// ```
    /// use npz_core::{LoadOptions, Npz};
    /// use std::ops::ControlFlow;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    ///
    /// #[derive(Npz)]
    /// struct State { weights: Vec<f32> }
    ///
    /// static DONE: AtomicU64 = AtomicU64::new(0);
    /// let options = LoadOptions::new().progress(|done, _all| {
    ///     DONE.store(done, Ordering::Relaxed);
    ///     ControlFlow::Continue(())
    /// });
    /// let bytes = State { weights: vec![0.5; 1000] }.to_bytes()?;
    /// options.from_bytes::<State>(&bytes)?;
    /// assert_eq!(DONE.load(Ordering::Relaxed), 4000);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn progress(mut self, tell: impl Fn(u64, u64) -> ControlFlow<()> + Send + Sync + 'static) -> Self {
        self.progress = Progress::new(tell);
        self
    }
}
