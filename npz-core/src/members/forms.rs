//! `store_as` and `string`: the form that a field asks for, and where it asked.

use crate::element::{CellType, Form, StoreAs, TextForm, misfit, misfit_of_bytes};
use crate::error::{Error, Result};
use crate::members::Name;

/// The form of the cells below a field.
///
/// A word speaks of cells of one kind; all others below the field stay as they are. But a member at the field's own
/// place *is* the field: there a word that says nothing of its cells is a mistake.
#[derive(Clone, Copy, Debug, Default)]
pub struct Forms {
    store_as: Option<Asked<StoreAs>>,
    string: Option<Asked<TextForm>>,
}

/// A word, and how long the name of the place is that it was asked for at; `None` until that is known.
#[derive(Clone, Copy, Debug)]
struct Asked<T> {
    word: T,
    place_len: Option<usize>,
}

/// As long as no name is.
const NOWHERE: usize = usize::MAX;

impl<T> Asked<T> {
    fn new(word: T) -> Self {
        Self { word, place_len: None }
    }
}

impl Forms {
    /// What the attributes of a field ask for.
    pub fn new(store_as: Option<StoreAs>, string: Option<TextForm>) -> Self {
        Self { store_as: store_as.map(Asked::new), string: string.map(Asked::new) }
    }

    /// These forms inside of others.
    pub(crate) fn within(self, outer: Self) -> Self {
        Self { store_as: self.store_as.or(outer.store_as), string: self.string.or(outer.string) }
    }

    /// Tells where the field stands whose words these are. Said once: the fields below are not meant.
    pub(crate) fn note_place(&mut self, place: &Name) {
        self.note_place_len(place.as_str().len());
    }

    fn note_place_len(&mut self, len: usize) {
        if let Some(asked) = &mut self.store_as {
            asked.place_len.get_or_insert(len);
        }
        if let Some(asked) = &mut self.string {
            asked.place_len.get_or_insert(len);
        }
    }

    /// The same words for what is a part of the field wherever it stands.
    pub(crate) fn of_a_part(self) -> Self {
        let mut forms = Self::new(self.store_as.map(|asked| asked.word), self.string.map(|asked| asked.word));
        forms.note_place_len(NOWHERE);
        forms
    }

    pub(crate) fn form(&self) -> Form {
        Form { store_as: self.store_as.map(|asked| asked.word), string: self.string.map(|asked| asked.word) }
    }

    /// Why a member of such cells can't be stored as its own field asks.
    ///
    /// All members below a field begin with the name of its place: one of the same length is the field itself.
    pub(crate) fn misfit(&self, name: &Name, cells: CellType) -> Option<String> {
        misfit(self.asked_at(name), cells)
    }

    /// Why a member of bytes can't be stored as its own field asks.
    pub(crate) fn misfit_of_bytes(&self, name: &Name) -> Option<String> {
        misfit_of_bytes(self.asked_at(name))
    }

    /// What is asked of a member as the field itself.
    fn asked_at(&self, name: &Name) -> Form {
        let len = Some(name.as_str().len());
        Form {
            store_as: self.store_as.filter(|asked| asked.place_len == len).map(|asked| asked.word),
            string: self.string.filter(|asked| asked.place_len == len).map(|asked| asked.word),
        }
    }

    /// Refuses a member of such cells on save.
    pub(crate) fn check(&self, name: &Name, cells: CellType) -> Result<()> {
        self.misfit(name, cells).map_or(Ok(()), |misfit| Err(Error::invalid(misfit)))
    }
}
