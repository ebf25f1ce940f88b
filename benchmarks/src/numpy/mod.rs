//! Real NumPy, in a Python process that stays up and takes commands.

pub mod venv;

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::Outcome;
use crate::libraries::Form;

/// What NumPy is asked to do, and then timed or watched doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Saves the held state in place.
    Save,
    /// Saves it whole or not at all.
    SaveSynced,
    /// Loads all of a file.
    Load,
}

/// A Python process. It ends when its input does, at the latest when this is dropped.
pub struct NumPy {
    child: Child,
    /// `None` once no more commands come.
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl NumPy {
    /// Starts one; the first start makes the venv.
    ///
    /// # Errors
    /// There is no Python, or no package index to fetch NumPy from.
    pub fn start() -> Outcome<Self> {
        let mut python = Command::new(venv::interpreter()?);
        python.env("PYTHONUTF8", "1").args(["-c", include_str!("peer.py")]);
        let mut child = python.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let input = child.stdin.take();
        let output = child.stdout.take().ok_or("Python without an output")?;
        Ok(Self { child, input, output: BufReader::new(output) })
    }

    fn ask(&mut self, command: &Value) -> Outcome<Value> {
        let input = self.input.as_mut().ok_or("NumPy has ended")?;
        writeln!(input, "{command}")?;
        input.flush()?;
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        let answer: Value = serde_json::from_str(&line).map_err(|_| format!("NumPy ended over {command}"))?;
        match answer["error"].as_str() {
            Some(error) => Err(format!("NumPy: {error}").into()),
            None => Ok(answer),
        }
    }

    /// Takes an archive's members as the state that is saved and that loads are compared with.
    ///
    /// # Errors
    /// NumPy can't load it.
    pub fn hold(&mut self, path: &Path) -> Outcome<()> {
        self.ask(&json!({ "command": "hold", "path": path })).map(drop)
    }

    /// Loads a file and compares it with the held state, byte by byte.
    ///
    /// # Errors
    /// It is not the same.
    pub fn verify(&mut self, path: &Path, form: Form) -> Outcome<()> {
        self.ask(&json!({ "command": "verify", "path": path, "form": form_name(form) })).map(drop)
    }

    /// Does something so many times and tells how long once took, on average.
    ///
    /// # Errors
    /// NumPy's own.
    pub fn run(&mut self, work: Work, path: &Path, form: Form, repeats: u32) -> Outcome<Duration> {
        let mut command = work_command("run", work, path, form);
        command["repeats"] = repeats.into();
        let seconds = self.ask(&command)?["seconds"].as_f64().ok_or("no time")?;
        Ok(Duration::from_secs_f64(seconds))
    }

    /// Does something once: the bytes of memory before it, and at most while it was done.
    ///
    /// # Errors
    /// NumPy's own, or the system does not tell.
    pub fn peak(&mut self, work: Work, path: &Path, form: Form) -> Outcome<(u64, u64)> {
        let answer = self.ask(&work_command("peak", work, path, form))?;
        let bytes = |key: &str| answer[key].as_u64().ok_or("no number of bytes");
        Ok((bytes("before")?, bytes("peak")?))
    }

    /// Writes one of the kinds that are kept for the end into an archive.
    ///
    /// # Errors
    /// A package has not the file any more.
    pub fn held_out(&mut self, name: &str, path: &Path) -> Outcome<()> {
        self.ask(&json!({ "command": "held_out", "name": name, "path": path })).map(drop)
    }

    /// The versions on this side, and today's date.
    ///
    /// # Errors
    /// NumPy does not answer.
    pub fn versions(&mut self) -> Outcome<(String, String)> {
        let answer = self.ask(&json!({ "command": "versions" }))?;
        let text = |key: &str| answer[key].as_str().unwrap_or("?").to_owned();
        let versions = format!("NumPy {}, Python {}, zlib {}", text("numpy"), text("python"), text("zlib"));
        Ok((versions, text("today")))
    }
}

fn work_command(command: &str, work: Work, path: &Path, form: Form) -> Value {
    let what = if work == Work::Load { "load" } else { "save" };
    let synced = work == Work::SaveSynced;
    json!({ "command": command, "do": what, "synced": synced, "path": path, "form": form_name(form) })
}

fn form_name(form: Form) -> &'static str {
    match form {
        Form::Npy => "npy",
        Form::Stored => "stored",
        Form::Compressed => "compressed",
    }
}

impl Drop for NumPy {
    fn drop(&mut self) {
        self.input = None;
        self.child.wait().ok();
    }
}
