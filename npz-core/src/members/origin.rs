//! Where a lazy value comes from: the members that its plan took, kept after the load.
//!
//! The value is planned twice by the same code: with the whole archive, so that every difference is reported, and
//! again when it is wanted, with this as its medium. Both plans must come out the same. So this holds, beside the
//! members that were taken, the names of all others that a plan can see from its place.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::claims::Claim;
use super::detached::Detached;
use super::loader::{Age, Medium, ReadMember};
use super::settings::LoadSettings;
use super::{Loader, Members, Name, Plan};
use crate::element::Cast;
use crate::error::{Error, ErrorKind, Result};
use crate::header::Header;
use crate::limits::Limits;

/// The members of a value that was not read yet, and the rules that it was planned under.
pub(super) struct Origin {
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
    /// Sorted by key.
    seen: Vec<Seen>,
}

/// A member that the plan could see.
struct Seen {
    key: String,
    /// Its number in the archive.
    member: usize,
    /// Somebody else had taken it before.
    was_taken: bool,
    /// What is kept of a member that the plan took; `None` where it is not an array.
    array: Option<(Header, Arc<dyn Detached>)>,
}

/// What `Origin` is made of when the headers fit.
struct Sighting {
    was_taken: bool,
    claim: Option<Claim>,
}

impl Origin {
    /// Runs a plan, but leaves its data unread: what it took is detached instead.
    pub(super) fn plan<'s>(
        loader: &mut Loader<'s>,
        name: &Name,
        separator: &'static str,
        plan: impl FnOnce(&mut Loader<'s>),
    ) -> Plan<'s, Arc<Self>> {
        let (jobs, total, free) = (loader.jobs.len(), loader.total, loader.free);
        let migrations = loader.migrations;
        let since = loader.claims.listen();
        plan(loader);
        let claims = loader.claims.heard(since);
        loader.jobs.truncate(jobs);
        loader.total = total;

        let mut seen = BTreeMap::new();
        for claim in claims {
            let sighting = Sighting { was_taken: !claim.is_new, claim: None };
            let sighting = seen.entry(claim.key.clone()).or_insert((claim.member, sighting));
            // The first claim knows whether the member was free, a later one may know its header.
            let is_better = sighting.1.claim.as_ref().is_none_or(|known| known.header.is_none());
            sighting.1.claim = if is_better { Some(claim) } else { sighting.1.claim.take() };
        }
        let medium = loader.view();
        let own = medium.find(name.as_str()).filter(|_| !name.is_root());
        let own = own.map(|member| (name.as_str(), member)).into_iter();
        let below = medium.keys(&name.prefix());
        let inside = medium.keys(&name.with_separator(separator).prefix());
        for (key, member) in own.chain(below).chain(inside) {
            let was_taken = loader.claims.is_taken(member);
            seen.entry(key.to_owned()).or_insert((member, Sighting { was_taken, claim: None }));
        }

        let (cast, settings, is_lenient) = (loader.cast, loader.settings, loader.is_lenient);
        let (name, free) = (name.clone(), loader.free - free);
        let is_lent_a_cast = loader.cast == Cast::SameKind && !loader.is_own_cast;
        let is_migrated = loader.age == Age::Migrated || loader.migrations > migrations;
        let slot = Arc::new(Mutex::new(None));
        let filled = Arc::clone(&slot);
        loader.jobs.push(Box::new(move |medium, _| {
            let detach = |(key, (member, sighting))| Seen::new(medium, key, member, sighting);
            let seen = seen.into_iter().map(detach).collect::<Result<Vec<_>>>()?;
            let origin =
                Self { name, separator, cast, settings, is_lenient, is_migrated, is_lent_a_cast, free, seen };
            *filled.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(origin));
            Ok(())
        }));
        Plan::new(move || {
            let origin = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
            origin.ok_or_else(|| Error::invalid("a plan was finished before its members were detached"))
        })
    }

    /// Plans and reads the value, as `plan` did.
    pub(super) fn load<'s, T: 's>(
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
            match self.path() {
                Some(path) => error.in_file(path),
                None => error,
            }
        })
    }

    /// Pushes the members as they are, under another place; pushes nothing and says `false` where the names can't be
    /// told there without the value.
    pub(super) fn push(&self, members: &mut Members<'_>, name: &Name, separator: &str) -> Result<bool> {
        if self.is_migrated || self.is_lent_a_cast {
            return Ok(false);
        }
        let renamed = |(seen, header, detached)| {
            let Seen { key, member, .. }: &Seen = seen;
            Some((*member, self.renamed(key, name, separator)?, header, detached))
        };
        let Some(mut kept) = self.kept().map(renamed).collect::<Option<Vec<_>>>() else {
            return Ok(false);
        };
        // In the order of the archive, so that the copy goes through the file once.
        kept.sort_by_key(|&(member, ..)| member);
        members.spend_free(name, self.free)?;
        for (_, name, header, detached) in kept {
            header.check_saved().map_err(|error| error.in_member(&name))?;
            members.push_untouched(name, Header::clone(header), Arc::clone(detached));
        }
        Ok(true)
    }

    /// The name of a member when the value stands at another place.
    fn renamed(&self, key: &str, to: &Name, separator: &str) -> Option<String> {
        if !self.name.is_root() && key == self.name.as_str() {
            return (!to.is_root()).then(|| to.as_str().to_owned());
        }
        let part = if self.name.is_root() {
            Some(key)
        } else {
            key.strip_prefix(self.name.as_str()).and_then(|rest| rest.strip_prefix(self.separator))
        };
        // Under another separator the parts have other names, and which of their characters are separators can't be
        // seen from here.
        let part = part.filter(|_| separator == self.separator)?;
        if !to.has_room_for(part.matches(separator).count() + 1) {
            return None;
        }
        Some(if to.is_root() { part.to_owned() } else { format!("{}{separator}{part}", to.as_str()) })
    }

    fn kept(&self) -> impl Iterator<Item = (&Seen, &Header, &Arc<dyn Detached>)> {
        self.seen
            .iter()
            .filter_map(|seen| seen.array.as_ref().map(|(header, detached)| (seen, header, detached)))
    }

    /// The members that the value is made of.
    pub(super) fn headers(&self) -> impl Iterator<Item = (&str, &Header)> {
        self.kept().map(|(seen, header, _)| (seen.key.as_str(), header))
    }

    fn path(&self) -> Option<&Path> {
        self.kept().find_map(|(.., detached)| detached.path())
    }

    fn array(&self, member: usize) -> Option<&(Header, Arc<dyn Detached>)> {
        self.seen.get(member).and_then(|seen| seen.array.as_ref())
    }
}

impl Seen {
    fn new(medium: &dyn Medium, key: String, member: usize, sighting: Sighting) -> Result<Self> {
        let Sighting { was_taken, claim } = sighting;
        let detach = |claim: Claim| {
            let header = match claim.header {
                // What is passed over may be anything.
                None => medium.header(member).ok().flatten(),
                known => known,
            };
            header.map(|header| Ok((header, medium.detach(member)?))).transpose()
        };
        let array = claim.map(detach).transpose().map_err(|error: Error| error.in_member(&key))?.flatten();
        Ok(Self { key, member, was_taken, array })
    }
}

impl Medium for Origin {
    fn find(&self, key: &str) -> Option<usize> {
        self.seen.binary_search_by(|seen| seen.key.as_str().cmp(key)).ok()
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

    /// The header of then: that the member still has it is found out when it is read.
    fn header(&self, member: usize) -> Result<Option<Header>> {
        Ok(self.array(member).map(|(header, _)| header.clone()))
    }

    fn read(&self, member: usize, read: &mut ReadMember<'_>) -> Result<()> {
        let no_array = || Error::new(ErrorKind::Mismatch, "the member is not an array");
        self.array(member).ok_or_else(no_array)?.1.read(read)
    }

    fn limits(&self) -> Limits {
        self.kept().next().map_or_else(Limits::trusted, |(.., detached)| detached.limits())
    }

    fn detach(&self, member: usize) -> Result<Arc<dyn Detached>> {
        let no_array = || Error::new(ErrorKind::Mismatch, "the member is not an array");
        self.array(member).map(|(_, detached)| Arc::clone(detached)).ok_or_else(no_array)
    }
}
