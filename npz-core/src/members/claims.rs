//! Which members a load has taken, which may be left over, and which name was probably meant.

use std::collections::HashSet;

use super::loader::Medium;

#[derive(Default)]
pub(crate) struct Claims {
    taken: HashSet<usize>,
    /// Prefixes of names that may be left over.
    allowed: HashSet<String>,
}

impl Claims {
    pub(crate) fn take(&mut self, member: usize) {
        self.taken.insert(member);
    }

    pub(crate) fn is_taken(&self, member: usize) -> bool {
        self.taken.contains(&member)
    }

    pub(crate) fn allow(&mut self, prefix: String) {
        self.allowed.insert(prefix);
    }

    pub(crate) fn is_allowed(&self, name: &str) -> bool {
        // By the name's own prefixes, of which there are few: every element of a list may have allowed its own.
        let mut ends = (0..=name.len()).filter(|&end| name.is_char_boundary(end));
        !self.allowed.is_empty() && ends.any(|end| self.allowed.contains(&name[..end]))
    }

    /// Advice for a missing name: the nearest one that is there, or what is there at all.
    pub(crate) fn nearest(&self, medium: &dyn Medium, wanted: &str) -> String {
        // Comparing each missing name with each member must not become a way to keep us busy.
        const LOOKED_AT: usize = 2_000;
        let free = medium
            .members()
            .filter(|&(member, name)| !self.is_taken(member) && name != wanted)
            .take(LOOKED_AT);
        let nearest = free
            .map(|(_, name)| (strsim::jaro_winkler(&name.to_lowercase(), &wanted.to_lowercase()), name))
            .filter(|&(likeness, _)| likeness > 0.8)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let Some((_, name)) = nearest else {
            return "`#[npz(default)]` on the field, or `Option`, would let it be absent".to_owned();
        };
        // An alias stands for the field's own part of the name, and an element of a list has no field.
        let split = |name: &'_ str| name.rsplit_once('.').map_or(0, |(parent, _)| parent.len() + 1);
        let (alias, part) = (&name[split(name)..], &wanted[split(wanted)..]);
        if name[..split(name)] == wanted[..split(wanted)] && part.parse::<u64>().is_err() {
            return format!("did you mean {name:?}? `#[npz(alias = {alias:?})]` on the field would take it");
        }
        format!("did you mean {name:?}?")
    }
}
