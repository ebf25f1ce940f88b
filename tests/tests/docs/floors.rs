//! The house stands on floors: a file imports from lower floors or its own folder, never upward.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each module of `npz-core/src` with its floor; a new module has to be given one here.
const FLOORS: [(u8, &[&str]); 9] = [
    (0, &["error", "report", "schema", "limits", "bytes", "json", "memory"]),
    (1, &["shape", "literal", "atomic", "sniff", "source", "map", "input", "run"]),
    (2, &["dtype", "part"]),
    (3, &["header", "stored", "element", "options", "any"]),
    (4, &["cells", "archive"]),
    (5, &["members"]),
    (6, &["npy"]),
    (7, &["npz"]),
    (8, &["lib", "extend", "guide", "time", "private", "fuzzing"]),
];

/// The library, and its codec: one house for a reader, two for the compiler.
const HOUSES: [&str; 2] = ["npz-core", "npz-deflate"];

fn root_of(house: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(house).join("src")
}

fn sources(house: &str) -> Vec<(String, PathBuf)> {
    let root = root_of(house);
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
    for (module, path) in sources("npz-core") {
        let own = *floors.get(module.as_str()).unwrap_or_else(|| panic!("{} has no floor", path.display()));
        if own == 8 {
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

/// Files by their module path, each with its own code: no comments, no tests.
fn modules(house: &str) -> BTreeMap<Vec<String>, String> {
    let root = root_of(house);
    let named = sources(house).into_iter().map(|(_, path)| {
        let inside = path.strip_prefix(&root).unwrap().with_extension("");
        let mut module: Vec<_> = inside.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
        module.retain(|part| part != "mod" && part != "lib");
        let text = fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap().lines();
        (module, code.filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n"))
    });
    named.filter(|(module, _)| !module.iter().any(|part| part == "tests" || part == "testing")).collect()
}

/// The paths of a `use`, its braces opened: what is named, and as what.
fn paths(tree: &str) -> Vec<(String, String)> {
    let tree = tree.trim();
    let Some((before, inside)) = tree.strip_suffix('}').and_then(|tree| tree.split_once('{')) else {
        let (path, name) = tree.split_once(" as ").unwrap_or((tree, tree.rsplit("::").next().unwrap()));
        return if tree.is_empty() { vec![] } else { vec![(path.to_owned(), name.to_owned())] };
    };
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (i, c) in inside.char_indices().chain([(inside.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.extend(paths(&inside[start..i]));
                start = i + 1;
            }
            _ => {}
        }
    }
    found.into_iter().map(|(path, name)| (format!("{before}{path}"), name)).collect()
}

/// The module that a path leads to from another one, through what is exported again on the way.
fn resolve(
    modules: &BTreeMap<Vec<String>, String>,
    from: &[String],
    path: &str,
    depth: u8,
) -> Option<Vec<String>> {
    let mut base = from.to_vec();
    let mut parts = path.split("::").map(str::trim).peekable();
    match *parts.peek()? {
        "crate" => base.clear(),
        "self" => {}
        "super" => _ = base.pop(),
        part => {
            base.push(part.to_owned());
            modules.contains_key(&base).then_some(())?;
        }
    }
    parts.next();
    for part in parts {
        if part == "super" {
            base.pop();
            continue;
        }
        base.push(part.to_owned());
        if modules.contains_key(&base) {
            continue;
        }
        base.pop();
        // An item: of this module, or one that it exports.
        let exported = modules[&base].split(';').filter_map(|item| {
            let item =
                item.split('\n').skip_while(|line| !line.trim_start().starts_with("pub")).collect::<Vec<_>>();
            let item = item.join(" ");
            Some(item.split_once("use ")?.1.to_owned()).filter(|_| item.trim_start().starts_with("pub"))
        });
        let same = exported.flat_map(|tree| paths(&tree)).find(|(_, name)| name == part);
        let next = same.filter(|_| depth > 0).and_then(|(path, _)| resolve(modules, &base, &path, depth - 1));
        return Some(next.unwrap_or(base));
    }
    Some(base)
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let counts = HOUSES.map(|house| imports_without_circles(&modules(house)));
    assert!(counts[0] > 450 && counts[1] > 80, "the test reads the imports: found only {counts:?}");
}

/// How many imports there are, of which none are part of a circle.
fn imports_without_circles(modules: &BTreeMap<Vec<String>, String>) -> usize {
    let mut imports: BTreeMap<Vec<String>, BTreeSet<Vec<String>>> = BTreeMap::new();
    for (module, code) in modules.iter().filter(|(module, _)| !module.is_empty()) {
        let uses = code.split(';').filter_map(|item| Some(item.rsplit_once("use ")?.1));
        let whole = uses.flat_map(paths).map(|(path, _)| path);
        let inline = code.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
        let inline = inline.filter(|path| path.starts_with("crate::") || path.starts_with("super::"));
        let others = whole.chain(inline.map(|path| path.trim_end_matches(':').to_owned()));
        let others = others.filter_map(|path| resolve(modules, module, &path, 8));
        // A module and its own children are one.
        let others = others.filter(|other| !other.starts_with(module) && !module.starts_with(other));
        imports.insert(module.clone(), others.collect());
    }
    let count = imports.values().map(BTreeSet::len).sum();
    // What imports nobody that is left is no part of a circle, again and again.
    loop {
        let left: BTreeSet<_> = imports.keys().cloned().collect();
        imports.retain(|_, others| others.iter().any(|other| left.contains(other)));
        if imports.len() == left.len() {
            break;
        }
    }
    // Nor is what nobody imports.
    loop {
        let wanted: BTreeSet<_> = imports.values().flatten().cloned().collect();
        let before = imports.len();
        imports.retain(|module, _| wanted.contains(module));
        if imports.len() == before {
            break;
        }
    }
    let left: BTreeSet<_> = imports.keys().cloned().collect();
    let shown = imports.iter().map(|(module, others)| {
        let others: Vec<_> = others.intersection(&left).map(|other| other.join("/")).collect();
        format!("{} imports {}", module.join("/"), others.join(", "))
    });
    assert!(imports.is_empty(), "files import each other:\n{}", shown.collect::<Vec<_>>().join("\n"));
    count
}

#[test]
fn outside_crates_stay_in_their_rooms() {
    let rooms: [(&str, &[&str]); 11] = [
        ("npz_deflate::", &["npz-core/src/archive", "npz-core/src/fuzzing.rs"]),
        ("zip::", &["archive/foreign.rs"]),
        ("zstd::", &["archive/zstd_frame.rs"]),
        (
            "flate2::",
            &[
                "archive/inflate/zlib.rs",
                "npz-deflate/src/zlib.rs",
                "npz-deflate/src/error.rs",
                "npz-deflate/src/fuzzing",
            ],
        ),
        ("tempfile::", &["atomic.rs", "atomic/publish.rs"]),
        ("memmap2::", &["src/map.rs"]),
        ("rustix::", &["atomic/system.rs", "memory/huge.rs"]),
        ("rayon::", &["run.rs", "run/tests.rs"]),
        ("serde_json::", &["private/json.rs"]),
        ("chrono::", &["element/time/chrono.rs", "members/types/stored_time.rs"]),
        ("jiff::", &["element/time/jiff.rs", "members/types/stored_time.rs"]),
    ];
    for (crate_path, allowed) in rooms {
        let mut users = Vec::new();
        // Tests may ask whom they like.
        for (_, path) in HOUSES.into_iter().flat_map(sources).filter(|(_, path)| !path.ends_with("tests.rs"))
        {
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
            // A file, or all of a folder.
            let is_allowed = |room: &&str| user.ancestors().any(|path| path.ends_with(room));
            assert!(allowed.iter().any(is_allowed), "{} uses {crate_path}", user.display());
        }
    }
}

#[test]
fn the_private_door_carries_the_version() {
    let lib =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../npz-core/src/lib.rs")).unwrap();
    let door = format!("pub mod __private_{} {{", env!("CARGO_PKG_VERSION").replace('.', "_"));
    assert!(lib.contains(&door), "the version was changed: rename the module in lib.rs to {door}");
}

#[test]
fn files_stay_readable() {
    for (_, path) in HOUSES.into_iter().flat_map(sources) {
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
