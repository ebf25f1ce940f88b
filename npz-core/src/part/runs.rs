//! [`Runs`]: the cells of a part, as those that lie side by side.

use super::Axis;

/// Cells that lie side by side in the array and in the part, counted in the order of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) len: usize,
}

impl Run {
    pub(crate) fn end(&self) -> usize {
        self.from + self.len
    }
}

/// Goes through the axes as an odometer does; what is left of the fastest ones is one run.
pub(crate) struct Runs<'p> {
    /// The axes that count, from the slowest on; their places now.
    outer: Vec<Outer<'p>>,
    /// The sums of all places but that of the fastest axis.
    base: (usize, usize),
    /// Where the run begins among its axes, its length, and how much of it was told.
    first: usize,
    len: usize,
    told: usize,
    most: usize,
    has_ended: bool,
}

struct Outer<'p> {
    axis: &'p Axis,
    /// How many cells are passed over by one place: of the array, and of the part.
    strides: (usize, usize),
    number: usize,
    reads: usize,
}

impl Outer<'_> {
    fn at(&self) -> (usize, usize) {
        let (from, to) = self.axis.place(self.number);
        (from * self.strides.0, to * self.strides.1)
    }
}

impl<'p> Runs<'p> {
    /// `axes` from the slowest to the fastest.
    pub(super) fn new(mut axes: Vec<&'p Axis>, most: usize) -> Self {
        let (mut first, mut len, mut stride) = (0, 1, 1);
        while let Some(axis) = axes.last()
            && let Some(place) = axis.first_of_run()
        {
            let is_whole = axis.is_whole();
            first += place * stride;
            stride *= axis.len;
            len *= axis.count;
            axes.pop();
            if !is_whole {
                break;
            }
        }
        let has_ended = len == 0 || axes.iter().any(|axis| axis.reads() == 0);
        let mut strides = (stride, len);
        let mut outer = Vec::with_capacity(axes.len());
        for axis in axes.into_iter().rev() {
            outer.push(Outer { axis, strides, number: 0, reads: axis.reads() });
            strides = (strides.0.saturating_mul(axis.len), strides.1.saturating_mul(axis.count));
        }
        outer.reverse();
        let mut runs = Self { outer, base: (0, 0), first, len, told: 0, most: most.max(1), has_ended };
        if !has_ended {
            runs.add_up();
        }
        runs
    }

    fn add_up(&mut self) {
        let slower = self.outer.len().saturating_sub(1);
        self.base =
            self.outer[..slower].iter().map(Outer::at).fold((0, 0), |sum, at| (sum.0 + at.0, sum.1 + at.1));
    }

    /// Goes on to the next place.
    fn advance(&mut self) {
        let fastest = self.outer.len().wrapping_sub(1);
        for i in (0..self.outer.len()).rev() {
            let outer = &mut self.outer[i];
            outer.number += 1;
            if outer.number < outer.reads {
                if i < fastest {
                    self.add_up();
                }
                return;
            }
            outer.number = 0;
        }
        self.has_ended = true;
    }
}

impl Iterator for Runs<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        if self.has_ended {
            return None;
        }
        let at = self.outer.last().map_or((0, 0), Outer::at);
        let (from, to) = (self.base.0 + at.0 + self.first + self.told, self.base.1 + at.1 + self.told);
        let len = (self.len - self.told).min(self.most);
        self.told += len;
        if self.told == self.len {
            self.told = 0;
            self.advance();
        }
        Some(Run { from, to, len })
    }
}
