//! Files, names and folders that are as bad as they can be, and still cost little and are told as they are.

use npz_core::{ErrorKind, Npz, NpzReader};

/// A folder that may be written but not read, as a user whom permissions hold for.
#[cfg(unix)]
mod folders {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    use std::os::unix::process::CommandExt;
    use std::path::Path;
    use std::process::Command;

    use npz_core::NpzReader;
    use tests::temp_dir;

    const NOBODY: u32 = 65534;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_save_into_a_folder_that_can_not_be_read_is_a_save() {
        let dir = temp_dir();
        let is_root = fs::metadata(dir.path()).unwrap().uid() == 0;
        let (folder, saver) = (dir.path().join("drop"), dir.path().join("saver"));
        fs::create_dir(&folder).unwrap();
        // The target folder may lie where others than its owner can't go.
        fs::copy(env!("CARGO_BIN_EXE_saver"), &saver).unwrap();
        set_mode(dir.path(), 0o755);
        if is_root {
            chown(&folder, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        set_mode(&folder, 0o333);
        let run = |command: &mut Command| {
            if is_root {
                command.uid(NOBODY).gid(NOBODY);
            }
            command.output().unwrap()
        };
        let listed = run(Command::new("ls").arg(&folder));
        assert!(!listed.status.success(), "the permissions hold for the one who saves");
        for mode in ["once", "writer", "once"] {
            let path = folder.join(format!("{mode}.npz"));
            let output = run(Command::new(&saver).arg(mode).arg(&path).arg("10"));
            assert!(output.status.success(), "{mode}: {}", String::from_utf8_lossy(&output.stdout));
        }
        set_mode(&folder, 0o777);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "no temporary file is left");
        for mode in ["once", "writer"] {
            let npz = NpzReader::open(folder.join(format!("{mode}.npz"))).unwrap();
            assert_eq!(npz.get::<Vec<u64>>("cells").unwrap(), [1; 10]);
        }
        // What may not be written either is an error as before.
        set_mode(&folder, 0o555);
        let output = run(Command::new(&saver).args(["once"]).arg(folder.join("new.npz")).arg("10"));
        assert!(!output.status.success());
        assert!(String::from_utf8_lossy(&output.stdout).starts_with("Io: "));
        set_mode(&folder, 0o777);
    }
}

/// The places of the end record's fields, from its start.
const COUNTS: [usize; 2] = [8, 10];

fn archive_of_two() -> Vec<u8> {
    std::collections::BTreeMap::from([("a".to_owned(), 1u8), ("b".to_owned(), 2)]).to_bytes().unwrap()
}

#[test]
fn an_archive_whose_directory_has_no_bytes_but_members_is_damaged() {
    #[derive(Npz, Debug)]
    struct Optional {
        #[npz(rename = "a")]
        _a: Option<u8>,
        #[npz(rename = "b")]
        _b: Option<u8>,
    }
    let mut bytes = archive_of_two();
    let end = bytes.len() - 22;
    bytes[end + 12..end + 16].fill(0);
    for counts in [[2, 2], [2, 0], [0, 2]] {
        COUNTS.iter().zip(counts).for_each(|(place, count)| bytes[end + place] = count);
        let error = Optional::from_bytes(&bytes).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged, "{error}");
        assert!(error.to_string().contains("counts 2 members, and claims 0 bytes"), "{error}");
    }
    // A count that is wrong alone is passed over, as Python's zipfile does.
    let mut bytes = archive_of_two();
    for place in COUNTS {
        bytes[end + place] = 7;
    }
    let dir = tests::temp_dir();
    std::fs::write(dir.path().join("x.npz"), &bytes).unwrap();
    let pythons = tests::python(dir.path(), "print(sorted(np.load('x.npz')), end='')");
    assert_eq!(pythons, "['a', 'b']");
    assert_eq!(NpzReader::new(&bytes).unwrap().names().collect::<Vec<_>>(), ["a", "b"]);
}

/// What is saved without a word is loaded without an option.
mod what_we_write {
    use std::collections::BTreeMap;
    use std::io::Cursor;

    use ndarray::{Array1, ArrayD, IxDyn};
    use npz_core::{
        AnyArray, DType, ErrorKind, Lazy, Limits, LoadOptions, Npz, NpzReader, NpzWriter, RawArray, RawBytes,
        npy,
    };

    /// One row of a record of fields of one byte.
    fn row(names: impl Iterator<Item = String>) -> RawArray {
        let byte: DType = "u1".parse().unwrap();
        let dtype = DType::record(names.map(|name| (name, byte.clone()))).unwrap();
        let bytes = vec![7; dtype.item_size()];
        RawArray::new(dtype, &[1], bytes).unwrap()
    }

    /// One whose header has about `bytes` bytes: by one long name.
    fn row_of_header(bytes: usize) -> RawArray {
        row(std::iter::once("n".repeat(bytes)))
    }

    fn archive(raw: &RawArray) -> npz_core::Result<Vec<u8>> {
        let mut file = Cursor::new(Vec::new());
        let mut writer = NpzWriter::new(&mut file)?;
        writer.add("rows", raw)?;
        writer.finish()?;
        Ok(file.into_inner())
    }

    fn npy_file(raw: &RawArray) -> npz_core::Result<Vec<u8>> {
        let mut file = Vec::new();
        let written = npy::write(&mut file, &AnyArray::from(raw.clone()));
        assert!(written.is_ok() || file.is_empty(), "nothing is written before it is refused");
        written.map(|()| file)
    }

    #[test]
    fn records_of_many_fields_are_read_by_default() {
        let wide = row((0..5_000).map(|i| format!("field{i}")));
        let bytes = archive(&wide).unwrap();
        assert_eq!(NpzReader::new(&bytes).unwrap().get::<RawArray>("rows").unwrap(), wide);
        let file = npy_file(&wide).unwrap();
        let dir = tests::temp_dir();
        std::fs::write(dir.path().join("x.npy"), &file).unwrap();
        let script = "print(len(np.load('x.npy', max_header_size=2**20).dtype.names), end='')";
        assert_eq!(tests::python(dir.path(), script), "5000");
    }

    #[test]
    fn a_header_is_saved_up_to_the_length_that_is_read() {
        let length = |bytes: usize| npy_file(&row_of_header(bytes)).map(|file| file.len() - 1 - 12);
        // The last that is saved has as many bytes as the limit, up to the alignment.
        let (mut last, mut refused) = ((1 << 20) - 300, 1_usize << 20);
        while refused - last > 1 {
            let middle = last.midpoint(refused);
            if length(middle).is_ok() { last = middle } else { refused = middle }
        }
        assert!(((1 << 20) - 64..=1 << 20).contains(&length(last).unwrap()), "{:?}", length(last));
        let row = row_of_header(last);
        assert_eq!(NpzReader::new(&archive(&row).unwrap()).unwrap().get::<RawArray>("rows").unwrap(), row);
        for bytes in [refused, 2 << 20] {
            let row = row_of_header(bytes);
            for error in [archive(&row).unwrap_err(), npy_file(&row).unwrap_err()] {
                assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
                assert!(error.to_string().contains("the limit is 1048576"), "{error}");
            }
        }
    }

    #[test]
    fn what_was_read_under_wider_limits_is_no_exception() {
        let dir = tests::temp_dir();
        let script = "
warnings.simplefilter('ignore')
inner = [(f'a_field_with_a_rather_long_name_{i}', 'u1') for i in range(30000)]
np.savez('x.npz', rows=np.ones(1, [('inner', inner), ('one', 'u1')]))
";
        tests::python(dir.path(), script);
        let path = dir.path().join("x.npz");
        let options = LoadOptions::new().limits(Limits::trusted());
        let npz = options.open(&path).unwrap();
        assert_eq!(
            NpzReader::open(&path).unwrap().get::<RawArray>("rows").unwrap_err().kind(),
            ErrorKind::Limit
        );
        let rows: RawArray = npz.get("rows").unwrap();
        // Its parts are read, however long their own headers would be.
        assert_eq!(
            npz.member("rows").and_then(|rows| rows.field::<RawArray>("inner")).unwrap().as_bytes(),
            vec![1; 30_000]
        );
        assert_eq!(npz.member("rows").and_then(|rows| rows.field::<Vec<u8>>("one")).unwrap(), [1]);
        // Neither it nor a value that was never read is saved so that only wider limits load it again.
        let error = archive(&rows).unwrap_err();
        assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("rows")), "{error}");
        let untouched = options.load::<BTreeMap<String, Lazy<RawArray>>>(&path).unwrap();
        let error = untouched.to_bytes().unwrap_err();
        assert_eq!((error.kind(), error.member()), (ErrorKind::Invalid, Some("rows")), "{error}");
    }

    #[test]
    fn records_inside_of_records_are_saved_as_deep_as_they_are_read() {
        let nested = |depth| {
            let byte: DType = "u1".parse().unwrap();
            let dtype = (0..depth).fold(byte, |inner, _| DType::record([("x", inner)]).unwrap());
            RawArray::new(dtype, &[1], vec![7]).unwrap()
        };
        // Deeper ones can't be made.
        for depth in [1, 15, 16, 40, 98, 99] {
            let file = npy_file(&nested(depth)).unwrap();
            assert_eq!(npy::read::<AnyArray>(&file[..]).unwrap(), AnyArray::from(nested(depth)));
            assert!(archive(&nested(depth)).is_ok());
        }
        // Titles and small arrays have brackets too.
        let deepest = "[('x', ".repeat(96) + "[(('title', 'y'), ('<i2', (2,)), (3,))]" + &")]".repeat(96);
        let text = |deep: &str| RawArray::new(DType::parse(deep).unwrap(), &[1], vec![7; 12]).unwrap();
        let file = npy_file(&text(&deepest)).unwrap();
        assert_eq!(npy::read::<AnyArray>(&file[..]).unwrap(), AnyArray::from(text(&deepest)));
    }

    #[test]
    fn long_names_many_axes_and_free_cells_come_back() {
        let name = "n".repeat(65_535 - 4);
        let bytes = BTreeMap::from([(name.clone(), 1u8)]).to_bytes().unwrap();
        assert_eq!(BTreeMap::<String, u8>::from_bytes(&bytes).unwrap()[&name], 1);
        assert_eq!(BTreeMap::from([(name + "n", 1u8)]).to_bytes().unwrap_err().kind(), ErrorKind::Invalid);

        let axes = ArrayD::from_elem(IxDyn(&[1; 64]), 1.5);
        let file = npy::to_bytes(&axes).unwrap();
        assert_eq!(npy::from_bytes::<ArrayD<f64>>(&file).unwrap(), axes);
        assert_eq!(
            npy::to_bytes(&ArrayD::from_elem(IxDyn(&[1; 65]), 1.5)).unwrap_err().kind(),
            ErrorKind::Invalid
        );

        let free = vec![RawBytes::<0>::default(); 1 << 16];
        let file = npy::to_bytes(&ndarray::ArrayView1::from(&free)).unwrap();
        assert_eq!(npy::from_bytes::<Array1<RawBytes<0>>>(&file).unwrap().len(), 1 << 16);
        let members = BTreeMap::from([("free".to_owned(), free.clone())]);
        assert_eq!(
            BTreeMap::<String, Vec<RawBytes<0>>>::from_bytes(&members.to_bytes().unwrap()).unwrap(),
            members
        );
        // One more is refused, in one array or two.
        let more = vec![RawBytes::<0>::default(); (1 << 16) + 1];
        assert_eq!(npy::to_bytes(&ndarray::ArrayView1::from(&more)).unwrap_err().kind(), ErrorKind::Invalid);
        let two = BTreeMap::from([("a".to_owned(), free), ("b".to_owned(), vec![RawBytes::default()])]);
        assert_eq!(two.to_bytes().unwrap_err().kind(), ErrorKind::Invalid);
    }
}
