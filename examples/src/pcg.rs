//! NumPy's default generator, so that either program can go on with the numbers of the other.

use npz_core::Npz;

/// PCG XSL RR 128/64 of O'Neill (2014), which NumPy calls `PCG64`; the members are those of `PCG64().state["state"]`.
#[derive(Npz, Clone, Debug, PartialEq)]
pub struct Pcg64 {
    state: u128,
    inc: u128,
}

impl Pcg64 {
    /// Begins one of 2^127 streams; the same seed and stream always give the same numbers.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut rng = Self { state: 0, inc: (u128::from(stream) << 1) | 1 };
        rng.next_u64();
        rng.state = rng.state.wrapping_add(u128::from(seed));
        rng.next_u64();
        rng
    }

    /// Draws 64 bits: `PCG64.random_raw()`.
    pub fn next_u64(&mut self) -> u64 {
        const MULTIPLIER: u128 = 0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645;
        self.state = self.state.wrapping_mul(MULTIPLIER).wrapping_add(self.inc);
        let folded = (self.state >> 64) as u64 ^ self.state as u64;
        folded.rotate_right((self.state >> 122) as u32)
    }

    /// Draws a number from 0 up to, but not, 1: `Generator.random()`.
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Draws a whole number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        // The high half of a 128-bit product scales 64 bits; its bias is far below what a run could show.
        ((u128::from(self.next_u64()) * end as u128) >> 64) as usize
    }

    /// Draws from the normal distribution (Box and Muller); no second number is kept that would be more state.
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_draws_what_numpy_draws() {
        // np.random.PCG64(42)
        let state = 0xcea44f6798798f2aacbc7c9d68860ac8;
        let mut rng = Pcg64 { state, inc: 0xfa505436c9a8416e66caf2e28d25abff };
        let raw = [14276969152011380360, 8095878257575067585, 15838336090824644132, 12864169557245331597];
        assert_eq!([(); 4].map(|()| rng.next_u64()), raw);
        assert_eq!(rng.unit(), 1737265434024182251u64.wrapping_shr(11) as f64 / 2f64.powi(53));
    }

    #[test]
    fn normal_numbers_have_the_mean_and_the_width_that_they_should() {
        let mut rng = Pcg64::new(1, 0);
        let drawn: Vec<f64> = (0..10_000).map(|_| rng.normal()).collect();
        let mean = drawn.iter().sum::<f64>() / 1e4;
        let square = drawn.iter().map(|x| x * x).sum::<f64>() / 1e4;
        assert!(mean.abs() < 0.05 && (square - 1.0).abs() < 0.05, "{mean} {square}");
    }
}
