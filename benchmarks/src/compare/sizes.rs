//! One array of several sizes, by every library: `.npy`, stored and compressed, in place and synced, beside the limits.

use super::sides::{Sides, repeats};
use super::{Bench, compare};
use crate::arguments::{Arguments, Extent, Section};
use crate::arrays::{State, Value};
use crate::kinds::Kind;
use crate::libraries::{Form, Library};
use crate::limits::Limit;
use crate::report::{BASE, Place};
use crate::{Outcome, size, with_state};

/// Saving stored, in place.
pub const SAVE_STORED: &str = "save stored";
/// Loading what NumPy saved stored.
pub const LOAD_STORED: &str = "load stored, NumPy's archive";

pub(super) fn run(bench: &mut Bench) -> Outcome<()> {
    let kind = bench.arguments.kind.map_or_else(|| Kind::named("weights_f4"), Ok)?;
    for bytes in sizes(&bench.arguments) {
        with_state!(kind.make(bytes), state => {
            let case = format!("{} of {}", size(bytes as u64), kind.name);
            one(bench, &case, &state)?;
        });
    }
    Ok(())
}

fn sizes(arguments: &Arguments) -> Vec<usize> {
    match (arguments.size, arguments.extent) {
        (Some(size), _) => vec![size],
        (None, Extent::Smoke) => vec![1 << 10, 256 << 10],
        (None, Extent::Usual) => vec![1 << 10, 64 << 10, 1 << 20, 64 << 20],
        (None, Extent::Full) => [10, 13, 16, 18, 20, 22, 24, 26, 28, 30].map(|power| 1 << power).into(),
    }
}

fn one<V: Value>(bench: &mut Bench, case: &str, state: &State<V>) -> Outcome<()> {
    bench.hold(state)?;
    for form in [Form::Npy, Form::Stored, Form::Compressed] {
        in_place(bench, case, state, form)?;
        // What a sync costs does not depend on how the bytes came about.
        if form != Form::Compressed {
            synced(bench, case, state, form)?;
        }
    }
    Ok(())
}

fn in_place<V: Value>(bench: &mut Bench, case: &str, state: &State<V>, form: Form) -> Outcome<()> {
    let Bench { arguments, folder, numpy, report, .. } = bench;
    let sides =
        Sides { state, numpy, folder: folder.path(), form, repeats: repeats(state, form, arguments.extent) };
    let place = |task: String| place(case, state, task);
    let name = name(form);
    // With what is compressed the limits are far away.
    let limits = |limits| if form == Form::Compressed { Ok(Vec::new()) } else { sides.limits(limits) };

    let mut saves = vec![sides.numpy_saves(false)];
    saves.extend(sides.saves(Library::all(), false));
    saves.extend(limits(&Limit::SAVING)?);
    compare(arguments, report, &place(format!("save {name}")), saves, |side| sides.written(side))?;

    // All write the same `.npy`; of archives NumPy's is read by all, and ours by us and NumPy. safetensors reads its own.
    let numpys = sides.path(BASE);
    let from = |library: Library| match library {
        Library::Safetensors => sides.path(&library.to_string()),
        _ => numpys.clone(),
    };
    let mut loads = vec![sides.numpy_loads(numpys.clone())];
    loads.extend(sides.loads(Library::all(), from));
    loads.extend(limits(&Limit::LOADING)?);
    let task =
        if form == Form::Npy { "load .npy".to_owned() } else { format!("load {name}, NumPy's archive") };
    compare(arguments, report, &place(task), loads, |_| None)?;

    if form != Form::Npy {
        let ours = sides.path(&Library::NpzCore(1).to_string());
        let mut loads = vec![sides.numpy_loads(ours.clone())];
        loads.extend(sides.loads(Library::ours(), |_| ours.clone()));
        compare(arguments, report, &place(format!("load {name}, npz-core's archive")), loads, |_| None)?;
    }
    sides.clean()
}

fn synced<V: Value>(bench: &mut Bench, case: &str, state: &State<V>, form: Form) -> Outcome<()> {
    let Bench { arguments, disk, numpy, report, .. } = bench;
    // A sync takes its time however small the file is.
    let sides = Sides { state, numpy, folder: disk.path(), form, repeats: 1 };
    let mut saves = vec![sides.numpy_saves(true)];
    saves.extend(sides.saves(Library::all(), true));
    let place = place(case, state, format!("save {}, synced and renamed", name(form)));
    compare(arguments, report, &place, saves, |side| sides.written(side))?;
    sides.clean()
}

fn name(form: Form) -> &'static str {
    match form {
        Form::Npy => ".npy",
        Form::Stored => "stored",
        Form::Compressed => "compressed",
    }
}

fn place<V: Value>(case: &str, state: &State<V>, task: String) -> Place {
    Place { section: Section::Sizes, case: case.to_owned(), task, bytes: state.size() }
}
