//! What has no dtype or no cell type, and what differs from NumPy.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

use ndarray::{Array1, Array2, array};
use npz_core::time::Day;
use npz_core::{
    AnyArray, Cast, DType, DateTime64, ErrorKind, Header, Limits, LoadOptions, NpyFile, NpzReader, NpzWriter,
    npy,
};
use tests::docs::{code, table};
use tests::{python, temp_dir};

use super::cells::MAKE;
use super::page;

#[test]
fn dtypes_without_a_cell_type_are_read_and_refused_as_the_page_says() {
    let dir = temp_dir();
    let rows = table(&page(), "| NumPy | in the file | here |");
    let records: Vec<(String, String)> = rows
        .iter()
        .map(|row| (code(&row[0]).remove(0), code(&row[1]).remove(0)))
        .filter(|(_, descr)| descr.starts_with('['))
        .collect();
    assert_eq!(records.len(), 4);
    let list: Vec<_> = records.iter().map(|(numpy, descr)| (numpy, descr)).collect();
    python(
        dir.path(),
        &format!(
            "{MAKE}
for i, (numpy, stored) in enumerate({list:?}):
    dtype = np.dtype([('a', 'i1'), ('b', 'f8')], align=True) if numpy == 'align=True' else np.dtype(eval(numpy))
    np.save(f'{{i}}.npy', np.ones(2, dtype))
    assert descr(f'{{i}}.npy') == eval(stored), (numpy, stored)
with warnings.catch_warnings():
    warnings.simplefilter('ignore')
    np.save('StringDType.npy', np.array(['a', 'b'], np.dtypes.StringDType()))
np.save('object.npy', np.array([1, None]))
np.save('complex32.npy', np.ones(2).astype(ml_dtypes.complex32))
np.save('bcomplex32.npy', np.ones(2).astype(ml_dtypes.bcomplex32))
assert [descr(f'{{n}}.npy') for n in ('StringDType', 'object', 'complex32', 'bcomplex32')] == ['|O', '|O', '<W4', '<W4']
for name in ('complex32', 'bcomplex32'):
    try:
        np.load(f'{{name}}.npy')
        raise SystemExit('np.load does not refuse ' + name)
    except ValueError:
        pass
np.save('instead-0.npy', np.array(np.array([1, 2.5], object).tolist(), dtype='f8'))
np.save('instead-1.npy', np.array(np.array(['a', 'b'], np.dtypes.StringDType()).tolist()))
np.save('instead-2.npy', np.ones(2).astype(ml_dtypes.bcomplex32).astype('c8'))
np.savez('pickles.npz', a=np.array([1, None]), b=1.0)
"
        ),
    );
    for (i, (numpy, descr)) in records.iter().enumerate() {
        let file = fs::read(dir.path().join(format!("{i}.npy"))).unwrap();
        let any = npy::read::<AnyArray>(&file[..]).unwrap();
        assert_eq!(&any.dtype().to_string(), descr, "{numpy}");
        let mut bytes = Vec::new();
        npy::write(&mut bytes, &any).unwrap();
        assert!(bytes == file, "{numpy}");
    }
    let load = |name: &str| npy::load::<AnyArray>(dir.path().join(name));
    for name in ["StringDType.npy", "object.npy", "complex32.npy", "bcomplex32.npy"] {
        let error = load(name).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::Damaged), "{name}: {error}");
    }
    for i in 0..3 {
        assert_eq!(load(&format!("instead-{i}.npy")).unwrap().shape(), [2]);
    }
    let pickles = NpzReader::open(dir.path().join("pickles.npz")).unwrap();
    assert_eq!(pickles.names().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(pickles.get::<f64>("b").unwrap(), 1.0);

    // The second dtype of a nested record, and a subarray, by the columns that the page names.
    let pos: Vec<f32> = load_column(&dir.path().join("1.npy"), "pos.x");
    assert_eq!(pos, [1.0, 1.0]);
    let pos: Array2<f64> = NpyFile::open(dir.path().join("2.npy")).unwrap().field("pos").unwrap();
    assert_eq!(pos, Array2::<f64>::ones((2, 3)));
}

fn load_column(path: &Path, field: &str) -> Vec<f32> {
    NpyFile::open(path).and_then(|file| file.field::<Array1<f32>>(field)).unwrap().to_vec()
}

#[test]
fn pythons_lines_for_types_without_a_dtype_give_the_value() {
    let dir = temp_dir();
    let rows = table(&page(), "| Rust | in the file | in Python |");
    let python_of = |rust: &str| -> Vec<String> {
        let row = rows.iter().find(|row| code(&row[0]).contains(&rust.to_owned()));
        code(&row.unwrap_or_else(|| panic!("no row has `{rust}`"))[2])
    };
    let mut writer = NpzWriter::create(dir.path().join("x.npz")).unwrap();
    writer.add("wide", &((5u128 << 64) + 7)).unwrap();
    writer.add("minus", &-3i128).unwrap();
    writer.add("char", &'ß').unwrap();
    writer.add("took", &std::time::Duration::from_secs(90)).unwrap();
    writer.add("none", &None::<f64>).unwrap();
    writer.add("ragged", &vec![vec![1.0f32], vec![2.0, 3.0]]).unwrap();
    writer.add("map", &BTreeMap::from([("key".to_owned(), 1u8)])).unwrap();
    writer.finish().unwrap();
    let [halves, unsigned, _, signed] = &python_of("u128")[..] else { panic!("the row of u128") };
    let at = |python: &str, member: &str| {
        python.replace("a\"", &format!("{member}\"")).replace("\"a.", &format!("\"{member}."))
    };
    let one = |rust: &str, member: &str| at(&python_of(rust)[0], member);
    let script = format!(
        "n = 2
with np.load('x.npz') as f:
    {}
    assert {unsigned} == (5 << 64) + 7 and lo.dtype == 'u8'
    {}
    assert {signed} == -3
    assert {} == 'ß'
    assert {} == np.timedelta64(90, 's')
    assert not ({})
    assert [a.tolist() for a in {}] == [[1], [2, 3]]
    assert {} == 1
",
        at(halves, "wide"),
        at(halves, "minus"),
        one("char", "char"),
        one("Duration", "took"),
        one("None", "none"),
        one("Vec<Vec<f32>>", "ragged"),
        one("HashMap<String, T>", "map"),
    );
    python(dir.path(), &script);
}

#[test]
fn what_differs_from_numpy_differs() {
    let dir = temp_dir();
    python(
        dir.path(),
        r"
np.save('suffix', 1.0)
assert os.path.exists('suffix.npy')
np.save('wraps.npy', np.array([300]))
np.save('rounds.npy', np.array([2**53 + 1]))
with warnings.catch_warnings():
    warnings.simplefilter('ignore')
    assert np.load('wraps.npy').astype('u1').tolist() == [44] and np.load('rounds.npy').astype('f8')[0] == 2**53
    assert np.array([300.], 'f4').astype('u1').tolist() == [44]
assert np.datetime64('NaT') != np.datetime64('NaT')
np.save('empty.npy', np.array(['']))
np.save('none.npy', np.zeros(0, 'U'))
with open('zero.npy', 'wb') as f:
    np.lib.format.write_array_header_1_0(f, {'descr': '<U0', 'fortran_order': False, 'shape': (2,)})
with zipfile.ZipFile('twice.npz', 'w') as z:
    for n in (1, 2):
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            with z.open('a.npy', 'w') as f:
                np.lib.format.write_array(f, np.array(n))
assert np.load('twice.npz')['a'] == 2
",
    );
    let load = |name: &str| npy::load::<AnyArray>(dir.path().join(name)).unwrap();
    npy::save(dir.path().join("plain"), &array![1.0]).unwrap();
    assert!(dir.path().join("plain").exists() && !dir.path().join("plain.npy").exists());

    let same = LoadOptions::new().cast(Cast::SameKind);
    let narrow = same.load::<Array1<u8>>(dir.path().join("wraps.npy")).unwrap_err();
    assert!(narrow.to_string().contains("cell 0 holds 300"), "{narrow}");
    let rounded = npy::load::<Array1<f64>>(dir.path().join("rounds.npy")).unwrap_err();
    assert!(rounded.to_string().contains("cell 0 holds 9007199254740993"), "{rounded}");
    let unsafely = load("wraps.npy").cast_unsafe(&DType::parse("u1").unwrap()).unwrap();
    assert_eq!(unsafely, array![44u8].into());

    assert_eq!(DateTime64::<Day>::NAT, DateTime64::NAT);
    assert!(DateTime64::<Day>::NAT > DateTime64::new(i64::MAX));
    for (file, len) in [("empty.npy", 1), ("none.npy", 0), ("zero.npy", 2)] {
        let texts: Array1<String> = npy::load(dir.path().join(file)).unwrap();
        assert_eq!(texts.to_vec(), vec![""; len], "{file}");
        let ours = npy::to_bytes(&Array1::from_elem(len, String::new())).unwrap();
        assert_eq!(Header::read(&ours[..], &Limits::default()).unwrap().dtype().to_string(), "<U1");
    }
    assert!(npy::to_bytes(&array!["a\0".to_owned()]).is_err());

    let twice = NpzReader::open(dir.path().join("twice.npz")).unwrap();
    assert_eq!(twice.get::<i64>("a").unwrap(), 2);
    assert_eq!(twice.duplicates().collect::<Vec<_>>(), ["a.npy"]);
    let mut writer = NpzWriter::new(File::create(dir.path().join("ours.npz")).unwrap()).unwrap();
    writer.add("a", &1).unwrap();
    assert_eq!(writer.add("a", &1).unwrap_err().kind(), ErrorKind::Invalid);
}
