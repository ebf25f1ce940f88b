//! Rows of structured arrays, against files that real NumPy writes and reads.

mod fields;
mod layouts;
mod members;
mod mismatch;
mod pod;
