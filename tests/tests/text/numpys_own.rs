//! NumPy's own tests of its text functions, as they come in its wheel, run with `npz-text` in their place.

use std::collections::BTreeMap;

use serde_json::Value;
use tests::{numpys_own_tests, temp_dir};

/// The tests that do not run here, and why: a line each, `test: reason`.
const LEFT_OUT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/text/left_out.txt");

/// The tests that NumPy skips itself on some machines, and why: those that run on this one may pass.
const SKIPPED: &str = include_str!("skipped.txt");

/// How many pass at least.
const PASS: usize = 436;

/// Stands in the list until someone has found the reason.
const UNKNOWN: &str = "why?";

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
    let list = std::fs::read_to_string(LEFT_OUT).unwrap();
    let listed: BTreeMap<&str, &str> = list.lines().filter_map(|line| line.split_once(": ")).collect();

    let mut left_out: BTreeMap<&str, &str> = BTreeMap::new();
    let (mut passed, mut skipped, mut failed) = (0, Vec::new(), Vec::new());
    for (test, outcome) in results["results"].as_object().unwrap() {
        let is_called = results["calls"][test].as_u64().is_some();
        let reason = results["left_out"][test].as_str();
        let known = listed.get(&**test).copied();
        match (outcome.as_str().unwrap(), reason) {
            ("passed", _) if is_called => passed += 1,
            // One that fails before its first call tests something else, perhaps: by hand it can be listed.
            ("failed", _) if is_called || known.is_none() => failed.push(test),
            ("skipped", None) => {
                let why = results["skipped"][test].as_str().unwrap_or_default();
                skipped.push(format!("{test}: {why}"));
            }
            _ => {
                left_out.insert(test, reason.or(known).unwrap_or(UNKNOWN));
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}\n{said}");
    if std::env::var_os("NPZ_BLESS").is_some() {
        let lines: Vec<String> =
            left_out.iter().map(|(test, reason)| format!("{test}: {reason}\n")).collect();
        std::fs::write(LEFT_OUT, lines.concat()).unwrap();
    } else {
        let only = |here: &BTreeMap<&str, &str>, there: &BTreeMap<&str, &str>| -> Vec<String> {
            let here = here.iter().filter(|(test, reason)| there.get(*test) != Some(*reason));
            here.map(|(test, reason)| format!("{test}: {reason}")).collect()
        };
        assert!(
            left_out == listed,
            "the tests that are left out are not those of {LEFT_OUT}; NPZ_BLESS=1 writes it anew.\nLeft out now: {:#?}\nListed: {:#?}",
            only(&left_out, &listed),
            only(&listed, &left_out)
        );
    }
    let skipped_now: Vec<_> =
        skipped.iter().filter(|test| !SKIPPED.lines().any(|line| line == *test)).collect();
    assert!(skipped_now.is_empty(), "not in skipped.txt: {skipped_now:#?}");
    assert!(passed >= PASS, "only {passed} pass, of {PASS}");
    let unknown: Vec<_> = left_out.iter().filter(|(_, reason)| **reason == UNKNOWN).collect();
    assert!(unknown.is_empty(), "say in {LEFT_OUT} why these make no call: {unknown:#?}");
    println!(
        "{passed} of NumPy's own tests pass, {} are left out, {} NumPy skips itself",
        left_out.len(),
        skipped.len()
    );
}
