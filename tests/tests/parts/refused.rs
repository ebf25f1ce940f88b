//! What is no part, and files that are not what they say.

use std::collections::BTreeMap;

use ndarray::{Array1, Array2, Axis, s};
use npz_core::{
    AnyArray, Cast, ErrorKind, Limits, LoadOptions, NpyFile, NpzReader, NpzWriter, SaveOptions, npy,
};
use tests::temp_dir;

#[test]
fn errors_say_what_was_asked_and_where() {
    let dir = temp_dir();
    let path = dir.path().join("a.npy");
    npy::save(&path, &Array2::<f32>::zeros((5, 3))).unwrap();
    let file = NpyFile::open(&path).unwrap();
    let error = file.slice::<Array2<f32>>(s![2..6, ..]).unwrap_err();
    assert_eq!((error.kind(), error.file()), (ErrorKind::Invalid, Some(&*path)));
    assert!(error.to_string().contains("range 2..6 is outside of axis 0, which has length 5"), "{error}");
    let error = file.slice::<Array2<f32>>(s![0, 0, 0]).unwrap_err().to_string();
    assert!(error.contains("at most 2 axes") && error.contains("(5, 3)"), "{error}");
    let error = file.select::<Array2<f32>>(Axis(0), &[1, 5]).unwrap_err().to_string();
    assert!(error.contains("index 5 (number 1 of those selected)"), "{error}");
    let error = file.select::<Array2<f32>>(Axis(2), &[1]).unwrap_err().to_string();
    assert!(error.contains("found axis 2"), "{error}");
    // The part has one axis less than its type.
    let error = file.slice::<Array2<f32>>(s![1, ..]).unwrap_err();
    assert!(error.kind() == ErrorKind::Mismatch && error.to_string().contains("(3,)"), "{error}");
    let error = file.slice::<Array2<i32>>(s![1.., ..]).unwrap_err();
    assert!(error.kind() == ErrorKind::Mismatch && error.to_string().contains("<f4"), "{error}");
    let error = file.slice_into(s![1.., ..], &mut Array2::<f32>::zeros((3, 3))).unwrap_err();
    let text = error.to_string();
    assert!(
        error.kind() == ErrorKind::Mismatch && text.contains("(3, 3)") && text.contains("(4, 3)"),
        "{text}"
    );
    let error = file.slice_into(s![1.., ..], &mut Array2::<i8>::zeros((4, 3))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Mismatch);

    let path = dir.path().join("a.npz");
    let mut writer = NpzWriter::create(&path).unwrap();
    writer.add("x", &1.5).unwrap();
    writer.add_bytes("config.json", b"{}").unwrap();
    writer.finish().unwrap();
    let npz = NpzReader::open(&path).unwrap();
    let error = npz.member("y").unwrap_err();
    assert!(error.kind() == ErrorKind::NotFound && error.to_string().contains("\"x\""), "{error}");
    let error = npz.slice::<f64>("config.json", s![]).unwrap_err();
    assert_eq!((error.kind(), error.member()), (ErrorKind::Mismatch, Some("config.json")));
    assert_eq!(npz.slice::<f64>("x", s![]).unwrap(), 1.5);
    let error = npz.member("x").unwrap().chunks::<f64>(8).err().unwrap();
    assert!(error.to_string().contains("shape ()") && error.member() == Some("x"), "{error}");
    let error = NpyFile::open(&path).unwrap_err();
    assert!(error.to_string().contains("archive"), "{error}");
}

#[test]
fn what_is_cut_off_gives_the_rows_that_are_there() {
    let bytes = npy::to_bytes(&Array2::<u16>::from_elem((1000, 8), 7)).unwrap();
    let cut = &bytes[..bytes.len() - 1000 * 8];
    let file = NpyFile::new(cut).unwrap();
    assert_eq!(file.slice::<Array2<u16>>(s![..500, ..]).unwrap().sum(), 500 * 8 * 7);
    let error = file.slice::<Array2<u16>>(s![490..501, ..]).unwrap_err();
    assert!(error.kind() == ErrorKind::Damaged && error.to_string().contains("cut off"), "{error}");
    let mut pieces = file.chunks::<Array2<u16>>(16 * 100).unwrap();
    assert_eq!(pieces.by_ref().flatten().count(), 5);
    assert!(pieces.next().is_none());
}

#[test]
fn a_header_that_boasts_takes_no_memory() {
    let mut file = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    let dict = "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000, 8), }";
    file.extend(format!("{dict:<117}\n").bytes());
    file.extend([0; 640]);
    let file = NpyFile::new(&file).unwrap();
    assert_eq!(file.slice::<Array2<f64>>(s![..10, ..]).unwrap().len(), 80);
    for part in [s![5..2_000_000_000, ..], s![999_999_999_990_isize.., ..]] {
        let error = file.slice::<Array2<f64>>(part).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Damaged | ErrorKind::Limit), "{error}");
    }
}

#[test]
fn limits_count_what_a_part_takes() {
    let map = BTreeMap::from([("a".to_owned(), vec![0.5f64; 100_000])]);
    let stored = SaveOptions::new().to_bytes(&map).unwrap();
    let strict = LoadOptions::new().limits(Limits::strict().total_bytes(8000));
    let npz = strict.reader(&stored).unwrap();
    assert_eq!(npz.slice::<Vec<f64>>("a", s![90_000..91_000]).unwrap().len(), 1000);
    assert_eq!(npz.slice::<Vec<f64>>("a", s![90_000..91_001]).unwrap_err().kind(), ErrorKind::Limit);
    let error = npz.member("a").unwrap().slice_into(s![..1001], &mut Array1::<f64>::zeros(1001)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
}

#[test]
fn a_bad_cell_is_an_error_of_the_part_alone() {
    let mut cells = vec![1i64; 100];
    cells[50] = 1 << 40;
    let bytes = npy::to_bytes(&cells).unwrap();
    let file = NpyFile::new(&bytes).unwrap().with_options(LoadOptions::new().cast(Cast::SameKind));
    assert_eq!(file.slice::<Vec<i32>>(s![..50]).unwrap().len(), 50);
    let error = file.slice::<Vec<i32>>(s![45..]).unwrap_err().to_string();
    assert!(error.contains("cell 5 ") && error.contains("1099511627776"), "{error}");
    let error = file.chunks::<Vec<i32>>(8 * 30).unwrap().find_map(Result::err).unwrap();
    assert_eq!(error.kind(), ErrorKind::Invalid);
}

#[test]
fn a_wrong_index_of_blocks_gives_the_same_cells_or_an_error() {
    let cells: Vec<u32> = (0..600_000u32).map(|i| i.wrapping_mul(2_654_435_761) >> 12).collect();
    let map = BTreeMap::from([("a".to_owned(), cells.clone())]);
    let good = SaveOptions::compressed().to_bytes(&map).unwrap();
    let end = good.len();
    let directory = good.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
    for at in directory..end {
        let mut bad = good.clone();
        bad[at] ^= 1;
        let Ok(npz) = NpzReader::new(&bad) else { continue };
        if let Ok(part) = npz.slice::<Vec<u32>>("a", s![400_000..500_000;3]) {
            let expected: Vec<u32> = cells[400_000..500_000].iter().copied().step_by(3).collect();
            assert!(part == expected, "byte {at}");
        }
    }
    // Rows without bytes, and arrays without cells.
    let empty = npy::to_bytes(&Array2::<f64>::zeros((7, 0))).unwrap();
    let file = NpyFile::new(&empty).unwrap();
    assert_eq!(file.slice::<Array2<f64>>(s![2..4, ..]).unwrap().dim(), (2, 0));
    assert_eq!(file.chunks::<AnyArray>(100).unwrap().map(|rows| rows.unwrap().shape()[0]).sum::<usize>(), 7);
}
