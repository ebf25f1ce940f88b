//! `Vec`, slices and `[T; N]`: the element type decides what they become.
//!
//! Cells become one member (`Vec<f32>`: shape `(n,)`, `Vec<[f32; 3]>`: shape `(n, 3)`). Anything else becomes
//! `name.0`, `name.1`, .... How many there are is told by the highest index; only where that would lose the
//! count (no elements, or a last one without members, such as `None`) is it written as `name.len`.

use std::collections::BTreeSet;

use super::spare::Spares;
use super::{FromMembers, Loader, Members, Name, Names, Plan, ToMembers};
use crate::dtype::DType;
use crate::error::{Error, Result};
use crate::header::Header;
use crate::memory;
use crate::report::ProblemKind;

/// The part that the count is written under.
const LEN: &str = "len";

/// What is short of memory, for messages.
const LIST: &str = "list";

/// Pushes elements that are not cells, one name each.
pub(crate) fn push_indexed<'a, T: ToMembers + ?Sized>(
    items: &[&'a T],
    shape: &[usize],
    members: &mut Members<'a>,
    name: &Name,
) -> Result<()> {
    if let [_, inner @ ..] = shape
        && !inner.is_empty()
    {
        let chunk = inner.iter().product::<usize>().max(1);
        return push_each(items.chunks(chunk), members, name, |items, members, name| {
            push_indexed(items, inner, members, name)
        });
    }
    push_each(items.iter().copied(), members, name, |item, members, name| item.to_members(members, name))
}

fn push_each<'a, I>(
    items: impl Iterator<Item = I>,
    members: &mut Members<'a>,
    name: &Name,
    mut push: impl FnMut(I, &mut Members<'a>, &Name) -> Result<()>,
) -> Result<()> {
    let (mut len, mut invisible) = (0u64, 0);
    let mut is_last_visible = false;
    for item in items {
        let before = members.len();
        push(item, members, &name.join(len))?;
        is_last_visible = members.len() > before;
        invisible += usize::from(!is_last_visible);
        len += 1;
    }
    members.spend_free(name, name.cost_of_free(invisible))?;
    if is_last_visible { Ok(()) } else { members.push_sign(&name.join(LEN), &len) }
}

/// Plans elements that are not cells.
pub(crate) fn plan_indexed<'s, T: FromMembers + 's>(
    loader: &mut Loader<'s>,
    name: &Name,
    dims: &[Option<usize>],
) -> Plan<'s, Vec<T>> {
    let Some((&want, inner)) = dims.split_first() else {
        return T::plan(loader, name).map(|item| vec![item]);
    };
    if loader.record_any::<T>(name, inner.len()) {
        return Plan::refused();
    }
    let Some(elements) = count::<T>(loader, name) else {
        return Plan::refused();
    };
    let found = elements.len;
    if let Some(want) = want.filter(|&want| want != found) {
        let hint = "make the field a `Vec` to accept any number".to_owned();
        loader.note(ProblemKind::Shape, name, format!("{want} elements"), format!("{found} elements"), hint);
        return Plan::refused();
    }
    if inner.is_empty() {
        let plans = elements.plan_each(loader, name, T::plan);
        return plans.map_or_else(Plan::refused, |plans| {
            Plan::new(move || memory::try_collect(plans.into_iter().map(Plan::finish), LIST))
        });
    }
    let plans = elements.plan_each(loader, name, |loader, place| plan_indexed::<T>(loader, place, inner));
    plans.map_or_else(Plan::refused, |plans| {
        Plan::new(move || {
            let mut flat = Vec::new();
            for plan in plans {
                let items = plan.finish()?;
                memory::reserve(&mut flat, items.len(), LIST)?;
                flat.extend(items);
            }
            Ok(flat)
        })
    })
}

/// The elements of a list.
struct Elements {
    len: usize,
    /// Those that members stand for.
    seen: BTreeSet<usize>,
}

impl Elements {
    /// Plans one after the other, up to the first that can't be absent and is; `None` if there is such.
    fn plan_each<'s, P>(
        &self,
        loader: &mut Loader<'s>,
        name: &Name,
        plan: impl Fn(&mut Loader<'s>, &Name) -> P,
    ) -> Option<Vec<P>> {
        let mut plan_one = |i| {
            let place = name.join(i);
            if self.seen.contains(&i) {
                return Some(plan(loader, &place));
            }
            loader.plan_hole(&place, (i, self.len), |loader| plan(loader, &place))
        };
        // Room comes with the elements: a file may claim any number of them.
        let mut plans = Vec::new();
        for i in 0..self.len {
            let Some(plan) = plan_one(i) else {
                allow_elements(loader, name);
                return None;
            };
            if let Err(error) = memory::reserve(&mut plans, 1, LIST) {
                loader.fault.get_or_insert(error.in_member(name.as_str()));
                return None;
            }
            plans.push(plan);
        }
        Some(plans)
    }
}

pub(crate) fn are_indexed_present<T: FromMembers>(loader: &Loader<'_>, name: &Name) -> bool {
    loader.contains(&name.join(LEN)) || indices::<T>(loader, name).next().is_some()
}

/// Counts the elements, before they are planned; `None` if a problem was noted.
fn count<T: FromMembers>(loader: &mut Loader<'_>, name: &Name) -> Option<Elements> {
    // Not `collect`, which sorts in memory of its own.
    let mut seen = BTreeSet::new();
    seen.extend(indices::<T>(loader, name));
    let up_to_last = seen.last().map_or(0, |last| last.saturating_add(1));
    let expected = || format!("elements named {:?}, {:?}, ...", name.join(0).as_str(), name.join(1).as_str());
    let len_name = name.join(LEN);
    let len = if loader.contains(&len_name) {
        usize::try_from(loader.read_now::<u64>(&len_name)?).unwrap_or(usize::MAX).max(up_to_last)
    } else if !seen.is_empty() {
        up_to_last
    } else if let Some(found) = loader.take_misplaced(name) {
        let hint = one_array_hint(loader.peek_header(name).as_ref());
        loader.note(ProblemKind::Shape, name, expected(), found, hint);
        return None;
    } else {
        loader.note(ProblemKind::Missing, name, expected(), String::new(), String::new());
        return None;
    };
    // What no member stands for is `None` or the like; a file could claim any number of them.
    if !loader.spend_free(name, name.cost_of_free(len - seen.len())) {
        allow_elements(loader, name);
        return None;
    }
    Some(Elements { len, seen })
}

/// That nobody wants the elements of a list which was refused is no mistake of its own.
fn allow_elements(loader: &mut Loader<'_>, name: &Name) {
    if !name.is_root() {
        loader.allow_unknown(name);
    }
}

/// What to do where one array was found instead of an element for each.
fn one_array_hint(header: Option<&Header>) -> String {
    let dtype = header.map(Header::dtype);
    // An `Option` of a time is what first comes to mind for NaT.
    match dtype.filter(|dtype| dtype.time_unit().is_some()).and_then(DType::rust_name) {
        Some(cell) => {
            format!(
                "these elements are members of their own: read an array of times, which may be NaT, as `Vec<{cell}>`"
            )
        }
        None => "these elements are members of their own: save one for each, not one array of all".to_owned(),
    }
}

/// The indices below a place, as they are written (`7`, not `07`); with repeats.
fn indices<'l, T: FromMembers>(
    loader: &'l Loader<'_>,
    name: &Name,
) -> impl Iterator<Item = usize> + use<'l, T> {
    // An element with parts is followed by its own separator, which may differ from the one around it.
    let (around, inner) = (name.separator(), T::inner_separator(name.separator()));
    loader.free_keys_under(name).filter_map(move |rest| {
        let part = rest.split(inner).next().unwrap_or(rest);
        let part = part.split(around).next().unwrap_or(part);
        let is_plain = part == "0" || !part.starts_with(['0', '+']);
        part.parse().ok().filter(|_| is_plain)
    })
}

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
