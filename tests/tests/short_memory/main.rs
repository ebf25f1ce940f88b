//! Where memory is short, what grows with the data gives an error: the process goes on, and the file of before stands.
//!
//! Each operation is run with the first of its allocations of 64 KiB or more failing, then the second, and so on. What can't
//! be made to give an error, as it is not ours, is passed by where it stands, with its reason.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

mod allocator;
mod any;
mod archives;
mod cells;
mod members;
mod sparse;

use npz_core::Result;

/// An operation's name and what it does.
pub(crate) type Operation<'o> = (String, Box<dyn FnMut() -> Result<()> + 'o>);

pub(crate) fn operation<'o>(name: impl Into<String>, run: impl FnMut() -> Result<()> + 'o) -> Operation<'o> {
    (name.into(), Box::new(run))
}

/// Runs them all, and compares how many there were and how often an allocation failed: so that none is lost unseen.
pub(crate) fn exhaust_all(operations: Vec<Operation<'_>>, least_points: usize) {
    let count = operations.len();
    let points: usize = operations.into_iter().map(|(name, run)| allocator::exhaust(&name, run)).sum();
    println!("{count} operations, {points} points");
    assert!(points >= least_points, "only {points} allocations failed, of at least {least_points}");
}
