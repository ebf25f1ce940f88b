//! Arrays of every dtype, single and of any type, against NumPy.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

mod any_array;
mod any_casts;
mod any_print;
mod dtype_model;
mod npy_cast;
mod npy_format;
mod npy_long_double;
mod npy_matrix;
mod npy_own_cases;
mod npy_raw;
mod npy_record;
mod npy_stream;
mod npy_text;
mod npy_time;
mod npy_tiny;
