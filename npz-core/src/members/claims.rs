//! Which members a load has taken, which may be left over, and which name was probably meant.

use std::collections::HashSet;

use super::load::Medium;

#[derive(Default)]
pub(crate) struct Claims {
    taken: HashSet<usize>,
    /// Prefixes of names that may be left over.
    allowed: Vec<String>,
}

impl Claims {
    pub(crate) fn take(&mut self, member: usize) {
        self.taken.insert(member);
    }

    pub(crate) fn is_taken(&self, member: usize) -> bool {
        self.taken.contains(&member)
    }

    pub(crate) fn allow(&mut self, prefix: String) {
        self.allowed.push(prefix);
    }

    pub(crate) fn is_allowed(&self, name: &str) -> bool {
        self.allowed.iter().any(|prefix| name.starts_with(prefix.as_str()))
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
        if let Some((_, name)) = nearest {
            return format!("did you mean {name:?}? `#[npz(alias = {name:?})]` on the field would take it");
        }
        "`#[npz(default)]` on the field, or `Option`, would let it be absent".to_owned()
    }
}
