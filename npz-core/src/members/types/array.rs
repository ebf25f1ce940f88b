//! ndarray's arrays: one member each. Owned, shared, views and `CowArray`, of any dimension type.

use ndarray::{ArrayBase, ArrayRef, CowRepr, Data, DataOwned, Dimension, OwnedArcRepr, OwnedRepr, RawData};

use crate::element::Element;
use crate::error::Result;
use crate::members::shapes::Shapes;
use crate::members::spare::Spares;
use crate::members::wanted_shape::WantedShape;
use crate::members::{FromMembers, Loader, Members, Name, Plan, ToMembers};

impl<S, D> ToMembers for ArrayBase<S, D>
where
    S: Data<Elem: Element>,
    D: Dimension,
{
    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        members.push_array(name, self.view())
    }
}

impl<A: Element, D: Dimension> ToMembers for ArrayRef<A, D> {
    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        members.push_array(name, self.view())
    }
}

/// The storages that an array can be loaded into: ndarray's `DataOwned`, with a message that says what to do.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "an array over `{Self}` can't be loaded: it borrows its cells",
    label = "a view can be saved, but not loaded",
    note = "load into an owned array: `Array` for `ArrayView`, or make the struct generic over its arrays"
)]
pub trait OwnedStorage: DataOwned {}
impl<A> OwnedStorage for OwnedRepr<A> {}
impl<A> OwnedStorage for OwnedArcRepr<A> {}
impl<A: Clone> OwnedStorage for CowRepr<'_, A> {}

impl<S, D> FromMembers for ArrayBase<S, D>
where
    S: OwnedStorage + RawData<Elem: Element>,
    D: Dimension,
{
    fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's,
    {
        let member = name.as_str().to_owned();
        loader.plan_cells::<S::Elem, _>(name, WantedShape::Axes(D::NDIM), move |cells| {
            cells.into_array().map_err(|error| error.in_member(&member))
        })
    }

    fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
        loader.contains(name)
    }

    fn note_shapes<Used>(&self, name: &Name, shapes: &mut Shapes) {
        shapes.note_shape(name, self.shape());
    }

    fn give_memory<Used>(&mut self, spares: &mut Spares) {
        let none = ArrayBase::from_shape_vec(D::zeros(self.ndim()), Vec::new());
        let Ok(none) = none else { return };
        match std::mem::replace(self, none).try_into_owned_nocopy() {
            Ok(owned) => spares.give(owned.into_raw_vec_and_offset().0),
            // Others look at the same cells.
            Err(shared) => *self = shared,
        }
    }

    fn is_single() -> bool {
        true
    }
}
