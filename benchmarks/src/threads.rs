//! The one place that says how many threads npz-core may use.

use npz_core::{LoadOptions, SaveOptions};

/// The numbers of threads that npz-core is measured with.
///
/// Until its options take a number of threads all saves and loads run on one, and nothing else is to be shown.
pub fn counts() -> Vec<usize> {
    vec![1]
}

/// Options that ask for a number of threads.
pub trait WithThreads {
    /// Asks for `threads`.
    fn with_threads(self, threads: usize) -> Self;
}

impl WithThreads for SaveOptions {
    fn with_threads(self, _threads: usize) -> Self {
        self
    }
}

impl WithThreads for LoadOptions {
    fn with_threads(self, _threads: usize) -> Self {
        self
    }
}
