//! What this process takes in memory, as Linux tells.

use std::fs;

/// The most memory that the process had since [`forget_peak`], in bytes.
///
/// # Panics
/// Where `/proc` does not tell.
#[must_use]
pub fn peak() -> usize {
    told("VmHWM:")
}

/// Forgets the most so far; gives what the process has now, in bytes.
///
/// # Panics
/// Where `/proc` does not tell.
#[must_use]
pub fn forget_peak() -> usize {
    fs::write("/proc/self/clear_refs", "5").expect("Linux forgets the peak");
    told("VmRSS:")
}

fn told(name: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells what a process has");
    let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a line of the status");
    line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") << 10
}
