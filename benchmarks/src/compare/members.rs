//! Many members: small arrays, layers, and more scalars than anybody should have. Through the derive and by hand.

use std::fs;

use ndarray::ArrayD;

use super::sides::{Sides, repeats};
use super::{Bench, compare};
use crate::arguments::{Extent, Section};
use crate::arrays::{State, Value};
use crate::libraries::{Form, Library};
use crate::report::{BASE, Place};
use crate::{Outcome, size};

pub(super) fn run(bench: &mut Bench) -> Outcome<()> {
    let smoke = bench.arguments.extent == Extent::Smoke;
    let (few, many) = if smoke { (10, 100) } else { (1_000, 100_000) };
    // The last ones are the layers of a model.
    for (count, bytes) in [(few, 400), (few, 4096), (few / 10, 256 << 10)] {
        let state = arrays(count, bytes / size_of::<f32>())?;
        let case = format!("{count} arrays of {}", size(bytes as u64));
        one(bench, &case, &state, Form::Stored)?;
        one(bench, &case, &state, Form::Compressed)?;
    }
    let scalars = State { values: (0..many).map(|i| (name(i), i as f64 * 0.5)).collect() };
    let case = format!("{many} scalars");
    one(bench, &case, &scalars, Form::Stored)?;
    if bench.arguments.extent == Extent::Usual {
        Ok(())
    } else {
        one(bench, &case, &scalars, Form::Compressed)
    }
}

fn name(i: usize) -> String {
    format!("step_{i:06}")
}

fn arrays(count: usize, cells: usize) -> Outcome<State<ArrayD<f32>>> {
    let all = crate::memory::weights(count * cells * size_of::<f32>())?;
    let values = all.first()?.cells().chunks(cells).enumerate();
    let values = values.map(|(i, cells)| (name(i), ndarray::aview1(cells).to_owned().into_dyn()));
    Ok(State { values: values.collect() })
}

fn one<V: Value>(bench: &mut Bench, case: &str, state: &State<V>, form: Form) -> Outcome<()> {
    bench.hold(state)?;
    let Bench { arguments, folder, numpy, report, .. } = bench;
    let sides =
        Sides { state, numpy, folder: folder.path(), form, repeats: repeats(state, form, arguments.extent) };
    let form = if form == Form::Compressed { "compressed" } else { "stored" };
    let place =
        |task: String| Place { section: Section::Members, case: case.to_owned(), task, bytes: state.size() };
    let ours = || Library::ours().chain([Library::ByHand]);

    let mut saves = vec![sides.numpy_saves(false)];
    saves.extend(sides.saves(ours().chain(Library::PEERS), false));
    compare(arguments, report, &place(format!("save {form}")), saves, |side| sides.written(side))?;
    let by_derive = sides.path(&Library::NpzCore(1).to_string());
    // The comparison is of the same work.
    if fs::read(&by_derive)? != fs::read(sides.path(&Library::ByHand.to_string()))? {
        return Err("the derive and the code by hand wrote different files".into());
    }

    let mut loads = vec![sides.numpy_loads(by_derive.clone())];
    loads.extend(sides.loads(ours(), |_| by_derive.clone()));
    compare(arguments, report, &place(format!("load {form}, npz-core's archive")), loads, |_| None)?;

    let numpys = sides.path(BASE);
    let from = |library: Library| match library {
        Library::Safetensors => sides.path(&library.to_string()),
        _ => numpys.clone(),
    };
    let mut loads = vec![sides.numpy_loads(numpys.clone())];
    loads.extend(sides.loads(ours().chain(Library::PEERS), from));
    compare(arguments, report, &place(format!("load {form}, NumPy's archive")), loads, |_| None)?;
    sides.clean()
}
