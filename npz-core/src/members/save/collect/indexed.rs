//! Lists whose elements are not cells: `name.0`, `name.1`, ....
//!
//! How many there are is told by the highest index; only where that would lose the count (no elements, or a last one without
//! members, such as `None`) is it written as `name.len`.

use super::{Members, ToMembers};
use crate::error::Result;
use crate::members::Name;

/// The part that the count is written under.
pub(crate) const LEN: &str = "len";

/// Pushes elements that are not cells, one name each.
pub(super) fn push_indexed<'a, T: ToMembers + ?Sized>(
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
