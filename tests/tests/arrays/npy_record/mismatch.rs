//! Files whose records are not those of the row type: every difference is told, and no value is changed.

use ndarray::{Array0, Array1, array};
use npz_core::{Cast, DType, ErrorKind, FixedStr, LoadOptions, NpyRecord, Npz, ProblemKind, RawBytes, npy};
use tests::{python, temp_dir};

#[derive(NpyRecord, Clone, Debug, PartialEq)]
struct Vec2 {
    x: f32,
    y: f32,
}

#[derive(NpyRecord, Clone, Debug, PartialEq)]
struct Particle {
    id: u32,
    pos: Vec2,
    trail: [Vec2; 2],
    mass: f64,
    tags: [u8; 4],
    charge: i8,
}

#[test]
fn all_differences_are_told_at_once_with_their_fields() {
    #[derive(Npz, Debug)]
    struct State {
        rows: Vec<Particle>,
    }
    let dir = temp_dir();
    python(
        dir.path(),
        "d = np.dtype([('ident', 'u4'), ('pos', [('x', 'f8'), ('z', 'f4')]), ('trail', [('x', 'f4'), ('y', 'S3')], (2,)),
    ('mass', 'f8', (1,)), ('tags', 'u1', (2, 2)), ('charge', 'i1')])
np.save('a.npy', np.zeros(3, d)); np.savez('a.npz', rows=np.zeros(3, d))",
    );
    let told = [
        (ProblemKind::Missing, "id", "<u4 (u32)", ""),
        (ProblemKind::DType, "pos.x", "<f4 (f32)", "<f8 (f64)"),
        (ProblemKind::Missing, "pos.y", "<f4 (f32)", ""),
        (ProblemKind::Unexpected, "pos.z", "", "<f4 (f32)"),
        (ProblemKind::DType, "trail.y", "<f4 (f32)", "|S3 (bytes)"),
        (ProblemKind::Shape, "mass", "<f8 (f64)", "<f8 (f64), shape (1,)"),
        (ProblemKind::Shape, "tags", "|u1 (u8), shape (4,)", "|u1 (u8), shape (2, 2)"),
        (ProblemKind::Unexpected, "ident", "", "<u4 (u32)"),
    ];
    let in_archive = State::load(dir.path().join("a.npz")).unwrap_err();
    let in_file = npy::load::<Array1<Particle>>(dir.path().join("a.npy")).unwrap_err();
    for (member, error) in [("rows", &in_archive), ("", &in_file)] {
        assert_eq!(error.kind(), ErrorKind::Mismatch);
        let problems = error.report().unwrap().problems();
        let found: Vec<_> = problems.iter().map(|p| (p.kind, &*p.field, &*p.expected, &*p.found)).collect();
        assert_eq!(found, told);
        assert!(problems.iter().all(|problem| problem.member == member));
    }
    let text = in_archive.to_string();
    let lines: Vec<_> = text.lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            r#"  - member "rows", field "id", is missing: expected <u4 (u32); nobody wants "ident": `#[npy(alias = "name")]` on the field of the row takes another name, `#[npy(default)]` lets it be absent"#,
            r#"  - member "rows", field "pos.x", has another dtype: expected <f4 (f32), found <f8 (f64); `#[npy(cast = "same_kind")]` on the field of the row, or `LoadOptions::cast(Cast::SameKind)`, accepts it and may round values"#,
            r#"  - member "rows", field "pos.y", is missing: expected <f4 (f32); nobody wants "z": `#[npy(alias = "name")]` on the field of the row takes another name, `#[npy(default)]` lets it be absent"#,
            r#"  - member "rows", field "pos.z", is unexpected: found <f4 (f32); `#[npy(allow_unknown)]` on the struct ignores it"#,
            r#"  - member "rows", field "trail.y", has another dtype: expected <f4 (f32), found |S3 (bytes); no casting rule allows that: change the type, or save `a.astype("float32")` in Python"#,
            r#"  - member "rows", field "mass", has another shape: expected <f8 (f64), found <f8 (f64), shape (1,); make the field a `[T; 1]`"#,
            r#"  - member "rows", field "tags", has another shape: expected |u1 (u8), shape (4,), found |u1 (u8), shape (2, 2); make the field a `[[T; 2]; 2]`"#,
            r#"  - member "rows", field "ident", is unexpected: found <u4 (u32); as above"#,
        ]
    );
    assert!(in_file.to_string().contains(r#"  - the array, field "pos.x", has another dtype"#));
}

#[derive(NpyRecord, Clone, Debug)]
struct Narrow {
    _name: FixedStr<4>,
    _id: RawBytes<2>,
}

#[test]
fn a_row_is_not_advised_to_take_cells_of_any_width() {
    let dir = temp_dir();
    python(
        dir.path(),
        "np.savez('a.npz', a=np.zeros(1, [('_name', 'U8'), ('_id', 'V3')]), name=np.zeros(1, 'U8'))",
    );
    let npz = npz_core::NpzReader::open(dir.path().join("a.npz")).unwrap();
    let error = npz.get::<Array1<Narrow>>("a").unwrap_err();
    let hints: Vec<_> = error.report().unwrap().problems().iter().map(|one| &*one.hint).collect();
    let advice = "change the field's cell type to ";
    assert_eq!(hints, [format!("{advice}`FixedStr<8>`"), format!("{advice}`RawBytes<3>`")]);
    let error = npz.get::<Array1<FixedStr<4>>>("name").unwrap_err().to_string();
    assert!(error.contains("`FixedStr<8>`, or for any width to `String`"), "{error}");
}

#[derive(NpyRecord, Clone, Debug, PartialEq)]
struct Outer {
    inner: [Vec2; 2],
    #[npy(cast = "same_kind")]
    n: i16,
}

#[test]
fn values_that_do_not_fit_are_told_with_row_and_field() {
    let dir = temp_dir();
    python(
        dir.path(),
        "a = np.zeros(5000, [('n', '>i8'), ('inner', [('y', 'f4'), ('x', 'f8')], (2,))])
a['n'] = np.arange(5000); a['inner']['x'] = .5
np.save('fine.npy', a)
b = a.copy(); b['n'][4321] = 70000
np.save('n.npy', b); np.savez('n.npz', rows=b[4321])
b = a.copy(); b['inner']['x'][77, 1] = 1e300
np.save('x.npy', b)",
    );
    let options = LoadOptions::new().cast(Cast::SameKind);
    let load = |name: &str| options.load::<Array1<Outer>>(dir.path().join(name));
    let fine = load("fine.npy").unwrap();
    assert_eq!(fine[4999], Outer { inner: [Vec2 { x: 0.5, y: 0.0 }, Vec2 { x: 0.5, y: 0.0 }], n: 4999 });
    for (name, words) in [
        ("n.npy", r#"cell 4321 has a field "n" that holds 70000"#),
        ("x.npy", r#"cell 77 has a field "inner[1].x" that holds 1"#),
    ] {
        let error = load(name).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains(words), "{error}");
    }
    let npz = options.open(dir.path().join("n.npz")).unwrap();
    let error = npz.get::<Outer>("rows").unwrap_err().to_string();
    assert!(error.contains(r#"member "rows": it has a field "n" that holds 70000"#), "{error}");
}

#[derive(NpyRecord, Clone, Debug, PartialEq)]
#[npy(allow_unknown)]
struct Evolved {
    #[npy(alias = "ident", alias = "number")]
    id: u64,
    #[npy(skip)]
    cache: Option<Vec<String>>,
    #[npy(cast = "same_kind")]
    mass: f32,
}

#[test]
fn aliases_casts_skipped_and_unknown_fields_are_as_asked() {
    let dir = temp_dir();
    python(
        dir.path(),
        "d = [('other', 'S4'), ('number', '>u2'), ('mass', 'f8'), ('when', 'M8[ns]')]
np.save('a.npy', np.array([(b'a', 7, .1, 0), (b'b', 8, .2, 0)], d))",
    );
    let rows: Array1<Evolved> = npy::load(dir.path().join("a.npy")).unwrap();
    assert_eq!(
        rows,
        array![Evolved { id: 7, cache: None, mass: 0.1 }, Evolved { id: 8, cache: None, mass: 0.2 }]
    );
    assert_eq!(DType::of::<Evolved>().unwrap().to_string(), "[('id', '<u8'), ('mass', '<f4')]");
    let exact = LoadOptions::new().cast(Cast::Exact);
    let error = exact.load::<Array1<Evolved>>(dir.path().join("a.npy")).unwrap_err();
    let problems = error.report().unwrap().problems();
    assert_eq!(problems.iter().map(|one| &*one.field).collect::<Vec<_>>(), ["number"]);
}

#[test]
fn what_is_no_record_is_told_and_pickles_are_refused() {
    let dir = temp_dir();
    python(
        dir.path(),
        "np.save('plain.npy', np.zeros(3)); np.save('pickle.npy', np.zeros(1, [('x', 'f4'), ('y', 'O')]))
np.savez('a.npz', rows=np.zeros(2, [('x', 'f4'), ('y', 'f4')]), pickle=np.zeros(1, [('x', 'f4'), ('y', 'O')]))",
    );
    let error = npy::load::<Array1<Vec2>>(dir.path().join("plain.npy")).unwrap_err().to_string();
    assert!(
        error.contains("expected [('x', '<f4'), ('y', '<f4')] (Vec2), 1 axis, found <f8 (f64), shape (3,)"),
        "{error}"
    );
    assert!(error.contains("`Vec2` is a row of several fields; save a structured array"), "{error}");
    let error = npy::load::<Array1<Vec2>>(dir.path().join("pickle.npy")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("dtype=[('x', '<f4'), ('y', '<f4')])"), "{error}");
    let npz = npz_core::NpzReader::open(dir.path().join("a.npz")).unwrap();
    let error = npz.get::<Vec<f32>>("rows").unwrap_err().to_string();
    assert!(
        error.contains("derive `NpyRecord` for a row type, or read one of its fields by `NpyFile::field`"),
        "{error}"
    );
    assert_eq!(npz.get::<Vec<Vec2>>("pickle").unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(
        npz.member("pickle").and_then(|rows| rows.field::<Vec<f32>>("x")).unwrap_err().kind(),
        ErrorKind::Unsupported
    );
}

#[test]
fn damaged_and_lying_files_are_errors() {
    let bytes = npy::to_bytes(&array![Vec2 { x: 1.0, y: 2.0 }, Vec2 { x: 3.0, y: 4.0 }]).unwrap();
    for len in 0..bytes.len() {
        assert!(npy::from_bytes::<Array1<Vec2>>(&bytes[..len]).is_err(), "{len}");
    }
    let lie = |shape: &str| {
        let text = format!(
            "{{'descr': [('x', '<f4'), ('y', '<f4')], 'fortran_order': False, 'shape': {shape}, }}\n"
        );
        let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
        bytes.extend((text.len() as u16).to_le_bytes());
        bytes.extend(text.bytes());
        bytes
    };
    let error = npy::from_bytes::<Array1<Vec2>>(&lie("(1000000000000,)")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Damaged);
    let error = npy::read::<Array1<Vec2>>(&lie("(1000000000000,)")[..]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Damaged | ErrorKind::Limit), "{error}");
    let mut whole = lie("()");
    whole.extend([0; 8]);
    let one: Array0<Vec2> = npy::from_bytes(&whole).unwrap();
    assert_eq!(one.into_scalar(), Vec2 { x: 0.0, y: 0.0 });
}

#[test]
fn fields_that_may_be_absent_have_their_defaults() {
    fn unknown() -> [f32; 2] {
        [-1.0; 2]
    }
    #[derive(NpyRecord, Clone, Debug, PartialEq)]
    struct Today {
        id: u32,
        #[npy(default)]
        flags: u8,
        #[npy(default = "unknown", alias = "at")]
        pos: [f32; 2],
        #[npy(skip, default = "unknown")]
        cache: [f32; 2],
    }
    let dir = temp_dir();
    python(
        dir.path(),
        "old = np.zeros(40000, [('id', '<u2')]); old['id'] = np.arange(40000)
np.save('old.npy', old)
np.save('new.npy', np.array([(7, (.5, 2), 3)], [('id', '<u4'), ('at', '<f4', 2), ('flags', 'u1')]))
np.save('bad.npy', np.array([(7, 3)], [('id', '<u4'), ('flags', '<f4')]))",
    );
    let old: Array1<Today> = npy::load(dir.path().join("old.npy")).unwrap();
    let row = |id| Today { id, flags: 0, pos: [-1.0; 2], cache: [-1.0; 2] };
    assert_eq!(old, Array1::from_iter((0..40_000).map(row)));
    let new: Array1<Today> = npy::load(dir.path().join("new.npy")).unwrap();
    assert_eq!(new, array![Today { flags: 3, pos: [0.5, 2.0], ..row(7) }]);
    // One that is there has to fit all the same.
    let error = npy::load::<Array1<Today>>(dir.path().join("bad.npy")).unwrap_err();
    let told: Vec<_> = error.report().unwrap().problems().iter().map(|p| (p.kind, &*p.field)).collect();
    assert_eq!(told, [(ProblemKind::DType, "flags")]);
}
