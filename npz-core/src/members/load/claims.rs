//! Which members a load has taken, which may be left over, and which name was probably meant.

use std::collections::{BTreeSet, HashSet};
use std::ops::Bound::{Included, Unbounded};
use std::sync::Arc;

use crate::members::load::medium::Medium;
use crate::members::load::view::FIRST_MADE;
use crate::stored::Stored;

/// One member that was taken.
#[derive(Clone)]
pub(crate) struct Claim<'s> {
    pub(crate) member: usize,
    /// As it was asked for.
    pub(crate) key: String,
    /// Nobody had taken it before.
    pub(crate) is_new: bool,
    /// Where it was read on the way.
    pub(crate) array: Option<Arc<dyn Stored + 's>>,
}

#[derive(Default)]
pub(crate) struct Claims<'s> {
    /// Of each member of the medium, whether it was taken; and those that migrations have made.
    taken: Vec<bool>,
    taken_made: HashSet<usize>,
    /// What was taken while somebody listens, and how many do.
    log: Vec<Claim<'s>>,
    listeners: usize,
    /// Prefixes of names that may be left over.
    allowed: BTreeSet<String>,
}

impl<'s> Claims<'s> {
    /// Takes a member; `false` if it was taken before.
    pub(crate) fn take(&mut self, member: usize, key: &str) -> bool {
        let is_new = self.insert(member);
        if self.listeners > 0 {
            self.log.push(Claim { member, key: key.to_owned(), is_new, array: None });
        }
        is_new
    }

    fn insert(&mut self, member: usize) -> bool {
        if member >= FIRST_MADE {
            return self.taken_made.insert(member);
        }
        if self.taken.len() <= member {
            self.taken.resize(member + 1, false);
        }
        self.taken.get_mut(member).is_some_and(|taken| !std::mem::replace(taken, true))
    }

    /// Adds the array that the member is which was taken last.
    pub(crate) fn take_array(&mut self, array: &Arc<dyn Stored + 's>) {
        if let Some(claim) = self.log.last_mut() {
            claim.array = Some(Arc::clone(array));
        }
    }

    /// Begins to write down what is taken; gives what [`heard`](Self::heard) asks for.
    pub(crate) fn listen(&mut self) -> usize {
        self.listeners += 1;
        self.log.len()
    }

    /// What was taken since `listen`.
    pub(crate) fn heard(&mut self, since: usize) -> Vec<Claim<'s>> {
        self.listeners = self.listeners.saturating_sub(1);
        let rest = self.log.get(since..).unwrap_or_default();
        // An outer listener wants to hear it as well.
        if self.listeners > 0 { rest.to_vec() } else { self.log.split_off(since.min(self.log.len())) }
    }

    pub(crate) fn is_taken(&self, member: usize) -> bool {
        self.taken.get(member).is_some_and(|&taken| taken) || self.taken_made.contains(&member)
    }

    pub(crate) fn allow(&mut self, prefix: String) {
        self.allowed.insert(prefix);
    }

    pub(crate) fn is_allowed(&self, name: &str) -> bool {
        // The last one that does not sort after the name is its prefix, or shares less with it than any prefix has.
        let mut rest = name;
        while let Some(candidate) = self.allowed.range::<str, _>((Unbounded, Included(rest))).next_back() {
            if rest.starts_with(candidate.as_str()) {
                return true;
            }
            let shared = rest.bytes().zip(candidate.bytes()).take_while(|(a, b)| a == b).count();
            let shared = (0..=shared).rev().find(|&len| rest.is_char_boundary(len)).unwrap_or(0);
            rest = &rest[..shared];
        }
        false
    }

    /// Other names that are there and that nobody has taken.
    fn free<'m>(&self, medium: &'m dyn Medium, wanted: &str) -> impl Iterator<Item = (usize, &'m str)> {
        // Comparing each missing name with each member must not become a way to keep us busy.
        const LOOKED_AT: usize = 2_000;
        let is_free = move |&(member, name): &(usize, &str)| !self.is_taken(member) && name != wanted;
        medium.members().filter(is_free).take(LOOKED_AT)
    }

    /// What to do where a missing name stands in a folder: the archive is one that somebody has packed again.
    pub(crate) fn folder_advice(&self, medium: &dyn Medium, wanted: &str) -> Option<String> {
        self.free(medium, wanted).find_map(|(_, name)| {
            let folder = name.strip_suffix(wanted).filter(|folder| folder.ends_with(['/', '\\']))?;
            Some(format!(
                "{name:?} is there: `LoadOptions::prefix({folder:?})` leaves the name of the folder away"
            ))
        })
    }

    /// The nearest name that is there and that nobody has taken.
    pub(crate) fn nearest<'m>(&self, medium: &'m dyn Medium, wanted: &str) -> Option<&'m str> {
        let free = self.free(medium, wanted);
        // The comparison takes the product of both lengths, and a name in a file may have 64 KiB.
        let is_near_in_len = |name: &str| wanted.len() <= 256 && name.len() <= 2 * wanted.len() + 8;
        free.filter(|&(_, name)| is_near_in_len(name))
            .map(|(_, name)| (strsim::jaro_winkler(&name.to_lowercase(), &wanted.to_lowercase()), name))
            .filter(|&(likeness, _)| likeness > 0.8)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, name)| name)
    }

    /// Advice for a missing name.
    pub(crate) fn advice(&self, medium: &dyn Medium, wanted: &str, parent: usize) -> String {
        if let Some(advice) = self.folder_advice(medium, wanted) {
            return advice;
        }
        let Some(name) = self.nearest(medium, wanted) else {
            return "`#[npz(default)]` on the field, or `Option`, would let it be absent".to_owned();
        };
        // An alias stands below the same parent as the field's own name, and an element of a list has no field.
        let (parent, part) = wanted.split_at(parent);
        if let Some(alias) = name.strip_prefix(parent)
            && part.parse::<u64>().is_err()
        {
            return format!("did you mean {name:?}? `#[npz(alias = {alias:?})]` on the field would take it");
        }
        format!("did you mean {name:?}?")
    }
}
