//! The crate npyz.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

use npyz::npz::{NpzArchive, NpzWriter};
use npyz::zip::CompressionMethod;
use npyz::zip::write::FileOptions;
use npyz::{NpyFile, NpyWriter, WriteOptions, WriterBuilder};

use super::Form;
use crate::Outcome;
use crate::arrays::{ONLY, State, Value};

pub(super) fn write<V: Value>(state: &State<V>, file: &mut BufWriter<File>, form: Form) -> Outcome<()> {
    let method = match form {
        Form::Npy => {
            let value = state.first()?;
            let array = WriteOptions::new().default_dtype().shape(&shape(value)).writer(file);
            return write_cells(value, array.begin_nd()?);
        }
        Form::Stored => CompressionMethod::Stored,
        Form::Compressed => CompressionMethod::Deflated,
    };
    let mut writer = NpzWriter::new(file);
    for (name, value) in &state.values {
        // Without the flag it refuses members of 4 GiB and more.
        let large = value.bytes().len() > 1 << 31;
        let options = FileOptions::default().compression_method(method).large_file(large);
        let array = writer.array(name, options)?.default_dtype().shape(&shape(value));
        write_cells(value, array.begin_nd()?)?;
    }
    writer.zip_writer().finish()?;
    Ok(())
}

fn shape<V: Value>(value: &V) -> Vec<u64> {
    value.shape().iter().map(|&length| length as u64).collect()
}

fn write_cells<V: Value, W: Write>(value: &V, mut array: NpyWriter<V::Cell, W>) -> Outcome<()> {
    array.extend(value.cells().iter().copied())?;
    Ok(array.finish()?)
}

pub(super) fn load<V: Value>(path: &Path, form: Form) -> Outcome<State<V>> {
    if form == Form::Npy {
        let file = NpyFile::new(BufReader::new(File::open(path)?))?;
        return Ok(State { values: [(ONLY.to_owned(), value(file)?)].into() });
    }
    let mut npz = NpzArchive::open(path)?;
    let names: Vec<String> = npz.array_names().map(str::to_owned).collect();
    let values = names.into_iter().map(|name| {
        let file = npz.by_name(&name)?.ok_or("a member went away")?;
        let value = value(file)?;
        Ok((name, value))
    });
    Ok(State { values: values.collect::<Outcome<_>>()? })
}

fn value<V: Value, R: Read>(file: NpyFile<R>) -> Outcome<V> {
    let shape: Vec<usize> = file.shape().iter().map(|&length| length as usize).collect();
    Ok(V::from_cells(&shape, file.into_vec()?).ok_or("an array of another shape")?)
}
