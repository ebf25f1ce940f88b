//! Points of a stream at which it can be entered, met while it was inflated: who reads parts of it again begins there.

use std::sync::{Mutex, PoisonError};

use npz_deflate::inflate::{Spot, WINDOW};

use crate::error::Result;
use crate::memory;

/// A place between two symbols of a stream; the beginning by default.
#[derive(Clone, Default)]
pub(super) struct Point {
    /// The next bit.
    pub(super) bit: u64,
    /// So many bytes come before.
    pub(super) at: u64,
    /// The last 32 KiB of them, or all.
    pub(super) window: Vec<u8>,
    /// In which sub-block it lies.
    pub(super) spot: Spot,
}

/// Points of a member, in order. They take 32 KiB each: less than a hundredth of the member, and 2 MiB at most.
pub(crate) struct Points {
    points: Mutex<Vec<Point>>,
    /// Between two of them lie so many bytes at least.
    apart: u64,
}

/// There are so many at most.
const MOST_POINTS: u64 = 64;

impl Default for Points {
    fn default() -> Self {
        Self { points: Mutex::default(), apart: 4 << 20 }
    }
}

impl Points {
    #[cfg(test)]
    pub(super) fn all() -> Self {
        Self { points: Mutex::default(), apart: 1 }
    }

    /// The last point before a byte.
    pub(super) fn before(&self, at: u64) -> Point {
        let points = self.points.lock().unwrap_or_else(PoisonError::into_inner);
        let behind = points.partition_point(|point| point.at <= at);
        points[..behind].last().cloned().unwrap_or_default()
    }

    /// Keeps a point of a member of so many bytes, if no other is near.
    pub(super) fn remember(&self, point: &Point, size: u64) -> Result<()> {
        let apart = (size / MOST_POINTS).max(self.apart);
        let mut points = self.points.lock().unwrap_or_else(PoisonError::into_inner);
        let behind = points.partition_point(|other| other.at <= point.at);
        let before = behind.checked_sub(1).map_or(0, |last| points[last].at);
        let is_near =
            point.at - before < apart || points.get(behind).is_some_and(|next| next.at - point.at < apart);
        if is_near || point.window.len() < WINDOW {
            return Ok(());
        }
        let window = memory::copy(&point.window, POINTS)?;
        memory::reserve(&mut points, 1, POINTS)?;
        points.insert(behind, Point { window, spot: point.spot.clone(), ..*point });
        Ok(())
    }
}

/// What is short of memory here.
const POINTS: &str = "points of the member";
