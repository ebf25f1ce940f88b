//! Writes a zip archive: local headers, data, central directory, zip64 records.
//!
//! Ours, and not the zip crate's, because members will be put together from blocks that other threads have
//! compressed, because stored data are aligned, and because the bytes must be the same for the same input on
//! every platform. The size of each member is known before it is written, so what zip64 needs is decided in
//! the first place; checksum and compressed size are patched into the local header afterwards, and no data
//! descriptors are used.
//!
//! Offsets count from the start of the stream, not from where this archive starts in it. So does Python's
//! zipfile when it writes behind other data, and every reader finds such an archive's members.

use std::io::{self, Seek, Write};

use crate::archive::Compression;
use crate::archive::deflate::{self, Deflater};
use crate::archive::patch::PatchWriter;
use crate::archive::raw::RawMember;
use crate::archive::records::{Head, MAX_16, MAX_32, end};
use crate::error::{Error, Result};

/// Written and checksummed in pieces of this size, which stay in the cache between the two.
const PIECE_BYTES: usize = 256 << 10;
/// The largest alignment that the alignment field can hold: its top bit is a flag.
const MAX_ALIGNMENT: u16 = 1 << 14;
/// Numbers of methods: APPNOTE 4.4.5.
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// An archive that is being written.
pub(crate) struct Emitter<W: Write + Seek> {
    out: PatchWriter<W>,
    alignment: u64,
    /// The central directory, printed entry by entry.
    directory: Vec<u8>,
    entries: u64,
    deflater: Option<Deflater>,
    /// A member broke off in the middle: what is in `out` now is no archive.
    broken: bool,
}

impl<W: Write + Seek> Emitter<W> {
    /// The archive starts at the position of `out`. The data of stored members start on multiples of
    /// `alignment`, a power of two (1 for none), counted from the start of the stream.
    pub(crate) fn new(mut out: W, alignment: u16) -> Result<Self> {
        if !alignment.is_power_of_two() || alignment > MAX_ALIGNMENT {
            return Err(Error::invalid(format!(
                "expected an alignment that is a power of two from 1 to {MAX_ALIGNMENT}, found {alignment}"
            )));
        }
        let start = out.stream_position().map_err(cant_write)?;
        Ok(Self {
            out: PatchWriter::new(out, start),
            alignment: u64::from(alignment),
            directory: Vec::new(),
            entries: 0,
            deflater: None,
            broken: false,
        })
    }

    /// Writes a member of `size` bytes, which `write` produces. The name is taken as it is; that no other
    /// member has it is the caller's business.
    pub(crate) fn add(
        &mut self,
        name: &str,
        compression: Compression,
        size: u64,
        write: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<()> {
        self.refuse_broken()?;
        refuse_name(name)?;
        let mut head = self.head(name, compression, size)?;

        self.broken = true;
        let local = head.local();
        self.out.write(local.as_slice()).map_err(cant_write)?;
        (head.crc32, head.compressed) = self.data(compression, size, write)?;
        // `deflate::bound` is far above what deflate needs, so this does not happen.
        if head.compressed >= MAX_32 && !head.zip64 {
            return Err(Error::invalid("the member grew by compression past what its header can tell"));
        }
        self.out.patch(head.offset, head.local().as_slice()).map_err(cant_write)?;
        self.directory.extend_from_slice(head.central().as_slice());
        self.entries += 1;
        self.broken = false;
        Ok(())
    }

    /// Writes a member of another archive as it lies there: nothing is decompressed. Its header is one of ours.
    pub(crate) fn add_raw(&mut self, name: &str, member: &RawMember) -> Result<()> {
        self.refuse_broken()?;
        refuse_name(name)?;
        let data = member.open()?;
        let entry = member.entry();
        let (compressed, size) = (entry.compressed_size, entry.size);
        let mut head = self.head_of(name, entry.method.number(), size, compressed);
        (head.method_flags, head.crc32, head.compressed) = (entry.method_flags, entry.crc32, compressed);

        self.broken = true;
        self.out.write(head.local().as_slice()).map_err(cant_write)?;
        data.copy(&mut |piece| self.out.write(piece).map_err(cant_write))?;
        self.directory.extend_from_slice(head.central().as_slice());
        self.entries += 1;
        self.broken = false;
        Ok(())
    }

    /// Writes the directory and gives the stream back, positioned behind the archive.
    pub(crate) fn finish(mut self) -> Result<W> {
        self.refuse_broken()?;
        let offset = self.out.position();
        let size = self.directory.len() as u64;
        self.out.write(&self.directory).map_err(cant_write)?;
        self.out.write(end(offset, size, self.entries).as_slice()).map_err(cant_write)?;
        self.out.finish().map_err(cant_write)
    }

    fn refuse_broken(&self) -> Result<()> {
        if self.broken {
            return Err(Error::invalid("an earlier member could not be written whole; start a new archive"));
        }
        Ok(())
    }

    fn head<'a>(&mut self, name: &'a str, compression: Compression, size: u64) -> Result<Head<'a>> {
        let (method, most) = match compression {
            Compression::Stored => (STORED, size),
            Compression::Deflate(level) => {
                if self.deflater.as_ref().is_none_or(|deflater| deflater.level() != level) {
                    self.deflater = Some(Deflater::new(level)?);
                }
                (DEFLATED, deflate::bound(size))
            }
        };
        Ok(self.head_of(name, method, size, most))
    }

    /// The header of a member whose data take `most` bytes here, or less.
    fn head_of<'a>(&self, name: &'a str, method: u16, size: u64, most: u64) -> Head<'a> {
        let offset = self.out.position();
        let zip64 = most.max(size) >= MAX_32;
        let mut padding = 0;
        if method == STORED {
            let data = offset + 30 + name.len() as u64 + if zip64 { 20 } else { 0 };
            padding = data.wrapping_neg() % self.alignment;
            // A field has 4 bytes of its own, this one 2 more for the alignment.
            while padding != 0 && padding < 6 {
                padding += self.alignment;
            }
        }
        let alignment = self.alignment;
        let (method_flags, crc32, compressed) = (0, 0, size);
        Head { name, method, method_flags, crc32, compressed, size, offset, zip64, padding, alignment }
    }

    /// Writes the data, and gives their checksum and their length as written.
    fn data(
        &mut self,
        compression: Compression,
        size: u64,
        write: impl FnOnce(&mut dyn Write) -> Result<()>,
    ) -> Result<(u32, u64)> {
        let start = self.out.position();
        let deflater = self.deflater.as_mut().filter(|_| compression != Compression::Stored);
        let mut sink = Sink { out: &mut self.out, deflater, crc: crc32fast::Hasher::new(), left: size };
        if let Some(deflater) = &mut sink.deflater {
            deflater.start();
        }
        write(&mut sink)?;
        if sink.left > 0 {
            let found = size - sink.left;
            return Err(Error::invalid(format!("the member was announced with {size} bytes, found {found}")));
        }
        if let Some(deflater) = sink.deflater {
            deflater.finish(sink.out).map_err(cant_write)?;
        }
        let crc = sink.crc.finalize();
        Ok((crc, self.out.position() - start))
    }
}

/// Where a member's data go.
struct Sink<'a, W> {
    out: &'a mut PatchWriter<W>,
    deflater: Option<&'a mut Deflater>,
    crc: crc32fast::Hasher,
    left: u64,
}

impl<W: Write + Seek> Write for Sink<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(left) = self.left.checked_sub(bytes.len() as u64) else {
            let more = bytes.len() as u64 - self.left;
            return Err(
                Error::invalid(format!("the member has at least {more} bytes more than announced")).into()
            );
        };
        for piece in bytes.chunks(PIECE_BYTES) {
            self.crc.update(piece);
            match &mut self.deflater {
                None => self.out.write(piece),
                Some(deflater) => deflater.write(piece, self.out),
            }
            .map_err(cant_write)?;
        }
        self.left = left;
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn refuse_name(name: &str) -> Result<()> {
    if name.len() as u64 > MAX_16 {
        let found = name.len();
        return Err(Error::invalid(format!("a member's name has at most {MAX_16} bytes, found {found}")));
    }
    if name.contains('\0') {
        // Python cuts the name off there.
        return Err(Error::invalid(format!("a member's name holds no NUL, found {name:?}")));
    }
    Ok(())
}

fn cant_write(error: io::Error) -> Error {
    Error::io("can't write the archive", error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::decode::with_data;
    use crate::archive::index::Index;
    use crate::error::ErrorKind;
    use crate::limits::Limits;
    use std::io::{Cursor, Read};

    fn put(bytes: &[u8]) -> impl FnOnce(&mut dyn Write) -> Result<()> {
        move |out| out.write_all(bytes).map_err(|error| Error::io("can't write", error))
    }

    fn emitter(alignment: u16) -> Emitter<Cursor<Vec<u8>>> {
        Emitter::new(Cursor::new(Vec::new()), alignment).unwrap()
    }

    #[test]
    fn the_bytes_of_a_small_archive() {
        let mut emitter = emitter(64);
        emitter.add("a", Compression::Stored, 9, put(b"123456789")).unwrap();
        let local = b"PK\x03\x04\x14\0\0\0\0\0\0\0\x21\0\x26\x39\xf4\xcb\x09\0\0\0\x09\0\0\0\x01\0\x21\0a\
            \x1e\xa1\x1d\0\x40\0";
        let central = b"PK\x01\x02\x14\x03\x14\0\0\0\0\0\0\0\x21\0\x26\x39\xf4\xcb\x09\0\0\0\x09\0\0\0\x01\0\
            \0\0\0\0\0\0\0\0\0\0\x80\x01\0\0\0\0a";
        let end = b"PK\x05\x06\0\0\0\0\x01\0\x01\0\x2f\0\0\0\x49\0\0\0\0\0";
        let expected = [local.as_slice(), &[0; 27], b"123456789", central, end].concat();
        assert_eq!(emitter.finish().unwrap().into_inner(), expected);
    }

    #[test]
    fn stored_data_are_aligned_in_the_file() {
        for alignment in [1, 2, 16, 64, 4096, MAX_ALIGNMENT] {
            let mut out = Cursor::new(b"something before it".to_vec());
            out.set_position(19);
            let mut emitter = Emitter::new(out, alignment).unwrap();
            for length in 0..70 {
                emitter.add(&"n".repeat(length), Compression::Stored, 5, put(b"MAGIC")).unwrap();
            }
            let bytes = emitter.finish().unwrap().into_inner();
            let starts = bytes.windows(5).enumerate().filter(|(_, w)| w == b"MAGIC");
            assert_eq!(starts.inspect(|(at, _)| assert_eq!(at % usize::from(alignment), 0)).count(), 70);
            assert_eq!(Index::read(&bytes, &Limits::default()).unwrap().entries.len(), 70);
        }
        for alignment in [0, 3, MAX_ALIGNMENT * 2] {
            assert!(Emitter::new(Cursor::new(Vec::new()), alignment).is_err());
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut emitter = emitter(64);
        let long: Vec<u8> = (0..3_000_000_u32).map(|i| (i % 253) as u8).collect();
        let sizes = [0, 1, 1000, 300_000, 3_000_000];
        let methods = [Compression::Stored, Compression::Deflate(1), Compression::Deflate(9)];
        for size in sizes {
            for compression in methods {
                emitter.add("x", compression, size as u64, put(&long[..size])).unwrap();
            }
        }
        let bytes = emitter.finish().unwrap().into_inner();
        let entries = Index::read(&bytes, &Limits::default()).unwrap().entries;
        for (i, entry) in entries.iter().enumerate() {
            let mut found = Vec::new();
            with_data(&bytes, entry, |data| Ok(data.read_to_end(&mut found).unwrap())).unwrap();
            assert!(found == long[..sizes[i / methods.len()]], "member {i}");
        }
    }

    #[test]
    fn a_member_of_another_length_spoils_the_archive() {
        for bytes in [b"1234".as_slice(), b"123456"] {
            let mut emitter = emitter(64);
            let error = emitter.add("a", Compression::Deflate(6), 5, put(bytes)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid);
            assert_eq!(emitter.finish().unwrap_err().kind(), ErrorKind::Invalid);
        }
    }

    #[test]
    fn bad_names_and_levels_are_refused_before_anything_is_written() {
        let mut emitter = emitter(64);
        let long = "x".repeat(65_536);
        for (name, level) in [("a\0b", 6), (long.as_str(), 6), ("a", 10)] {
            let error = emitter.add(name, Compression::Deflate(level), 0, put(b"")).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid);
        }
        emitter.add(&long[1..], Compression::Stored, 1, put(b"a")).unwrap();
        let bytes = emitter.finish().unwrap().into_inner();
        assert_eq!(Index::read(&bytes, &Limits::default()).unwrap().entries[0].name.len(), 65_535);
    }

    #[test]
    fn an_error_of_the_stream_is_told_as_one() {
        let mut small = [0; 100];
        let mut emitter = Emitter::new(Cursor::new(small.as_mut_slice()), 64).unwrap();
        emitter.add("a", Compression::Stored, 10, put(b"0123456789")).unwrap();
        let error = emitter.finish().err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.to_string().starts_with("can't write the archive"), "{error}");
    }
}
