//! String-keyed maps: `name.key` for each value. At the root of an archive the keys are the members' names.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::BuildHasher;

use super::{FromMembers, Loader, Members, Name, Plan, ToMembers};
use crate::error::{Error, Result};

/// Pushes the entries, sorted by key: the same map gives the same bytes.
fn push_entries<'a, T: ToMembers + 'a>(
    entries: impl Iterator<Item = (&'a String, &'a T)>,
    members: &mut Members<'a>,
    name: &Name,
) -> Result<()> {
    let sorted: BTreeMap<&String, &T> = entries.collect();
    for (key, value) in sorted {
        let place = name.join(key);
        let before = members.len();
        value.to_members(members, &place)?;
        let mut pushed = members.names_since(before).peekable();
        let problem = if pushed.peek().is_none() {
            "its value has no members, so the key would be lost: remove the key".to_owned()
        } else if key.contains(name.separator()) && pushed.any(|pushed| pushed != place.as_str()) {
            format!(
                "it holds the separator {:?}, so the members of its value could not be told from those of another \
                 key: choose another `separator`, or other keys",
                name.separator()
            )
        } else {
            continue;
        };
        return Err(Error::invalid(format!("the map key {key:?} can't be saved: {problem}"))
            .in_member(place.as_str()));
    }
    Ok(())
}

fn plan_entries<'s, T: FromMembers + 's>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Vec<(String, T)>> {
    let separator = name.separator();
    let keys: BTreeSet<String> = loader
        .free_keys_under(name)
        .map(|rest| if T::is_single() { rest } else { rest.split(separator).next().unwrap_or(rest) })
        .map(str::to_owned)
        .collect();
    let plans: Vec<_> = keys.into_iter().map(|key| (T::plan(loader, &name.join(&key)), key)).collect();
    Plan::new(move || plans.into_iter().map(|(plan, key)| Ok((key, plan.finish()?))).collect())
}

impl<T: ToMembers, S> ToMembers for HashMap<String, T, S> {
    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        push_entries(self.iter(), members, name)
    }
}

impl<T: ToMembers> ToMembers for BTreeMap<String, T> {
    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        push_entries(self.iter(), members, name)
    }
}

impl<T: FromMembers, S: BuildHasher + Default> FromMembers for HashMap<String, T, S> {
    fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's,
    {
        plan_entries(loader, name).map(|entries| entries.into_iter().collect())
    }

    fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
        loader.contains_under(name)
    }
}

impl<T: FromMembers> FromMembers for BTreeMap<String, T> {
    fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's,
    {
        plan_entries(loader, name).map(|entries| entries.into_iter().collect())
    }

    fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
        loader.contains_under(name)
    }
}
