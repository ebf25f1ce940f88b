//! Lists whose elements are not cells: how many there are, and the plan of each.

use std::collections::BTreeSet;

use super::FromMembers;
use crate::dtype::DType;
use crate::header::Header;
use crate::members::load::plan::Plan;
use crate::members::save::LEN;
use crate::members::{Loader, Name};
use crate::memory;
use crate::report::ProblemKind;

/// What is short of memory, for messages.
const LIST: &str = "list";

/// Plans elements that are not cells.
pub(super) fn plan_indexed<'s, T: FromMembers + 's>(
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
        let hint = "make it a `Vec` to accept any number".to_owned();
        loader.note(ProblemKind::Shape, name, format!("{want} elements"), format!("{found} elements"), hint);
        return Plan::refused();
    }
    // The elements are compared too, so that all differences are told.
    loader.note_len(name, found);
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

pub(super) fn are_indexed_present<T: FromMembers>(loader: &Loader<'_>, name: &Name) -> bool {
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
                "these elements are members of their own; read an array of times, which may be NaT, as `Vec<{cell}>`"
            )
        }
        None => "these elements are members of their own; save one for each, not one array of all".to_owned(),
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
