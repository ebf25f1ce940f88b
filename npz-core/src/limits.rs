//! How much a file may make us do: the budget that every reader spends from.

use crate::error::{Error, Result};

/// Cells without bytes (`|S0`), and elements without members, that one file may claim: nothing in it pays for them.
pub(crate) const MAX_FREE: usize = 1 << 16;

/// The longest header that is read by default, and the longest that is written: what we save, we also load.
pub(crate) const MAX_HEADER: u64 = 1 << 20;
/// What a stream may hold beside its members.
const STREAM_OVERHEAD: u64 = 256 << 20;

/// Bounds what reading a file may cost.
///
/// Whatever the limits, a reader never allocates on the word of a file alone: a claimed size is first compared
/// with the bytes that are really there. Limits bound what a *sound* file may cost, such as a small archive
/// that expands to many gigabytes of zeros.
///
/// A member counts with what its cells take in memory, where that is more than in the file: `u1` cells loaded as `f64`
/// take eight bytes each, and a `String` or `Vec<u8>` takes its own size and 32 bytes for its allocation beside
/// the text. So a megabyte of one-byte strings counts as 57.
///
/// What is saved can be loaded by default: a save refuses headers of more than 1 MiB.
///
/// Not counted is what serde makes of a text that a field with `#[npz(json)]` reads.
///
/// | preset | header | one member | all members | members |
/// | --- | --- | --- | --- | --- |
/// | [`Limits::default`] | 1 MiB (the longest that is saved) | no limit | no limit | no limit |
/// | [`Limits::strict`] | 10 000 B (NumPy's cap) | 1 GiB | 4 GiB | 10 000 |
/// | [`Limits::trusted`] | 16 MiB | no limit | no limit | no limit |
///
/// ```
/// use npz_core::{ErrorKind, Limits, LoadOptions, Npz};
/// use std::collections::HashMap;
///
/// let zeros = HashMap::from([("zeros".to_owned(), vec![0u8; 1 << 20])]);
/// let mut small = std::io::Cursor::new(Vec::new());
/// npz_core::SaveOptions::compressed().write_to(&zeros, &mut small)?;
///
/// let options = LoadOptions::new().limits(Limits::strict().member_bytes(64 << 10));
/// let loaded = options.from_bytes::<HashMap<String, Vec<u8>>>(small.get_ref());
/// assert_eq!(loaded.unwrap_err().kind(), ErrorKind::Limit);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub(crate) header_bytes: u64,
    pub(crate) member_bytes: u64,
    pub(crate) total_bytes: u64,
    pub(crate) members: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { header_bytes: MAX_HEADER, ..Self::trusted() }
    }
}

impl Limits {
    /// Gives limits for files from strangers: NumPy's longest header, members of 1 GiB, 4 GiB in all, 10 000 members.
    ///
    /// ```
    /// # use npz_core::{Limits, LoadOptions, npy};
    /// let bytes = npy::to_bytes(&ndarray::arr0(2.5))?; // as an upload, say
    /// let options = LoadOptions::new().limits(Limits::strict());
    /// assert_eq!(options.from_bytes::<ndarray::Array0<f64>>(&bytes)?.into_scalar(), 2.5);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn strict() -> Self {
        Self { header_bytes: 10_000, member_bytes: 1 << 30, total_bytes: 4 << 30, members: 10_000 }
    }

    /// Gives limits for files of your own, with headers of up to 16 MiB (records of very many fields).
    ///
    /// ```
    /// # use npz_core::{Header, Limits, npy};
    /// let bytes = npy::to_bytes(&ndarray::arr0(2.5))?;
    /// assert_eq!(Header::read(&bytes[..], &Limits::trusted())?.data_len(), 8);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn trusted() -> Self {
        Self { header_bytes: 16 << 20, member_bytes: u64::MAX, total_bytes: u64::MAX, members: u64::MAX }
    }

    /// Sets the longest `.npy` header that is read, in bytes (`max_header_size` of `np.load`).
    ///
    /// ```
    /// # use npz_core::{ErrorKind, Header, Limits, npy};
    /// let bytes = npy::to_bytes(&ndarray::arr0(2.5))?; // its header is 118 bytes long
    /// let error = Header::read(&bytes[..], &Limits::default().header_bytes(100)).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Limit);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn header_bytes(mut self, bytes: u64) -> Self {
        self.header_bytes = bytes;
        self
    }

    /// Sets the largest size of one member in bytes: uncompressed, or in memory if its cells are larger there.
    ///
    /// ```
    /// # use npz_core::{ErrorKind, Limits, LoadOptions, npy};
    /// let bytes = npy::to_bytes(&ndarray::Array1::<u8>::zeros(1000))?;
    /// let options = LoadOptions::new().limits(Limits::default().member_bytes(999));
    /// let error = options.from_bytes::<ndarray::Array1<u8>>(&bytes).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Limit);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn member_bytes(mut self, bytes: u64) -> Self {
        self.member_bytes = bytes;
        self
    }

    /// Sets the largest sum of such sizes that one call may read, in bytes.
    ///
    /// ```
    /// # use npz_core::{ErrorKind, Limits, LoadOptions, npy};
    /// let bytes = npy::to_bytes(&ndarray::Array1::<u8>::zeros(1000))?;
    /// let options = LoadOptions::new().limits(Limits::default().total_bytes(999));
    /// let error = options.from_bytes::<ndarray::Array1<u8>>(&bytes).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Limit);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn total_bytes(mut self, bytes: u64) -> Self {
        self.total_bytes = bytes;
        self
    }

    /// Sets the largest number of members in an archive.
    ///
    /// ```
    /// # use npz_core::{ErrorKind, Limits, LoadOptions, Npz, NpzReader};
    /// let bytes = std::collections::BTreeMap::from([("x".to_owned(), 1.0), ("y".to_owned(), 2.0)]).to_bytes()?;
    /// let options = LoadOptions::new().limits(Limits::default().members(1));
    /// let error = options.reader(&bytes).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Limit);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn members(mut self, members: u64) -> Self {
        self.members = members;
        self
    }

    /// Compares a header's length with the limit, before it is read.
    pub(crate) fn check_header(&self, bytes: u64) -> Result<()> {
        check("the header's length in bytes", "header_bytes", bytes, self.header_bytes)
    }

    pub(crate) fn check_member(&self, bytes: u64) -> Result<()> {
        self.check_array(Cost::stored(bytes), 0)
    }

    /// Compares what one array takes with the limits, before it is read; `spent` is what others took in the same call.
    pub(crate) fn check_array(&self, cost: Cost, spent: u64) -> Result<()> {
        let total = spent.saturating_add(cost.bytes());
        let member = self.over_member(cost);
        let total = (total > self.total_bytes).then(|| {
            let what =
                "the sum of the members' sizes in bytes (uncompressed, or in memory if they are larger there)";
            over(what, total, self.total_bytes)
        });
        match (member, total) {
            (None, None) => Ok(()),
            (Some(over), None) => Err(refuse(&over, "`Limits::member_bytes`")),
            (None, Some(over)) => Err(refuse(&over, "`Limits::total_bytes`")),
            (Some(member), Some(total)) => {
                Err(refuse(&format!("{member}; {total}"), "`Limits::member_bytes` and `Limits::total_bytes`"))
            }
        }
    }

    fn over_member(&self, cost: Cost) -> Option<String> {
        if cost.stored > self.member_bytes {
            return Some(over("the member's uncompressed size in bytes", cost.stored, self.member_bytes));
        }
        let Cost { count, each, .. } = cost;
        (cost.bytes() > self.member_bytes).then(|| {
            let rest = if cost.is_owning { " and what is stored" } else { "" };
            let what =
                format!("the size in memory in bytes of the member's {count} cells ({each} for each{rest})");
            over(&what, cost.bytes(), self.member_bytes)
        })
    }

    /// How long a stream that holds an archive may be: beside the members there are names, headers, padding, and members
    /// that nobody wants.
    pub(crate) fn stream_bytes(&self) -> u64 {
        self.total_bytes.saturating_add(STREAM_OVERHEAD)
    }

    pub(crate) fn check_stream(&self, bytes: u64) -> Result<()> {
        let what = "the stream's length in bytes, without the 256 MiB that names and headers may take,";
        check(what, "total_bytes", bytes.saturating_sub(STREAM_OVERHEAD), self.total_bytes)
    }

    /// Compares what is kept of headers with the limit.
    pub(crate) fn check_heads(&self, bytes: u64) -> Result<()> {
        check("the size in memory in bytes of the members' headers", "total_bytes", bytes, self.total_bytes)
    }

    pub(crate) fn check_members(&self, members: u64) -> Result<()> {
        check("the number of members", "members", members, self.members)
    }
}

/// What the cells of one array take.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    /// Bytes in the file, uncompressed.
    stored: u64,
    count: u64,
    /// Bytes of one cell in memory.
    each: u64,
    /// What is stored is copied into allocations of the cells' own.
    is_owning: bool,
}

impl Cost {
    /// Of so many cells of a size in memory, each with an allocation of `overhead` bytes beside its content, or none.
    pub(crate) fn new(stored: u64, count: u64, size: usize, overhead: usize) -> Self {
        Self { stored, count, each: (size + overhead) as u64, is_owning: overhead > 0 }
    }

    /// Of bytes that are kept as they are.
    pub(crate) fn stored(bytes: u64) -> Self {
        Self { stored: bytes, count: 0, each: 0, is_owning: false }
    }

    /// Of cells behind which more has to be read: so many bytes in all.
    pub(crate) fn with_rest(self, stored: u64) -> Self {
        Self { stored: self.stored.max(stored), ..self }
    }

    /// Only what is in the file.
    pub(crate) fn stored_bytes(self) -> u64 {
        self.stored
    }

    pub(crate) fn bytes(self) -> u64 {
        let cells = self.count.saturating_mul(self.each);
        if self.is_owning { self.stored.saturating_add(cells) } else { self.stored.max(cells) }
    }
}

fn check(what: &str, setting: &str, found: u64, limit: u64) -> Result<()> {
    if found <= limit {
        Ok(())
    } else {
        Err(refuse(&over(what, found, limit), &format!("`Limits::{setting}`")))
    }
}

fn over(what: &str, found: u64, limit: u64) -> String {
    format!("{what} is {found}, the limit is {limit}")
}

fn refuse(over: &str, settings: &str) -> Error {
    Error::limit(format!("{over}; if you trust the file, raise {settings}"))
}
