//! Names of members: what may be written, and what a key finds when it is read.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::error::{Error, Result};

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
            return refuse("a name with a NUL character is cut short by other readers: remove it");
        }
        if file_name.len() > usize::from(u16::MAX) {
            return refuse("a name may have at most 65535 bytes in a zip archive: shorten it");
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

/// Finds members by the rules of `NpzFile`.
pub(crate) struct Keys {
    /// Each distinct key, in byte order, with the member that it leads to.
    by_key: BTreeMap<String, usize>,
    by_file_name: HashMap<String, usize>,
}

impl Keys {
    pub(crate) fn new<'e>(file_names: impl ExactSizeIterator<Item = &'e str> + Clone) -> Result<Self> {
        let (mut by_key, mut by_file_name) = (BTreeMap::new(), HashMap::<String, usize>::new());
        let bytes = file_names.len() * size_of::<(String, usize)>();
        by_file_name.try_reserve(file_names.len()).map_err(|_| short(bytes))?;
        // Later members replace earlier ones, and whole file names replace shortened ones.
        for (i, name) in file_names.enumerate() {
            by_key.insert(key_of(name).to_owned(), i);
            by_file_name.insert(name.to_owned(), i);
        }
        for (key, member) in &mut by_key {
            if let Some(&exact) = by_file_name.get(key) {
                *member = exact;
            }
        }
        Ok(Self { by_key, by_file_name })
    }

    pub(crate) fn find(&self, key: &str) -> Option<usize> {
        self.by_file_name.get(key).or_else(|| self.by_key.get(key)).copied()
    }

    pub(crate) fn under<'k>(&'k self, prefix: &str) -> impl Iterator<Item = (&'k str, usize)> + use<'k> {
        let from =
            self.by_key.range::<str, _>((std::ops::Bound::Included(prefix), std::ops::Bound::Unbounded));
        let prefix = prefix.to_owned();
        from.map(|(key, &member)| (key.as_str(), member)).take_while(move |(key, _)| key.starts_with(&prefix))
    }

    /// Whether a member can be reached: an earlier one of the same file name can't.
    pub(crate) fn is_reachable(&self, member: usize, file_name: &str) -> bool {
        self.by_file_name.get(file_name) == Some(&member)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_follow_npzfile() {
        // numpy-facts: with members `a.npy` and `a`, key 'a' is member `a`, and 'a.npy' is the last `a.npy`.
        let files = ["a.npy", "a", "b.npy.npy", "c.NPY", "a.npy"];
        let keys = Keys::new(files.iter().copied()).unwrap();
        assert_eq!(keys.find("a"), Some(1));
        assert_eq!(keys.find("a.npy"), Some(4));
        assert_eq!(keys.find("b.npy"), Some(2));
        assert_eq!(keys.find("b"), None);
        assert_eq!(keys.find("c.NPY"), Some(3));
        assert_eq!(keys.find("c"), None);
        let reachable: Vec<_> = (0..5).filter(|&i| keys.is_reachable(i, files[i])).collect();
        assert_eq!(reachable, [1, 2, 3, 4]);
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
