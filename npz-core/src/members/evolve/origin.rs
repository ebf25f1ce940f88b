//! Where a lazy value comes from: the members that its plan took, kept after the load.
//!
//! The value is planned twice by the same code: with the whole archive, so that every difference is reported, and
//! again when it is wanted, with this as its medium. Both plans must come out the same. So this holds, beside the
//! members that were taken, the names of all others that a plan can see from its place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::element::Cast;
use crate::error::Result;
use crate::header::Header;
use crate::limits::{Cost, Limits};
use crate::members::load::loader::Age;
use crate::members::load::medium::{Medium, Reading};
use crate::members::load::task::{Slot, Task};
use crate::members::settings::LoadSettings;
use crate::members::{Loader, Members, Name, NpyFile, Plan};
use crate::memory::{self, MEMBERS};
use crate::options::LoadOptions;
use crate::run::{Team, Threads};
use crate::stored::{Extent, Stored};

/// The members of a value that was not read yet, and the rules that it was planned under.
pub(crate) struct Origin {
    name: Name,
    /// What stands between the place and its parts.
    separator: &'static str,
    cast: Cast,
    settings: LoadSettings,
    is_lenient: bool,
    /// A part of it was migrated: its members have the names of today, but not the version.
    is_migrated: bool,
    /// Only the options of this load let cells be rounded: the next load would refuse a copy of them.
    is_lent_a_cast: bool,
    /// Elements that no byte of the file stands for.
    free: usize,
    limits: Limits,
    /// The file, for messages.
    path: Option<PathBuf>,
    /// Sorted by key.
    seen: Vec<Seen<Arc<dyn Stored>>>,
}

/// A member that the plan could see.
struct Seen<S> {
    key: String,
    /// Its number in the archive.
    member: usize,
    /// Somebody else had taken it before.
    was_taken: bool,
    /// The member that the plan took, if it is an array.
    array: Option<S>,
}

/// Keeps the members that a plan took, instead of reading them.
struct KeepAll<'s> {
    origin: Origin,
    seen: Vec<Seen<Arc<dyn Stored + 's>>>,
    slot: Slot<Arc<Origin>>,
}

impl Origin {
    /// Runs a plan, but leaves its data unread: what it took is kept instead.
    pub(crate) fn plan<'s>(
        loader: &mut Loader<'s>,
        name: &Name,
        separator: &'static str,
        plan: impl FnOnce(&mut Loader<'s>),
    ) -> Plan<'s, Arc<Self>> {
        let (tasks, free, migrations) = (loader.tasks.len(), loader.free, loader.migrations);
        let since = loader.claims.listen();
        plan(loader);
        let claims = loader.claims.heard(since);
        loader.tasks.truncate(tasks);

        let medium = loader.view();
        let mut seen = BTreeMap::new();
        for claim in claims {
            // The first claim knows whether the member was free. What was passed over unread may be anything.
            let seen = seen.entry(claim.key.clone()).or_insert_with(|| Seen {
                key: claim.key,
                member: claim.member,
                was_taken: !claim.is_new,
                array: None,
            });
            seen.array = seen.array.take().or(claim.array);
        }
        for seen in seen.values_mut().filter(|seen| seen.array.is_none()) {
            seen.array = medium.array(seen.member).ok().flatten();
        }
        let own = loader.member_at(name);
        let own = own.map(|member| (name.as_str(), member)).into_iter();
        let below = medium.keys(&name.prefix());
        let inside = medium.keys(&name.with_separator(separator).prefix());
        for (key, member) in own.chain(below).chain(inside) {
            let was_taken = loader.claims.is_taken(member);
            let key = key.to_owned();
            seen.entry(key.clone()).or_insert_with(|| Seen { key, member, was_taken, array: None });
        }

        let slot = Slot::new();
        let origin = Self {
            name: name.clone(),
            separator,
            cast: loader.cast,
            settings: loader.settings,
            is_lenient: loader.is_lenient,
            is_migrated: loader.age == Age::Migrated || loader.migrations > migrations,
            is_lent_a_cast: loader.cast == Cast::SameKind && !loader.is_own_cast,
            free: loader.free - free,
            limits: loader.medium.limits(),
            path: loader.medium.path().map(Path::to_path_buf),
            seen: Vec::new(),
        };
        // What is copied takes memory now, and counts in all.
        let copied =
            |seen: &Seen<Arc<dyn Stored + 's>>| seen.array.as_ref().map_or(0, |array| array.keep_cost());
        loader.spent = seen.values().map(copied).fold(loader.spent, u64::saturating_add);
        let seen = seen.into_values().collect();
        loader.leave(Box::new(KeepAll { origin, seen, slot: slot.other() }));
        Plan::new(move || slot.take())
    }

    /// Plans and reads the value, as `plan` did.
    pub(crate) fn load<'s, T: 's>(
        &'s self,
        plan: impl FnOnce(&mut Loader<'s>, &Name) -> Plan<'s, T>,
    ) -> Result<T> {
        let load = || {
            let mut loader = Loader::new(self, self.cast, self.is_lenient);
            loader.settings = self.settings;
            loader.age = if self.is_migrated { Age::Migrated } else { Age::Current };
            for (i, seen) in self.seen.iter().enumerate().filter(|(_, seen)| seen.was_taken) {
                loader.claims.take(i, &seen.key);
            }
            let plan = plan(&mut loader, &self.name);
            loader.run()?;
            plan.finish()
        };
        load().map_err(|error| {
            let is_placed = error.report().is_some() || self.name.is_root();
            let error = if is_placed { error } else { error.in_member(self.name.as_str()) };
            match &self.path {
                Some(path) => error.in_file(path),
                None => error,
            }
        })
    }

    /// Pushes the members as they are, under another place; pushes nothing and says `false` where the names can't be
    /// told there without the value.
    pub(crate) fn push(&self, members: &mut Members<'_>, name: &Name, separator: &str) -> Result<bool> {
        if self.is_migrated || self.is_lent_a_cast {
            return Ok(false);
        }
        let renamed = |(key, member, array)| Some((member, self.renamed(key, name, separator)?, array));
        let Some(mut kept) = self.kept().map(renamed).collect::<Option<Vec<_>>>() else {
            return Ok(false);
        };
        // In the order of the archive, so that the copy goes through the file once.
        kept.sort_by_key(|&(member, ..)| member);
        members.spend_free(name, self.free)?;
        for (_, name, array) in kept {
            array.header().check_saved().map_err(|error| error.in_member(&name))?;
            members.push_untouched(name, Arc::clone(array))?;
        }
        Ok(true)
    }

    /// The name of a member when the value stands at another place.
    fn renamed(&self, key: &str, to: &Name, separator: &str) -> Option<String> {
        if !self.name.is_root() && key == self.name.as_str() {
            return (!to.is_root()).then(|| to.as_str().to_owned());
        }
        let part = key.strip_prefix(&self.name.prefix_by(self.separator));
        // Under another separator the parts have other names, and which of their characters are separators can't be
        // seen from here.
        let part = part.filter(|_| separator == self.separator)?;
        if !to.has_room_for(part.matches(separator).count() + 1) {
            return None;
        }
        Some(to.prefix_by(separator) + part)
    }

    /// The array that the value is, if it is one.
    pub(crate) fn one_array(&self) -> Option<NpyFile<'static>> {
        let mut kept = self.kept();
        let (key, _, array) = kept.next().filter(|(key, ..)| *key == self.name.as_str())?;
        let options = LoadOptions::new().cast(self.cast).limits(self.limits);
        let file = NpyFile::of(Arc::clone(array) as Arc<dyn Stored>, key, self.path.clone(), &options);
        kept.next().is_none().then_some(file)
    }

    /// Key, number and array of each member that the value is made of.
    fn kept(&self) -> impl Iterator<Item = (&str, usize, &Arc<dyn Stored>)> {
        self.seen.iter().filter_map(|seen| Some((seen.key.as_str(), seen.member, seen.array.as_ref()?)))
    }

    /// The members that the value is made of.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, &Header)> {
        self.kept().map(|(key, _, array)| (key, array.header()))
    }
}

impl Task for KeepAll<'_> {
    fn member(&self) -> &str {
        self.origin.name.as_str()
    }

    fn cost(&self) -> Cost {
        Cost::stored(0)
    }

    fn extent(&self) -> Option<Extent> {
        None
    }

    fn run(self: Box<Self>, _: &Team) -> Result<()> {
        let Self { mut origin, seen, slot } = *self;
        let keep = |Seen { key, member, was_taken, array }: Seen<Arc<dyn Stored + '_>>| {
            let kept = array.map(|array| array.keep()).transpose();
            kept.map_err(|error| error.in_member(&key)).map(|array| Seen { key, member, was_taken, array })
        };
        origin.seen = memory::try_collect(seen.into_iter().map(keep), MEMBERS)?;
        slot.fill(Arc::new(origin));
        Ok(())
    }
}

impl Medium for Origin {
    fn find(&self, key: &str) -> Option<usize> {
        self.seen.binary_search_by(|seen| seen.key.as_str().cmp(key)).ok()
    }

    fn root(&self) -> Option<usize> {
        self.find("").filter(|_| self.name.is_root())
    }

    fn keys_under<'m>(&'m self, prefix: &str) -> Box<dyn Iterator<Item = (&'m str, usize)> + 'm> {
        let from = self.seen.partition_point(|seen| seen.key.as_str() < prefix);
        let prefix = prefix.to_owned();
        let rest = self.seen.iter().enumerate().skip(from);
        Box::new(
            rest.map(|(i, seen)| (seen.key.as_str(), i)).take_while(move |(key, _)| key.starts_with(&prefix)),
        )
    }

    fn members(&self) -> Box<dyn Iterator<Item = (usize, &str)> + '_> {
        Box::new(self.seen.iter().enumerate().map(|(i, seen)| (i, seen.key.as_str())))
    }

    fn array<'m>(&'m self, member: usize) -> Result<Option<Arc<dyn Stored + 'm>>> {
        let array = self.seen.get(member).and_then(|seen| seen.array.as_ref());
        Ok(array.map(|array| Arc::clone(array) as Arc<dyn Stored>))
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    /// Read under a lock: a thread that waited for others would do what else there is in the pool, which may want the same
    /// value, and wait for itself.
    fn reading(&self) -> Reading {
        Reading { threads: Threads::ONE, ..Reading::default() }
    }

    fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }
}
