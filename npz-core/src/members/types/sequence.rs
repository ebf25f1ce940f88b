//! `Vec`, slices and `[T; N]`: the element type decides what they become.
//!
//! Cells become one member (`Vec<f32>`: shape `(n,)`, `Vec<[f32; 3]>`: shape `(n, 3)`). Anything else becomes
//! `name.0`, `name.1`, ....

use crate::error::{Error, Result};
use crate::members::shapes::Shapes;
use crate::members::spare::Spares;
use crate::members::{FromMembers, Loader, Members, Name, Names, Plan, ToMembers};
use crate::memory;
use crate::report::ProblemKind;

/// What is short of memory, for messages.
const LIST: &str = "list";

impl<T: ToMembers> ToMembers for [T] {
    const NAMES: &'static Names = Names::INDICES;

    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        T::slice_to_members(self, &[self.len()], members, name)
    }
}

impl<T: ToMembers> ToMembers for Vec<T> {
    const NAMES: &'static Names = Names::INDICES;

    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        self.as_slice().to_members(members, name)
    }
}

impl<T: FromMembers> FromMembers for Vec<T> {
    fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's,
    {
        T::plan_many(loader, name, &[None])
    }

    fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
        T::are_present(loader, name)
    }

    fn note_shapes<Used>(&self, name: &Name, shapes: &mut Shapes) {
        note_list::<T, Used>(self.iter(), name, shapes);
    }

    fn give_memory<Used>(&mut self, spares: &mut Spares) {
        T::give_memory_of_all::<Used>(self, spares);
    }

    fn take_over<Used>(&mut self, loaded: &mut Self) {
        if T::are_single() {
            return std::mem::swap(self, loaded);
        }
        self.truncate(loaded.len());
        self.iter_mut().zip(loaded.iter_mut()).for_each(|(item, loaded)| item.take_over::<Used>(loaded));
        if self.capacity() >= loaded.len() {
            return self.extend(loaded.drain(self.len()..));
        }
        // The memory of the other list is there, and has room for all.
        self.iter_mut().zip(loaded.iter_mut()).for_each(|(item, loaded)| std::mem::swap(item, loaded));
        std::mem::swap(self, loaded);
    }

    fn is_single() -> bool {
        T::are_single()
    }
}

/// Notes how long a list is, and what its elements are.
pub(super) fn note_list<'a, T: FromMembers + 'a, Used>(
    items: impl ExactSizeIterator<Item = &'a T>,
    name: &Name,
    shapes: &mut Shapes,
) {
    shapes.note_len(name, items.len());
    note_each::<T, Used>(items, name, shapes);
}

fn note_each<'a, T: FromMembers + 'a, Used>(
    items: impl Iterator<Item = &'a T>,
    name: &Name,
    shapes: &mut Shapes,
) {
    if !T::are_single() {
        items.enumerate().for_each(|(i, item)| item.note_shapes::<Used>(&name.join(i), shapes));
    }
}

impl<T: ToMembers, const N: usize> ToMembers for [T; N] {
    const NAMES: &'static Names = Names::INDICES;

    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        T::slice_to_members(self, &[N], members, name)
    }

    fn slice_to_members<'a>(
        items: &'a [Self],
        shape: &[usize],
        members: &mut Members<'a>,
        name: &Name,
    ) -> Result<()> {
        refuse_no_cells::<N>(name)?;
        T::slice_to_members(items.as_flattened(), &[shape, &[N]].concat(), members, name)
    }

    fn refs_to_members<'a>(
        items: &[&'a Self],
        shape: &[usize],
        members: &mut Members<'a>,
        name: &Name,
    ) -> Result<()> {
        refuse_no_cells::<N>(name)?;
        let in_member = |error: Error| error.in_member(name.as_str());
        let mut flat: Vec<&T> = memory::with_room(items.len().saturating_mul(N), LIST).map_err(in_member)?;
        for item in items {
            flat.extend(item.iter());
        }
        T::refs_to_members(&flat, &[shape, &[N]].concat(), members, name)
    }
}

/// Many arrays of no elements have no elements at all to count them by.
fn refuse_no_cells<const N: usize>(name: &Name) -> Result<()> {
    if N == 0 {
        let message = "a list of `[T; 0]` can't be saved: its length would be lost; use `#[npz(skip)]`";
        return Err(Error::invalid(message).in_member(name.as_str()));
    }
    Ok(())
}

impl<T: FromMembers, const N: usize> FromMembers for [T; N] {
    fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's,
    {
        T::plan_many(loader, name, &[Some(N)]).and_then(|flat| {
            let found = flat.len();
            let unfit = |_| Error::damaged(format!("expected {N} elements, found {found}"));
            flat.try_into().map_err(unfit)
        })
    }

    fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
        T::are_present(loader, name)
    }

    fn note_shapes<Used>(&self, name: &Name, shapes: &mut Shapes) {
        // How many there are says the type.
        note_each::<T, Used>(self.iter(), name, shapes);
    }

    fn give_memory<Used>(&mut self, spares: &mut Spares) {
        for item in self {
            item.give_memory::<Used>(spares);
        }
    }

    fn take_over<Used>(&mut self, loaded: &mut Self) {
        self.iter_mut().zip(loaded).for_each(|(item, loaded)| item.take_over::<Used>(loaded));
    }

    fn plan_many<'s>(loader: &mut Loader<'s>, name: &Name, dims: &[Option<usize>]) -> Plan<'s, Vec<Self>>
    where
        Self: 's,
    {
        if N == 0 {
            let hint = "use `#[npz(skip)]`".to_owned();
            loader.note(
                ProblemKind::Shape,
                name,
                "arrays with elements".to_owned(),
                "`[T; 0]`".to_owned(),
                hint,
            );
            return Plan::refused();
        }
        T::plan_many(loader, name, &[dims, &[Some(N)]].concat()).and_then(|flat| {
            let mut flat = flat.into_iter();
            let mut arrays = memory::with_room(flat.len() / N, LIST)?;
            for _ in 0..flat.len() / N {
                let array = memory::collect(flat.by_ref().take(N), LIST)?.try_into();
                arrays.push(array.map_err(|_| Error::damaged(format!("expected {N} elements")))?);
            }
            Ok(arrays)
        })
    }

    fn are_present(loader: &Loader<'_>, name: &Name) -> bool {
        T::are_present(loader, name)
    }

    fn is_single() -> bool {
        T::are_single()
    }

    fn are_single() -> bool {
        T::are_single()
    }
}
