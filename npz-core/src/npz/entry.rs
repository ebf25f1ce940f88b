//! [`NpzEntry`]: one line of an archive's listing.

use std::fmt;

use super::names::key_of;
use crate::header::Header;

/// What the directory and the header say of one member; listed by [`NpzReader::entries`](crate::NpzReader::entries).
///
/// Python's `zipfile.ZipInfo`, and what `python -m zipfile -l` prints. The getters cost nothing.
///
/// ```
/// use npz_core::{Npz, NpzReader, SaveOptions};
///
/// #[derive(Npz)]
/// struct Mask { zeros: Vec<u8> }
///
/// let bytes = SaveOptions::compressed().to_bytes(&Mask { zeros: vec![0; 1000] })?;
/// let entries = NpzReader::new(&bytes)?.entries()?;
/// let entry = &entries[0];
/// assert_eq!((entry.name(), entry.file_name()), ("zeros", "zeros.npy"));
/// assert_eq!(entry.header().map(|header| header.shape()), Some(&[1000][..]));
/// assert_eq!((entry.size(), entry.compression()), (128 + 1000, "deflate"));
/// assert!(entry.compressed_size() < 200);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct NpzEntry {
    pub(super) file_name: String,
    pub(super) header: Option<Header>,
    pub(super) problem: Option<String>,
    pub(super) size: u64,
    pub(super) compressed_size: u64,
    pub(super) compression: String,
}

impl NpzEntry {
    /// Gives the member's key, without `.npy`.
    pub fn name(&self) -> &str {
        key_of(&self.file_name)
    }

    /// Gives the member's name in the archive, with `.npy`.
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// Gives dtype, shape and order; `None` where the member is not an array or its header can't be read.
    pub fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// Says why there is no header where the member could not be looked into: it is encrypted, its method's feature is off,
    /// its header is damaged or of a dtype that is not known here. `None` for arrays, and for what is none.
    ///
    /// ```
    /// # let mut memory = std::io::Cursor::new(Vec::new());
    /// # let mut writer = npz_core::NpzWriter::new(&mut memory)?;
    /// let header = "{'descr': '<W4', 'fortran_order': False, 'shape': (2,), }\n"; // complex32 of ml_dtypes
    /// let array = [b"\x93NUMPY\x01\0\x3a\0", header.as_bytes(), &[0; 8]].concat();
    /// writer.add_bytes("half.npy", &array)?;
    /// # writer.finish()?;
    /// # let bytes = memory.into_inner();
    /// let entries = npz_core::NpzReader::new(&bytes)?.entries()?;
    /// assert!(entries[0].problem().is_some_and(|problem| problem.contains("cells of the dtype '<W4'")));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Gives the uncompressed size in bytes, header included.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Gives the size in the archive in bytes.
    pub fn compressed_size(&self) -> u64 {
        self.compressed_size
    }

    /// Names the compression method: `stored`, `deflate`, `bzip2`, `lzma`, `zstd` or `method N`.
    pub fn compression(&self) -> &str {
        &self.compression
    }
}

/// One line: name, dtype, shape, sizes.
impl fmt::Display for NpzEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { header, problem, size, compressed_size, compression, .. } = self;
        write!(f, "{}: ", self.name())?;
        match (header, problem) {
            (Some(header), _) => write!(f, "{header}")?,
            (None, Some(problem)) => write!(f, "not readable ({problem})")?,
            (None, None) => f.write_str("other bytes")?,
        }
        if compression == "stored" {
            write!(f, ", {size} bytes, stored")
        } else {
            write!(f, ", {size} bytes, {compression} to {compressed_size}")
        }
    }
}
