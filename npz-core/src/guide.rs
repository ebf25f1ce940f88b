//! The guide: a page for each subject. The pages are Markdown, to read here or beside this file; there is nothing to import.

// In Markdown the first definition of a link counts: rustdoc finds those of `links.md` before those at the end of a page,
// which are for readers of the repository.

#[doc = include_str!("guide/links.md")]
#[doc = include_str!("guide/archives.md")]
pub mod archives {}

#[doc = include_str!("guide/links.md")]
#[doc = include_str!("guide/fields.md")]
pub mod fields {}

#[doc = include_str!("guide/links.md")]
#[doc = include_str!("guide/attributes.md")]
pub mod attributes {}

#[doc = include_str!("guide/links.md")]
#[doc = include_str!("guide/evolution.md")]
pub mod evolution {}

#[doc = include_str!("guide/links.md")]
#[doc = include_str!("guide/maps.md")]
pub mod maps {}

#[doc = include_str!("guide/links.md")]
#[doc = include_str!("guide/training.md")]
pub mod training {}

#[doc = include_str!("guide/links.md")]
#[doc = include_str!("guide/parts.md")]
pub mod parts {}

#[doc = include_str!("guide/links.md")]
#[doc = include_str!("guide/growing.md")]
pub mod growing {}

#[doc = include_str!("guide/links.md")]
#[doc = include_str!("guide/numpy.md")]
pub mod numpy {}

#[doc = include_str!("guide/links.md")]
#[doc = include_str!("guide/errors.md")]
pub mod errors {}

#[doc = include_str!("guide/links.md")]
#[doc = include_str!("guide/bytes.md")]
pub mod bytes {}

#[doc = include_str!("guide/links.md")]
#[doc = include_str!("guide/features.md")]
pub mod features {}
