//! Files from strangers: what is no archive at all, and archives as other people make them.

mod archives;
mod each;
mod kinds;
