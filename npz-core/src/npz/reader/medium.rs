//! An archive as a [`Medium`].

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use super::NpzReader;
use crate::archive::decode::MOST_CHUNK;
use crate::archive::index::Entry;
use crate::error::Result;
use crate::limits::Limits;
use crate::members::{Medium, Reading};
use crate::memory;
use crate::npz::member::{ArchiveArray, Source};
use crate::npz::names::{is_of_macos, key_of};
use crate::run::Progress;
use crate::source::ReadAt;
use crate::stored::{Extent, Stored};

impl<R: ReadAt> Medium for NpzReader<R> {
    fn find(&self, key: &str) -> Option<usize> {
        self.keys.find(&self.index, key)
    }

    fn keys_under<'m>(&'m self, prefix: &str) -> Box<dyn Iterator<Item = (&'m str, usize)> + 'm> {
        Box::new(self.keys.under(&self.index, prefix).filter(|&(_, member)| !self.is_passed_over(member)))
    }

    fn members(&self) -> Box<dyn Iterator<Item = (usize, &str)> + '_> {
        let entries = self.index.entries.iter().enumerate();
        let wanted = entries.filter(|&(i, _)| self.keys.is_reachable(i) && !self.is_passed_over(i));
        Box::new(wanted.map(|(i, entry)| (i, key_of(&entry.name))))
    }

    fn array<'m>(&'m self, member: usize) -> Result<Option<Arc<dyn Stored + 'm>>> {
        let Some(head) = self.head(member)? else { return Ok(None) };
        let name = Cow::Borrowed(key_of(&self.entry(member)?.name));
        Ok(Some(Arc::new(ArchiveArray { source: Source::OfReader(&self.input), head, name })))
    }

    fn limits(&self) -> Limits {
        self.options.limits
    }

    fn progress(&self) -> Progress {
        self.options.progress.clone()
    }

    fn reading(&self) -> Reading {
        let chunk = self.input.chunk(MOST_CHUNK);
        Reading { threads: self.options.threads, chunk, is_far: !self.input.likes_small_reads() }
    }

    fn will_need(&self, extents: Vec<Extent>) {
        // Only advice: without the memory for it, it is not given.
        if let Ok(ranges) = memory::collect(extents.iter().map(Extent::range), "ranges") {
            self.input.will_need(ranges);
        }
    }

    fn path(&self) -> Option<&Path> {
        self.input.path().map(|path| &**path)
    }
}

impl<R: ReadAt> NpzReader<R> {
    /// Whether a member holds nothing that a type could want: a folder, or what macOS adds to a folder that it packs. An
    /// array is never passed over, whatever its name.
    fn is_passed_over(&self, member: usize) -> bool {
        let Ok(Entry { name, .. }) = self.entry(member) else { return false };
        name.ends_with('/') || is_of_macos(name) && matches!(self.head(member), Ok(None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::npz::SaveOptions;
    use crate::options::LoadOptions;
    use crate::run::{Team, Threads};
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Large enough not to be read whole.
    fn archive(options: &SaveOptions) -> (Vec<u8>, Vec<u8>) {
        let cells: Vec<u32> = (0..400_000u32).map(|i| i.wrapping_mul(2_654_435_761)).collect();
        let bytes = cells.iter().flat_map(|cell| cell.to_le_bytes()).collect();
        (options.to_bytes(&BTreeMap::from([("a".to_owned(), cells)])).unwrap(), bytes)
    }

    /// Neither in memory nor shared.
    struct Far(Vec<u8>);

    impl ReadAt for Far {
        fn read_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
            self.0.read_at(buffer, offset)
        }
        fn size(&self) -> std::io::Result<u64> {
            self.0.size()
        }
    }

    fn check(array: &dyn Stored, cells: &[u8]) {
        let mut all = vec![0; cells.len()];
        let pieces = AtomicUsize::new(0);
        let count = |piece: &mut [u8]| {
            pieces.fetch_add(usize::from(piece.len().is_multiple_of(4)), Ordering::Relaxed);
        };
        array.fill(&mut all, &Team::new(Threads::default()), &count).unwrap();
        assert!(all == cells && pieces.into_inner() > 1);
        let mut streamed = Vec::new();
        let put = &mut |piece: &[u8]| {
            streamed.extend_from_slice(piece);
            Ok(())
        };
        array.stream(&Team::new(Threads::default()), put).unwrap();
        assert!(streamed == cells);
        for (start, end) in [(0, 1), (7, 90_000), (399_999, 400_000), (5, 5)] {
            let mut part = vec![0; (end - start) * 4];
            array.read_range(start..end, &mut part).unwrap();
            assert!(part == cells[start * 4..end * 4], "{start}..{end}");
        }
        assert!(array.read_range(399_999..400_001, &mut [0; 8]).is_err());
    }

    #[test]
    fn an_array_is_the_same_whole_by_range_by_pieces_and_as_it_lies() {
        for (options, is_stored) in [(SaveOptions::new(), true), (SaveOptions::compressed(), false)] {
            let (bytes, cells) = archive(&options);
            let far = NpzReader::new(Far(bytes.clone())).unwrap();
            let array = far.array(0).unwrap().unwrap();
            check(&*array, &cells);
            assert!(array.region().is_none());
            // What is kept is a copy, since the source can't be shared.
            let kept = array.keep().unwrap();
            drop(array);
            drop(far);
            check(&*kept, &cells);
            assert_eq!(kept.region(), Some(&cells[..]).filter(|_| is_stored));
            let near = LoadOptions::new().reader(&bytes).unwrap();
            let array = near.array(0).unwrap().unwrap();
            check(&*array, &cells);
            assert_eq!(array.region(), Some(&cells[..]).filter(|_| is_stored));
        }
    }
}
