//! `load_into`, part by part: what is done before the load, and after it.

use std::mem::{discriminant, swap};

use super::FromMembers;
use crate::members::spare::Spares;

/// What `load_into` does to the parts of a value of type `S`.
///
/// A derived type says once what its parts are. `part` finds one: in a struct always, in an enum if it is the variant's.
pub trait EachPart<S> {
    /// Does it to a part.
    fn part<T: FromMembers>(&mut self, part: impl Fn(&mut S) -> Option<&mut T>);
    /// Does it to a part that has no memory to give and nothing to keep.
    fn swap<T>(&mut self, part: impl Fn(&mut S) -> Option<&mut T>);
    /// Of an enum, comes before its parts: those of another variant are not to be looked for.
    fn swap_variants(&mut self);
}

/// Before the load: the value's memory is given away.
pub(super) struct Give<'r, S> {
    pub(super) value: &'r mut S,
    pub(super) spares: &'r mut Spares,
}

impl<S> EachPart<S> for Give<'_, S> {
    fn part<T: FromMembers>(&mut self, part: impl Fn(&mut S) -> Option<&mut T>) {
        if let Some(value) = part(self.value) {
            value.give_memory::<()>(self.spares);
        }
    }
    fn swap<T>(&mut self, _: impl Fn(&mut S) -> Option<&mut T>) {}
    fn swap_variants(&mut self) {}
}

/// After the load: the value gets what was loaded.
pub(super) struct TakeOver<'r, S> {
    pub(super) value: &'r mut S,
    pub(super) loaded: &'r mut S,
}

// Values are swapped, not moved, so that a type with `Drop` works.
impl<S> EachPart<S> for TakeOver<'_, S> {
    fn part<T: FromMembers>(&mut self, part: impl Fn(&mut S) -> Option<&mut T>) {
        if let (Some(value), Some(loaded)) = (part(self.value), part(self.loaded)) {
            value.take_over::<()>(loaded);
        }
    }
    fn swap<T>(&mut self, part: impl Fn(&mut S) -> Option<&mut T>) {
        if let (Some(value), Some(loaded)) = (part(self.value), part(self.loaded)) {
            swap(value, loaded);
        }
    }
    fn swap_variants(&mut self) {
        if discriminant(self.value) != discriminant(self.loaded) {
            swap(self.value, self.loaded);
        }
    }
}
