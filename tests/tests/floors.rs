//! The house stands on floors: a file imports from lower floors or its own folder, never upward.
#![allow(missing_docs)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module of `npz-core/src` with its floor; a new module has to be given one here.
const FLOORS: [(u8, &[&str]); 10] = [
    (0, &["error", "report", "schema", "limits", "bytes", "json", "memory"]),
    (1, &["shape", "literal", "atomic", "source", "input", "run"]),
    (2, &["dtype"]),
    (3, &["header", "stored", "element", "options", "any"]),
    (4, &["cells", "archive"]),
    (5, &["members"]),
    (6, &["npy"]),
    (7, &["npz"]),
    (8, &["sparse"]),
    (9, &["lib", "extend", "time", "private", "fuzzing"]),
];

fn sources() -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../npz-core/src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let inside = path.strip_prefix(&root).unwrap();
                let module = inside.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs");
                found.push((module.to_owned(), path));
            }
        }
    }
    found
}

/// The modules that a file names after `crate::`, without comments and tests.
fn imports(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]").next().unwrap();
    let code: String = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let names = code
        .split("crate::")
        .skip(1)
        .map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next());
    names.map(|name| name.unwrap().to_owned()).collect()
}

#[test]
fn no_file_imports_from_a_higher_floor() {
    let floors: BTreeMap<&str, u8> =
        FLOORS.iter().flat_map(|(n, names)| names.iter().map(move |name| (*name, *n))).collect();
    let mut seen = 0;
    for (module, path) in sources() {
        let own = *floors.get(module.as_str()).unwrap_or_else(|| panic!("{} has no floor", path.display()));
        if own == 9 {
            continue;
        }
        for import in imports(&fs::read_to_string(&path).unwrap()) {
            let Some(&other) = floors.get(import.as_str()) else {
                panic!(
                    "{}: `crate::{import}` is not a module: import from where it is defined",
                    path.display()
                )
            };
            assert!(
                other < own || import == module || (own < 4 && other == own),
                "{}: floor {own} imports `crate::{import}` from floor {other}",
                path.display()
            );
            seen += 1;
        }
    }
    assert!(seen > 50, "the test reads the imports: found only {seen}");
}

#[test]
fn outside_crates_stay_in_their_rooms() {
    let rooms: [(&str, &[&str]); 10] = [
        ("zip::", &["archive/foreign.rs"]),
        ("zstd::", &["archive/zstd_frame.rs"]),
        ("flate2::", &["archive/inflate.rs", "archive/codec/zlib.rs", "codec/fuzzing/oracle.rs"]),
        ("tempfile::", &["atomic.rs"]),
        ("rustix::", &["atomic/system.rs", "memory/huge.rs"]),
        ("rayon::", &["run.rs", "run/tests.rs"]),
        ("sprs::", &["sparse/with_sprs.rs"]),
        ("serde_json::", &["private/json.rs"]),
        ("chrono::", &["element/time/chrono.rs", "members/stored_time.rs"]),
        ("jiff::", &["element/time/jiff.rs", "members/stored_time.rs"]),
    ];
    for (crate_path, allowed) in rooms {
        let mut users = Vec::new();
        // Tests may ask whom they like.
        for (_, path) in sources().into_iter().filter(|(_, path)| !path.ends_with("tests.rs")) {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            let is_code = |line: &&str| !line.trim_start().starts_with("//");
            let names_it = |line: &str| {
                line.match_indices(crate_path)
                    .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
            };
            if code.lines().filter(is_code).any(names_it) {
                users.push(path);
            }
        }
        assert!(!users.is_empty(), "nobody uses {crate_path}: update this test");
        for user in users {
            assert!(allowed.iter().any(|file| user.ends_with(file)), "{} uses {crate_path}", user.display());
        }
    }
}

#[test]
fn the_private_door_carries_the_version() {
    let lib =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../npz-core/src/lib.rs")).unwrap();
    let door = format!("pub mod __private_{};", env!("CARGO_PKG_VERSION").replace('.', "_"));
    assert!(lib.contains(&door), "the version was changed: rename the module in lib.rs to {door}");
}

#[test]
fn files_stay_readable() {
    for (_, path) in sources() {
        let text = fs::read_to_string(&path).unwrap();
        // Documentation of public items, with its examples, is read on its own page.
        let code = text.lines().filter(|line| !line.trim_start().starts_with("///")).count();
        let all = text.lines().count();
        assert!(
            code <= 400 && all <= 600,
            "{} has {code} lines, {all} with its docs: is it still one room?",
            path.display()
        );
    }
}
