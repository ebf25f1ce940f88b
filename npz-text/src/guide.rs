//! The guide: a page for each job. The pages are Markdown, to read here or beside this file; there is nothing to import.

#[doc = include_str!("guide/clean_numbers.md")]
pub mod clean_numbers {}

#[doc = include_str!("guide/messy_tables.md")]
pub mod messy_tables {}

#[doc = include_str!("guide/fixed_widths.md")]
pub mod fixed_widths {}

#[doc = include_str!("guide/writing.md")]
pub mod writing {}
