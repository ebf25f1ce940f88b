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

/// A row.
#[derive(npz_core::NpyRecord, Clone)]
#[npy(align)]
pub(crate) struct Row<T> {
    /// Its cells.
    #[npy(rename = "c", title = "cells")]
    pub(crate) cells: [T; 2],
    /// Its step.
    #[npy(alias = "epoch", cast = "safe")]
    pub(crate) step: u64,
    /// Not stored.
    #[npy(skip)]
    pub(crate) cache: Option<T>,
}

#[test]
fn forbidden_lints_find_nothing_in_rows() {
    let rows = ndarray::array![Row { cells: [1u8, 2], step: 3, cache: Some(4) }];
    let loaded = npz_core::npy::from_bytes::<ndarray::Array1<Row<u8>>>(
        &npz_core::npy::to_bytes(&rows).unwrap_or_default(),
    );
    assert!(
        loaded.is_ok_and(|loaded| (loaded[0].cells, loaded[0].step, loaded[0].cache) == ([1, 2], 3, None))
    );
}

#[test]
fn forbidden_lints_find_nothing() {
    use npz_core::Npz;
    let state = State { cells: ndarray::array![1u8], step: 3 };
    let loaded = State::from_bytes(&state.to_bytes().unwrap_or_default());
    assert!(loaded.is_ok_and(|loaded: State<u8>| loaded.cells == state.cells && loaded.step == 3));
}
