//! Shared by the integration tests: a real NumPy, fetched for the purpose, and a folder for each test.
//!
//! Tests never skip what needs NumPy: if it can't be had, they fail and say why.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

pub mod docs;
pub mod memory;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// What the tests compare with. A newer NumPy may write other bytes; then the facts have to be read again.
const PACKAGES: [&str; 3] = ["numpy==2.4.6", "ml_dtypes==0.6.0", "scipy==1.17.1"];
/// The zipfile of Python 3.14, which knows Zstandard, for those before it.
const ZSTD: &str = "backports.zstd==1.8.0; python_version < '3.14'";
/// What NumPy's own tests need, and the NumPy whose tests they are.
const PYTEST: [&str; 3] = ["numpy==2.4.6", "pytest==8.4.2", "hypothesis==6.140.2"];

/// A folder that is removed at the end of the test.
///
/// # Panics
/// If the system has no room for temporary files.
pub fn temp_dir() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// What every script begins with. A `Pipe` is a file that goes forward only.
const PRELUDE: &str = r"
import sys, os, io, json, zipfile, warnings
import numpy as np
class Pipe(io.RawIOBase):
    def __init__(self, path): self.f = open(path, 'wb')
    def writable(self): return True
    def write(self, b): return self.f.write(b)
    def close(self): self.f.close(); super().close()
    def seekable(self): return False
";

/// Runs a Python script in `dir` and gives what it printed; `np` and `zipfile` are imported.
///
/// # Panics
/// With the script's error output if it fails.
pub fn python(dir: &Path, script: &str) -> String {
    let output = try_python(dir, script);
    assert!(
        output.status.success(),
        "the Python script failed:\n{script}\n--- stderr ---\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("Python prints UTF-8")
}

/// Runs a Python script that may fail.
///
/// # Panics
/// If Python can't be started.
pub fn try_python(dir: &Path, script: &str) -> Output {
    Command::new(interpreter())
        .current_dir(dir)
        .env("PYTHONUTF8", "1")
        .args(["-c", &format!("{PRELUDE}{script}")])
        .output()
        .expect("the venv's Python can be started")
}

/// Runs NumPy's own tests of a folder of its wheel, with a plugin that lies in `dir` as `plugin.py`; gives pytest's output.
///
/// # Panics
/// If Python can't be started.
pub fn numpys_own_tests(dir: &Path, tests: &[&str]) -> Output {
    let venv = target_dir().join(format!("test-venv-pytest-{}", PYTEST.join("-").replace("==", "-")));
    if !python_in(&venv).exists() {
        make_venv(&venv, &PYTEST);
    }
    let script = "import sys, os, numpy, pytest; \
                  lib = os.path.join(os.path.dirname(numpy.__file__), 'lib', 'tests'); \
                  sys.exit(pytest.main(sys.argv[1:2] + ['-p', 'plugin', '-q', '-p', 'no:cacheprovider', '-m', 'not slow', '-k', 'not SaveLoad and not Savez', '--rootdir', lib] \
                  + [os.path.join(lib, name) for name in sys.argv[2:]]))";
    Command::new(python_in(&venv))
        .current_dir(dir)
        .env("PYTHONUTF8", "1")
        .env("PYTHONPATH", dir)
        .args(["-c", script, "--tb=short"])
        .args(tests)
        .output()
        .expect("the venv's Python can be started")
}

/// The Python of a venv with the pinned NumPy, made on first use under the target folder.
fn interpreter() -> &'static Path {
    static INTERPRETER: OnceLock<PathBuf> = OnceLock::new();
    INTERPRETER.get_or_init(|| {
        // The name says what is inside: other versions are fetched into another folder.
        let venv = target_dir().join(format!("test-venv-zstd-{}", PACKAGES.join("-").replace("==", "-")));
        let python = python_in(&venv);
        if !python.exists() {
            make_venv(&venv, &[&PACKAGES[..], &[ZSTD]].concat());
        }
        python
    })
}

/// The folder that holds `debug/deps/<test>`.
fn target_dir() -> PathBuf {
    let exe = std::env::current_exe().expect("a test knows its own path");
    exe.ancestors().nth(3).expect("tests run from target/<profile>/deps").to_path_buf()
}

fn python_in(venv: &Path) -> PathBuf {
    if cfg!(windows) { venv.join("Scripts/python.exe") } else { venv.join("bin/python") }
}

/// Makes the venv under another name and renames it, so that tests of other processes never see half of one.
fn make_venv(venv: &Path, packages: &[&str]) {
    let system = std::env::var("NPZ_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let unfinished = venv.with_extension(format!("unfinished-{}", std::process::id()));
    run(Command::new(&system).args(["-m", "venv", "--clear"]).arg(&unfinished));
    let mut pip = Command::new(python_in(&unfinished));
    run(pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(packages));
    if std::fs::rename(&unfinished, venv).is_err() {
        // Another process was faster.
        std::fs::remove_dir_all(&unfinished).ok();
        assert!(python_in(venv).exists(), "the venv can't be put at {}", venv.display());
    }
}

fn run(command: &mut Command) {
    let help = "the tests need real NumPy: they want Python 3.11 or newer with `venv` (set NPZ_TEST_PYTHON to \
                choose one) and a package index to fetch numpy and a few more from";
    let output = command.output().unwrap_or_else(|error| panic!("{help}\ncan't run {command:?}: {error}"));
    assert!(
        output.status.success(),
        "{help}\n{command:?} failed:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A file in which blocks of zeros are left as holes.
pub struct SparseFile(std::fs::File);

impl SparseFile {
    /// Makes a new file.
    ///
    /// # Panics
    /// If there is one already, or the folder takes none.
    pub fn create(path: &Path) -> Self {
        Self(std::fs::File::options().create_new(true).read(true).write(true).open(path).unwrap())
    }
}

impl std::io::Write for SparseFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        use std::io::{Seek, SeekFrom};
        if bytes.len() >= 4096 && bytes.chunks(4096).all(|chunk| *chunk == [0; 4096][..chunk.len()]) {
            let end = self.0.seek(SeekFrom::Current(bytes.len() as i64))?;
            let len = self.0.metadata()?.len();
            self.0.set_len(len.max(end))?;
            return Ok(bytes.len());
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

impl std::io::Seek for SparseFile {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}
