//! Values behind locks, in cells and in atomics, and paths: saved as what they hold at that moment, which is copied.

use std::cell::{Cell, RefCell};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{
    AtomicBool, AtomicI8, AtomicI16, AtomicI32, AtomicIsize, AtomicU8, AtomicU16, AtomicU32, AtomicUsize,
    Ordering,
};
#[cfg(target_has_atomic = "64")]
use std::sync::atomic::{AtomicI64, AtomicU64};
use std::sync::{Mutex, PoisonError, RwLock};

use super::pointer::load_through;
use crate::error::{Error, Result};
use crate::members::shapes::Shapes;
use crate::members::{FromMembers, Loader, Members, Name, Names, Plan, ToMembers};
use crate::memory;

/// Types whose value is lent for a moment.
macro_rules! save_lent {
    ($($holder:ident |$lock:ident| $lend:expr;)*) => {$(
        impl<T: ToMembers + ?Sized> ToMembers for $holder<T> {
            const NAMES: &'static Names = T::NAMES;

            fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
                let $lock = self;
                let lent = $lend.map_err(|error: Error| error.in_member(name.as_str()))?;
                members.push_owned(name, &*lent)
            }
            fn inner_separator(inherited: &'static str) -> &'static str {
                <T as ToMembers>::inner_separator(inherited)
            }
            fn may_be_absent() -> bool {
                T::may_be_absent()
            }
        }
    )*};
}

save_lent! {
    // What a thread that panicked has left is what there is.
    Mutex |lock| Ok(lock.lock().unwrap_or_else(PoisonError::into_inner));
    RwLock |lock| Ok(lock.read().unwrap_or_else(PoisonError::into_inner));
    RefCell |cell| {
        cell.try_borrow().map_err(|_| Error::invalid("a `RefCell` can't be saved while it is borrowed mutably"))
    };
}

/// Types whose value is another one, which can be copied.
macro_rules! save_as {
    ($( ($($generics:tt)*) $holder:ty => $target:ty, |$held:ident| $value:expr; )*) => {$(
        impl<$($generics)*> ToMembers for $holder {
            const NAMES: &'static Names = <$target>::NAMES;

            #[inline]
            fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
                let $held = self;
                let value: $target = $value.map_err(|error: Error| error.in_member(name.as_str()))?;
                members.push_owned(name, &value)
            }
            #[inline]
            fn refs_to_members<'a>(
                items: &[&'a Self],
                shape: &[usize],
                members: &mut Members<'a>,
                name: &Name,
            ) -> Result<()> {
                let values: Result<Vec<$target>> = items.iter().map(|$held| $value).collect();
                let values = values.map_err(|error| error.in_member(name.as_str()))?;
                members.push_owned_by(|members| <$target>::slice_to_members(&values, shape, members, name))
            }
        }
    )*};
}

// Many of them are members each: they can't be lent all at once.
macro_rules! load_lent {
    ($( $holder:ident, $held:ident => $lent:expr; )*) => {$(
        impl<T: FromMembers> FromMembers for $holder<T> {
            fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
            where
                Self: 's,
            {
                T::plan(loader, name).map($holder::new)
            }
            fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
                T::is_present(loader, name)
            }
            fn note_shapes<Used>(&self, name: &Name, shapes: &mut Shapes) {
                let $held = self;
                if let Some(value) = $lent {
                    value.note_shapes::<Used>(name, shapes);
                }
            }
            fn is_single() -> bool {
                T::is_single()
            }
            fn inner_separator(inherited: &'static str) -> &'static str {
                <T as FromMembers>::inner_separator(inherited)
            }
        }
    )*};
}

load_lent! {
    Mutex, held => held.lock().ok();
    RwLock, held => held.read().ok();
    RefCell, held => held.try_borrow().ok();
}

save_as! {
    (T: ToMembers + Copy) Cell<T> => T, |cell| Ok(cell.get());
    () PathBuf => String, |path| text(path.to_str());
    () OsString => String, |os| text(os.to_str());
}

fn text(text: Option<&str>) -> Result<String> {
    text.map(str::to_owned).ok_or_else(|| {
        Error::invalid("a path that is not Unicode can't be saved as text; keep its bytes, as a `Vec<u8>`")
    })
}

// What they hold can't be lent, and has no shape to be kept but that of a single value.
load_through! {
    (T: FromMembers) Cell<T> => T, Cell::new, |_| None;
    () PathBuf => String, PathBuf::from, |_| None;
    () OsString => String, OsString::from, |_| None;
}

macro_rules! atomics {
    ($( $atomic:ty => $cell:ty ),* $(,)?) => {
        save_as! { $( () $atomic => $cell, |atomic| Ok(atomic.load(Ordering::SeqCst)); )* }
        load_through! { $( () $atomic => $cell, <$atomic>::new, |_| None; )* }
    };
}

atomics! {
    AtomicBool => bool,
    AtomicI8 => i8,
    AtomicI16 => i16,
    AtomicI32 => i32,
    AtomicIsize => isize,
    AtomicU8 => u8,
    AtomicU16 => u16,
    AtomicU32 => u32,
    AtomicUsize => usize,
}

#[cfg(target_has_atomic = "64")]
atomics! {
    AtomicI64 => i64,
    AtomicU64 => u64,
}
