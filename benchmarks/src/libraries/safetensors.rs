//! The crate safetensors: no zip, no checksum; the nearest thing to what an archive could cost.

use std::borrow::Cow;
use std::fs::File;
use std::path::Path;

use safetensors::Dtype;
use safetensors::tensor::{SafeTensors, TensorView, View, serialize_to_file};

use super::files;
use crate::Outcome;
use crate::arrays::{Cell, State, Value};

/// A member as the crate sees it.
struct Tensor<'v, V>(&'v V);

impl<V: Value> View for Tensor<'_, V> {
    fn dtype(&self) -> Dtype {
        V::Cell::DTYPE
    }
    fn shape(&self) -> &[usize] {
        self.0.shape()
    }
    fn data(&self) -> Cow<'_, [u8]> {
        self.0.bytes().into()
    }
    fn data_len(&self) -> usize {
        self.0.bytes().len()
    }
}

/// It writes under another name and renames in any case, but syncs nothing itself.
pub(super) fn save<V: Value>(state: &State<V>, path: &Path, synced: bool) -> Outcome<()> {
    let target = if synced { files::beside(path) } else { path.to_owned() };
    serialize_to_file(state.values.iter().map(|(name, value)| (name, Tensor(value))), None, &target)?;
    if synced { files::commit(&File::open(&target)?, &target, path) } else { Ok(()) }
}

/// Maps the file and copies each tensor into an array of its own, as its users do who want to own and change them.
pub(super) fn load<V: Value>(path: &Path) -> Outcome<State<V>> {
    let file = File::open(path)?;
    // SAFETY: the file is in a folder of this program's own, and nobody changes it while it is mapped.
    #[allow(unsafe_code, reason = "mapping a file is how this crate is meant to be used")]
    let map = unsafe { memmap2::Mmap::map(&file)? };
    let tensors = SafeTensors::deserialize(&map)?;
    let values = tensors.iter().map(|(name, tensor)| Ok((name.to_owned(), value(&tensor)?)));
    Ok(State { values: values.collect::<Outcome<_>>()? })
}

fn value<V: Value>(tensor: &TensorView<'_>) -> Outcome<V> {
    let cells = bytemuck::checked::try_cast_slice::<u8, V::Cell>(tensor.data())
        .map_err(|error| format!("cells that can't be taken as they are: {error}"))?;
    Ok(V::from_cells(tensor.shape(), cells.to_vec()).ok_or("an array of another shape")?)
}
