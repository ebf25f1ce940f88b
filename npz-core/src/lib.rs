// Before the page, where its links lead in rustdoc: see `guide`.
#![doc = include_str!("guide/readme_links.md")]
#![doc = include_str!("guide/links.md")]
#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod any;
mod archive;
mod atomic;
mod bytes;
mod cells;
mod dtype;
mod element;
mod error;
pub mod extend;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
pub mod guide;
mod header;
mod input;
mod json;
mod limits;
mod literal;
#[cfg(feature = "mmap")]
mod map;
mod members;
mod memory;
pub mod npy;
mod npz;
mod options;
mod part;
mod private;
mod report;
mod run;
mod schema;
mod shape;
mod sniff;
mod source;
mod stored;
pub mod time;

/// The door of the derive macro.
#[doc(hidden)]
pub mod __private_0_1_0 {
    pub use crate::private::*;
}

#[doc = include_str!("guide/links.md")]
#[doc = include_str!("derive.md")]
#[cfg(feature = "derive")]
pub use npz_derive::Npz;

#[doc = include_str!("guide/links.md")]
#[doc = include_str!("record.md")]
#[cfg(feature = "derive")]
pub use npz_derive::NpyRecord;

pub use crate::any::{AnyArray, AnyValue, RawArray, TypedArray};
pub use crate::archive::Compression;
#[doc(hidden)]
pub use crate::atomic::AtomicFile;
pub use crate::dtype::{ByteOrder, DType, DTypeKind, Field, TimeBase, TimeUnit};
pub use crate::element::time::{DateTime64, TimeDelta64};
pub use crate::element::{Cast, Element, FixedBytes, FixedStr, LongDouble, NpyRecord, RawBytes, tiny};
pub use crate::error::{Error, ErrorKind, Result};
pub use crate::header::Header;
pub use crate::limits::Limits;
#[cfg(feature = "mmap")]
pub use crate::members::Mapped;
pub use crate::members::{FromMembers, Lazy, NpyFile, OldMembers, ToMembers};
pub use crate::npy::NpyAppender;
#[cfg(feature = "mmap")]
pub use crate::npz::map_member_mut;
pub use crate::npz::{
    Better, Checkpoints, Loaded, MemberStream, Npz, NpzEditor, NpzEntry, NpzReader, NpzWriter, PublishEvery,
    SaveOptions, load,
};
pub use crate::options::LoadOptions;
pub use crate::report::{Problem, ProblemKind, Remark, RemarkKind, Report};
pub use crate::schema::{Schema, SchemaMember};
pub use crate::shape::Order;
pub use crate::source::ReadAt;
