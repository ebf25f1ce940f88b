//! Which way is best for a member, told by samples of it.

use super::bits::BitWriter;
use super::encode::Plan;
use super::huffman;
use super::literals;
use super::zlib::Zlib;
use crate::error::{Error, Result};

/// From this many bits a byte on, codes of a sample are as good as those of all bytes.
const LEAST_SAMPLED: f64 = 6.0;

/// Tells how to encode cells like these samples at a level.
pub(crate) fn choose(samples: &[&[u8]], _width: usize, level: u32) -> Result<Plan> {
    let mut counts = [0; 256];
    samples.iter().for_each(|sample| literals::count(sample, &mut counts));
    let mut lengths = [0; 256];
    huffman::lengths(&counts, literals::LIMIT, &mut lengths);
    let len: u64 = samples.iter().map(|sample| sample.len() as u64).sum();
    let literal_bits = literals::cost(&counts, &lengths);
    let mut zlib = Zlib::new(level);
    let mut by_zlib = 0;
    let mut out = BitWriter::default();
    for sample in samples {
        let room = sample.len() * 2 + 4096;
        if !out.start(room) {
            return Err(Error::no_memory(room as u64, "compressed data"));
        }
        zlib.encode(&[sample], true, &mut out)?;
        by_zlib += out.position();
    }
    if by_zlib < literal_bits {
        return Ok(Plan::Zlib(level));
    }
    if literal_bits + literal_bits / 500 > len * 8 {
        return Ok(Plan::Stored);
    }
    Ok(Plan::Literals { sampled: literal_bits as f64 > LEAST_SAMPLED * len as f64 })
}
