//! Compares npz-core with NumPy, other crates and the machine's limits, section by section.

mod kinds;
mod members;
mod memory;
mod sides;
mod sizes;

use std::cell::RefCell;
use std::path::Path;

use npz_core::SaveOptions;
use tempfile::TempDir;

use crate::arguments::{Arguments, Section};
use crate::arrays::{State, Value};
use crate::numpy::NumPy;
use crate::report::{Place, Report};
use crate::{Outcome, Side, machine, take_turns, time, versions};

pub use kinds::{LOAD_NUMPYS, LOAD_OURS, SAVE};
pub use sizes::{LOAD_STORED, SAVE_STORED};

/// What all comparisons use.
pub struct Bench {
    arguments: Arguments,
    /// Where files go that are not synced: memory, where the system shows it as a folder. A disk would be slower than what is
    /// compared.
    folder: TempDir,
    /// Where files go that are synced: a disk.
    disk: TempDir,
    numpy: RefCell<NumPy>,
    report: Report,
}

/// Runs the sections that are wanted.
///
/// # Errors
/// A library fails, or loads something else than was saved.
pub fn run(arguments: Arguments) -> Outcome<Report> {
    let mut bench = Bench::new(arguments)?;
    for section in [Section::Kinds, Section::Sizes, Section::Members, Section::Memory] {
        if !bench.arguments.wants(section) {
            continue;
        }
        match section {
            Section::Kinds => kinds::run(&mut bench)?,
            Section::Sizes => sizes::run(&mut bench)?,
            Section::Members => members::run(&mut bench)?,
            Section::Memory => memory::run(&mut bench)?,
        }
    }
    Ok(bench.report)
}

impl Bench {
    fn new(arguments: Arguments) -> Outcome<Self> {
        let memory = Path::new("/dev/shm");
        let (folder, place) = if memory.is_dir() {
            (tempfile::tempdir_in(memory)?, "memory")
        } else {
            (tempfile::tempdir()?, "the folder for temporary files")
        };
        let disk = match &arguments.disk {
            Some(disk) => tempfile::tempdir_in(disk)?,
            None => {
                tempfile::tempdir_in(std::env::current_exe()?.parent().ok_or("no folder of the program")?)?
            }
        };
        let mut numpy = NumPy::start()?;
        let (numpy_versions, today) = numpy.versions()?;
        let rounds = arguments.rounds();
        let circumstances = vec![
            format!("{today}; {}", machine()),
            numpy_versions,
            versions(),
            format!("{rounds}, all sides in turn; files in {place}, synced ones on a disk"),
        ];
        let report = Report { circumstances, ..Report::default() };
        Ok(Self { arguments, folder, disk, numpy: RefCell::new(numpy), report })
    }

    /// Gives NumPy the state that is saved and loaded next.
    fn hold<V: Value>(&self, state: &State<V>) -> Outcome<()> {
        let path = self.folder.path().join("held.npz");
        SaveOptions::new().write_to(state, std::fs::File::create(&path)?)?;
        self.numpy.borrow_mut().hold(&path)?;
        Ok(std::fs::remove_file(path)?)
    }
}

/// Lets the sides take turns, and says a line about it.
fn compare(
    arguments: &Arguments,
    report: &mut Report,
    place: &Place,
    sides: Vec<Side<'_>>,
    file: impl Fn(&str) -> Option<u64>,
) -> Outcome<()> {
    let samples = take_turns(arguments.rounds(), sides)
        .map_err(|error| format!("{}, {}: {error}", place.case, place.task))?;
    let times: Vec<_> =
        samples.iter().map(|side| format!("{} {}", side.name, time(side.spread().median))).collect();
    eprintln!("{}, {}: {}", place.case, place.task, times.join("; "));
    report.add(place, &samples, file);
    Ok(())
}
