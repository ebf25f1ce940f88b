//! The bytes of an input as memory that outlives it: mapped, where they are those of a file.

use std::sync::Arc;

use super::{Input, KeptInput};
use crate::error::{Error, Result};
use crate::map::Map;
use crate::source::ReadAt;

impl<S: ReadAt + ?Sized> Input<S> {
    /// All bytes in memory that outlives this input: where they are already, or mapped. Else why that can't be.
    pub(crate) fn map(&self) -> Result<&Arc<KeptInput>, &str> {
        self.mapped.get_or_init(|| self.make_map()).as_ref().map_err(String::as_str)
    }

    fn make_map(&self) -> Result<Arc<KeptInput>, String> {
        if self.memory().is_some() {
            let kept = self.keep().map_err(|error| error.to_string())?;
            let kept = kept.filter(|kept| kept.memory().is_some());
            return kept.ok_or_else(|| {
                "its bytes are borrowed: have them in an `Arc`, or load from a file".to_owned()
            });
        }
        let file = self.source.file().ok_or("it does not come from a file, nor from memory")?;
        let map = file.try_clone().and_then(Map::of);
        let map = map.map_err(|error| format!("the file can't be mapped: {error}"))?;
        let input = Input::new(map, self.path.clone()).map_err(|error| error.to_string())?;
        Ok(Arc::new(input))
    }

    /// Refuses a mapped file that others have cut off.
    pub(crate) fn check_len(&self) -> Result<()> {
        let Some(file) = self.source.file() else { return Ok(()) };
        let found = file.size().map_err(|error| Error::io("can't tell the size", error))?;
        if found >= self.size {
            return Ok(());
        }
        Err(Error::damaged(format!(
            "the file was cut off while it was mapped: expected {} bytes, found {found}; drop the map, and restore a copy",
            self.size
        )))
    }
}
