//! Where a value stands in an archive: the dotted path that its members' names begin with.

use std::fmt::{self, Write as _};

use crate::error::{Error, Result};

/// The place of a value in an archive.
///
/// The root is empty; `join` adds a part: a field's name, an index, a map's key. The separator is `.` unless a
/// container's `#[npz(separator = "..")]` sets another, which then holds for everything below it.
///
/// ```
/// use npz_core::extend::Name;
///
/// let layer = Name::root().join("layers").join(0);
/// assert_eq!(layer.join("weights").as_str(), "layers.0.weights");
/// assert_eq!(layer.with_separator("/").join("weights").as_str(), "layers.0/weights");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    path: String,
    separator: &'static str,
    /// Joins since the root.
    depth: u16,
    /// Where the last part begins.
    parent_len: usize,
    /// Other values have their parts here too: a flattened value's place is its parent's.
    is_shared: bool,
    next: Next,
}

/// What the next part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// One behind a separator.
    Part,
    /// A list or map, each element of which stands behind its name without one: `layer_` and `layer_0`.
    List,
    /// Such an element.
    Element,
}

/// The part of a name under which a value is marked that has no members, where its absence would mean another
/// value. No key of a map may be called so.
pub(crate) const NONE: &str = "(none)";

/// How deep values may be nested. Saving and loading recurse, and a name in a file may be 64 KiB long.
const MAX_DEPTH: u16 = 128;

impl Name {
    /// Gives the place of the archive itself.
    pub fn root() -> Self {
        Self {
            path: String::new(),
            separator: ".",
            depth: 0,
            parent_len: 0,
            is_shared: false,
            next: Next::Part,
        }
    }

    /// Gives the place of a part of the value at this place.
    pub fn join(&self, part: impl fmt::Display) -> Self {
        // Of each value several names are made and looked for: this is one allocation for most parts.
        const USUAL_PART: usize = 24;
        let separator = if self.is_root() || self.has_each() { "" } else { self.separator };
        let parent_len = self.path.len() + separator.len();
        let mut path = String::with_capacity(parent_len + USUAL_PART);
        path.push_str(&self.path);
        path.push_str(separator);
        // Writing to a string fails only where the part's own `Display` does.
        let _ = write!(path, "{part}");
        Self {
            path,
            separator: self.separator,
            depth: self.depth.saturating_add(1),
            parent_len,
            is_shared: false,
            next: if self.next == Next::List { Next::Element } else { Next::Part },
        }
    }

    /// Sets what stands between this place and its parts.
    pub fn with_separator(&self, separator: &'static str) -> Self {
        Self { separator, ..self.clone() }
    }

    /// The same place for a value that is flattened into the one that stands there.
    pub(crate) fn shared(&self) -> Self {
        Self { is_shared: true, ..self.clone() }
    }

    pub(crate) fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// The same place, where the next part is a list whose elements stand behind its name without a separator.
    pub(crate) fn before_each(&self) -> Self {
        Self { next: Next::List, ..self.clone() }
    }

    /// Whether elements stand behind this name without a separator.
    pub(crate) fn has_each(&self) -> bool {
        self.next == Next::Element
    }

    /// The same place for a mark of the whole list.
    pub(crate) fn of_all(&self) -> Self {
        Self { next: Next::Part, ..self.clone() }
    }

    /// Gives the name as `np.load` shows it.
    pub fn as_str(&self) -> &str {
        &self.path
    }

    pub(crate) fn separator(&self) -> &'static str {
        self.separator
    }

    pub(crate) fn parent_len(&self) -> usize {
        self.parent_len
    }

    pub(crate) fn is_root(&self) -> bool {
        self.depth == 0
    }

    pub(crate) fn check_depth(&self) -> Result<()> {
        if self.depth <= MAX_DEPTH {
            return Ok(());
        }
        Err(Error::limit(format!(
            "values are nested deeper than {MAX_DEPTH} levels; store them as a `Vec` instead of one inside the other"
        )))
    }

    /// What so many elements below this place count as that nothing stands for: the names of their parts are made and
    /// looked for, so long names count more.
    pub(crate) fn cost_of_free(&self, count: usize) -> usize {
        const USUAL: usize = 256;
        count.saturating_mul(1 + self.path.len() / USUAL)
    }

    /// Whether values may be nested so many levels below this place.
    pub(crate) fn has_room_for(&self, levels: usize) -> bool {
        usize::from(self.depth).saturating_add(levels) <= usize::from(MAX_DEPTH)
    }

    /// What the names of all parts begin with.
    pub(crate) fn prefix(&self) -> String {
        self.prefix_by(self.separator)
    }

    /// The same under another separator.
    pub(crate) fn prefix_by(&self, separator: &str) -> String {
        let separator = if self.is_root() || self.has_each() { "" } else { separator };
        format!("{}{separator}", self.path)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}
