//! The folder: its files, and which of them stay.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::{Better, metrics};
use crate::archive::end;
use crate::atomic::sweep;
use crate::error::{Error, ErrorKind, Result};
use crate::input::Input;
use crate::members::Members;
use crate::npz::{NpzWriter, SaveOptions};

/// Where checkpoints lie, how they are saved, and which are kept.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    path: PathBuf,
    pub(super) options: SaveOptions,
    pub(super) keep_last: Option<usize>,
    pub(super) keep_every: Option<u64>,
    pub(super) keep_best: Vec<(String, Better)>,
}

impl Folder {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let open = || {
            // A change of the current folder does no harm.
            let absolute = std::path::absolute(path)?;
            fs::create_dir_all(&absolute)?;
            sweep(&absolute, |target| step_of(target).is_some())?;
            Ok(absolute)
        };
        let path = open()
            .map_err(|error| Error::io("can't open the folder of the checkpoints", error).in_file(path))?;
        let options = SaveOptions::default();
        Ok(Self { path, options, keep_last: None, keep_every: None, keep_best: Vec::new() })
    }

    pub(super) fn path(&self, step: u64) -> PathBuf {
        self.path.join(name_of(step))
    }

    /// The steps that there are files of, in ascending order.
    pub(super) fn steps(&self) -> Result<Vec<u64>> {
        let steps = || {
            let mut steps = Vec::new();
            for entry in fs::read_dir(&self.path)? {
                let entry = entry?;
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                steps.extend(entry.file_name().to_str().filter(|_| !is_folder).and_then(step_of));
            }
            steps.sort_unstable();
            Ok(steps)
        };
        steps()
            .map_err(|error| Error::io("can't read the folder of the checkpoints", error).in_file(&self.path))
    }

    /// The error where there is no checkpoint.
    pub(super) fn empty(&self) -> Error {
        let message = format!("there is no checkpoint here, no file like {}", name_of(1000));
        Error::new(ErrorKind::NotFound, message).in_file(&self.path)
    }

    /// The comment of a checkpoint with these metrics. None at all means that they were not measured.
    pub(super) fn comment(&self, metrics: &[(&str, f64)]) -> Result<String> {
        let has = |name: &str| metrics.iter().any(|(metric, _)| *metric == name);
        match self.keep_best.iter().find(|(name, _)| !metrics.is_empty() && !has(name)) {
            Some((name, _)) => {
                let given: Vec<_> = metrics.iter().map(|(metric, _)| format!("{metric:?}")).collect();
                Err(Error::invalid(format!(
                    "expected the metric {name:?}, by which `keep_best` goes, found {}; give it as well, or none",
                    given.join(", ")
                )))
            }
            None => metrics::to_comment(metrics),
        }
    }

    pub(super) fn save(&self, step: u64, comment: &str, members: &Members<'_>) -> Result<()> {
        let mut writer = NpzWriter::create_by(&self.path(step), &self.options)?;
        writer.add_members(members)?;
        writer.set_comment(comment.as_bytes().to_vec());
        writer.finish()?;
        self.tidy(step).map_err(|error| error.with_note("; the checkpoint itself is saved"))
    }

    /// Removes what is not to be kept, now that a step is saved.
    fn tidy(&self, saved: u64) -> Result<()> {
        let Some(last) = self.keep_last else { return Ok(()) };
        let steps = self.steps()?;
        let mut kept: HashSet<u64> = steps.iter().rev().take(last).copied().collect();
        kept.insert(saved);
        let every = |step: u64| self.keep_every.is_some_and(|every| step.is_multiple_of(every.max(1)));
        kept.extend(steps.iter().filter(|&&step| every(step)));
        kept.extend(self.keep_best.iter().filter_map(|(metric, better)| self.best(metric, *better, &steps)));
        for step in steps.into_iter().filter(|step| !kept.contains(step)) {
            match fs::remove_file(self.path(step)) {
                // Another thread was faster.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                removed => removed.map_err(|error| {
                    Error::io("can't remove an older checkpoint", error).in_file(self.path(step))
                })?,
            }
        }
        Ok(())
    }

    /// Of these steps the first that no other is better than.
    pub(super) fn best(&self, metric: &str, better: Better, steps: &[u64]) -> Option<u64> {
        let mut best: Option<(u64, f64)> = None;
        for &step in steps {
            let Some(value) = self.metric(step, metric).filter(|value| !value.is_nan()) else { continue };
            let is_better = |(_, other): (u64, f64)| match better {
                Better::Lower => value < other,
                Better::Higher => value > other,
            };
            if best.is_none_or(is_better) {
                best = Some((step, value));
            }
        }
        best.map(|(step, _)| step)
    }

    /// What a checkpoint says of a metric. One that can't be read says nothing.
    fn metric(&self, step: u64, metric: &str) -> Option<f64> {
        let input = Input::new(File::open(self.path(step)).ok()?, None).ok()?;
        metrics::find(&end::comment(&input).ok()?, metric)
    }
}

fn name_of(step: u64) -> String {
    format!("step-{step:08}.npz")
}

/// The step of a file name, if it is one that we give.
fn step_of(name: &str) -> Option<u64> {
    let step = name.strip_prefix("step-")?.strip_suffix(".npz")?.parse().ok()?;
    (name_of(step) == name).then_some(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_we_give_are_ours() {
        for step in [0, 1, 99_999_999, 100_000_000, u64::MAX] {
            assert_eq!(step_of(&name_of(step)), Some(step));
        }
        for other in [
            "step-1.npz",
            "step-+0000001.npz",
            "step-000000001.npz",
            "step-00000001.npz.bak",
            "astep-00000001.npz",
            "step-0000000x.npz",
            ".step-00000001.npz.abcdef.tmp",
            "step-.npz",
            "step-99999999999999999999.npz",
        ] {
            assert_eq!(step_of(other), None, "{other}");
        }
    }
}
