//! Peak memory: each library saves and loads weights once, in a process of its own.

use super::Bench;
use crate::libraries::{Form, Library};
use crate::memory::{Errand, weights};
use crate::numpy::{NumPy, Work};
use crate::report::{BASE, Peak};
use crate::{Outcome, size};

pub(super) fn run(bench: &mut Bench) -> Outcome<()> {
    if !cfg!(target_os = "linux") {
        eprintln!("peak memory is measured on Linux only");
        return Ok(());
    }
    let bytes = bench.arguments.size_or(1 << 20, 64 << 20, 1 << 30);
    eprintln!("peak memory of {}", size(bytes as u64));
    let path = bench.folder.path().join("peak.npz");
    let held = bench.folder.path().join("held.npz");
    Library::NpzCore(1).save(&weights(bytes)?, &held, Form::Stored, false)?;
    let mut peaks = Vec::new();
    for form in [Form::Stored, Form::Compressed] {
        let form_name = if form == Form::Stored { "stored" } else { "compressed" };
        for load in [false, true] {
            let task = format!("{} {form_name}", if load { "load" } else { "save" });
            let mut add = |side: String, (before, peak): (u64, u64)| {
                // A loaded state is part of the peak, and a saved one was there before.
                let state = if load { bytes as u64 } else { 0 };
                let beyond = peak.saturating_sub(before + state);
                peaks.push(Peak { task: task.clone(), side, beyond, whole: peak });
            };
            add(BASE.to_owned(), of_numpy(&held, &path, form, load)?);
            for library in Library::all().filter(|library| library.can::<f32>(form)) {
                if load {
                    library.save(&weights(bytes)?, &path, form, false)?;
                }
                let errand = Errand { library, load, form, path: path.clone(), bytes };
                add(library.to_string(), errand.send()?);
            }
        }
    }
    std::fs::remove_file(path)?;
    std::fs::remove_file(held)?;
    bench.report.peaks = (bytes as u64, peaks);
    Ok(())
}

/// A new process each time, so that nothing is left over from another task.
fn of_numpy(held: &std::path::Path, path: &std::path::Path, form: Form, load: bool) -> Outcome<(u64, u64)> {
    let mut numpy = NumPy::start()?;
    if !load {
        numpy.hold(held)?;
        return numpy.peak(Work::Save, path, form);
    }
    // The file is made by another process.
    let mut writer = NumPy::start()?;
    writer.hold(held)?;
    writer.run(Work::Save, path, form, 1)?;
    numpy.peak(Work::Load, path, form)
}
