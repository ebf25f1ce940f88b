//! Files of every unit, byte for byte.

use std::fs;

use ndarray::{Array, Array1, ArrayD, Ix1, IxDyn, ShapeBuilder};
use npz_core::time::{Nanosecond, Second, Unit};
use npz_core::{Cast, DateTime64, Element, ErrorKind, LoadOptions, NpzReader, TimeDelta64, npy};
use tests::{python, temp_dir};

use crate::{Visit, each_unit, script};

const TICKS: [i64; 8] = [0, 1, -1, i64::MAX, i64::MIN + 1, i64::MIN, 72623859790382856, -3];

struct Files<'a> {
    reader: NpzReader<&'a [u8]>,
    compared: usize,
}

impl Files<'_> {
    fn check<A: Element + Copy + PartialEq + std::fmt::Debug>(&mut self, key: &str, of: fn(i64) -> A) {
        let cells = TICKS.map(of);
        let square = Array::from_shape_vec(IxDyn(&[2, 4]), cells.to_vec()).unwrap();
        let layouts = [
            ("line", Array1::from(cells.to_vec()).into_dyn()),
            ("scalar", ArrayD::from_elem(vec![], cells[6])),
            ("empty", ArrayD::from_shape_vec(vec![0, 3], vec![]).unwrap()),
            ("c", square.clone()),
            ("f", Array::from_shape_fn(IxDyn(&[2, 4]).f(), |at| square[at])),
        ];
        for (layout, array) in layouts {
            for version in 1..=3 {
                for order in ["<", ">"] {
                    let name = format!("{key}.{layout}.{version}{order}");
                    let numpys = self.reader.bytes(&name).unwrap();
                    let exact = LoadOptions::new().cast(Cast::Exact);
                    let read = npy::from_bytes_with::<A, IxDyn>(&numpys, &exact).unwrap();
                    assert_eq!(read, array, "{name}");
                    if (version, order) == (1, "<") {
                        assert_eq!(
                            npy::to_bytes(&array).unwrap().escape_ascii().to_string(),
                            numpys.escape_ascii().to_string(),
                            "{name}"
                        );
                    }
                    self.compared += 1;
                }
            }
        }
    }
}

impl Visit for Files<'_> {
    fn unit<U: Unit>(&mut self) {
        self.check(&format!("M.{}", U::UNIT), DateTime64::<U>::new);
        self.check(&format!("m.{}", U::UNIT), TimeDelta64::<U>::new);
    }
}

#[test]
fn every_unit_is_written_byte_by_byte_as_numpy_does_and_read_in_both_byte_orders() {
    let dir = temp_dir();
    let body = format!(
        "
warnings.simplefilter('ignore')
ticks = {TICKS:?}
with zipfile.ZipFile('a.npz', 'w') as z:
    for kind in 'Mm':
        for unit in units:
            line = times(ticks, kind, unit)
            square = line.reshape(2, 4)
            layouts = dict(line=line, scalar=line[6, ...], empty=line[:0].reshape(0, 3), c=square, f=np.asfortranarray(square))
            for layout, array in layouts.items():
                for order in '<>':
                    ordered = array.astype(array.dtype.newbyteorder(order))
                    for version in 1, 2, 3:
                        file = io.BytesIO()
                        np.lib.format.write_array(file, ordered, (version, 0))
                        z.writestr(f'{{kind}}.{{unit}}.{{layout}}.{{version}}{{order}}', file.getvalue())
"
    );
    python(dir.path(), &script(&body));
    let archive = fs::read(dir.path().join("a.npz")).unwrap();
    let mut files = Files { reader: NpzReader::from_bytes(&*archive).unwrap(), compared: 0 };
    each_unit(&mut files);
    assert_eq!(files.compared, 27 * 2 * 5 * 6);
}

#[test]
fn times_are_viewed_without_a_copy_in_their_own_unit_only() {
    let cells: Array1<DateTime64<Second>> = (0..5).map(DateTime64::new).collect();
    let mut bytes = npy::to_bytes(&cells).unwrap();
    // The start of the data is aligned wherever the vector begins on a multiple of 8.
    bytes.shrink_to_fit();
    if bytes.as_ptr().align_offset(8) == 0 {
        assert_eq!(npy::view::<DateTime64<Second>, Ix1>(&bytes).unwrap(), cells);
    }
    for error in [
        npy::view::<DateTime64<Nanosecond>, Ix1>(&bytes).map(drop).unwrap_err(),
        npy::view::<TimeDelta64<Second>, Ix1>(&bytes).map(drop).unwrap_err(),
        npy::view::<i64, Ix1>(&bytes).map(drop).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Mismatch, "{error}");
    }
}
