//! An allocator that fails where it is told to, and the loop that tells it.
#![allow(unsafe_code, reason = "an allocator can't be written without")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::backtrace::Backtrace;
use std::cell::Cell;
use std::error::Error as _;
use std::io::{self, Write};
use std::ptr::null_mut;
use std::sync::{Mutex, PoisonError};

use npz_core::{Error, ErrorKind, Result};

/// From here on an allocation grows with the data.
pub(crate) const LARGE: usize = 64 << 10;

/// What is to fail on this thread.
#[derive(Clone, Copy)]
struct Plan {
    /// The least size that counts.
    least: usize,
    /// So many are let through; `None` where nothing fails.
    left: Option<usize>,
    has_failed: bool,
}

const NOTHING: Plan = Plan { least: 0, left: None, has_failed: false };

thread_local! {
    static PLAN: Cell<Plan> = const { Cell::new(NOTHING) };
}

struct Failing;

#[global_allocator]
static ALLOCATOR: Failing = Failing;

/// Whether an allocation of this size is the one that fails.
fn fails(size: usize) -> bool {
    let mut plan = PLAN.get();
    let Some(left) = plan.left.filter(|_| size >= plan.least) else { return false };
    if left > 0 {
        plan.left = Some(left - 1);
        PLAN.set(plan);
        return false;
    }
    // What is allocated for the trace, and after it, is not to fail.
    PLAN.set(Plan { left: None, has_failed: true, ..plan });
    if std::env::var_os("SHORT_MEMORY_TRACE").is_some() {
        eprintln!("{size} bytes at\n{}", Backtrace::force_capture());
    }
    true
}

// SAFETY: every call goes on to the system's allocator with the arguments that came, so its promises are ours; or it gives
// null, which says that there is no memory and leaves the old block as it is. `fails` allocates nothing itself, unless a
// trace is asked for, when it has put the plan away before; it does not unwind.
unsafe impl GlobalAlloc for Failing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those of the system's allocator.
        if fails(layout.size()) { null_mut() } else { unsafe { System.alloc(layout) } }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        if fails(layout.size()) { null_mut() } else { unsafe { System.alloc_zeroed(layout) } }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        if fails(size) { null_mut() } else { unsafe { System.realloc(block, layout, size) } }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above; the block is one of the system's.
        unsafe { System.dealloc(block, layout) }
    }
}

/// Runs an operation while the allocation after so many of at least `least` bytes fails, and tells whether it came to that.
fn run_short<T>(least: usize, through: usize, operation: impl FnOnce() -> T) -> (T, bool) {
    PLAN.set(Plan { least, left: Some(through), has_failed: false });
    let result = operation();
    (result, PLAN.replace(NOTHING).has_failed)
}

/// Runs an operation again and again: each time the next of its large allocations fails, until none is left. It must give an
/// error that says so each time; `after` looks at what is left of the world.
pub(crate) fn exhaust_after(
    name: &str,
    least: usize,
    mut operation: impl FnMut() -> Result<()>,
    after: impl Fn(),
) -> usize {
    // One line for each operation, past the test harness, which would keep it if the process were ended.
    static LINES: Mutex<()> = Mutex::new(());
    let _line = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    let mut stderr = io::stderr();
    write!(stderr, "{name}:").unwrap();
    for through in 0.. {
        write!(stderr, " {}", through + 1).unwrap();
        let (result, has_failed) = run_short(least, through, &mut operation);
        if !has_failed {
            result.unwrap_or_else(|error| panic!("{name}: fails with all the memory that it wants: {error}"));
            writeln!(stderr).unwrap();
            return through;
        }
        let place = format!("{name}, allocation {}", through + 1);
        let error = result.err().unwrap_or_else(|| panic!("{place}: succeeds without the memory"));
        check(&place, &error);
        after();
    }
    unreachable!("an operation ends")
}

pub(crate) fn exhaust(name: &str, operation: impl FnMut() -> Result<()>) -> usize {
    exhaust_after(name, LARGE, operation, || {})
}

fn check(place: &str, error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Io, "{place}: {error}");
    let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    let kind = source.map(io::Error::kind);
    assert_eq!(kind, Some(io::ErrorKind::OutOfMemory), "{place}: {error}: the source is another");
    let text = error.to_string();
    assert!(text.contains("allocate") || text.contains("out of memory"), "{place}: {text}");
}
