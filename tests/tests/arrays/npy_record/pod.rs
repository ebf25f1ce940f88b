//! `pod`: rows whose memory is their stored form.

use bytemuck::{Pod, Zeroable};
use ndarray::{Array1, Array2, Ix1, Ix2, array};
use npz_core::{ErrorKind, Header, Limits, NpyRecord, npy};
use tests::{python, temp_dir};

#[derive(NpyRecord, Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[npy(pod)]
#[repr(C)]
struct Particle {
    pos: [f32; 3],
    id: u32,
    spin: Spin,
}

#[derive(NpyRecord, Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[npy(pod)]
#[repr(C)]
struct Spin {
    up: f64,
    n: [i32; 2],
}

fn rows(n: u32) -> Array1<Particle> {
    Array1::from_iter((0..n).map(|id| Particle {
        pos: [id as f32, 0.5, -1.0],
        id,
        spin: Spin { up: f64::from(id) / 4.0, n: [1, -(id as i32)] },
    }))
}

#[test]
fn rows_of_the_same_layout_are_viewed_in_place() {
    let dir = temp_dir();
    python(
        dir.path(),
        "d = np.dtype([('pos', 'f4', (3,)), ('id', 'u4'), ('spin', [('up', 'f8'), ('n', 'i4', (2,))])])
a = np.zeros(6, d)
a['pos'] = [0, .5, -1]; a['pos'][:, 0] = a['id'] = np.arange(6)
a['spin']['up'] = np.arange(6) / 4; a['spin']['n'][:, 0] = 1; a['spin']['n'][:, 1] = -np.arange(6)
np.save('1d.npy', a); np.save('f.npy', np.asfortranarray(a.reshape(2, 3)))
np.save('big.npy', a.astype(d.newbyteorder('>')))
e = np.dtype({'names': ['id', 'pos', 'spin'], 'formats': ['u4', ('f4', 3), d['spin']], 'offsets': [0, 4, 16]})
b = np.zeros(6, e)
for name in e.names: b[name] = a[name]
np.save('other.npy', b)",
    );
    let bytes = aligned(&dir.path().join("1d.npy"));
    let bytes = bytemuck::cast_slice(&bytes);
    let view = npy::view::<Particle, Ix1>(bytes).unwrap();
    assert_eq!(view, rows(6));
    let header = Header::read(bytes, &Limits::default()).unwrap().len();
    assert_eq!(view.as_ptr().cast(), bytes[header..].as_ptr());
    let fortran = aligned(&dir.path().join("f.npy"));
    let table = npy::view::<Particle, Ix2>(bytemuck::cast_slice(&fortran)).unwrap();
    assert_eq!(table[[1, 0]], rows(6)[3]);

    for name in ["1d.npy", "big.npy", "other.npy"] {
        let loaded: Array1<Particle> = npy::load(dir.path().join(name)).unwrap();
        assert_eq!(loaded, rows(6), "{name}");
    }
    for name in ["big.npy", "other.npy"] {
        let bytes = aligned(&dir.path().join(name));
        let error = npy::view::<Particle, Ix1>(bytemuck::cast_slice(&bytes)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("its fields do not lie as those of the struct do"), "{error}");
    }
    let error = npy::view::<Particle, Ix1>(&[&[0], bytes].concat()[1..]).err();
    assert!(error.is_none_or(|error| error.to_string().contains("aligned")));

    assert_eq!(npy::to_bytes(&rows(6)).unwrap(), std::fs::read(dir.path().join("1d.npy")).unwrap());
    let table: Array2<Particle> = npy::load(dir.path().join("f.npy")).unwrap();
    assert_eq!(npy::to_bytes(&table).unwrap(), std::fs::read(dir.path().join("f.npy")).unwrap());
}

/// The bytes of a file at an address that suits any cell.
fn aligned(path: &std::path::Path) -> Vec<u64> {
    let bytes = std::fs::read(path).unwrap();
    let mut aligned = vec![0u64; bytes.len().div_ceil(8)];
    bytemuck::cast_slice_mut(&mut aligned)[..bytes.len()].copy_from_slice(&bytes);
    aligned
}

#[test]
fn rows_that_are_not_pod_say_what_would_help() {
    #[derive(NpyRecord, Clone, Debug)]
    struct Plain {
        x: f32,
    }
    let bytes = npy::to_bytes(&array![Plain { x: 1.0 }]).unwrap();
    let error = npy::view::<Plain, Ix1>(&bytes).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("`#[npy(pod)]` on a struct that is `bytemuck::Pod`"), "{error}");
}
