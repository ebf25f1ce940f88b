//! What the figures depend on.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Whether the program was asked for a short run that only shows that it works.
pub fn is_smoke() -> bool {
    std::env::args().any(|argument| argument == "--smoke")
}

/// Describes the machine and the build: cores, processor, memory, system.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let profile = if cfg!(debug_assertions) { "debug (use --release)" } else { "release" };
    let mut facts = vec![format!("{cores} cores, {} {}", std::env::consts::ARCH, std::env::consts::OS)];
    facts.extend(line_value("/proc/cpuinfo", "model name"));
    facts.extend(line_value("/proc/meminfo", "MemTotal").and_then(|text| {
        let kib: u64 = text.strip_suffix(" kB")?.parse().ok()?;
        Some(format!("{} of memory", crate::size(kib << 10 >> 30 << 30)))
    }));
    facts.extend(first_line("/proc/sys/kernel/osrelease").map(|release| format!("kernel {release}")));
    facts.extend(first_line("/sys/kernel/mm/transparent_hugepage/enabled").and_then(|modes| {
        // All modes stand there, the one in force in brackets.
        let mode = modes.split(['[', ']']).nth(1)?;
        Some(format!("huge pages: {mode}"))
    }));
    facts.push(format!("{profile} build"));
    facts.join(", ")
}

/// The versions of the crates that are compared, of the compiler, and of this repository.
pub fn versions() -> String {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let lock = fs::read_to_string(repository.join("Cargo.lock")).unwrap_or_default();
    let crates =
        ["npz-core", "ndarray", "ndarray-npy", "npyz", "safetensors", "flate2", "zlib-rs", "crc32fast"];
    let mut facts: Vec<_> = crates.iter().filter_map(|name| locked(&lock, name)).collect();
    facts.extend(said(Command::new("rustc").arg("--version")));
    let commit = said(
        Command::new("git")
            .args(["describe", "--always", "--dirty", "--exclude=*", "--abbrev=10"])
            .current_dir(&repository),
    );
    facts.extend(commit.map(|commit| format!("commit {commit}")));
    facts.join(", ")
}

/// A crate and its version, of the text of a lock file. Where there are several, all of them.
fn locked(lock: &str, name: &str) -> Option<String> {
    let start = format!("name = \"{name}\"\nversion = \"");
    let versions: Vec<_> = lock.split(&start).skip(1).filter_map(|rest| rest.split('"').next()).collect();
    (!versions.is_empty()).then(|| format!("{name} {}", versions.join(" and ")))
}

fn said(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn first_line(path: &str) -> Option<String> {
    Some(fs::read_to_string(path).ok()?.lines().next()?.trim().to_owned())
}

/// What stands behind the colon of the first line that begins with a key.
fn line_value(path: &str, key: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
