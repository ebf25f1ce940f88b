//! A Python that stays, runs what it is told and says how long that took; and jobs of ours and its that take turns.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use crate::Outcome;

/// The Python.
pub struct Peer {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Peer {
    /// Starts it, with what it imports: `import numpy as np`.
    ///
    /// # Errors
    /// If it can't be started.
    pub fn start(python: &Path, imports: &str, variables: &[(&str, String)]) -> Outcome<Self> {
        let script = format!(
            "import sys, time\n{imports}\nfor line in sys.stdin:\n    start = time.perf_counter()\n    exec(line)\n    \
             print(time.perf_counter() - start, flush=True)\n"
        );
        let mut command = Command::new(python);
        command.args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::piped());
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        let mut child = command.spawn()?;
        let (to, from) = (child.stdin.take().ok_or("no input")?, child.stdout.take().ok_or("no output")?);
        Ok(Self { child, to, from: BufReader::new(from) })
    }

    /// Runs a line, and says how long it took.
    ///
    /// # Errors
    /// If it fails.
    pub fn seconds(&mut self, line: &str) -> Outcome<f64> {
        writeln!(self.to, "{line}")?;
        let mut answer = String::new();
        self.from.read_line(&mut answer)?;
        Ok(answer.trim().parse()?)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// What is measured: its name, and what gives the seconds of one run.
pub type Job<'a> = (String, Box<dyn FnMut() -> Outcome<f64> + 'a>);

/// Measures some work of ours.
///
/// # Errors
/// Those of the work.
pub fn timed<T>(work: impl FnOnce() -> npz_core::Result<T>) -> Outcome<f64> {
    let start = Instant::now();
    drop(work()?);
    Ok(start.elapsed().as_secs_f64())
}

/// Measures jobs in rounds; the first is the one that the others are compared with. Prints the medians: how much of `amount` a
/// second, and how many times the first that is.
///
/// # Errors
/// Those of the jobs.
pub fn compare(title: &str, amount: f64, unit: &str, rounds: usize, mut jobs: Vec<Job<'_>>) -> Outcome<()> {
    let mut seconds = vec![Vec::new(); jobs.len()];
    for _ in 0..rounds {
        for (job, seconds) in jobs.iter_mut().zip(&mut seconds) {
            seconds.push(job.1()?);
        }
    }
    println!("\n{title}, {amount:.0} {unit}");
    let first = median(seconds[0].clone());
    for ((name, _), seconds) in jobs.iter().zip(seconds) {
        let seconds = median(seconds);
        println!("  {name:<34} {:>9.0} {unit}/s  {:>7.1} times NumPy", amount / seconds, first / seconds);
    }
    Ok(())
}

pub(crate) fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}
