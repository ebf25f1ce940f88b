//! One field of a structured array, without a Rust type of its rows.

use std::io::Write;

use ndarray::{Array1, Array2, Array3, ArrayD, array};
use npz_core::{
    AnyArray, Cast, ErrorKind, Header, Lazy, Limits, LoadOptions, NpyFile, NpyRecord, NpzReader, ProblemKind,
    npy,
};
use tests::{python, temp_dir};

#[derive(NpyRecord, Clone, Debug, PartialEq)]
struct Pos {
    y: [i16; 2],
    x: f64,
}

#[test]
fn a_field_is_what_numpy_gives_for_it() {
    let dir = temp_dir();
    let dir = dir.path();
    python(
        dir,
        "pos = np.dtype([('y', '>i2', (2,)), ('x', 'f8')], align=True)
d = np.dtype([('id', '>u4'), ('name', 'U3'), ('pos', pos), ('atoms', [('z', 'f4'), ('w', 'u1')], (2, 3)), ('a.b', 'f4'), ('m', 'f4', (2, 2))], align=True)
n = 40000
a = np.zeros(n, d)
a['id'] = np.arange(n); a['name'] = np.where(np.arange(n) % 2, 'odd', 'x'); a['pos']['x'] = np.arange(n) / 2
a['pos']['y'] = np.arange(2 * n).reshape(n, 2) % 1000; a['a.b'] = 7
a['atoms']['z'] = np.arange(6 * n).reshape(n, 2, 3); a['m'] = np.arange(4 * n).reshape(n, 2, 2)
c, f = a.reshape(200, 200), np.asfortranarray(a.reshape(200, 200))
def fields(prefix, a):
    out = {}
    for path in ['id', 'name', 'pos.x', 'pos.y', 'pos', 'atoms.z', 'atoms.w', 'a.b', 'm']:
        part = a
        for step in ([path] if path == 'a.b' else path.split('.')):
            part = part[step]
        out[f'{prefix}.{path}'] = np.array(part, order='C')
    return out
np.save('c.npy', c); np.save('f.npy', f); np.save('0d.npy', a[5]); np.save('empty.npy', a[:0])
np.savez('rows.npz', one=a, c=c, f=f)
np.savez_compressed('deflated.npz', one=a, c=c, f=f)
np.savez('parts.npz', **fields('one', a), **fields('c', c), **fields('f', f), **fields('0d', a[5]), **fields('empty', a[:0]))",
    );
    let parts = NpzReader::open(dir.join("parts.npz")).unwrap();
    for archive in ["rows.npz", "deflated.npz"] {
        let npz = NpzReader::open(dir.join(archive)).unwrap();
        for name in ["one", "c", "f"] {
            macro_rules! same {
                ($($cell:ty: $path:literal),* $(,)?) => {$(
                    let expected: ArrayD<$cell> = parts.get(&format!("{name}.{}", $path)).unwrap();
                    let found: ArrayD<$cell> = npz.member(name).unwrap().field($path).unwrap();
                    assert_eq!(found, expected, "{archive} {name} {}", $path);
                )*};
            }
            same!(u32: "id", String: "name", f64: "pos.x", i16: "pos.y", f32: "atoms.z", u8: "atoms.w", f32: "a.b", f32: "m");
            same!(Pos: "pos");
        }
        let id: Vec<u32> = npz.member("one").unwrap().field("id").unwrap();
        assert_eq!(id[39_999], 39_999);
    }
    for name in ["c", "f", "0d", "empty"] {
        let path = dir.join(format!("{name}.npy"));
        macro_rules! same {
            ($($cell:ty: $path:literal),* $(,)?) => {$(
                let expected: ArrayD<$cell> = parts.get(&format!("{name}.{}", $path)).unwrap();
                let found: ArrayD<$cell> = NpyFile::open(&path).unwrap().field($path).unwrap();
                assert_eq!(found, expected, "{name} {}", $path);
            )*};
        }
        same!(u32: "id", String: "name", f64: "pos.x", i16: "pos.y", f32: "atoms.z", u8: "atoms.w", f32: "a.b", f32: "m");
        same!(Pos: "pos");
    }
    let id: Array2<u32> = NpyFile::open(dir.join("f.npy")).unwrap().field("id").unwrap();
    assert!(id.t().is_standard_layout(), "the order of the file is kept");
}

#[derive(NpyRecord, Clone)]
struct Row {
    id: u32,
    pos: [f64; 3],
}

fn rows() -> Array1<Row> {
    Array1::from_iter((0..10).map(|id| Row { id, pos: [0.1, 0.0, f64::from(id)] }))
}

#[test]
fn fields_are_cast_by_the_rule_and_told_by_their_names() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    let mut writer = npz_core::NpzWriter::create(&path).unwrap();
    writer.add("rows", &rows()).unwrap();
    writer.add("plain", &array![1.0]).unwrap();
    writer.add_bytes("text", b"abc").unwrap();
    writer.finish().unwrap();
    let npz = NpzReader::open(&path).unwrap();
    assert_eq!(npz.member("rows").and_then(|rows| rows.field::<Array1<f64>>("id")).unwrap()[9], 9.0);
    let error = npz.member("rows").and_then(|rows| rows.field::<Array1<f32>>("pos")).unwrap_err();
    let problems: Vec<_> = error.report().unwrap().problems().iter().map(|p| (p.kind, &*p.field)).collect();
    assert_eq!(problems, [(ProblemKind::DType, "pos"), (ProblemKind::Shape, "pos")]);
    assert!(error.to_string().contains(r#"member "rows", field "pos", has another dtype"#), "{error}");

    let same_kind = LoadOptions::new().cast(Cast::SameKind);
    let loose = same_kind.open(&path).unwrap();
    assert_eq!(
        loose.member("rows").and_then(|rows| rows.field::<Array2<f32>>("pos")).unwrap()[[0, 0]],
        0.1f32
    );

    for (name, field, kind, words) in [
        ("rows", "ids", ErrorKind::NotFound, "no field 'ids' in the record: it has 'id', 'pos'"),
        (
            "rows",
            "id.x",
            ErrorKind::Mismatch,
            "expected a structured array with a field \"x\", found cells of <u4",
        ),
        (
            "plain",
            "x",
            ErrorKind::Mismatch,
            "expected a structured array with a field \"x\", found cells of <f8",
        ),
        ("text", "x", ErrorKind::Mismatch, "expected an array, found other bytes"),
        ("nothing", "x", ErrorKind::NotFound, "no such member"),
    ] {
        let error = npz.member(name).and_then(|rows| rows.field::<Array1<f64>>(field)).unwrap_err();
        assert_eq!(error.kind(), kind, "{name} {field}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(error.to_string().contains(&format!("member {name:?}")), "{error}");
    }
}

#[test]
fn damage_and_limits_are_noticed_in_fields() {
    let dir = temp_dir();
    let path = dir.path().join("a.npy");
    npy::save(&path, &rows()).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    for len in [0, 50, 128, 129, bytes.len() - 30, bytes.len() - 1] {
        std::fs::write(&path, &bytes[..len]).unwrap();
        assert_eq!(
            NpyFile::open(&path).and_then(|file| file.field::<Array1<u32>>("id")).unwrap_err().kind(),
            ErrorKind::Damaged,
            "{len}"
        );
    }
    std::fs::write(&path, &bytes).unwrap();
    let strict = LoadOptions::new().limits(Limits::strict().member_bytes(100));
    let error = NpyFile::open(&path).unwrap().with_options(strict).field::<Array1<u32>>("id").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);

    let mut memory = std::io::Cursor::new(Vec::new());
    let mut writer = npz_core::NpzWriter::new(&mut memory).unwrap();
    writer.add("rows", &rows()).unwrap();
    writer.finish().unwrap();
    let mut bytes = memory.into_inner();
    // A byte of `pos` is wrong: the checksum is that of the whole member, whichever field is read.
    let place = bytes.windows(8).position(|window| window == 9f64.to_le_bytes()).unwrap();
    bytes[place] ^= 1;
    let npz = NpzReader::new(&bytes).unwrap();
    let error = npz.member("rows").and_then(|rows| rows.field::<Array1<u32>>("id")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Damaged, "{error}");
}

#[test]
fn many_axes_are_no_trouble() {
    #[derive(NpyRecord, Clone)]
    struct Deep {
        m: [[u8; 3]; 2],
    }
    let bytes = {
        let mut memory = std::io::Cursor::new(Vec::new());
        let mut writer = npz_core::NpzWriter::new(&mut memory).unwrap();
        writer.add("deep", &array![Deep { m: [[1, 2, 3], [4, 5, 6]] }]).unwrap();
        writer.finish().unwrap();
        memory.into_inner()
    };
    let npz = NpzReader::new(&bytes).unwrap();
    assert_eq!(
        npz.member("deep").and_then(|rows| rows.field::<Array3<u8>>("m")).unwrap(),
        array![[[1, 2, 3], [4, 5, 6]]]
    );
    assert_eq!(
        npz.member("deep").and_then(|rows| rows.field::<[[[u8; 3]; 2]; 1]>("m")).unwrap(),
        [[[1, 2, 3], [4, 5, 6]]]
    );
}

/// `descr_to_dtype` passes over every void without a name, and a subarray is one to NumPy.
#[test]
fn a_subarray_without_a_name_is_padding_as_to_numpy() {
    #[derive(NpyRecord, Clone, Debug, PartialEq)]
    struct Row {
        a: i16,
        z: i8,
    }
    let dir = temp_dir();
    let printed = python(
        dir.path(),
        r#"
header = "{'descr': [('a', '<i2'), ('', '>f4', (2,)), ('z', '|i1'), ('', [('q', '<i2')], 2)], 'fortran_order': False, 'shape': (3,), }\n"
data = b''.join(bytes([i, 0]) + bytes(range(8)) + bytes([10 * i]) + b'\x01\x02\x03\x04' for i in range(3))
open('a.npy', 'wb').write(b'\x93NUMPY\x01\0' + len(header).to_bytes(2, 'little') + header.encode() + data)
a = np.load('a.npy')
np.save('again.npy', a); np.savez('z.npz', z=a['z'])
print(repr(a)); print(a.dtype.newbyteorder('>').descr)
"#,
    );
    let path = dir.path().join("a.npy");
    let any = npy::load::<AnyArray>(&path).unwrap();
    let (repr, big) = printed.trim_end().rsplit_once('\n').unwrap();
    assert_eq!(format!("{any:#}"), repr);
    assert_eq!(any.dtype().with_byte_order(npz_core::ByteOrder::Big).to_string(), big);
    // Padding is no number: no order of bytes is its own.
    let file = std::fs::read(&path).unwrap();
    let data = &file[Header::read(&file[..], &Limits::default()).unwrap().len()..];
    assert_eq!(any.to_le_bytes().unwrap(), data);

    let mut again = Vec::new();
    npy::write(&mut again, &any).unwrap();
    assert_eq!(again, std::fs::read(dir.path().join("again.npy")).unwrap());
    let rows: Array1<Row> = npy::load(&path).unwrap();
    assert_eq!(rows[2], Row { a: 2, z: 20 });
    let column: Array1<i8> = NpyFile::open(&path).unwrap().field("z").unwrap();
    assert_eq!(column, NpzReader::open(dir.path().join("z.npz")).unwrap().get::<Array1<i8>>("z").unwrap());
    let error = NpyFile::open(&path).and_then(|file| file.field::<Array1<f32>>("")).unwrap_err();
    assert!(error.to_string().contains("it has 'a', 'z'"), "{error}");
}

#[test]
fn a_name_that_leads_into_a_record_is_answered_by_the_call_that_reads_it() {
    let dir = temp_dir();
    python(
        dir.path(),
        "p = np.zeros(2, [('mass', 'f4'), ('pos', [('x', 'f4')])])
np.savez('a.npz', particles=p, plain=np.zeros(2), **{'group.particles': p})",
    );
    let npz = NpzReader::open(dir.path().join("a.npz")).unwrap();
    for (member, field) in [("particles", "mass"), ("particles", "pos.x"), ("group.particles", "mass")] {
        let name = format!("{member}.{field}");
        let hint = format!(
            ", but \"{member}\" is a structured array: `member(\"{member}\")?.field(\"{field}\")` reads one field of it"
        );
        for error in [npz.get::<Vec<f32>>(&name).unwrap_err(), npz.header(&name).unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::NotFound);
            assert!(error.to_string().contains(&hint), "{error}");
        }
    }
    for name in ["particles.speed", "plain.mass"] {
        let error = npz.get::<Vec<f32>>(name).unwrap_err().to_string();
        assert!(!error.contains("structured array"), "{error}");
    }
}

#[test]
fn damage_in_a_field_is_told_with_file_member_and_field_even_when_it_is_read_later() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    python(
        dir.path(),
        "np.savez('a.npz', particles=np.zeros(100_000, [('mass', 'f4'), ('pos', 'f8', (3,))]))",
    );
    let npz = NpzReader::open(&path).unwrap();
    let lazy: Lazy<Array1<f32>> = npz.member("particles").unwrap().field("mass").unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[1_000_000] = 9;
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().write_all(&bytes).unwrap();
    for error in [
        lazy.get().unwrap_err(),
        npz.member("particles").and_then(|rows| rows.field::<Array1<f32>>("mass")).unwrap_err(),
    ] {
        assert_eq!((error.file(), error.member()), (Some(&*path), Some("particles")), "{error}");
        let text = error.to_string();
        assert!(text.contains("CRC-32") && text.matches("field \"mass\"").count() == 1, "{text}");
    }
}
