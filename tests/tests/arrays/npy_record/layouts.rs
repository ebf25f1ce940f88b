//! Every layout that NumPy saves: packed, aligned, with offsets, titles, nested, with subarrays; in both byte orders.

use std::fs;
use std::path::Path;

use half::{bf16, f16};
use ndarray::{Array0, Array1, Array2, ArrayD, array};
use npz_core::time::{Day, Nanosecond, Second};
use npz_core::tiny::{Float4E2M1Fn, Float8E4M3Fn, Float8E5M2, Int4, UInt2};
use npz_core::{DType, DateTime64, FixedBytes, FixedStr, LongDouble, NpyRecord, RawBytes, TimeDelta64, npy};
use num_complex::Complex;
use tests::{python, temp_dir};

/// Wants the rows of each file that NumPy wrote, and the bytes of the little-endian ones back.
fn assert_both_ways<R: NpyRecord + PartialEq + std::fmt::Debug>(dir: &Path, name: &str, rows: &[R]) {
    for order in ["le", "be"] {
        let file = |layout: &str| dir.join(format!("{name}.{order}.{layout}.npy"));
        let one: Array1<R> = npy::load(file("1d")).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(one.as_slice().unwrap(), rows, "{name} {order}");
        let table = Array2::from_shape_vec((2, rows.len()), [rows, rows].concat()).unwrap();
        for layout in ["c", "f"] {
            let found: Array2<R> = npy::load(file(layout)).unwrap();
            assert_eq!(found, table, "{name} {order} {layout}");
            assert_eq!(found.is_standard_layout(), layout == "c" || rows.len() < 2);
            let back = npy::to_bytes(&found).unwrap();
            let is_same = back == fs::read(file(layout)).unwrap();
            assert_eq!(is_same, order == "le", "{name} {order} {layout}: bytes");
        }
        let single: Array0<R> = npy::load(file("0d")).unwrap();
        assert_eq!(single.into_scalar(), rows[0]);
        let none: ArrayD<R> = npy::load(file("empty")).unwrap();
        assert_eq!(none.shape(), [0, 3]);
        if order == "le" {
            assert_eq!(npy::to_bytes(&one).unwrap(), fs::read(file("1d")).unwrap(), "{name}: bytes");
            assert_eq!(
                npy::to_bytes(&none).unwrap(),
                fs::read(file("empty")).unwrap(),
                "{name}: bytes of none"
            );
            // A view with steps is written like the rows that it shows.
            let stepped = Array1::from_iter(rows.iter().flat_map(|row| [row.clone(), row.clone()]));
            let stepped = npy::to_bytes(&stepped.slice(ndarray::s![..;2])).unwrap();
            assert_eq!(stepped, fs::read(file("1d")).unwrap(), "{name}: bytes of a stepped view");
        }
    }
}

/// Lets NumPy save arrays of each dtype in all layouts; what is not in a row is zero.
fn numpy_saves(dir: &Path, arrays: &str) {
    python(
        dir,
        &format!(
            "import ml_dtypes
def save(name, dtype, rows):
    dtype = np.dtype(dtype)
    one = np.zeros(len(rows), dtype)
    for i, row in enumerate(rows):
        one[i] = row
    for order, suffix in [('<', 'le'), ('>', 'be')]:
        a = one.astype(dtype.newbyteorder(order))
        if order == '<':
            # `astype` may leave anything in the padding.
            a = one
        c = np.zeros((2, len(rows)), a.dtype)
        c[:] = a
        f = np.zeros((2, len(rows)), a.dtype, order='F')
        f[:] = a
        def put(layout, array):
            np.save(f'{{name}}.{{suffix}}.{{layout}}.npy', array)
        put('1d', a); put('c', c); put('f', f); put('0d', a[0]); put('empty', np.zeros((0, 3), a.dtype))
{arrays}"
        ),
    );
}

#[derive(NpyRecord, Clone, Debug, PartialEq)]
#[npy(align)]
struct Everything {
    flag: bool,
    i1: i8,
    i2: i16,
    u1: u8,
    i4: i32,
    u2: u16,
    i8: i64,
    f2: f16,
    u8: u64,
    b2: bf16,
    f8: f64,
    u4: u32,
    index: usize,
    s: FixedBytes<3>,
    c8: Complex<f32>,
    text: FixedStr<2>,
    c16: Complex<f64>,
    f4: f32,
}

#[test]
fn every_cell_can_be_a_field_and_is_aligned_as_numpy_does() {
    let dir = temp_dir();
    numpy_saves(
        dir.path(),
        "save('all', np.dtype([('flag', '?'), ('i1', 'i1'), ('i2', 'i2'), ('u1', 'u1'), ('i4', 'i4'), ('u2', 'u2'),
    ('i8', 'i8'), ('f2', 'f2'), ('u8', 'u8'), ('b2', ml_dtypes.bfloat16), ('f8', 'f8'), ('u4', 'u4'), ('index', 'u8'),
    ('s', 'S3'), ('c8', 'c8'), ('text', 'U2'), ('c16', 'c16'), ('f4', 'f4')], align=True),
    [(True, -1, -2, 3, -4, 5, -6, .5, 7, 1.5, .25, 8, 9, b'ab', 1+2j, 'x\\u6574', 3-4j, .125),
     (False, 1, 2, 3, 4, 5, 6, -.5, 7, -1.5, -.25, 8, 9, b'', 0, '', 0, -.125)])\n",
    );
    let row = |sign: i8, text: &str, s: &[u8], c: f32, flag| Everything {
        flag,
        i1: -sign,
        i2: i16::from(-sign) * 2,
        u1: 3,
        i4: i32::from(-sign) * 4,
        u2: 5,
        i8: i64::from(-sign) * 6,
        f2: f16::from_f32(f32::from(sign) * 0.5),
        u8: 7,
        b2: bf16::from_f32(f32::from(sign) * 1.5),
        f8: f64::from(sign) * 0.25,
        u4: 8,
        index: 9,
        s: FixedBytes::new(s).unwrap(),
        c8: Complex::new(c, 2.0 * c),
        text: FixedStr::new(text).unwrap(),
        c16: Complex::new(3.0 * f64::from(c), 0.0 - 4.0 * f64::from(c)),
        f4: f32::from(sign) * 0.125,
    };
    assert_both_ways(
        dir.path(),
        "all",
        &[row(1, "x\u{6574}", b"ab", 1.0, true), row(-1, "", b"", 0.0, false)],
    );
}

#[derive(NpyRecord, Clone, Debug, PartialEq)]
struct Stamped {
    at: DateTime64<Second>,
    q: Int4,
}

#[derive(NpyRecord, Clone, Debug, PartialEq)]
struct Arrays {
    at: [DateTime64<Nanosecond>; 2],
    took: [TimeDelta64<Day>; 2],
    half: [f16; 2],
    brain: [bf16; 2],
    name: [FixedStr<3>; 2],
    tag: [FixedBytes<2>; 2],
    raw: [RawBytes<2>; 2],
    int4: [Int4; 2],
    uint2: UInt2,
    e4: [Float8E4M3Fn; 2],
    e5: [Float8E5M2; 2],
    fp4: Float4E2M1Fn,
    rows: [Stamped; 2],
}

#[derive(NpyRecord, Clone, Debug, PartialEq)]
struct Longs {
    long: [LongDouble; 2],
    pair: [[Complex<LongDouble>; 1]; 2],
}

#[test]
fn arrays_of_every_cell_can_be_fields() {
    let dir = temp_dir();
    numpy_saves(
        dir.path(),
        "save('arrays', [('at', 'M8[ns]', 2), ('took', 'm8[D]', 2), ('half', 'f2', 2),
    ('brain', ml_dtypes.bfloat16, 2), ('name', 'U3', 2), ('tag', 'S2', 2), ('raw', 'V2', 2), ('int4', ml_dtypes.int4, 2),
    ('uint2', ml_dtypes.uint2), ('e4', ml_dtypes.float8_e4m3fn, 2), ('e5', ml_dtypes.float8_e5m2, 2),
    ('fp4', ml_dtypes.float4_e2m1fn), ('rows', [('at', 'M8[s]'), ('q', ml_dtypes.int4)], 2)],
    [(np.array([5, 'NaT'], 'M8[ns]'), [1, -2], [.5, 2], [1.5, -2], ['ab', 'c'], [b'a', b'bc'],
      [b'\\0a', b'b\\0'], [-8, 7], 3, [.5, -448], [.25, 57344], 6, np.array([(7, -1), (8, 2)], [('at', 'M8[s]'), ('q', ml_dtypes.int4)]))])
save('longs', [('long', 'f16', 2), ('pair', 'c32', (2, 1))], [([.5, -2], [[1 + 2j], [0]])])
",
    );
    let row = Arrays {
        at: [DateTime64::new(5), DateTime64::NAT],
        took: [TimeDelta64::new(1), TimeDelta64::new(-2)],
        half: [0.5, 2.0].map(f16::from_f32),
        brain: [1.5, -2.0].map(bf16::from_f32),
        name: ["ab", "c"].map(|text| FixedStr::new(text).unwrap()),
        tag: [FixedBytes::new(b"a").unwrap(), FixedBytes::new(b"bc").unwrap()],
        raw: [RawBytes(*b"\0a"), RawBytes(*b"b\0")],
        int4: [-8i8, 7].map(|int| Int4::try_from(int).unwrap()),
        uint2: UInt2::try_from(3).unwrap(),
        e4: [0.5, -448.0].map(Float8E4M3Fn::from_f32),
        e5: [0.25, 57344.0].map(Float8E5M2::from_f32),
        fp4: Float4E2M1Fn::from_f32(6.0),
        rows: [(7, -1i8), (8, 2)]
            .map(|(at, q)| Stamped { at: DateTime64::new(at), q: Int4::try_from(q).unwrap() }),
    };
    assert_both_ways(dir.path(), "arrays", &[row]);

    let long = |x: f64| LongDouble::from(x);
    let pair = [[Complex::new(long(1.0), long(2.0))], [Complex::new(long(0.0), long(0.0))]];
    let row = array![Longs { long: [long(0.5), long(-2.0)], pair }];
    for order in ["le", "be"] {
        let rows: Array1<Longs> = npy::load(dir.path().join(format!("longs.{order}.1d.npy"))).unwrap();
        assert_eq!(rows, row);
    }
    // NumPy leaves anything in the padding of a long double: its bytes can't be compared.
    let file = dir.path().join("ours.npy");
    npy::save(&file, &row).unwrap();
    let script = "
a, b = np.load('ours.npy'), np.load('longs.le.1d.npy')
assert a.dtype == b.dtype and (a['long'] == b['long']).all() and (a['pair'] == b['pair']).all(), (a, b)";
    python(dir.path(), script);
}

/// NumPy's `test_format.py`: its five record dtypes.
mod of_test_format {
    use super::*;

    #[derive(NpyRecord, Clone, Debug, PartialEq)]
    struct Plain {
        x: [i32; 2],
        y: [[f64; 2]; 2],
        z: u8,
    }

    #[derive(NpyRecord, Clone, Debug, PartialEq)]
    #[npy(rename_all = "PascalCase")]
    struct Color {
        value: Complex<f64>,
        y2: f64,
        #[npy(rename = "Info2")]
        info: Info2,
        name: FixedBytes<2>,
        z2: bool,
        #[npy(rename = "Z3")]
        z3: [u32; 2],
    }

    #[derive(NpyRecord, Clone, Debug, PartialEq)]
    #[npy(rename_all = "PascalCase")]
    struct Info2 {
        name: FixedStr<3>,
        value: Complex<f64>,
        y2: f64,
        z2: bool,
    }

    #[derive(NpyRecord, Clone, Debug, PartialEq)]
    struct Nested {
        x: [i32; 2],
        #[npy(rename = "Info")]
        info: [Color; 2],
        y: f64,
        z: u8,
    }

    #[test]
    fn its_record_dtypes_are_read_and_written() {
        let dir = temp_dir();
        numpy_saves(
            dir.path(),
            "color = [('Value', 'c16'), ('Y2', 'f8'), ('Info2', [('Name', 'U3'), ('Value', 'c16'), ('Y2', 'f8'), ('Z2', '?')]),
    ('Name', 'S2'), ('Z2', '?'), ('Z3', 'u4', (2,))]
info = (1j, 6., ('nn', 6j, .5, True), b'NN', True, [4, 5])
save('plain', [('x', 'i4', (2,)), ('y', 'f8', (2, 2)), ('z', 'u1')], [([3, 2], [[6., 4.], [6., 4.]], 8), ([4, 3], [[7., 5.], [7., 5.]], 9)])
save('nested', [('x', 'i4', (2,)), ('Info', color, (2,)), ('y', 'f8'), ('z', 'u1')], [([3, 2], [info, info], 6., 8)])
",
        );
        let plain = |x: i32, y: f64, z| Plain { x: [x, x - 1], y: [[y, y - 2.0], [y, y - 2.0]], z };
        assert_both_ways(dir.path(), "plain", &[plain(3, 6.0, 8), plain(4, 7.0, 9)]);
        let info =
            Info2 { name: FixedStr::new("nn").unwrap(), value: Complex::new(0.0, 6.0), y2: 0.5, z2: true };
        let color = Color {
            value: Complex::new(0.0, 1.0),
            y2: 6.0,
            info,
            name: FixedBytes::new(b"NN").unwrap(),
            z2: true,
            z3: [4, 5],
        };
        let nested = Nested { x: [3, 2], info: [color.clone(), color], y: 6.0, z: 8 };
        assert_both_ways(dir.path(), "nested", &[nested]);
    }

    /// `i1`, then `f8`: what its padded dtypes are made of.
    #[derive(NpyRecord, Clone, Debug, PartialEq)]
    #[npy(align)]
    struct Padded {
        a: i8,
        b: i32,
    }
    #[derive(NpyRecord, Clone, Debug, PartialEq)]
    #[npy(align)]
    struct AtEnd {
        a: i32,
        b: i8,
    }
    #[derive(NpyRecord, Clone, Debug, PartialEq)]
    #[npy(align)]
    struct InMiddle {
        a: i8,
        b: i32,
        c: i8,
    }
    #[derive(NpyRecord, Clone, Debug, PartialEq)]
    #[npy(align)]
    struct AroundAligned {
        c: i8,
        d: [AtEnd; 2],
        e: i16,
    }
    #[derive(NpyRecord, Clone, Debug, PartialEq)]
    #[npy(align)]
    struct AroundPacked {
        c: i8,
        d: Packed,
    }
    #[derive(NpyRecord, Clone, Debug, PartialEq)]
    struct Packed {
        a: i8,
        b: i32,
    }
    #[derive(NpyRecord, Clone, Debug, PartialEq)]
    struct PackedAroundAligned {
        c: i8,
        d: Padded,
    }

    #[test]
    fn its_padded_dtypes_are_read_and_written() {
        let dir = temp_dir();
        numpy_saves(
            dir.path(),
            "t = [('a', 'i1'), ('b', 'i4')]
padded, at_end, packed = np.dtype(t, align=True), np.dtype(t[::-1] and [('a', 'i4'), ('b', 'i1')], align=True), np.dtype(t)
save('padded', padded, [(1, 2), (3, 4)])
save('at_end', at_end, [(1, 2), (3, 4)])
save('in_middle', np.dtype(t + [('c', 'i1')], align=True), [(1, 2, 3), (4, 5, 6)])
save('around_aligned', np.dtype([('c', 'i1'), ('d', at_end, (2,)), ('e', 'i2')], align=True), [(1, [(2, 3), (4, 5)], 6)])
save('around_packed', np.dtype([('c', 'i1'), ('d', packed)], align=True), [(1, (2, 3))])
save('packed_around', np.dtype([('c', 'i1'), ('d', padded)]), [(1, (2, 3))])
",
        );
        let dir = dir.path();
        assert_both_ways(dir, "padded", &[Padded { a: 1, b: 2 }, Padded { a: 3, b: 4 }]);
        assert_both_ways(dir, "at_end", &[AtEnd { a: 1, b: 2 }, AtEnd { a: 3, b: 4 }]);
        assert_both_ways(dir, "in_middle", &[InMiddle { a: 1, b: 2, c: 3 }, InMiddle { a: 4, b: 5, c: 6 }]);
        let around = AroundAligned { c: 1, d: [AtEnd { a: 2, b: 3 }, AtEnd { a: 4, b: 5 }], e: 6 };
        assert_both_ways(dir, "around_aligned", &[around]);
        assert_both_ways(dir, "around_packed", &[AroundPacked { c: 1, d: Packed { a: 2, b: 3 } }]);
        let around = PackedAroundAligned { c: 1, d: Padded { a: 2, b: 3 } };
        assert_both_ways(dir, "packed_around", &[around]);
        // Any of these layouts is the same rows.
        for file in ["padded.le.1d.npy", "padded.be.1d.npy"] {
            let rows: Array1<Packed> = npy::load(dir.join(file)).unwrap();
            assert_eq!(rows, array![Packed { a: 1, b: 2 }, Packed { a: 3, b: 4 }]);
        }
    }
}

#[derive(NpyRecord, Clone, Debug, PartialEq)]
struct Titled(
    #[npy(rename = "x", title = "the first")] f32,
    #[npy(title = "it's \"the\" second")] i16,
    #[npy(title = "größe")] u8,
);

#[test]
fn titles_and_names_that_were_not_given_are_numpys() {
    let dir = temp_dir();
    numpy_saves(
        dir.path(),
        "save('titled', [(('the first', 'x'), 'f4'), (('it\\'s \"the\" second', 'f1'), 'i2'), (('größe', 'f2'), 'u1')],
    [(.5, -2, 3), (1.5, 4, 5)])\n",
    );
    assert_both_ways(dir.path(), "titled", &[Titled(0.5, -2, 3), Titled(1.5, 4, 5)]);
}

#[derive(NpyRecord, Clone, Debug, PartialEq)]
#[npy(itemsize = 40)]
struct Placed {
    #[npy(offset = 3)]
    a: u16,
    b: [f32; 2],
    #[npy(offset = 16, title = "time of day")]
    c: f64,
}

#[test]
fn places_that_are_given_are_those_of_numpy() {
    let dir = temp_dir();
    numpy_saves(
        dir.path(),
        "save('placed', {'names': ['a', 'b', 'c'], 'formats': ['<u2', ('<f4', 2), '<f8'], 'offsets': [3, 5, 16],
    'titles': [None, None, 'time of day'], 'itemsize': 40}, [(1, (.5, 2), 3), (4, (5, 6), 7)])",
    );
    let rows = [Placed { a: 1, b: [0.5, 2.0], c: 3.0 }, Placed { a: 4, b: [5.0, 6.0], c: 7.0 }];
    assert_both_ways(dir.path(), "placed", &rows);
}

#[test]
fn places_that_overlap_are_told_before_anything_is_written() {
    #[derive(NpyRecord, Clone)]
    struct Overlaps {
        a: u64,
        #[npy(offset = 4)]
        b: u8,
    }
    #[derive(NpyRecord, Clone)]
    #[npy(itemsize = 6)]
    struct Short {
        a: u64,
    }
    let error = npy::to_bytes(&array![Overlaps { a: 1, b: 2 }]).unwrap_err().to_string();
    assert!(error.contains("the next field is to begin at byte 4, but the fields before take 8"), "{error}");
    let error = npy::to_bytes(&array![Short { a: 1 }]).unwrap_err().to_string();
    assert!(error.contains("the row is to end at byte 6, but the fields before take 8"), "{error}");
}

#[derive(NpyRecord, Clone, Debug, PartialEq)]
struct Pair {
    b: f32,
    a: i16,
}

#[test]
fn offsets_gaps_and_another_order_of_fields_are_the_same_rows() {
    let dir = temp_dir();
    python(
        dir.path(),
        "dtypes = [
    {'names': ['a', 'b'], 'formats': ['<i2', '<f4'], 'offsets': [3, 9], 'itemsize': 20},
    {'names': ['a', 'b'], 'formats': ['>i2', '<f4'], 'offsets': [0, 2], 'itemsize': 6},
    {'names': ['b', 'a'], 'formats': ['>f4', '|i1'], 'offsets': [1, 5], 'itemsize': 6},
    {'names': ['b', 'a'], 'formats': ['<f2', '?'], 'offsets': [0, 2], 'itemsize': 3},
    {'names': ['b', 'a'], 'formats': ['<f4', '<i2'], 'titles': ['x', 'y']},
    {'names': ['x', 'y'], 'formats': ['<f4', '<i2'], 'titles': ['b', 'a']},
]
for i, dtype in enumerate(dtypes):
    a = np.zeros(70000, np.dtype(dtype))
    a['a'] = np.arange(70000) % 2
    a['b'] = (np.arange(70000) % 64) / 4
    np.save(f'{i}.npy', a)
",
    );
    let expected =
        Array1::from_iter((0..70_000u32).map(|i| Pair { b: (i % 64) as f32 / 4.0, a: (i % 2) as i16 }));
    for i in 0..6 {
        let rows: Array1<Pair> = npy::load(dir.path().join(format!("{i}.npy"))).unwrap();
        assert_eq!(rows, expected, "{i}");
    }
}

/// A row of parameters.
#[derive(NpyRecord, Clone, Debug, PartialEq)]
struct Generic<T, const N: usize> {
    cells: [T; N],
    one: T,
}

#[test]
fn rows_may_have_parameters() {
    let rows = array![Generic { cells: [1u8, 2], one: 3 }, Generic { cells: [4, 5], one: 6 }];
    let bytes = npy::to_bytes(&rows).unwrap();
    assert_eq!(npy::from_bytes::<Array1<Generic<u8, 2>>>(&bytes).unwrap(), rows);
    let dtype = DType::of::<Generic<Pair, 0>>().unwrap().to_string();
    assert_eq!(
        dtype,
        "[('cells', [('b', '<f4'), ('a', '<i2')], (0,)), ('one', [('b', '<f4'), ('a', '<i2')])]"
    );
    let none = array![Generic { cells: [], one: Pair { b: 0.5, a: 1 } }];
    let back: Array1<Generic<Pair, 0>> = npy::from_bytes(&npy::to_bytes(&none).unwrap()).unwrap();
    assert_eq!(back, none);
}
