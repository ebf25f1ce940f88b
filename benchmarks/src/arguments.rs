//! What the command line of `compare` says.

use std::path::PathBuf;
use std::time::Duration;

use crate::kinds::Kind;
use crate::{Outcome, Rounds};

const USAGE: &str =
    "usage: compare [--smoke | --full] [--section NAME] [--kind NAME] [--size BYTES] [--disk FOLDER] \
    [--write]
  (nothing)       a few minutes
  --full          all sizes up to 1 GiB, all libraries on all kinds; an hour or two
  --smoke         a few seconds, which only show that it works
  --section NAME  one of: kinds, sizes, members, memory
  --kind NAME     this kind of data only, such as weights_f4
  --size BYTES    this size only, such as 1KiB, 64M, 1GiB
  --disk FOLDER   where synced files go: the target folder unless given
  --write         writes benchmarks/RESULTS.md and benchmarks/results.svg";

/// A part of the benchmarks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Compression, kind by kind.
    Kinds,
    /// One array of several sizes, by every library.
    Sizes,
    /// Many members.
    Members,
    /// Peak memory.
    Memory,
}

/// How long it may take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// Seconds.
    Smoke,
    /// Minutes.
    #[default]
    Usual,
    /// Hours.
    Full,
}

/// The arguments.
#[derive(Debug, Default)]
pub struct Arguments {
    /// How long it may take.
    pub extent: Extent,
    /// The only section, if one is named.
    pub section: Option<Section>,
    /// The only kind.
    pub kind: Option<Kind>,
    /// The only size.
    pub size: Option<usize>,
    /// Where synced files go.
    pub disk: Option<PathBuf>,
    /// Whether the results are kept.
    pub write: bool,
}

impl Arguments {
    /// Reads them.
    ///
    /// # Errors
    /// An argument that nobody knows; the error tells which there are.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Outcome<Self> {
        let mut arguments = Self::default();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} what?\n{USAGE}"));
            match word.as_str() {
                "--smoke" => arguments.extent = Extent::Smoke,
                "--full" => arguments.extent = Extent::Full,
                "--write" => arguments.write = true,
                "--section" => arguments.section = Some(section(&value()?)?),
                "--kind" => arguments.kind = Some(Kind::named(&value()?)?),
                "--size" => arguments.size = Some(bytes(&value()?)?),
                "--disk" => arguments.disk = Some(value()?.into()),
                "--help" => return Err(USAGE.into()),
                _ => return Err(format!("{word}?\n{USAGE}").into()),
            }
        }
        Ok(arguments)
    }

    /// Whether a section runs. One kind or one size says nothing about many members.
    pub fn wants(&self, section: Section) -> bool {
        let filtered = self.kind.is_some() || self.size.is_some();
        match self.section {
            Some(wanted) => wanted == section,
            None => !filtered || matches!(section, Section::Kinds | Section::Sizes),
        }
    }

    /// How often each comparison is repeated.
    pub fn rounds(&self) -> Rounds {
        let (least, most, seconds) = match self.extent {
            Extent::Smoke => (1, 1, 0),
            Extent::Usual => (3, 7, 5),
            Extent::Full => (3, 11, 60),
        };
        Rounds { least, most, budget: Duration::from_secs(seconds) }
    }

    /// The given size, or one for the extent.
    pub fn size_or(&self, smoke: usize, usual: usize, full: usize) -> usize {
        self.size.unwrap_or(match self.extent {
            Extent::Smoke => smoke,
            Extent::Usual => usual,
            Extent::Full => full,
        })
    }
}

fn section(name: &str) -> Outcome<Section> {
    match name {
        "kinds" => Ok(Section::Kinds),
        "sizes" => Ok(Section::Sizes),
        "members" => Ok(Section::Members),
        "memory" => Ok(Section::Memory),
        _ => Err(format!("no section is called {name}\n{USAGE}").into()),
    }
}

/// `64M`, `64MiB` and `67108864` are the same.
fn bytes(text: &str) -> Outcome<usize> {
    let number = text.trim_end_matches("iB").trim_end_matches(['K', 'M', 'G']);
    let shift = match text[number.len()..].chars().next() {
        Some('K') => 10,
        Some('M') => 20,
        Some('G') => 30,
        _ => 0,
    };
    let number: usize = number.parse().map_err(|_| format!("{text} is no number of bytes\n{USAGE}"))?;
    Ok(number << shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        for (text, expected) in [("400", 400), ("1KiB", 1 << 10), ("64M", 64 << 20), ("1GiB", 1 << 30)] {
            assert_eq!(bytes(text).unwrap(), expected);
        }
        assert!(bytes("many").is_err());
    }
}
