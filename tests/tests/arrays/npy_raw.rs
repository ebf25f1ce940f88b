//! Void cells, `|V`: bytes without a meaning, compared with NumPy's own files.

use ndarray::{Array, Array0, Array1, array};
use npz_core::{AnyArray, Cast, DType, FixedBytes, Npz, RawArray, RawBytes, npy};
use tests::{python, temp_dir};

fn hint(error: &npz_core::Error) -> String {
    error.report().unwrap_or_else(|| panic!("{error}")).problems()[0].hint.clone()
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
    assert!(wide[0].0.iter().copied().eq(0..=255));
    assert_eq!(npy::to_bytes(&wide).unwrap(), saved("wide"));

    // Of a width that only the file knows.
    let raw = |file: &str| match npy::read::<AnyArray>(&saved(file)[..]).unwrap() {
        AnyArray::Other(raw) => raw,
        typed => panic!("{file}: voids are bytes, found {typed:?}"),
    };
    assert_eq!(
        (raw("flat").dtype().item_size(), raw("flat").as_bytes()),
        (3, &cells.iter().flat_map(|cell| cell.0).collect::<Vec<u8>>()[..])
    );
    let own = RawArray::new(DType::parse("V3").unwrap(), &[6], raw("flat").into()).unwrap();
    assert_eq!(own, raw("flat"));
    assert_eq!(
        AnyArray::from(raw("fortran")).to_array::<RawBytes<3>>(Cast::Exact).unwrap(),
        square.t().into_dyn()
    );

    // Cells of no bytes.
    assert_eq!(npy::from_bytes::<Array1<RawBytes<0>>>(&saved("empty")).unwrap().len(), 3);
    assert_eq!(npy::to_bytes(&array![RawBytes([]), RawBytes([]), RawBytes([])]).unwrap(), saved("empty"));
}

#[test]
fn a_width_is_read_exactly_or_as_it_comes() {
    let bytes = npy::to_bytes(&array![RawBytes(*b"ab\0")]).unwrap();
    for refused in [
        npy::from_bytes::<Array1<RawBytes<2>>>(&bytes).map(drop),
        npy::from_bytes::<Array1<RawBytes<4>>>(&bytes).map(drop),
    ] {
        let hint = hint(&refused.unwrap_err());
        assert_eq!(
            hint,
            "change the field's cell type to `RawBytes<3>`, or for any width make the field a `RawArray`"
        );
    }
    // Text is not taken for raw bytes, nor numbers, nor the other way round.
    let text = npy::to_bytes(&array![FixedBytes::<3>::new(b"ab").unwrap()]).unwrap();
    let told = hint(&npy::from_bytes::<Array1<RawBytes<3>>>(&text).unwrap_err());
    assert!(told.contains("`a.view('V3')`"), "{told}");
    assert!(npy::from_bytes::<Array1<FixedBytes<3>>>(&bytes).is_err());
    assert!(npy::from_bytes::<Array1<u8>>(&bytes).is_err());
}

#[derive(Npz, Debug, PartialEq)]
struct Index {
    id: RawBytes<4>,
    keys: Vec<RawBytes<2>>,
    grid: RawArray,
    pair: [RawBytes<1>; 2],
}

#[test]
fn they_stand_in_structs_as_other_cells_do() {
    let dir = temp_dir();
    let index = Index {
        id: RawBytes(*b"id\0\0"),
        keys: vec![RawBytes([1, 0]), RawBytes([0, 2])],
        grid: RawArray::new(DType::parse("V2").unwrap(), &[1, 2], vec![0, 1, 2, 0]).unwrap(),
        pair: [RawBytes([9]), RawBytes([0])],
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
