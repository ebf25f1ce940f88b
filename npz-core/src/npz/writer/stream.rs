//! [`MemberStream`]: a member whose number of rows is known at its end.

use std::io::{Seek, Write};

use super::NpzWriter;
use crate::archive::emit::Growing;
use crate::dtype::{ByteOrder, DType};
use crate::element::Element;
use crate::error::{Error, Result};
use crate::members::{Rows, ToMembers};
use crate::npz::names::file_name_of;
use crate::run::{Team, Threads};
use crate::stored::Stored;

impl<W: Write + Seek> NpzWriter<W> {
    /// Begins a member to which rows are added until it is finished: an array whose length is not known beforehand.
    ///
    /// A row is what stands behind an index of the first axis, of this cell type and shape; none for single cells. Compressed as the
    /// other members are. Takes at most 64 MiB of memory, however long the array becomes.
    ///
    /// The header, which tells the length, stands before the rows and is filled in at the end: the writer is one of a path, a `Cursor`, a
    /// file that is not opened to append. A pipe can't go back.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if a member of that name is there already, the cells have no fixed width (`String`),
    /// or rows have no bytes; [`ErrorKind::Io`](crate::ErrorKind::Io) if the writer fails or can't go back.
    ///
    /// ```
    /// use ndarray::{Array2, Array3};
    /// use npz_core::{NpzReader, SaveOptions};
    ///
    /// let path = std::env::temp_dir().join("npz-core-doc-stream.npz");
    /// let mut writer = SaveOptions::compressed().create(&path)?;
    /// let mut frames = writer.stream::<f32>("frames", &[4, 4])?;
    /// for frame in 0..10 {
    ///     frames.push(&Array2::from_elem((4, 4), frame as f32))?;
    /// }
    /// frames.finish()?;
    /// writer.add("rate", &0.5)?;
    /// writer.finish()?;
    ///
    /// let frames: Array3<f32> = NpzReader::open(&path)?.get("frames")?; // np.load(path)["frames"]
    /// assert_eq!((frames.shape(), frames[[9, 0, 0]]), (&[10, 4, 4][..], 9.0));
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn stream<A: Element>(&mut self, name: &str, row_shape: &[usize]) -> Result<MemberStream<'_, W>> {
        self.begin_stream(name, |byte_order| Rows::of::<A>(row_shape, byte_order))
    }

    /// Begins the same with cells of a dtype that is known when the program runs: rows are then [`AnyArray`](crate::AnyArray)s or
    /// [`RawArray`](crate::RawArray)s.
    ///
    /// The dtype's byte order is not kept: that of [`SaveOptions::byte_order`](crate::SaveOptions::byte_order) holds for all members.
    ///
    /// # Errors
    /// As [`stream`](Self::stream).
    ///
    /// ```
    /// use ndarray::{Array1, array};
    /// use npz_core::{AnyArray, DType, NpzReader, NpzWriter};
    ///
    /// let path = std::env::temp_dir().join("npz-core-doc-stream-dtype.npz");
    /// let mut writer = NpzWriter::create(&path)?;
    /// let mut counts = writer.stream_dtype("counts", &DType::parse("u2")?, &[])?;
    /// counts.extend(&AnyArray::from(array![1u16, 2, 3]))?;
    /// counts.finish()?;
    /// writer.finish()?;
    /// assert_eq!(NpzReader::open(&path)?.get::<Array1<u16>>("counts")?, array![1, 2, 3]);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn stream_dtype(
        &mut self,
        name: &str,
        dtype: &DType,
        row_shape: &[usize],
    ) -> Result<MemberStream<'_, W>> {
        self.begin_stream(name, |byte_order| Rows::of_dtype(dtype, row_shape, byte_order))
    }

    fn begin_stream(
        &mut self,
        name: &str,
        rows: impl FnOnce(ByteOrder) -> Result<Rows>,
    ) -> Result<MemberStream<'_, W>> {
        let begun = self.in_file(|writer| {
            let rows = rows(writer.byte_order.unwrap_or(ByteOrder::Little));
            let rows = rows.map_err(|error| error.in_member(name))?;
            let (file_name, header) = (file_name_of(name), rows.header());
            writer.names.add(&file_name)?;
            let begun =
                writer.emitter.begin(&file_name, writer.compression, &header.to_bytes(), header.dtype());
            match begun {
                Ok(growing) => Ok((rows, growing)),
                Err(error) => {
                    writer.names.remove_all(&[file_name]);
                    Err(error.in_member(name))
                }
            }
        });
        let (rows, growing) = begun?;
        Ok(MemberStream { writer: self, name: name.to_owned(), rows, growing, count: 0, broken: false })
    }
}

/// A member of an archive that grows row by row: see [`NpzWriter::stream`].
///
/// One that is dropped before it is finished leaves half a member: the writer then refuses to go on and to finish, and the file at
/// its path, if it is one of a path, stands as it was.
#[must_use = "without `finish` the archive can't be finished"]
pub struct MemberStream<'w, W: Write> {
    writer: &'w mut NpzWriter<W>,
    name: String,
    rows: Rows,
    growing: Growing,
    count: usize,
    /// Half a row was written.
    broken: bool,
}

impl<W: Write> MemberStream<'_, W> {
    /// Adds one row: an array of a row's shape, or a cell where rows have no axes.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if the value is no such row, which leaves the member as it was;
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if writing fails.
    ///
    /// ```
    /// use npz_core::{NpyRecord, NpzReader, NpzWriter};
    ///
    /// #[derive(NpyRecord, Clone)]
    /// struct Reading { time: u64, value: f32 }
    ///
    /// let path = std::env::temp_dir().join("npz-core-doc-stream-push.npz");
    /// let mut writer = NpzWriter::create(&path)?;
    /// let mut readings = writer.stream::<Reading>("readings", &[])?;
    /// for time in 0..3 {
    ///     readings.push(&Reading { time, value: 0.5 })?;
    /// }
    /// assert!(readings.push(&0.5).is_err()); // no `Reading`
    /// readings.finish()?;
    /// writer.finish()?;
    /// assert_eq!(NpzReader::open(&path)?.get::<Vec<Reading>>("readings")?.len(), 3);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn push<T: ToMembers + ?Sized>(&mut self, row: &T) -> Result<()> {
        self.write(|rows, take| rows.with_row(row, take).map(|()| 1))
    }

    /// Adds several rows, which are one array.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    ///
    /// ```
    /// use ndarray::{Array1, array};
    /// use npz_core::{NpzReader, NpzWriter};
    ///
    /// let path = std::env::temp_dir().join("npz-core-doc-stream-extend.npz");
    /// let mut writer = NpzWriter::create(&path)?;
    /// let mut samples = writer.stream::<i16>("samples", &[])?;
    /// samples.extend(&array![1i16, 2, 3])?;
    /// samples.finish()?;
    /// writer.finish()?;
    /// assert_eq!(NpzReader::open(&path)?.get::<Array1<i16>>("samples")?, array![1, 2, 3]);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn extend<T: ToMembers + ?Sized>(&mut self, rows: &T) -> Result<()> {
        self.write(|kind, take| kind.with_rows(rows, take))
    }

    fn write(
        &mut self,
        add: impl FnOnce(&Rows, &mut dyn FnMut(&dyn Stored) -> Result<()>) -> Result<usize>,
    ) -> Result<()> {
        let Self { writer, name, rows, growing, count, broken } = self;
        writer.in_file(|writer| {
            if *broken {
                return Err(half_a_row().in_member(name));
            }
            let added = add(rows, &mut |array| {
                *broken = true;
                array.stream(&Team::new(Threads::ONE), &mut |piece| writer.emitter.grow(growing, piece))?;
                *broken = false;
                Ok(())
            });
            *count += added.map_err(|error| error.in_member(name))?;
            Ok(())
        })
    }

    /// Ends the member: fills in its length. The writer then takes the next member.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if writing fails; [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) if an earlier row could not be
    /// written.
    pub fn finish(self) -> Result<()> {
        let Self { writer, name, rows, growing, count, broken } = self;
        writer.in_file(|writer| {
            let end = || {
                if broken {
                    return Err(half_a_row());
                }
                let header = rows.header().with_rows(count)?.to_bytes_in_place();
                let header =
                    header.ok_or_else(|| Error::invalid("the header has no room for so many rows"))?;
                writer.emitter.end(growing, &header)
            };
            end().map_err(|error| error.in_member(&name))?;
            writer.publish_if_due()
        })
    }
}

fn half_a_row() -> Error {
    Error::invalid("an earlier row could not be written whole; start a new archive")
}
