//! Headers that claim more than follows: refused, and nothing is allocated on their word.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use half::bf16;
use ndarray::{ArrayD, IxDyn};
use npz_core::{Element, ErrorKind, FixedStr, npy};
use tests::temp_dir;

use crate::verdict::{file, header};

/// Set for the process that does the reading, so that its memory is its own.
const CHILD: &str = "NPZ_TEST_READS_CLAIMS";

fn claims() -> Vec<(&'static str, Vec<u8>)> {
    let claim = |descr: &str, shape: &str| file(1, &header(descr, shape), &[0; 100]);
    let long_header = |len: u32| [&b"\x93NUMPY\x02\x00"[..], &len.to_le_bytes(), b"{'descr': "].concat();
    vec![
        ("10**12 cells", claim("'<f8'", "(1000000000000,)")),
        ("10**12 swapped cells", claim("'>f8'", "(1000000000000,)")),
        ("10**12 bools", claim("'|b1'", "(1000000, 1000000)")),
        ("10**12 bytes", claim("'|u1'", "(1000000000000,)")),
        ("4 GiB of cells", claim("'<f4'", "(1073741824,)")),
        ("10**9 texts", claim("'<U100'", "(1000000000,)")),
        ("one text of 2 GiB", claim("'<U536870911'", "(1,)")),
        ("one text of 2 GiB, 0-d", claim("'|S2147483647'", "()")),
        ("texts of no width", claim("'<U0'", "(1000000000000,)")),
        ("bytes of no width", claim("'|S0'", "(1000000000000,)")),
        ("all cells that can be addressed", claim("'|u1'", "(9223372036854775807,)")),
        ("too many bytes", claim("'<f8'", "(2305843009213693952,)")),
        ("a product that overflows", claim("'<f8'", "(4294967296, 4294967296)")),
        ("a product that overflows to 1", claim("'<f8'", "(4294967297, 4294967297)")),
        ("an overflow beside a zero", claim("'<f8'", "(0, 4294967296, 4294967296)")),
        ("an axis beyond 64 bits", claim("'<f8'", "(18446744073709551617,)")),
        ("an axis beyond 128 bits", claim("'<f8'", &format!("({},)", "9".repeat(60)))),
        ("a cell beyond 31 bits", claim("'<U536870912'", "(1,)")),
        ("a header of 4 GiB", long_header(0xffff_fff0)),
        ("a header of 64 KiB", long_header(0xffff)),
        ("brackets without end", file(1, &"(".repeat(60_000), b"")),
        ("a number without end", file(1, &header("'<f8'", &format!("({},)", "1".repeat(60_000))), b"")),
    ]
}

fn refused<A: Element>(name: &str, bytes: &[u8]) {
    let dir = temp_dir();
    let path = dir.path().join("claim.npy");
    fs::write(&path, bytes).unwrap();
    let results: [(_, npz_core::Result<ArrayD<A>>); 4] = [
        ("from_bytes", npy::from_bytes(bytes)),
        ("load", npy::load(&path)),
        ("read", npy::read(bytes)),
        ("view", npy::view::<A, IxDyn>(bytes).map(|view| view.to_owned())),
    ];
    for (call, result) in results {
        let error = result.err().unwrap_or_else(|| panic!("{name}: {call} reads it"));
        let expected = match error.kind() {
            ErrorKind::Damaged | ErrorKind::Limit | ErrorKind::Mismatch => true,
            // No view can be had of any text.
            ErrorKind::Unsupported => call == "view",
            _ => false,
        };
        assert!(expected, "{name}: {call}: {error:?}");
    }
}

fn read_all_claims() {
    for (name, bytes) in claims() {
        let start = Instant::now();
        refused::<f64>(name, &bytes);
        refused::<f32>(name, &bytes);
        refused::<u8>(name, &bytes);
        refused::<bool>(name, &bytes);
        refused::<bf16>(name, &bytes);
        refused::<String>(name, &bytes);
        refused::<FixedStr<4>>(name, &bytes);
        assert!(start.elapsed() < Duration::from_secs(5), "{name} took {:?}", start.elapsed());
    }
}

#[test]
fn huge_claims_are_refused_without_allocating_on_their_word() {
    if std::env::var_os(CHILD).is_some() {
        let before = peaks();
        read_all_claims();
        // A few pieces of 1 MiB may be held at a time. The address space counts too: memory that was asked
        // for and not touched is no better.
        for ((what, before), (_, after)) in before.iter().zip(peaks()) {
            let grown = after.saturating_sub(*before);
            assert!(grown < 24 << 10, "{what} grew by {grown} KiB");
        }
        return;
    }
    let name = "claims::huge_claims_are_refused_without_allocating_on_their_word";
    let mut child = Command::new(std::env::current_exe().unwrap());
    let output = child.args(["--exact", name, "--test-threads=1"]).env(CHILD, "1").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("1 passed"), "{said}");
}

/// The most memory (in KiB) that this process had so far: resident, and as address space. Linux tells.
fn peaks() -> Vec<(String, u64)> {
    let status = if cfg!(target_os = "linux") {
        fs::read_to_string("/proc/self/status").unwrap()
    } else {
        String::new()
    };
    let peaks: Vec<_> = status
        .lines()
        .filter_map(|line| line.split_once(':'))
        .filter(|(key, _)| ["VmHWM", "VmPeak"].contains(key))
        .map(|(key, value)| (key.to_owned(), value.trim().trim_end_matches(" kB").parse().unwrap()))
        .collect();
    assert_eq!(peaks.len(), if cfg!(target_os = "linux") { 2 } else { 0 });
    peaks
}
