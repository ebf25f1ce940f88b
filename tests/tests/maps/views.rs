//! `NpzReader::view`.

use std::collections::BTreeMap;
use std::sync::Arc;

use ndarray::{Array2, Ix1, Ix2, ShapeBuilder, array};
use npz_core::{ErrorKind, Npz, NpzReader, ReadAt, SaveOptions};
use tests::{python, temp_dir};

use super::{CELLS, model, numbers, saved};

#[test]
fn members_are_lent_from_memory_and_from_files() {
    let dir = temp_dir();
    for cells in [30, CELLS] {
        let path = saved(dir.path(), cells);
        let bytes = std::fs::read(&path).unwrap();
        let npz = NpzReader::new(&bytes).unwrap();
        let lent = npz.view::<f32, Ix2>("weights").unwrap();
        assert_eq!(lent, *model(cells).weights);
        assert!(bytes.as_ptr_range().contains(&lent.as_ptr().cast()));
        let npz = NpzReader::open(&path).unwrap();
        let (lent, again) =
            (npz.view::<f32, Ix2>("weights.npy").unwrap(), npz.view::<f32, Ix2>("weights").unwrap());
        assert_eq!(lent, *model(cells).weights);
        assert_eq!(lent.as_ptr(), again.as_ptr());
        assert_eq!(npz.view::<f64, Ix1>("bias").unwrap(), numbers(5));
    }
    let turned = Array2::from_shape_fn((3, 2).f(), |(i, j)| (i * 2 + j) as i16);
    let bytes = BTreeMap::from([("x".to_owned(), turned.clone())]).to_bytes().unwrap();
    let npz = NpzReader::new(Arc::new(bytes)).unwrap();
    let lent = npz.view::<i16, Ix2>("x").unwrap();
    assert!(lent == turned && lent.strides() == [1, 3]);
}

/// Neither memory nor a file.
struct Far(Vec<u8>);

impl ReadAt for Far {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
        self.0.read_at(buffer, offset)
    }
    fn size(&self) -> std::io::Result<u64> {
        self.0.size()
    }
}

#[test]
fn what_cant_be_lent_says_why() {
    let dir = temp_dir();
    let refusal = |npz: &NpzReader<Vec<u8>>, name: &str| npz.view::<f64, Ix1>(name).unwrap_err();
    let map = BTreeMap::from([("x".to_owned(), array![1.0, 2.0])]);
    let npz = NpzReader::new(SaveOptions::compressed().to_bytes(&map).unwrap()).unwrap();
    let error = refusal(&npz, "x");
    assert_eq!((error.kind(), error.member()), (ErrorKind::Unsupported, Some("x")));
    assert!(error.to_string().contains("without a copy: it is compressed; use `get`"), "{error}");
    assert_eq!(refusal(&npz, "y").kind(), ErrorKind::NotFound);
    let npz = NpzReader::new(map.to_bytes().unwrap()).unwrap();
    let error = npz.view::<f32, Ix1>("x").unwrap_err();
    assert!(
        error.kind() == ErrorKind::Mismatch && error.to_string().contains("member \"x\" has another dtype"),
        "{error}"
    );
    assert!(npz.view::<f64, Ix2>("x").unwrap_err().to_string().contains("another shape"));
    python(dir.path(), "np.savez('a.npz', x=[1.0]); np.savez('b.npz', x=[1.0], y=np.zeros(10**6))");
    for file in ["a.npz", "b.npz"] {
        let error = NpzReader::open(dir.path().join(file)).unwrap().view::<f64, Ix1>("x").unwrap_err();
        assert!(error.to_string().contains("aligned"), "{error}");
    }
    let large = BTreeMap::from([("x".to_owned(), numbers(CELLS))]).to_bytes().unwrap();
    let error = NpzReader::new(Far(large)).unwrap().view::<f64, Ix1>("x").unwrap_err();
    assert!(error.to_string().contains("does not come from a file"), "{error}");
}
