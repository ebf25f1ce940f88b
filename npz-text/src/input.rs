//! Where text comes from.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// What can be gone through a piece at a time: a path, or a reader.
///
/// Paths are texts, `Path` and `PathBuf`; readers are files and bytes, and any other as `&mut reader` or in a box.
///
/// ```
/// use ndarray::Array1;
/// use npz_text::LoadTxt;
///
/// let mut reader = std::io::Cursor::new("1\n2\n3\n");
/// let pieces: Result<Vec<Array1<f64>>, _> = LoadTxt::new().pieces(&mut reader, 2)?.collect();
/// assert_eq!(pieces?.len(), 2);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a path nor a reader that is known here",
    note = "any `Read + Send` is one as `&mut reader`, or as `Box<dyn Read + Send>`"
)]
pub trait Input<'a> {
    /// What is read.
    #[doc(hidden)]
    fn into_source(self) -> Source<'a>;
}

/// Where text comes from.
pub enum Source<'a> {
    Path(PathBuf),
    Reader(Box<dyn Read + Send + 'a>),
    /// Lines of the caller's.
    Given(Box<dyn Read + Send + 'a>),
    /// Text that was read before, as `Lines` gives it.
    Text(Box<dyn Read + Send + 'a>),
}

impl Source<'_> {
    /// Its file, if it has one.
    pub(crate) fn path(&self) -> Option<PathBuf> {
        if let Self::Path(path) = self { Some(path.clone()) } else { None }
    }
}

macro_rules! paths {
    ($($path:ty),*) => {$(
        impl<'a> Input<'a> for $path {
            fn into_source(self) -> Source<'a> {
                Source::Path(AsRef::<Path>::as_ref(&self).to_path_buf())
            }
        }
    )*};
}

paths!(&str, &&str, String, &String, &Path, PathBuf, &PathBuf, &OsStr, OsString, &OsString, Cow<'_, Path>);

macro_rules! readers {
    ($($reader:ty),*) => {$(
        impl<'a> Input<'a> for $reader {
            fn into_source(self) -> Source<'a> {
                Source::Reader(Box::new(self))
            }
        }
    )*};
}

readers!(File, &'a File, &'a [u8], Box<dyn Read + Send + 'a>);

impl<'a, R: Read + Send> Input<'a> for &'a mut R {
    fn into_source(self) -> Source<'a> {
        Source::Reader(Box::new(self))
    }
}
