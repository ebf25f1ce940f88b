//! What the benchmarks share: rounds in turn, medians, and a table.
//!
//! All sides of a comparison run in one process, in turn, and the order is turned round in every other round: what
//! slows the machine down for a while slows all of them. Read the ratios, not the times.

use std::error::Error;
use std::time::Duration;

/// What went wrong in a benchmark, with its own words.
pub type Outcome<T> = Result<T, Box<dyn Error>>;

/// One side of a comparison: runs once and gives the time that counts.
pub type Side<'a> = (&'a str, Box<dyn FnMut() -> Outcome<Duration> + 'a>);

/// The times of one side, in the order of the rounds.
pub struct Samples {
    /// What the side is called.
    pub name: String,
    /// One time a round.
    pub seconds: Vec<f64>,
}

/// The middle of some values, and the least and greatest of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Half of the values are below.
    pub median: f64,
    /// The least value.
    pub least: f64,
    /// The greatest value.
    pub most: f64,
}

impl Spread {
    /// Sorts values into a spread; of no values it is zero.
    ///
    /// ```
    /// let spread = benchmarks::Spread::of([3.0, 1.0, 2.0]);
    /// assert_eq!((spread.least, spread.median, spread.most), (1.0, 2.0, 3.0));
    /// assert_eq!(benchmarks::Spread::of([1.0, 2.0]).median, 1.5);
    /// ```
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let at = |i: usize| sorted.get(i).copied().unwrap_or_default();
        let last = sorted.len().saturating_sub(1);
        Self { median: f64::midpoint(at(last / 2), at(sorted.len() / 2)), least: at(0), most: at(last) }
    }
}

/// Runs all sides once to warm up, then `rounds` times in turn.
///
/// # Errors
/// What a side gives.
pub fn take_turns(rounds: usize, mut sides: Vec<Side<'_>>) -> Outcome<Vec<Samples>> {
    let mut samples: Vec<_> =
        sides.iter().map(|(name, _)| Samples { name: (*name).to_owned(), seconds: Vec::new() }).collect();
    for round in 0..=rounds {
        for turn in 0..sides.len() {
            let i = if round % 2 == 0 { turn } else { sides.len() - 1 - turn };
            let seconds = (sides[i].1)()?.as_secs_f64();
            if round > 0 {
                samples[i].seconds.push(seconds);
            }
        }
    }
    Ok(samples)
}

impl Samples {
    /// Puts a function of both sides' times in one round into a spread: their ratio, their difference.
    pub fn against(&self, other: &Self, compare: impl Fn(f64, f64) -> f64) -> Spread {
        Spread::of(self.seconds.iter().zip(&other.seconds).map(|(a, b)| compare(*a, *b)))
    }
}

/// Whether the program was asked for a short run that only shows that it works.
pub fn is_smoke() -> bool {
    std::env::args().any(|argument| argument == "--smoke")
}

/// Describes what the figures depend on.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let profile = if cfg!(debug_assertions) { "debug (use --release)" } else { "release" };
    format!("{cores} cores, {} {}, {profile} build", std::env::consts::ARCH, std::env::consts::OS)
}

/// Writes a time with three digits or so: `12.3 ms`.
///
/// ```
/// assert_eq!(benchmarks::time(0.0123), "12.3 ms");
/// assert_eq!(benchmarks::time(2.5), "2.50 s");
/// assert_eq!(benchmarks::time(-0.0005), "-500.0 us");
/// ```
pub fn time(seconds: f64) -> String {
    match seconds.abs() {
        1.0.. => format!("{seconds:.2} s"),
        0.001.. => format!("{:.1} ms", seconds * 1e3),
        _ => format!("{:.1} us", seconds * 1e6),
    }
}
