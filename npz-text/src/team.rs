//! Work on several threads.

use std::num::NonZero;
use std::sync::LazyLock;

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

/// Does the work on each piece, and one other thing meanwhile; gives both results.
pub(crate) fn map_while<T: Send, R: Send, S>(
    threads: usize,
    pieces: Vec<T>,
    work: impl Fn(T) -> R + Sync,
    meanwhile: impl FnOnce() -> S,
) -> (Vec<R>, S) {
    #[cfg(feature = "parallel")]
    if threads > 1 && pieces.len() > 1 {
        return parallel(threads, pieces, &work, meanwhile);
    }
    let _ = threads;
    let results = pieces.into_iter().map(work).collect();
    (results, meanwhile())
}

#[cfg(feature = "parallel")]
fn parallel<T: Send, R: Send, S>(
    threads: usize,
    pieces: Vec<T>,
    work: &(impl Fn(T) -> R + Sync),
    meanwhile: impl FnOnce() -> S,
) -> (Vec<R>, S) {
    use std::sync::Mutex;
    let count = pieces.len();
    let waiting = Mutex::new(pieces.into_iter().enumerate());
    let done: Mutex<Vec<Option<R>>> = Mutex::new((0..count).map(|_| None).collect());
    let help = || {
        loop {
            // The lock is let go before the work.
            let next = lock(&waiting).next();
            let Some((index, piece)) = next else { break };
            let result = work(piece);
            lock(&done)[index] = Some(result);
        }
    };
    let other = rayon::in_place_scope(|scope| {
        for _ in 1..threads.min(count + 1) {
            scope.spawn(|_| help());
        }
        let other = meanwhile();
        help();
        other
    });
    let done = done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    (done.into_iter().flatten().collect(), other)
}

/// A panic of another thread is passed on by the scope: what it left does not matter.
#[cfg(feature = "parallel")]
fn lock<T>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
