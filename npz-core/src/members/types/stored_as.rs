//! Types that are saved as another type: `char`, `NonZero`, `Wrapping`, 128-bit integers. Times are in `stored_time`.
//!
//! Each is converted cell by cell; many of them are one array, as for the type that they are stored as.

use std::num::{NonZero, Wrapping};

use crate::element::place;
use crate::error::{Error, Result};
use crate::members::{FromMembers, Loader, Members, Name, Plan, ToMembers};
use crate::memory;
use crate::shape::Order;

/// A type with another one that stands for it in the file.
pub(crate) trait StoredAs: Sized {
    type Stored: ToMembers + FromMembers;
    fn store(&self) -> Result<Self::Stored>;
    fn restore(stored: Self::Stored) -> Result<Self>;

    /// Plans what stands for it; of its own where old files hold yet another type.
    fn plan_stored<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self::Stored>
    where
        Self::Stored: 's,
    {
        Self::Stored::plan(loader, name)
    }

    /// What this type and its cells are called, where a cell is NaT, which no other type than theirs has.
    fn nat_names(_: &Self::Stored) -> Option<[&'static str; 2]> {
        None
    }

    /// `plan_stored` for many.
    fn plan_stored_many<'s>(
        loader: &mut Loader<'s>,
        name: &Name,
        dims: &[Option<usize>],
    ) -> Plan<'s, Vec<Self::Stored>>
    where
        Self::Stored: 's,
    {
        Self::Stored::plan_many(loader, name, dims)
    }
}

pub(crate) fn save_many<T: StoredAs>(
    items: &[&T],
    shape: &[usize],
    members: &mut Members<'_>,
    name: &Name,
) -> Result<()> {
    let stored = memory::try_collect(items.iter().map(|item| item.store()), "list");
    let stored = stored.map_err(|error| error.in_member(name.as_str()))?;
    members.push_owned_by(|members| T::Stored::slice_to_members(&stored, shape, members, name))
}

pub(crate) fn restore_in<T: StoredAs>(stored: T::Stored, member: &str) -> Result<T> {
    match T::nat_names(&stored) {
        None => T::restore(stored),
        Some([own, cell]) => Err(Error::invalid(format!(
            "expected a time, found NaT, which a `{own}` can't be; read a `{cell}`, whose `is_nat` tells"
        ))),
    }
    .map_err(|error| error.in_member(member))
}

/// Restores many, which stand in an array of these axes; an error names the cell.
pub(crate) fn restore_many<T: StoredAs>(
    many: Vec<T::Stored>,
    dims: &[Option<usize>],
    member: &str,
) -> Result<Vec<T>> {
    let known = dims.iter().flatten().product::<usize>().max(1);
    let shape: Vec<usize> = dims.iter().map(|dim| dim.unwrap_or(many.len() / known)).collect();
    if shape.is_empty() {
        return memory::try_collect(many.into_iter().map(|stored| restore_in(stored, member)), "list");
    }
    let restore = |(number, stored): (usize, T::Stored)| {
        let place = || place(number, &shape, Order::C).unwrap_or_default();
        match T::nat_names(&stored) {
            None => T::restore(stored).map_err(|error| error.in_cell(&place())),
            Some([own, cell]) => {
                let array = if shape.len() == 1 { "Vec" } else { "ArrayD" };
                Err(Error::invalid(format!(
                    "cell {} is NaT, which a `{own}` can't be; read `{array}<{cell}>`, whose `is_nat` tells",
                    place()
                )))
            }
        }
        .map_err(|error| error.in_member(member))
    };
    memory::try_collect(many.into_iter().enumerate().map(restore), "list")
}

// Inline, as those of cells.
macro_rules! stored_as {
    ($( $(#[$feature:meta])* ($($generics:tt)*) $ty:ty ),* $(,)?) => {$(
        $(#[$feature])*
        impl<$($generics)*> ToMembers for $ty {
            #[inline]
            fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
                let stored = self.store().map_err(|error| error.in_member(name.as_str()))?;
                members.push_owned(name, &stored)
            }
            #[inline]
            fn refs_to_members<'a>(
                items: &[&'a Self],
                shape: &[usize],
                members: &mut Members<'a>,
                name: &Name,
            ) -> Result<()> {
                save_many(items, shape, members, name)
            }
        }

        $(#[$feature])*
        impl<$($generics)*> FromMembers for $ty {
            #[inline]
            fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
            where
                Self: 's,
            {
                let member = name.as_str().to_owned();
                Self::plan_stored(loader, name).and_then(move |stored| restore_in(stored, &member))
            }
            #[inline]
            fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
                <Self as StoredAs>::Stored::is_present(loader, name)
            }
            #[inline]
            fn plan_many<'s>(loader: &mut Loader<'s>, name: &Name, dims: &[Option<usize>]) -> Plan<'s, Vec<Self>>
            where
                Self: 's,
            {
                let member = name.as_str().to_owned();
                let many = Self::plan_stored_many(loader, name, dims);
                let dims = dims.to_vec();
                many.and_then(move |many| restore_many(many, &dims, &member))
            }
            #[inline]
            fn are_present(loader: &Loader<'_>, name: &Name) -> bool {
                <Self as StoredAs>::Stored::are_present(loader, name)
            }
            #[inline]
            fn is_single() -> bool {
                <Self as StoredAs>::Stored::is_single()
            }
            #[inline]
            fn are_single() -> bool {
                <Self as StoredAs>::Stored::are_single()
            }
        }
    )*};
}
pub(crate) use stored_as;

stored_as! {
    () char, () u128, () i128,
    () NonZero<u8>, () NonZero<u16>, () NonZero<u32>, () NonZero<u64>, () NonZero<usize>,
    () NonZero<i8>, () NonZero<i16>, () NonZero<i32>, () NonZero<i64>, () NonZero<isize>,
    (T: ToMembers + FromMembers + Clone) Wrapping<T>,
}

/// A text of one character.
impl StoredAs for char {
    type Stored = String;
    fn store(&self) -> Result<String> {
        // NUL is padding to NumPy: the one character that is no text there.
        Ok(if *self == '\0' { String::new() } else { self.to_string() })
    }
    fn restore(stored: String) -> Result<Self> {
        let mut characters = stored.chars();
        match (characters.next(), characters.next()) {
            (Some(character), None) => Ok(character),
            (None, _) => Ok('\0'),
            _ => Err(Error::invalid(format!(
                "expected one character, found {stored:?}; make the field a `String`"
            ))),
        }
    }
}

/// Two `u64`, the low half first: NumPy has no wider integers.
impl StoredAs for u128 {
    type Stored = [u64; 2];
    fn store(&self) -> Result<[u64; 2]> {
        Ok([*self as u64, (*self >> 64) as u64])
    }
    fn restore([low, high]: [u64; 2]) -> Result<Self> {
        Ok(u128::from(high) << 64 | u128::from(low))
    }
}

/// As the `u128` of the same bits.
impl StoredAs for i128 {
    type Stored = [u64; 2];
    fn store(&self) -> Result<[u64; 2]> {
        (*self as u128).store()
    }
    fn restore(stored: [u64; 2]) -> Result<Self> {
        u128::restore(stored).map(|bits| bits as i128)
    }
}

macro_rules! nonzero {
    ($($int:ty),*) => {$(
        impl StoredAs for NonZero<$int> {
            type Stored = $int;
            fn store(&self) -> Result<$int> {
                Ok(self.get())
            }
            fn restore(stored: $int) -> Result<Self> {
                Self::new(stored).ok_or_else(|| Error::invalid("expected another number than 0, found 0"))
            }
        }
    )*};
}
nonzero!(u8, u16, u32, u64, usize, i8, i16, i32, i64, isize);

impl<T: ToMembers + FromMembers + Clone> StoredAs for Wrapping<T> {
    type Stored = T;
    fn store(&self) -> Result<T> {
        Ok(self.0.clone())
    }
    fn restore(stored: T) -> Result<Self> {
        Ok(Self(stored))
    }
}
