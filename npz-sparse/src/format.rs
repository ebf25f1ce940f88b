//! What the formats have in common: the members beside the values, how they are saved and loaded.

use ndarray::{ArrayD, CowArray, Dimension, IntoDimension, Ix1, IxDyn};
use npz_core::extend::{Loader, Members, Name, Plan};
use npz_core::{Element, Error, FixedBytes, FromMembers, Result};

use crate::check::Check;
use crate::memory::{self, INDICES};

/// The member that says which format a matrix has.
const FORMAT: &str = "format";

/// Each format with the type that it is loaded into.
pub(crate) const FORMATS: [(&str, &str); 5] =
    [("csr", "Csr"), ("csc", "Csc"), ("coo", "Coo"), ("bsr", "Bsr"), ("dia", "Dia")];

/// A matrix in one format.
pub(crate) trait Format<A>: Sized {
    /// What scipy calls it.
    const NAME: &'static str;
    /// The parts one of which tells that a matrix is there, where no member says the format.
    const MARKS: &'static [&'static str];

    /// The length of each axis.
    fn axes(&self) -> Vec<usize>;

    /// Checks that all lies inside of the shape and that lengths agree.
    fn check(&self, check: &Check<'_>) -> Result<()>;

    /// Visits the values that are stored inside of the shape, each with its place.
    fn each(&self, visit: impl FnMut(&[usize], &A));

    /// Makes a dense array.
    fn densify(&self, mut add: impl FnMut(A, A) -> A) -> Result<ArrayD<A>>
    where
        A: Clone + Default,
    {
        self.check(&Check::of_value(&Name::root()))?;
        let mut dense = memory::dense::<A>(&self.axes())?;
        self.each(|place, value| {
            // What lies outside was refused before.
            if let Some(cell) = dense.get_mut(place) {
                *cell = add(cell.clone(), value.clone());
            }
        });
        Ok(dense)
    }

    /// Pushes all members.
    fn push<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()>
    where
        A: Element;

    /// Plans all members but the format, and checks what comes out.
    fn plan_parts<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        A: Element;
}

/// What each format can do, by its [`Format`].
macro_rules! format_methods {
    ($name:ident, $dense:ty) => {
        impl<A> $name<A> {
            /// Makes a dense array: `matrix.toarray()`. Values that stand at the same place become one by `add`.
            ///
            /// `|a, b| a + b` is what NumPy does with floats; with integers it is `i64::wrapping_add`, with `bool` it is
            /// `|a, b| a | b`. Each place starts with the default value.
            ///
            /// Allocates a cell for each place of the shape: look at it first, if the file is a stranger's.
            ///
            /// # Errors
            /// [`ErrorKind::Invalid`](npz_core::ErrorKind::Invalid) as `new`, or if there is no memory for it.
            ///
            /// ```
            /// use npz_sparse::Coo;
            ///
            /// let twice = Coo::new(vec![1, 2], vec![100i8, 100], vec![vec![0, 0], vec![1, 1]])?;
            /// assert_eq!(twice.to_dense(i8::wrapping_add)?, ndarray::array![[0, -56]].into_dyn());
            /// # Ok::<(), npz_core::Error>(())
            /// ```
            pub fn to_dense(&self, add: impl FnMut(A, A) -> A) -> Result<$dense>
            where
                A: Clone + Default,
            {
                self.densify(add)?.into_dimensionality().map_err(npz_core::Error::custom)
            }
        }

        impl<A: Element> npz_core::ToMembers for $name<A> {
            fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
                self.check(&Check::of_value(name))?;
                self.push(members, name)
            }
        }

        impl<A: Element> FromMembers for $name<A> {
            fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
            where
                Self: 's,
            {
                // Who saves the parts by hand mostly leaves the format out, which the type knows.
                if !crate::format::is_present(loader, name)
                    && crate::format::has_any(loader, name, Self::MARKS)
                {
                    return Self::plan_parts(loader, name);
                }
                let plan = |loader: &mut Loader<'s>, _: &str| Self::plan_parts(loader, name);
                crate::format::plan_format(loader, name, &[Self::NAME], plan)
            }

            fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
                crate::format::is_present(loader, name) || crate::format::has_any(loader, name, Self::MARKS)
            }
        }

        impl<A: Element> Npz for $name<A> {}
    };
}
pub(crate) use format_methods;

/// Indices as a file has them.
pub(crate) enum Indices {
    Narrow(ArrayD<i32>),
    Wide(ArrayD<i64>),
}

impl Indices {
    /// Copies indices into the type that scipy would have: int32 where all of them, the shape and the number of values
    /// fit, else int64.
    pub(crate) fn new<D: Dimension, T: Copy + TryInto<i32> + TryInto<i64>>(
        indices: impl Iterator<Item = T> + Clone,
        dim: impl IntoDimension<Dim = D>,
        (axes, stored): (&[usize], usize),
    ) -> Result<Self> {
        let dim = dim.into_dimension().into_dyn();
        let fits = |&len: &usize| i32::try_from(len).is_ok();
        if axes.iter().all(fits)
            && fits(&stored)
            && let Some(narrow) = all_as(indices.clone(), &dim)?
        {
            return Ok(Self::Narrow(narrow));
        }
        Ok(Self::Wide(wide(indices, &dim)?))
    }

    fn push(self, members: &mut Members<'_>, name: &Name) -> Result<()> {
        match self {
            Self::Narrow(indices) => members.push_array(name, indices),
            Self::Wide(indices) => members.push_array(name, indices),
        }
    }
}

fn wide<T: TryInto<i64>>(numbers: impl Iterator<Item = T>, dim: &IxDyn) -> Result<ArrayD<i64>> {
    all_as(numbers, dim)?.ok_or_else(|| Error::custom("expected numbers that fit int64"))
}

/// So many numbers as others, `None` where one of them does not fit.
fn all_as<N, T: TryInto<N>>(numbers: impl Iterator<Item = T>, dim: &IxDyn) -> Result<Option<ArrayD<N>>> {
    let mut all = memory::with_room(dim.size(), INDICES)?;
    for number in numbers {
        let Ok(number) = number.try_into() else { return Ok(None) };
        all.push(number);
    }
    ArrayD::from_shape_vec(dim.clone(), all).map(Some).map_err(Error::custom)
}

/// Pushes the members of a matrix in scipy's order: indices, format, shape, values, and the mark of a sparse array.
pub(crate) fn push_matrix<'a, A: Element, D: Dimension, const N: usize>(
    members: &mut Members<'a>,
    place: &Name,
    format: &str,
    shape: &[usize],
    indices: [(&str, Result<Indices>); N],
    data: impl Into<CowArray<'a, A, D>>,
    is_array: bool,
) -> Result<()> {
    members.with_plain(|members| {
        for (part, indices) in indices {
            let name = place.join(part);
            indices.map_err(|error| error.in_member(name.as_str()))?.push(members, &name)?;
        }
        members.push_owned(&place.join(FORMAT), &FixedBytes::<3>::new(format.as_bytes())?)?;
        let name = place.join("shape");
        let shape = wide(shape.iter().copied(), &Ix1(shape.len()).into_dyn());
        members.push_array(&name, shape.map_err(|error| error.in_member(name.as_str()))?)
    })?;
    members.push_array(&place.join("data"), data)?;
    if is_array {
        members.with_plain(|members| members.push_owned(&place.join("_is_array"), &true))?;
    }
    Ok(())
}

/// A part that is no value of the user's: indices are integers of any width, whatever the field asks of its values.
pub(crate) struct Plain<T>(pub(crate) T);

impl<T: FromMembers> FromMembers for Plain<T> {
    fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's,
    {
        loader.with_plain(|loader| T::plan(loader, name)).map(Self)
    }

    fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
        T::is_present(loader, name)
    }
}

pub(crate) fn is_present(loader: &Loader<'_>, place: &Name) -> bool {
    String::is_present(loader, &place.join(FORMAT))
}

/// Whether one of these parts is there.
pub(crate) fn has_any(loader: &Loader<'_>, place: &Name, parts: &[&str]) -> bool {
    parts.iter().any(|part| String::is_present(loader, &place.join(part)))
}

/// Plans a matrix of one of these formats, which its member `format` names.
pub(crate) fn plan_format<'s, T>(
    loader: &mut Loader<'s>,
    place: &Name,
    formats: &[&str],
    plan: impl Fn(&mut Loader<'s>, &str) -> Plan<'s, T>,
) -> Plan<'s, T> {
    if place.as_str().is_empty() && !is_present(loader, place) {
        // All the other members are part of the same mistake.
        loader.allow_unknown(place);
    }
    let without = hint_without(loader, place, formats);
    let hint = |found: Option<&str>| found.map_or_else(|| without.clone(), hint_for);
    loader.plan_tagged(place, FORMAT, formats, hint, plan)
}

fn type_of(format: &str) -> Option<&'static str> {
    FORMATS.iter().find(|(name, _)| *name == format).map(|&(_, own)| own)
}

/// What to do about another format.
fn hint_for(found: &str) -> String {
    match type_of(found) {
        Some(own) => {
            format!("load it as `npz_sparse::{own}`, or as `npz_sparse::Sparse`, which is any of them")
        }
        None => "`scipy.sparse.save_npz` writes no such format".to_owned(),
    }
}

/// What to do where no member says the format, by what else is there.
fn hint_without(loader: &Loader<'_>, place: &Name, wanted: &[&str]) -> String {
    const PACKED: &[&str] = &["indptr"];
    const TRIPLETS: &[&str] = &["row", "coords"];
    const DIAGONALS: &[&str] = &["offsets"];
    let own = if let [one] = wanted { type_of(one) } else { None }.unwrap_or("Sparse");
    if has_any(loader, place, PACKED) {
        return "the parts of a matrix are there: `npz_sparse::Csr` or `Csc` takes them without it, `Csr` where `indptr` \
                is one longer than there are rows"
            .to_owned();
    }
    if has_any(loader, place, TRIPLETS) {
        return "the parts of a matrix are there: `npz_sparse::Coo` takes them without it".to_owned();
    }
    let marks = [PACKED, TRIPLETS, DIAGONALS].concat();
    let is_below = |separator: &&&'static str| has_any(loader, &place.with_separator(separator), &marks);
    if !place.as_str().is_empty()
        && let Some(separator) = ["_", "/", "-", "."].iter().find(is_below)
    {
        let found = place.with_separator(separator).join("data");
        return format!(
            "the parts are called as {:?} is: `#[npz(separator = {separator:?})]` on the struct",
            found.as_str()
        );
    }
    if is_present(loader, &Name::root()) {
        return format!("the matrix is the whole archive: `{own}::load(path)`");
    }
    "`scipy.sparse.save_npz` writes one".to_owned()
}

/// The shape of what must have two axes.
pub(crate) fn matrix_shape(shape: &[usize], check: &Check<'_>, advice: &str) -> Result<(usize, usize)> {
    match *shape {
        [rows, columns] => Ok((rows, columns)),
        _ => Err(check.wrong("shape", format_args!("expected 2 axes, found {}{advice}", shape.len()))),
    }
}
