//! How many threads npz-core is measured with, told in one place, and what as many come to on this machine.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::peer::median;

/// One, and as many as the machine has.
pub fn counts() -> Vec<usize> {
    let all = std::thread::available_parallelism().map_or(1, usize::from);
    if all == 1 { vec![1] } else { vec![1, all] }
}

/// How many times as fast as by one thread something is by all.
pub struct Gain {
    /// A job.
    pub of_job: f64,
    /// Computation that touches next to no memory: what no library can exceed here.
    pub of_computation: f64,
}

/// Measures a job by one thread and by all in turn, and computation between them, so that what else the machine does is the same for
/// all: where cores are those of a virtual machine, they may be two halves of one, or shared with others. The median of the rounds.
///
/// # Errors
/// Those of the job.
pub fn gain(
    rounds: usize,
    (mut one, mut all): (impl FnMut() -> Outcome<f64>, impl FnMut() -> Outcome<f64>),
) -> Outcome<Gain> {
    let threads = counts().pop().unwrap_or(1);
    let (mut of_job, mut of_computation) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let computed = compute(1);
        of_job.push(one()? / all()?);
        of_computation.push(computed.as_secs_f64() / compute(threads).as_secs_f64());
    }
    Ok(Gain { of_job: median(of_job), of_computation: median(of_computation) })
}

const TEXT: &[u8] = b"314,15926,5,35897932,384,62643,3832795,0,28841,971,";
/// Some 50 ms by one thread.
const TIMES: usize = 500_000;

/// Reads whole numbers, over and over, as many by several threads as by one.
fn compute(threads: usize) -> Duration {
    let read = || {
        let (mut sum, mut number) = (0_u64, 0_u64);
        for _ in 0..TIMES / threads {
            for &byte in black_box(TEXT) {
                if byte == b',' {
                    (sum, number) = (sum.wrapping_add(number), 0);
                } else {
                    number = number * 10 + u64::from(byte - b'0');
                }
            }
        }
        black_box(sum);
    };
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(read);
        }
        read();
    });
    start.elapsed()
}
