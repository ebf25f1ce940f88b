//! The Python that has NumPy and the packages that carry real data: a venv below the target folder.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;

/// NumPy is the one that the tests take. The others are read as folders of files, so what they depend on is not fetched.
const PACKAGES: [&str; 4] = ["numpy==2.4.6", "pillow==13.0.0", "scikit-learn==1.9.1", "silero-vad==6.2.3"];

/// The Python of the venv that has NumPy, which is made on first use. `NPZ_TEST_PYTHON` chooses another Python to make it with.
pub fn interpreter() -> Outcome<PathBuf> {
    of("bench-venv", &PACKAGES, &["--no-deps"])
}

/// The Python of a venv with packages of one's own, which is made on first use.
///
/// # Errors
/// If they can't be had.
pub fn of(prefix: &str, packages: &[&str], options: &[&str]) -> Outcome<PathBuf> {
    // The name says what is inside: other versions are fetched into another folder.
    let name = format!("{prefix}-{}", packages.join("-").replace("==", "-"));
    let exe = std::env::current_exe()?;
    // The program is `target/<profile>/compare`.
    let venv = exe.ancestors().nth(2).ok_or("a program outside of a target folder")?.join(name);
    if !python_in(&venv).exists() {
        make(&venv, packages, options)?;
    }
    Ok(python_in(&venv))
}

fn python_in(venv: &Path) -> PathBuf {
    if cfg!(windows) { venv.join("Scripts/python.exe") } else { venv.join("bin/python") }
}

/// Makes the venv under another name and renames it, so that nobody sees half of one.
fn make(venv: &Path, packages: &[&str], options: &[&str]) -> Outcome<()> {
    eprintln!("fetching {} into {}", packages.join(", "), venv.display());
    let system = std::env::var("NPZ_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let unfinished = venv.with_extension(format!("unfinished-{}", std::process::id()));
    run(Command::new(&system).args(["-m", "venv", "--clear"]).arg(&unfinished))?;
    let mut pip = Command::new(python_in(&unfinished));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(options);
    run(pip.args(packages))?;
    Ok(std::fs::rename(&unfinished, venv)?)
}

fn run(command: &mut Command) -> Outcome<()> {
    let help = "the benchmarks need real NumPy: they want Python 3.11 or newer with `venv` (set NPZ_TEST_PYTHON to \
                choose one) and a package index to fetch them from";
    let output = command.output().map_err(|error| format!("{help}\ncan't run {command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(format!("{help}\n{command:?} failed:\n{out}{error}").into())
}
