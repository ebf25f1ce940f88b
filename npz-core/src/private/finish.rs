//! The end of a load, field by field.
//!
//! Generated code does not return early: at each of a hundred `?` the compiler would make code that drops all that is
//! there by then, ten thousand drops, which took it two seconds. Instead the first error is put aside, and the rest
//! of the fields is passed over.

use crate::error::{Error, Result};
use crate::members::Plan;

/// Puts a field's value together, unless an earlier field failed.
// Inlined it would be there once for each field of each struct: a struct of 100 fields then takes four times as long to
// build.
#[inline(never)]
pub fn finish<T>(plan: Plan<'_, T>, failed: &mut Option<Error>) -> Option<T> {
    if failed.is_some() {
        return None;
    }
    match plan.finish() {
        Ok(value) => Some(value),
        Err(error) => {
            *failed = Some(error);
            None
        }
    }
}

/// The same for a field that may be absent.
pub fn finish_or_else<T>(
    plan: Option<Plan<'_, T>>,
    failed: &mut Option<Error>,
    default: impl FnOnce() -> T,
) -> Option<T> {
    match plan {
        Some(plan) => finish(plan, failed),
        None => failed.is_none().then(default),
    }
}

/// Puts a field's value over the one that is there, unless an earlier field failed.
pub fn finish_over<T>(plan: Plan<'_, T>, failed: &mut Option<Error>, place: &mut T) {
    if let Some(value) = finish(plan, failed) {
        *place = value;
    }
}

/// The value whose fields were finished over it.
pub fn finished<T>(value: T, failed: Option<Error>) -> Result<T> {
    failed.map_or(Ok(value), Err)
}

/// The error of the field that failed.
pub fn failed<T>(failed: Option<Error>) -> Result<T> {
    Err(failed.unwrap_or_else(|| Error::invalid("a field has no value")))
}
