//! Mistakes that the compiler finds: each file of `ui` with the messages beside it, which people have read.
//!
//! `ui/derive` is worded by the derive alone. `ui/rustc` holds traits that are not implemented: rustc puts our words
//! among its own and quotes our sources, so a change of either writes them anew. To do so, run with
//! `TRYBUILD=overwrite`, and read what changed before it is kept.
#![allow(missing_docs)]

#[test]
fn mistakes_in_attributes_are_told_where_they_stand() {
    trybuild::TestCases::new().compile_fail("tests/ui/derive/*.rs");
}

#[test]
fn missing_traits_are_told_with_the_way_out() {
    trybuild::TestCases::new().compile_fail("tests/ui/rustc/*.rs");
}
