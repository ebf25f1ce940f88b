//! The tables of dtypes in the docs are checked against what the code does: each claim with a file of real NumPy.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use half::{bf16, f16};
use ndarray::{Array1, ArrayD};
use npz_core::time::{Generic, Multiple, Nanosecond, Second};
use npz_core::tiny::{Float8E4M3Fn, Int4};
use npz_core::{
    DateTime64, Element, FixedBytes, FixedStr, LongDouble, NpzReader, NpzWriter, RawBytes, TimeDelta64,
    ToMembers, npy,
};
use num_complex::Complex;
use tests::docs::{source, table};
use tests::{python, temp_dir};

/// What a row of the table claims, as the test can check it. Whoever changes the docs changes the row here too.
struct Row {
    /// The row's first column, as it stands in the docs.
    rust: &'static str,
    /// The row's last column, as it stands in the docs.
    read: &'static str,
    cells: Vec<Cell>,
}

/// One Rust type of a row.
struct Cell {
    /// As the docs spell it.
    name: &'static str,
    /// A saved array of it.
    saved: Vec<u8>,
    /// Pushes a single value of it as a member.
    push: fn(&mut NpzWriter<fs::File>, &str),
    /// NumPy arrays that must be read, with the values that they have.
    reads: &'static [&'static str],
    /// NumPy arrays that must be refused.
    refuses: &'static [&'static str],
    /// Reads a file and saves what was read.
    again: fn(&Path) -> npz_core::Result<Vec<u8>>,
}

fn again<A: Element>(path: &Path) -> npz_core::Result<Vec<u8>> {
    let array: ArrayD<A> = npy::load(path)?;
    npy::to_bytes(&array)
}

macro_rules! cell {
    ($name:literal, $type:ty, $values:expr, reads: $reads:expr, refuses: $refuses:expr) => {
        Cell {
            name: $name,
            saved: npy::to_bytes(&Array1::<$type>::from_vec($values.into())).unwrap(),
            push: |writer, name| {
                let values: Vec<$type> = $values.into();
                push(writer, name, &values[0]);
            },
            reads: $reads,
            refuses: $refuses,
            again: again::<$type>,
        }
    };
}

fn push<T: ToMembers>(writer: &mut NpzWriter<fs::File>, name: &str, value: &T) {
    writer.add(name, value).unwrap();
}

const NUMPY_COMPARES: &str = r"
def check(file):
    numpys, ours = np.load(file), np.load('ours-' + file)
    if (numpys.dtype.kind, ours.dtype.kind) == ('S', 'U'):
        numpys = np.char.decode(numpys, 'utf-8')
    assert numpys.astype(ours.dtype).tolist() == ours.tolist(), (file, numpys, ours)
";

const BOOL: &str = "np.array([True, False])";

fn rows() -> Vec<Row> {
    vec![
        Row {
            rust: "`bool`",
            read: "any byte but 0 is `true`, as in NumPy",
            cells: vec![cell!("bool", bool, [true, false],
                reads: &["np.array([0, 1, 2, 255], 'u1').view('?')"],
                refuses: &["np.array([1], 'u1')", "np.array(['x'])", "np.array([1.])"])],
        },
        Row {
            rust: "`i8` to `i64`, `u8` to `u64`",
            read: "narrower integers, `bool`",
            cells: vec![
                cell!("i8", i8, [-1, 1], reads: &["np.array([-128, 127], 'i1')", BOOL],
                    refuses: &["np.array([1], 'u1')", "np.array([1], '<i2')", "np.array([1.], 'f2')"]),
                cell!("i16", i16, [-1, 1], reads: &["np.array([-128], 'i1')", "np.array([255], 'u1')", "np.array([-5], '>i2')", BOOL],
                    refuses: &["np.array([1], 'u2')", "np.array([1], 'i4')", "np.array([1.], 'f2')"]),
                cell!("i32", i32, [-1, 1], reads: &["np.array([-5], '>i2')", "np.array([65535], 'u2')", BOOL],
                    refuses: &["np.array([1], 'u4')", "np.array([1], 'i8')", "np.array([1.], 'f4')"]),
                cell!("i64", i64, [-1, 1], reads: &["np.array([2**32 - 1], 'u4')", "np.array([-2**31], '>i4')", BOOL],
                    refuses: &["np.array([1], 'u8')", "np.array([1.], 'f8')", "np.array(['1'])"]),
                cell!("u8", u8, [1, 2], reads: &["np.array([255], 'u1')", BOOL],
                    refuses: &["np.array([1], 'i1')", "np.array([1], 'u2')"]),
                cell!("u16", u16, [1, 2], reads: &["np.array([255], 'u1')", "np.array([256], '>u2')", BOOL],
                    refuses: &["np.array([1], 'i1')", "np.array([1], 'u4')"]),
                cell!("u32", u32, [1, 2], reads: &["np.array([65535], 'u2')", BOOL],
                    refuses: &["np.array([1], 'i4')", "np.array([1], 'u8')"]),
                cell!("u64", u64, [1, 2], reads: &["np.array([2**32 - 1], '>u4')", "np.array([2**64 - 1], 'u8')", BOOL],
                    refuses: &["np.array([1], 'i8')", "np.array([1.], 'f8')"]),
            ],
        },
        Row {
            rust: "`isize`, `usize`",
            read: "any integer whose values fit",
            cells: vec![
                cell!("isize", isize, [-1, 1], reads: &["np.array([-5], 'i1')", "np.array([2**63 - 1], 'u8')", "np.array([1], '>i8')"],
                    refuses: &["np.array([2**63], 'u8')", "np.array([1.])"]),
                cell!("usize", usize, [1, 2], reads: &["np.array([5], 'i1')", "np.array([2**64 - 1], 'u8')", "np.array([1], '>i8')"],
                    refuses: &["np.array([-1], 'i8')", "np.array([1.])"]),
            ],
        },
        Row {
            rust: "`f32`, `f64`",
            read: "narrower floats, integers whose values are kept, `bool`",
            cells: vec![
                cell!("f32", f32, [0.5, -1.5], reads: &["np.array([1.5, np.inf], 'f2')", "np.array([-2**15, 7], '>i2')", "np.array([65535], 'u2')", BOOL],
                    refuses: &["np.array([1.5])", "np.array([1], 'i4')", "np.array([1j], 'c8')"]),
                cell!("f64", f64, [0.5, -1.5], reads: &["np.array([1.5, -0.1], '>f4')", "np.array([2**53], 'i8')", "np.array([2**32 - 1], 'u4')", BOOL],
                    refuses: &["np.array([2**53 + 1], 'i8')", "np.array([2**64 - 1], 'u8')", "np.array([1j])"]),
            ],
        },
        Row {
            rust: "[`half::f16`](https://docs.rs/half)",
            read: "8-bit integers, `bool`",
            cells: vec![cell!("f16", f16, [f16::from_f32(0.5)],
                reads: &["np.array([-128, 127], 'i1')", "np.array([255], 'u1')", "np.array([1.5], '>f2')", BOOL],
                refuses: &["np.array([1], 'i2')", "np.array([1.5], 'f4')"])],
        },
        Row {
            rust: "[`half::bf16`](https://docs.rs/half)",
            read: "<code>&#124;V2</code>",
            cells: vec![cell!("bf16", bf16, [bf16::from_f32(0.5)],
                reads: &["np.array([1.5, -2]).astype(ml_dtypes.bfloat16)", "np.array([1.5, -2]).astype(ml_dtypes.bfloat16).view('V2')"],
                refuses: &["np.zeros(1, 'V3')", "np.array([1.5], 'f4')"])],
        },
        Row {
            rust: "`Complex<f32>`, `Complex<f64>`",
            read: "narrower complex, floats and integers",
            cells: vec![
                cell!("Complex<f32>", Complex<f32>, [Complex::new(0.5, -1.0)],
                    reads: &["np.array([1 - 2j], '>c8')", "np.array([1.5], 'f4')", "np.array([1.5], 'f2')", "np.array([-7], 'i2')"],
                    refuses: &["np.array([1j])", "np.array([1.5])", "np.array([1], 'i4')"]),
                cell!("Complex<f64>", Complex<f64>, [Complex::new(0.5, -1.0)],
                    reads: &["np.array([1 - 2j], '>c8')", "np.array([1.5])", "np.array([2**53], 'i8')"],
                    refuses: &["np.array([2**53 + 1], 'i8')", "np.array(['1'])"]),
            ],
        },
        Row {
            rust: "`String`",
            read: "<code>&#124;S</code>*n* that holds UTF-8",
            cells: vec![cell!("String", String, ["äb".to_owned(), "c".to_owned()],
                reads: &["np.array(['Ω', 'abc'], '>U3')", "np.array(['Ω'.encode(), b'abc'])"],
                refuses: &["np.array([b'\\xff'])", "np.array([1])"])],
        },
        Row {
            rust: "[`FixedStr<N>`]",
            read: "narrower text",
            cells: vec![cell!("FixedStr<N>", FixedStr<2>, [FixedStr::new("ä").unwrap()],
                reads: &["np.array(['Ω'])", "np.array(['Ωx'], '>U2')"],
                refuses: &["np.array(['abc'])", "np.array([1])"])],
        },
        Row {
            rust: "[`tiny::TinyFloat`], [`tiny::TinyInt`]",
            read: "<code>&#124;V1</code>",
            cells: vec![
                cell!("TinyFloat", Float8E4M3Fn, [Float8E4M3Fn::from_f32(0.5)],
                    reads: &["np.array([1.5]).astype(ml_dtypes.float8_e4m3fn)", "np.zeros(1, 'V1')"],
                    refuses: &["np.zeros(1, 'V2')", "np.array([1.5], 'f4')"]),
                cell!("TinyInt", Int4, [Int4::try_from(-8).unwrap()],
                    reads: &["np.array([7, -8]).astype(ml_dtypes.int4)"], refuses: &["np.array([1], 'i1')"]),
            ],
        },
        Row {
            rust: "[`LongDouble`], `Complex<LongDouble>`",
            read: "`<f12`, `<c24`; narrower floats, integers",
            cells: vec![
                cell!("LongDouble", LongDouble, [LongDouble::from(0.5)],
                    reads: &["np.array([1.5, -2])", "np.array([2**63 - 1], '>i8')"], refuses: &["np.array([1j])"]),
                cell!("Complex<LongDouble>", Complex<LongDouble>, [Complex::new(LongDouble::from(0.5), LongDouble::from(1.0))],
                    reads: &["np.array([1j])", "np.array([1.5], 'f4')"], refuses: &["np.array(['1'])"]),
            ],
        },
        Row {
            rust: "`Vec<u8>`",
            read: "",
            cells: vec![cell!("Vec<u8>", Vec<u8>, [b"ab".to_vec(), b"c".to_vec()],
                reads: &["np.array([b'\\xff', b'abc'])"], refuses: &["np.array(['a'])", "np.zeros(1, 'V2')"])],
        },
        Row {
            rust: "[`DateTime64<U>`](crate::DateTime64)",
            read: "units that are a multiple of `U`, months and years",
            cells: vec![
                cell!("DateTime64<Nanosecond>", DateTime64<Nanosecond>, [DateTime64::new(1)],
                    reads: &["np.array(['2020-01-01T01', 'NaT'], '>M8[25s]')", "np.array(['2020-02'], 'M8[M]')", "np.array(['1999'], 'M8[Y]')"],
                    refuses: &["np.array([1], 'm8[ns]')", "np.array([1])", "np.array(['2020'], 'M8[ps]')"]),
                cell!("DateTime64<Multiple<25, Second>>", DateTime64<Multiple<25, Second>>, [DateTime64::new(1)],
                    reads: &["np.array([1], 'M8[50s]')"], refuses: &["np.array([1], 'M8[s]')"]),
            ],
        },
        Row {
            rust: "[`TimeDelta64<U>`](crate::TimeDelta64)",
            read: "units that are a multiple of `U`; integers, `bool`",
            cells: vec![
                cell!("TimeDelta64<Nanosecond>", TimeDelta64<Nanosecond>, [TimeDelta64::new(1)],
                    reads: &["np.array([1, -2], '>m8[D]')", "np.array([7])", BOOL],
                    refuses: &["np.array([1], 'm8[ps]')", "np.array([1.5])", "np.array([1], 'M8[ns]')"]),
                cell!("TimeDelta64<Generic>", TimeDelta64<Generic>, [TimeDelta64::new(1)],
                    reads: &["np.array([7], 'm8')"], refuses: &["np.array(['x'])"]),
            ],
        },
        Row {
            rust: "[`RawBytes<N>`]",
            read: "",
            cells: vec![cell!("RawBytes<N>", RawBytes<2>, [RawBytes(*b"a\0")],
                    reads: &["np.array([b'xy']).view('V2')"], refuses: &["np.zeros(1, 'V3')", "np.array([b'xy'])"])],
        },
        Row {
            rust: "[`FixedBytes<N>`]",
            read: "narrower bytes",
            cells: vec![cell!("FixedBytes<N>", FixedBytes<2>, [FixedBytes::new(b"a").unwrap()],
                reads: &["np.array([b'\\xff'])", "np.array([b'ab'])"],
                refuses: &["np.array([b'abc'])", "np.array(['a'])"])],
        },
    ]
}

/// The dtypes that a column names. `n` stands for a width that the array decides, given here.
fn dtypes(column: &str, width: &str) -> BTreeSet<String> {
    let plain = column.replace("<code>", "`").replace("</code>", "`").replace("&#124;", "|");
    let plain = plain.replace("`*n*", "n`").replace("`*N*", "n`");
    let words = plain.split('`').skip(1).step_by(2).filter(|word| word.starts_with(['<', '|', '>']));
    words
        .map(|word| word.strip_suffix('n').map_or(word.to_owned(), |base| format!("{base}{width}")))
        .collect()
}

#[test]
fn every_row_of_the_table_of_cells_says_what_is_written_and_read() {
    let dir = temp_dir();
    let documented = table(&source("npz-core/src/element/mod.rs"), "| Rust | written as |");
    let mut rows = rows();
    let mut numpy_writes = vec!["import ml_dtypes\n".to_owned()];
    let mut numpy_checks = vec![NUMPY_COMPARES.to_owned()];
    let mut jobs = Vec::new();
    for (r, columns) in documented.iter().enumerate() {
        let [rust, written, read] = &columns[..] else { panic!("three columns are expected: {columns:?}") };
        let place = rows.iter().position(|row| row.rust == rust).unwrap_or_else(|| {
            panic!("the docs of `Element` have a row {rust}, which this test does not know: add it to `rows`, with \
                    what NumPy writes and we read")
        });
        let row = rows.swap_remove(place);
        assert_eq!(
            row.read, read,
            "the docs of {rust} claim to read something else: change it in `rows`, and what checks it"
        );
        let names = row.cells.iter().map(|cell| cell.name);
        for (c, cell) in row.cells.iter().enumerate() {
            fs::write(dir.path().join(format!("saved-{r}-{c}.npy")), &cell.saved).unwrap();
            for (i, array) in cell.reads.iter().chain(cell.refuses).enumerate() {
                let file = format!("{r}-{c}-{i}.npy");
                numpy_writes.push(format!("np.save('{file}', {array})\n"));
                let is_read = i < cell.reads.len();
                if is_read {
                    numpy_checks.push(format!("check('{file}')\n"));
                }
                jobs.push((file, format!("{rust}: {}: {array}", cell.name), cell.again, is_read));
            }
        }
        // All that the row names is written by one of its types, and all that these write stands there or in its "...".
        let mut listed = dtypes(written, "WIDTH");
        // NumPy has no such dtype by itself: `npy_tiny` looks at the bytes.
        listed.remove("<f1");
        assert!(!listed.is_empty(), "the row of {rust} names no dtype that is written: {written}");
        let is_open = if written.contains("...") { "True" } else { "False" };
        numpy_checks.push(format!(
            "here = [np.load(f'saved-{r}-{{c}}.npy').dtype for c in range({})]
width = str(here[0].itemsize // (4 if here[0].kind == 'U' else 1))
listed = {{np.dtype(d.replace('WIDTH', width)) for d in {listed:?}}}
assert listed <= set(here) and ({is_open} or listed == set(here)), ({rust:?}, {written:?}, here)
",
            names.len(),
        ));
    }
    let left: Vec<_> = rows.iter().map(|row| row.rust).collect();
    assert!(left.is_empty(), "the docs of `Element` have no row for {left:?}: take it out of `rows`");

    python(dir.path(), &numpy_writes.concat());
    for (file, what, again, is_read) in jobs {
        let path = dir.path().join(&file);
        match (again(&path), is_read) {
            (Ok(bytes), true) => fs::write(dir.path().join(format!("ours-{file}")), bytes).unwrap(),
            (Ok(_), false) => panic!("{what} is read, the docs say that it is not"),
            (Err(error), true) => panic!("{what} is not read, the docs say that it is: {error}"),
            (Err(_), false) => {}
        }
    }
    python(dir.path(), &numpy_checks.concat());
}

#[test]
fn every_cell_of_the_field_types_is_a_scalar_of_no_axes() {
    let dir = temp_dir();
    let fields = table(&source("npz-core/src/guide/fields.md"), "| field | members |");
    let scalars = fields.iter().find(|row| row[0].starts_with("`bool`, ")).expect("a row lists the scalars");
    assert_eq!(scalars[1], "`field`, shape `()`");
    let cells: Vec<Cell> = rows().into_iter().flat_map(|row| row.cells).collect();
    let path = dir.path().join("scalars.npz");
    let file = fs::File::create(&path).unwrap();
    let mut writer = NpzWriter::new(file).unwrap();
    let mut names = Vec::new();
    let order = ["i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64"];
    for part in scalars[0].split(", ") {
        let listed: Vec<&str> = part.split('`').skip(1).step_by(2).collect();
        match listed[..] {
            [name] => names.push(name),
            [from, to] => {
                let at = |name| order.iter().position(|own| *own == name).expect("an integer");
                names.extend(&order[at(from)..=at(to)]);
            }
            _ => panic!("{part}: one type, or from one to another"),
        }
    }
    for name in names {
        let is_it = |cell: &&Cell| cell.name == name || cell.name.starts_with(&format!("{name}<"));
        let cell = cells.iter().find(is_it).unwrap_or_else(|| {
            panic!(
                "the guide lists `{name}` as a field type, which this test does not know: add it to `rows`"
            )
        });
        (cell.push)(&mut writer, name);
    }
    writer.finish().unwrap();
    let npz = NpzReader::open(&path).unwrap();
    assert!(npz.names().len() >= 17, "{}", npz.names().len());
    for entry in npz.entries().unwrap() {
        assert!(entry.header.as_ref().unwrap().shape().is_empty(), "{entry}");
    }
    python(dir.path(), "f = np.load('scalars.npz')\nassert all(f[k].shape == () for k in f.files)\n");
}
