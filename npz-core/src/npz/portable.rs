//! What is written is the same on every machine. Miri runs these tests as a big-endian and as a 32-bit one: `.ci/run`.

use std::collections::BTreeMap;

use ndarray::{Array1, Array2, ShapeBuilder, array};

use super::{NpzReader, SaveOptions};
use crate::dtype::ByteOrder;
use crate::element::time::{DateTime64, Second};
use crate::element::{Element, FixedStr, LongDouble, RawBytes};
use crate::npy;
use crate::options::LoadOptions;

/// Each cell type writes these bytes behind a header with this dtype, and reads them again, in both byte orders.
fn check<A: Element + PartialEq + std::fmt::Debug>(
    cells: &Array1<A>,
    dtype: &str,
    little: &[u8],
    big: &[u8],
) {
    for (order, dtype, bytes) in
        [(ByteOrder::Little, dtype.to_owned(), little), (ByteOrder::Big, dtype.replace('<', ">"), big)]
    {
        let file = SaveOptions::new().byte_order(order).to_bytes(cells).unwrap();
        let (header, data) = file.split_at(128);
        let dict = format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': ({},), }}", cells.len());
        assert_eq!(&header[..10], b"\x93NUMPY\x01\x00\x76\x00");
        assert_eq!(String::from_utf8_lossy(&header[10..]).trim_end(), dict);
        assert_eq!(data, bytes, "{dtype}");
        assert_eq!(npy::from_bytes::<Array1<A>>(&file).unwrap(), cells, "{dtype}");
    }
}

#[test]
fn numbers() {
    check(&array![true, false], "|b1", &[1, 0], &[1, 0]);
    check(&array![-2i8], "|i1", &[254], &[254]);
    check(&array![1i16, -2], "<i2", &[1, 0, 254, 255], &[0, 1, 255, 254]);
    check(&array![0x01020304u32], "<u4", &[4, 3, 2, 1], &[1, 2, 3, 4]);
    check(
        &array![-2i64],
        "<i8",
        &[254, 255, 255, 255, 255, 255, 255, 255],
        &[255, 255, 255, 255, 255, 255, 255, 254],
    );
    check(&array![1.5f32], "<f4", &[0, 0, 192, 63], &[63, 192, 0, 0]);
    check(
        &array![-0.1f64],
        "<f8",
        &[154, 153, 153, 153, 153, 153, 185, 191],
        &[191, 185, 153, 153, 153, 153, 153, 154],
    );
    #[cfg(feature = "half")]
    check(&array![half::f16::from_f32(1.5)], "<f2", &[0, 62], &[62, 0]);
    #[cfg(feature = "num-complex")]
    check(
        &array![num_complex::Complex::new(1.5f32, -2.0)],
        "<c8",
        &[0, 0, 192, 63, 0, 0, 0, 192],
        &[63, 192, 0, 0, 192, 0, 0, 0],
    );
}

/// They have eight bytes in a file, also where they have four in memory.
#[test]
fn sizes() {
    check(&array![1usize], "<u8", &[1, 0, 0, 0, 0, 0, 0, 0], &[0, 0, 0, 0, 0, 0, 0, 1]);
    check(
        &array![-2isize],
        "<i8",
        &[254, 255, 255, 255, 255, 255, 255, 255],
        &[255, 255, 255, 255, 255, 255, 255, 254],
    );
    let large = npy::to_bytes(&array![1u64 << 32]).unwrap();
    assert_eq!(npy::from_bytes::<Array1<usize>>(&large).is_ok(), size_of::<usize>() == 8);
}

#[test]
fn text_times_and_bytes() {
    check(&array!["é".to_owned()], "<U1", &[233, 0, 0, 0], &[0, 0, 0, 233]);
    check(
        &array![FixedStr::<2>::new("€").unwrap()],
        "<U2",
        &[172, 32, 0, 0, 0, 0, 0, 0],
        &[0, 0, 32, 172, 0, 0, 0, 0],
    );
    check(&array![b"ab".to_vec()], "|S2", b"ab", b"ab");
    check(&array![RawBytes([1, 0])], "|V2", &[1, 0], &[1, 0]);
    check(
        &array![DateTime64::<Second>::new(258)],
        "<M8[s]",
        &[2, 1, 0, 0, 0, 0, 0, 0],
        &[0, 0, 0, 0, 0, 0, 1, 2],
    );
    let one = array![LongDouble::from(1.0)];
    let little = [0, 0, 0, 0, 0, 0, 0, 128, 255, 63, 0, 0, 0, 0, 0, 0];
    assert_eq!(npy::to_bytes(&one).unwrap()[128..], little);
    assert_eq!(npy::from_bytes::<Array1<LongDouble>>(&npy::to_bytes(&one).unwrap()).unwrap(), one);
}

#[test]
fn fortran_order() {
    let mut array = Array2::<u16>::zeros((2, 2).f());
    array.assign(&array![[1, 2], [3, 4]]);
    let file = npy::to_bytes(&array).unwrap();
    assert_eq!(file[128..], [1, 0, 3, 0, 2, 0, 4, 0]);
    assert_eq!(npy::from_bytes::<Array2<u16>>(&file).unwrap(), array);
}

/// The checksums are those of the archives that x86-64 writes. Numbers that count up are encoded by this crate's own codec,
/// in one part.
#[test]
fn archives() {
    let cells = |len: u16| (0..len).map(|i| f32::from(i / 3)).collect::<Vec<f32>>();
    let state = BTreeMap::from([("a".to_owned(), cells(8)), ("b".to_owned(), cells(2048))]);
    let saves = [SaveOptions::new(), SaveOptions::compressed()];
    let archives = saves.map(|options| options.threads(1).to_bytes(&state).unwrap());
    for bytes in &archives {
        let options = LoadOptions::new().threads(1);
        assert_eq!(options.from_bytes::<BTreeMap<String, Vec<f32>>>(bytes).unwrap(), state);
        assert_eq!(NpzReader::new(bytes).unwrap().header("b").unwrap().shape(), [2048]);
    }
    assert_eq!(
        archives.map(|bytes| (bytes.len(), crc32fast::hash(&bytes))),
        [(8764, 3198162059), (1440, 1259229875)]
    );
}
