//! Random numbers that are the same on every machine and in every run.

use std::f64::consts::TAU;

/// The generator xoshiro256++, seeded by splitmix64.
pub(crate) struct Random {
    state: [u64; 4],
    /// Normal numbers come in pairs: the second one.
    spare: Option<f64>,
}

impl Random {
    pub(crate) fn new(mut seed: u64) -> Self {
        let mut next = || {
            seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = seed;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        };
        Self { state: [next(), next(), next(), next()], spare: None }
    }

    pub(crate) fn bits(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let shifted = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= shifted;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// Uniform in `[0, 1)`, a multiple of 2^-53.
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Normal with mean 0 and deviation 1, by the method of Box and Muller.
    pub(crate) fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        // `1 - uniform` is never zero, so the logarithm is finite.
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        let (sine, cosine) = (self.uniform() * TAU).sin_cos();
        self.spare = Some(radius * sine);
        radius * cosine
    }
}

/// The ranks of words in a text: rank `k`, from 0, is as likely as `(k + 1)^-exponent`.
pub(crate) struct Zipf {
    /// The likelihood of each rank and all before it, not divided by the whole.
    cumulative: Vec<f64>,
}

impl Zipf {
    pub(crate) fn new(ranks: usize, exponent: f64) -> Self {
        let mut sum = 0.0;
        let cumulative = (1..=ranks).map(|k| {
            sum += (k as f64).powf(-exponent);
            sum
        });
        Self { cumulative: cumulative.collect() }
    }

    pub(crate) fn sample(&self, random: &mut Random) -> usize {
        let whole = self.cumulative.last().copied().unwrap_or_default();
        let point = random.uniform() * whole;
        self.cumulative.partition_point(|&below| below <= point)
    }
}
