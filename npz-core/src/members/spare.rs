//! Memory of a value that is about to be replaced by another of the same shapes.

use std::any::{Any, TypeId};
use std::collections::{HashMap, VecDeque};

/// Buffers by cell type and number of cells: whichever array of the new value needs one takes it.
///
/// First given, first taken: fields give and take in the same order, so an array keeps its own memory.
#[derive(Default)]
pub struct Spares {
    buffers: HashMap<(TypeId, usize), VecDeque<Box<dyn Any>>>,
}

impl Spares {
    pub(crate) fn give<A: 'static>(&mut self, cells: Vec<A>) {
        if !cells.is_empty() {
            self.buffers.entry((TypeId::of::<A>(), cells.len())).or_default().push_back(Box::new(cells));
        }
    }

    /// Takes a buffer of `len` cells, whose values are those of before; an empty one if there is none.
    pub(crate) fn take<A: 'static>(&mut self, len: usize) -> Vec<A> {
        let buffers = self.buffers.get_mut(&(TypeId::of::<A>(), len));
        let buffer = buffers.and_then(VecDeque::pop_front);
        buffer.and_then(|buffer| buffer.downcast().ok()).map_or_else(Vec::new, |cells| *cells)
    }
}
