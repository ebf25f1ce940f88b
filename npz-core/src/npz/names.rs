//! Names of members: what may be written, and what a key finds when it is read.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::archive::index::sort_members;
use crate::error::{Error, Result};
use crate::memory::{self, MEMBERS};

/// What `NpzFile` takes off the end of a member's file name to make its key.
const SUFFIX: &str = ".npy";

/// The key of a member, from the name of its file in the archive.
pub(crate) fn key_of(file_name: &str) -> &str {
    file_name.strip_suffix(SUFFIX).unwrap_or(file_name)
}

/// The file name of an array.
pub(crate) fn file_name_of(key: &str) -> String {
    format!("{key}{SUFFIX}")
}

/// Whether a file has a name that macOS gives to its own: notes on a folder, and on a file's icon and the like.
pub(crate) fn is_of_macos(file_name: &str) -> bool {
    let last = file_name.rsplit('/').next().unwrap_or(file_name);
    file_name.starts_with("__MACOSX/") || last.starts_with("._") || last == ".DS_Store"
}

/// The first names, for messages.
pub(crate) fn some_names<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> String {
    const SHOWN: usize = 8;
    let count = names.len();
    let shown: Vec<_> = names.take(SHOWN).map(|name| format!("{name:?}")).collect();
    match count {
        0 => "no members".to_owned(),
        n if n > SHOWN => format!("{} and {} more", shown.join(", "), n - SHOWN),
        _ => shown.join(", "),
    }
}

fn short(bytes: usize) -> Error {
    Error::no_memory(bytes as u64, "names of the members")
}

/// The names that a writer has used.
#[derive(Default)]
pub(crate) struct UsedNames {
    used: HashSet<String>,
}

impl UsedNames {
    /// Notes a file name, or refuses one that a reader could confuse with an earlier one.
    ///
    /// A key finds the member of exactly that file name first, and the one with `.npy` appended second. So `x`
    /// and `x.npy` must not both be there, in either role.
    pub(crate) fn add(&mut self, file_name: &str) -> Result<()> {
        let key = key_of(file_name);
        let refuse = |problem: &str| Err(Error::invalid(problem).in_member(key));
        if file_name.contains('\0') {
            return refuse("a name with a NUL character is cut short by other readers; remove it");
        }
        if file_name.len() > usize::from(u16::MAX) {
            return refuse("a name may have at most 65535 bytes in a zip archive; shorten it");
        }
        if self.used.contains(key) || self.used.contains(file_name) {
            return refuse(
                "another member has this name already, or one that differs by `.npy` only: two fields, keys or \
                 `rename`s lead to it, rename one of them",
            );
        }
        let bytes = (self.used.len() + 2) * size_of::<String>();
        self.used.try_reserve(2).map_err(|_| short(bytes))?;
        self.used.insert(key.to_owned());
        self.used.insert(file_name.to_owned());
        Ok(())
    }

    /// Notes the names of members that are written together, or none of them.
    pub(crate) fn add_all(&mut self, file_names: &[String]) -> Result<()> {
        for (i, file_name) in file_names.iter().enumerate() {
            if let Err(error) = self.add(file_name) {
                self.remove_all(&file_names[..i]);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Takes names back whose members were not written.
    pub(crate) fn remove_all(&mut self, file_names: &[String]) {
        for file_name in file_names {
            self.used.remove(key_of(file_name));
            self.used.remove(file_name);
        }
    }
}

/// The names of an archive's members.
pub(crate) trait FileNames {
    fn count(&self) -> usize;
    fn file_name(&self, member: usize) -> &str;
}

/// What finds a member, by the rules of `NpzFile`: the exact name of the file first, then without `.npy`; of several the
/// last.
///
/// Holds numbers only: the names stay where they are.
pub(crate) struct Keys {
    /// The members, sorted by key; of one key in the order of the archive.
    sorted: Vec<usize>,
    /// Whether each member is found by its own name: a later one may have the same.
    reachable: Vec<bool>,
    /// What was found last. Names are mostly looked for in their order, and then the next one is the right one.
    last: AtomicUsize,
}

impl Keys {
    pub(crate) fn new(names: &(impl FileNames + ?Sized)) -> Result<Self> {
        let key = |member: usize| key_of(names.file_name(member));
        let mut sorted: Vec<usize> = memory::collect(0..names.count(), MEMBERS)?;
        // Of one key in the order of the archive; linear where an archive is sorted already.
        sort_members(&mut sorted, &|a, b| key(a).cmp(key(b)).then(a.cmp(&b)));
        let mut reachable = memory::collect((0..names.count()).map(|_| true), MEMBERS)?;
        for group in sorted.chunk_by(|&a, &b| key(a) == key(b)).filter(|group| group.len() > 1) {
            // A key has two names, with `.npy` and without: of each the last one is found.
            let mut seen = [false; 2];
            for &member in group.iter().rev() {
                let seen = &mut seen[usize::from(names.file_name(member) == key(member))];
                if let Some(reachable) = reachable.get_mut(member) {
                    *reachable = !std::mem::replace(seen, true);
                }
            }
        }
        Ok(Self { sorted, reachable, last: AtomicUsize::new(usize::MAX) })
    }

    /// The members that have a key, in the order of the archive.
    fn group(&self, names: &(impl FileNames + ?Sized), key: &str) -> &[usize] {
        let key_at = |at: usize| self.sorted.get(at).map(|&member| key_of(names.file_name(member)));
        let next = self.last.load(Ordering::Relaxed).wrapping_add(1);
        let is_next = key_at(next) == Some(key) && next.checked_sub(1).and_then(key_at) != Some(key);
        let start = if is_next {
            next
        } else {
            self.sorted.partition_point(|&member| key_of(names.file_name(member)) < key)
        };
        let rest = self.sorted.get(start..).unwrap_or_default();
        let len = match rest.get(1) {
            // Mostly it is one.
            Some(&second) if key_of(names.file_name(second)) == key => {
                rest.partition_point(|&member| key_of(names.file_name(member)) <= key)
            }
            _ => usize::from(rest.first().is_some_and(|&first| key_of(names.file_name(first)) == key)),
        };
        if len > 0 {
            self.last.store(start + len - 1, Ordering::Relaxed);
        }
        &rest[..len]
    }

    pub(crate) fn find(&self, names: &(impl FileNames + ?Sized), key: &str) -> Option<usize> {
        let exact = |group: &[usize]| group.iter().rfind(|&&member| names.file_name(member) == key).copied();
        let short = key_of(key);
        if short.len() < key.len()
            && let Some(member) = exact(self.group(names, short))
        {
            return Some(member);
        }
        let group = self.group(names, key);
        exact(group).or_else(|| group.last().copied())
    }

    /// The keys that begin with a prefix, sorted, each with the member that it finds.
    pub(crate) fn under<'k, N: FileNames + ?Sized>(
        &'k self,
        names: &'k N,
        prefix: &str,
    ) -> impl Iterator<Item = (&'k str, usize)> + use<'k, N> {
        let key = |member: usize| key_of(names.file_name(member));
        let start = self.sorted.partition_point(|&member| key(member) < prefix);
        let prefix = prefix.to_owned();
        let groups = self.sorted[start..].chunk_by(move |&a, &b| key(a) == key(b));
        groups
            .filter_map(move |group| {
                let key = key(*group.first()?);
                let exact = group.iter().rfind(|&&member| names.file_name(member) == key);
                Some((key, *exact.or(group.last())?))
            })
            .take_while(move |(key, _)| key.starts_with(&prefix))
    }

    /// Tells whether the name of a member finds it.
    pub(crate) fn is_reachable(&self, member: usize) -> bool {
        self.reachable.get(member).is_some_and(|&reachable| reachable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl FileNames for [&str] {
        fn count(&self) -> usize {
            self.len()
        }
        fn file_name(&self, member: usize) -> &str {
            self[member]
        }
    }

    /// The same in whatever order and how often they are looked for.
    #[test]
    fn every_name_is_found_from_everywhere() {
        let names: Vec<String> = (0..200).map(|i| format!("m{}.npy", i * 7 % 200 / 2)).collect();
        let files: Vec<&str> = names.iter().map(String::as_str).collect();
        let keys = Keys::new(&files[..]).unwrap();
        for step in [1, 3, 199] {
            for i in (0..200).map(|i| i * step % 200) {
                let last = files.iter().rposition(|name| *name == files[i]);
                assert_eq!(keys.find(&files[..], files[i]), last);
                assert_eq!(keys.find(&files[..], key_of(files[i])), last);
                assert_eq!(keys.is_reachable(i), last == Some(i));
            }
        }
    }

    #[test]
    fn keys_follow_npzfile() {
        // numpy-facts: with members `a.npy` and `a`, key 'a' is member `a`, and 'a.npy' is the last `a.npy`.
        let files = ["a.npy", "a", "b.npy.npy", "c.NPY", "a.npy"];
        let keys = Keys::new(&files[..]).unwrap();
        assert_eq!(keys.find(&files[..], "a"), Some(1));
        assert_eq!(keys.find(&files[..], "a.npy"), Some(4));
        assert_eq!(keys.find(&files[..], "b.npy"), Some(2));
        assert_eq!(keys.find(&files[..], "b"), None);
        assert_eq!(keys.find(&files[..], "c.NPY"), Some(3));
        assert_eq!(keys.find(&files[..], "c"), None);
        let reachable: Vec<_> = (0..5).filter(|&i| keys.is_reachable(i)).collect();
        assert_eq!(reachable, [1, 2, 3, 4]);
        let under = |prefix| keys.under(&files[..], prefix).collect::<Vec<_>>();
        assert_eq!(under(""), [("a", 1), ("b.npy", 2), ("c.NPY", 3)]);
        assert_eq!(under("b."), [("b.npy", 2)]);
        assert_eq!(under("b.npz"), []);
    }

    #[test]
    fn names_that_readers_would_confuse_are_refused() {
        let mut used = UsedNames::default();
        used.add("x.npy").unwrap();
        for confused in ["x.npy", "x", "x.npy.npy"] {
            assert!(used.add(confused).is_err(), "{confused}");
        }
        used.add("y.npy.npy").unwrap();
        assert!(used.add("y.npy").is_err(), "the key y.npy would find this one first");
        assert!(used.add("nul\0.npy").is_err());
        assert!(used.add(&"n".repeat(65_536)).is_err());
        used.add(".npy").unwrap();
    }
}
