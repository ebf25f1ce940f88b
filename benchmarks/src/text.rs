//! Figures as people read them.

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

/// Writes a number of bytes in the largest unit that leaves a whole number, or nearly.
///
/// ```
/// assert_eq!(benchmarks::size(64 << 20), "64 MiB");
/// assert_eq!(benchmarks::size(1536), "1.5 KiB");
/// assert_eq!(benchmarks::size(400), "400 B");
/// ```
pub fn size(bytes: u64) -> String {
    let (unit, name) = match bytes {
        0x4000_0000.. => (1u64 << 30, "GiB"),
        0x10_0000.. => (1 << 20, "MiB"),
        0x400.. => (1 << 10, "KiB"),
        _ => (1, "B"),
    };
    if bytes.is_multiple_of(unit) {
        format!("{} {name}", bytes / unit)
    } else {
        format!("{:.1} {name}", bytes as f64 / unit as f64)
    }
}

/// Writes how many millions of bytes a second that are.
///
/// ```
/// assert_eq!(benchmarks::rate(1_000_000, 0.001), "1000");
/// assert_eq!(benchmarks::rate(1_000_000, 0.3), "3.3");
/// ```
pub fn rate(bytes: u64, seconds: f64) -> String {
    let rate = bytes as f64 / seconds / 1e6;
    if rate < 100.0 { format!("{rate:.1}") } else { format!("{rate:.0}") }
}
