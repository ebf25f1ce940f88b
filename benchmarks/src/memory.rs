//! The peak memory of one save or load, in a process that does nothing else.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;
use crate::arrays::ArrayState;
use crate::libraries::{Form, Library};

/// The first argument of a process that does one thing and says how much memory it took.
pub const FLAG: &str = "--peak";

/// What such a process holds and does. A state of weights is made in it, so that no library's loading comes first.
pub struct Errand {
    /// Who does it.
    pub library: Library,
    /// Whether it loads; else it saves.
    pub load: bool,
    /// The form of the file.
    pub form: Form,
    /// The file.
    pub path: PathBuf,
    /// How many bytes the state has.
    pub bytes: usize,
}

impl Errand {
    /// Starts a process for it: the bytes of memory before, and at most.
    ///
    /// # Errors
    /// The process fails, or the system does not tell.
    pub fn send(&self) -> Outcome<(u64, u64)> {
        let form = if self.form == Form::Compressed { "compressed" } else { "stored" };
        let mut child = Command::new(std::env::current_exe()?);
        child.arg(FLAG).arg(self.library.to_string()).arg(if self.load { "load" } else { "save" });
        let output = child.arg(form).arg(&self.path).arg(self.bytes.to_string()).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let mut numbers = text.split_whitespace().map_while(|word| word.parse().ok());
        let failed = || String::from_utf8_lossy(&output.stderr).into_owned();
        Ok((numbers.next().ok_or_else(failed)?, numbers.next().ok_or_else(failed)?))
    }

    /// Reads what [`send`](Self::send) says, behind the flag.
    fn receive(words: &[String]) -> Outcome<Self> {
        let [library, what, form, path, bytes] = words else { return Err("an errand has five words".into()) };
        Ok(Self {
            library: library.parse()?,
            load: what == "load",
            form: if form == "compressed" { Form::Compressed } else { Form::Stored },
            path: path.into(),
            bytes: bytes.parse()?,
        })
    }
}

/// The whole of such a process.
///
/// # Errors
/// The library's, or the system does not tell.
pub fn run(words: &[String]) -> Outcome<()> {
    let Errand { library, load, form, path, bytes } = Errand::receive(words)?;
    let (before, peak) = if load {
        watched(|| library.load::<ndarray::ArrayD<f32>>(&path, form))?
    } else {
        let state = weights(bytes)?;
        watched(|| library.save(&state, &path, form, false))?
    };
    println!("{before} {peak}");
    Ok(())
}

/// A state of weights of so many bytes.
///
/// # Errors
/// Never.
pub fn weights(bytes: usize) -> Outcome<ArrayState<f32>> {
    match crate::kinds::Kind::named("weights_f4")?.make(bytes) {
        crate::arrays::Arrays::F4(state) => Ok(state),
        _ => Err("weights of another type".into()),
    }
}

/// Does something: the memory before it, and at most while it was done.
fn watched<T>(work: impl FnOnce() -> Outcome<T>) -> Outcome<(u64, u64)> {
    // Forgets the peak of what came before.
    std::fs::write("/proc/self/clear_refs", "5")?;
    let before = own("VmRSS:")?;
    let result = work()?;
    let peak = own("VmHWM:")?;
    drop(result);
    Ok((before, peak))
}

/// A number of bytes from the kernel's account of this process.
fn own(key: &str) -> Outcome<u64> {
    let status = std::fs::read_to_string(Path::new("/proc/self/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(key)).ok_or("no account of memory")?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib << 10)
}
