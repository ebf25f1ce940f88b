//! What a save copies, byte by byte, and what it writes anew.

use std::fs;
use std::io::Write;

use ndarray::{Array1, Array2, ArrayD};
use npz_core::extend::{Members, Name};
use npz_core::{Compression, ErrorKind, Lazy, Npz, NpzReader, NpzWriter, OldMembers, SaveOptions, ToMembers};
use tests::python;

use crate::{Arrays, Layer, Model, layers, model, raw_members, raw_members_of, table};

#[test]
fn untouched_values_are_copied_byte_for_byte_whatever_the_save_asks_for() {
    let dir = tempfile::tempdir().unwrap();
    let (from, to) = (dir.path().join("from.npz"), dir.path().join("to.npz"));
    for saved in [SaveOptions::new(), SaveOptions::new().compression(Compression::Deflate(1))] {
        saved.save(&model(), &from).unwrap();
        for again in [SaveOptions::new(), SaveOptions::compressed()] {
            let state = Model::load(&from).unwrap();
            again.save(&state, &to).unwrap();
            assert!(!state.table.is_loaded() && !state.layers.is_loaded());
            let (mut old, mut new) = (raw_members_of(&from), raw_members_of(&to));
            // The step is no lazy value.
            assert_ne!(old.remove("step.npy").is_none(), new.remove("step.npy").is_some());
            assert!(new == old);
            let copy = Model::load(&to).unwrap();
            assert_eq!(copy.table.get().unwrap(), &table());
            assert_eq!(copy.layers.get().unwrap(), &layers());
        }
    }
}

#[test]
fn a_value_that_was_read_is_written_anew() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.npz");
    model().save(&path).unwrap();
    let mut state = Model::load(&path).unwrap();
    state.table.get_mut().unwrap()[0] = 0.5;
    let members = raw_members(&SaveOptions::compressed().to_bytes(&state).unwrap());
    assert_eq!((members["table.npy"].method, members["layers.0.weights.npy"].method), (8, 0));
    let twin = Model { step: 1, layers: state.layers.clone(), table: state.table.clone() };
    assert_eq!(Model::from_bytes(&twin.to_bytes().unwrap()).unwrap().table.get().unwrap()[0], 0.5);
}

#[test]
fn what_python_wrote_is_copied_and_numpy_and_zipfile_read_it_back() {
    let dir = tempfile::tempdir().unwrap();
    python(
        dir.path(),
        r"
a = np.arange(50000.) % 1000
def npy(x, **k):
    f = io.BytesIO(); np.lib.format.write_array(f, x, **k); return f.getvalue()
methods = {'stored': (0, None), 'one': (zipfile.ZIP_DEFLATED, 1), 'nine': (zipfile.ZIP_DEFLATED, 9),
           'bz': (zipfile.ZIP_BZIP2, 9), 'xz': (zipfile.ZIP_LZMA, None)}
with zipfile.ZipFile('py.npz', 'w') as z:
    for name, (method, level) in methods.items():
        info = zipfile.ZipInfo(name + '.npy')
        # A field that only the source has.
        info.extra = b'\xfe\xca\x03\x00odd'
        z.writestr(info, npy(a), method, level)
    z.writestr('f.npy', npy(np.asfortranarray(np.ones((2, 3))), version=(2, 0)))
    z.writestr('größe.npy', npy(np.array(2.5)))
with Pipe('piped.npz') as f, zipfile.ZipFile(f, 'w', zipfile.ZIP_DEFLATED) as z:
    z.writestr('a.npy', npy(a))
    z.writestr('b.npy', npy(a), zipfile.ZIP_STORED)
with zipfile.ZipFile('piped.npz') as z:
    assert all(i.flag_bits & 8 for i in z.infolist())
",
    );
    for name in ["py", "piped"] {
        let (from, to) = (dir.path().join(format!("{name}.npz")), dir.path().join(format!("{name}2.npz")));
        let arrays = Arrays::load(&from).unwrap();
        arrays.save(&to).unwrap();
        assert!(arrays.values().all(|lazy| !lazy.is_loaded()));
        assert!(raw_members_of(&to) == raw_members_of(&from), "{name}");
        // Without a file, and whatever their headers look like.
        let mut members = Members::new();
        arrays.to_members(&mut members, &Name::root()).unwrap();
        let eager: std::collections::BTreeMap<String, ArrayD<f64>> = members.load().unwrap();
        assert!(eager.iter().all(|(key, array)| array == arrays[key].clone().get().unwrap()));
        for (key, lazy) in &arrays {
            assert!(
                lazy.get().unwrap().len()
                    == if key == "f" {
                        6
                    } else if key == "größe" {
                        1
                    } else {
                        50_000
                    }
            );
        }
    }
    let said = python(
        dir.path(),
        r"
for name in ['py', 'piped']:
    with zipfile.ZipFile(name + '.npz') as old, zipfile.ZipFile(name + '2.npz') as new:
        assert new.testzip() is None
        # A map is saved in the order of its keys.
        assert sorted(old.namelist()) == new.namelist()
        for n in new.infolist():
            o = old.getinfo(n.filename)
            assert old.read(o) == new.read(n)
            assert (o.compress_type, o.compress_size, o.CRC) == (n.compress_type, n.compress_size, n.CRC)
            assert n.flag_bits & 8 == 0 and n.flag_bits & 6 == o.flag_bits & 6
            assert n.extract_version == max(20, o.extract_version), (n, n.extract_version, o.extract_version)
            if n.compress_type == 0:
                new.fp.seek(n.header_offset + 26)
                a, b = np.frombuffer(new.fp.read(4), '<u2').astype(int)
                assert (n.header_offset + 30 + a + b) % 64 == 0
    with np.load(name + '.npz') as old, np.load(name + '2.npz') as new:
        for key in new.files:
            np.testing.assert_array_equal(old[key], new[key], strict=True)
            print(key, end=' ')
",
    );
    assert_eq!(said, "bz f größe nine one stored xz a b ");
}

#[test]
fn zstandard_is_copied_by_its_number() {
    use zip::write::SimpleFileOptions;
    let mut npy = npz_core::npy::to_bytes(&table().into_dyn()).unwrap();
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    #[expect(deprecated, reason = "the named methods of `zip` depend on which of its features are on")]
    let zstd = zip::CompressionMethod::from_u16(93);
    writer.start_file("a.npy", SimpleFileOptions::default().compression_method(zstd)).unwrap();
    writer.write_all(&npy).unwrap();
    npy.clear();
    let bytes = writer.finish().unwrap().into_inner();
    let arrays = Arrays::from_bytes(&bytes).unwrap();
    let copy = arrays.to_bytes().unwrap();
    assert!(raw_members(&copy) == raw_members(&bytes) && raw_members(&copy)["a.npy"].method == 93);
    assert_eq!(copy[4], 63, "the version that APPNOTE asks for");
    assert_eq!(Arrays::from_bytes(&copy).unwrap()["a"].get().unwrap(), &table().into_dyn());
}

#[test]
fn stored_data_are_aligned_anew() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.npz");
    model().save(&path).unwrap();
    let state = Model::load(&path).unwrap();
    let bytes = SaveOptions::new().alignment(4096).to_bytes(&state).unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
    for i in 0..zip.len() {
        // The first cell, behind the header of the array.
        assert_eq!((zip.by_index(i).unwrap().data_start().unwrap() + 128) % 4096, 0);
    }
}

#[test]
fn a_save_over_the_file_that_a_lazy_value_reads_from() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.npz");
    for options in [SaveOptions::new(), SaveOptions::compressed()] {
        options.save(&model(), &path).unwrap();
        let mut state = Model::load(&path).unwrap();
        for step in 0..3 {
            state.step = step;
            state.save(&path).unwrap();
        }
        assert!(!state.table.is_loaded() && !state.layers.is_loaded());
        let again = Model::load(&path).unwrap();
        assert_eq!((again.step, again.table.get().unwrap()), (2, &table()));
        assert_eq!((state.table.get().unwrap(), state.layers.get().unwrap()), (&table(), &layers()));
    }
}

#[test]
fn a_save_that_meets_damaged_stored_data_leaves_the_old_file() {
    let dir = tempfile::tempdir().unwrap();
    let (from, to) = (dir.path().join("from.npz"), dir.path().join("to.npz"));
    let mut bytes = model().to_bytes().unwrap();
    // Near the end are the last cells of the table.
    let at = bytes.len() - 2000;
    bytes[at] ^= 1;
    fs::write(&from, bytes).unwrap();
    fs::write(&to, "the old file").unwrap();
    let error = Model::load(&from).unwrap().save(&to).unwrap_err();
    assert_eq!(
        (error.kind(), error.file(), error.member()),
        (ErrorKind::Damaged, Some(&*from), Some("table"))
    );
    assert!(error.to_string().contains("bad CRC-32"), "{error}");
    assert_eq!(fs::read(&to).unwrap(), b"the old file");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "no temporary file");
}

#[test]
fn other_compressed_data_at_the_same_place_are_not_copied() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.npz");
    let with = |first: f64| {
        let mut table = table();
        table[0] = first;
        let arrays = Arrays::from([("a".to_owned(), Lazy::new(table.into_dyn()))]);
        SaveOptions::compressed().to_bytes(&arrays).unwrap()
    };
    let one = with(3.0);
    let two = (4..100).map(|first| with(f64::from(first))).find(|two| two.len() == one.len()).unwrap();
    fs::write(&path, one).unwrap();
    let state = Arrays::load(&path).unwrap();
    fs::write(&path, two).unwrap();
    let error = state.to_bytes().unwrap_err();
    assert!(error.kind() == ErrorKind::Damaged && error.to_string().contains("CRC-32"), "{error}");
}

/// What an earlier copy has read is not what lies there now.
#[test]
fn a_file_that_was_changed_in_place_after_a_copy_is_read_anew() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.npz");
    let with = |turn: u32| {
        let noise =
            (0..430_000u32).map(|i| f64::from(i.wrapping_mul(2_654_435_761).rotate_left(turn) ^ (i >> 3)));
        let arrays = Arrays::from([("a".to_owned(), Lazy::new(Array1::from_iter(noise).into_dyn()))]);
        SaveOptions::compressed().to_bytes(&arrays).unwrap()
    };
    let (one, two) = (with(0), with(7));
    fs::write(&path, &one).unwrap();
    let state = Arrays::load(&path).unwrap();
    assert_eq!(state.to_bytes().unwrap().len(), one.len());
    // In place: the open file sees it.
    fs::OpenOptions::new().write(true).open(&path).unwrap().write_all(&two).unwrap();
    let error = state.to_bytes().unwrap_err();
    assert!(error.kind() == ErrorKind::Damaged, "{error}");
}

#[test]
fn forwarded_archives_are_copied_with_the_checksum_behind_the_data() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("run.npz");
    let mut bytes = Vec::new();
    let arrays = Arrays::from([("a".to_owned(), Lazy::new(table().into_dyn()))]);
    SaveOptions::compressed().write_to(&arrays, &mut bytes).unwrap();
    fs::write(&path, &bytes).unwrap();
    let state = Arrays::load(&path).unwrap();
    let copied = state.to_bytes().unwrap();
    assert_eq!(Arrays::from_bytes(&copied).unwrap()["a"].get().unwrap(), table().into_dyn());
}

#[test]
fn a_value_moves_to_another_place() {
    #[derive(Npz)]
    struct New {
        #[npz(rename = "net.blocks")]
        blocks: Lazy<Vec<Layer>>,
        #[npz(rename = "lookup")]
        table: Lazy<Array1<f64>>,
        deep: Deep,
    }
    #[derive(Npz)]
    #[npz(separator = "/")]
    struct Deep {
        layers: Lazy<Vec<Layer>>,
        table: Lazy<Array1<f64>>,
    }
    let bytes = SaveOptions::compressed().to_bytes(&model()).unwrap();
    let old = Model::from_bytes(&bytes).unwrap();
    let new = New {
        deep: Deep { layers: old.layers.clone(), table: old.table.clone() },
        blocks: old.layers,
        table: old.table,
    };
    let moved = new.to_bytes().unwrap();
    assert!(!new.blocks.is_loaded() && !new.table.is_loaded() && !new.deep.table.is_loaded());
    assert!(new.deep.layers.is_loaded(), "under another separator its parts have other names");
    let (old, members) = (raw_members(&bytes), raw_members(&moved));
    assert_eq!(members["net.blocks.1.weights.npy"], old["layers.1.weights.npy"]);
    assert_eq!(members["lookup.npy"], old["table.npy"]);
    assert_eq!(members["deep/table.npy"], old["table.npy"]);
    assert_eq!(members["deep/layers/1/weights.npy"].method, 0, "written anew");
    let again = New::from_bytes(&moved).unwrap();
    assert_eq!(again.blocks.get().unwrap(), &layers());
    assert_eq!((again.deep.layers.get().unwrap(), again.deep.table.get().unwrap()), (&layers(), &table()));
}

#[test]
fn a_writer_takes_lazy_values_and_refuses_a_name_twice() {
    let bytes = SaveOptions::compressed().to_bytes(&model()).unwrap();
    let npz = NpzReader::new(&bytes).unwrap();
    let table: Lazy<Array1<f64>> = npz.get("table.npy").unwrap();
    let mut out = std::io::Cursor::new(Vec::new());
    let mut writer = NpzWriter::new(&mut out).unwrap();
    writer.add("a", &table).unwrap();
    writer.push(&table).unwrap();
    assert_eq!(writer.add("a", &table).unwrap_err().kind(), ErrorKind::Invalid);
    writer.finish().unwrap();
    let members = raw_members(out.get_ref());
    assert_eq!(members.keys().collect::<Vec<_>>(), ["a.npy", "arr_0.npy"]);
    assert!(members.values().all(|raw| *raw == raw_members(&bytes)["table.npy"]));
    assert!(!table.is_loaded());
}

#[test]
fn many_small_values_are_copied_in_the_order_of_the_file() {
    type All = Lazy<std::collections::BTreeMap<String, Array1<f64>>>;
    let arrays = |i: usize| (format!("m{:05}", (i * 7919) % 5_000), ArrayD::from_elem(vec![2], i as f64));
    let mut out = std::io::Cursor::new(Vec::new());
    let mut writer = NpzWriter::new(&mut out).unwrap();
    for (key, array) in (0..5_000).map(arrays) {
        writer.add(&format!("all.{key}"), &array).unwrap();
    }
    writer.finish().unwrap();
    let bytes = out.into_inner();
    let all: All = NpzReader::new(&bytes).unwrap().get("all").unwrap();
    let mut again = std::io::Cursor::new(Vec::new());
    let mut writer = NpzWriter::new(&mut again).unwrap();
    writer.add("all", &all).unwrap();
    writer.finish().unwrap();
    assert!(again.into_inner() == bytes);
    let each = std::collections::BTreeMap::<String, Lazy<Array1<f64>>>::from_bytes(&bytes).unwrap();
    assert_eq!((each.len(), each["all.m02919"].get().unwrap()[0]), (5_000, 1.0));
}

#[test]
fn what_a_part_passes_over_stays_in_the_copy() {
    #[derive(Npz, Debug, PartialEq)]
    struct Part {
        #[npz(alias = "w")]
        weight: f64,
        #[npz(skip_load)]
        stamp: u64,
    }
    #[derive(Npz)]
    struct Whole {
        part: Lazy<Part>,
        grid: Lazy<Array2<f64>>,
    }
    let old = std::collections::BTreeMap::from([
        ("part.w".to_owned(), ArrayD::from_elem(vec![], 0.5)),
        ("part.stamp".to_owned(), ArrayD::from_elem(vec![], 9.0)),
        ("grid".to_owned(), ArrayD::zeros(vec![1, 1])),
    ]);
    let bytes = old.to_bytes().unwrap();
    let whole = Whole::from_bytes(&bytes).unwrap();
    assert!(raw_members(&whole.to_bytes().unwrap()) == raw_members(&bytes));
    assert_eq!(whole.part.get().unwrap(), &Part { weight: 0.5, stamp: 0 });
}

#[test]
fn a_lazy_value_of_an_older_version_is_migrated_once() {
    #[derive(Npz)]
    struct Old {
        w: Vec<f32>,
    }
    #[derive(Npz)]
    struct OldRun {
        model: Old,
    }
    #[derive(Npz, Debug, PartialEq)]
    #[npz(version = 1, migrate = "from_older")]
    struct Model {
        weights: Vec<f32>,
        bias: f32,
    }
    fn from_older(old: &mut OldMembers<'_>, version: u32) -> npz_core::Result<()> {
        assert_eq!(version, 0);
        old.rename("w", "weights")?;
        old.insert("bias", &0.5f32)
    }
    #[derive(Npz)]
    struct Run {
        model: Lazy<Model>,
    }
    let bytes = OldRun { model: Old { w: vec![1.0, 2.0] } }.to_bytes().unwrap();
    let model = Model { weights: vec![1.0, 2.0], bias: 0.5 };
    let run = Run::from_bytes(&bytes).unwrap();
    // Its members have the names of today without the version of today, so it can't be copied as it is.
    let saved = run.to_bytes().unwrap();
    let names: Vec<_> = NpzReader::new(&saved).unwrap().names().map(str::to_owned).collect();
    assert_eq!(names, ["model.__version__", "model.weights", "model.bias"]);
    assert_eq!(Run::from_bytes(&saved).unwrap().model.get().unwrap(), &model);
    assert_eq!(Run::from_bytes(&bytes).unwrap().model.into_inner().unwrap(), model);
}

#[test]
fn a_whole_archive_can_be_lazy() {
    #[derive(Npz, Debug, PartialEq)]
    struct Model {
        weights: Vec<f32>,
    }
    #[derive(Npz)]
    #[npz(version = 1, migrate = "rename")]
    struct Renamed {
        kernel: Lazy<Vec<f32>>,
    }
    fn rename(old: &mut OldMembers<'_>, _: u32) -> npz_core::Result<()> {
        old.rename("weights", "kernel")
    }
    let model = Model { weights: vec![1.0] };
    let bytes = Lazy::new(model).to_bytes().unwrap();
    let lazy = Lazy::<Model>::from_bytes(&bytes).unwrap();
    assert!(!lazy.is_loaded());
    assert_eq!(lazy.to_bytes().unwrap(), bytes);
    assert_eq!(lazy.get().unwrap().weights, [1.0]);
    // Renamed by a migration around it, a value is still copied as it is.
    let renamed = Renamed::from_bytes(&bytes).unwrap();
    let saved = renamed.to_bytes().unwrap();
    assert!(!renamed.kernel.is_loaded(), "it was copied");
    assert_eq!(Renamed::from_bytes(&saved).unwrap().kernel.get().unwrap(), &[1.0]);
}

#[test]
fn a_lazy_value_inside_another_keeps_its_version() {
    #[derive(Npz, Debug, PartialEq)]
    #[npz(version = 1, migrate = "to_radians")]
    struct Inner {
        radians: f64,
    }
    fn to_radians(old: &mut OldMembers<'_>, _: u32) -> npz_core::Result<()> {
        let degrees: f64 = old.take("degrees")?;
        old.insert("radians", &degrees.to_radians())
    }
    #[derive(Npz)]
    struct Outer {
        n: u32,
        inner: Lazy<Inner>,
    }
    #[derive(Npz)]
    struct Root {
        outer: Lazy<Outer>,
    }
    #[derive(Npz)]
    struct OldRoot {
        #[npz(rename = "outer.n")]
        n: u32,
        #[npz(rename = "outer.inner.degrees")]
        degrees: f64,
    }
    let inner =
        |bytes: &[u8]| Root::from_bytes(bytes).unwrap().outer.get().unwrap().inner.get().unwrap().radians;
    let today =
        Root { outer: Outer { n: 1, inner: Inner { radians: 3.0 }.into() }.into() }.to_bytes().unwrap();
    let old = OldRoot { n: 1, degrees: 180.0 }.to_bytes().unwrap();
    for (bytes, radians) in [(today, 3.0), (old, std::f64::consts::PI)] {
        let root = Root::from_bytes(&bytes).unwrap();
        root.outer.get().unwrap(); // the outer value is read, the inner one is not
        let saved = root.to_bytes().unwrap();
        assert!(NpzReader::new(&saved).unwrap().contains("outer.inner.__version__"));
        assert_eq!((inner(&bytes), inner(&saved)), (radians, radians));
    }
}

#[test]
fn a_lazy_versioned_map_has_no_entry_for_its_version() {
    #[derive(Npz, Debug, PartialEq)]
    #[npz(version = 1)]
    struct Versioned {
        #[npz(flatten)]
        rest: std::collections::BTreeMap<String, u32>,
    }
    #[derive(Npz)]
    struct Root {
        value: Lazy<Versioned>,
    }
    let value = || Versioned { rest: [("a".to_owned(), 5)].into() };
    let bytes = Root { value: value().into() }.to_bytes().unwrap();
    assert_eq!(Root::from_bytes(&bytes).unwrap().value.get().unwrap(), &value());
}

#[test]
fn cells_that_only_the_options_let_be_rounded_are_not_copied() {
    #[derive(Npz)]
    struct Root {
        w: Lazy<Array1<f32>>,
    }
    let bytes = std::collections::BTreeMap::from([("w".to_owned(), vec![0.1f64])]).to_bytes().unwrap();
    let options = npz_core::LoadOptions::new().cast(npz_core::Cast::SameKind);
    let root = options.from_bytes::<Root>(&bytes).unwrap();
    // A plain load takes what was saved.
    let saved = root.to_bytes().unwrap();
    assert_eq!(Root::from_bytes(&saved).unwrap().w.get().unwrap(), &ndarray::arr1(&[0.1f32]));
}
