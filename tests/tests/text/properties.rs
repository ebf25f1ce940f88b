//! What holds for all tables: what was saved is loaded, and no text makes the readers panic.

use ndarray::Array2;
use npz_core::AnyArray;
use npz_text::{GenFromTxt, Infer, Limits, LoadTxt, SaveTxt};
use proptest::prelude::*;

fn tables() -> impl Strategy<Value = Array2<f64>> {
    (1..6usize, 1..5usize).prop_flat_map(|(rows, columns)| {
        prop::collection::vec(any::<u64>().prop_map(f64::from_bits), rows * columns)
            .prop_map(move |cells| Array2::from_shape_vec((rows, columns), cells).unwrap())
    })
}

fn bits(array: &Array2<f64>) -> Vec<Option<u64>> {
    array.iter().map(|cell| (!cell.is_nan()).then(|| cell.to_bits())).collect()
}

proptest! {
    #[test]
    fn saved_tables_are_loaded_to_the_last_bit(table in tables(), threads in 1..3usize) {
        for format in ["%.18e", "%.17g", "%r", "%s"] {
            let mut text = Vec::new();
            let save = SaveTxt::new().format(if format == "%r" { "%25.16e" } else { format }).delimiter(",").threads(threads);
            save.write(&mut text, &table).unwrap();
            let loaded: Array2<f64> = LoadTxt::new().delimiter(',').threads(threads).read(&text[..]).unwrap();
            prop_assert_eq!(bits(&loaded), bits(&table));
            let loaded: Array2<f64> = GenFromTxt::new().delimiter(',').read(&text[..]).unwrap();
            prop_assert_eq!(bits(&loaded), bits(&table));
        }
    }

    #[test]
    fn no_text_is_a_reason_to_panic(
        text in "[0-9a-z,;# \"'.\\-+\n\r\t\u{0}\u{a0}äj()_eE]{0,120}",
        quote in prop::option::of(Just('"')),
        skip in 0..3usize,
        columns in prop::option::of(-3..3isize),
    ) {
        let limits = Limits::new().line_bytes(50).columns(9);
        for delimiter in [None, Some(','), Some(' ')] {
            let mut load = LoadTxt::new().skip_rows(skip).limits(limits);
            let mut infer = GenFromTxt::new().skip_header(skip).dtype(Infer).limits(limits).names(skip == 1);
            if let Some(delimiter) = delimiter {
                (load, infer) = (load.delimiter(delimiter), infer.delimiter(delimiter));
            }
            if let Some(column) = columns {
                (load, infer) = (load.usecols([column]), infer.usecols([column]));
            }
            if let Some(quote) = quote {
                load = load.quotechar(quote);
            }
            // A result or an error: both are well.
            let _ = load.read::<Array2<f64>>(text.as_bytes());
            let _ = load.read::<Array2<String>>(text.as_bytes());
            let _ = infer.read::<AnyArray>(text.as_bytes());
            let _ = GenFromTxt::new().delimiter([2, 3]).dtype(Infer).read::<AnyArray>(text.as_bytes());
        }
    }

    #[test]
    fn no_bytes_are_a_reason_to_panic(bytes in prop::collection::vec(any::<u8>(), 0..80), format in "[%0-9.a-zA-Z #+-]{0,12}") {
        let _ = LoadTxt::new().read::<Array2<f64>>(&bytes[..]);
        let _ = GenFromTxt::new().dtype(Infer).read::<AnyArray>(&bytes[..]);
        let _ = SaveTxt::new().format(&*format).write(Vec::new(), &ndarray::array![[1.5, -2.0]]);
    }
}
