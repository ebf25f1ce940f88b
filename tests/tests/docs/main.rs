//! The docs are true, and the house stands on its floors.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

mod docs_dtypes;
mod first_page;
mod floors;
mod links;
mod numpy_page;
