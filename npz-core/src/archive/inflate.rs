//! Deflate, the other way: compressed bytes in, those of the member out.

#[cfg(feature = "inflate")]
mod own;
#[cfg(not(feature = "inflate"))]
mod zlib;

#[cfg(feature = "inflate")]
pub(super) use self::own::Inflate;
#[cfg(not(feature = "inflate"))]
pub(super) use self::zlib::Inflate;
