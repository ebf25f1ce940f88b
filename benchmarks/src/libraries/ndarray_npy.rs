//! The crate ndarray-npy, for the types of cells that it knows.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;

use ndarray::{ArrayD, ArrayViewD};
use ndarray_npy::{NpzReader, NpzWriter, ReadNpyExt, ReadableElement, WritableElement, WriteNpyExt};

use super::Form;
use crate::Outcome;
use crate::arrays::{Cell, ONLY, State, Value};

type Writer<'f> = NpzWriter<&'f mut BufWriter<File>>;
type Reader = NpzReader<BufReader<File>>;

/// What it does with arrays of one type: a type that it does not know has none of these.
pub struct NdarrayNpy<A> {
    write: fn(&mut BufWriter<File>, &ArrayViewD<'_, A>) -> Outcome<()>,
    add: fn(&mut Writer<'_>, &str, &ArrayViewD<'_, A>) -> Outcome<()>,
    read: fn(BufReader<File>) -> Outcome<ArrayD<A>>,
    get: fn(&mut Reader, usize) -> Outcome<ArrayD<A>>,
}

impl<A: WritableElement + ReadableElement> NdarrayNpy<A> {
    pub(crate) const FUNCTIONS: Self = Self {
        write: |file, array| Ok(array.write_npy(file)?),
        add: |writer, name, array| Ok(writer.add_array(name, array)?),
        read: |file| Ok(ArrayD::read_npy(file)?),
        get: |npz, index| Ok(npz.by_index(index)?),
    };
}

fn functions<A: Cell>() -> Outcome<NdarrayNpy<A>> {
    Ok(A::NDARRAY_NPY.ok_or("ndarray-npy has no cells of this type")?)
}

pub(super) fn write<V: Value>(state: &State<V>, file: &mut BufWriter<File>, form: Form) -> Outcome<()> {
    let functions = functions::<V::Cell>()?;
    let mut writer = match form {
        Form::Npy => return (functions.write)(file, &state.first()?.view()?),
        Form::Stored => NpzWriter::new(file),
        Form::Compressed => NpzWriter::new_compressed(file),
    };
    for (name, value) in &state.values {
        (functions.add)(&mut writer, name, &value.view()?)?;
    }
    writer.finish()?;
    Ok(())
}

pub(super) fn load<V: Value>(path: &Path, form: Form) -> Outcome<State<V>> {
    let functions = functions::<V::Cell>()?;
    let file = BufReader::new(File::open(path)?);
    if form == Form::Npy {
        let value = value((functions.read)(file)?)?;
        return Ok(State { values: [(ONLY.to_owned(), value)].into() });
    }
    let mut npz = NpzReader::new(file)?;
    let names = npz.names()?.into_iter().enumerate();
    let values = names.map(|(i, name)| Ok((name, value((functions.get)(&mut npz, i)?)?)));
    Ok(State { values: values.collect::<Outcome<_>>()? })
}

fn value<V: Value>(array: ArrayD<V::Cell>) -> Outcome<V> {
    let shape = array.shape().to_vec();
    let value = V::from_cells(&shape, array.into_raw_vec_and_offset().0);
    Ok(value.ok_or("an array of another shape")?)
}
