//! Long doubles of x87, compared with those of NumPy on x86: bits, rounding, print, files.
// Elsewhere NumPy's long doubles are others.
#![cfg(all(target_arch = "x86_64", not(windows)))]

use std::time::{Duration, Instant};

use ndarray::{Array0, Array1, Array2, Ix1, ShapeBuilder, array};
use npz_core::{AnyArray, Cast, DType, Element, ErrorKind, LoadOptions, LongDouble, Npz, NpzReader, npy};
use num_complex::{Complex, Complex64};
use tests::{python, temp_dir};

fn bits(value: LongDouble) -> u128 {
    let mut wide = [0; 16];
    wide[..10].copy_from_slice(&value.to_le_bytes());
    u128::from_le_bytes(wide)
}

fn from_bits(bits: u128) -> LongDouble {
    LongDouble::from_le_bytes(bits.to_le_bytes()[..10].try_into().unwrap()).unwrap()
}

fn load<A: Element>(archive: &[u8], name: &str, cast: Cast) -> npz_core::Result<Array1<A>> {
    LoadOptions::new().cast(cast).reader(archive).unwrap().get(name)
}

/// Values of all kinds: `a` is them, `a.f8` and `a.f4` what NumPy rounds them to, `a.text` what it prints.
const VALUES: &str = "
np.seterr(all='ignore')
rng = np.random.default_rng(80)
def make(significand, head):
    cells = np.zeros((len(head), 16), 'u1')
    cells[:, :8] = np.asarray(significand, 'u8').view('u1').reshape(-1, 8)
    cells[:, 8:10] = np.asarray(head, 'u2').view('u1').reshape(-1, 2)
    return cells.ravel().view('g')
n = 30000
sign = lambda n: rng.integers(0, 2, n, 'u2') << np.uint16(15)
digits = rng.integers(0, 2**64, n, 'u8') | np.uint64(2**63)
near = rng.integers(0x3fff - 1100, 0x3fff + 1100, n, 'u2')
far = rng.integers(1, 0x7fff, n, 'u2')
# Ties, and what lies beside them, for 53 and 24 digits.
tie = np.concatenate([(digits >> np.uint64(k) << np.uint64(k)) + np.uint64((1 << (k - 1)) + d)
                      for k in (11, 40) for d in (0, 1, -1)])
subnormal = digits >> rng.integers(1, 64, n, 'u8')
special = make([0, 0, 2**63, 2**63, 2**63 + 1, 2**64 - 1, 3 << 62, 3 << 62, 5 << 61, 2**63, 2**64 - 1, 1, 2**63 - 1],
               [0, 0x8000, 0x7fff, 0xffff, 0x7fff, 0xffff, 0x7fff, 0xffff, 0x7fff, 1, 0x7ffe, 0, 0x8000])
last = np.array([0.1, 1, -2.5, 1e22, 5e-324, 1e-5, 1e-4, 1e15, 1e16, 123456789012345678, 2**64 - 1], 'g')
a = np.concatenate([
    special, make(digits, near | sign(n)), make(digits, far | sign(n)),
    make(tie, np.tile(near, 6) | sign(6 * n)), make(subnormal, sign(n)),
    make(np.full(n, 2**63, 'u8'), far | sign(n)),
    last, np.array(['0.1', '1e4000', '-3.7e-4900', '1e16', '9.999999999999999999e15', '3.14'], 'g'),
])
";

#[test]
fn every_bit_the_rounding_and_the_print_are_those_of_numpy() {
    let dir = temp_dir();
    let script = format!(
        "{VALUES}
np.savez('a.npz', a=a, bits=a.view('u8').reshape(-1, 2), f8=a.astype('f8').view('u8'), f4=a.astype('f4').view('u4'),
         text=np.array([str(x) for x in a[::37]]), last=last, some=a[:13],
         lasts=np.array([str(x) for x in [*last, *a[:13]]]), order=np.sign(a[1:]) * 0 + (a[1:] > a[:-1]) * 1.0 - (a[1:] < a[:-1]))
double = np.concatenate([rng.integers(0, 2**64, n, 'u8').view('f8'), a.astype('f8'), [5e-324, -1e-310]])
np.savez('f8.npz', f8=double, g=double.astype('g'), i8=double.view('i8'), ig=double.view('i8').astype('g'),
         u8=double.view('u8'), ug=double.view('u8').astype('g'))
"
    );
    python(dir.path(), &script);
    let archive = std::fs::read(dir.path().join("a.npz")).unwrap();
    let numpys = NpzReader::new(archive.as_slice()).unwrap();
    let ours: Array1<LongDouble> = numpys.get("a").unwrap();
    let words: Array2<u64> = numpys.get("bits").unwrap();
    let double: Array1<u64> = numpys.get("f8").unwrap();
    assert!(ours.len() > 200_000);
    for (index, &value) in ours.iter().enumerate() {
        let stored = u128::from(words[[index, 1]] & 0xffff) << 64 | u128::from(words[[index, 0]]);
        assert_eq!(bits(value), stored);
        assert_eq!(from_bits(stored).to_le_bytes(), value.to_le_bytes());
        assert_eq!(value.to_f64().to_bits(), double[index], "{stored:#x}");
        assert_eq!(value.is_nan(), f64::from_bits(double[index]).is_nan());
    }
    let texts: Array1<String> = numpys.get("text").unwrap();
    for (value, text) in ours.iter().step_by(37).zip(&texts) {
        assert_eq!(&value.to_string(), text, "{:#x}", bits(*value));
    }
    let last: Array1<LongDouble> = numpys.get("last").unwrap();
    let some: Array1<LongDouble> = numpys.get("some").unwrap();
    let texts: Array1<String> = numpys.get("lasts").unwrap();
    for (value, text) in last.iter().chain(&some).zip(&texts) {
        assert_eq!(&value.to_string(), text);
    }
    let order: Array1<LongDouble> = numpys.get("order").unwrap();
    for (index, order) in order.iter().enumerate() {
        let found = ours[index + 1].partial_cmp(&ours[index]).map_or(0.0, |found| f64::from(found as i8));
        let is_same = order.is_nan() || order.to_f64() == found;
        assert!(is_same, "{} {}: {order}", ours[index], ours[index + 1]);
    }

    // Into f32, where it does not become infinite, in one step.
    let single: Array1<u32> = numpys.get("f4").unwrap();
    let fits = |index: usize| f32::from_bits(single[index]).is_finite() || !ours[index].is_finite();
    let kept: Vec<usize> = (0..ours.len()).filter(|&index| fits(index)).collect();
    let chosen: Array1<LongDouble> = kept.iter().map(|&index| ours[index]).collect();
    let read: Array1<f32> =
        LoadOptions::new().cast(Cast::SameKind).from_bytes(&npy::to_bytes(&chosen).unwrap()).unwrap();
    for (read, &index) in read.iter().zip(&kept) {
        let is_same =
            read.to_bits() == single[index] || read.is_nan() && f32::from_bits(single[index]).is_nan();
        assert!(is_same, "{} {read:e}", ours[index]);
    }

    let archive = std::fs::read(dir.path().join("f8.npz")).unwrap();
    let own: Array1<LongDouble> = load(&archive, "g", Cast::Exact).unwrap();
    let from: Array1<f64> = load(&archive, "f8", Cast::Exact).unwrap();
    for ((&own, &from), read) in own.iter().zip(&from).zip(load(&archive, "f8", Cast::Safe).unwrap()) {
        assert_eq!(bits(LongDouble::from(from)), bits(own), "{from:e}");
        assert_eq!(bits(read), bits(own));
    }
    for (integer, float) in [("i8", "ig"), ("u8", "ug")] {
        let own: Array1<LongDouble> = load(&archive, float, Cast::Exact).unwrap();
        let read: Array1<LongDouble> = load(&archive, integer, Cast::Safe).unwrap();
        assert!(own.iter().zip(&read).all(|(own, read)| bits(*own) == bits(*read)));
    }
    let integers: Array1<i64> = load(&archive, "i8", Cast::Exact).unwrap();
    assert_eq!(integers.mapv(LongDouble::from), load::<LongDouble>(&archive, "ig", Cast::Exact).unwrap());
}

#[test]
fn files_are_those_of_np_save_but_for_what_is_left_in_the_unused_bytes() {
    let dir = temp_dir();
    let script = "
def save(name, a):
    clean = a.copy().view('u1').reshape(a.size, -1, 16)
    clean[:, :, 10:] = 0
    np.save(name, clean.ravel().view(a.dtype).reshape(a.shape))
x = np.array([0, -0.0, 1, -2.5, np.inf, -np.inf, np.nan, 1e300], 'g') / 3
z = np.empty(8, 'G'); z.real, z.imag = x, x[::-1]
save('flat.npy', x)
save('complex.npy', z)
np.save('fortran.npy', np.zeros((2, 3), 'g', order='F'))
np.save('single.npy', np.zeros((), 'G'))
np.save('big.npy', x.astype('>g'))
np.save('big_complex.npy', z.astype('>G'))
# As 32-bit x86 writes it.
def narrow(name, a, descr):
    with open(name, 'wb') as f:
        np.lib.format.write_array_header_1_0(f, {'descr': descr, 'fortran_order': False, 'shape': a.shape})
        f.write(np.ascontiguousarray(a.view('u1').reshape(-1, 16)[:, :12]).tobytes())
narrow('narrow.npy', x, '<f12')
narrow('narrow_complex.npy', z, '<c24')
narrow('m68k.npy', x, '>f12')
# Whatever was in memory.
dirty = x.view('u1').reshape(-1, 16).copy()
dirty[:, 10:] = [255, 63, 0, 0, 240, 63]
np.save('dirty.npy', dirty.ravel().view('g'))
";
    python(dir.path(), script);
    let saved = |file: &str| std::fs::read(dir.path().join(format!("{file}.npy"))).unwrap();
    let cells: Array1<LongDouble> = npy::from_bytes(&saved("flat")).unwrap();
    assert_eq!(npy::to_bytes(&cells).unwrap(), saved("flat"));
    assert_eq!(cells[3].to_string(), "-0.8333333333333333333");
    for file in ["big", "narrow", "dirty"] {
        let exact = LoadOptions::new().cast(Cast::Exact);
        let read: Array1<LongDouble> = exact.from_bytes(&saved(file)).unwrap();
        assert_eq!(read.mapv(bits), cells.mapv(bits), "{file}");
    }
    let complex: Array1<Complex<LongDouble>> = npy::from_bytes(&saved("complex")).unwrap();
    assert_eq!(npy::to_bytes(&complex).unwrap(), saved("complex"));
    assert_eq!((complex[2].re.to_string(), complex[2].im.is_nan()), ("0.33333333333333333334".into(), false));
    for file in ["big_complex", "narrow_complex"] {
        let read: Array1<Complex<LongDouble>> = npy::from_bytes(&saved(file)).unwrap();
        assert_eq!(
            read.mapv(|z| (bits(z.re), bits(z.im))),
            complex.mapv(|z| (bits(z.re), bits(z.im))),
            "{file}"
        );
    }
    let zeros = Array2::<LongDouble>::default((2, 3).f());
    assert_eq!(npy::to_bytes(&zeros).unwrap(), saved("fortran"));
    assert_eq!(npy::to_bytes(&Array0::<Complex<LongDouble>>::default(())).unwrap(), saved("single"));
    // A real number is a complex one.
    let wide: Array1<Complex<LongDouble>> = npy::from_bytes(&saved("flat")).unwrap();
    assert!(wide.iter().zip(&cells).all(|(z, x)| bits(z.re) == bits(*x) && bits(z.im) == 0));

    let error = npy::from_bytes::<Array1<LongDouble>>(&saved("m68k")).unwrap_err();
    assert!(error.to_string().contains("12 bytes differ from machine to machine"), "{error}");
}

#[test]
fn rounding_to_other_floats_is_same_kind_and_never_safe() {
    let cells = array![0.1, 1e-330, 2.5].mapv(LongDouble::from);
    let bytes = npy::to_bytes(&cells).unwrap();
    for cast in [Cast::Exact, Cast::Safe] {
        let error = LoadOptions::new().cast(cast).from_bytes::<Array1<f64>>(&bytes).unwrap_err();
        let hint = &*error.report().unwrap().problems()[0].hint;
        assert!(hint.contains("Cast::SameKind") && hint.contains("may round values"), "{hint}");
    }
    let same_kind = LoadOptions::new().cast(Cast::SameKind);
    let doubles: Array1<f64> = same_kind.from_bytes(&bytes).unwrap();
    assert_eq!(doubles, array![0.1, 0.0, 2.5]);
    let complex: Array1<Complex64> = same_kind.from_bytes(&bytes).unwrap();
    assert_eq!(complex[2], Complex64::new(2.5, 0.0));
    let halves: Array1<half::f16> = same_kind.from_bytes(&bytes).unwrap();
    assert_eq!(halves[0], half::f16::from_f64(0.1));

    let pairs = array![Complex { re: LongDouble::from(0.5), im: LongDouble::from(-3.0) }];
    let bytes = npy::to_bytes(&pairs).unwrap();
    assert!(npy::from_bytes::<Array1<Complex64>>(&bytes).is_err());
    assert_eq!(same_kind.from_bytes::<Array1<Complex64>>(&bytes).unwrap(), array![Complex64::new(0.5, -3.0)]);

    // Never silently infinite.
    let mut large = LongDouble::from(f64::MAX).to_le_bytes();
    large[8] += 1;
    let bytes =
        npy::to_bytes(&array![LongDouble::from(1.0), LongDouble::from_le_bytes(large).unwrap()]).unwrap();
    let error = same_kind.from_bytes::<Array1<f64>>(&bytes).unwrap_err();
    let told = "cell 1 holds 3.5953862697246314163e+308, which f64 can't hold; make the cells `LongDouble`";
    assert!(error.to_string().contains(told), "{error}");
    assert!(same_kind.from_bytes::<Array1<f32>>(&bytes).is_err());
}

#[test]
fn long_doubles_of_other_machines_are_refused() {
    fn file(cells: &[[u8; 16]], descr: char) -> Vec<u8> {
        let mut bytes = npy::to_bytes(&Array1::<LongDouble>::default(cells.len())).unwrap();
        let start = bytes.len() - 16 * cells.len();
        let at = bytes.iter().position(|&byte| byte == b'<').unwrap();
        bytes[at] = descr as u8;
        bytes.truncate(start);
        bytes.extend(cells.as_flattened());
        bytes
    }
    let read = |cells: &[[u8; 16]], order| npy::from_bytes::<Array1<LongDouble>>(&file(cells, order));
    // An f64 as IEEE quadruple: another bias, 60 digits more.
    let quadruple = |value: f64| {
        let bits = value.to_bits();
        let head = (bits >> 63) << 15 | ((bits >> 52 & 0x7ff) + 16383 - 1023);
        let head = if value == 0.0 { 0 } else { head };
        (u128::from(head) << 112 | u128::from(bits & ((1 << 52) - 1)) << 60).to_le_bytes()
    };
    let two_doubles =
        |high: f64, low: f64| (u128::from(low.to_bits()) << 64 | u128::from(high.to_bits())).to_le_bytes();
    // On big-endian machines the first double still comes first.
    let two_doubles_big =
        |high: f64, low: f64| (u128::from(high.to_bits()) << 64 | u128::from(low.to_bits())).to_be_bytes();
    let big = |mut cell: [u8; 16]| {
        cell.reverse();
        cell
    };
    for values in [&[1.0][..], &[0.0, 3.0], &[0.1], &[-2.5, 1e300], &[0.0, 0.0, 1e-300], &[1e-200]] {
        let cells: Vec<_> = values.iter().map(|&value| quadruple(value)).collect();
        let error = read(&cells, '<').expect_err("quadruple");
        assert!(error.to_string().contains("save `a.astype(\"f8\")`"), "{error}");
        let cells: Vec<_> = cells.into_iter().map(big).collect();
        read(&cells, '>').expect_err("quadruple");
        let cells: Vec<_> = values.iter().map(|&value| two_doubles(value, 0.0)).collect();
        read(&cells, '<').expect_err("two doubles");
        let cells: Vec<_> = values.iter().map(|&value| two_doubles_big(value, 0.0)).collect();
        read(&cells, '>').expect_err("two doubles");
        let cells: Vec<_> = values.iter().map(|&value| two_doubles(value, value * 1e-17)).collect();
        read(&cells, '<').expect_err("two doubles");
    }
    // Zero is zero on all of them.
    assert_eq!(read(&[[0; 16]; 2], '<').unwrap(), array![0.0, 0.0].mapv(LongDouble::from));

    // What x87 refuses, with its place; and single values.
    let mut cells = [[0; 16]; 3];
    cells[1][9] = 0x3f;
    let error = read(&cells, '<').unwrap_err();
    assert!(error.to_string().starts_with("cell 1 is no x87 number"), "{error}");
    assert_eq!(error.kind(), ErrorKind::Invalid);
    let error = LongDouble::from_le_bytes([1, 0, 0, 0, 0, 0, 0, 0, 0xff, 0x7f]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
}

#[derive(Npz, Debug, PartialEq)]
struct Precise {
    tolerance: LongDouble,
    roots: Vec<Complex<LongDouble>>,
    grid: Array2<LongDouble>,
    #[npz(cast = "same_kind")]
    rounded: Array1<f64>,
}

#[test]
fn they_stand_in_structs_as_other_cells_do() {
    let dir = temp_dir();
    let script = "
x = np.longdouble(1) / 3
np.savez('p.npz', tolerance=x, roots=np.array([x + 1j * x, 1]), grid=np.full((2, 2), x), rounded=np.array([x, 2]))
";
    python(dir.path(), script);
    let read = Precise::load(dir.path().join("p.npz")).unwrap();
    assert_eq!(read.tolerance.to_string(), "0.33333333333333333334");
    assert_eq!((read.roots[0].im, read.roots[1].re), (read.tolerance, LongDouble::from(1.0)));
    assert_eq!(read.grid, Array2::from_elem((2, 2), read.tolerance));
    assert_eq!(read.rounded, array![1.0 / 3.0, 2.0]);
    read.save(dir.path().join("back.npz")).unwrap();
    let script = "
a, b = np.load('p.npz'), np.load('back.npz')
for name in ['tolerance', 'roots', 'grid']:
    assert a[name].dtype == b[name].dtype and a[name].dtype.itemsize in (16, 32), name
    assert (a[name] == b[name]).all(), name
";
    python(dir.path(), script);
}

/// Once each took 12 ms: the time grew with the square of the exponent.
#[test]
fn the_strangest_numbers_are_printed_at_once() {
    let strange = |index: u64| {
        let digits = index.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (index % 63);
        // By turns near the least of all, among the least normal ones, near the largest, and near 1.
        let (digits, exponent) = match index % 4 {
            0 => (digits >> 1, 0),
            1 => (digits | 1 << 63, 1 + index % 100),
            2 => (digits | 1 << 63, 0x7ffe - index % 100),
            _ => (digits | 1 << 63, 0x3fff - 10 + index % 20),
        };
        from_bits(u128::from(exponent) << 64 | u128::from(digits))
    };
    let cells: Array1<LongDouble> = (1..=10_000).map(strange).collect();
    let pairs: Array1<Complex<LongDouble>> =
        (1..=1_000).map(|i| Complex::new(strange(i), strange(i + 4))).collect();
    let text = DType::parse("U64").unwrap();
    let start = Instant::now();
    let printed: Vec<String> = cells.iter().map(LongDouble::to_string).collect();
    let time = start.elapsed();
    println!("{:?} each", time / 10_000);
    // In an optimised build up to 40 us each, here 0.15 ms; it was 10 ms even there. The rest is for machines that are busy.
    assert!(time < Duration::from_secs(30), "{time:?}");

    let start = Instant::now();
    let texts = AnyArray::from(cells.clone()).cast_unsafe(&text).unwrap();
    let columns = AnyArray::from(cells.clone()).iter().map(|cell| cell.to_string().len()).sum::<usize>();
    let complex = AnyArray::from(pairs.clone()).cast_unsafe(&text).unwrap();
    let time = start.elapsed();
    assert!(time < Duration::from_secs(60), "{time:?}");
    assert_eq!(texts.into_array::<String, Ix1>().unwrap().to_vec(), printed);
    assert_eq!(columns, printed.iter().map(String::len).sum::<usize>());

    let dir = temp_dir();
    npy::save(dir.path().join("cells.npy"), &cells).unwrap();
    npy::save(dir.path().join("pairs.npy"), &pairs).unwrap();
    let numpys = python(
        dir.path(),
        "print('\\n'.join(str(x) for name in ('cells', 'pairs') for x in np.load(name + '.npy')))",
    );
    let complex: Array1<String> = complex.into_array().unwrap();
    assert!(printed.iter().chain(&complex).eq(numpys.lines()));
}
