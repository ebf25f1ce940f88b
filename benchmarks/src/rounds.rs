//! Rounds in turn, and the middle of what they give.
//!
//! All sides of a comparison run in turn, and the order is turned round in every other round: what slows the machine
//! down for a while slows all of them. Read the ratios, not the times.

use std::fmt;
use std::time::{Duration, Instant};

use crate::Outcome;

/// One side of a comparison: runs once and gives the time that counts.
pub type Side<'a> = (String, Box<dyn FnMut() -> Outcome<Duration> + 'a>);

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

/// How often all sides run: at least so often, and more often while time is left.
#[derive(Clone, Copy, Debug)]
pub struct Rounds {
    /// So many in any case.
    pub least: usize,
    /// So many at most.
    pub most: usize,
    /// After this time no round is begun that need not be.
    pub budget: Duration,
}

impl fmt::Display for Rounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (1, 1) => f.write_str("one round"),
            (least, most) if least == most => write!(f, "{most} rounds"),
            (least, most) => write!(f, "{least} to {most} rounds"),
        }
    }
}

impl From<usize> for Rounds {
    fn from(rounds: usize) -> Self {
        Self { least: rounds, most: rounds, budget: Duration::MAX }
    }
}

/// Runs all sides once to warm up, then in turn, round by round.
///
/// # Errors
/// What a side gives, with the side's name.
pub fn take_turns(rounds: impl Into<Rounds>, mut sides: Vec<Side<'_>>) -> Outcome<Vec<Samples>> {
    let rounds = rounds.into();
    let mut samples: Vec<_> =
        sides.iter().map(|(name, _)| Samples { name: name.clone(), seconds: Vec::new() }).collect();
    let begin = Instant::now();
    for round in 0..=rounds.most {
        if round > rounds.least && begin.elapsed() > rounds.budget {
            break;
        }
        for turn in 0..sides.len() {
            let i = if round % 2 == 0 { turn } else { sides.len() - 1 - turn };
            let (name, run) = &mut sides[i];
            let seconds = run().map_err(|error| format!("{name}: {error}"))?.as_secs_f64();
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

    /// The spread of the times themselves.
    pub fn spread(&self) -> Spread {
        Spread::of(self.seconds.iter().copied())
    }
}
