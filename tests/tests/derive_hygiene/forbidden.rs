//! The strictest crate: lints that can't be allowed again.
#![forbid(warnings, unsafe_code, unused, nonstandard_style, missing_docs, clippy::all, clippy::pedantic)]

/// A state.
#[derive(npz_core::Npz)]
pub(crate) struct State<T> {
    /// Its array.
    pub(crate) cells: ndarray::Array1<T>,
    /// Its step.
    #[npz(default, alias = "epoch", cast = "safe")]
    pub(crate) step: u64,
}

#[test]
fn forbidden_lints_find_nothing() {
    use npz_core::Npz;
    let state = State { cells: ndarray::array![1u8], step: 3 };
    let loaded = State::from_bytes(&state.to_bytes().unwrap_or_default());
    assert!(loaded.is_ok_and(|loaded: State<u8>| loaded.cells == state.cells && loaded.step == 3));
}
