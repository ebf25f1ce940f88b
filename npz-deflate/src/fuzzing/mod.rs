//! The door for `fuzz/`, and for tests that replay what is kept there: arbitrary bytes come in, and what is wrong panics.

mod case;
mod oracle;
mod replay;
mod stream;

pub use self::case::{Case, Choices};
pub use self::replay::replay;
pub use self::stream::inflate;
use super::inflate::{Block, Unfit, inflate_blocks};

/// What is encoded, by whatever plan, comes back, from ours and from another inflate.
pub fn encode(bytes: &[u8]) {
    let case = Case::of_any_len(&mut Choices(bytes));
    let plain = case.plain();
    let (packed, lens) = case.encode();
    assert!(oracle::inflate(&packed.concat(), plain.len()).as_ref() == Some(&plain), "not a stream of it");
    let packed: Vec<&[u8]> = packed.iter().map(Vec::as_slice).collect();
    assert!(inflate_whole(&packed, &lens).as_ref() == Ok(&plain), "not read back");
}

/// Blocks give what another inflate gives for all of them, or nothing.
pub fn decode(bytes: &[u8]) {
    let mut choices = Choices(bytes);
    let (packed, lens) = if choices.byte() < 128 { any_blocks(choices) } else { damaged_blocks(choices) };
    let packed: Vec<&[u8]> = packed.iter().map(Vec::as_slice).collect();
    let together = inflate_whole(&packed, &lens);
    // What is decoded beside a block changes nothing.
    let each = packed.iter().zip(&lens).enumerate().map(|(number, (packed, len))| {
        let is_last = number + 1 == lens.len();
        inflate_with(&[packed], &[*len], is_last)
    });
    let each: Result<Vec<_>, Unfit> = each.collect();
    assert!(together == each.map(|parts| parts.concat()), "blocks are not independent of each other");
    if let Ok(found) = together {
        let expected = oracle::inflate(&packed.concat(), found.len());
        assert!(expected == Some(found), "accepted what is no such stream");
    }
}

/// Blocks of arbitrary bytes.
fn any_blocks(mut choices: Choices<'_>) -> (Vec<Vec<u8>>, Vec<usize>) {
    let count = 1 + choices.below(8);
    let sizes: Vec<_> = (0..count).map(|_| (choices.short() % 512, choices.short() % 2048)).collect();
    let mut blocks = (Vec::new(), Vec::new());
    for (number, (packed, len)) in sizes.into_iter().enumerate() {
        blocks.0.push(choices.take(if number + 1 == count { usize::MAX } else { packed }).to_vec());
        blocks.1.push(len);
    }
    blocks
}

/// Blocks of ours, with up to seven bytes or lengths changed.
fn damaged_blocks(mut choices: Choices<'_>) -> (Vec<Vec<u8>>, Vec<usize>) {
    let edits: Vec<_> =
        (0..choices.below(8)).map(|_| (choices.byte(), choices.short(), choices.byte())).collect();
    let (mut packed, mut lens) = Case::of_any_len(&mut choices).encode();
    for (way, at, value) in edits {
        let which = usize::from(way >> 3) % packed.len();
        let block = &mut packed[which];
        let len = block.len();
        match way & 7 {
            0 => block.truncate(at % (len + 1)),
            1 => lens[which] = at,
            2 => block.push(value),
            // Heads are where damage does most.
            3 | 4 if len > 0 => block[at % len.min(80)] = value,
            5 if len > 0 => block[at % len] = value,
            _ if len > 0 => block[at % len] ^= 1 << (value & 7),
            _ => {}
        }
    }
    (packed, lens)
}

fn inflate_whole(packed: &[&[u8]], lens: &[usize]) -> Result<Vec<u8>, Unfit> {
    inflate_with(packed, lens, true)
}

/// Inflates blocks, the last one of which may end the member. Whatever comes of that, a part of each is the same or refused.
fn inflate_with(packed: &[&[u8]], lens: &[usize], ends: bool) -> Result<Vec<u8>, Unfit> {
    let all = inflate_to(packed, lens, ends, 0, |len| len);
    // What comes first goes to a place of its own, or does not end there.
    for header in [1, 130, lens.first().map_or(0, |len| len / 2)] {
        let separate = inflate_to(packed, lens, ends, header, |len| len);
        assert!(separate.is_err() || separate == all);
    }
    let parts: [fn(usize) -> usize; 3] = [|len| len / 2, |len| len.saturating_sub(1), |len| len.min(1)];
    for part in parts {
        let some = inflate_to(packed, lens, ends, 0, part);
        if let Ok(all) = &all {
            let Ok(some) = some else { panic!("what can be inflated whole can be inflated in part") };
            let mut start = 0;
            for len in lens {
                assert_eq!(some[start..start + part(*len)], all[start..start + part(*len)]);
                start += len;
            }
        }
    }
    all
}

fn inflate_to(
    packed: &[&[u8]],
    lens: &[usize],
    ends: bool,
    header: usize,
    part: impl Fn(usize) -> usize,
) -> Result<Vec<u8>, Unfit> {
    // Not zeros, so that a byte that is not written shows.
    let mut output = vec![0xa5; lens.iter().sum()];
    let mut rest = output.as_mut_slice();
    let mut blocks = Vec::new();
    for (number, (compressed, len)) in packed.iter().zip(lens).enumerate() {
        let (output, behind) = rest.split_at_mut(*len);
        rest = behind;
        let (header, output) = output.split_at_mut(if number == 0 { header.min(*len) } else { 0 });
        let wanted = part(output.len());
        blocks.push(Block {
            compressed,
            header,
            output,
            wanted,
            ends_member: ends && number + 1 == lens.len(),
        });
    }
    inflate_blocks(&mut blocks)?;
    Ok(output)
}
