//! The shapes of a value that is loaded over: other ones in the file are refused, unless the caller allows them.

use std::collections::HashMap;

use crate::members::Name;
use crate::shape::python_tuple;

/// What the arrays and lists of a value have now, by place.
#[derive(Default)]
pub struct Shapes {
    places: HashMap<String, Kept>,
}

enum Kept {
    Shape(Vec<usize>),
    /// The length of a list, or of the first axis of the array that it is.
    Len(usize),
}

impl Shapes {
    pub(crate) fn note_shape(&mut self, name: &Name, shape: &[usize]) {
        self.places.insert(name.as_str().to_owned(), Kept::Shape(shape.to_vec()));
    }

    pub(crate) fn note_len(&mut self, name: &Name, len: usize) {
        self.places.insert(name.as_str().to_owned(), Kept::Len(len));
    }

    /// What an array of this shape should have been.
    pub(crate) fn misfit(&self, name: &Name, shape: &[usize]) -> Option<String> {
        match self.places.get(name.as_str())? {
            Kept::Shape(kept) if kept != shape => Some(format!("shape {}", python_tuple(kept))),
            Kept::Len(len) if shape.first() != Some(len) => Some(elements(*len)),
            _ => None,
        }
    }

    /// What a list of so many elements should have been.
    pub(crate) fn misfit_of_list(&self, name: &Name, found: usize) -> Option<String> {
        match self.places.get(name.as_str())? {
            Kept::Len(len) if *len != found => Some(elements(*len)),
            _ => None,
        }
    }
}

pub(crate) fn elements(count: usize) -> String {
    if count == 1 { "1 element".to_owned() } else { format!("{count} elements") }
}
