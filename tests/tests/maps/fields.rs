//! `Mapped` as a field.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use ndarray::{Array1, Array2, ArrayD, array};
use npz_core::{
    ByteOrder, Cast, ErrorKind, Lazy, Limits, LoadOptions, Mapped, Npz, NpzReader, ProblemKind, SaveOptions,
    npy,
};
use tests::{python, temp_dir};

use super::{CELLS, Model, model, numbers, saved};

#[test]
fn fields_look_at_the_cells_where_they_lie() {
    let dir = temp_dir();
    for cells in [30, CELLS] {
        let path = saved(dir.path(), cells);
        let loaded = LoadOptions::new().require_mapped(true).load::<Model>(&path).unwrap();
        assert!(loaded.weights.is_mapped() && loaded.bias.is_mapped() && loaded.weights.reason().is_none());
        assert_eq!(loaded, model(cells));
        loaded.weights.verify().unwrap();
        // Both in one map: they are as far from each other as in the file.
        let bytes = fs::read(&path).unwrap();
        let find = |cells: &[u8]| bytes.windows(cells.len()).rposition(|window| window == cells).unwrap();
        let in_file =
            find(&4.0f64.to_le_bytes()) - 32 - find(&[1.0f32, 2.0].map(f32::to_le_bytes).concat()) + 4;
        let in_memory = loaded.bias.as_ptr().addr().wrapping_sub(loaded.weights.as_ptr().addr());
        assert_eq!(in_memory, in_file, "{cells}");
        // Another load has a map of its own, a clone the same.
        let again = Model::load(&path).unwrap();
        assert_ne!(again.weights.as_ptr(), loaded.weights.as_ptr());
        assert_eq!(again.weights.clone().as_ptr(), again.weights.as_ptr());
    }
}

#[test]
fn a_map_stays_whole_while_the_file_is_replaced_and_removed() {
    let dir = temp_dir();
    let path = saved(dir.path(), CELLS);
    let old = Model::load(&path).unwrap();
    Model { step: 8, weights: Array2::zeros((10, 10)).into(), bias: array![1.0].into() }.save(&path).unwrap();
    assert_eq!(Model::load(&path).unwrap().step, 8);
    // Over itself, too.
    let new = Model::load(saved(dir.path(), CELLS - 3)).unwrap();
    new.save(dir.path().join(format!("model{}.npz", CELLS - 3))).unwrap();
    assert_eq!(new, model(CELLS - 3));
    fs::remove_file(&path).unwrap();
    assert_eq!(old, model(CELLS));
    old.weights.verify().unwrap();
}

#[test]
fn it_is_saved_as_the_array_that_it_is() {
    #[derive(Npz)]
    struct Plain {
        step: u64,
        weights: Array2<f32>,
        bias: Array1<f64>,
    }
    let dir = temp_dir();
    let Model { step, weights, bias } = model(CELLS);
    let plain = Plain { step, weights: weights.view().to_owned(), bias: bias.view().to_owned() };
    let loaded = Model::load(saved(dir.path(), CELLS)).unwrap();
    assert!(loaded.to_bytes().unwrap() == plain.to_bytes().unwrap());
    assert!(
        SaveOptions::compressed().to_bytes(&loaded).unwrap()
            == SaveOptions::compressed().to_bytes(&plain).unwrap()
    );
}

fn reason_of<T: npz_core::FromMembers>(
    bytes: Vec<u8>,
    options: &LoadOptions,
    get: impl Fn(T) -> String,
) -> String {
    get(options.reader(Arc::new(bytes)).unwrap().get("x").unwrap())
}

#[test]
fn what_cant_be_mapped_is_decoded_and_says_why() {
    let dir = temp_dir();
    let map = BTreeMap::from([("x".to_owned(), array![1.5f64, 2.5])]);
    let (default, kind) = (LoadOptions::new(), LoadOptions::new().cast(Cast::SameKind));
    let reason = |mapped: Mapped<Array1<f64>>| {
        assert!(!mapped.is_mapped());
        assert_eq!(mapped.view(), array![1.5, 2.5]);
        mapped.verify().unwrap();
        mapped.reason().unwrap().to_owned()
    };
    let compressed = SaveOptions::compressed().to_bytes(&map).unwrap();
    assert_eq!(reason_of(compressed, &default, reason), "it is compressed");
    let big = SaveOptions::new().byte_order(ByteOrder::Big).to_bytes(&map).unwrap();
    assert_eq!(reason_of(big, &default, reason), "its cells are in the other byte order");
    let narrow = BTreeMap::from([("x".to_owned(), array![1.5f32, 2.5])]).to_bytes().unwrap();
    assert_eq!(reason_of(narrow, &default, reason), "its cells are <f4, not <f8 (f64)");
    let bytes = map.to_bytes().unwrap();
    let borrowed = NpzReader::new(&bytes).unwrap();
    assert!(reason(borrowed.get("x").unwrap()).contains("have them in an `Arc`"));
    // NumPy's own are not aligned, in a small archive and in a large one.
    python(dir.path(), "np.savez('a.npz', x=[1.5, 2.5]); np.savez('b.npz', x=[1.5, 2.5], y=np.zeros(10**6))");
    for file in ["a.npz", "b.npz"] {
        let npz = NpzReader::open(dir.path().join(file)).unwrap();
        assert!(reason(npz.get("x").unwrap()).contains("aligned"));
    }
    let rounded: Mapped<Array1<f32>> = kind.reader(&bytes).unwrap().get("x").unwrap();
    assert_eq!(
        (rounded.view(), rounded.reason()),
        (array![1.5f32, 2.5].view(), Some("its cells are <f8, not <f4 (f32)"))
    );
    // Not any byte is a bool; text has another form.
    let bools = BTreeMap::from([("x".to_owned(), array![true, false])]).to_bytes().unwrap();
    let reason = |mapped: Mapped<Array1<bool>>| mapped.reason().unwrap().to_owned();
    assert!(reason_of(bools, &default, reason).contains("bool cells are not made of any bytes"));
    let texts = BTreeMap::from([("x".to_owned(), array!["a".to_owned()])]).to_bytes().unwrap();
    let reason = |mapped: Mapped<Array1<String>>| mapped.reason().unwrap().to_owned();
    assert!(reason_of(texts, &default, reason).contains("String cells"));
    // What did not come from a file has no reason.
    assert_eq!(Mapped::from(array![1.0]).reason(), None);
}

#[test]
fn an_option_refuses_all_that_would_be_decoded_in_one_report() {
    let dir = temp_dir();
    let path = dir.path().join("model.npz");
    model(CELLS).save_compressed(&path).unwrap();
    assert_eq!(Model::load(&path).unwrap(), model(CELLS));
    let options = LoadOptions::new().require_mapped(true);
    let error = options.load::<Model>(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Mismatch);
    let problems: Vec<_> =
        error.report().unwrap().problems().iter().map(|problem| (problem.kind, &*problem.member)).collect();
    assert_eq!(problems, [(ProblemKind::NotMapped, "weights"), (ProblemKind::NotMapped, "bias")]);
    let text = "member \"weights\" can't be mapped: it is compressed; `LoadOptions::require_mapped(false)`";
    assert!(error.to_string().contains(text), "{error}");
    assert!(!options.open(&path).unwrap().check::<Model>().unwrap().is_ok());
    // Later, too.
    let lazy: Lazy<Mapped<Array1<f64>>> = options.open(&path).unwrap().get("bias").unwrap_or_else(|error| {
        assert!(error.to_string().contains("can't be mapped"), "{error}");
        Lazy::default()
    });
    assert!(lazy.is_loaded());
}

#[test]
fn limits_count_what_is_decoded_and_not_what_is_mapped() {
    let dir = temp_dir();
    let path = saved(dir.path(), CELLS);
    let strict = LoadOptions::new().limits(Limits::default().member_bytes(1000).total_bytes(1000));
    assert!(strict.load::<Model>(&path).unwrap().weights.is_mapped());
    model(CELLS).save_compressed(&path).unwrap();
    assert_eq!(strict.load::<Model>(&path).unwrap_err().kind(), ErrorKind::Limit);
}

#[test]
fn attributes_hold_as_for_arrays() {
    #[derive(Npz, Debug)]
    struct Wanted {
        #[npz(finite, shape = "(_, 2)", order = "C")]
        x: Mapped<Array2<f64>>,
    }
    let load = |x: Array2<f64>| {
        let bytes = BTreeMap::from([("x".to_owned(), x)]).to_bytes().unwrap();
        NpzReader::new(Arc::new(bytes)).unwrap().load::<Wanted>()
    };
    assert!(load(array![[1.0, 2.0], [3.0, 4.0]]).unwrap().x.is_mapped());
    assert_eq!(load(array![[1.0], [3.0]]).unwrap_err().kind(), ErrorKind::Mismatch);
    let error = load(array![[1.0, 2.0], [f64::NAN, 4.0]]).unwrap_err();
    assert!(error.to_string().contains("cell (1, 0) is NaN"), "{error}");
    let turned = load(array![[1.0, 2.0], [3.0, 4.0]].reversed_axes()).unwrap().x;
    assert!(turned.is_standard_layout() && turned.reason().unwrap().contains("order"));
    assert_eq!(turned.view(), array![[1.0, 3.0], [2.0, 4.0]]);
}

#[test]
fn it_stands_in_other_types() {
    #[derive(Npz)]
    struct All {
        maybe: Option<Mapped<Array1<f64>>>,
        none: Option<Mapped<Array1<f64>>>,
        list: Vec<Mapped<ArrayD<i32>>>,
        lazy: Lazy<Mapped<Array1<f64>>>,
        boxed: Box<Mapped<Array1<f64>>>,
        empty: Mapped<Array2<f64>>,
    }
    let all = All {
        maybe: Some(numbers(3).into()),
        none: None,
        list: vec![array![1].into_dyn().into(), array![[2, 3]].into_dyn().into()],
        lazy: Lazy::new(numbers(200_000).into()),
        boxed: Box::new(numbers(4).into()),
        empty: Mapped::default(),
    };
    let dir = temp_dir();
    let path = dir.path().join("all.npz");
    all.save(&path).unwrap();
    let mut loaded = LoadOptions::new().load::<All>(&path).unwrap();
    assert!(loaded.maybe.as_ref().unwrap().is_mapped() && loaded.none.is_none());
    assert!(loaded.list.iter().all(Mapped::is_mapped) && loaded.list[1].shape() == [1, 2]);
    assert!(!loaded.lazy.is_loaded());
    assert!(loaded.lazy.get().unwrap().is_mapped());
    assert_eq!(loaded.lazy.get().unwrap().view(), numbers(200_000));
    assert_eq!((loaded.boxed.len(), loaded.empty.len()), (4, 0));
    let names: Vec<_> = All::schema().members.iter().map(|member| member.dtype.clone()).collect();
    assert!(names.contains(&"<f8".to_owned()), "{names:?}");
    LoadOptions::new().allow_resize(true).load_into(&mut loaded, &path).unwrap();
    assert!(loaded.boxed.is_mapped());
    // Alone, it is the array of a `.npy` file.
    npy::save(&path, &numbers(9)).unwrap();
    let alone: Mapped<Array1<f64>> = npy::load(&path).unwrap();
    assert!(alone.is_mapped());
    assert_eq!(alone.view(), numbers(9));
    let text = format!("{alone:?}");
    assert_eq!(text, format!("{:?}", numbers(9).view()));
}

#[test]
fn verify_finds_what_a_load_does_not() {
    let dir = temp_dir();
    for cells in [30, CELLS] {
        let path = saved(dir.path(), cells);
        let mut bytes = fs::read(&path).unwrap();
        let at = bytes.windows(8).rposition(|window| *window == 4.0f64.to_le_bytes()).unwrap();
        bytes[at] ^= 1;
        fs::write(&path, bytes).unwrap();
        let loaded = Model::load(&path).unwrap();
        loaded.weights.verify().unwrap();
        let error = loaded.bias.verify().unwrap_err();
        assert_eq!((error.kind(), error.file()), (ErrorKind::Damaged, Some(&*path)));
        assert!(error.to_string().contains("bad CRC-32"), "{error}");
    }
}
