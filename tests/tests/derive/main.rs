//! What the derive makes of structs and enums, with NumPy on the other side.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

mod derive_attributes;
mod derive_depth;
mod derive_enums;
mod derive_errors;
mod derive_evolve;
mod derive_more;
mod derive_numpy;
mod derive_schema;
mod derive_settings;
mod derive_store_as;
mod derive_string;
mod derive_types;
mod shared_values;
