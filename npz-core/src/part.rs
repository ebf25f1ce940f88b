//! [`Part`]: which cells of an array are wanted, and where they lie: run by run, in the order of the file.
//!
//! Knows shapes and nothing of bytes, so it serves files as well as arrays in memory.

mod runs;

use ndarray::SliceInfoElem;

pub(crate) use self::runs::{Run, Runs};
use crate::error::{Error, Result};
use crate::memory;
use crate::shape::{Order, python_tuple};

/// What is short of memory here.
const PLACES: &str = "list of places";

/// Some of the cells of an array, as an array of their own.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// Of each axis of the array, which places are wanted.
    axes: Vec<Axis>,
    shape: Vec<usize>,
}

#[derive(Clone, Debug)]
struct Axis {
    /// How long it is.
    len: usize,
    /// How many of its places are wanted.
    count: usize,
    places: Places,
}

#[derive(Clone, Debug)]
enum Places {
    /// From the lowest one on, in equal steps; told from the end where `is_reversed`.
    Steps { first: usize, step: usize, is_reversed: bool },
    /// Any, each once: where it is in the array and in the part, sorted. And what stands in the part a second time: where,
    /// and where it stands first.
    Chosen { once: Vec<(usize, usize)>, again: Vec<(usize, usize)> },
}

impl Axis {
    fn whole(len: usize) -> Self {
        Self { len, count: len, places: Places::Steps { first: 0, step: 1, is_reversed: false } }
    }

    /// Of how many places something is read.
    fn reads(&self) -> usize {
        match &self.places {
            Places::Steps { .. } => self.count,
            Places::Chosen { once, .. } => once.len(),
        }
    }

    /// A place of the array and that of the part, by its number in the order of the array.
    fn place(&self, number: usize) -> (usize, usize) {
        match &self.places {
            &Places::Steps { first, step, is_reversed } => {
                let to = if is_reversed { self.count - 1 - number } else { number };
                (first + number * step, to)
            }
            Places::Chosen { once, .. } => once[number],
        }
    }

    fn is_whole(&self) -> bool {
        self.first_of_run() == Some(0) && self.count == self.len
    }

    /// Where it begins, if its places lie side by side in the order that they have in the part.
    fn first_of_run(&self) -> Option<usize> {
        match self.places {
            Places::Steps { first, step, is_reversed } if self.count == 1 || (step == 1 && !is_reversed) => {
                Some(first)
            }
            _ => None,
        }
    }

    fn is_in_order(&self) -> bool {
        match &self.places {
            Places::Steps { is_reversed, .. } => !is_reversed || self.count < 2,
            Places::Chosen { once, again } => again.is_empty() && once.is_sorted_by_key(|&(_, to)| to),
        }
    }
}

impl Part {
    /// What [`ndarray::s`] tells of an array; axes at the end that it does not speak of are taken whole.
    ///
    /// The rules are those of ndarray, not Python's: a range that goes beyond the axis is an error, and a negative step goes
    /// through the range from its end.
    pub(crate) fn slice(shape: &[usize], elements: &[SliceInfoElem]) -> Result<Self> {
        let mut rest = shape.iter().enumerate();
        let mut part = Self { axes: Vec::new(), shape: Vec::new() };
        for element in elements {
            if let SliceInfoElem::NewAxis = element {
                part.shape.push(1);
                continue;
            }
            let Some((number, &len)) = rest.next() else {
                let asked = elements.iter().filter(|element| !element.is_new_axis()).count();
                return Err(Error::invalid(format!(
                    "expected a slice of at most {} axes, as the array has, found one of {asked}; the array has shape {}",
                    shape.len(),
                    python_tuple(shape)
                )));
            };
            let axis = match *element {
                SliceInfoElem::Index(index) => {
                    let outside = || outside_of(number, len, &format!("index {index}"));
                    let first = from_end(index, len).filter(|&place| place < len).ok_or_else(outside)?;
                    Axis { len, count: 1, places: Places::Steps { first, step: 1, is_reversed: false } }
                }
                SliceInfoElem::Slice { start, end, step } => {
                    let axis = steps(len, start, end, step).ok_or_else(|| {
                        let end = end.map_or_else(String::new, |end| end.to_string());
                        outside_of(number, len, &format!("range {start}..{end}"))
                    })?;
                    part.shape.push(axis.count);
                    axis
                }
                SliceInfoElem::NewAxis => continue,
            };
            part.axes.push(axis);
        }
        for (_, &len) in rest {
            part.axes.push(Axis::whole(len));
            part.shape.push(len);
        }
        Ok(part)
    }

    /// Places along one axis, in any order and as often as one likes; the other axes are taken whole.
    pub(crate) fn select(shape: &[usize], axis: usize, indices: &[usize]) -> Result<Self> {
        let Some(&len) = shape.get(axis) else {
            return Err(Error::invalid(format!(
                "expected one of the {} axes of an array of shape {}, found axis {axis}",
                shape.len(),
                python_tuple(shape)
            )));
        };
        let mut all =
            memory::collect(indices.iter().copied().enumerate().map(|(to, from)| (from, to)), PLACES)?;
        if let Some(&(index, at)) = all.iter().find(|&&(index, _)| index >= len) {
            return Err(outside_of(axis, len, &format!("index {index} (number {at} of those selected)")));
        }
        all.sort_unstable();
        let (mut once, mut again) = (memory::with_room::<(usize, usize)>(all.len(), PLACES)?, Vec::new());
        for (from, to) in all {
            match once.last() {
                Some(&(last, first)) if last == from => {
                    memory::reserve(&mut again, 1, PLACES)?;
                    again.push((to, first));
                }
                _ => once.push((from, to)),
            }
        }
        let mut part =
            Self { axes: shape.iter().map(|&len| Axis::whole(len)).collect(), shape: shape.to_vec() };
        part.axes[axis] = Axis { len, count: indices.len(), places: Places::Chosen { once, again } };
        part.shape[axis] = indices.len();
        Ok(part)
    }

    /// One place of an axis, which goes.
    pub(crate) fn index(shape: &[usize], axis: usize, index: usize) -> Result<Self> {
        let mut part = Self::select(shape, axis, &[index])?;
        part.shape.remove(axis);
        Ok(part)
    }

    /// The shape of the part.
    pub(crate) fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Whether the cells of the part come in the order in which the array has them.
    pub(crate) fn is_in_order(&self) -> bool {
        self.axes.iter().all(Axis::is_in_order)
    }

    /// The cells that lie side by side in both, in the order of the array; at most so many at once.
    ///
    /// Cells that the part has twice come once: [`repeat`](Self::repeat) does the rest.
    pub(crate) fn runs(&self, order: Order, most: usize) -> Runs<'_> {
        Runs::new(self.in_order_of(order), most)
    }

    /// How many cells lie before the end of the last one that is wanted.
    pub(crate) fn end(&self, order: Order) -> usize {
        let (mut end, mut stride) = (0, 1);
        for axis in self.in_order_of(order).iter().rev() {
            let Some(last) = axis.reads().checked_sub(1) else { return 0 };
            end += axis.place(last).0 * stride;
            stride *= axis.len;
        }
        end + 1
    }

    /// Copies what stands in the part more than once, from where it stands first; `copy` is told from which cell, to which, and
    /// how many.
    pub(crate) fn repeat(&self, order: Order, copy: &mut dyn FnMut(usize, usize, usize)) {
        let mut outer = 1;
        let axes = self.in_order_of(order);
        for (i, axis) in axes.iter().enumerate() {
            if let Places::Chosen { again, .. } = &axis.places {
                let inner: usize = axes[i + 1..].iter().map(|axis| axis.count).product();
                for block in 0..outer {
                    let start = block * axis.count;
                    for &(to, from) in again {
                        copy((start + from) * inner, (start + to) * inner, inner);
                    }
                }
            }
            outer *= axis.count;
        }
    }

    /// Copies the cells of the part out of all of them, each of which is so many of `items`.
    pub(crate) fn gather<A: Clone>(
        &self,
        items: &[A],
        width: usize,
        order: Order,
        what: &str,
    ) -> Result<Vec<A>> {
        let len = self.shape.iter().product::<usize>() * width;
        let mut found = memory::with_room(len, what)?;
        let there = |run: Run| items.get(run.from * width..run.end() * width).unwrap_or_default();
        // Not known to the compiler: this is built for each type of cells.
        let runs: &mut dyn Iterator<Item = Run> = &mut self.runs(order, usize::MAX);
        if self.is_in_order() {
            for run in runs {
                found.extend_from_slice(there(run));
            }
            return Ok(found);
        }
        let Some(any) = items.first().filter(|_| len > 0) else { return Ok(found) };
        found.resize(len, any.clone());
        for run in runs {
            found[run.to * width..(run.to + run.len) * width].clone_from_slice(there(run));
        }
        self.repeat(order, &mut |from, to, len| {
            for i in 0..len * width {
                found[to * width + i] = found[from * width + i].clone();
            }
        });
        Ok(found)
    }

    /// The axes, from the one that varies slowest to the fastest.
    fn in_order_of(&self, order: Order) -> Vec<&Axis> {
        match order {
            Order::C => self.axes.iter().collect(),
            Order::Fortran => self.axes.iter().rev().collect(),
        }
    }
}

/// A place, where negative ones are counted from the end; `None` before the first one.
fn from_end(index: isize, len: usize) -> Option<usize> {
    if index < 0 { len.checked_sub(index.unsigned_abs()) } else { Some(index.unsigned_abs()) }
}

/// A range of an axis; `None` where it goes beyond.
fn steps(len: usize, start: isize, end: Option<isize>, step: isize) -> Option<Axis> {
    let start = from_end(start, len).filter(|&start| start <= len)?;
    let end = end.map_or(Some(len), |end| from_end(end, len)).filter(|&end| end <= len)?;
    let (is_reversed, step) = (step < 0, step.unsigned_abs());
    let span = end.saturating_sub(start);
    // ndarray makes no slices of step 0.
    let count = span.div_ceil(step.max(1));
    // From the end, the last place is always there; else the first.
    let first = if is_reversed && count > 0 { end - 1 - (count - 1) * step } else { start };
    Some(Axis { len, count, places: Places::Steps { first, step, is_reversed } })
}

fn outside_of(axis: usize, len: usize, what: &str) -> Error {
    Error::invalid(format!("{what} is outside of axis {axis}, which has length {len}"))
}

#[cfg(test)]
mod tests;
