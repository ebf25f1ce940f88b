//! The shapes of a value that is loaded over: other ones in the file are refused, unless the caller allows them.

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::members::Name;
use crate::shape::python_tuple;

/// What the arrays and lists of a value have now, by place.
#[derive(Default)]
pub struct Shapes {
    places: HashMap<String, Kept>,
    is_short: bool,
}

enum Kept {
    Shape(Vec<usize>),
    /// The length of a list, or of the first axis of the array that it is.
    Len(usize),
}

impl Shapes {
    pub(crate) fn note_shape(&mut self, name: &Name, shape: &[usize]) {
        self.note(name, Kept::Shape(shape.to_vec()));
    }

    pub(crate) fn note_len(&mut self, name: &Name, len: usize) {
        self.note(name, Kept::Len(len));
    }

    fn note(&mut self, name: &Name, kept: Kept) {
        if self.places.try_reserve(1).is_ok() {
            self.places.insert(name.as_str().to_owned(), kept);
        } else {
            self.is_short = true;
        }
    }

    /// Says whether there was no memory for all.
    pub(crate) fn check(&self) -> Result<()> {
        let bytes = (self.places.len() + 1) * size_of::<(String, Kept)>();
        if self.is_short { Err(Error::no_memory(bytes as u64, "shapes of the value")) } else { Ok(()) }
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
