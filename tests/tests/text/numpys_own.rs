//! NumPy's own tests of its text functions, as they come in its wheel, run with `npz-text` in their place.

use std::collections::BTreeMap;

use serde_json::Value;
use tests::{numpys_own_tests, temp_dir};

/// Why a test may be left out: what Rust has no way to be called with.
const REASONS: [&str; 6] = [
    "a converter changes the dtype",
    "a converter gives a Python object",
    "cells are Python objects",
    "TypeErrors of Python arguments",
    "columns are Python objects",
    "a line is no text",
];

#[test]
fn numpys_own_tests_pass() {
    let dir = temp_dir();
    let plugin = format!("PROGRAM = r'{}'\n{}", env!("CARGO_BIN_EXE_text_server"), include_str!("plugin.py"));
    std::fs::write(dir.path().join("plugin.py"), plugin).unwrap();
    let output = numpys_own_tests(dir.path(), &["test_loadtxt.py", "test_io.py"]);
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let results =
        std::fs::read(dir.path().join("results.json")).unwrap_or_else(|error| panic!("{error}\n{said}"));
    let results: Value = serde_json::from_slice(&results).unwrap();
    let of = |key: &str| results[key].as_object().unwrap().clone();
    let (calls, left_out) = (of("calls"), of("left_out"));
    let called = |test: &str| calls.get(test).and_then(Value::as_u64).unwrap_or(0) > 0;
    let mut passed = 0;
    let mut failed = Vec::new();
    for (test, outcome) in of("results") {
        match outcome.as_str().unwrap() {
            "passed" if called(&test) => passed += 1,
            "failed" if called(&test) => failed.push(test),
            _ => {}
        }
    }
    assert!(failed.is_empty(), "{failed:#?}\n{said}");
    // Those that make no call at all do not count.
    assert!(passed >= 429, "only {passed} of NumPy's tests ran: {left_out:#?}");
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for reason in left_out.values() {
        *reasons.entry(reason.as_str().unwrap()).or_default() += 1;
    }
    for reason in reasons.keys() {
        assert!(REASONS.contains(reason), "tests are left out for a new reason: {reason}: {left_out:#?}");
    }
    println!("{passed} of NumPy's own tests pass; left out: {reasons:?}");
}
