//! The sides of a comparison: each saves the same state, or loads what somebody saved.

use std::cell::RefCell;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::arguments::Extent;
use crate::arrays::{State, Value};
use crate::libraries::{Form, Library};
use crate::limits::Limit;
use crate::numpy::{NumPy, Work};
use crate::report::BASE;
use crate::{Outcome, Side};

/// What the sides of one comparison share.
pub(super) struct Sides<'b, V> {
    pub(super) state: &'b State<V>,
    pub(super) numpy: &'b RefCell<NumPy>,
    /// Where the files are.
    pub(super) folder: &'b Path,
    pub(super) form: Form,
    /// How often a side does its work in one round, where once is too short to be timed.
    pub(super) repeats: u32,
}

// By hand, since a derived one would ask for states' values that can be copied.
impl<V> Clone for Sides<'_, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Sides<'_, V> {}

/// Work of this size takes long enough to be timed.
const LONG: u64 = 16 << 20;
/// What a member costs beside its bytes, in bytes that cost as much.
const MEMBER: u64 = 16 << 10;
/// How many times as long as a copy compression takes, or more.
const DEFLATE: u64 = 16;

/// How often work on a state is repeated in one round.
pub(super) fn repeats<V: Value>(state: &State<V>, form: Form, extent: Extent) -> u32 {
    let cost = state.size() + state.values.len() as u64 * MEMBER;
    match (extent, form) {
        (Extent::Smoke, _) => 1,
        (_, Form::Compressed) => (LONG / (cost * DEFLATE)).clamp(1, 100) as u32,
        _ => (LONG / cost).clamp(1, 100) as u32,
    }
}

impl<'b, V: Value> Sides<'b, V> {
    /// The file that a side writes. NumPy would append the suffixes if they were not there.
    pub(super) fn path(&self, side: &str) -> PathBuf {
        let suffix = match self.form {
            Form::Npy => "npy",
            Form::Stored => "stored.npz",
            Form::Compressed => "compressed.npz",
        };
        self.folder.join(format!("{side}.{suffix}"))
    }

    /// The size of the file that a side wrote.
    pub(super) fn written(&self, side: &str) -> Option<u64> {
        Some(fs::metadata(self.path(side)).ok()?.len())
    }

    /// Removes the files of all sides: of the largest states only one form has room.
    pub(super) fn clean(&self) -> Outcome<()> {
        for entry in fs::read_dir(self.folder)? {
            fs::remove_file(entry?.path())?;
        }
        Ok(())
    }

    pub(super) fn numpy_saves(self, synced: bool) -> Side<'b> {
        let work = if synced { Work::SaveSynced } else { Work::Save };
        let path = self.path(BASE);
        let run = move || self.numpy.borrow_mut().run(work, &path, self.form, self.repeats);
        (BASE.to_owned(), Box::new(run))
    }

    /// NumPy loads a file, after it has compared what is in it once.
    pub(super) fn numpy_loads(self, path: PathBuf) -> Side<'b> {
        let mut verified = false;
        let run = move || {
            let mut numpy = self.numpy.borrow_mut();
            if !verified {
                numpy.verify(&path, self.form)?;
                verified = true;
            }
            numpy.run(Work::Load, &path, self.form, self.repeats)
        };
        (BASE.to_owned(), Box::new(run))
    }

    /// The libraries that can save this.
    pub(super) fn saves(self, libraries: impl Iterator<Item = Library>, synced: bool) -> Vec<Side<'b>> {
        let save = |library: Library| -> Side<'b> {
            let path = self.path(&library.to_string());
            // The room of an old file is given back before, by nobody's time.
            let before = {
                let path = path.clone();
                move || fs::remove_file(&path).or_else(missing_is_well)
            };
            let work = move || library.save(self.state, &path, self.form, synced);
            (library.to_string(), Box::new(move || timed(self.repeats, &before, &work)))
        };
        libraries.filter(|library| library.can::<V::Cell>(self.form)).map(save).collect()
    }

    /// The libraries that can load this, each after it has shown once that it loads what was saved. `path` says which file.
    pub(super) fn loads(
        self,
        libraries: impl Iterator<Item = Library>,
        path: impl Fn(Library) -> PathBuf,
    ) -> Vec<Side<'b>> {
        let load = |library: Library| -> Side<'b> {
            let path = path(library);
            let mut verified = false;
            let run = move || {
                let work = || library.load::<V>(&path, self.form);
                if !verified {
                    self.state.expect_same(&work()?)?;
                    verified = true;
                }
                timed(self.repeats, || Ok(()), work)
            };
            (library.to_string(), Box::new(run))
        };
        libraries.filter(|library| library.can::<V::Cell>(self.form)).map(load).collect()
    }

    /// What the machine can do with the bytes of the first member.
    pub(super) fn limits(self, limits: &[Limit]) -> Outcome<Vec<Side<'b>>> {
        let bytes = self.state.first()?.bytes();
        // All write and read the same file, and the reads find what a write left.
        let path = self.folder.join("limit");
        fs::write(&path, bytes)?;
        let side = |&limit: &Limit| -> Side<'b> {
            let path = path.clone();
            let mut there = match limit {
                Limit::ReadThere | Limit::CopyThere => bytes.to_vec(),
                _ => Vec::new(),
            };
            let run = move || {
                let before = || match limit {
                    Limit::Write => fs::remove_file(&path).or_else(missing_is_well),
                    _ => Ok(()),
                };
                timed(self.repeats, before, || limit.run(bytes, &mut there, &path))
            };
            (limit.name().to_owned(), Box::new(run))
        };
        Ok(limits.iter().map(side).collect())
    }
}

fn missing_is_well(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// The time of one run, on average. What comes before, and dropping the result, is not part of it.
fn timed<T>(
    repeats: u32,
    before: impl Fn() -> std::io::Result<()>,
    mut work: impl FnMut() -> Outcome<T>,
) -> Outcome<Duration> {
    let mut whole = Duration::ZERO;
    for _ in 0..repeats {
        before()?;
        let begin = Instant::now();
        let result = black_box(work()?);
        whole += begin.elapsed();
        drop(result);
    }
    Ok(whole / repeats)
}
