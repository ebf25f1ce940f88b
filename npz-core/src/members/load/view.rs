//! What a load sees of a medium: its members as they are, or as migrations of old structs have left them.

use std::collections::{BTreeMap, HashSet};
use std::ops::Bound;
use std::path::Path;
use std::sync::Arc;

use crate::error::Result;
use crate::limits::Limits;
use crate::members::load::medium::{Medium, Reading};
use crate::run::Progress;
use crate::stored::{Extent, Stored};

/// Members that a migration has made are numbered from here on: no archive has so many of its own.
pub(crate) const FIRST_MADE: usize = usize::MAX / 2;

/// What migrations have changed. Nothing of it is written anywhere: the file stays as it is.
#[derive(Default)]
pub(crate) struct Changes {
    /// The keys that were given anew, each with its member.
    added: BTreeMap<String, usize>,
    /// The members that their own keys lead to no more.
    gone: HashSet<usize>,
    /// The members that were made.
    made: Vec<Arc<dyn Stored>>,
}

/// A medium under changes.
#[derive(Clone, Copy)]
pub(crate) struct View<'m, 'v> {
    pub(crate) medium: &'m dyn Medium,
    pub(crate) changes: &'v Changes,
}

impl Changes {
    /// Takes a key away, from a member that a view shows under it.
    pub(crate) fn remove(&mut self, key: &str, member: usize) {
        self.added.remove(key);
        if member < FIRST_MADE {
            self.gone.insert(member);
        }
    }

    /// Lets a free key lead to a member.
    pub(crate) fn add(&mut self, key: String, member: usize) {
        self.added.insert(key, member);
    }

    /// Whether any key was given anew.
    pub(crate) fn has_added(&self) -> bool {
        !self.added.is_empty()
    }

    /// Makes a member, which has no key yet.
    pub(crate) fn make(&mut self, array: Arc<dyn Stored>) -> usize {
        self.made.push(array);
        FIRST_MADE + self.made.len() - 1
    }
}

impl<'m: 'v, 'v> View<'m, 'v> {
    /// The keys that begin with `prefix`, each with its member; in no order.
    pub(crate) fn keys(self, prefix: &str) -> Box<dyn Iterator<Item = (&'v str, usize)> + 'v> {
        let Changes { added, gone, .. } = self.changes;
        let own = self.medium.keys_under(prefix);
        if added.is_empty() && gone.is_empty() {
            return own;
        }
        let from = added.range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        let owned = prefix.to_owned();
        let added = from.map(|(key, &member)| (key.as_str(), member));
        let added = added.take_while(move |(key, _)| key.starts_with(&owned));
        Box::new(own.filter(|(_, member)| !gone.contains(member)).chain(added))
    }

    /// The array that a member is, as that of the medium lives.
    pub(crate) fn array(self, member: usize) -> Result<Option<Arc<dyn Stored + 'm>>> {
        match member.checked_sub(FIRST_MADE).and_then(|made| self.changes.made.get(made)) {
            Some(made) => Ok(Some(Arc::clone(made) as Arc<dyn Stored>)),
            None => self.medium.array(member),
        }
    }
}

impl Medium for View<'_, '_> {
    fn find(&self, key: &str) -> Option<usize> {
        let own = || self.medium.find(key).filter(|member| !self.changes.gone.contains(member));
        self.changes.added.get(key).copied().or_else(own)
    }

    fn root(&self) -> Option<usize> {
        self.medium.root()
    }

    fn keys_under<'m>(&'m self, prefix: &str) -> Box<dyn Iterator<Item = (&'m str, usize)> + 'm> {
        self.keys(prefix)
    }

    fn members(&self) -> Box<dyn Iterator<Item = (usize, &str)> + '_> {
        let own = self.medium.members().filter(|(member, _)| !self.changes.gone.contains(member));
        Box::new(own.chain(self.changes.added.iter().map(|(key, &member)| (member, key.as_str()))))
    }

    fn array<'m>(&'m self, member: usize) -> Result<Option<Arc<dyn Stored + 'm>>> {
        View::array(*self, member)
    }

    fn limits(&self) -> Limits {
        self.medium.limits()
    }

    fn reading(&self) -> Reading {
        self.medium.reading()
    }

    fn progress(&self) -> Progress {
        self.medium.progress()
    }

    fn will_need(&self, extents: Vec<Extent>) {
        self.medium.will_need(extents);
    }

    fn path(&self) -> Option<&Path> {
        self.medium.path()
    }
}

/// A medium that holds nothing: for what a type asks of any.
pub(crate) struct Nothing;

impl Medium for Nothing {
    fn find(&self, _: &str) -> Option<usize> {
        None
    }
    fn keys_under<'m>(&'m self, _: &str) -> Box<dyn Iterator<Item = (&'m str, usize)> + 'm> {
        Box::new(std::iter::empty())
    }
    fn members(&self) -> Box<dyn Iterator<Item = (usize, &str)> + '_> {
        Box::new(std::iter::empty())
    }
    fn array<'m>(&'m self, _: usize) -> Result<Option<Arc<dyn Stored + 'm>>> {
        Ok(None)
    }
    fn limits(&self) -> Limits {
        Limits::trusted()
    }
}
