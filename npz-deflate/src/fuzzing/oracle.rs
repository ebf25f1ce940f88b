//! What another inflate makes of a stream.

use flate2::{Decompress, FlushDecompress, Status};

/// What a stream gives, if it is complete, gives so many bytes and has nothing behind it.
pub(crate) fn inflate(stream: &[u8], len: usize) -> Option<Vec<u8>> {
    let mut output = vec![0; len + 1];
    let mut decoder = Decompress::new(false);
    let status = decoder.decompress(stream, &mut output, FlushDecompress::Finish).ok()?;
    output.truncate(len);
    let is_all = decoder.total_out() == len as u64 && decoder.total_in() == stream.len() as u64;
    (status == Status::StreamEnd && is_all).then_some(output)
}
