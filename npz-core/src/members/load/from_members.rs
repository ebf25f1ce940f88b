//! Loading: headers are compared with what the type wants, and only when all agree are data read.
//!
//! A type *plans*: it looks its members up, notes every mismatch in the loader's report, leaves a job for each
//! array that has to be read, and returns a [`Plan`] that puts the value together when the jobs are done. Names,
//! aliases and defaults are thus decided once, and the jobs are independent of each other.

mod indexed;
mod parts;

pub use self::parts::EachPart;
use self::parts::{Give, TakeOver};
use crate::members::load::plan::Plan;
use crate::members::shapes::Shapes;
use crate::members::spare::Spares;
use crate::members::{Loader, Name};

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
pub trait FromMembers: Sized {
    /// Looks the value's members up and compares their headers; reads no data.
    ///
    /// Whatever does not fit is noted in the loader; the plan of a value with problems is never finished.
    fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's;

    /// Tells whether any member of the value is there: decides `Option`, and `default` of what is flattened.
    ///
    /// By default, whether a member's name is the value's or leads on from it; of a value that is flattened, whether any
    /// member is there that it would ask for.
    fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
        loader.is_there::<Self>(name)
    }

    /// Plans many values of this type arranged by `dims` (`None`: as many as there are), in C order.
    #[doc(hidden)]
    fn plan_many<'s>(loader: &mut Loader<'s>, name: &Name, dims: &[Option<usize>]) -> Plan<'s, Vec<Self>>
    where
        Self: 's,
    {
        indexed::plan_indexed(loader, name, dims)
    }

    /// Tells whether many values of this type are there.
    #[doc(hidden)]
    fn are_present(loader: &Loader<'_>, name: &Name) -> bool {
        if Self::are_single() {
            loader.contains(name)
        } else {
            indexed::are_indexed_present::<Self>(loader, name)
        }
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

    // `note_shapes`, `give_memory` and `take_over` have a type parameter that means nothing, so that they are compiled only where `load_into`
    // is called: otherwise each type would pay for them.

    /// Notes the shapes of arrays and the lengths of lists, which a load over the value has to keep.
    #[doc(hidden)]
    fn note_shapes<Used>(&self, _name: &Name, _shapes: &mut Shapes) {}

    /// Gives memory away that a value of the same shape can be loaded into; what is left will be assigned to.
    #[doc(hidden)]
    fn give_memory<Used>(&mut self, spares: &mut Spares) {
        Self::each_part(&mut Give { value: self, spares });
    }

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
        Self::each_part(&mut TakeOver { value: self, loaded });
    }

    /// Tells what the parts of a value are to which `load_into` does its work.
    #[doc(hidden)]
    fn each_part(parts: &mut impl EachPart<Self>) {
        parts.swap(|value| Some(value));
    }

    /// Tells what stands between this value's place and its parts, where `inherited` is the separator around it.
    #[doc(hidden)]
    fn inner_separator(inherited: &'static str) -> &'static str {
        inherited
    }
}
