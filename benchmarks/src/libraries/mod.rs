//! The crates that are compared: each saves and loads a state as its users would.

mod files;
pub mod ndarray_npy;
mod npyz;
mod npz_core;
mod safetensors;

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use crate::Outcome;
use crate::arrays::{Cell, State, Value};
use crate::threads;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One array: `.npy`.
    Npy,
    /// An archive as `np.savez` writes it. Of safetensors: its own format.
    Stored,
    /// An archive as `np.savez_compressed` writes it: deflate, level 6.
    Compressed,
}

/// A crate and the way it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Library {
    /// npz-core's derive, with so many threads.
    NpzCore(usize),
    /// npz-core, member by member.
    ByHand,
    /// The crate `ndarray-npy`.
    NdarrayNpy,
    /// The crate `npyz`.
    Npyz,
    /// The crate `safetensors`.
    Safetensors,
}

impl fmt::Display for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NpzCore(1) => f.write_str("npz-core"),
            Self::NpzCore(threads) => write!(f, "npz-core, {threads} threads"),
            Self::ByHand => f.write_str("npz-core, by hand"),
            Self::NdarrayNpy => f.write_str("ndarray-npy"),
            Self::Npyz => f.write_str("npyz"),
            Self::Safetensors => f.write_str("safetensors"),
        }
    }
}

impl FromStr for Library {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let mut all = Self::ours().chain(Self::PEERS).chain([Self::ByHand]);
        all.find(|library| library.to_string() == name).ok_or_else(|| format!("no library is called {name}"))
    }
}

impl Library {
    /// The others.
    pub const PEERS: [Self; 3] = [Self::NdarrayNpy, Self::Npyz, Self::Safetensors];

    /// npz-core with each number of threads.
    pub fn ours() -> impl Iterator<Item = Self> {
        threads::counts().into_iter().map(Self::NpzCore)
    }

    /// npz-core with each number of threads, and the others.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::ours().chain(Self::PEERS)
    }

    /// Whether it knows this form and these cells.
    pub fn can<A: Cell>(self, form: Form) -> bool {
        match self {
            Self::NpzCore(_) | Self::ByHand | Self::Npyz => true,
            Self::NdarrayNpy => A::NDARRAY_NPY.is_some(),
            Self::Safetensors => form == Form::Stored,
        }
    }

    /// Saves a state, or its one array as `.npy`. `synced` means: written under another name, synced, renamed, and the
    /// folder synced; else the file is written where it is.
    ///
    /// # Errors
    /// What the library gives.
    pub fn save<V: Value>(self, state: &State<V>, path: &Path, form: Form, synced: bool) -> Outcome<()> {
        match self {
            Self::NpzCore(threads) => npz_core::save(state, path, form, synced, threads),
            Self::ByHand => npz_core::save_by_hand(state, path, form, synced),
            Self::NdarrayNpy => files::write(path, synced, |file| ndarray_npy::write(state, file, form)),
            Self::Npyz => files::write(path, synced, |file| npyz::write(state, file, form)),
            Self::Safetensors => safetensors::save(state, path, synced),
        }
    }

    /// Loads a state into new memory.
    ///
    /// # Errors
    /// What the library gives.
    pub fn load<V: Value>(self, path: &Path, form: Form) -> Outcome<State<V>> {
        match self {
            Self::NpzCore(threads) => npz_core::load(path, form, threads),
            Self::ByHand => npz_core::load_by_hand(path),
            Self::NdarrayNpy => ndarray_npy::load(path, form),
            Self::Npyz => npyz::load(path, form),
            Self::Safetensors => safetensors::load(path),
        }
    }
}
