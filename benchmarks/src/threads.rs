//! How many threads npz-core is measured with, told in one place, and what as many come to on this machine.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// One, and as many as the machine has.
pub fn counts() -> Vec<usize> {
    let all = std::thread::available_parallelism().map_or(1, usize::from);
    if all == 1 { vec![1] } else { vec![1, all] }
}

/// How many times as fast as one so many threads are at work that touches no memory, which takes one so many seconds or so,
/// after a pause of a third of a second: what no library can exceed here. A core that slept may need 10 ms to come.
pub fn scale(threads: usize, seconds: f64) -> f64 {
    let start = Instant::now();
    spin(STEPS_TO_TIME);
    let steps = (seconds / start.elapsed().as_secs_f64() * STEPS_TO_TIME as f64) as u64;
    let mut ratios: Vec<f64> = (0..9)
        .map(|_| {
            std::thread::sleep(PAUSE);
            let start = Instant::now();
            spin(steps);
            let one = start.elapsed();
            std::thread::sleep(PAUSE);
            let start = Instant::now();
            std::thread::scope(|scope| {
                for _ in 1..threads {
                    scope.spawn(|| spin(steps / threads as u64));
                }
                spin(steps / threads as u64);
            });
            one.as_secs_f64() / start.elapsed().as_secs_f64()
        })
        .collect();
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

const STEPS_TO_TIME: u64 = 10_000_000;
const PAUSE: Duration = Duration::from_millis(300);

/// Each step waits for the one before.
fn spin(steps: u64) {
    let sum =
        (0..steps).fold(1u64, |sum, step| sum.wrapping_mul(6_364_136_223_846_793_005) ^ step ^ sum >> 17);
    black_box(sum);
}
