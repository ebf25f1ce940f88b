//! Loading: headers are compared with what the type wants, and only when all agree are data read.
//!
//! A type *plans*: it looks its members up, notes every mismatch in the loader's report, leaves a job for each
//! array that has to be read, and returns a [`Plan`] that puts the value together when the jobs are done. Names,
//! aliases and defaults are thus decided once, and the jobs are independent of each other.

use super::spare::Spares;
use super::{Loader, Name};
use crate::error::{Error, ErrorKind, Result};

/// Loads itself from members, after checking their headers.
///
/// Implemented for the owned ones of the types that [`ToMembers`](crate::ToMembers) is implemented for. By hand, for a
/// type that checks what it is given:
///
/// ```
/// use npz_core::extend::{Loader, Name, Plan};
/// use npz_core::{Error, FromMembers, Npz, NpzReader};
///
/// #[derive(Debug)]
/// struct Share(f64);
///
/// impl FromMembers for Share {
///     fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
///     where
///         Self: 's,
///     {
///         let ok = |share| if share <= 1.0 { Ok(Share(share)) } else { Err(Error::custom("more than all")) };
///         f64::plan(loader, name).and_then(ok)
///     }
///     fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
///         f64::is_present(loader, name)
///     }
/// }
///
/// let bytes = std::collections::BTreeMap::from([("a".to_owned(), 0.5), ("b".to_owned(), 1.5)]).to_bytes()?;
/// let npz = NpzReader::new(&bytes)?;
/// assert_eq!(npz.get::<Share>("a")?.0, 0.5);
/// assert!(npz.get::<Share>("b").is_err());
/// # Ok::<(), npz_core::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be loaded from members of an archive: the trait `FromMembers` is missing",
    label = "not a type that npz-core can load",
    note = "borrowed types (`&T`, `ArrayView`) can be saved but not loaded: load into the owned type",
    note = "for a struct of your own, add `#[derive(npz_core::Npz)]`",
    note = "for a type of another crate, use `#[npz(with = \"module\")]` on the field, or `#[npz(skip)]`"
)]
pub trait FromMembers: Sized {
    /// Looks the value's members up and compares their headers; reads no data.
    ///
    /// Whatever does not fit is noted in the loader; the plan of a value with problems is never finished.
    fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's;

    /// Tells whether any member of the value is there: decides `Option`, `default` and `alias`.
    fn is_present(loader: &Loader<'_>, name: &Name) -> bool;

    /// Plans many values of this type arranged by `dims` (`None`: as many as there are), in C order.
    #[doc(hidden)]
    fn plan_many<'s>(loader: &mut Loader<'s>, name: &Name, dims: &[Option<usize>]) -> Plan<'s, Vec<Self>>
    where
        Self: 's,
    {
        super::sequence::plan_indexed(loader, name, dims)
    }

    /// Tells whether many values of this type are there.
    #[doc(hidden)]
    fn are_present(loader: &Loader<'_>, name: &Name) -> bool {
        super::sequence::are_indexed_present::<Self>(loader, name)
    }

    /// Tells whether the value is one member with exactly the value's name.
    #[doc(hidden)]
    fn is_single() -> bool {
        false
    }

    /// Tells whether many values of this type are one member.
    #[doc(hidden)]
    fn are_single() -> bool {
        false
    }

    // `give_memory` and `take_over` have a type parameter that means nothing, so that they are compiled only where `load_into`
    // is called: otherwise each derived struct would pay for them.

    /// Gives memory away that a value of the same shape can be loaded into; what is left will be assigned to.
    #[doc(hidden)]
    fn give_memory<Used>(&mut self, _: &mut Spares) {}

    /// The same for all elements of a list.
    #[doc(hidden)]
    fn give_memory_of_all<Used>(items: &mut Vec<Self>, spares: &mut Spares) {
        for item in items {
            item.give_memory::<Used>(spares);
        }
    }

    /// Takes over what was loaded; what is never loaded (`skip`) stays. What it had may be left in `loaded`.
    #[doc(hidden)]
    fn take_over<Used>(&mut self, loaded: &mut Self) {
        std::mem::swap(self, loaded);
    }

    /// Tells what stands between this value's place and its parts, where `inherited` is the separator around it.
    #[doc(hidden)]
    fn inner_separator(inherited: &'static str) -> &'static str {
        inherited
    }
}

/// How a value is put together once its members' data are read.
///
/// ```
/// use npz_core::extend::{Loader, Name, Plan};
/// use npz_core::FromMembers;
///
/// fn degrees<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, f64> {
///     f64::plan(loader, name).map(f64::to_degrees)
/// }
///
/// let plan = Plan::new(|| Ok(20)).map(|n| n + 1).and_then(|n| Ok(n * 2));
/// assert_eq!(plan.finish()?, 42);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[must_use = "a plan does nothing until it is part of the plan that is returned"]
pub struct Plan<'s, T> {
    finish: Box<dyn FnOnce() -> Result<T> + 's>,
}

impl<'s, T> Plan<'s, T> {
    /// Makes a plan of the function that finishes it: for a part that no member stands for.
    ///
    /// ```
    /// assert_eq!(npz_core::extend::Plan::new(|| Ok(7)).finish()?, 7);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn new(finish: impl FnOnce() -> Result<T> + 's) -> Self {
        Self { finish: Box::new(finish) }
    }

    /// Puts the value together; called when all data are read.
    ///
    /// # Errors
    /// Those of the functions that the plan is made of.
    ///
    /// ```
    /// use npz_core::extend::Plan;
    /// use npz_core::{Error, ErrorKind};
    ///
    /// let refused = Plan::<u8>::new(|| Err(Error::custom("no"))).finish().unwrap_err();
    /// assert_eq!(refused.kind(), ErrorKind::Invalid);
    /// ```
    pub fn finish(self) -> Result<T> {
        (self.finish)()
    }

    /// Changes the value that comes out.
    ///
    /// ```
    /// assert_eq!(npz_core::extend::Plan::new(|| Ok(7)).map(|n| n * 2).finish()?, 14);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn map<U>(self, change: impl FnOnce(T) -> U + 's) -> Plan<'s, U>
    where
        T: 's,
    {
        Plan::new(move || self.finish().map(change))
    }

    /// Changes the value that comes out, by a function that can fail.
    ///
    /// ```
    /// let parsed = npz_core::extend::Plan::new(|| Ok("7")).and_then(|text| text.parse::<u8>().map_err(npz_core::Error::custom));
    /// assert_eq!(parsed.finish()?, 7);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn and_then<U>(self, change: impl FnOnce(T) -> Result<U> + 's) -> Plan<'s, U>
    where
        T: 's,
    {
        Plan::new(move || self.finish().and_then(change))
    }

    /// The plan of a value whose problems stand in the report: the loader never lets it run.
    pub(crate) fn refused() -> Self {
        Self::new(|| {
            Err(Error::new(ErrorKind::Mismatch, "the value was finished although its members do not fit"))
        })
    }
}
