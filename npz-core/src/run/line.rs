//! Things that several threads make and one takes in order, each as soon as it is there.

use std::sync::{Condvar, Mutex, PoisonError};

use super::{TASKS, Team, Work, lock};
use crate::error::Result;
use crate::memory;

/// Things that are made in any order, of which a few are there at a time.
///
/// A thread waits here for one that another thread has begun, and that one for nothing that was begun earlier: so there is always one
/// that does not wait, in whatever pool.
pub(super) struct Line<'t, T, M> {
    team: &'t Team,
    make: &'t M,
    state: Mutex<State<T>>,
    /// Told when one is made, or never will be.
    made: Condvar,
}

struct State<T> {
    /// How many were begun, were taken, and are wanted: fewer behind an error.
    begun: usize,
    taken: usize,
    wanted: usize,
    /// What is made and not taken: each where its number is, modulo the length.
    slots: Vec<Option<Result<T>>>,
}

impl<T> State<T> {
    fn slot(&mut self, number: usize) -> &mut Option<Result<T>> {
        let len = self.slots.len();
        &mut self.slots[number % len]
    }

    fn can_begin(&self) -> bool {
        self.begun < self.wanted && self.begun - self.taken < self.slots.len()
    }

    /// The next to make, if there is room for it.
    fn begin(&mut self) -> Option<usize> {
        self.can_begin().then(|| {
            self.begun += 1;
            self.begun - 1
        })
    }

    /// The next in order, as far as they are made, at most so many.
    fn take(&mut self, most: usize) -> Result<Vec<Result<T>>> {
        let most = most.min(self.begun - self.taken);
        let mut run = memory::with_room(most, TASKS)?;
        while run.len() < most {
            let Some(thing) = self.slot(self.taken + run.len()).take() else { break };
            run.push(thing);
        }
        Ok(run)
    }
}

/// What the thread that takes does next.
enum Step<T> {
    Take(Vec<Result<T>>),
    Make(usize),
    End,
}

impl<'t, T: Send, M: Fn(usize) -> Result<T> + Sync> Line<'t, T, M> {
    /// Of `count` things at most `most` are there at a time.
    pub(super) fn new(team: &'t Team, count: usize, most: usize, make: &'t M) -> Result<Self> {
        let slots = memory::collect((0..most.clamp(1, count.max(1))).map(|_| None), TASKS)?;
        let state = Mutex::new(State { begun: 0, taken: 0, wanted: count, slots });
        Ok(Self { team, make, state, made: Condvar::new() })
    }

    /// Takes all in order, at most so many at a time, and makes those that others don't.
    pub(super) fn take_all(
        &self,
        most: usize,
        call: &dyn Fn(),
        mut take: impl FnMut(Vec<Result<T>>) -> Result<()>,
    ) -> Result<()> {
        loop {
            let step = self.step(most).inspect_err(|_| self.want_no_more(0))?;
            self.call_one_more(call);
            match step {
                Step::Take(run) => {
                    let count = run.len();
                    take(run).inspect_err(|_| self.want_no_more(0))?;
                    lock(&self.state).taken += count;
                }
                Step::Make(number) => self.make(number),
                Step::End => return Ok(()),
            }
        }
    }

    fn step(&self, most: usize) -> Result<Step<T>> {
        let mut state = lock(&self.state);
        loop {
            let run = state.take(most)?;
            if !run.is_empty() {
                return Ok(Step::Take(run));
            }
            if let Some(number) = state.begin() {
                return Ok(Step::Make(number));
            }
            if state.taken >= state.wanted {
                return Ok(Step::End);
            }
            state = self.made.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn call_one_more(&self, call: &dyn Fn()) {
        if lock(&self.state).can_begin() && self.team.join() {
            call();
        }
    }

    fn make(&self, number: usize) {
        // Who waits for it is told even where a panic ends it.
        let unmade = Unmade { line: self, number };
        let thing = (self.make)(number);
        if thing.is_err() {
            self.want_no_more(number + 1);
        }
        *lock(&self.state).slot(number) = Some(thing);
        std::mem::forget(unmade);
        self.made.notify_one();
    }

    fn want_no_more(&self, than: usize) {
        let mut state = lock(&self.state);
        state.wanted = state.wanted.min(than);
    }
}

impl<T: Send, M: Fn(usize) -> Result<T> + Sync> Work for Line<'_, T, M> {
    fn help(&self, call: &dyn Fn()) {
        let begin = || lock(&self.state).begin();
        while let Some(number) = begin() {
            self.call_one_more(call);
            self.make(number);
        }
    }
}

/// One that is being made.
struct Unmade<'l, 't, T: Send, M: Fn(usize) -> Result<T> + Sync> {
    line: &'l Line<'t, T, M>,
    number: usize,
}

impl<T: Send, M: Fn(usize) -> Result<T> + Sync> Drop for Unmade<'_, '_, T, M> {
    fn drop(&mut self) {
        self.line.want_no_more(self.number);
        self.line.made.notify_one();
    }
}
