//! [`Checkpoints`]: the files of a training run in one folder.

mod background;
mod folder;
mod metrics;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use self::background::Background;
use self::folder::Folder;
use super::SaveOptions;
use crate::error::{Error, ErrorKind, Result};
use crate::members::{FromMembers, ToMembers};
use crate::options::LoadOptions;

/// Which of two values of a metric is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// The lower, as of a loss.
    Lower,
    /// The higher, as of an accuracy.
    Higher,
}

/// The checkpoints of a training run: archives in one folder, of which the last, the best and some others are kept.
///
/// Step 1000 is the file `step-00001000.npz`, an archive like any other: [`Npz::load`](crate::Npz::load) and `np.load` read it.
/// Each save is atomic, so that after a crash at any point the newest whole checkpoint is found. Only files of that name are ever
/// removed, after a later save has succeeded; others may write into the folder as well. May be used by several
/// threads at once.
///
/// ```
/// use npz_core::{Better, Checkpoints, ErrorKind, Npz};
///
/// #[derive(Npz, Default)]
/// struct State { weights: Vec<f32>, epoch: u64 }
///
/// # let folder = std::env::temp_dir().join("npz-core-doc-checkpoints");
/// # std::fs::remove_dir_all(&folder).ok();
/// let runs = Checkpoints::open(&folder)?.keep_last(3).keep_every(1000).keep_best("loss", Better::Lower);
/// let (first, mut state) = match runs.load_latest::<State>() {
///     Ok((step, state)) => (step + 1, state), // goes on
///     Err(error) if error.kind() == ErrorKind::NotFound => (0, State::default()),
///     Err(error) => return Err(error),
/// };
/// for step in first..10 {
///     state.epoch = step; // trains
///     let loss = (step as f64 - 4.0).abs();
///     runs.save_with(step, &[("loss", loss)], &state)?;
/// }
/// assert_eq!(runs.steps()?, [0, 4, 7, 8, 9]); // 0 is a multiple of 1000, 4 the best
/// assert_eq!(runs.best("loss")?, Some(4));
/// assert_eq!(State::load(runs.path(4))?.epoch, 4);
/// # std::fs::remove_dir_all(&folder).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
pub struct Checkpoints {
    folder: Folder,
    background: Mutex<Background>,
    passed_over: Mutex<Vec<Error>>,
}

impl Checkpoints {
    /// Opens a folder, and makes it if it is not there. Keeps all checkpoints unless told otherwise.
    ///
    /// Removes temporary files that killed saves of checkpoints have left here (on Linux; elsewhere those that are a day old).
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if the folder can't be made or read.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        Ok(Self {
            folder: Folder::open(folder.as_ref())?,
            background: Mutex::default(),
            passed_over: Mutex::default(),
        })
    }

    /// Sets how checkpoints are saved: as [`Npz::save`](crate::Npz::save) does, unless set.
    ///
    /// ```
    /// use npz_core::{Checkpoints, SaveOptions};
    /// # let folder = std::env::temp_dir().join("npz-core-doc-checkpoints-options");
    /// let runs = Checkpoints::open(&folder)?.options(SaveOptions::compressed());
    /// runs.save(1, &std::collections::BTreeMap::from([("zeros".to_owned(), vec![0.0; 10_000])]))?;
    /// assert!(std::fs::metadata(runs.path(1))?.len() < 1000);
    /// # std::fs::remove_dir_all(&folder).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    #[must_use]
    pub fn options(mut self, options: SaveOptions) -> Self {
        self.folder.options = options;
        self
    }

    /// Keeps the checkpoints of the highest steps, and removes others once there are more than `count`. The one that was saved
    /// last stays in any case.
    ///
    /// With [`SaveOptions::sync`] off, a crash of the machine may take what was saved in the last half minute: keep enough.
    #[must_use]
    pub fn keep_last(mut self, count: usize) -> Self {
        self.folder.keep_last = Some(count);
        self
    }

    /// Keeps the checkpoints whose step is a multiple of `steps`, beside those of [`keep_last`](Self::keep_last).
    #[must_use]
    pub fn keep_every(mut self, steps: u64) -> Self {
        self.folder.keep_every = Some(steps);
        self
    }

    /// Keeps the checkpoint with the best value of a metric, beside those of [`keep_last`](Self::keep_last); of equal ones the
    /// first. One without that metric, or where it is NaN, is never the best. May be called for several metrics.
    #[must_use]
    pub fn keep_best(mut self, metric: &str, better: Better) -> Self {
        self.folder.keep_best.push((metric.to_owned(), better));
        self
    }

    /// Saves a checkpoint; one of the same step is replaced. Then removes those that are not to be kept.
    ///
    /// Costs what [`Npz::save`](crate::Npz::save) does, and a look at the end of each checkpoint where the best is kept.
    ///
    /// # Errors
    /// As [`SaveOptions::save`], and [`ErrorKind::Invalid`] for a value that is a single array. What an earlier save in the
    /// background could not do is told first, and then nothing is saved. An error in removing says that the checkpoint is saved.
    pub fn save<T: ToMembers + ?Sized>(&self, step: u64, state: &T) -> Result<()> {
        self.save_with(step, &[], state)
    }

    /// Saves a checkpoint with metrics, which [`keep_best`](Self::keep_best) goes by.
    ///
    /// They are a JSON object in the comment of the archive: `json.loads(zipfile.ZipFile(path).comment)`.
    ///
    /// # Errors
    /// As [`save`](Self::save), and [`ErrorKind::Invalid`] where a metric of [`keep_best`](Self::keep_best) is not among them, or
    /// a name has quotes, backslashes or control characters.
    pub fn save_with<T: ToMembers + ?Sized>(
        &self,
        step: u64,
        metrics: &[(&str, f64)],
        state: &T,
    ) -> Result<()> {
        self.wait()?;
        let comment = self.folder.comment(metrics)?;
        self.folder.save(step, &comment, &self.folder.options.collect(state)?)
    }

    /// Copies the state, and has a thread save the copy as [`save`](Self::save) does.
    ///
    /// Holds the caller up for the copy alone, which goes into the memory of the last one. One save is under way at a time: the
    /// next call waits for it. Takes memory for all arrays once more. Dropping waits too, but tells no error:
    /// [`wait`](Self::wait) does.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] as [`save`](Self::save), at once; all others at the next call of a method that saves, or at
    /// [`wait`](Self::wait).
    ///
    /// ```
    /// use npz_core::{Checkpoints, Npz};
    /// #[derive(Npz)] struct State { weights: Vec<f32> }
    /// # let folder = std::env::temp_dir().join("npz-core-doc-checkpoints-background");
    /// let runs = Checkpoints::open(&folder)?.keep_last(2);
    /// let mut state = State { weights: vec![0.0; 1000] };
    /// for step in 0..5 {
    ///     state.weights.fill(step as f32);
    ///     runs.save_in_background(step, &state)?; // what happens to `state` now does not matter
    /// }
    /// runs.wait()?;
    /// assert_eq!(runs.load_latest::<State>()?.1.weights, vec![4.0; 1000]);
    /// # std::fs::remove_dir_all(&folder).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn save_in_background<T: ToMembers + ?Sized>(&self, step: u64, state: &T) -> Result<()> {
        self.save_in_background_with(step, &[], state)
    }

    /// Saves in the background with metrics: see [`save_with`](Self::save_with).
    ///
    /// # Errors
    /// As [`save_in_background`](Self::save_in_background) and [`save_with`](Self::save_with).
    pub fn save_in_background_with<T: ToMembers + ?Sized>(
        &self,
        step: u64,
        metrics: &[(&str, f64)],
        state: &T,
    ) -> Result<()> {
        let comment = self.folder.comment(metrics)?;
        let members = self.folder.options.collect(state)?;
        self.background().save(&self.folder, step, comment, &members)
    }

    /// Waits until nothing is saved in the background, and tells what went wrong there.
    ///
    /// # Errors
    /// Those of the last save in the background, once.
    pub fn wait(&self) -> Result<()> {
        self.background().wait()
    }

    /// Loads the checkpoint of the highest step that is whole, and tells the step. Waits for what is saved in the background.
    ///
    /// Damaged ones and files that can't be read are passed over: [`passed_over`](Self::passed_over) tells which, and why. One
    /// that does not fit the type is an error.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no checkpoint; as [`Npz::load`](crate::Npz::load) if none is whole, or the newest whole
    /// one does not fit.
    pub fn load_latest<T: FromMembers>(&self) -> Result<(u64, T)> {
        self.background().settle();
        let mut passed_over = Vec::new();
        let found = self.folder.steps()?.into_iter().rev().find_map(|step| {
            match LoadOptions::new().load(self.path(step)) {
                Ok(state) => Some(Ok((step, state))),
                Err(error) if is_unreadable(&error) => {
                    passed_over.push(error);
                    None
                }
                Err(error) => Some(Err(error)),
            }
        });
        let newest = passed_over.first().map(|error| {
            Error::new(error.kind(), format!("no checkpoint here is whole; of the newest: {error}"))
        });
        *lock(&self.passed_over) = passed_over;
        found.unwrap_or_else(|| Err(newest.unwrap_or_else(|| self.folder.empty())))
    }

    /// Tells which checkpoints the last [`load_latest`](Self::load_latest) passed over, and why; the newest first.
    ///
    /// ```
    /// use npz_core::{Checkpoints, Npz};
    /// #[derive(Npz)] struct State { epoch: u64 }
    /// # let folder = std::env::temp_dir().join("npz-core-doc-checkpoints-passed-over");
    /// let runs = Checkpoints::open(&folder)?;
    /// runs.save(1, &State { epoch: 1 })?;
    /// std::fs::write(runs.path(2), b"PK\x03\x04, then the disk failed")?;
    /// assert_eq!(runs.load_latest::<State>()?.0, 1);
    /// assert_eq!(runs.passed_over()[0].file(), Some(&*runs.path(2)));
    /// # std::fs::remove_dir_all(&folder).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn passed_over(&self) -> Vec<Error> {
        std::mem::take(&mut *lock(&self.passed_over))
    }

    /// Lists the steps that there are checkpoints of, in ascending order: one read of the folder.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if the folder can't be read.
    pub fn steps(&self) -> Result<Vec<u64>> {
        self.folder.steps()
    }

    /// Tells the step of the checkpoint that is the best by a metric, as [`keep_best`](Self::keep_best) compares it. Reads the
    /// end of each.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if the folder can't be read; [`ErrorKind::Invalid`] if the metric is none of
    /// [`keep_best`](Self::keep_best).
    pub fn best(&self, metric: &str) -> Result<Option<u64>> {
        let known = self.folder.keep_best.iter().find(|(name, _)| name == metric);
        let (_, better) = known.ok_or_else(|| {
            Error::invalid(format!("expected a metric that `keep_best` was told of, found {metric:?}"))
        })?;
        Ok(self.folder.best(metric, *better, &self.folder.steps()?))
    }

    /// Gives the path of a step's checkpoint, whether it is there or not.
    pub fn path(&self, step: u64) -> PathBuf {
        self.folder.path(step)
    }

    fn background(&self) -> MutexGuard<'_, Background> {
        lock(&self.background)
    }
}

impl std::fmt::Debug for Checkpoints {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Checkpoints").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// Whether an error speaks of the file, and not of what was asked for.
fn is_unreadable(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Damaged | ErrorKind::Io | ErrorKind::Unsupported)
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
