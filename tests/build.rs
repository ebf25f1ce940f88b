//! Writes the programs of the README as modules, which the test `first_page` runs.
#![allow(clippy::expect_used, reason = "a build that can't read the README can't go on")]

use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=../README.md");
    let readme = fs::read_to_string("../README.md").expect("the README is beside this package");
    let mut modules = String::new();
    let mut names = Vec::new();
    for (i, block) in readme.split("```rust,no_run\n").skip(1).enumerate() {
        let program =
            block.split("\n```").next().unwrap_or_default().replace("fn main()", "pub(super) fn main()");
        modules.extend(["mod program_", &i.to_string(), " {\n", &program, "\n}\n"]);
        names.push(format!("program_{i}::main"));
    }
    let list = names.join(", ");
    modules.extend(["const PROGRAMS: &[fn() -> npz_core::Result<()>] = &[", &list, "];\n"]);
    let folder = env::var_os("OUT_DIR").expect("cargo sets it");
    fs::write(Path::new(&folder).join("first_page.rs"), modules).expect("the folder can be written");
}
