//! scipy's sparse matrices: their indices are copied into the type that scipy would have.

use ndarray::{Array2, Array3};
use npz_core::{FromMembers, Npz, ToMembers};
use npz_sparse::{Bsr, Coo, Csc, Csr, Dia, Sparse};

use crate::cells::MANY;
use crate::{Operation, exhaust_all, operation};

fn round_trip<T: Npz + ToMembers + FromMembers + 'static>(name: &str, matrix: T) -> Vec<Operation<'static>> {
    let bytes = matrix.to_bytes().unwrap();
    let again = bytes.clone();
    vec![
        operation(format!("to_bytes of {name}"), move || matrix.to_bytes().map(drop)),
        operation(format!("from_bytes of {name}"), move || T::from_bytes(&bytes).map(drop)),
        operation(format!("from_bytes of any from {name}"), move || {
            Sparse::<f64>::from_bytes(&again).map(drop)
        }),
    ]
}

#[test]
fn matrices_of_every_format() {
    let ones = || vec![1.0; MANY];
    let diagonal = || (0..MANY).collect::<Vec<usize>>();
    let indptr = || (0..=MANY).collect::<Vec<usize>>();
    let shape = (MANY, MANY);
    let csr = || Csr::new(shape, ones(), diagonal(), indptr()).unwrap();
    let mut all = round_trip("a csr matrix", csr());
    all.extend(round_trip("a csc matrix", Csc::new(shape, ones(), diagonal(), indptr()).unwrap()));
    let coo = Coo::new(vec![MANY, MANY], ones(), vec![diagonal(), diagonal()]).unwrap();
    all.extend(round_trip("a coo matrix", coo));
    let cube = Coo::new(vec![MANY; 3], ones(), vec![diagonal(), diagonal(), diagonal()]).unwrap();
    all.extend(round_trip("a coo array of three axes", cube));
    let huge = Coo::new(vec![1 << 40, 2], ones(), vec![diagonal(), vec![0; MANY]]).unwrap();
    all.extend(round_trip("a coo matrix with wide indices", huge));
    let blocks = Array3::<f64>::ones((MANY, 2, 2));
    let bsr = Bsr::new((2 * MANY, 2 * MANY), blocks, diagonal(), indptr()).unwrap();
    all.extend(round_trip("a bsr matrix", bsr));
    let offsets = (0..20_000isize).collect::<Vec<_>>();
    let dia = Dia::new((30_000, 30_000), Array2::<f64>::ones((20_000, 3)), offsets).unwrap();
    all.extend(round_trip("a dia matrix", dia));
    exhaust_all(all, 80);
}
