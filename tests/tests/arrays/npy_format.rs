//! NumPy's own tests of the format (`numpy/lib/tests/test_format.py`), rebuilt: its arrays, records and bad files.
//!
//! `npy_matrix` has more cell types and layouts, `npy_tolerance` more bad headers; this is the list of NumPy itself.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom};
use std::path::Path;

use ndarray::{Array1, ArrayD, IxDyn, array};
use npz_core::{AnyArray, Element, ErrorKind, Header, Limits, LoadOptions, NpzReader, Order, npy};
use num_complex::Complex;
use tests::{python, temp_dir};

/// Writes `basic_arrays` of `test_format.py`; prints file, descr, shape and order.
const BASIC_ARRAYS: &str = r"
scalars = [np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int32, np.uint64, np.int64, np.float32, np.float64,
           np.complex64, np.complex128, object]
for scalar in scalars:
    for endian in '<>':
        dtype = np.dtype(scalar).newbyteorder(endian)
        basic = np.arange(1500).astype(dtype)
        for n, a in enumerate([np.array([], dtype=dtype), np.array(10, dtype=dtype), basic, basic.reshape((30, 50)),
                               basic.reshape((30, 50)).T, basic.reshape((30, 50))[::-1, ::2]]):
            file = f'{np.dtype(scalar).name}_{n}_{ord(endian)}.npy'
            np.save(file, a, allow_pickle=True)
            order = 'F' if a.flags.f_contiguous and not a.flags.c_contiguous else 'C'
            print(file, dtype.str, ','.join(map(str, a.shape)) or '-', order)
";

fn again<A: Element>(path: &Path) -> Vec<u8> {
    let read: ArrayD<A> = npy::load(path).unwrap();
    npy::to_bytes(&read).unwrap()
}

#[test]
fn basic_arrays_come_and_go() {
    let dir = temp_dir();
    let printed = python(dir.path(), BASIC_ARRAYS);
    let mut files = 0;
    for line in printed.lines() {
        let [file, descr, shape, order] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let path = dir.path().join(file);
        let bytes = fs::read(&path).unwrap();
        let header = Header::read(&bytes[..], &Limits::strict()).unwrap();
        let shape: Vec<usize> = shape.split(',').filter_map(|len| len.parse().ok()).collect();
        let order = if order == "F" { Order::Fortran } else { Order::C };
        assert_eq!(
            (header.dtype().to_string(), header.shape(), header.order()),
            (descr.to_owned(), &*shape, order)
        );
        let name = file.split('_').next().unwrap();
        let again = match name {
            "uint8" => again::<u8>(&path),
            "int8" => again::<i8>(&path),
            "uint16" => again::<u16>(&path),
            "int16" => again::<i16>(&path),
            "uint32" => again::<u32>(&path),
            "int32" => again::<i32>(&path),
            "uint64" => again::<u64>(&path),
            "int64" => again::<i64>(&path),
            "float32" => again::<f32>(&path),
            "float64" => again::<f64>(&path),
            "complex64" => again::<Complex<f32>>(&path),
            "complex128" => again::<Complex<f64>>(&path),
            "object" => {
                let error = npy::load::<ArrayD<f64>>(&path).unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
                files += 1;
                continue;
            }
            other => panic!("{other}"),
        };
        // Big-endian files become little-endian ones: those that NumPy wrote of the same values.
        let twin = file.replace("_62.", "_60.");
        let numpys = fs::read(dir.path().join(twin)).unwrap();
        assert!(again == numpys, "{file}\n ours {}\nnumpy {}", again.escape_ascii(), numpys.escape_ascii());
        files += 1;
    }
    assert_eq!(files, 13 * 2 * 6);
}

/// The descriptors of `record_arrays`, of the padded dtypes, and of other dtypes in `test_format.py`.
const RECORDS: &str = r"
Pdescr = [('x', 'i4', (2,)), ('y', 'f8', (2, 2)), ('z', 'u1')]
PbufferT = [([3, 2], [[6., 4.], [6., 4.]], 8), ([4, 3], [[7., 5.], [7., 5.]], 9)]
Ndescr = [('x', 'i4', (2,)),
    ('Info', [('value', 'c16'), ('y2', 'f8'),
        ('Info2', [('name', 'S2'), ('value', 'c16', (2,)), ('y3', 'f8', (2,)), ('z3', 'u4', (2,))]),
        ('name', 'S2'), ('z2', 'b1')]),
    ('color', 'S2'), ('info', [('Name', 'U8'), ('Value', 'c16')]), ('y', 'f8', (2, 2)), ('z', 'u1')]
NbufferT = [
    ([3, 2], (6j, 6., ('nn', [6j, 4j], [6., 4.], [1, 2]), 'NN', True), 'cc', ('NN', 6j), [[6., 4.], [6., 4.]], 8),
    ([4, 3], (7j, 7., ('oo', [7j, 5j], [7., 5.], [2, 1]), 'OO', False), 'dd', ('OO', 7j), [[7., 5.], [7., 5.]], 9)]
dt2 = np.dtype({'names': ['a', 'b'], 'formats': ['i4', 'i4'], 'offsets': [1, 6]})
arrays = [np.array(PbufferT, dtype=np.dtype(Pdescr).newbyteorder('<')), np.array(NbufferT, dtype=np.dtype(Ndescr).newbyteorder('<')),
          np.array(PbufferT, dtype=np.dtype(Pdescr).newbyteorder('>')), np.array(NbufferT, dtype=np.dtype(Ndescr).newbyteorder('>')),
          np.zeros(1, dtype=[('c', ('<f8', (5,)), (2,))])]
arrays += [np.zeros(3, dt) for dt in (
    np.dtype('i1, i4, i1', align=True), dt2, np.dtype({'names': ['c', 'd'], 'formats': ['i4', dt2]}),
    np.dtype({'names': ['a', '', 'b'], 'formats': ['i4'] * 3}),
    np.dtype({'names': ['a', 'b'], 'formats': ['i4', 'i4'], 'offsets': [1, 6], 'titles': ['aa', 'bb']}),
    np.dtype({'names': [], 'formats': [], 'itemsize': 8}))]
# test_version_2_0, test_unicode_field_names, test_metadata_dtype and its kin.
arrays += [np.ones(1000, dtype=[(('%d' % i) * 100, float) for i in range(500)]),
           np.array([(1, 3), (1, 2)], dtype=[('int', int), ('\N{CJK UNIFIED IDEOGRAPH-6574}\N{CJK UNIFIED IDEOGRAPH-5F62}', int)]),
           np.ones(10, dtype=np.dtype('i8', metadata={'some': 'stuff'})),
           np.ones(3, dtype=np.dtype([('x', np.dtype('f8', metadata={1: 1}))]))]
warnings.simplefilter('ignore')
for n, a in enumerate(arrays):
    np.save(f'{n}.npy', a)
    with open(f'{n}.npy', 'rb') as file:
        version = np.lib.format.read_magic(file)
        length = int.from_bytes(file.read(2 if version == (1, 0) else 4), 'little')
        text = file.read(length).decode('latin1' if version < (3, 0) else 'utf8')
        descr = repr(eval(text)['descr'])
    print(f'{n}.npy|{version[0]}|{a.nbytes}|{a.size}|{descr}')
np.savez('all.npz', *arrays)
";

#[test]
fn records_of_every_kind_are_listed_with_numpys_own_text() {
    let dir = temp_dir();
    let printed = python(dir.path(), RECORDS);
    let npz = NpzReader::open(dir.path().join("all.npz")).unwrap();
    let entries = npz.entries().unwrap();
    assert_eq!(entries.len(), printed.lines().count());
    for (line, entry) in printed.lines().zip(&entries) {
        let [file, version, bytes, size, descr] = line.splitn(5, '|').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let path = dir.path().join(file);
        let header = Header::read(File::open(&path).unwrap(), &Limits::trusted()).unwrap();
        // A plain dtype stands in the file in quotes.
        let shown = header.dtype().to_string();
        let text = if shown.starts_with('[') { shown.clone() } else { format!("'{shown}'") };
        assert_eq!(text, descr, "{file}");
        assert_eq!(header.version().0.to_string(), version, "{file}");
        assert_eq!(header.data_len().to_string(), bytes, "{file}");
        assert_eq!(header.shape().iter().product::<usize>().to_string(), size, "{file}");
        if header.len() < 65_536 {
            assert_eq!(entry.header.as_ref(), Some(&header), "{file}");
        }
        let error = npy::load::<Array1<f32>>(&path).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Mismatch | ErrorKind::Limit), "{file}: {error}");
    }
}

#[test]
fn bad_magic_and_bad_headers_are_refused() {
    let bad_version: [&[u8]; 6] = [
        b"\x93NUMPY\x01\x01",
        b"\x93NUMPY\x00\x00",
        b"\x93NUMPY\x00\x01",
        b"\x93NUMPY\x02\x00", // NumPy's list has it: nothing follows
        b"\x93NUMPY\x02\x02",
        b"\x93NUMPY\xff\xff",
    ];
    for bytes in bad_version {
        let error = npy::from_bytes::<ArrayD<f64>>(bytes).unwrap_err();
        let kind = if bytes[6..] == [2, 0] { ErrorKind::Damaged } else { ErrorKind::Unsupported };
        assert_eq!(error.kind(), kind, "{}: {error}", bytes.escape_ascii());
    }
    let malformed: [&[u8]; 7] = [
        b"\x92NUMPY\x01\x00",
        b"\x00NUMPY\x01\x00",
        b"\x93numpy\x01\x00",
        b"\x93MATLB\x01\x00",
        b"\x93NUMPY\x01",
        b"\x93NUMPY",
        b"",
    ];
    let bad_headers: [&[u8]; 4] = [
        b"\x93NUMPY\x01\x00",
        b"\x93NUMPY\x01\x001",
        b"\x93NUMPY\x01\x00\x01\x00",
        b"\x93NUMPY\x01\x006\x00{'descr': 'x', 'shape': (1, 2), }                    \n",
    ];
    let extra = b"{'descr': '<f8', 'extrakey': -1, 'fortran_order': False, 'shape': (1, 2), }\n";
    let extra = [&b"\x93NUMPY\x01\x00\x4c\x00"[..], extra, &[0; 16]].concat();
    assert_eq!(extra.len(), 10 + 0x4c + 16);
    for bytes in malformed.iter().chain(&bad_headers).copied().chain([&extra[..]]) {
        let error = npy::from_bytes::<ArrayD<f64>>(bytes).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged, "{}: {error}", bytes.escape_ascii());
    }
}

#[test]
fn a_huge_header_is_read_where_it_is_allowed() {
    let dir = temp_dir();
    let script = "
warnings.simplefilter('ignore')
a = np.array(1, dtype='i,' * 10000 + 'i')
np.save('huge.npy', a)
np.savez('huge.npz', arr=a)
";
    python(dir.path(), script);
    let path = dir.path().join("huge.npy");
    let load = |limits| LoadOptions::new().limits(limits).load::<AnyArray>(&path);
    let field = |limits| load(limits).unwrap().field("f10000").unwrap().item().unwrap().as_i64();
    for limits in
        [Limits::default().header_bytes(64 << 10), Limits::default().header_bytes(20_000), Limits::strict()]
    {
        let error = load(limits).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
        assert!(error.to_string().contains("raise `Limits::header_bytes`"), "{error}");
    }
    assert_eq!(field(Limits::default().header_bytes(180_000)), Some(1));
    assert_eq!(field(Limits::default()), Some(1));
    assert_eq!(field(Limits::trusted()), Some(1));

    // Of an archive, only who wants the array reads its header.
    let path = dir.path().join("huge.npz");
    let npz = LoadOptions::new().limits(Limits::strict()).open(&path).unwrap();
    assert_eq!(npz.names().collect::<Vec<_>>(), ["arr"]);
    assert_eq!(npz.get::<AnyArray>("arr").unwrap_err().kind(), ErrorKind::Limit);
    let npz = NpzReader::open(&path).unwrap();
    let any: AnyArray = npz.get("arr").unwrap();
    assert_eq!(any.to_le_bytes().unwrap(), 1i32.to_le_bytes().repeat(10_001));
    let mut again = Vec::new();
    npy::write(&mut again, &any).unwrap();
    assert!(again == fs::read(dir.path().join("huge.npy")).unwrap());
}

#[test]
fn the_room_for_the_axis_that_grows_is_that_of_numpy_at_every_length() {
    let dir = temp_dir();
    // Cells of no bytes, so that the shapes may be anything.
    let script = "
with open('headers', 'wb') as file:
    for spaces in range(20, 40):
        descr = [(' ' * spaces, '|V0')]
        for size in [10**i for i in range(19)]:
            for order, shape in [(False, (size, 2)), (True, (2, size))]:
                if size > 1:
                    header = {'shape': shape, 'fortran_order': order, 'descr': descr}
                    np.lib.format.write_array_header_1_0(file, header)
";
    python(dir.path(), script);
    let headers = fs::read(dir.path().join("headers")).unwrap();
    let (mut again, mut lengths) = (Vec::new(), Vec::new());
    for array in npy::iter::<AnyArray>(&headers[..]) {
        let start = again.len();
        npy::write(&mut again, &array.unwrap()).unwrap();
        lengths.push(again.len() - start);
    }
    assert!(again == headers);
    // Of one dtype all are as long, whatever the number, in either order.
    assert_eq!(lengths.len(), 20 * 18 * 2);
    for group in lengths.chunks(18 * 2) {
        let (c, fortran): (Vec<_>, Vec<_>) = group.chunks(2).map(|pair| (pair[0], pair[1])).unzip();
        assert!(
            c.iter().all(|len| *len == c[0]) && fortran.iter().all(|len| *len == fortran[0]),
            "{group:?}"
        );
    }
    assert!(lengths.contains(&128) && lengths.contains(&192));
}

#[test]
fn numpys_own_old_files_are_read_or_refused() {
    let dir = temp_dir();
    let data =
        python(dir.path(), "print(os.path.join(os.path.dirname(np.__file__), 'lib', 'tests', 'data'))");
    let data = Path::new(data.trim());
    let ones: Array1<f64> = npy::load(data.join("win64python2.npy")).unwrap();
    assert_eq!(ones, array![1.0, 1.0]);
    for file in ["py2-np0-objarr.npy", "py2-objarr.npy", "py3-objarr.npy"] {
        let error = npy::load::<ArrayD<f64>>(data.join(file)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{file}: {error}");
    }
    for file in ["py2-objarr.npz", "py3-objarr.npz"] {
        let npz = NpzReader::open(data.join(file)).unwrap();
        assert_eq!(npz.names().collect::<Vec<_>>(), ["x"], "{file}");
        let error = npz.get::<ArrayD<f64>>("x").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{file}: {error}");
    }
}

#[test]
fn large_files_long_texts_and_compressed_archives_are_read() {
    let dir = temp_dir();
    python(
        dir.path(),
        r"
with open('sparse_file', 'wb') as f:
    f.truncate(5368709120)
    f.seek(5368709120)
    np.save(f, np.arange(5))
np.save('long_str.npy', np.ones(1, dtype=np.dtype((str, 2**18 + 1))))
np.savez_compressed('compressed.npz', arr=np.arange(40000.).reshape(200, 200)[::-1] % 77)
",
    );
    let mut file = File::open(dir.path().join("sparse_file")).unwrap();
    file.seek(SeekFrom::Start(5 << 30)).unwrap();
    assert_eq!(npy::read::<Array1<i64>>(&mut file).unwrap(), array![0, 1, 2, 3, 4]);
    assert_eq!(npy::load::<Array1<String>>(dir.path().join("long_str.npy")).unwrap(), array!["1"]);
    let npz = NpzReader::open(dir.path().join("compressed.npz")).unwrap();
    let expected =
        ArrayD::from_shape_fn(IxDyn(&[200, 200]), |at| ((199 - at[0]) * 200 + at[1]) as f64 % 77.0);
    assert_eq!(npz.get::<ArrayD<f64>>("arr").unwrap(), expected);
}
