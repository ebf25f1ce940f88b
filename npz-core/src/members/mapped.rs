//! [`Mapped`]: an array whose cells stay in the file until they are looked at.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

use ndarray::{Array, ArrayRef, Dimension};

use crate::cells::view_of;
use crate::element::{Element, InPlace, MISALIGNED, in_place};
use crate::error::{Error, Result};
use crate::header::Header;
use crate::input::KeptInput;
use crate::map::Lent;
use crate::members::shapes::Shapes;
use crate::members::wanted_shape::WantedShape;
use crate::members::{FromMembers, Loader, Members, Name, Plan, ToMembers};
use crate::run::{Team, Threads};
use crate::stored::Stored;

/// An array whose cells stay in the file: a load maps them and reads nothing. As a field beside [`Lazy`](crate::Lazy), and
/// what [`npy::map`](crate::npy::map) gives: `np.load(path, mmap_mode="r")`, which NumPy has for single arrays alone.
///
/// It is an `Array` to look at (it dereferences to ndarray's `ArrayRef`; `.view().to_owned()` is a copy in memory); the
/// system reads a page when a cell of it is looked at, and takes it back where memory is short. As a field it stands for the
/// array inside: the same member, name and report.
///
/// ```
/// use ndarray::{Array2, array};
/// use npz_core::{Mapped, Npz};
///
/// #[derive(Npz)]
/// struct Model {
///     step: u64,
///     weights: Mapped<Array2<f32>>,
/// }
///
/// let path = std::env::temp_dir().join("npz-core-doc-mapped.npz");
/// Model { step: 7, weights: array![[0.5, -0.5], [1.0, 2.0]].into() }.save(&path)?;
///
/// let model = Model::load(&path)?; // no cell of `weights` is read or copied
/// assert!(model.weights.is_mapped());
/// assert_eq!(model.weights.row(1).sum(), 3.0);
/// assert_eq!(model.weights.view(), array![[0.5, -0.5], [1.0, 2.0]]);
/// model.weights.verify()?; // the checksum, when you want it
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
///
/// # What can be mapped
///
/// Members that this crate has stored: uncompressed, their cells on a multiple of 64 bytes. NumPy's own archives are not
/// aligned; compressed members, the other byte order, and cells that not any bytes make (`bool`, text) can't be mapped
/// either. Such are read into memory, with their checksum verified and counted by the [`Limits`](crate::Limits):
/// [`is_mapped`](Self::is_mapped) is then `false`, and [`reason`](Self::reason) says why.
/// [`LoadOptions::require_mapped`](crate::LoadOptions::require_mapped) refuses them.
///
/// A load makes one map for all its fields, of the whole file. An archive below 1 MiB is read whole, and one in an `Arc` is
/// in memory: then the cells are lent from there. From bytes that are borrowed, and from other sources, they are copied.
///
/// # While it is mapped
///
/// Every save of this crate replaces the file as a whole: who maps the old one keeps seeing it, to the last byte. Others
/// must let the file be. Who writes *into* it changes what you see. Who cuts it off has the system end your process
/// (`SIGBUS`) when it touches what is gone; Windows refuses to cut a mapped file. More in [the guide](crate::guide::maps).
///
/// Saved, it is written as the array that it is. With the attribute `finite` a load looks at each cell once.
pub struct Mapped<T: MappedArray> {
    cells: Cells<T::Elem, T::Dim>,
}

enum Cells<A: 'static, D> {
    /// Looked at where they lie. The member is there to be verified, if there is a checksum.
    Lent { lent: Lent<A, D, KeptInput>, member: Option<Arc<dyn Stored>> },
    /// In memory of its own, for a reason if it came from a file.
    Own { array: Array<A, D>, reason: Option<String> },
}

/// What [`Mapped`] can hold: ndarray's `Array`, whose cells and axes it tells.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`Mapped<{Self}>` can't be: only an `Array` of ndarray can be mapped",
    note = "`Lazy<{Self}>` reads any type when it is first asked for"
)]
pub trait MappedArray {
    /// A cell.
    type Elem: Element;
    /// The axes.
    type Dim: Dimension;
}

impl<A: Element, D: Dimension> MappedArray for Array<A, D> {
    type Elem = A;
    type Dim = D;
}

impl<T: MappedArray> Mapped<T> {
    /// Tells whether the cells are looked at where they lie, and were not copied.
    ///
    /// ```
    /// use npz_core::Mapped;
    /// let mapped = Mapped::from(ndarray::array![1.0]);
    /// assert!(!mapped.is_mapped());
    /// ```
    pub fn is_mapped(&self) -> bool {
        matches!(self.cells, Cells::Lent { .. })
    }

    /// Tells why the cells were read into memory; `None` if they are mapped, or did not come from a file.
    ///
    /// ```
    /// use ndarray::{Array1, array};
    /// use npz_core::{Mapped, NpzReader, SaveOptions};
    ///
    /// let map = std::collections::BTreeMap::from([("x".to_owned(), array![1.0, 2.0])]);
    /// let bytes = SaveOptions::compressed().to_bytes(&map)?;
    /// let x: Mapped<Array1<f64>> = NpzReader::new(&bytes)?.get("x")?;
    /// assert_eq!(x.reason(), Some("it is compressed"));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn reason(&self) -> Option<&str> {
        match &self.cells {
            Cells::Own { reason, .. } => reason.as_deref(),
            Cells::Lent { .. } => None,
        }
    }

    /// Reads the member once and compares its checksum, which a mapping load does not. Of a `.npy` file, which has none,
    /// only compares the length. What was read into memory was verified then.
    ///
    /// Reads by the file, never through the map: so a file that was cut off meanwhile is an error here, where a look at the
    /// cells would end the process. What happens to the file after the call it can't know.
    ///
    /// # Errors
    /// [`ErrorKind::Damaged`](crate::ErrorKind::Damaged) if the bytes are not those that were written, or some are gone;
    /// [`ErrorKind::Io`](crate::ErrorKind::Io).
    ///
    /// ```
    /// use npz_core::{ErrorKind, Mapped, Npz, NpzReader};
    /// use ndarray::{Array1, array};
    ///
    /// let map = std::collections::BTreeMap::from([("x".to_owned(), array![1.0, 2.0])]);
    /// let mut bytes = map.to_bytes()?;
    /// bytes[192] ^= 1; // the first cell
    /// let npz = NpzReader::new(std::sync::Arc::new(bytes))?;
    /// let x: Mapped<Array1<f64>> = npz.get("x")?;
    /// assert_eq!(x.verify().unwrap_err().kind(), ErrorKind::Damaged);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn verify(&self) -> Result<()> {
        let Cells::Lent { lent, member } = &self.cells else { return Ok(()) };
        let input = lent.owner();
        let verify = || {
            input.check_len()?;
            member.as_ref().map_or(Ok(()), |member| member.stream(&Team::new(Threads::ONE), &mut |_| Ok(())))
        };
        verify().map_err(|error| input.locate(error))
    }
}

impl<A: Element, D: Dimension> Mapped<Array<A, D>> {
    /// Looks at cells in a file that has no checksum.
    pub(crate) fn look(
        input: Arc<KeptInput>,
        place: Range<usize>,
        header: &Header,
        plan: &InPlace<A>,
    ) -> Result<Self> {
        let lent = look(input, place, header, plan)?;
        Ok(Self { cells: Cells::Lent { lent, member: None } })
    }
}

/// Looks at cells in the memory of an input.
fn look<A: Element, D: Dimension>(
    input: Arc<KeptInput>,
    place: Range<usize>,
    header: &Header,
    plan: &InPlace<A>,
) -> Result<Lent<A, D, KeptInput>> {
    Lent::new(input, |input| {
        let bytes = input.memory().and_then(|bytes| bytes.get(place));
        let bytes = bytes.ok_or_else(|| Error::damaged("its data are cut off"))?;
        view_of(header, (plan.view)(bytes).ok_or_else(|| Error::unsupported(MISALIGNED))?)
    })
}

/// Looks at the cells of an array where they lie, or says why that can't be.
fn lend<A: Element, D: Dimension>(array: &dyn Stored) -> Result<Cells<A, D>, String> {
    let header = array.header();
    let plan = in_place::<A>(header.dtype())?;
    let (input, place) = array.lend()?;
    let lent = look(input, place, header, &plan).map_err(|error| error.to_string())?;
    let member = array.extent().map(|_| array.keep()).transpose().map_err(|error| error.to_string())?;
    Ok(Cells::Lent { lent, member })
}

impl<T: MappedArray> Deref for Mapped<T> {
    type Target = ArrayRef<T::Elem, T::Dim>;

    fn deref(&self) -> &Self::Target {
        match &self.cells {
            Cells::Lent { lent, .. } => lent.array(),
            Cells::Own { array, .. } => array,
        }
    }
}

/// Takes an array as it is in memory, so that a struct with such a field can be saved.
impl<A: Element, D: Dimension> From<Array<A, D>> for Mapped<Array<A, D>> {
    fn from(array: Array<A, D>) -> Self {
        Self { cells: Cells::Own { array, reason: None } }
    }
}

impl<A: Element, D: Dimension> Default for Mapped<Array<A, D>>
where
    Array<A, D>: Default,
{
    fn default() -> Self {
        <Array<A, D> as Default>::default().into()
    }
}

impl<T: MappedArray<Elem: PartialEq>> PartialEq for Mapped<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

/// Shares the map; copies what is in memory.
impl<T: MappedArray> Clone for Mapped<T> {
    fn clone(&self) -> Self {
        let cells = match &self.cells {
            Cells::Lent { lent, member } => Cells::Lent { lent: lent.clone(), member: member.clone() },
            Cells::Own { array, reason } => Cells::Own { array: array.clone(), reason: reason.clone() },
        };
        Self { cells }
    }
}

/// Shows the array, as ndarray does; of a large one that reads the first and last cells of each axis.
impl<T: MappedArray<Elem: fmt::Debug>> fmt::Debug for Mapped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.view(), f)
    }
}

impl<T: MappedArray> ToMembers for Mapped<T> {
    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        members.push_array(name, self.view())
    }
}

impl<T: MappedArray> FromMembers for Mapped<T> {
    fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's,
    {
        let cells = loader.plan_lent::<T::Elem, _>(
            name,
            WantedShape::Axes(T::Dim::NDIM),
            lend::<T::Elem, T::Dim>,
            |settings, cells| match cells {
                Cells::Lent { lent, .. } => settings.check_lent(&lent.array().view().into_dyn()),
                Cells::Own { .. } => Ok(()),
            },
            |cells, reason| Ok(Cells::Own { array: cells.into_array()?, reason: Some(reason) }),
        );
        cells.map(|cells| Self { cells })
    }

    fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
        loader.contains(name)
    }

    fn note_shapes<Used>(&self, name: &Name, shapes: &mut Shapes) {
        shapes.note_shape(name, self.shape());
    }

    fn is_single() -> bool {
        true
    }
}
