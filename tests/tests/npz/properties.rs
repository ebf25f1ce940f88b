//! Round trips of random arrays, views and archives.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::Cursor;

use half::{bf16, f16};
use ndarray::{Array, ArrayD, ArrayViewD, Axis, IxDyn, ShapeBuilder, Slice};
use npz_core::{
    Compression, Element, ErrorKind, FixedBytes, FixedStr, Header, Limits, Npz, NpzReader, NpzWriter,
    SaveOptions, npy,
};
use num_complex::{Complex32, Complex64};
use proptest::collection::vec;
use proptest::prelude::*;

fn config() -> ProptestConfig {
    // A failure prints its case; nothing is written into the sources.
    ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() }
}

/// An array of up to four axes and how it is looked at: each axis sliced or turned, the axes reordered.
#[derive(Clone, Debug)]
struct Looked<A> {
    array: ArrayD<A>,
    slices: Vec<(usize, isize)>,
    order: Vec<usize>,
}

impl<A> Looked<A> {
    fn view(&self) -> ArrayViewD<'_, A> {
        let mut view = self.array.view();
        for (axis, &(start, step)) in self.slices.iter().enumerate() {
            let start = start.min(view.len_of(Axis(axis))) as isize;
            view.slice_axis_inplace(Axis(axis), Slice::new(start, None, step));
        }
        view.permuted_axes(self.order.clone())
    }
}

fn looked<A: Clone + Debug>(cell: impl Strategy<Value = A> + Clone) -> impl Strategy<Value = Looked<A>> {
    vec(0..5usize, 0..=4).prop_flat_map(move |shape| {
        let axes = shape.len();
        let cells = vec(cell.clone(), shape.iter().product::<usize>());
        // Mostly whole axes, so that contiguous arrays come up as well.
        let start = prop_oneof![5 => Just(0), 1 => 1..3usize];
        let step = prop_oneof![5 => Just(1isize), 1 => Just(-1), 1 => Just(2), 1 => Just(-3)];
        let slices = vec((start, step), axes);
        let order = prop_oneof![
            Just((0..axes).collect::<Vec<_>>()),
            Just((0..axes).collect::<Vec<_>>()).prop_shuffle()
        ];
        (cells, any::<bool>(), slices, order).prop_map(move |(cells, fortran, slices, order)| {
            let array = Array::from_shape_vec(IxDyn(&shape).set_f(fortran), cells).unwrap();
            Looked { array, slices, order }
        })
    })
}

/// Text that NumPy can keep: any characters, NUL among them, but not at the end.
fn text(longest: usize) -> impl Strategy<Value = String> + Clone {
    let character = prop_oneof![
        4 => any::<char>().boxed(),
        4 => prop::char::range('a', 'z').boxed(),
        1 => Just('\0').boxed(),
        1 => Just('\u{10ffff}').boxed(),
    ];
    vec(character, 0..=longest)
        .prop_map(|characters| characters.into_iter().collect::<String>().trim_end_matches('\0').to_owned())
        .boxed()
}

fn bytes(longest: usize) -> impl Strategy<Value = Vec<u8>> + Clone {
    vec(any::<u8>(), 0..=longest)
        .prop_map(|mut bytes| {
            bytes.truncate(bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1));
            bytes
        })
        .boxed()
}

/// Writes a view and reads it back in each way; `bits` makes NaN comparable.
fn round_trip<A: Element + Debug, B: PartialEq + Debug>(looked: &Looked<A>, bits: fn(&A) -> B) {
    let view = looked.view();
    let expected = view.map(bits);
    let file = npy::to_bytes(&view).unwrap();
    assert_eq!(npy::from_bytes::<ArrayD<A>>(&file).unwrap().map(bits), expected);
    let mut stream = file.clone();
    npy::write(&mut stream, &view).unwrap();
    let mut reader = &stream[..];
    for _ in 0..2 {
        assert_eq!(npy::read::<ArrayD<A>>(&mut reader).unwrap().map(bits), expected);
    }
    assert!(reader.is_empty());
    // What was read is written as the same bytes: layouts settle after one trip.
    assert_eq!(npy::to_bytes(&npy::from_bytes::<ArrayD<A>>(&file).unwrap()).unwrap(), file);
}

macro_rules! round_trips {
    ($($name:ident: $cell:expr, $bits:expr;)*) => {
        proptest! {
            #![proptest_config(config())]
            $(#[test] fn $name(array in looked($cell)) { round_trip(&array, $bits); })*
        }
    };
}

round_trips! {
    bools_round_trip: any::<bool>(), |v| *v;
    bytes_of_integers_round_trip: any::<i8>(), |v| *v;
    short_integers_round_trip: any::<u16>(), |v| *v;
    integers_round_trip: any::<i64>(), |v| *v;
    indices_round_trip: any::<usize>(), |v| *v;
    halves_round_trip: any::<u16>().prop_map(f16::from_bits), |v| v.to_bits();
    brain_floats_round_trip: any::<u16>().prop_map(bf16::from_bits), |v| v.to_bits();
    floats_round_trip: any::<u32>().prop_map(f32::from_bits), |v| v.to_bits();
    doubles_round_trip: any::<u64>().prop_map(f64::from_bits), |v| v.to_bits();
    complex_numbers_round_trip:
        any::<[u32; 2]>().prop_map(|v| Complex32::new(f32::from_bits(v[0]), f32::from_bits(v[1]))),
        |v| [v.re.to_bits(), v.im.to_bits()];
    complex_doubles_round_trip:
        any::<[u64; 2]>().prop_map(|v| Complex64::new(f64::from_bits(v[0]), f64::from_bits(v[1]))),
        |v| [v.re.to_bits(), v.im.to_bits()];
    texts_round_trip: text(6), String::clone;
    fixed_texts_round_trip: text(5).prop_map(|v| FixedStr::<5>::new(&v).unwrap()), |v| *v;
    fixed_bytes_round_trip: bytes(4).prop_map(|v| FixedBytes::<4>::new(&v).unwrap()), |v| *v;
}

/// The file with its cells in the other byte order.
fn swapped(file: &[u8], width: usize) -> Vec<u8> {
    let start = Header::read(file, &Limits::default()).unwrap().len();
    let mut swapped = file.to_vec();
    let order = swapped.iter().position(|&byte| byte == b'<').expect("the cells have an order");
    swapped[order] = b'>';
    swapped[start..].chunks_exact_mut(width).for_each(<[u8]>::reverse);
    swapped
}

/// Puts the file at every distance from an aligned address: a view is what `from_bytes` reads, or
/// there is a reason why none can be had.
fn check_views<A: Element + PartialEq + Debug>(file: &[u8]) {
    let expected = npy::from_bytes::<ArrayD<A>>(file).unwrap();
    for shift in 0..size_of::<A>() {
        let shifted = [&vec![0xff; shift], file].concat();
        let start =
            shifted[shift..].as_ptr() as usize + Header::read(file, &Limits::default()).unwrap().len();
        match npy::view::<A, IxDyn>(&shifted[shift..]) {
            Ok(view) => {
                assert_eq!(start % align_of::<A>(), 0);
                assert_eq!(view, expected);
                assert_eq!(view.strides(), expected.strides());
                assert!(
                    view.is_empty() || view.as_ptr() as usize == start,
                    "a view lies in the file's own bytes"
                );
            }
            Err(error) => {
                assert_ne!(start % align_of::<A>(), 0, "{error}");
                assert_eq!(error.kind(), ErrorKind::Unsupported);
                assert!(
                    error.to_string().contains("do not start on an address aligned for their type"),
                    "{error}"
                );
                assert!(error.to_string().contains("npy::from_bytes"), "{error}");
            }
        }
    }
}

fn refuses_view<A: Element + Debug>(file: &[u8], reason: &str) {
    let error = npy::view::<A, IxDyn>(file).expect_err(reason);
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains(reason), "{error}");
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_view_is_what_from_bytes_reads_or_there_is_a_reason(
        shorts in looked(any::<i16>()),
        doubles in looked(any::<i64>().prop_map(|v| v as f64)),
        complex in looked(any::<[i16; 2]>().prop_map(|v| Complex32::new(v[0].into(), v[1].into()))),
        bools in looked(any::<bool>()),
    ) {
        check_views::<i16>(&npy::to_bytes(&shorts.view()).unwrap());
        check_views::<f64>(&npy::to_bytes(&doubles.view()).unwrap());
        check_views::<Complex32>(&npy::to_bytes(&complex.view()).unwrap());
        check_views::<bool>(&npy::to_bytes(&bools.view()).unwrap());
    }

    #[test]
    fn the_other_byte_order_is_read_the_same_and_not_viewed(
        array in looked(any::<i32>()),
        text in looked(text(3)),
    ) {
        let file = swapped(&npy::to_bytes(&array.view()).unwrap(), 4);
        prop_assert_eq!(npy::from_bytes::<ArrayD<i32>>(&file).unwrap(), array.view());
        refuses_view::<i32>(&file, "in the other byte order");
        let file = npy::to_bytes(&text.view()).unwrap();
        refuses_view::<String>(&file, "another form in memory than in the file");
        prop_assert_eq!(npy::from_bytes::<ArrayD<String>>(&swapped(&file, 4)).unwrap(), text.view());
    }

    #[test]
    fn a_bool_byte_above_1_is_true_and_not_viewed(
        cells in vec(any::<bool>(), 1..20),
        byte in 2..=255u8,
        at in any::<prop::sample::Index>(),
    ) {
        let cells = ndarray::Array1::from(cells);
        let mut file = npy::to_bytes(&cells).unwrap();
        let at = at.index(cells.len());
        let start = file.len() - cells.len();
        file[start + at] = byte;
        let mut expected = cells.into_dyn();
        expected[at] = true;
        prop_assert_eq!(npy::from_bytes::<ArrayD<bool>>(&file).unwrap(), expected);
        refuses_view::<bool>(&file, "another byte than 0 or 1");
    }

    #[test]
    fn text_that_ends_with_nul_is_never_saved(text in text(4), nuls in 1..3usize) {
        let text = text + &"\0".repeat(nuls);
        let error = npy::to_bytes(&ndarray::arr0(text.clone())).unwrap_err();
        prop_assert_eq!(error.kind(), ErrorKind::Invalid);
        prop_assert!(error.to_string().contains("ends with a NUL character"), "{}", error);
        prop_assert!(FixedStr::<9>::new(&text).is_err());
        prop_assert!(FixedBytes::<99>::new(text.as_bytes()).is_err());
    }
}

/// A name for a member; no two of them differ by `.npy` only.
fn name() -> impl Strategy<Value = String> {
    let any_text = text(8).prop_map(|text| text.replace('\0', "0"));
    let dotted = "[a-z]{1,6}(\\.[a-z0-9]{1,3}){0,2}";
    prop_oneof![3 => dotted, 1 => "[a-z/. \\\\é整-]{1,8}", 1 => "[aA]{1,2}", 1 => any_text]
        .prop_map(|name| name.replace(".npy", ".n"))
}

/// Fails the case, for proptest to find a smaller one without a backtrace each time.
trait OrFail<T> {
    fn or_fail(self) -> Result<T, TestCaseError>;
}

impl<T> OrFail<T> for npz_core::Result<T> {
    fn or_fail(self) -> Result<T, TestCaseError> {
        self.map_err(|error| TestCaseError::fail(error.to_string()))
    }
}

fn owned<A: Clone>(views: &BTreeMap<String, Looked<A>>) -> BTreeMap<String, ArrayD<A>> {
    views.iter().map(|(name, looked)| (name.clone(), looked.view().to_owned())).collect()
}

fn compression() -> impl Strategy<Value = Compression> {
    prop_oneof![Just(Compression::Stored), (0..=9u32).prop_map(Compression::Deflate)]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn maps_of_arrays_round_trip(
        arrays in prop::collection::btree_map(name(), looked(any::<i32>()), 0..6),
        texts in prop::collection::btree_map(name(), looked(text(3)), 0..3),
        compression in compression(),
    ) {
        let options = SaveOptions::new().compression(compression);
        let map = owned(&arrays);
        let file = options.to_bytes(&map).or_fail()?;
        prop_assert_eq!(&BTreeMap::<String, ArrayD<i32>>::from_bytes(&file).or_fail()?, &map);
        prop_assert_eq!(options.to_bytes(&map).or_fail()?, file);
        let map = owned(&texts);
        let file = options.to_bytes(&map).or_fail()?;
        prop_assert_eq!(&BTreeMap::<String, ArrayD<String>>::from_bytes(&file).or_fail()?, &map);
    }

    #[test]
    fn members_of_all_kinds_round_trip_each_with_its_own_compression(
        members in prop::collection::btree_map(name(), (0..4usize, compression(), any::<u64>()), 0..8),
        array in looked(any::<u64>().prop_map(f64::from_bits)),
        text in text(20),
    ) {
        let mut file = Cursor::new(b"not part of the archive"[..0].to_vec());
        let mut writer = NpzWriter::new(&mut file).or_fail()?;
        for (name, (kind, compression, number)) in &members {
            match kind {
                0 => writer.add_with(name, &array.view(), *compression),
                1 => writer.add_with(name, number, *compression),
                2 => writer.add_with(name, &text, *compression),
                _ => writer.add_bytes(name, text.as_bytes()),
            }.or_fail()?;
        }
        writer.finish().or_fail()?;
        let npz = NpzReader::new(file.into_inner()).or_fail()?;
        prop_assert!(npz.names().eq(members.keys()));
        for (name, (kind, _, number)) in &members {
            match kind {
                0 => {
                    let read = npz.get::<ArrayD<f64>>(name).or_fail()?.mapv(f64::to_bits);
                    prop_assert_eq!(read, array.view().mapv(f64::to_bits));
                }
                1 => prop_assert_eq!(npz.get::<u64>(name).or_fail()?, *number),
                2 => prop_assert_eq!(&npz.get::<String>(name).or_fail()?, &text),
                _ => prop_assert_eq!(npz.bytes(name).or_fail()?, text.as_bytes()),
            }
        }
    }
}
