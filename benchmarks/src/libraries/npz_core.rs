//! npz-core: through the derive, and member by member.

use ndarray::ArrayD;
use std::fs::File;
use std::path::Path;

use npz_core::{LoadOptions, NpzWriter, SaveOptions, npy};

use super::Form;
use crate::Outcome;
use crate::arrays::{ONLY, State, Value};

pub(super) fn save<V: Value>(
    state: &State<V>,
    path: &Path,
    form: Form,
    synced: bool,
    threads: usize,
) -> Outcome<()> {
    let options = options(form).threads(threads);
    match (form, synced) {
        (Form::Npy, true) => npy::save(path, &state.first()?.view()?)?,
        (Form::Npy, false) => npy::write(File::create(path)?, &state.first()?.view()?)?,
        (_, true) => options.save(state, path)?,
        (_, false) => options.write_to(state, File::create(path)?)?,
    }
    Ok(())
}

pub(super) fn load<V: Value>(path: &Path, form: Form, threads: usize) -> Outcome<State<V>> {
    let options = LoadOptions::new().threads(threads);
    if form != Form::Npy {
        return Ok(options.load(path)?);
    }
    let array = options.load::<ArrayD<V::Cell>>(path)?;
    let shape = array.shape().to_vec();
    let value = V::from_cells(&shape, array.into_raw_vec_and_offset().0);
    Ok(State { values: value.into_iter().map(|value| (ONLY.to_owned(), value)).collect() })
}

/// As the derive does on one thread.
pub(super) fn save_by_hand<V: Value>(state: &State<V>, path: &Path, form: Form, synced: bool) -> Outcome<()> {
    let options = options(form).threads(1);
    if synced {
        let mut writer = options.create(path)?;
        add_all(state, &mut writer)?;
        return Ok(writer.finish()?);
    }
    let mut writer = options.writer(File::create(path)?)?;
    add_all(state, &mut writer)?;
    Ok(writer.finish()?)
}

fn add_all<V: Value, W: std::io::Write>(state: &State<V>, writer: &mut NpzWriter<W>) -> Outcome<()> {
    for (name, value) in &state.values {
        writer.add(name, value)?;
    }
    Ok(())
}

pub(super) fn load_by_hand<V: Value>(path: &Path) -> Outcome<State<V>> {
    let npz = LoadOptions::new().threads(1).open(path)?;
    let values = npz.names().map(|name| Ok((name.to_owned(), npz.get(name)?)));
    Ok(State { values: values.collect::<Outcome<_>>()? })
}

fn options(form: Form) -> SaveOptions {
    if form == Form::Compressed { SaveOptions::compressed() } else { SaveOptions::new() }
}
