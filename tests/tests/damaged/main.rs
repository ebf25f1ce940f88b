//! Archives with something wrong: what is lost is told, and what is whole can be had.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

mod empty_maps;
mod places;
mod resized;
mod salvage;
mod unreadable;
mod verify;
