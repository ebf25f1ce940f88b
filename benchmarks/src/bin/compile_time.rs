//! How long rustc works on a struct that derives `Npz`, beside the same struct that derives `Clone` only.
//!
//! Small crates are written below `target/`, and all that they depend on is built first. Then each crate is built again and
//! again, without incremental compilation: each run is one start of cargo and one of rustc.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs};

use benchmarks::{Outcome, Samples, Side, is_smoke, machine, take_turns, time};

/// A crate that is built: what it is called, and its source.
struct Case {
    name: &'static str,
    source: String,
}

fn main() -> Outcome<()> {
    let (rounds, fields) = if is_smoke() { (1, 4) } else { (9, 100) };
    let root = prepare(&cases(fields))?;
    println!("{}; {rounds} rounds; {fields} fields; {}", machine(), rustc()?);
    for (command, what) in [("check", "cargo check"), ("build", "cargo build (dev)")] {
        run(command, &root, "--workspace")?;
        let build = |name: &'static str| -> Side<'_> {
            let root = &root;
            (name.to_owned(), Box::new(move || timed_build(command, root, name)))
        };
        let sides = cases(fields).iter().map(|case| build(case.name)).collect();
        report(what, &take_turns(rounds, sides)?);
    }
    Ok(())
}

fn cases(fields: usize) -> Vec<Case> {
    let used = "pub fn save(state: &State) -> npz_core::Result<()> { state.save(\"run.npz\") }\n\
                pub fn load() -> npz_core::Result<State> { State::load(\"run.npz\") }\n";
    vec![
        Case { name: "flat_clone", source: flat("Clone", fields) },
        Case { name: "flat_npz", source: flat("Clone, Npz", fields) },
        Case { name: "flat_npz_used", source: flat("Clone, Npz", fields) + used },
        Case { name: "nested_clone", source: nested("Clone", fields) },
        Case { name: "nested_npz", source: nested("Clone, Npz", fields) },
        Case { name: "empty_clone", source: flat("Clone", 1) },
        Case { name: "empty_npz", source: flat("Clone, Npz", 1) },
    ]
}

const HEAD: &str = "#![allow(unused_imports)]\nuse ndarray::Array2;\nuse npz_core::Npz;\n";

fn type_of(field: usize) -> &'static str {
    ["Array2<f32>", "Vec<f64>", "u64", "String"][field % 4]
}

/// One struct with many fields.
fn flat(derive: &str, fields: usize) -> String {
    format!("{HEAD}{}", structure("State", derive, (0..fields).map(type_of)))
}

/// The same number of fields in a model of structs, lists of structs, and an enum.
fn nested(derive: &str, fields: usize) -> String {
    let mut source = HEAD.to_owned();
    let parts = fields.div_ceil(10);
    let mut model = Vec::new();
    for part in 0..parts {
        source += &structure(&format!("Part{part}"), derive, (0..9).map(type_of));
        model.push(match part % 3 {
            0 => format!("Part{part}"),
            1 => format!("Vec<Part{part}>"),
            _ => format!("Option<Part{part}>"),
        });
    }
    let derive_line = format!("#[derive({derive})]\n");
    source += &derive_line;
    source += "pub enum Kind { Off, Sgd { rate: f64 }, Adam { m: Vec<Array2<f32>>, v: Vec<Array2<f32>>, t: u64 } }\n";
    model.push("Kind".to_owned());
    source + &structure("State", derive, model.iter().map(String::as_str))
}

fn structure<'t>(name: &str, derive: &str, types: impl Iterator<Item = &'t str>) -> String {
    let mut source = format!("#[derive({derive})]\npub struct {name} {{\n");
    for (i, ty) in types.enumerate() {
        // Writing to a `String` can't fail.
        let _ = writeln!(source, "    pub field_{i}: {ty},");
    }
    source + "}\n"
}

/// Writes the crates as a workspace of their own, with the versions of this one.
fn prepare(cases: &[Case]) -> Outcome<PathBuf> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository.join("target"), PathBuf::from);
    let root = target.join("compile_time");
    fs::create_dir_all(&root)?;
    let names: Vec<_> = cases.iter().map(|case| case.name).collect();
    let manifest = format!(
        "[workspace]\nresolver = \"3\"\nmembers = {names:?}\n\n[workspace.dependencies]\n\
         ndarray = {{ version = \"0.17\", default-features = false, features = [\"std\"] }}\n\
         npz-core = {{ path = '{}' }}\n",
        repository.join("npz-core").display()
    );
    fs::write(root.join("Cargo.toml"), manifest)?;
    fs::copy(repository.join("Cargo.lock"), root.join("Cargo.lock"))?;
    for case in cases {
        let folder = root.join(case.name);
        fs::create_dir_all(folder.join("src"))?;
        let manifest = format!(
            "[package]\nname = \"{}\"\nedition = \"2024\"\n\n[dependencies]\nndarray.workspace = true\n\
             npz-core.workspace = true\n",
            case.name
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        fs::write(folder.join("src/lib.rs"), &case.source)?;
    }
    Ok(root)
}

/// Touches a crate and builds it, and nothing else.
fn timed_build(command: &str, root: &Path, name: &str) -> Outcome<Duration> {
    let source = root.join(name).join("src/lib.rs");
    fs::write(&source, fs::read(&source)?)?;
    let package = format!("-p={name}");
    let begin = Instant::now();
    run(command, root, &package)?;
    Ok(begin.elapsed())
}

fn run(command: &str, root: &Path, what: &str) -> Outcome<()> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args([command, "--quiet", "--offline", what]).current_dir(root);
    build.env("CARGO_INCREMENTAL", "0").env("CARGO_TARGET_DIR", root.join("target"));
    let output = build.output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("`cargo {command} {what}` failed:\n{}", String::from_utf8_lossy(&output.stderr)).into())
}

fn rustc() -> Outcome<String> {
    let output = Command::new("rustc").arg("--version").output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn report(what: &str, samples: &[Samples]) {
    println!("\n{what}: median time, and what `Npz` adds in the same round: median (least to most)");
    let mut clone = None;
    for side in samples {
        let median = time(benchmarks::Spread::of(side.seconds.iter().copied()).median);
        if side.name.ends_with("_clone") {
            clone = Some(side);
            println!("{:<14} {median:>9}", side.name);
        } else if let Some(clone) = clone {
            let added = side.against(clone, |npz, clone| npz - clone);
            let (added, least, most) = (time(added.median), time(added.least), time(added.most));
            println!("{:<14} {median:>9}   adds {added:>9} ({least} to {most})", side.name);
        }
    }
}
