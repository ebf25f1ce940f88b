//! What a type calls its members, known to the compiler: collisions through `flatten` are found before a run.
//!
//! Only `flatten` puts the names of two types at one place, so only flattened fields lead to further names. A nested
//! field does not, and a type that holds itself through a `Box` is no circle here.

/// The names that a value's members, or the places of its fields, have below the value's place.
#[derive(Debug)]
pub struct Names {
    own: &'static [&'static str],
    flat: &'static [&'static Names],
    /// What the type sets; `None` takes that of what is around it.
    separator: Option<&'static str>,
    parts: Parts,
}

/// What the parts of a value are called.
#[derive(Clone, Copy, Debug)]
enum Parts {
    /// As the lists say.
    Fields,
    /// Anything: a map takes what is there.
    Any,
    /// Indices, and `len`.
    Indices,
}

impl Names {
    /// Those of a type whose names come with the value, such as a map.
    pub const UNKNOWN: &'static Names = &Names::new(&[], &[], None);

    /// Those of a map: any.
    pub const ANY: &'static Names = &Names { parts: Parts::Any, ..Names::new(&[], &[], None) };

    /// Those of a list whose elements are members of their own.
    pub const INDICES: &'static Names = &Names { parts: Parts::Indices, ..Names::new(&[], &[], None) };

    /// Those of fields, and of the types that are flattened.
    pub const fn new(
        own: &'static [&'static str],
        flat: &'static [&'static Names],
        separator: Option<&'static str>,
    ) -> Self {
        Self { own, flat, separator, parts: Parts::Fields }
    }

    pub(crate) const fn separator(&self) -> Option<&'static str> {
        self.separator
    }

    /// Whether they are those of a struct.
    pub(crate) const fn is_of_fields(&self) -> bool {
        matches!(self.parts, Parts::Fields) && (!self.own.is_empty() || !self.flat.is_empty())
    }

    /// Whether the names, flattened into a type of this separator, stand beside that type's own: `a/x` and `a.x` don't
    /// collide.
    pub(crate) const fn is_beside(&self, separator: Option<&str>) -> bool {
        match (self.separator, separator) {
            (None, _) => true,
            (Some(inner), Some(outer)) => is_at(inner, 0, outer) && inner.len() == outer.len(),
            (Some(_), None) => false,
        }
    }

    /// Whether a flattened value takes every member that nobody else does.
    pub(crate) const fn takes_the_rest(&self) -> bool {
        if matches!(self.parts, Parts::Any) {
            return true;
        }
        let mut i = 0;
        while i < self.flat.len() {
            if self.flat[i].takes_the_rest() {
                return true;
            }
            i += 1;
        }
        false
    }

    /// Whether what follows the first bytes of a text could be an entry of a map, or an element of a list.
    pub(crate) const fn could_have_end_of(&self, text: &str, start: usize) -> bool {
        match self.parts {
            Parts::Fields => false,
            Parts::Any => true,
            Parts::Indices => {
                is_at(text, start, "len") && text.len() == start + 3 || has_digits_at(text, start)
            }
        }
    }

    /// The first name that is, or leads on from, the place of a field.
    pub(crate) const fn first_below(&self, place: &str, separator: &str) -> Option<&'static str> {
        let mut i = 0;
        while i < self.own.len() {
            let name = self.own[i];
            let is_prefix = is_at(name, 0, place);
            if is_prefix && (name.len() == place.len() || is_at(name, place.len(), separator)) {
                return Some(name);
            }
            i += 1;
        }
        let mut i = 0;
        while i < self.flat.len() {
            if self.flat[i].is_beside(self.separator)
                && let Some(name) = self.flat[i].first_below(place, separator)
            {
                return Some(name);
            }
            i += 1;
        }
        None
    }

    /// The first name that is among others too.
    pub(crate) const fn first_common(&self, others: &Names) -> Option<&'static str> {
        let mut i = 0;
        while i < self.own.len() {
            if others.has_end_of(self.own[i], 0) {
                return Some(self.own[i]);
            }
            i += 1;
        }
        let mut i = 0;
        while i < self.flat.len() {
            if self.flat[i].is_beside(self.separator)
                && let Some(name) = self.flat[i].first_common(others)
            {
                return Some(name);
            }
            i += 1;
        }
        None
    }

    /// Whether what follows the first bytes of a text is one of the names.
    pub(crate) const fn has_end_of(&self, text: &str, start: usize) -> bool {
        let mut i = 0;
        while i < self.own.len() {
            if text.len() == start + self.own[i].len() && is_at(text, start, self.own[i]) {
                return true;
            }
            i += 1;
        }
        let mut i = 0;
        while i < self.flat.len() {
            if self.flat[i].is_beside(self.separator) && self.flat[i].has_end_of(text, start) {
                return true;
            }
            i += 1;
        }
        false
    }
}

/// Whether a text goes on with the digits of an index, and then ends or with something else.
const fn has_digits_at(text: &str, start: usize) -> bool {
    let text = text.as_bytes();
    let mut i = start;
    while i < text.len() && text[i].is_ascii_digit() {
        i += 1;
    }
    i > start && (i == text.len() || !text[i].is_ascii_alphanumeric() && text[i] != b'_')
}

/// Whether a text has another one at a position.
pub(crate) const fn is_at(text: &str, start: usize, part: &str) -> bool {
    let (text, part) = (text.as_bytes(), part.as_bytes());
    if text.len() < start + part.len() {
        return false;
    }
    let mut i = 0;
    while i < part.len() {
        if text[start + i] != part[i] {
            return false;
        }
        i += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const INNER: &Names = &Names::new(&["x", "m.0"], &[], None);
    const OUTER: &Names = &Names::new(&["w"], &[INNER], None);
    const SLASH: &Names = &Names::new(&["x"], &[], Some("/"));
    const OVER_SLASH: &Names = &Names::new(&["w"], &[SLASH], None);

    #[test]
    fn names_are_found_through_flattened_types() {
        assert_eq!(OUTER.first_below("x", "."), Some("x"));
        assert_eq!(OUTER.first_below("m", "."), Some("m.0"));
        assert_eq!(OUTER.first_below("m", "/"), None);
        assert_eq!(OUTER.first_below("m.", "."), None);
        assert_eq!(OUTER.first_below("y", "."), None);
        assert_eq!(OUTER.first_common(INNER), Some("x"));
        assert_eq!(INNER.first_common(OUTER), Some("x"));
        assert_eq!(INNER.first_common(Names::UNKNOWN), None);
        assert!(OUTER.has_end_of("inner.x", 6) && !OUTER.has_end_of("inner.xs", 6));
    }

    #[test]
    fn names_under_another_separator_stand_elsewhere() {
        assert_eq!(OVER_SLASH.first_below("x", "."), None);
        assert_eq!(SLASH.first_below("x", "/"), Some("x"));
        assert!(SLASH.is_beside(Some("/")) && !SLASH.is_beside(Some(".")) && !SLASH.is_beside(None));
    }
}
