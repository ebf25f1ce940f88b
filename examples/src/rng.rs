//! Random numbers whose state can be saved: a resumed run has to draw what the stopped one would have drawn.

use npz_core::Npz;

/// The generator xoshiro256++ 1.0 of Blackman and Vigna, <https://prng.di.unimi.it>.
#[derive(Npz, Clone, Debug, PartialEq)]
pub struct Rng {
    state: [u64; 4],
}

impl Rng {
    /// Fills the state by `SplitMix64`, as the authors advise: no seed gives the forbidden state of zeros.
    pub fn new(mut seed: u64) -> Self {
        let state = [(); 4].map(|()| {
            seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = seed;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        });
        Self { state }
    }

    /// Draws 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.state;
        let drawn = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        drawn
    }

    /// Draws a number from `-limit` to `limit`: 24 bits, all that an `f32` holds.
    pub fn uniform(&mut self, limit: f32) -> f32 {
        let unit = (self.next_u64() >> 40) as f32 / (1u32 << 24) as f32;
        (2.0 * unit - 1.0) * limit
    }

    /// Draws a permutation of `0..len` (Fisher and Yates).
    pub fn permutation(&mut self, len: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..len).collect();
        for last in (1..len).rev() {
            // The high half of a 128-bit product scales 64 bits to 0..=last; its bias is below 2^-50 here.
            let chosen = (u128::from(self.next_u64()) * (last as u128 + 1)) >> 64;
            order.swap(last, chosen as usize);
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_draws_what_the_reference_program_draws() {
        let mut rng = Rng { state: [1, 2, 3, 4] };
        let drawn = [(); 5].map(|()| rng.next_u64());
        assert_eq!(drawn, [41943041, 58720359, 3588806011781223, 3591011842654386, 9228616714210784205]);
    }

    #[test]
    fn seeds_become_states_by_splitmix64() {
        let expected = [0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f, 0xf88bb8a8724c81ec];
        assert_eq!(Rng::new(0).state, expected);
    }

    #[test]
    fn a_permutation_has_every_index_once() {
        let mut order = Rng::new(1).permutation(1000);
        assert_ne!(order[..3], [0, 1, 2]);
        order.sort_unstable();
        assert!(order.into_iter().eq(0..1000));
    }
}
