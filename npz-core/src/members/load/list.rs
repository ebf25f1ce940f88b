//! A collected list as a medium: a value is loaded from the members that another has pushed, without any file.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::path::Path;
use std::sync::Arc;

use crate::element::Cast;
use crate::error::Result;
use crate::limits::Limits;
use crate::members::load::medium::Medium;
use crate::members::{FromMembers, Loader, Members, Name};
use crate::memory::{self, MEMBERS};
use crate::stored::Stored;

/// Arrays by name.
pub(crate) struct ArrayList<'m> {
    arrays: Vec<(&'m str, Arc<dyn Stored + 'm>)>,
    /// Which of them a name finds.
    keys: BTreeMap<&'m str, usize>,
    limits: Limits,
    /// The file, for messages.
    path: Option<&'m Path>,
}

impl<'m> ArrayList<'m> {
    fn new(arrays: Vec<(&'m str, Arc<dyn Stored + 'm>)>, limits: Limits, path: Option<&'m Path>) -> Self {
        // Not `collect`, which sorts in memory of its own.
        let mut keys = BTreeMap::new();
        keys.extend(arrays.iter().enumerate().map(|(i, (name, _))| (*name, i)));
        Self { arrays, keys, limits, path }
    }
}

impl Members<'_> {
    /// Loads a value from these members, as from an archive that they were written to.
    ///
    /// Copies the cells. Useful to convert between types of the same members, and to test hand-written
    /// implementations of [`ToMembers`](crate::ToMembers) and [`FromMembers`] without a file.
    ///
    /// # Errors
    /// [`ErrorKind::Mismatch`](crate::ErrorKind::Mismatch) with a report if the members are not those of `T`.
    ///
    /// ```
    /// use npz_core::extend::{Members, Name};
    /// use npz_core::ToMembers;
    ///
    /// let pair = (1u8, 2.5f32);
    /// let mut members = Members::new();
    /// pair.to_members(&mut members, &Name::root())?;
    /// assert_eq!(members.load::<(u16, f64)>()?, (1, 2.5));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn load<T: FromMembers>(&self) -> Result<T> {
        let arrays = self.as_slice().iter().map(|member| {
            let array: Arc<dyn Stored + '_> = member.array.clone();
            (member.name.as_str(), array)
        });
        let medium = ArrayList::new(memory::collect(arrays, MEMBERS)?, Limits::trusted(), None);
        let mut loader = Loader::new(&medium, Cast::Safe, false);
        let plan = T::plan(&mut loader, &Name::root());
        loader.settle();
        loader.note_unexpected();
        loader.run()?;
        plan.finish()
    }
}

impl Medium for ArrayList<'_> {
    fn find(&self, key: &str) -> Option<usize> {
        self.keys.get(key).copied()
    }

    fn keys_under<'m>(&'m self, prefix: &str) -> Box<dyn Iterator<Item = (&'m str, usize)> + 'm> {
        let from = self.keys.range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        let prefix = prefix.to_owned();
        Box::new(from.map(|(&key, &i)| (key, i)).take_while(move |(key, _)| key.starts_with(&prefix)))
    }

    fn members(&self) -> Box<dyn Iterator<Item = (usize, &str)> + '_> {
        Box::new(self.arrays.iter().enumerate().map(|(i, (name, _))| (i, *name)))
    }

    fn array<'m>(&'m self, member: usize) -> Result<Option<Arc<dyn Stored + 'm>>> {
        Ok(self.arrays.get(member).map(|(_, array)| Arc::clone(array) as Arc<dyn Stored>))
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    fn path(&self) -> Option<&Path> {
        self.path
    }
}
