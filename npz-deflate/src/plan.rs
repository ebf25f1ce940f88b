//! [`Plan`]: how blocks are encoded, and what is so plain that it needs no choice.

use super::search::Method;
use super::sequences::Prices;

/// Cells that repeat are looked for up to this width.
const MOST_PERIOD: usize = 16;

/// From this many bits a byte on, codes of a sample are as good as those of all bytes.
const LEAST_SAMPLED: u64 = 6;

/// How the cells of a member are encoded.
#[derive(Clone)]
pub(super) enum Plan {
    /// Nothing shrinks.
    Stored,
    /// Literals alone; their codes are made of a sample or of all of them.
    Literals { sampled: bool },
    /// By a search, with the prices that each block begins with.
    Search { method: Method, prices: Box<Prices> },
    /// By a library, at a level.
    Zlib(u32),
}

impl Plan {
    /// For so many bits without matches, that take so many as literals.
    pub(super) fn of_literals(literals: u64, bits: u64) -> Self {
        if literals + literals / 200 > bits {
            Self::Stored
        } else {
            Self::Literals { sampled: literals > LEAST_SAMPLED * bits / 8 }
        }
    }

    /// Whether that is several times as fast as to search at every byte.
    pub(super) fn is_quick(&self) -> bool {
        match self {
            Self::Search { method, .. } => {
                !matches!(method, Method::Near { .. } | Method::Rows { .. } | Method::Chains { .. })
            }
            _ => true,
        }
    }

    /// Whether it takes long, with matches that reach far.
    pub(super) fn is_slow(&self) -> bool {
        let Self::Search { method, .. } = self else { return false };
        matches!(
            method,
            Method::Near { .. } | Method::Rows { .. } | Method::Chains { .. } | Method::Repeated { .. }
        )
    }
}

/// The width at which all bytes repeat: that of one byte, or of the cells.
pub(super) fn period_of(bytes: &[u8], width: usize) -> Option<usize> {
    [1, width].into_iter().filter(|width| (1..=MOST_PERIOD).contains(width)).find(|&width| {
        // Most cells differ from the next ones, and the comparison ends there.
        bytes.len() > 2 * width && bytes[width..] == bytes[..bytes.len() - width]
    })
}
