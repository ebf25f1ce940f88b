//! What was measured, as tables in Markdown.

mod kinds;

use std::fmt::Write as _;

use crate::arguments::Section;
use crate::{Samples, Spread, rate, size, time};

/// The side that all others are compared with.
pub const BASE: &str = "NumPy";

/// One side of one comparison.
#[derive(Clone, Debug)]
pub struct Row {
    /// The part of the benchmarks.
    pub section: Section,
    /// What was saved or loaded: `64 MiB`, `weights_f4`.
    pub case: String,
    /// What was done.
    pub task: String,
    /// Who did it.
    pub side: String,
    /// The bytes of all cells.
    pub bytes: u64,
    /// The bytes of the file, of a save.
    pub file: Option<u64>,
    /// How long it took.
    pub time: Spread,
    /// How many times NumPy's speed that is, round by round.
    pub speed: Spread,
}

/// The memory of a process that did one thing.
#[derive(Clone, Debug)]
pub struct Peak {
    /// What was done.
    pub task: String,
    /// Who did it.
    pub side: String,
    /// What the process had at most beyond what it had before and the state itself.
    pub beyond: u64,
    /// What it had at most.
    pub whole: u64,
}

/// All that was measured in one run.
#[derive(Default)]
pub struct Report {
    /// When, where, and with which versions.
    pub circumstances: Vec<String>,
    /// The times.
    pub rows: Vec<Row>,
    /// The bytes of the state whose peaks were measured, and the peaks.
    pub peaks: (u64, Vec<Peak>),
}

/// A comparison's place in the tables.
pub struct Place {
    /// The part of the benchmarks.
    pub section: Section,
    /// What is saved or loaded.
    pub case: String,
    /// What is done.
    pub task: String,
    /// The bytes of all cells.
    pub bytes: u64,
}

impl Report {
    /// Takes what a comparison gave. `file` tells the size of what a side wrote.
    pub fn add(&mut self, place: &Place, samples: &[Samples], file: impl Fn(&str) -> Option<u64>) {
        let Some(base) = samples.iter().find(|side| side.name == BASE) else { return };
        for side in samples {
            self.rows.push(Row {
                section: place.section,
                case: place.case.clone(),
                task: place.task.clone(),
                side: side.name.clone(),
                bytes: place.bytes,
                file: file(&side.name),
                time: side.spread(),
                speed: base.against(side, |base, side| base / side),
            });
        }
    }

    /// One side of one comparison.
    pub fn find(&self, section: Section, case: &str, task: &str, side: &str) -> Option<&Row> {
        let mut rows = self.rows.iter().filter(|row| row.section == section);
        rows.find(|row| row.case == case && row.task == task && row.side == side)
    }

    /// The different values that the rows of a section have, in the order in which they came.
    pub fn different(&self, section: Section, what: impl Fn(&Row) -> &str) -> Vec<&str> {
        let mut found = Vec::new();
        for row in self.rows.iter().filter(|row| row.section == section) {
            if !found.contains(&what(row)) {
                found.push(what(row));
            }
        }
        found
    }

    /// All tables.
    pub fn markdown(&self) -> String {
        let mut text = String::from("# Results\n\nMade by `compare`, see [README](README.md).\n\n");
        for fact in &self.circumstances {
            let _ = writeln!(text, "- {fact}");
        }
        text += "\nTimes are medians. **×** is how many times NumPy's speed that is: the median of the ratios of all rounds.\n";
        kinds::table(self, &mut text);
        self.pivots(&mut text, Section::Sizes, "One array, by size");
        self.pivots(&mut text, Section::Members, "Many members");
        self.peaks(&mut text);
        self.everything(&mut text);
        text
    }

    /// A table for each task: a line for each side, a column for each case.
    fn pivots(&self, text: &mut String, section: Section, title: &str) {
        let cases = self.different(section, |row| &row.case);
        if cases.is_empty() {
            return;
        }
        let _ = writeln!(text, "\n## {title}");
        let mut sides = self.different(section, |row| &row.side);
        // The limits last: they take part in fewer tasks, and would else stand between the libraries.
        sides.sort_by_key(|side| side.starts_with("limit"));
        for task in self.different(section, |row| &row.task) {
            let _ = writeln!(
                text,
                "\n| {task} | {} |\n| --- |{}",
                cases.join(" | "),
                " ---: |".repeat(cases.len())
            );
            for side in &sides {
                let cells: Vec<_> =
                    cases.iter().map(|case| self.find(section, case, task, side).map(cell)).collect();
                if cells.iter().any(Option::is_some) {
                    let cells: Vec<_> = cells.into_iter().map(Option::unwrap_or_default).collect();
                    let _ = writeln!(text, "| {side} | {} |", cells.join(" | "));
                }
            }
        }
    }

    fn peaks(&self, text: &mut String) {
        let (state, peaks) = &self.peaks;
        if peaks.is_empty() {
            return;
        }
        let _ = writeln!(
            text,
            "\n## Peak memory\n\nOf a process of its own that saves or loads {} of weights once: what it had at most beyond \
             what it had before and the array itself, and at most in all. A mapped file counts.\n\n\
             | task | who | beyond | whole |\n| --- | --- | ---: | ---: |",
            size(*state)
        );
        for peak in peaks {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} |",
                peak.task,
                peak.side,
                mib(peak.beyond),
                mib(peak.whole)
            );
        }
    }

    /// Every row, with the ranges.
    fn everything(&self, text: &mut String) {
        *text += "\n## Everything\n\n<details><summary>All figures, with the least and the most of all rounds</summary>\n\n\
                  | case | task | who | median | least to most | × | least to most | file |\n\
                  | --- | --- | --- | ---: | ---: | ---: | ---: | ---: |\n";
        for Row { case, task, side, time: t, speed: s, file, .. } in &self.rows {
            let times = format!("{} | {} to {}", time(t.median), time(t.least), time(t.most));
            let file = file.map(|bytes| bytes.to_string()).unwrap_or_default();
            let _ = writeln!(
                text,
                "| {case} | {task} | {side} | {times} | {:.2} | {:.2} to {:.2} | {file} |",
                s.median, s.least, s.most
            );
        }
        *text += "\n</details>\n";
    }
}

/// A rate, or a time where the data are few, and the ratio to NumPy.
fn cell(row: &Row) -> String {
    let figure = if row.bytes < 1 << 20 {
        time(row.time.median)
    } else {
        format!("{} MB/s", rate(row.bytes, row.time.median))
    };
    if row.side == BASE { figure } else { format!("{figure}, {:.2} ×", row.speed.median) }
}

fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
