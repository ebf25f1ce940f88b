//! Work on several threads.

use std::num::NonZero;
use std::sync::LazyLock;

use npz_core::Result;

/// How many threads are meant: 0 stands for all cores.
pub(crate) fn threads(wanted: usize) -> usize {
    // To ask the system takes as long as reading thousands of cells.
    static ALL: LazyLock<usize> = LazyLock::new(|| {
        if cfg!(feature = "parallel") {
            std::thread::available_parallelism().map_or(1, NonZero::get)
        } else {
            1
        }
    });
    if wanted == 0 { *ALL } else { wanted.min(*ALL) }
}

/// Works on pieces, several at a time. `next` gives them in turn; the calling thread takes their results in the same order.
/// Its first error ends the work.
pub(crate) fn in_order<T, R: Send>(
    threads: usize,
    mut next: impl FnMut() -> Option<T> + Send,
    work: impl Fn(T) -> R + Sync,
    mut take: impl FnMut(R) -> Result<()>,
) -> Result<()> {
    #[cfg(feature = "parallel")]
    if threads > 1 {
        return parallel::in_order(threads, next, work, take);
    }
    let _ = threads;
    while let Some(piece) = next() {
        take(work(piece))?;
    }
    Ok(())
}

#[cfg(feature = "parallel")]
mod parallel {
    use std::collections::VecDeque;
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
    use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
    use std::thread;

    use npz_core::Result;

    /// What a team shares.
    struct Team<N, W, R> {
        /// Apart from the results, so that who has one does not wait for who reads the next piece. Locked before them, if both are.
        next: Mutex<N>,
        queue: Mutex<Queue<R>>,
        changed: Condvar,
        work: W,
        /// How many pieces may be under way or wait to be taken.
        most: usize,
    }

    struct Queue<R> {
        /// What became of pieces, in their order; `None` where one is worked on.
        results: VecDeque<Option<thread::Result<R>>>,
        /// How many results are gone.
        taken: usize,
        is_over: bool,
        /// How many threads wait for a change: to tell nobody of it is a call of the system all the same.
        waiting: usize,
    }

    pub(super) fn in_order<T, R: Send>(
        threads: usize,
        next: impl FnMut() -> Option<T> + Send,
        work: impl Fn(T) -> R + Sync,
        take: impl FnMut(R) -> Result<()>,
    ) -> Result<()> {
        let queue = Queue { results: VecDeque::new(), taken: 0, is_over: false, waiting: 0 };
        let team = Team {
            next: Mutex::new(next),
            queue: Mutex::new(queue),
            changed: Condvar::new(),
            work,
            most: 4 * threads,
        };
        rayon::in_place_scope(|scope| {
            for _ in 1..threads {
                scope.spawn(|_| team.help());
            }
            let _end = End(&team);
            team.lead(take)
        })
    }

    impl<T, R, N: FnMut() -> Option<T>, W: Fn(T) -> R> Team<N, W, R> {
        /// Takes results, and works while there is none to take.
        fn lead(&self, mut take: impl FnMut(R) -> Result<()>) -> Result<()> {
            loop {
                let mut queue = lock(&self.queue);
                if let Some(Some(_)) = queue.results.front() {
                    let result = queue.results.pop_front().flatten();
                    queue.taken += 1;
                    self.tell(queue);
                    result
                        .map_or(Ok(()), |result| take(result.unwrap_or_else(|panic| resume_unwind(panic))))?;
                } else if queue.is_over && queue.results.is_empty() {
                    return Ok(());
                } else {
                    self.work(queue);
                }
            }
        }

        /// Works until all is done.
        fn help(&self) {
            loop {
                let queue = lock(&self.queue);
                if queue.is_over {
                    return;
                }
                self.work(queue);
            }
        }

        /// Works on the next piece, or waits for a change if there can be none now.
        fn work(&self, mut queue: MutexGuard<'_, Queue<R>>) {
            if self.can_begin(&queue) {
                drop(queue);
                if let Some((number, piece)) = self.begin() {
                    self.finish(number, piece);
                }
            } else {
                queue.waiting += 1;
                let mut queue = self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
                queue.waiting -= 1;
            }
        }

        fn can_begin(&self, queue: &Queue<R>) -> bool {
            !queue.is_over && queue.results.len() < self.most
        }

        /// The next piece and its number; `None` if there is none, or another thread took the last room.
        fn begin(&self) -> Option<(usize, T)> {
            let mut next = lock(&self.next);
            if !self.can_begin(&lock(&self.queue)) {
                return None;
            }
            let piece = next();
            let mut queue = lock(&self.queue);
            let Some(piece) = piece else {
                queue.is_over = true;
                self.tell(queue);
                return None;
            };
            let number = queue.taken + queue.results.len();
            queue.results.push_back(None);
            Some((number, piece))
        }

        /// Works on a piece; who waits is told.
        fn finish(&self, number: usize, piece: T) {
            let result = catch_unwind(AssertUnwindSafe(|| (self.work)(piece)));
            let mut queue = lock(&self.queue);
            let at = number - queue.taken;
            queue.results[at] = Some(result);
            self.tell(queue);
        }

        /// Tells all who wait that something changed.
        fn tell(&self, queue: MutexGuard<'_, Queue<R>>) {
            let waiting = queue.waiting;
            drop(queue);
            if waiting > 0 {
                self.changed.notify_all();
            }
        }
    }

    /// A panic in `next` leaves nothing half done here.
    fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the work of all, however the one who leads ends.
    struct End<'t, N, W, R>(&'t Team<N, W, R>);

    impl<N, W, R> Drop for End<'_, N, W, R> {
        fn drop(&mut self) {
            lock(&self.0.queue).is_over = true;
            self.0.changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::time::Duration;

    use npz_core::Error;

    use super::*;

    /// Works on the numbers below a hundred, some of which take longer; gives what was taken.
    fn run(threads: usize, last: usize, work: impl Fn(usize) -> usize + Sync) -> (Vec<usize>, Result<()>) {
        let (mut next, mut taken) = (0..100, Vec::new());
        let work = |number| {
            std::thread::sleep(Duration::from_micros(number as u64 * 7919 % 300));
            work(number)
        };
        let ended = in_order(
            threads,
            || next.next(),
            work,
            |number| {
                taken.push(number);
                if number == last { Err(Error::custom("enough")) } else { Ok(()) }
            },
        );
        (taken, ended)
    }

    #[test]
    fn results_come_in_order_up_to_an_error() {
        for threads in [1, 2, 3, 8] {
            let (taken, ended) = run(threads, 200, |number| number);
            assert_eq!(taken, (0..100).collect::<Vec<_>>(), "{threads}");
            assert!(ended.is_ok());
            let (taken, ended) = run(threads, 40, |number| number);
            assert_eq!(taken, (0..=40).collect::<Vec<_>>(), "{threads}");
            assert_eq!(ended.unwrap_err().to_string(), "enough");
        }
    }

    #[test]
    fn a_panic_ends_all_and_is_passed_on() {
        for threads in [1, 2, 3, 8] {
            for number in [0, 50, 99] {
                let panics =
                    || run(threads, 200, |found| if found == number { panic!("bad") } else { found });
                assert!(catch_unwind(AssertUnwindSafe(panics)).is_err(), "{threads} {number}");
            }
        }
    }

    #[test]
    fn a_few_pieces_are_under_way_at_most() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        for threads in [1, 2, 3, 8] {
            let (begun, mut taken, mut most) = (AtomicUsize::new(0), 0, 0);
            let next = || Some(begun.fetch_add(1, Ordering::SeqCst)).filter(|number| *number < 300);
            let take = |_| {
                std::thread::sleep(Duration::from_micros(100));
                most = most.max(begun.load(Ordering::SeqCst) - taken);
                taken += 1;
                Ok(())
            };
            in_order(threads, next, |number| number, take).unwrap();
            // The one that is being taken, and the next, for which there may be no room yet.
            assert!(most <= 4 * threads + 2, "{threads}: {most}");
        }
    }

    #[cfg(feature = "parallel")]
    #[test]
    fn a_pool_of_one_thread_does_not_stand_still() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let (taken, ended) = pool.install(|| run(8, 200, |number| number));
        assert_eq!(taken, (0..100).collect::<Vec<_>>());
        assert!(ended.is_ok());
    }
}
