//! Threads: how many may work at once, and running independent tasks on them. `rayon` is named here alone.
//!
//! Whatever the number of threads: the results are the same and in the same order, and the error is the first in that order.
//! Nothing in here waits but at the end of a scope, where a thread of the pool does what else there is, and for a piece that another
//! thread has begun.
//! So it can't come to a standstill in a pool of the user's, which may have one thread.

mod line;
mod progress;

use std::num::NonZeroUsize;
#[cfg(feature = "parallel")]
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
#[cfg(feature = "parallel")]
use std::sync::mpsc::RecvTimeoutError;
use std::sync::mpsc::{Receiver, RecvError};
use std::sync::{Mutex, MutexGuard, PoisonError};
#[cfg(feature = "parallel")]
use std::time::Duration;

use self::line::Line;
pub(crate) use self::progress::{Meter, Progress};
use crate::error::{Error, Result};
use crate::memory;

/// What is short of memory here.
const TASKS: &str = "list of tasks";

/// How many threads may work on one save or load at once, the calling one among them; by default all that the pool has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Threads(Option<NonZeroUsize>);

impl Threads {
    /// All is done by the calling thread.
    pub(crate) const ONE: Self = Self(Some(NonZeroUsize::MIN));

    /// At most so many; 0 for as many as the pool has.
    pub(crate) fn at_most(count: usize) -> Self {
        Self(NonZeroUsize::new(count))
    }

    /// The same, but at most so many.
    pub(crate) fn capped(self, most: usize) -> Self {
        Self::at_most(self.0.map_or(most, |count| count.get().min(most)))
    }

    /// How many there are. Starts the pool, if there is none and the calling thread may not do all.
    pub(crate) fn count(self) -> usize {
        match self.0 {
            Some(NonZeroUsize::MIN) => 1,
            Some(most) => pool_size().min(most.get()),
            None => pool_size(),
        }
    }
}

#[cfg(feature = "parallel")]
fn pool_size() -> usize {
    static CAN_START: OnceLock<bool> = OnceLock::new();
    // Where no thread can be started, rayon ends in a panic; so it is asked beforehand. That the pool is there already is no
    // I/O error, and on wasm it does without threads by itself.
    let start = || match rayon::ThreadPoolBuilder::new().build_global() {
        Ok(()) => true,
        Err(error) => std::error::Error::source(&error).is_none(),
    };
    let is_inside = rayon::current_thread_index().is_some() || cfg!(target_family = "wasm");
    if is_inside || *CAN_START.get_or_init(start) { rayon::current_num_threads() } else { 1 }
}

#[cfg(not(feature = "parallel"))]
fn pool_size() -> usize {
    1
}

/// The number of the calling thread in its pool; 0 outside of any.
pub(crate) fn lane() -> usize {
    #[cfg(feature = "parallel")]
    return rayon::current_thread_index().map_or(0, |index| index + 1);
    #[cfg(not(feature = "parallel"))]
    return 0;
}

/// Waits for what another thread hands on. A thread of the pool does what else there is meanwhile: that may be just what the other one
/// waits for.
pub(crate) fn receive<T>(from: &Receiver<T>) -> Result<T, RecvError> {
    #[cfg(feature = "parallel")]
    while let Some(has_done) = rayon::yield_now() {
        let a_moment = match has_done {
            rayon::Yield::Executed => Duration::ZERO,
            rayon::Yield::Idle => Duration::from_micros(100),
        };
        match from.recv_timeout(a_moment) {
            Err(RecvTimeoutError::Timeout) => {}
            received => return received.map_err(|_| RecvError),
        }
    }
    from.recv()
}

/// The first error in the order of a plan, of tasks that end in any order.
pub(crate) struct Failure {
    /// `usize::MAX` while there is none.
    place: AtomicUsize,
    first: Mutex<Option<(usize, Error)>>,
}

impl Failure {
    pub(crate) fn none() -> Self {
        Self { place: AtomicUsize::new(usize::MAX), first: Mutex::new(None) }
    }

    /// Whether something failed that stands before a place in the plan: then what is there is not wanted any more.
    pub(crate) fn is_before(&self, place: usize) -> bool {
        self.place.load(Ordering::Relaxed) < place
    }

    pub(crate) fn note(&self, place: usize, error: Error) {
        let mut first = lock(&self.first);
        if first.as_ref().is_none_or(|(earliest, _)| place < *earliest) {
            self.place.store(place, Ordering::Relaxed);
            *first = Some((place, error));
        }
    }

    pub(crate) fn into_result(self) -> Result<()> {
        unlock(self.first).map_or(Ok(()), |(_, error)| Err(error))
    }
}

/// The threads that work on one save or load. Whoever is free helps with what is begun or goes on, so tasks may have
/// tasks of their own, and there are never more at work than allowed.
pub(crate) struct Team {
    threads: Threads,
    /// How many are at work beside the calling thread.
    helpers: AtomicUsize,
    meter: Meter,
}

/// What a thread of a team can help with, until there is nothing left.
trait Work: Sync {
    /// Does what is left. Where a helper joins the team for it, `call` sets it to work.
    fn help(&self, call: &dyn Fn());
}

/// Lets `begin` call helpers of a team to some work, and ends when they have ended.
#[cfg(feature = "parallel")]
fn in_scope<W: Work, R>(team: &Team, work: &W, begin: impl FnOnce(&dyn Fn()) -> R) -> R {
    fn call<'s, W: Work>(scope: &rayon::Scope<'s>, team: &'s Team, work: &'s W) {
        scope.spawn(move |scope| {
            work.help(&|| call(scope, team, work));
            team.leave();
        });
    }
    rayon::in_place_scope(|scope| begin(&|| call(scope, team, work)))
}

#[cfg(not(feature = "parallel"))]
fn in_scope<W: Work, R>(_: &Team, _: &W, begin: impl FnOnce(&dyn Fn()) -> R) -> R {
    begin(&|| {})
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unlock<T>(of: Mutex<T>) -> T {
    of.into_inner().unwrap_or_else(PoisonError::into_inner)
}

impl Team {
    pub(crate) fn new(threads: Threads) -> Self {
        Self { threads, helpers: AtomicUsize::new(0), meter: Meter::new(Progress::default()) }
    }

    /// The same team, whose progress is told.
    pub(crate) fn with_progress(mut self, progress: Progress) -> Self {
        self.meter = Meter::new(progress);
        self
    }

    /// How far its work has come.
    pub(crate) fn meter(&self) -> &Meter {
        &self.meter
    }

    /// How many threads there may be.
    pub(crate) fn size(&self) -> usize {
        self.threads.count()
    }

    /// How many threads could work on something now: the calling one, and those that have nothing to do.
    pub(crate) fn free(&self) -> usize {
        (self.size() + 1).saturating_sub(self.busy()).max(1)
    }

    /// How many are at work, the calling thread among them.
    pub(crate) fn busy(&self) -> usize {
        1 + self.helpers.load(Ordering::Relaxed)
    }

    /// Takes one more helper, if one is free.
    fn join(&self) -> bool {
        let most = self.size() - 1;
        let more = |helpers| (helpers < most).then_some(helpers + 1);
        self.helpers.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
    }

    #[cfg(feature = "parallel")]
    fn leave(&self) {
        self.helpers.fetch_sub(1, Ordering::Relaxed);
    }

    /// Runs independent tasks and gives their results in the order of the plan. Each item comes with its place in the plan
    /// (no two have the same), in the order in which they are to be begun: the longest first.
    ///
    /// The error is that of the first task in plan order that has one. What stands behind it in the plan may not be run.
    pub(crate) fn in_parallel<I: Send, R: Send>(
        &self,
        items: Vec<(usize, I)>,
        work: impl Fn(I) -> Result<R> + Sync,
    ) -> Result<Vec<R>> {
        let is_alone = items.len() < 2 || self.size() == 1;
        let done = Mutex::new(memory::with_room(items.len(), TASKS)?);
        let queue =
            Queue { team: self, items: Mutex::new(items.into_iter()), work, done, failure: Failure::none() };
        if is_alone {
            queue.help(&|| {});
        } else {
            in_scope(self, &queue, |call| queue.help(call));
        }
        queue.failure.into_result()?;
        let mut done = unlock(queue.done);
        let order = ordered(&mut done.iter().map(|(place, _)| *place))?;
        let mut results = memory::with_room(order.len(), TASKS)?;
        results.extend(order.iter().filter_map(|(_, at)| done[*at].1.take()));
        Ok(results)
    }

    /// Makes `count` things and has them taken in order by the calling thread, while others make the next ones: at most
    /// `most` of them are there at a time.
    ///
    /// The error is the first in order, of making a thing or of taking it. Of what comes behind it nothing is taken, and
    /// what is not begun is not made.
    pub(crate) fn in_order<T: Send>(
        &self,
        count: usize,
        most: usize,
        make: impl Fn(usize) -> Result<T> + Sync,
        mut take: impl FnMut(T) -> Result<()>,
    ) -> Result<()> {
        // One at a time: there is room for the next as soon as one is taken.
        self.in_runs(1, count, most, make, |run| run.into_iter().try_for_each(|thing| take(thing?)))
    }

    /// The same, but taken are at most so many at a time, as they are there: up to the first error of making one.
    pub(crate) fn in_runs<T: Send>(
        &self,
        at_once: usize,
        count: usize,
        most: usize,
        make: impl Fn(usize) -> Result<T> + Sync,
        mut take: impl FnMut(Vec<Result<T>>) -> Result<()>,
    ) -> Result<()> {
        if count < 2 || self.size() == 1 {
            return (0..count).try_for_each(|number| take(vec![make(number)]));
        }
        let line = Line::new(self, count, most, &make)?;
        in_scope(self, &line, |call| line.take_all(at_once, call, take))
    }
}

/// Places in ascending order, each with where it stood. A sort of results would be compiled for each type of them: a thirtieth of the crate.
fn ordered(places: &mut dyn ExactSizeIterator<Item = usize>) -> Result<Vec<(usize, usize)>> {
    let mut order = memory::collect(places.enumerate().map(|(at, place)| (place, at)), TASKS)?;
    order.sort_unstable();
    Ok(order)
}

/// Tasks that wait, and what became of others.
struct Queue<'t, I, R, W> {
    team: &'t Team,
    items: Mutex<std::vec::IntoIter<(usize, I)>>,
    work: W,
    done: Mutex<Vec<(usize, Option<R>)>>,
    failure: Failure,
}

impl<I: Send, R: Send, W: Fn(I) -> Result<R> + Sync> Work for Queue<'_, I, R, W> {
    fn help(&self, call: &dyn Fn()) {
        let next = || {
            let mut items = lock(&self.items);
            items.next().map(|item| (item, items.len() > 0))
        };
        while let Some(((place, item), are_more)) = next() {
            if are_more && self.team.join() {
                call();
            }
            if self.failure.is_before(place) {
                continue;
            }
            match (self.work)(item) {
                // There is room for each.
                Ok(result) => lock(&self.done).push((place, Some(result))),
                Err(error) => self.failure.note(place, error),
            }
        }
    }
}

#[cfg(test)]
mod tests;
