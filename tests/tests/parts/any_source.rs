//! The same parts whatever the array comes from: every kind of source and of member against ndarray.

use std::collections::BTreeMap;

use ndarray::{Array1, Array2, Array3, ArrayD, Axis, ShapeBuilder, s};
use npz_core::{Cast, Compression, Lazy, LoadOptions, NpyFile, Npz, NpzReader, Result, SaveOptions, npy};
use tests::{python, temp_dir};

use crate::{AS_A_FILE, Counting};

/// So large that its members have blocks: random mantissas, and a structure that deflate finds.
fn table() -> Array2<f32> {
    let mut state = 1u32;
    Array2::from_shape_fn((60_000, 20), |(row, column)| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (row / 100 + column) as f32 + (state >> 22) as f32 / 1024.0
    })
}

/// Asks each kind of reader of the same array for parts.
fn for_each_reader(table: &Array2<f32>, mut check: impl FnMut(&str, &NpyFile<'_>)) {
    let dir = temp_dir();
    let path = dir.path().join("a.npy");
    npy::save(&path, table).unwrap();
    check("a file", &NpyFile::open(&path).unwrap());
    let bytes = npy::to_bytes(table).unwrap();
    check("bytes", &NpyFile::new(&bytes).unwrap());
    check("a far source", &NpyFile::new(Counting::new(bytes.clone(), usize::MAX)).unwrap());
    check("a near source", &NpyFile::new(Counting::new(bytes, AS_A_FILE)).unwrap());
    python(
        dir.path(),
        "a = np.load('a.npy'); np.savez_compressed('numpy.npz', a=a); np.savez('numpys.npz', a=a)",
    );
    let map = BTreeMap::from([("a".to_owned(), table.clone())]);
    SaveOptions::new().save(&map, dir.path().join("stored.npz")).unwrap();
    SaveOptions::compressed().save(&map, dir.path().join("blocks.npz")).unwrap();
    for kind in ["numpy", "numpys", "stored", "blocks"] {
        let path = dir.path().join(kind).with_extension("npz");
        check(kind, &NpzReader::open(&path).unwrap().member("a").unwrap());
        let bytes = std::fs::read(&path).unwrap();
        check(kind, &NpzReader::new(&bytes).unwrap().member("a").unwrap());
        let far = NpzReader::new(Counting::new(bytes, usize::MAX)).unwrap();
        check(kind, &far.member("a").unwrap());
        let one = LoadOptions::new().threads(1).open(&path).unwrap();
        check(kind, &one.member("a").unwrap());
    }
}

#[test]
fn slices_are_those_of_the_array() {
    let table = table();
    for_each_reader(&table, |kind, file| {
        let rows: Array2<f32> = file.slice(s![1000..1010, ..]).unwrap();
        assert_eq!(rows, table.slice(s![1000..1010, ..]), "{kind}");
        let most: Array2<f32> = file.slice(s![17..59_990, ..]).unwrap();
        assert!(most == table.slice(s![17..59_990, ..]), "{kind}");
        let column: Array1<f32> = file.slice(s![.., 7]).unwrap();
        assert!(column == table.column(7), "{kind}");
        let odd: Array2<f32> = file.slice(s![5..;1000, ..;-3]).unwrap();
        assert_eq!(odd, table.slice(s![5..;1000, ..;-3]), "{kind}");
        let reversed: Array2<f32> = file.slice(s![..;-1, ..]).unwrap();
        assert!(reversed == table.slice(s![..;-1, ..]), "{kind}");
        assert_eq!(file.slice::<f32>(s![-1, 3]).unwrap(), table[[59_999, 3]], "{kind}");
        assert!(file.read::<Array2<f32>>().unwrap() == table, "{kind}");
    });
}

#[test]
fn rows_are_selected_in_any_order_and_twice() {
    let table = table();
    let mut indices: Vec<usize> = (0..3000).map(|i| i * 7919 % 60_000).collect();
    indices.extend([0, 59_999, 0, 1, 2, 3, 2]);
    for_each_reader(&table, |kind, file| {
        let rows: Array2<f32> = file.select(Axis(0), &indices).unwrap();
        assert!(rows == table.select(Axis(0), &indices), "{kind}");
        let columns: Array2<f32> = file.select(Axis(1), &[19, 0, 0, 4]).unwrap();
        assert!(columns == table.select(Axis(1), &[19, 0, 0, 4]), "{kind}");
        let none: Array2<f32> = file.select(Axis(0), &[]).unwrap();
        assert_eq!(none.dim(), (0, 20), "{kind}");
    });
}

#[test]
fn cells_are_cast_and_read_into_what_is_there() {
    let table = table();
    for_each_reader(&table, |kind, file| {
        let wide: Array2<f64> = file.slice(s![100..40_000, 3..9]).unwrap();
        assert!(wide == table.slice(s![100..40_000, 3..9]).mapv(f64::from), "{kind}");
        let mut into = Array2::<f32>::zeros((30_000, 20));
        file.slice_into(s![20_000..50_000, ..], &mut into).unwrap();
        assert!(into == table.slice(s![20_000..50_000, ..]), "{kind}");
        // A view with gaps, the other order of axes, another type.
        let mut sparse = Array3::<f32>::zeros((500, 20, 2));
        file.slice_into(s![..500, ..;-1], &mut sparse.index_axis_mut(Axis(2), 1)).unwrap();
        assert!(sparse.index_axis(Axis(2), 1) == table.slice(s![..500, ..;-1]), "{kind}");
        assert!(sparse.index_axis(Axis(2), 0).iter().all(|&cell| cell == 0.0));
        let mut fortran = Array2::<f64>::zeros((500, 20).f());
        file.slice_into(s![..;120, ..], &mut fortran).unwrap();
        assert!(fortran == table.slice(s![..;120, ..]).mapv(f64::from), "{kind}");
    });
}

#[test]
fn pieces_of_rows_make_the_array() {
    let table = table();
    for_each_reader(&table, |kind, file| {
        // 80 bytes a row.
        let pieces: Vec<Array2<f64>> = file.chunks(80 * 7001).unwrap().collect::<Result<_>>().unwrap();
        assert_eq!(pieces.len(), 9, "{kind}");
        assert_eq!(pieces[8].nrows(), 60_000 - 8 * 7001, "{kind}");
        let views: Vec<_> = pieces.iter().map(|piece| piece.view()).collect();
        assert!(ndarray::concatenate(Axis(0), &views).unwrap() == table.mapv(f64::from), "{kind}");
        // Nobody has to take all of them.
        let first: Array2<f32> = file.chunks(1).unwrap().next().unwrap().unwrap();
        assert_eq!(first.dim(), (1, 20), "{kind}");
    });
}

#[test]
fn arrays_in_fortran_order_stay_in_it() {
    let table = table();
    let mut fortran = Array2::zeros(table.dim().f());
    fortran.assign(&table);
    for_each_reader(&fortran, |kind, file| {
        let part: Array2<f32> = file.slice(s![1000..2000, 3..]).unwrap();
        assert_eq!(part, table.slice(s![1000..2000, 3..]), "{kind}");
        assert!(part.t().is_standard_layout(), "{kind}");
        let mut into = Array2::<f32>::zeros((2000, 20).f());
        file.slice_into(s![..2000, ..], &mut into).unwrap();
        assert!(into == table.slice(s![..2000, ..]), "{kind}");
        let rows: Array2<f32> = file.select(Axis(0), &[50_000, 4, 4]).unwrap();
        assert_eq!(rows, table.select(Axis(0), &[50_000, 4, 4]), "{kind}");
        let pieces: Vec<Array2<f32>> = file.chunks(80 * 25_000).unwrap().collect::<Result<_>>().unwrap();
        assert!(pieces.len() == 3 && pieces[1] == table.slice(s![25_000..50_000, ..]), "{kind}");
    });
}

#[test]
fn a_lazy_field_is_sliced_without_being_loaded() {
    #[derive(Npz)]
    struct State {
        step: u64,
        table: Lazy<Array2<f32>>,
    }
    let (dir, table) = (temp_dir(), table());
    let path = dir.path().join("state.npz");
    State { step: 7, table: table.clone().into() }.save_compressed(&path).unwrap();
    let mut state = State::load(&path).unwrap();
    let rows: Array2<f32> = state.table.member().unwrap().slice(s![40_000..40_002, ..]).unwrap();
    assert_eq!(rows, table.slice(s![40_000..40_002, ..]));
    assert!(!state.table.is_loaded() && state.step == 7);
    // What is in memory is sliced there, changed or not.
    state.table.get_mut().unwrap()[[40_000, 0]] = -1.0;
    let rows: Array2<f32> = state.table.member().unwrap().slice(s![40_000..40_002, ..]).unwrap();
    assert!(rows[[0, 0]] == -1.0 && rows[[1, 1]] == table[[40_001, 1]]);
    // What is more than one array has no parts.
    let lazy = Lazy::new(BTreeMap::from([("a".to_owned(), 1.5), ("b".to_owned(), 2.5)]));
    assert!(lazy.member().unwrap_err().to_string().contains("one array"));
}

#[test]
fn fields_are_chosen_by_patterns() {
    #[derive(Npz, Debug, PartialEq)]
    struct Model {
        layers: BTreeMap<String, Layer>,
        head: Option<Vec<f64>>,
    }
    #[derive(Npz, Debug, PartialEq)]
    struct Layer {
        weights: Vec<f64>,
        bias: Option<f64>,
    }
    let layer = |i: usize| (i.to_string(), Layer { weights: vec![i as f64; 3], bias: Some(0.5) });
    let model = Model { layers: (0..12).map(layer).collect(), head: Some(vec![1.0]) };
    let bytes = model.to_bytes().unwrap();
    let only = |patterns: &[&str]| LoadOptions::new().only(patterns.iter().copied());
    let some: Model = only(&["layers.1.*"]).from_bytes(&bytes).unwrap();
    assert_eq!(some, Model { layers: BTreeMap::from([layer(1)]), head: None });
    let some: Model = only(&["layers.1?.weights", "head"]).from_bytes(&bytes).unwrap();
    assert_eq!(some.layers.keys().collect::<Vec<_>>(), ["10", "11"]);
    assert!(some.layers["10"].bias.is_none() && some.head == model.head);
    assert_eq!(only(&["*"]).from_bytes::<Model>(&bytes).unwrap(), model);
    // What a struct can't do without says who has left it out.
    let error = only(&["layers.1.bias"]).from_bytes::<Model>(&bytes).unwrap_err().to_string();
    assert!(error.contains("layers.1.weights") && error.contains("LoadOptions::only"), "{error}");
    // A pattern that nothing answers to is a mistake.
    let error = only(&["layer.*", "head"]).from_bytes::<Model>(&bytes).unwrap_err().to_string();
    assert!(error.contains("\"layer.*\""), "{error}");
    let names = |npz: NpzReader<&Vec<u8>>| npz.names().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(names(only(&["*.3.w*"]).reader(&bytes).unwrap()), ["layers.3.weights"]);
    let cast = LoadOptions::new().cast(Cast::SameKind).only(["head"]);
    assert_eq!(cast.reader(&bytes).unwrap().get::<Vec<f32>>("head").unwrap(), [1.0]);
}

#[test]
fn every_compression_is_read_in_parts() {
    let array: ArrayD<u16> = ArrayD::from_shape_fn(vec![50_000, 3], |at| (at[0] * 3 + at[1]) as u16);
    let map = BTreeMap::from([("a".to_owned(), array.clone())]);
    let mut all =
        vec![Compression::Stored, Compression::Deflate(0), Compression::Deflate(1), Compression::Deflate(9)];
    all.push(Compression::Zstd(3));
    for compression in all {
        let bytes = SaveOptions::new().compression(compression).to_bytes(&map).unwrap();
        let npz = NpzReader::new(&bytes).unwrap();
        let part: Array2<u16> = npz.slice("a", s![100..40_000;7, ..2]).unwrap();
        let expected = array.slice(s![100..40_000;7, ..2]);
        assert_eq!(part, expected, "{compression:?}");
        let mut rest = npz.member("a").unwrap().chunks::<Array2<u16>>(60_000).unwrap();
        let all = rest.by_ref().collect::<Result<Vec<_>>>().unwrap();
        assert_eq!((all.len(), all[4][[9_999, 2]]), (5, array[[49_999, 2]]), "{compression:?}");
    }
}
