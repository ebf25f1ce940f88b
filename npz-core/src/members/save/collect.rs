//! Saving, first half: a value pushes borrowed members into a list; nothing is copied or written yet.

pub(crate) mod indexed;

use std::sync::Arc;

use ndarray::{CowArray, Dimension, IxDyn};

use crate::any::RawArray;
use crate::archive::Compression;
use crate::dtype::{ByteOrder, DType};
use crate::element::{CellType, Element, asked_dtype};
use crate::error::{Error, Result};
use crate::header::Header;
use crate::limits::MAX_FREE;
use crate::members::settings::SaveSettings;
use crate::members::{Name, Names};
use crate::memory::{self, MEMBERS};
use crate::stored::Stored;

/// What to do about an array that an archive has no name for.
pub(crate) const NO_NAME: &str =
    "an array or scalar has no name of its own at this place; make it a field, or use `NpzWriter::add`";

/// Pushes the members that a value is made of.
///
/// Implemented for arrays (owned, shared, views), scalars, text, `Vec`, slices, `[T; N]`, tuples, `Option`,
/// pointers, string-keyed maps, and by `#[derive(Npz)]`. A hand-written implementation pushes its parts:
///
/// ```
/// use npz_core::extend::{Loader, Members, Name, Plan};
/// use npz_core::{FromMembers, Npz, Result, ToMembers};
///
/// struct Meters(f64);
///
/// impl ToMembers for Meters {
///     fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
///         self.0.to_members(members, name)
///     }
/// }
/// impl FromMembers for Meters {
///     fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
///     where
///         Self: 's,
///     {
///         f64::plan(loader, name).map(Meters)
///     }
/// }
///
/// #[derive(Npz)]
/// struct Track { length: Meters }
///
/// let bytes = Track { length: Meters(42.5) }.to_bytes()?;
/// assert_eq!(Track::from_bytes(&bytes)?.length.0, 42.5);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be saved as members of an archive: the trait `ToMembers` is missing",
    label = "not a type that npz-core can save",
    note = "for a struct of your own, add `#[derive(npz_core::Npz)]`",
    note = "for a type of another crate, use `#[npz(with = \"module\")]` on the field, or `#[npz(skip)]`",
    note = "arrays of another version of ndarray than 0.17 are other types: `cargo tree -d` shows them"
)]
#[cfg_attr(
    not(feature = "half"),
    diagnostic::on_unimplemented(
        note = "`f16` and `bf16` need the feature `half` of npz-core, which is off"
    )
)]
#[cfg_attr(
    not(feature = "num-complex"),
    diagnostic::on_unimplemented(
        note = "`Complex` needs the feature `num-complex` of npz-core, which is off"
    )
)]
#[cfg_attr(
    not(feature = "chrono"),
    diagnostic::on_unimplemented(
        note = "types of chrono need the feature `chrono` of npz-core, which is off"
    )
)]
#[cfg_attr(
    not(feature = "jiff"),
    diagnostic::on_unimplemented(note = "types of jiff need the feature `jiff` of npz-core, which is off")
)]
pub trait ToMembers {
    /// What the members are called, where the type alone decides it.
    #[doc(hidden)]
    const NAMES: &'static Names = Names::UNKNOWN;

    /// Pushes the value's members under a name. Borrows them: a header and a view each, no data are copied.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if the value can't be kept, such as a text that ends
    /// with NUL.
    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()>;

    /// Pushes many values of this type, arranged in `shape` (C order): `Vec<T>` and `[T; N]` come here.
    ///
    /// Cells become one member of that shape; anything else becomes `name.0`, `name.1`, ....
    #[doc(hidden)]
    fn slice_to_members<'a>(
        items: &'a [Self],
        shape: &[usize],
        members: &mut Members<'a>,
        name: &Name,
    ) -> Result<()>
    where
        Self: Sized,
    {
        Self::refs_to_members(&refs(items.iter(), name)?, shape, members, name)
    }

    /// The same for values that do not lie side by side, such as those of a `Vec<Box<T>>`.
    #[doc(hidden)]
    fn refs_to_members<'a>(
        items: &[&'a Self],
        shape: &[usize],
        members: &mut Members<'a>,
        name: &Name,
    ) -> Result<()> {
        indexed::push_indexed(items, shape, members, name)
    }

    /// Tells what stands between this value's place and its parts, where `inherited` is the separator around it.
    #[doc(hidden)]
    fn inner_separator(inherited: &'static str) -> &'static str {
        inherited
    }

    /// Tells whether a value may push nothing and mean something else than another that pushes nothing.
    #[doc(hidden)]
    fn may_be_absent() -> bool {
        false
    }
}

/// The list of members that values push themselves into.
///
/// It borrows the values: a collected list holds headers and views, no copied data.
///
/// ```
/// use ndarray::array;
/// use npz_core::extend::{Members, Name};
/// use npz_core::ToMembers;
///
/// let weights = array![[1.0f32, 2.0]];
/// let mut members = Members::new();
/// weights.to_members(&mut members, &Name::root().join("weights"))?;
/// let listed: Vec<_> = members.iter().map(|(name, header)| (name, header.shape().to_vec())).collect();
/// assert_eq!(listed, [("weights", vec![1, 2])]);
/// assert_eq!(members.iter().count(), 1);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Default)]
pub struct Members<'a> {
    list: Vec<Member<'a>>,
    /// Elements of lists that no member stands for; as many as a load accepts.
    free: usize,
    /// What holds for the members that are pushed next.
    settings: SaveSettings,
    /// Of all numbers and texts; `None` is little-endian, and as they are for bytes that keep their form.
    byte_order: Option<ByteOrder>,
}

/// One member that is about to be written: a name and an array.
pub(crate) struct Member<'a> {
    pub(crate) name: String,
    /// Whether the value is this one array, without a name of its own.
    pub(crate) is_root: bool,
    /// Whether it is a mark or a count of our own.
    pub(crate) is_sign: bool,
    /// How this member is stored, where its field says so.
    pub(crate) compression: Option<Compression>,
    pub(crate) array: Arc<dyn Stored + 'a>,
}

impl<'a> Members<'a> {
    /// Makes an empty list; allocates nothing.
    ///
    /// ```
    /// let members = npz_core::extend::Members::new();
    /// assert!(members.iter().next().is_none());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Lists what was pushed: each member's name and header, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Header)> {
        self.list.iter().map(|member| (member.name.as_str(), member.array.header()))
    }

    /// Makes a list of what was pushed elsewhere.
    pub(crate) fn of(list: Vec<Member<'a>>) -> Self {
        Self { list, ..Self::new() }
    }

    /// Counts the members.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// Makes an empty list whose members will be in a byte order.
    pub(crate) fn in_byte_order(byte_order: Option<ByteOrder>) -> Self {
        Self { byte_order, ..Self::new() }
    }

    /// Pushes the members of a value that does not live long enough to be borrowed.
    ///
    /// Allocates and copies its data, in the form that the file will have.
    ///
    /// # Errors
    /// As [`ToMembers::to_members`].
    ///
    /// ```
    /// use npz_core::extend::{Members, Name};
    ///
    /// let mut members = Members::new();
    /// members.push_owned(&Name::root().join("angle"), &90f64.to_radians())?;
    /// assert_eq!(members.iter().count(), 1);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn push_owned<T: ToMembers + ?Sized>(&mut self, name: &Name, value: &T) -> Result<()> {
        self.push_owned_by(|members| value.to_members(members, name))
    }

    /// Pushes what a function pushes, copied.
    pub(crate) fn push_owned_by<'b>(
        &mut self,
        push: impl FnOnce(&mut Members<'b>) -> Result<()>,
    ) -> Result<()> {
        let mut borrowed = Members {
            free: self.free,
            settings: self.settings,
            byte_order: self.byte_order,
            ..Members::new()
        };
        push(&mut borrowed)?;
        self.keep(borrowed)
    }

    fn keep(&mut self, borrowed: Members<'_>) -> Result<()> {
        self.free = borrowed.free;
        for Member { name, is_root, is_sign, compression, array } in borrowed.list {
            let array = array.keep().map_err(|error| error.in_member(&name))?;
            memory::reserve(&mut self.list, 1, MEMBERS)?;
            self.list.push(Member { name, is_root, is_sign, compression, array });
        }
        Ok(())
    }

    fn push(&mut self, name: String, is_root: bool, array: Arc<dyn Stored + 'a>) -> Result<()> {
        memory::reserve(&mut self.list, 1, MEMBERS)?;
        let compression = self.settings.compression;
        self.list.push(Member { name, is_root, is_sign: false, compression, array });
        Ok(())
    }

    /// Pushes an array: a view that lives as long as the list, or an owned one, which the list takes over. Copies nothing.
    ///
    /// # Errors
    /// As [`ToMembers::to_members`].
    ///
    /// ```
    /// use ndarray::{Array1, ArrayView1};
    /// use npz_core::extend::{Members, Name};
    /// use npz_core::{Result, ToMembers};
    ///
    /// /// Saved as its cells and their running sums.
    /// struct Counts(Vec<u32>);
    ///
    /// impl ToMembers for Counts {
    ///     fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
    ///         members.push_array(&name.join("each"), ArrayView1::from(&self.0))?;
    ///         let mut sum = 0;
    ///         let sums: Array1<u64> = self.0.iter().map(|&count| { sum += u64::from(count); sum }).collect();
    ///         members.push_array(&name.join("sums"), sums)
    ///     }
    /// }
    ///
    /// let counts = Counts(vec![1, 2]);
    /// let mut members = Members::new();
    /// counts.to_members(&mut members, &Name::root())?;
    /// assert_eq!(members.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["each", "sums"]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn push_array<A: Element, D: Dimension>(
        &mut self,
        name: &Name,
        array: impl Into<CowArray<'a, A, D>>,
    ) -> Result<()> {
        self.push_cells(name, array.into().into_dyn(), None, true)
    }

    /// Pushes cells, as a dtype that says more than their type if one is given.
    pub(crate) fn push_cells<A: Element>(
        &mut self,
        name: &Name,
        cells: CowArray<'a, A, IxDyn>,
        dtype: Option<DType>,
        is_array: bool,
    ) -> Result<()> {
        let body = || {
            let body = self.settings.body(name, cells, is_array)?;
            let Some(dtype) = dtype else {
                return body.in_byte_order(self.byte_order.unwrap_or(ByteOrder::Little));
            };
            let order = self.byte_order.unwrap_or(dtype.byte_order());
            // A form that the field asks for changes the cells.
            let is_own = asked_dtype(self.settings.forms.form(), CellType::of::<A>()).is_none();
            let body = if is_own { body.of_dtype(dtype.with_byte_order(ByteOrder::Little))? } else { body };
            body.in_byte_order(order)
        };
        let array = body().map(|body| Arc::new(body) as Arc<dyn Stored + 'a>);
        self.push_stored(name, array, false)
    }

    fn push_stored(&mut self, name: &Name, array: Result<Arc<dyn Stored + 'a>>, is_raw: bool) -> Result<()> {
        // One among the fields of a struct that is the root.
        if name.is_root() && name.is_shared() {
            return Err(Error::invalid(NO_NAME));
        }
        let array = array.map_err(|error| error.in_member(name.as_str()))?;
        if name.has_each() {
            let message = "`each` names the elements of a list or a map, and this is one array: remove it";
            return Err(Error::invalid(message).in_member(name.as_str()));
        }
        // As in a load of typed cells.
        if !is_raw && array.header().data_len() == 0 {
            self.spend_free(name, array.header().shape().iter().product())?;
        }
        self.push(name.as_str().to_owned(), name.is_root(), array)
    }

    /// Pushes a member that was loaded unread, to be saved as it is.
    pub(crate) fn push_untouched(&mut self, name: String, array: Arc<dyn Stored>) -> Result<()> {
        self.push(name, false, array)
    }

    /// Pushes an array that has its stored form already.
    pub(crate) fn push_raw(&mut self, name: &Name, raw: &'a RawArray) -> Result<()> {
        let array = self.settings.raw(name, raw, self.byte_order);
        self.push_stored(name, array.map(|array| Arc::new(array) as Arc<dyn Stored + 'a>), true)
    }

    /// Pushes something under settings of its own.
    pub(crate) fn with_settings<R>(
        &mut self,
        settings: SaveSettings,
        push: impl FnOnce(&mut Self) -> R,
    ) -> R {
        let outer = self.settings;
        self.settings = settings.within(outer);
        let pushed = push(self);
        self.settings = outer;
        pushed
    }

    /// Tells where the field stands whose settings were given last.
    pub(crate) fn note_place(&mut self, place: &Name) {
        self.settings.forms.note_place(place);
    }

    /// Pushes a mark or a count of our own, which no attribute speaks of.
    pub(crate) fn push_sign<T: ToMembers>(&mut self, name: &Name, sign: &T) -> Result<()> {
        self.with_plain(|members| members.push_owned(name, sign))?;
        if let Some(pushed) = self.list.last_mut() {
            pushed.is_sign = true;
        }
        Ok(())
    }

    /// Whether nothing but a sign was pushed since the list had `start` members.
    pub(crate) fn is_sign_since(&self, start: usize) -> bool {
        matches!(self.list.get(start..), Some([Member { is_sign: true, .. }]))
    }

    /// Pushes what is not the user's value, such as a count or an index: no attribute of the field around it changes its cells
    /// (`store_as`, `string`, `order`) or asks something of them (`shape`, `finite`). It is compressed as what is around it.
    ///
    /// ```
    /// use npz_core::extend::{Loader, Members, Name, Plan};
    /// use npz_core::{FromMembers, Npz, NpzReader, Result, ToMembers};
    ///
    /// /// Values, and where each was.
    /// struct Sampled { values: Vec<u64>, places: Vec<u64> }
    ///
    /// impl ToMembers for Sampled {
    ///     fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
    ///         self.values.to_members(members, &name.join("values"))?;
    ///         members.with_plain(|members| self.places.to_members(members, &name.join("places")))
    ///     }
    /// }
    /// impl FromMembers for Sampled {
    ///     fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    ///     where
    ///         Self: 's,
    ///     {
    ///         let values = Vec::plan(loader, &name.join("values"));
    ///         let places = loader.with_plain(|loader| Vec::plan(loader, &name.join("places")));
    ///         Plan::new(|| Ok(Sampled { values: values.finish()?, places: places.finish()? }))
    ///     }
    /// }
    ///
    /// #[derive(Npz)]
    /// struct State {
    ///     #[npz(store_as = "u1")]
    ///     levels: Sampled,
    /// }
    ///
    /// let bytes = State { levels: Sampled { values: vec![3], places: vec![70_000] } }.to_bytes()?;
    /// let npz = NpzReader::new(&bytes)?;
    /// assert_eq!(npz.header("levels.values")?.dtype().to_string(), "|u1");
    /// assert_eq!(npz.header("levels.places")?.dtype().to_string(), "<u8"); // 70,000 is no u1
    /// assert_eq!(State::from_bytes(&bytes)?.levels.places, [70_000]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn with_plain<R>(&mut self, push: impl FnOnce(&mut Self) -> R) -> R {
        let plain = SaveSettings { compression: self.settings.compression, ..SaveSettings::default() };
        let outer = std::mem::replace(&mut self.settings, plain);
        let pushed = push(self);
        self.settings = outer;
        pushed
    }

    /// Accounts for elements that no bytes will stand for, so that what is saved can be loaded.
    pub(crate) fn spend_free(&mut self, name: &Name, count: usize) -> Result<()> {
        self.free += count;
        if self.free <= MAX_FREE {
            return Ok(());
        }
        Err(Error::invalid(format!(
            "expected at most {MAX_FREE} cells without bytes and list elements without members (such as `None`), \
             found {}; save the values and a mask of which are there",
            self.free
        ))
        .in_member(name.as_str()))
    }

    /// The array that the value is, if it is one and no more: what a `.npy` file can hold.
    pub(crate) fn one_array(&self) -> Option<&(dyn Stored + 'a)> {
        match &self.list[..] {
            [Member { is_root: true, array, .. }] => Some(&**array),
            _ => None,
        }
    }

    /// The array that a value is, on its own.
    pub(crate) fn into_one_array(mut self) -> Option<Arc<dyn Stored + 'a>> {
        self.list.pop().filter(|member| member.is_root && self.list.is_empty()).map(|member| member.array)
    }

    pub(crate) fn as_slice(&self) -> &[Member<'a>] {
        &self.list
    }

    pub(crate) fn into_vec(self) -> Vec<Member<'a>> {
        self.list
    }

    /// The names pushed since the list had `start` members.
    pub(crate) fn names_since(&self, start: usize) -> impl Iterator<Item = &str> {
        self.list.iter().skip(start).map(|member| member.name.as_str())
    }
}

/// A list of what is saved as one member, or as a list of them.
pub(crate) fn refs<T>(items: impl ExactSizeIterator<Item = T>, name: &Name) -> Result<Vec<T>> {
    memory::collect(items, "list").map_err(|error| error.in_member(name.as_str()))
}

impl std::fmt::Debug for Members<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.iter().map(|(name, header)| (name, header.to_string()))).finish()
    }
}
