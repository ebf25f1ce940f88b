//! What the machine can do: the same bytes written, read, copied and summed with nothing around it.

use std::fs::File;
use std::hint::black_box;
use std::io::{Read, Write};
use std::path::Path;

use crate::Outcome;

/// What is done with bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// `write` in pieces of 256 KiB.
    Write,
    /// `read` into new memory.
    Read,
    /// `read` into memory that is there.
    ReadThere,
    /// The CRC-32 of bytes in memory.
    Crc,
    /// A copy into new memory.
    Copy,
    /// A copy into memory that is there.
    CopyThere,
}

impl Limit {
    /// What a save may be compared with.
    pub const SAVING: [Self; 1] = [Self::Write];
    /// What a load may be compared with.
    pub const LOADING: [Self; 5] = [Self::Read, Self::ReadThere, Self::Crc, Self::Copy, Self::CopyThere];

    /// What it is called in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Write => "limit: write",
            Self::Read => "limit: read, new memory",
            Self::ReadThere => "limit: read, same memory",
            Self::Crc => "limit: CRC-32",
            Self::Copy => "limit: memcpy, new memory",
            Self::CopyThere => "limit: memcpy, same memory",
        }
    }

    /// Does it once. Reads expect the bytes in the file at `path`; `there` has room for them.
    ///
    /// # Errors
    /// What the system says.
    pub fn run(self, bytes: &[u8], there: &mut [u8], path: &Path) -> Outcome<Option<Vec<u8>>> {
        match self {
            Self::Write => {
                let mut file = File::create(path)?;
                for piece in bytes.chunks(256 << 10) {
                    file.write_all(piece)?;
                }
                Ok(None)
            }
            Self::Read => Ok(Some(std::fs::read(path)?)),
            Self::ReadThere => {
                File::open(path)?.read_exact(there)?;
                Ok(None)
            }
            Self::Crc => {
                black_box(crc32fast::hash(black_box(bytes)));
                Ok(None)
            }
            Self::Copy => Ok(Some(black_box(bytes).to_vec())),
            Self::CopyThere => {
                there.copy_from_slice(black_box(bytes));
                black_box(there);
                Ok(None)
            }
        }
    }
}
