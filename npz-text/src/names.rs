//! Names of columns, cleaned as `np.genfromtxt` does it.

use std::collections::{HashMap, HashSet};

use npz_core::{Error, Result};

use crate::options::NameCase;

/// Letters that no name keeps, unless told otherwise.
pub(crate) const DELETED: &str = r#"~!@#$%^&*()-=+~\|]}[{';: /?.>,<""#;

/// How names are cleaned.
#[derive(Clone, Debug)]
pub(crate) struct Cleaner {
    pub(crate) excluded: Vec<String>,
    pub(crate) deleted: String,
    pub(crate) space: String,
    pub(crate) case: NameCase,
    pub(crate) default: String,
}

impl Default for Cleaner {
    fn default() -> Self {
        Self {
            excluded: Vec::new(),
            deleted: DELETED.to_owned(),
            space: "_".to_owned(),
            case: NameCase::Keep,
            default: "f%i".to_owned(),
        }
    }
}

impl Cleaner {
    /// Cleans names and numbers those that come again; with a count, there are as many as that.
    pub(crate) fn clean(&self, names: &[String], count: Option<usize>) -> Result<Vec<String>> {
        let mut names = names.to_vec();
        names.resize(count.unwrap_or(names.len()), String::new());
        // Each name that there is, and how often it came.
        let mut seen: HashMap<String, usize> = HashMap::new();
        let given: HashSet<&String> = names.iter().collect();
        let mut empty = 0;
        let mut cleaned = Vec::with_capacity(names.len());
        for name in &names {
            let name = match self.case {
                NameCase::Keep => name.clone(),
                NameCase::Upper => name.to_uppercase(),
                NameCase::Lower => name.to_lowercase(),
            };
            let mut name = name.trim().to_owned();
            if !self.space.is_empty() {
                name = name.replace(' ', &self.space);
            }
            name.retain(|c| c != '"' && !self.deleted.contains(c));
            if name.is_empty() {
                name = self.numbered(empty)?;
                while given.contains(&name) {
                    empty += 1;
                    let next = self.numbered(empty)?;
                    if next == name {
                        return Err(Error::custom(format!(
                            "`defaultfmt` {:?} gives several columns the name {name:?}",
                            self.default
                        )));
                    }
                    name = next;
                }
                empty += 1;
            } else if ["return", "file", "print"].contains(&name.as_str()) || self.excluded.contains(&name) {
                name.push('_');
            }
            // A number may make it another one that there is: `a,a_1,a`.
            while let Some(count) = seen.get_mut(&name) {
                *count += 1;
                name = format!("{name}_{}", *count - 1);
            }
            seen.insert(name.clone(), 1);
            cleaned.push(name);
        }
        Ok(cleaned)
    }

    /// The name of a column without one.
    pub(crate) fn numbered(&self, index: usize) -> Result<String> {
        crate::format::numbered(&self.default, index).map_err(|why| {
            Error::custom(format!(
                "expected one number in `defaultfmt`, such as \"f%i\", found {:?}: {why}",
                self.default
            ))
        })
    }

    /// Names for all columns.
    pub(crate) fn all_numbered(&self, count: usize) -> Result<Vec<String>> {
        (0..count).map(|index| self.numbered(index)).collect()
    }
}
