//! [`NpzEntry`]: one line of an archive's listing.

use std::fmt;

use crate::header::Header;

/// What the directory and the header say of one member; listed by [`NpzReader::entries`](crate::NpzReader::entries).
///
/// Python's `zipfile.ZipInfo`, and what `python -m zipfile -l` prints.
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
/// assert_eq!((&*entry.name, &*entry.file_name), ("zeros", "zeros.npy"));
/// assert_eq!(entry.header.as_ref().map(|header| header.shape()), Some(&[1000][..]));
/// assert_eq!((entry.size, &*entry.compression), (128 + 1000, "deflate"));
/// assert!(entry.compressed_size < 200 && entry.problem.is_none());
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NpzEntry {
    /// The member's key, without `.npy`.
    pub name: String,
    /// The member's name in the archive, with `.npy`.
    pub file_name: String,
    /// Dtype, shape and order; `None` where the member is not an array or its header can't be read.
    pub header: Option<Header>,
    /// Why there is no header where the member could not be looked into: it is encrypted, its method's feature is off,
    /// it lies where no member can, its header is damaged or of a dtype that is not known here. `None` for arrays, and for what is none.
    pub problem: Option<String>,
    /// The uncompressed size in bytes, header included.
    pub size: u64,
    /// The size in the archive in bytes.
    pub compressed_size: u64,
    /// The method: `"stored"`, `"deflate"`, `"zstd"`, ....
    pub compression: String,
}

impl fmt::Display for NpzEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { header, problem, size, compressed_size, compression, .. } = self;
        write!(f, "{}: ", self.name)?;
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
