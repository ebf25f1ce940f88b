//! Single values: a 0-d member each, as `np.array(3)` is. Many of them are one member with as many axes.

use ndarray::{ArrayD, ArrayViewD, IxDyn, arr0};

use crate::element::time::{DateTime64, TimeDelta64, Unit};
use crate::element::tiny::{TinyFloat, TinyFormat, TinyInt};
use crate::element::{Element, FixedBytes, FixedStr, LongDouble, RawBytes};
use crate::error::{Error, Result};
use crate::members::spare::Spares;
use crate::members::wanted_shape::WantedShape;
use crate::members::{FromMembers, Loader, Members, Name, Plan, ToMembers};
use crate::memory;
use crate::shape::Order;

/// What is short of memory, for messages.
const CELLS: &str = "cells";

pub(crate) fn push_slice<'a, A: Element>(
    cells: &'a [A],
    shape: &[usize],
    members: &mut Members<'a>,
    name: &Name,
) -> Result<()> {
    let view = ArrayViewD::from_shape(IxDyn(shape), cells);
    let view = view.map_err(|error| Error::custom(error).in_member(name.as_str()))?;
    members.push_cells(name, view.into(), None, false)
}

pub(crate) fn push_gathered<A: Element>(
    cells: impl ExactSizeIterator<Item = Result<A>>,
    shape: &[usize],
    members: &mut Members<'_>,
    name: &Name,
) -> Result<()> {
    let array = memory::try_collect(cells, CELLS)
        .and_then(|cells| ArrayD::from_shape_vec(IxDyn(shape), cells).map_err(Error::custom));
    members.push_cells(name, array.map_err(|error| error.in_member(name.as_str()))?.into(), None, false)
}

pub(crate) fn plan_one<'s, A: Element>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, A> {
    loader.plan_cells::<A, _>(name, WantedShape::Shape(&[]), |cells| {
        cells.flat.into_iter().next().ok_or_else(|| Error::damaged("a scalar has no cell"))
    })
}

pub(crate) fn plan_many<'s, A: Element>(
    loader: &mut Loader<'s>,
    name: &Name,
    dims: &[Option<usize>],
) -> Plan<'s, Vec<A>> {
    // A `Vec` of arrays is in C order.
    loader.plan_cells::<A, _>(name, WantedShape::Shape(dims), |cells| Ok(cells.into_order(Order::C)?.flat))
}

// Inline, so that a program compiles these for the cells that it has, and not this crate for all.
macro_rules! cells {
    ($( $(#[$feature:meta])* ($($generics:tt)*) $cell:ty ),* $(,)?) => {$(
        $(#[$feature])*
        impl<$($generics)*> ToMembers for $cell {
            #[inline]
            fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
                push_slice(std::slice::from_ref(self), &[], members, name)
            }
            #[inline]
            fn slice_to_members<'a>(
                items: &'a [Self],
                shape: &[usize],
                members: &mut Members<'a>,
                name: &Name,
            ) -> Result<()> {
                push_slice(items, shape, members, name)
            }
            #[inline]
            fn refs_to_members<'a>(
                items: &[&'a Self],
                shape: &[usize],
                members: &mut Members<'a>,
                name: &Name,
            ) -> Result<()> {
                push_gathered(items.iter().map(|&cell| Ok(cell.clone())), shape, members, name)
            }
        }

        $(#[$feature])*
        impl<$($generics)*> FromMembers for $cell {
            #[inline]
            fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's,
    {
                plan_one(loader, name)
            }
            #[inline]
            fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
                loader.contains(name)
            }
            #[inline]
            fn plan_many<'s>(loader: &mut Loader<'s>, name: &Name, dims: &[Option<usize>]) -> Plan<'s, Vec<Self>>
    where
        Self: 's,
    {
                plan_many(loader, name, dims)
            }
            #[inline]
            fn is_single() -> bool {
                true
            }
            #[inline]
            fn are_single() -> bool {
                true
            }
            #[inline]
            fn give_memory_of_all<Used>(items: &mut Vec<Self>, spares: &mut Spares) {
                spares.give(std::mem::take(items));
            }
        }
    )*};
}

cells! {
    () bool, () i8, () i16, () i32, () i64, () isize, () u8, () u16, () u32, () u64, () usize, () f32, () f64,
    () String, (const N: usize) FixedStr<N>, (const N: usize) FixedBytes<N>,
    (U: Unit) DateTime64<U>, (U: Unit) TimeDelta64<U>,
    (const N: usize) RawBytes<N>, () LongDouble,
    (F: TinyFormat) TinyFloat<F>, (const BITS: u32, const SIGNED: bool) TinyInt<BITS, SIGNED>,
    #[cfg(feature = "half")] () half::f16,
    #[cfg(feature = "half")] () half::bf16,
    #[cfg(feature = "num-complex")] () num_complex::Complex<f32>,
    #[cfg(feature = "num-complex")] () num_complex::Complex<f64>,
    #[cfg(feature = "num-complex")] () num_complex::Complex<LongDouble>,
}

/// Borrowed text is saved as `String` is.
impl ToMembers for str {
    #[inline]
    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        let text = memory::copy_text(self, CELLS).map_err(|error| error.in_member(name.as_str()))?;
        members.push_cells(name, arr0(text).into_dyn().into(), None, false)
    }

    #[inline]
    fn refs_to_members<'a>(
        items: &[&'a Self],
        shape: &[usize],
        members: &mut Members<'a>,
        name: &Name,
    ) -> Result<()> {
        push_gathered(items.iter().map(|&text| memory::copy_text(text, CELLS)), shape, members, name)
    }
}
