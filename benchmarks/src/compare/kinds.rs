//! Compression, kind by kind: saves, and loads of our own archive and of NumPy's.

use super::sides::{Sides, repeats};
use super::{Bench, compare};
use crate::Outcome;
use crate::arguments::{Extent, Section};
use crate::arrays::{State, Value};
use crate::held_out::HELD_OUT;
use crate::kinds::KINDS;
use crate::libraries::{Form, Library};
use crate::report::{BASE, Place};
use crate::with_state;

/// Saving compressed.
pub const SAVE: &str = "save compressed";
/// Loading what npz-core saved compressed.
pub const LOAD_OURS: &str = "load compressed, npz-core's archive";
/// Loading what NumPy saved compressed.
pub const LOAD_NUMPYS: &str = "load compressed, NumPy's archive";

pub(super) fn run(bench: &mut Bench) -> Outcome<()> {
    // glibc's allocator keeps up to 32 MiB and gives the same pages again: a loop of loads would hide what new ones cost.
    let size = bench.arguments.size_or(64 << 10, 36 << 20, 64 << 20);
    for kind in KINDS {
        if bench.arguments.kind.is_none_or(|wanted| wanted.name == kind.name) {
            with_state!(kind.make(size), state => one(bench, kind.name, &state)?);
        }
    }
    if bench.arguments.kind.is_some() {
        return Ok(());
    }
    for held_out in HELD_OUT {
        let arrays = held_out.fetch(&mut bench.numpy.borrow_mut(), bench.folder.path())?;
        with_state!(arrays, state => one(bench, held_out.name, &state)?);
    }
    Ok(())
}

fn one<V: Value>(bench: &mut Bench, case: &str, state: &State<V>) -> Outcome<()> {
    bench.hold(state)?;
    let Bench { arguments, folder, numpy, report, .. } = bench;
    let sides = Sides {
        state,
        numpy,
        folder: folder.path(),
        form: Form::Compressed,
        repeats: repeats(state, Form::Compressed, arguments.extent),
    };
    let place = |task: &str| Place {
        section: Section::Kinds,
        case: case.to_owned(),
        task: task.to_owned(),
        bytes: state.size(),
    };
    // The others take as long as NumPy, and are shown with the sizes in any case.
    let peers = if arguments.extent == Extent::Usual { &[][..] } else { &Library::PEERS };
    let all = || Library::ours().chain(peers.iter().copied());

    let mut saves = vec![sides.numpy_saves(false)];
    saves.extend(sides.saves(all(), false));
    compare(arguments, report, &place(SAVE), saves, |side| sides.written(side))?;

    let ours = sides.path(&Library::NpzCore(1).to_string());
    let mut loads = vec![sides.numpy_loads(ours.clone())];
    loads.extend(sides.loads(Library::ours(), |_| ours.clone()));
    compare(arguments, report, &place(LOAD_OURS), loads, |_| None)?;

    let numpys = sides.path(BASE);
    let mut loads = vec![sides.numpy_loads(numpys.clone())];
    loads.extend(sides.loads(all(), |_| numpys.clone()));
    compare(arguments, report, &place(LOAD_NUMPYS), loads, |_| None)?;
    sides.clean()
}
