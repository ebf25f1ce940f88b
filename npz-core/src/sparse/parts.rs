//! The members that sparse matrices have in common: format, shape, indices.

use ndarray::{Array, Array1, ArrayView1, Dimension, Ix1};

use crate::element::{Element, FixedBytes};
use crate::error::{Error, Result};
use crate::members::{FromMembers, Loader, Members, Name, Plan};
use crate::memory;
use crate::report::ProblemKind;

/// The name of the member that says which format a matrix has.
pub(super) const FORMAT: &str = "format";
/// Says that Python should get a sparse array, and not a matrix.
const IS_ARRAY: &str = "_is_array";

/// Each format with the type that it is loaded into.
pub(super) const FORMATS: [(&str, &str); 5] =
    [("csr", "Csr"), ("csc", "Csc"), ("coo", "Coo"), ("bsr", "Bsr"), ("dia", "Dia")];

/// The integers that a file's indices are stored as.
pub(super) struct Width {
    is_wide: bool,
}

impl Width {
    /// As scipy chooses it: by the shape and the number of values.
    pub(super) fn of(shape: &[usize], stored: usize) -> Self {
        let fits = |&len: &usize| i32::try_from(len).is_ok();
        Self { is_wide: !(shape.iter().all(fits) && fits(&stored)) }
    }

    /// Pushes indices; makes the copy of them that the file will hold.
    pub(super) fn push<T: Copy + TryInto<i32> + TryInto<i64>>(
        &self,
        members: &mut Members<'_>,
        name: &Name,
        indices: impl ExactSizeIterator<Item = T> + Clone,
    ) -> Result<()> {
        self.push_shaped(members, name, indices.len(), indices)
    }

    /// The same, as an array of some shape.
    pub(super) fn push_shaped<D: Dimension, T: Copy + TryInto<i32> + TryInto<i64>>(
        &self,
        members: &mut Members<'_>,
        name: &Name,
        shape: impl ndarray::IntoDimension<Dim = D>,
        indices: impl Iterator<Item = T> + Clone,
    ) -> Result<()> {
        let shape = shape.into_dimension();
        let narrow = if self.is_wide { None } else { all_as::<i32, _>(indices.clone(), shape.size(), name)? };
        if let Some(narrow) = narrow {
            return push_plain(members, name, shape, narrow);
        }
        let wide = wide(indices, shape.size(), name)?;
        push_plain(members, name, shape, wide)
    }
}

fn wide<T: TryInto<i64>>(numbers: impl Iterator<Item = T>, count: usize, name: &Name) -> Result<Vec<i64>> {
    all_as(numbers, count, name)?
        .ok_or_else(|| Error::invalid("expected numbers that fit int64").in_member(name.as_str()))
}

/// Pushes numbers of ours, which no attribute of the field speaks of.
/// So many numbers as others, `None` where one of them does not fit.
fn all_as<N, T: TryInto<N>>(
    numbers: impl Iterator<Item = T>,
    count: usize,
    name: &Name,
) -> Result<Option<Vec<N>>> {
    let mut all = memory::with_room(count, "indices of a sparse matrix")
        .map_err(|error| error.in_member(name.as_str()))?;
    for number in numbers {
        let Ok(number) = number.try_into() else { return Ok(None) };
        all.push(number);
    }
    Ok(Some(all))
}

fn push_plain<A: Element, D: Dimension>(
    members: &mut Members<'_>,
    name: &Name,
    shape: D,
    numbers: Vec<A>,
) -> Result<()> {
    let array = Array::from_shape_vec(shape, numbers).map_err(Error::custom)?;
    members.with_plain(|members| members.push_array(name, array.into_dyn()))
}

/// Pushes values, borrowed.
pub(super) fn push_data<'a, A: Element>(
    members: &mut Members<'a>,
    place: &Name,
    data: &'a [A],
) -> Result<()> {
    members.push_view(&place.join("data"), ArrayView1::from(data).into_dyn())
}

/// Pushes format and shape, which scipy puts between the indices and the data.
pub(super) fn push_format(
    members: &mut Members<'_>,
    place: &Name,
    format: &str,
    shape: &[usize],
) -> Result<()> {
    members.push_sign(&place.join(FORMAT), &FixedBytes::<3>::new(format.as_bytes())?)?;
    let name = place.join("shape");
    push_plain(members, &name, Ix1(shape.len()), wide(shape.iter().copied(), shape.len(), &name)?)
}

/// Pushes the mark of a sparse array behind the data, where it is one.
pub(super) fn push_is_array(members: &mut Members<'_>, place: &Name, is_array: bool) -> Result<()> {
    if is_array { members.push_sign(&place.join(IS_ARRAY), &true) } else { Ok(()) }
}

/// Plans indices. They are integers of any width, whatever the field asks of its values.
pub(super) fn plan_plain<'s, T: FromMembers + 's>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, T> {
    loader.with_plain(|loader| T::plan(loader, name))
}

/// Plans values, which become those of a `Vec`.
pub(super) fn plan_data<'s, A: Element>(loader: &mut Loader<'s>, place: &Name) -> Plan<'s, Vec<A>> {
    let array = Array1::<A>::plan(loader, &place.join("data"));
    // As it was read: it begins at the first value, and each lies behind the other.
    array.map(|array| array.into_raw_vec_and_offset().0)
}

pub(super) fn plan_shape<'s>(loader: &mut Loader<'s>, place: &Name) -> Plan<'s, Vec<usize>> {
    plan_plain(loader, &place.join("shape"))
}

pub(super) fn plan_is_array<'s>(loader: &mut Loader<'s>, place: &Name) -> Plan<'s, bool> {
    plan_plain::<Option<bool>>(loader, &place.join(IS_ARRAY)).map(|mark| mark.unwrap_or(false))
}

pub(super) fn is_present(loader: &Loader<'_>, place: &Name) -> bool {
    loader.contains(&place.join(FORMAT))
}

/// Reads the format at once, and compares it with those that are wanted; `None` if a problem was noted.
pub(super) fn plan_format(loader: &mut Loader<'_>, place: &Name, wanted: &[&str]) -> Option<String> {
    let name = place.join(FORMAT);
    if loader.record_choice(&name, &[], wanted.iter().map(|&format| format.to_owned()).collect()) {
        return None;
    }
    let listed = || wanted.iter().map(|format| format!("{format:?}")).collect::<Vec<_>>().join(", ");
    let expected = || if wanted.len() == 1 { listed() } else { format!("one of {}", listed()) };
    if !loader.contains(&name) {
        if let Some(advice) = advice_for_no_format(loader, place, wanted) {
            loader.advise(&name, advice);
            // All the other members are part of the same mistake.
            loader.allow_unknown(place);
        }
        loader.note(ProblemKind::Missing, &name, expected(), String::new(), String::new());
        return None;
    }
    let found: String = loader.with_plain(|loader| loader.read_now(&name))?;
    if wanted.contains(&found.as_str()) {
        return Some(found);
    }
    let hint = match FORMATS.iter().find(|(format, _)| *format == found) {
        Some((_, own)) => format!("load it as `sparse::{own}`, or as `sparse::Sparse`, which is any of them"),
        None => "`scipy.sparse.save_npz` writes no such format".to_owned(),
    };
    loader.note(ProblemKind::Value, &name, expected(), format!("{found:?}"), hint);
    // The members of another format are one mistake, not one each.
    loader.allow_unknown(place);
    None
}

/// What to do where there is no matrix, if the archive as a whole tells.
fn advice_for_no_format(loader: &Loader<'_>, place: &Name, wanted: &[&str]) -> Option<String> {
    if place.is_shared() {
        return None;
    }
    if place.is_root() {
        return Some("this is no archive of `scipy.sparse.save_npz`, which has one".to_owned());
    }
    let root = Name::root();
    let is_matrix = [FORMAT, "shape", "data"].iter().all(|part| loader.contains(&root.join(part)));
    let own = FORMATS.iter().find(|(format, _)| wanted == [*format]).map_or("Sparse", |(_, own)| own);
    is_matrix.then(|| format!("the matrix is the whole archive: `sparse::{own}::load(path)`"))
}

/// A shape of two axes.
pub(super) fn matrix_shape(shape: &[usize]) -> Option<(usize, usize)> {
    match *shape {
        [rows, columns] => Some((rows, columns)),
        _ => None,
    }
}
