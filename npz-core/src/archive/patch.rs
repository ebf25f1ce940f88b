//! The output stream of the emitter, in which headers are filled in after their data.

use std::io::{self, Seek, SeekFrom, Write};

const BUFFER_BYTES: usize = 512 << 10;
/// From this length on a slice is not worth a copy.
const DIRECT_BYTES: usize = 256 << 10;

/// Goes to a position, and tells the one before.
pub(crate) type SeekTo<W> = fn(&mut W, u64) -> io::Result<u64>;

/// Goes to a position of what can be sought in.
pub(crate) fn seek_to<W: Seek>(out: &mut W, position: u64) -> io::Result<u64> {
    let before = out.stream_position()?;
    out.seek(SeekFrom::Start(position))?;
    Ok(before)
}

/// A buffered writer whose bytes can be changed after the fact: in memory while they are there, else by
/// seeking. So small members cost no seeks, and large slices pass by the buffer.
pub(super) struct PatchWriter<W> {
    out: W,
    /// `None` where the output goes forward only: a pipe, a socket.
    seek: Option<SeekTo<W>>,
    /// Where the stream begins in the output, if it goes back.
    begin: u64,
    buffer: Vec<u8>,
    /// The place of the buffer's first byte in the stream, where `out` stands.
    start: u64,
}

impl<W: Write> PatchWriter<W> {
    pub(super) fn new(out: W, seek: Option<SeekTo<W>>) -> Self {
        Self { out, seek, begin: 0, buffer: Vec::new(), start: 0 }
    }

    /// The same, whose first byte has another place in the stream.
    pub(super) fn behind(start: u64, writer: Self) -> Self {
        Self { start, ..writer }
    }

    pub(super) fn output(&mut self) -> &mut W {
        &mut self.out
    }

    /// Whether bytes can be changed after the fact.
    pub(super) fn goes_back(&self) -> bool {
        self.seek.is_some()
    }

    pub(super) fn position(&self) -> u64 {
        self.start + self.buffer.len() as u64
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.buffer.len() + bytes.len() > BUFFER_BYTES || bytes.len() >= DIRECT_BYTES {
            self.empty()?;
        }
        if bytes.len() >= DIRECT_BYTES {
            self.out.write_all(bytes)?;
            self.start += bytes.len() as u64;
        } else {
            self.buffer.try_reserve(bytes.len()).map_err(|_| io::ErrorKind::OutOfMemory)?;
            self.buffer.extend_from_slice(bytes);
        }
        Ok(())
    }

    /// Overwrites bytes that have been written.
    pub(super) fn patch(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        if offset < self.start && offset + bytes.len() as u64 > self.start {
            self.empty()?;
        }
        if offset >= self.start {
            let from = (offset - self.start) as usize;
            self.buffer[from..from + bytes.len()].copy_from_slice(bytes);
            return Ok(());
        }
        self.go_to(offset)?;
        self.out.write_all(bytes)?;
        if self.go_to(self.start)? != self.begin + offset + bytes.len() as u64 {
            return Err(io::Error::other("what is written goes to the end; open the file without `append`"));
        }
        Ok(())
    }

    /// Goes to where the next bytes belong, wherever the output was led meanwhile.
    pub(super) fn go_back(&mut self) -> io::Result<()> {
        self.go_to(self.start).map(drop)
    }

    fn go_to(&mut self, position: u64) -> io::Result<u64> {
        let seek = self.seek.ok_or(io::ErrorKind::NotSeekable)?;
        seek(&mut self.out, self.begin + position)
    }

    pub(super) fn empty(&mut self) -> io::Result<()> {
        self.out.write_all(&self.buffer)?;
        self.start += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<W> {
        self.empty()?;
        self.out.flush()?;
        Ok(self.out)
    }
}

impl<W: Write + Seek> PatchWriter<W> {
    /// Goes back from now on, if it did not before.
    pub(super) fn make_go_back(&mut self) -> io::Result<()> {
        if self.seek.is_none() {
            // It stood elsewhere if it appends.
            self.begin = self.out.stream_position()?.saturating_sub(self.start);
            self.seek = Some(seek_to);
        }
        Ok(())
    }
}

impl<W: Write> Write for PatchWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        PatchWriter::write(self, bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts what is asked of the stream.
    #[derive(Default)]
    struct Counting {
        inner: io::Cursor<Vec<u8>>,
        writes: u32,
        seeks: u32,
    }

    impl Write for Counting {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.writes += 1;
            self.inner.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Counting {
        fn seek_to(&mut self, to: u64) -> io::Result<u64> {
            self.seeks += 1;
            seek_to(&mut self.inner, to)
        }
    }

    #[test]
    fn patches_land_wherever_the_bytes_are() {
        // Each length makes the patch hit the buffer, the stream, or both.
        for length in [0, 1, BUFFER_BYTES - 10, BUFFER_BYTES - 5, DIRECT_BYTES, BUFFER_BYTES * 2] {
            let mut writer = PatchWriter::new(Counting::default(), Some(Counting::seek_to));
            let mut expected = vec![1; length];
            writer.write(&expected).unwrap();
            for _ in 0..3 {
                writer.write(&[2; 8]).unwrap();
                expected.extend([2; 8]);
            }
            let from = length + 4;
            writer.patch(from as u64, &[3; 10]).unwrap();
            expected[from..from + 10].fill(3);
            writer.write(&[4; 100]).unwrap();
            expected.extend([4; 100]);
            assert_eq!(writer.position(), expected.len() as u64);
            assert!(writer.finish().unwrap().inner.into_inner() == expected, "{length}");
        }
    }

    #[test]
    fn small_patches_do_not_seek_and_large_slices_are_not_copied() {
        let mut writer = PatchWriter::new(Counting::default(), Some(Counting::seek_to));
        for _ in 0..10_000 {
            let position = writer.position();
            writer.write(&[0; 100]).unwrap();
            writer.patch(position, &[1; 30]).unwrap();
        }
        writer.write(&vec![0; DIRECT_BYTES]).unwrap();
        assert_eq!(writer.buffer.len(), 0);
        let counted = writer.finish().unwrap();
        assert_eq!((counted.writes, counted.seeks), (3, 0));
    }
}
