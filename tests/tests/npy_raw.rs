//! Void cells, `|V`: bytes without a meaning, compared with NumPy's own files.
#![allow(missing_docs, reason = "a test crate has no users")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panics")]

use ndarray::{Array, Array0, Array1, Array2, array};
use npz_core::{Cast, ErrorKind, FixedBytes, LoadOptions, Npz, RawBytes, RawVec, npy};
use tests::{python, temp_dir};

fn hint(error: &npz_core::Error) -> String {
    error.report().unwrap_or_else(|| panic!("{error}")).problems()[0].hint.to_owned()
}

#[test]
fn voids_are_those_of_np_save_with_every_nul_in_both_directions() {
    let dir = temp_dir();
    let script = r"
cells = np.array([b'\x00\x01\x00', b'a\x00\x00', b'\xff\x00z', b'\x00\x00\x00', b'\n\\\'', b'abc'], 'V3')
np.save('flat.npy', cells)
np.save('fortran.npy', cells.reshape(2, 3).T)
np.save('single.npy', cells[1])
np.save('none.npy', cells[:0])
np.save('wide.npy', np.array([bytes(range(256))], 'V256'))
np.save('empty.npy', np.zeros(3, 'V0'))
np.save('empties.npy', np.zeros((0,), 'V0'))
print('\n'.join(str(cell) for cell in cells))
";
    let printed = python(dir.path(), script);
    let saved = |file: &str| std::fs::read(dir.path().join(format!("{file}.npy"))).unwrap();
    let cells = [*b"\0\x01\0", *b"a\0\0", *b"\xff\0z", [0; 3], *b"\n\\'", *b"abc"].map(RawBytes).to_vec();
    let cells = Array1::from_vec(cells);
    let square = cells.clone().into_shape_with_order((2, 3)).unwrap();
    let ours: Vec<String> = cells.iter().map(ToString::to_string).collect();
    assert_eq!(ours.join("\n"), printed.trim_end());
    assert_eq!(format!("{:?}", cells[1]), r"b'\x61\x00\x00'");

    assert_eq!(npy::to_bytes(&cells).unwrap(), saved("flat"));
    assert_eq!(npy::to_bytes(&square.t()).unwrap(), saved("fortran"));
    assert_eq!(npy::to_bytes(&Array0::from_elem((), cells[1])).unwrap(), saved("single"));
    assert_eq!(npy::to_bytes(&Array1::<RawBytes<3>>::default(0)).unwrap(), saved("none"));
    assert_eq!(npy::from_bytes::<Array1<RawBytes<3>>>(&saved("flat")).unwrap(), cells);
    assert_eq!(npy::from_bytes::<Array<RawBytes<3>, _>>(&saved("fortran")).unwrap(), square.t());
    assert_eq!(npy::from_bytes::<Array<RawBytes<3>, _>>(&saved("single")).unwrap()[()], cells[1]);
    let wide: Array1<RawBytes<256>> = npy::from_bytes(&saved("wide")).unwrap();
    assert!(wide[0].as_bytes().iter().copied().eq(0..=255));
    assert_eq!(npy::to_bytes(&wide).unwrap(), saved("wide"));

    let any = cells.mapv(|cell| RawVec::from(cell.as_ref()));
    let any_square = any.clone().into_shape_with_order((2, 3)).unwrap();
    assert_eq!(npy::to_bytes(&any).unwrap(), saved("flat"));
    assert_eq!(npy::to_bytes(&any_square.t()).unwrap(), saved("fortran"));
    assert_eq!(npy::from_bytes::<Array1<RawVec>>(&saved("flat")).unwrap(), any);
    assert_eq!(npy::from_bytes::<Array<RawVec, _>>(&saved("fortran")).unwrap(), any_square.t());
    assert_eq!(any[2].to_string(), cells[2].to_string());

    // Cells of no bytes.
    assert_eq!(
        npy::from_bytes::<Array1<RawVec>>(&saved("empty")).unwrap().to_vec(),
        vec![RawVec::default(); 3]
    );
    assert_eq!(npy::from_bytes::<Array1<RawBytes<0>>>(&saved("empty")).unwrap().len(), 3);
    assert_eq!(npy::to_bytes(&array![RawBytes([]), RawBytes([]), RawBytes([])]).unwrap(), saved("empty"));
    assert_eq!(npy::to_bytes(&Array1::<RawVec>::default(3)).unwrap(), saved("empty"));
    assert_eq!(npy::to_bytes(&Array1::<RawVec>::default(0)).unwrap(), saved("empties"));
}

#[test]
fn a_width_is_read_exactly_or_as_it_comes() {
    let bytes = npy::to_bytes(&array![RawBytes(*b"ab\0")]).unwrap();
    for refused in [
        npy::from_bytes::<Array1<RawBytes<2>>>(&bytes).map(drop),
        npy::from_bytes::<Array1<RawBytes<4>>>(&bytes).map(drop),
    ] {
        let hint = hint(&refused.unwrap_err());
        assert_eq!(hint, "change the field's cell type to `RawBytes<3>`, or for any width to `RawVec`");
    }
    let exact = LoadOptions::new().cast(Cast::Exact);
    assert!(exact.from_bytes::<Array1<RawVec>>(&bytes).is_ok());

    // Text is not taken for raw bytes, nor numbers, nor the other way round.
    let text = npy::to_bytes(&array![FixedBytes::<3>::new(b"ab").unwrap()]).unwrap();
    let told = hint(&npy::from_bytes::<Array1<RawVec>>(&text).unwrap_err());
    assert!(told.contains("`a.view('V3')`"), "{told}");
    assert!(npy::from_bytes::<Array1<FixedBytes<3>>>(&bytes).is_err());
    assert!(npy::from_bytes::<Array1<u8>>(&bytes).is_err());

    let uneven = array![[vec![1, 2], vec![3, 4]], [vec![5], vec![6, 7]]].mapv(RawVec::from);
    let error = npy::to_bytes(&uneven).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(
        error
            .to_string()
            .contains("cell (1, 0) has 1 bytes, and the first has 2: fill all of them up to one width"),
        "{error}"
    );
}

#[derive(Npz, Debug, PartialEq)]
struct Index {
    id: RawBytes<4>,
    keys: Vec<RawBytes<2>>,
    grid: Array2<RawVec>,
    pair: [RawVec; 2],
}

#[test]
fn they_stand_in_structs_as_other_cells_do() {
    let dir = temp_dir();
    let index = Index {
        id: RawBytes(*b"id\0\0"),
        keys: vec![RawBytes([1, 0]), RawBytes([0, 2])],
        grid: array![[vec![0, 1], vec![2, 0]]].mapv(RawVec::from),
        pair: [vec![9], vec![0]].map(RawVec::from),
    };
    index.save(dir.path().join("index.npz")).unwrap();
    let script = r"
f = np.load('index.npz')
assert f['id'].dtype == 'V4' and f['id'].tobytes() == b'id\0\0'
assert f['keys'].dtype == 'V2' and [bytes(k) for k in f['keys']] == [b'\1\0', b'\0\2']
assert f['grid'].shape == (1, 2) and f['pair'].tobytes() == b'\t\0'
np.savez_compressed('back.npz', **f)
";
    python(dir.path(), script);
    assert_eq!(Index::load(dir.path().join("index.npz")).unwrap(), index);
    assert_eq!(Index::load(dir.path().join("back.npz")).unwrap(), index);
}
