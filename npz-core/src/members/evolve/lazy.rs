//! [`Lazy`]: a value that is read when it is first asked for.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::error::{Error, Result};
use crate::members::evolve::origin::Origin;
use crate::members::shapes::Shapes;
use crate::members::{FromMembers, Loader, Members, Name, Names, NpyFile, Plan, ToMembers};
use crate::options::LoadOptions;

/// Holds a value that is read from its archive on first use; saved before that, it is copied as it is.
///
/// As a field it stands for the `T` inside: the same members, names and report of differences. `np.load` too reads an
/// array of an `.npz` when it is asked for, but checks nothing before, and reads it anew each time.
///
/// ```
/// use ndarray::{Array2, array};
/// use npz_core::{Lazy, Npz};
///
/// #[derive(Npz)]
/// struct Checkpoint {
///     step: u64,
///     weights: Lazy<Array2<f32>>, // `Lazy<Vec<Layer>>` would be as good
/// }
///
/// let path = std::env::temp_dir().join("npz-core-doc-lazy.npz");
/// Checkpoint { step: 7, weights: Lazy::new(array![[0.5, -0.5]]) }.save_compressed(&path)?;
///
/// let mut state = Checkpoint::load(&path)?; // the header of `weights`, none of its data
/// assert!(!state.weights.is_loaded());
/// state.step += 1;
/// state.save(&path)?; // `weights` is copied, still compressed
/// assert!(!state.weights.is_loaded());
///
/// assert_eq!(state.weights.get()?, &array![[0.5, -0.5]]); // read and inflated here
/// assert!(state.weights.is_loaded());
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
///
/// # Load
///
/// All headers are compared, so a member that is missing or of another type is found by the load. Damaged data are
/// found by [`get`](Self::get). `cast`, `shape`, `order`, `finite` and the limits of the load hold for `get` too, the
/// limits for each `get` alone.
///
/// Until it is read, a value keeps its source. Of an archive below 1 MiB, which is read whole, that is its bytes. Of a
/// larger file it is one more handle for all values of one load: the file may be replaced or deleted in the meantime
/// (Windows may refuse that). An [`Arc`] is shared; of other sources (`&[u8]`, a stream) the compressed bytes are copied. A
/// larger file that is overwritten *in place* is an error of `get`, or of the save.
///
/// # Save
///
/// A value that was never read is copied with its compression, its dtype and the names of its parts, whatever the save
/// or the field's attributes ask for, and 256 KiB are in memory at a time. Stored data are aligned as usual, and have
/// their checksum verified on the way; of compressed data the checksum in the file is compared, and they are checked when
/// they are read again. If the
/// value moved to a place with another `separator`, so that its parts have other names there, or was never in an
/// archive, it is read and written anew. So is a value that was read: [`get`](Self::get) is enough.
///
/// # In other types
///
/// A map of lazy values opens any archive of arrays:
///
/// ```
/// use ndarray::ArrayD;
/// use npz_core::{Lazy, Npz};
/// use std::collections::BTreeMap;
///
/// # let path = std::env::temp_dir().join("npz-core-doc-lazy-map.npz");
/// # BTreeMap::from([("a".to_owned(), vec![1.0, 2.0]), ("b".to_owned(), vec![3.0])]).save(&path)?;
/// let mut arrays = BTreeMap::<String, Lazy<ArrayD<f64>>>::load(&path)?; // headers only
/// assert_eq!(arrays["b"].get()?.shape(), [1]);
/// arrays.remove("b");
/// arrays.insert("c".to_owned(), Lazy::new(ArrayD::zeros(vec![3])));
/// arrays.save(&path)?; // `a` is copied, `c` written
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
///
/// `Vec<Lazy<T>>` is one value for each element, `name.0`, `name.1`, ..., also where a `Vec<T>` is one array:
/// `Lazy<Vec<f64>>` is what that is loaded into. `Option<Lazy<T>>` knows without reading whether the value is there.
pub struct Lazy<T> {
    value: OnceLock<T>,
    /// There until the value is. Locked while it is decoded.
    source: Mutex<Option<Source<T>>>,
}

/// Where the value comes from, and how.
struct Source<T> {
    origin: Arc<Origin>,
    /// [`FromMembers`] of `T`, noted where it was known: so nobody else has to ask for it.
    load: fn(&Origin) -> Result<T>,
}

impl<T> Clone for Source<T> {
    fn clone(&self) -> Self {
        Self { origin: Arc::clone(&self.origin), load: self.load }
    }
}

impl<T> Lazy<T> {
    /// Makes one of a value that is there already.
    ///
    /// ```
    /// use npz_core::Lazy;
    ///
    /// let lazy = Lazy::new(vec![1.0, 2.0]);
    /// assert!(lazy.is_loaded());
    /// assert_eq!(lazy.get()?, &[1.0, 2.0]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn new(value: T) -> Self {
        Self { value: OnceLock::from(value), source: Mutex::new(None) }
    }

    /// Gives the value; the first call reads it, decompresses it and verifies its checksum.
    ///
    /// Later calls cost nothing. Of several threads one reads, by itself, and the others wait. After an error the next call tries
    /// again. Once the value is there, its source is let go.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io), [`ErrorKind::Damaged`](crate::ErrorKind::Damaged),
    /// [`ErrorKind::Limit`](crate::ErrorKind::Limit) about the source; [`ErrorKind::Invalid`](crate::ErrorKind::Invalid)
    /// for a value that its type can't hold, or that `finite` or `validate` refuses.
    ///
    /// ```
    /// use npz_core::{ErrorKind, Lazy, Npz};
    ///
    /// #[derive(Npz)]
    /// struct State { mask: Lazy<Vec<bool>> }
    ///
    /// let mut bytes = State { mask: Lazy::new(vec![true; 3]) }.to_bytes()?;
    /// assert_eq!(State::from_bytes(&bytes)?.mask.get()?.len(), 3);
    ///
    /// let data = 64 + 128; // the member's own header, then that of the array
    /// bytes[data] = 0;
    /// let error = State::from_bytes(&bytes)?.mask.get().unwrap_err();
    /// assert_eq!((error.kind(), error.member()), (ErrorKind::Damaged, Some("mask")));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn get(&self) -> Result<&T> {
        if let Some(value) = self.value.get() {
            return Ok(value);
        }
        let mut source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have been faster: then it has taken the source away.
        if let Some(Source { origin, load }) = &*source {
            let value = load(origin)?;
            *source = None;
            return Ok(self.value.get_or_init(|| value));
        }
        self.value.get().ok_or_else(neither)
    }

    /// Gives the value for changing it; reads it as [`get`](Self::get) does.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    ///
    /// ```
    /// use npz_core::{Lazy, Npz};
    ///
    /// #[derive(Npz)]
    /// struct State { losses: Lazy<Vec<f64>> }
    ///
    /// let bytes = State { losses: vec![0.5].into() }.to_bytes()?;
    /// let mut state = State::from_bytes(&bytes)?;
    /// state.losses.get_mut()?.push(0.25);
    /// assert_eq!(State::from_bytes(&state.to_bytes()?)?.losses.get()?, &[0.5, 0.25]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn get_mut(&mut self) -> Result<&mut T> {
        self.get()?;
        self.value.get_mut().ok_or_else(neither)
    }

    /// Gives the value away; reads it as [`get`](Self::get) does.
    ///
    /// # Errors
    /// As [`get`](Self::get). The lazy value is gone then: call `get` first where it is to be tried again.
    ///
    /// ```
    /// use npz_core::{Lazy, NpzReader};
    ///
    /// # let bytes = npz_core::Npz::to_bytes(&std::collections::BTreeMap::from([("rate".to_owned(), 0.5)]))?;
    /// let rate: Lazy<f64> = NpzReader::new(&bytes)?.get("rate")?;
    /// assert_eq!(rate.into_inner()?, 0.5);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn into_inner(self) -> Result<T> {
        self.get()?;
        self.value.into_inner().ok_or_else(neither)
    }

    /// Tells whether the value is in memory.
    ///
    /// ```
    /// assert!(npz_core::Lazy::new(1.5).is_loaded());
    /// ```
    pub fn is_loaded(&self) -> bool {
        self.value.get().is_some()
    }

    /// Gives the array that the value is or would be read from, to read parts of it; reads no cell.
    ///
    /// What has been loaded, and perhaps changed, is sliced where it is in memory.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if the value is not one array.
    ///
    /// ```
    /// use ndarray::{Array2, s};
    /// use npz_core::{Lazy, Npz};
    ///
    /// #[derive(Npz)]
    /// struct Model { emb: Lazy<Array2<f32>> }
    ///
    /// let bytes = Model { emb: Array2::eye(1000).into() }.to_bytes()?;
    /// let model = Model::from_bytes(&bytes)?;
    /// let rows: Array2<f32> = model.emb.member()?.slice(s![10..12, ..])?; // npz["emb"][10:12]
    /// assert!(rows[[0, 10]] == 1.0 && !model.emb.is_loaded());
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn member(&self) -> Result<NpyFile<'_>>
    where
        T: ToMembers,
    {
        let no_array = "expected a value that is one array, found one with members of their own: they have parts, it has none";
        if let Some(Source { origin, .. }) = self.source() {
            return origin.one_array().ok_or_else(|| Error::invalid(no_array));
        }
        let mut members = Members::new();
        self.get()?.to_members(&mut members, &Name::root())?;
        let array = members.into_one_array().ok_or_else(|| Error::invalid(no_array))?;
        Ok(NpyFile::of(array, "", None, &LoadOptions::default()))
    }

    /// What is there instead of the value. Waits for another thread that reads it.
    fn source(&self) -> Option<Source<T>> {
        self.source.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Does not happen: the source is given up when the value is there.
fn neither() -> Error {
    Error::invalid("the lazy value has neither a value nor a source")
}

impl<T> From<T> for Lazy<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: Default> Default for Lazy<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

/// Copies a value that is there; otherwise both share the source, and each reads it for itself.
impl<T: Clone> Clone for Lazy<T> {
    fn clone(&self) -> Self {
        // In this order: the source goes away when the value has come.
        let source = self.source();
        match self.value.get() {
            Some(value) => Self::new(value.clone()),
            None => Self { value: OnceLock::new(), source: Mutex::new(source) },
        }
    }
}

/// Shows the value, or the members that it would be read from; reads nothing.
impl<T: fmt::Debug> fmt::Debug for Lazy<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(value) = self.value.get() {
            return f.debug_tuple("Lazy").field(value).finish();
        }
        // Not `source()`: to print a value must not wait for its reading.
        let source = self.source.try_lock().ok().and_then(|source| source.clone());
        f.write_str("Lazy ")?;
        let mut map = f.debug_map();
        if let Some(Source { origin, .. }) = &source {
            map.entries(origin.headers().map(|(name, header)| (name, header.to_string())));
        }
        map.finish()
    }
}

impl<T: ToMembers> ToMembers for Lazy<T> {
    const NAMES: &'static Names = T::NAMES;

    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        // Once the value is there, and may be changed, there is no source.
        if let Some(Source { origin, .. }) = self.source()
            && origin.push(members, name, T::inner_separator(name.separator()))?
        {
            return Ok(());
        }
        self.get()?.to_members(members, name)
    }

    fn inner_separator(inherited: &'static str) -> &'static str {
        T::inner_separator(inherited)
    }

    fn may_be_absent() -> bool {
        T::may_be_absent()
    }
}

impl<T: FromMembers> FromMembers for Lazy<T> {
    fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's,
    {
        let separator = T::inner_separator(name.separator());
        let origin = Origin::plan(loader, name, separator, |loader| drop(T::plan(loader, name)));
        origin.map(|origin| {
            let source = Source { origin, load: |origin| origin.load(T::plan) };
            Self { value: OnceLock::new(), source: Mutex::new(Some(source)) }
        })
    }

    fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
        T::is_present(loader, name)
    }

    fn note_shapes<Used>(&self, name: &Name, shapes: &mut Shapes) {
        match (self.value.get(), self.source()) {
            (Some(value), _) => value.note_shapes::<Used>(name, shapes),
            (None, Some(Source { origin, .. })) if T::is_single() => {
                origin.headers().for_each(|(_, header)| shapes.note_shape(name, header.shape()));
            }
            _ => {}
        }
    }

    fn is_single() -> bool {
        T::is_single()
    }

    fn inner_separator(inherited: &'static str) -> &'static str {
        T::inner_separator(inherited)
    }
}
