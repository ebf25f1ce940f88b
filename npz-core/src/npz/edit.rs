//! [`NpzEditor`]: members of an archive are added, replaced, renamed, removed and put into another order.

mod in_place;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::names::{UsedNames, file_name_of, key_of, some_names};
use super::{NpzReader, NpzWriter, SaveOptions};
use crate::archive::content::Content;
use crate::archive::earlier;
use crate::archive::emit::{Appendix, Emitter};
use crate::archive::end::comment;
use crate::archive::local::place_of_data;
use crate::atomic::{mark_as_used, unlock};
use crate::error::{Error, ErrorKind, Result};
use crate::input::Input;
use crate::limits::Limits;
use crate::members::{Member, Members, NO_NAME, Name, ToMembers};
use crate::memory::{self, MEMBERS};
use crate::options::LoadOptions;
use crate::source::open_file;
use crate::stored::Packed;

/// Edits an archive: adds, replaces, renames, removes and reorders members, then [`save`](Self::save)s all of it at once.
/// `zipfile.ZipFile(path, "a")`, and what it can't do.
///
/// Members that stay are copied as they lie in the file, compressed as they are; new ones are borrowed until the save, and written
/// as [`NpzWriter::add`] does. Until then the file is not touched, and dropping the editor changes nothing. Members are
/// named by their keys: `replace("w", ..)`, not `"w.npy"`; a value with members of its own has several, `"model.w"`, `"model.b"`.
///
/// On Linux the file is locked until the editor is dropped, so that of two editors one gets an error.
///
/// ```
/// use npz_core::{Npz, NpzEditor, NpzReader};
///
/// let path = std::env::temp_dir().join("npz-core-doc-editor.npz");
/// let (w, b) = (vec![1.0; 3], vec![0.5]);
/// std::collections::BTreeMap::from([("a".to_owned(), &w), ("w".to_owned(), &w), ("x".to_owned(), &b)]).save(&path)?;
///
/// let mut editor = NpzEditor::open(&path)?;
/// editor.add("step", &7u64)?;
/// editor.replace("w", &b)?;
/// editor.rename("x", "bias")?;
/// editor.remove("a")?;
/// editor.reorder(["step"])?; // first; the others follow as they were
/// editor.save()?;
///
/// let npz = NpzReader::open(&path)?;
/// assert_eq!(npz.names().collect::<Vec<_>>(), ["step", "w", "bias"]);
/// assert_eq!(npz.get::<Vec<f64>>("w")?, b);
/// # std::fs::remove_file(&path).ok();
/// # Ok::<(), npz_core::Error>(())
/// ```
pub struct NpzEditor<'v> {
    path: PathBuf,
    options: SaveOptions,
    reader: NpzReader<File>,
    /// The same file, to be compared with what is at the path.
    file: Locked,
    items: Vec<Item<'v>>,
    names: UsedNames,
}

/// A file that is locked until this is dropped.
struct Locked(File);

impl Drop for Locked {
    fn drop(&mut self) {
        unlock(&self.0);
    }
}

/// A member of the archive that will be.
struct Item<'v> {
    file_name: String,
    source: Source<'v>,
}

enum Source<'v> {
    /// A member of the archive that is, by its number.
    Kept(usize),
    New(Member<'v>),
    /// What is no array.
    Bytes(&'v [u8]),
}

impl<'v> NpzEditor<'v> {
    /// Opens an archive to be edited. Reads its directory. [`SaveOptions::edit`] opens one with options.
    ///
    /// # Errors
    /// As [`NpzReader::open`], but for any number of members; [`ErrorKind::Io`] if another editor has the file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_by(path.as_ref(), &SaveOptions::default())
    }

    fn open_by(path: &Path, options: &SaveOptions) -> Result<Self> {
        let open = || {
            let (file, _) = open_file(path, ".npz")?;
            if !mark_as_used(&file) {
                let taken = io::ErrorKind::WouldBlock.into();
                return Err(Error::io(
                    "another program or editor is writing this file, or has just replaced it",
                    taken,
                )
                .with_note("; wait until it has finished, there can be one writer at a time"));
            }
            let own = file.try_clone().map_err(|error| Error::io("can't keep the file open", error))?;
            let input = Input::new(file, Some(path.to_path_buf()))?;
            let reader = NpzReader::over(input, &LoadOptions::new().limits(Limits::trusted()))?;
            if !reader.input.read_up_to(0, 2)?.starts_with(b"PK") {
                return Err(Error::unsupported(
                    "other bytes stand before the archive, which would be lost; write a new archive instead",
                ));
            }
            let mut names = UsedNames::default();
            let kept = reader.index.entries.iter().enumerate().map(|(member, entry)| {
                // Names that are there twice stay so, unless they are edited.
                let _ = names.add(&entry.name);
                Item { file_name: entry.name.clone(), source: Source::Kept(member) }
            });
            let items = memory::collect(kept, MEMBERS)?;
            // There is a file already.
            let options = options.clone().create_new(false);
            Ok(Self { path: path.to_path_buf(), options, reader, file: Locked(own), items, names })
        };
        open().map_err(|error: Error| error.in_file(path))
    }

    /// Lists the keys of the members, in the order in which they will be saved.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.items.iter().map(|item| key_of(&item.file_name))
    }

    /// Adds a value behind the other members: an array, a scalar, a derived struct, ....
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if a member of that name is there already, or the value can't be kept; nothing is then added.
    pub fn add<T: ToMembers + ?Sized>(&mut self, name: &str, value: &'v T) -> Result<()> {
        let added = self.collect(name, value).and_then(|new| {
            self.use_names(&new).map_err(|error| error.with_note("; `replace` puts a value in its place"))?;
            self.items.extend(new);
            Ok(())
        });
        added.map_err(|error| error.in_file(&self.path))
    }

    /// Adds a member that is not an array behind the others, under exactly this file name, as [`NpzWriter::add_bytes`] does.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] if a member of that name is there already: [`remove`](Self::remove) it before.
    ///
    /// ```
    /// use npz_core::{Npz, NpzEditor, NpzReader};
    ///
    /// let path = std::env::temp_dir().join("npz-core-doc-editor-bytes.npz");
    /// std::collections::BTreeMap::from([("x".to_owned(), 1.5)]).save(&path)?;
    /// let mut editor = NpzEditor::open(&path)?;
    /// editor.add_bytes("notes.txt", b"second run")?;
    /// editor.save()?;
    /// assert_eq!(NpzReader::open(&path)?.bytes("notes.txt")?, b"second run"); // np.load(path)["notes.txt"]
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn add_bytes(&mut self, name: &str, bytes: &'v [u8]) -> Result<()> {
        let new = [Item { file_name: name.to_owned(), source: Source::Bytes(bytes) }];
        let used = self.use_names(&new);
        used.map_err(|error| {
            error.with_note("; `remove` takes away the one that is there").in_file(&self.path)
        })?;
        self.items.extend(new);
        Ok(())
    }

    /// Puts a value in the place of a member.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such member; [`ErrorKind::Invalid`] if the value can't be kept. Nothing is then replaced.
    pub fn replace<T: ToMembers + ?Sized>(&mut self, name: &str, value: &'v T) -> Result<()> {
        let replaced = self.find(name).and_then(|at| {
            let new = self.collect(name, value)?;
            let old = self.items[at].file_name.clone();
            self.names.remove_all(std::slice::from_ref(&old));
            if let Err(error) = self.use_names(&new) {
                self.names.add(&old)?;
                return Err(error);
            }
            let count = new.len();
            self.items.splice(at..=at, new);
            self.drop_others(&old, at..at + count);
            Ok(())
        });
        replaced.map_err(|error| error.in_file(&self.path))
    }

    /// Gives a member another name.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such member; [`ErrorKind::Invalid`] if the new name is taken.
    pub fn rename(&mut self, name: &str, to: &str) -> Result<()> {
        let renamed = self.find(name).and_then(|at| {
            let old = self.items[at].file_name.clone();
            // What is no array has no suffix to be taken off.
            let new = if key_of(&old) == old { to.to_owned() } else { file_name_of(to) };
            self.names.remove_all(std::slice::from_ref(&old));
            if let Err(error) = self.names.add(&new) {
                self.names.add(&old)?;
                return Err(error);
            }
            self.items[at].file_name = new;
            self.drop_others(&old, at..at + 1);
            Ok(())
        });
        renamed.map_err(|error| error.in_file(&self.path))
    }

    /// Takes a member away.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such member.
    pub fn remove(&mut self, name: &str) -> Result<()> {
        let removed = self.find(name).map(|at| {
            let old = self.items.remove(at).file_name;
            self.names.remove_all(std::slice::from_ref(&old));
            self.drop_others(&old, 0..0);
        });
        removed.map_err(|error| error.in_file(&self.path))
    }

    /// Puts these members first, in this order; the others follow in theirs.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] if there is no such member; [`ErrorKind::Invalid`] if one is named twice. The order then stays.
    pub fn reorder<N: AsRef<str>>(&mut self, names: impl IntoIterator<Item = N>) -> Result<()> {
        let mut places = vec![usize::MAX; self.items.len()];
        for (place, name) in names.into_iter().enumerate() {
            let name = name.as_ref();
            let at = self.find(name).map_err(|error| error.in_file(&self.path))?;
            if std::mem::replace(&mut places[at], place) != usize::MAX {
                return Err(Error::invalid("the new order names the member twice")
                    .in_member(name)
                    .in_file(&self.path));
            }
        }
        let mut places = places.into_iter();
        // Stable: those without a place keep their order.
        self.items.sort_by_cached_key(|_| places.next());
        Ok(())
    }

    /// Writes the edited archive in the place of the old one, atomically: whatever happens, the path holds the old one or the new one.
    ///
    /// Reads and writes all members once; those that stay are not decompressed. Bytes of the file that belong to no member are left behind;
    /// the comment of the archive stays. Where members are only added, less than 64 KiB of them with the directory, they are appended
    /// to the file in place, behind the old directory: that takes as long for an archive of any size.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] if reading or writing fails; [`ErrorKind::Damaged`] if a member that stays is damaged;
    /// [`ErrorKind::Unsupported`] if one is encrypted. The old file then stands.
    pub fn save(self) -> Result<()> {
        let Self { path, options, reader, items, file, .. } = self;
        let save = || {
            if let Some((file, appendix)) = appendix(&path, &options, &reader, &items, &file.0)? {
                return in_place::append(file, reader.input.size(), &appendix, options.file.sync);
            }
            let mut writer = NpzWriter::create_by(&path, &options)?;
            writer.set_comment(comment(&reader.input)?);
            for Item { file_name, source } in &items {
                let written = match source {
                    Source::Kept(member) => writer.add_packed(file_name, &packed(&reader, *member)?),
                    Source::New(member) => writer.add_new(file_name, member),
                    Source::Bytes(bytes) => writer.add_new_bytes(file_name, bytes),
                };
                written.map_err(|error| error.in_member(key_of(file_name)))?;
            }
            writer.finish()
        };
        save().map_err(|error| error.in_file(&path))
    }

    /// The member that a key finds, by the rules of [`NpzReader`].
    fn find(&self, name: &str) -> Result<usize> {
        let last = |file_name: &str| self.items.iter().rposition(|item| item.file_name == file_name);
        let found = last(name).or_else(|| last(&file_name_of(name)));
        found.ok_or_else(|| {
            let message = format!("no such member in the archive: it has {}", some_names(self.names()));
            Error::new(ErrorKind::NotFound, message).in_member(name)
        })
    }

    fn collect<T: ToMembers + ?Sized>(&self, name: &str, value: &'v T) -> Result<Vec<Item<'v>>> {
        let mut members = Members::in_byte_order(self.options.byte_order);
        value.to_members(&mut members, &Name::root().join(name))?;
        let members = members.into_vec();
        if members.iter().any(|member| member.is_root) {
            return Err(Error::invalid(NO_NAME));
        }
        let new =
            |member: Member<'v>| Item { file_name: file_name_of(&member.name), source: Source::New(member) };
        memory::collect(members.into_iter().map(new), MEMBERS)
    }

    fn use_names(&mut self, new: &[Item<'_>]) -> Result<()> {
        let names: Vec<String> = new.iter().map(|item| item.file_name.clone()).collect();
        self.names.add_all(&names)
    }

    /// Takes away what had the same name as an edited member, and was hidden behind it.
    fn drop_others(&mut self, file_name: &str, edited: std::ops::Range<usize>) {
        let mut at = 0..;
        self.items
            .retain(|item| at.next().is_some_and(|at| edited.contains(&at)) || item.file_name != file_name);
    }
}

impl SaveOptions {
    /// Opens an archive to be edited, as [`NpzEditor::open`] does, with options for the members that are new.
    ///
    /// # Errors
    /// As [`NpzEditor::open`].
    ///
    /// ```
    /// use npz_core::{Npz, NpzReader, SaveOptions};
    ///
    /// let path = std::env::temp_dir().join("npz-core-doc-options-edit.npz");
    /// std::collections::BTreeMap::from([("x".to_owned(), 1.5)]).save(&path)?;
    /// let zeros = vec![0.0; 10_000];
    /// let mut editor = SaveOptions::compressed().edit(&path)?;
    /// editor.add("zeros", &zeros)?;
    /// editor.save()?;
    /// let how: Vec<_> = NpzReader::open(&path)?.entries()?.into_iter().map(|entry| entry.compression).collect();
    /// assert_eq!(how, ["stored", "deflate"]);
    /// # std::fs::remove_file(&path).ok();
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn edit<'v>(&self, path: impl AsRef<Path>) -> Result<NpzEditor<'v>> {
        NpzEditor::open_by(path.as_ref(), self)
    }
}

/// What to append to the file in place, and the file, where that is safe and all that is asked for.
fn appendix(
    path: &Path,
    options: &SaveOptions,
    reader: &NpzReader<File>,
    items: &[Item<'_>],
    file: &File,
) -> Result<Option<(File, Appendix)>> {
    let (entries, size) = (&reader.index.entries, reader.input.size());
    let Some((kept, new)) = items.split_at_checked(entries.len()) else { return Ok(None) };
    let is_as_before = kept.iter().zip(entries).enumerate().all(|(at, (item, entry))| {
        matches!(item.source, Source::Kept(member) if member == at) && item.file_name == entry.name
    });
    if !is_as_before || new.is_empty() || options.verify {
        return Ok(None);
    }
    let Some(directory) = earlier::directory(&reader.input)? else { return Ok(None) };
    let mut left = in_place::most(size, directory.len() as u64);
    let mut emitter = Emitter::behind(size, directory, entries.len() as u64, options.alignment)?;
    emitter.set_comment(comment(&reader.input)?);
    for Item { file_name, source } in new {
        // What is copied, from this archive or another, may be of any length.
        let size = match source {
            Source::New(member) if member.array.packed().is_none() => member.array.header().data_len(),
            Source::Bytes(bytes) => bytes.len() as u64,
            _ => u64::MAX,
        };
        let Some(rest) = left.checked_sub(size) else { return Ok(None) };
        left = rest;
        let added = match source {
            Source::New(member) => {
                let header = member.array.header().to_bytes();
                let compression = member.compression.unwrap_or(options.compression);
                emitter.add(file_name, compression, Content::array(&header, &*member.array))
            }
            Source::Bytes(bytes) => emitter.add(file_name, options.compression, Content::bytes(bytes)),
            Source::Kept(_) => return Ok(None),
        };
        added.map_err(|error| error.in_member(key_of(file_name)))?;
    }
    let appendix = emitter.into_appendix()?;
    let file = if in_place::is_safe(size, &appendix) { in_place::open(path, file) } else { None };
    Ok(file.map(|file| (file, appendix)))
}

/// A member as it lies in the file.
fn packed(reader: &NpzReader<File>, member: usize) -> Result<Packed<'_>> {
    let entry = reader.entry(member)?;
    let extent = place_of_data(&reader.input, entry)?;
    let prefix = match reader.head(member) {
        // Only what is stored lies aligned.
        _ if !extent.is_stored() => 0,
        Err(error) if error.kind() == ErrorKind::Io => return Err(error),
        // Whatever it is, it stays.
        head => head.ok().flatten().map_or(0, |head| head.header().len() as u64),
    };
    let extra = entry.blocks.as_ref().map(|blocks| blocks.field().as_slice().to_vec()).unwrap_or_default();
    Ok(Packed { input: &reader.input, extent, prefix, extra, name: key_of(&entry.name) })
}

impl std::fmt::Debug for NpzEditor<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.names().collect();
        f.debug_struct("NpzEditor").field("path", &self.path).field("names", &names).finish_non_exhaustive()
    }
}
