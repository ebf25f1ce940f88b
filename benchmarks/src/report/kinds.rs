//! The table of the kinds of data: sizes, and how many times NumPy's speed each is saved and loaded with.

use std::fmt::Write as _;

use super::{BASE, Report, Row};
use crate::arguments::Section;
use crate::compare::{LOAD_NUMPYS, LOAD_OURS, SAVE};
use crate::kinds::KINDS;
use crate::rate;

/// Writes the table, if these were measured.
pub(super) fn table(report: &Report, text: &mut String) {
    let cases = report.different(Section::Kinds, |row| &row.case);
    if cases.is_empty() {
        return;
    }
    let sides = report.different(Section::Kinds, |row| &row.side);
    let others: Vec<_> = sides.into_iter().filter(|side| *side != BASE).collect();
    *text += "\n## Compressed, kind by kind\n\nSizes are the file's against the array's. \"own\" is the archive that npz-core \
              wrote, \"NumPy's\" the one of `np.savez_compressed`; `np.load` loads the same file. The last four kinds are real data, \
              kept for the end.\n\n| kind | bytes | size, NumPy |";
    let mut columns = vec![("NumPy".to_owned(), SAVE, BASE)];
    columns.extend(others.iter().map(|side| (format!("{side} ×"), SAVE, *side)));
    for task in [LOAD_OURS, LOAD_NUMPYS] {
        let archive = if task == LOAD_OURS { "own" } else { "NumPy's" };
        columns.push((format!("np.load, {archive}"), task, BASE));
        columns.extend(others.iter().map(|side| (format!("{side} ×, {archive}"), task, *side)));
    }
    // A side that was not asked to do this has no column.
    columns.retain(|(_, task, side)| cases.iter().any(|case| row(report, case, task, side).is_some()));
    for side in &others {
        let _ = write!(text, " size, {side} |");
    }
    for (title, task, _) in &columns {
        let _ = write!(text, " {}{title} |", if *task == SAVE { "save: " } else { "load: " });
    }
    let _ = writeln!(text, "\n| --- |{}", " ---: |".repeat(2 + others.len() + columns.len()));
    for case in &cases {
        let bytes = row(report, case, SAVE, BASE).map_or(0, |row| row.bytes);
        let _ = write!(text, "| {case} | {} |", crate::size(bytes));
        for side in std::iter::once(&BASE).chain(&others) {
            let share = row(report, case, SAVE, side).and_then(share);
            let _ = write!(text, " {} |", share.map(|share| format!("{share:.4}")).unwrap_or_default());
        }
        for (_, task, side) in &columns {
            let figure = row(report, case, task, side).map(|row| match *side {
                BASE => format!("{} MB/s", rate(row.bytes, row.time.median)),
                _ => format!("{:.2}", row.speed.median),
            });
            let _ = write!(text, " {} |", figure.unwrap_or_default());
        }
        *text += "\n";
    }
    *text += "| **geometric mean** of the first 14 | |";
    *text += &" |".repeat(1 + others.len());
    for (_, task, side) in &columns {
        let mean = if *side == BASE { None } else { mean(report, task, side) };
        let _ = write!(text, " {} |", mean.map(|mean| format!("**{mean:.2}**")).unwrap_or_default());
    }
    *text += "\n";
}

fn row<'r>(report: &'r Report, case: &str, task: &str, side: &str) -> Option<&'r Row> {
    report.find(Section::Kinds, case, task, side)
}

fn share(row: &Row) -> Option<f64> {
    Some(row.file? as f64 / row.bytes as f64)
}

/// The geometric mean of a side's ratios over the made kinds, not the real ones.
pub(crate) fn mean(report: &Report, task: &str, side: &str) -> Option<f64> {
    let speeds = KINDS.iter().filter_map(|kind| row(report, kind.name, task, side));
    let logarithms: Vec<f64> = speeds.map(|row| row.speed.median.ln()).collect();
    let count = logarithms.len() as f64;
    (count > 0.0).then(|| (logarithms.iter().sum::<f64>() / count).exp())
}
