//! `map_member_mut`: members in place.

use std::collections::BTreeMap;
use std::fs;

use ndarray::{Array1, Array2, Ix1, Ix2, array, s};
use npz_core::{ErrorKind, Lazy, LoadOptions, Mapped, Npz, NpzReader, SaveOptions, map_member_mut};
use tests::{python, temp_dir};

use super::{CELLS, Model, model, saved};

const IN_UPDATE: &str = "is being updated in place, or was left so by a crash";

#[test]
fn an_update_is_refused_by_all_readers_until_it_is_flushed() {
    let dir = temp_dir();
    for cells in [30, CELLS] {
        let path = saved(dir.path(), cells);
        let before = fs::read(&path).unwrap();
        // Opened before: its directory is the old one.
        let early = NpzReader::open(&path).unwrap();
        let mut weights = map_member_mut::<f32, Ix2>(&path, "weights").unwrap();
        assert_eq!(weights.view(), *model(cells).weights);
        weights[[1, 1]] = -1.0;
        let npz = NpzReader::open(&path).unwrap();
        for error in [
            npz.get::<Array2<f32>>("weights").unwrap_err(),
            npz.get::<Mapped<Array2<f32>>>("weights").unwrap_err(),
            npz.get::<Lazy<Array2<f32>>>("weights").map(drop).unwrap_err(),
            npz.view::<f32, Ix2>("weights").unwrap_err(),
            npz.header("weights").unwrap_err(),
            npz.slice::<Array2<f32>>("weights", s![1..2, ..]).unwrap_err(),
            npz.bytes("weights").unwrap_err(),
            npz.load::<Model>().unwrap_err(),
            npz.load::<BTreeMap<String, npz_core::AnyArray>>().unwrap_err(),
            LoadOptions::new().load::<Model>(&path).unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Damaged, "{error}");
            assert!(error.to_string().contains(IN_UPDATE), "{error}");
        }
        // The others are as they were.
        assert_eq!(npz.get::<u64>("step").unwrap(), 7);
        let report = npz.verify().unwrap();
        assert_eq!(report.problem_count(), 1, "{report}");
        assert!(report.to_string().contains(IN_UPDATE), "{report}");
        if cells == CELLS {
            let error = early.get::<Array2<f32>>("weights").unwrap_err();
            assert!(error.to_string().contains("bad CRC-32"), "{error}");
        }
        let script = format!(
            "
for name in ('weights', 'bias', 'step'):
    try:
        np.load('model{cells}.npz')[name]
        assert name != 'weights'
    except zipfile.BadZipFile as e:
        assert 'Bad CRC-32' in str(e) and name == 'weights'
"
        );
        python(dir.path(), &script);

        weights.flush().unwrap();
        let check = |cell: f32| {
            let mut expected = model(cells).weights.view().to_owned();
            expected[[1, 1]] = cell;
            let loaded = LoadOptions::new().require_mapped(true).load::<Model>(&path).unwrap();
            assert_eq!(loaded.weights.view(), expected);
            loaded.weights.verify().unwrap();
            assert!(LoadOptions::new().verify(&path).unwrap().is_ok());
            let script = format!(
                "
assert zipfile.ZipFile('model{cells}.npz').testzip() is None
assert np.load('model{cells}.npz')['weights'][1, 1] == {cell}
"
            );
            python(dir.path(), &script);
        };
        check(-1.0);
        // To look is no update, to borrow for a change is the next one.
        assert_eq!(weights[[1, 1]], -1.0);
        Model::load(&path).unwrap();
        weights[[1, 1]] = -2.0;
        assert!(Model::load(&path).unwrap_err().to_string().contains(IN_UPDATE));
        drop(weights);
        check(-2.0);
        // As it was, to the byte.
        map_member_mut::<f32, Ix2>(&path, "weights").unwrap()[[1, 1]] = 4.0;
        assert!(fs::read(&path).unwrap() == before);
    }
}

#[test]
fn what_cant_be_updated_is_left_as_it_is() {
    let dir = temp_dir();
    let path = dir.path().join("a.npz");
    let map = BTreeMap::from([("x".to_owned(), array![1.0, 2.0])]);
    let refused = |text: &str, kind: ErrorKind| {
        let before = fs::read(&path).unwrap();
        let error = map_member_mut::<f64, Ix1>(&path, "x").unwrap_err();
        assert_eq!((error.kind(), error.file()), (kind, Some(&*path)), "{error}");
        assert!(error.to_string().contains(text), "{error}");
        assert!(fs::read(&path).unwrap() == before);
    };
    map.save_compressed(&path).unwrap();
    refused("can't be mapped: it is compressed", ErrorKind::Unsupported);
    BTreeMap::from([("x".to_owned(), array![1.0f32])]).save(&path).unwrap();
    refused("has another dtype", ErrorKind::Mismatch);
    BTreeMap::from([("x".to_owned(), array![[1.0]])]).save(&path).unwrap();
    refused("has another shape", ErrorKind::Mismatch);
    BTreeMap::from([("y".to_owned(), array![1.0])]).save(&path).unwrap();
    refused("no such member", ErrorKind::NotFound);
    python(dir.path(), "np.savez('a.npz', x=[1.0, 2.0])");
    refused("aligned", ErrorKind::Unsupported);
    fs::write(&path, SaveOptions::new().byte_order(npz_core::ByteOrder::Big).to_bytes(&map).unwrap())
        .unwrap();
    refused("other byte order", ErrorKind::Unsupported);
    // What a pipe is written to has its checksum behind the data; aligned by chance.
    python(
        dir.path(),
        "
with zipfile.ZipFile(Pipe('a.npz'), 'w') as z:
    info = zipfile.ZipInfo('x.npy'); info.extra = b'\\x1e\\xa1' + (29 - 4).to_bytes(2, 'little') + bytes(29 - 4)
    b = io.BytesIO(); np.save(b, [1.0, 2.0]); z.writestr(info, b.getvalue())
",
    );
    refused("stands behind the data", ErrorKind::Unsupported);
}

#[cfg(target_os = "linux")]
#[test]
fn one_update_at_a_time() {
    let dir = temp_dir();
    let path = saved(dir.path(), 30);
    let first = map_member_mut::<f32, Ix2>(&path, "weights").unwrap();
    for name in ["weights", "bias"] {
        let error = map_member_mut::<f64, Ix1>(&path, name).unwrap_err();
        assert!(error.kind() == ErrorKind::Io && error.to_string().contains("is locked"), "{error}");
    }
    drop(first);
    map_member_mut::<f64, Ix1>(&path, "bias").unwrap()[0] = 9.0;
    assert_eq!(NpzReader::open(&path).unwrap().get::<Array1<f64>>("bias").unwrap()[0], 9.0);
}
