//! The page's table of dtypes, and the cell types that it names.

use std::collections::BTreeMap;
use std::path::Path;

use half::{bf16, f16};
use ndarray::ArrayD;
use npz_core::time::{Generic, Multiple, Nanosecond, Second};
use npz_core::tiny::{
    Float4E2M1Fn, Float6E2M3Fn, Float6E3M2Fn, Float8E3M4, Float8E4M3, Float8E4M3B11Fnuz, Float8E4M3Fn,
    Float8E4M3Fnuz, Float8E5M2, Float8E5M2Fnuz, Float8E8M0Fnu, Int1, Int2, Int4, UInt1, UInt2, UInt4,
};
use npz_core::{
    AnyArray, Cast, DateTime64, Element, FixedBytes, FixedStr, LoadOptions, LongDouble, NpzReader, NpzWriter,
    RawBytes, TimeDelta64, npy,
};
use num_complex::Complex;
use tests::docs::{code, table};

use super::page;

pub(crate) const DTYPES: &str = "| NumPy | in the file | cells in Rust |";

/// Loads an array, once as it is and once of an `AnyArray`, and saves it, alone and as the member `a` of an archive.
pub(crate) type Again = fn(&Path, &Path) -> npz_core::Result<Vec<u8>>;

fn again<A: Element>(from: &Path, archive: &Path) -> npz_core::Result<Vec<u8>> {
    let array: ArrayD<A> = npy::load(from)?;
    let bytes = npy::to_bytes(&array)?;
    let of_any = npy::load::<AnyArray>(from)?.to_array::<A>(Cast::Safe)?;
    assert!(npy::to_bytes(&of_any)? == bytes, "{} of an `AnyArray`", from.display());

    let mut writer = NpzWriter::create(archive)?;
    writer.add("a", &array)?;
    writer.finish()?;
    let of_member: ArrayD<A> = NpzReader::open(archive)?.get("a")?;
    assert!(npy::to_bytes(&of_member)? == bytes, "{} of an archive", from.display());
    Ok(bytes)
}

/// The words that a rule is called by in the table of casts, the narrowest that reads a file.
pub(crate) type Word = fn(&Path) -> &'static str;

pub(crate) fn word<A: Element>(path: &Path) -> &'static str {
    let reads = |cast| LoadOptions::new().cast(cast).load::<ArrayD<A>>(path).is_ok();
    let rules = [(Cast::Exact, "="), (Cast::Safe, "safe"), (Cast::SameKind, "kind")];
    rules.into_iter().find(|(cast, _)| reads(*cast)).map_or("", |(_, word)| word)
}

/// The cell types by the names that the page has for them.
pub(crate) fn cell_types() -> BTreeMap<&'static str, (Again, Word)> {
    macro_rules! cells {
        ($($name:literal: $cell:ty,)*) => {
            BTreeMap::from([$(($name, (again::<$cell> as Again, word::<$cell> as Word))),*])
        };
    }
    cells! {
        "bool": bool,
        "i8": i8, "i16": i16, "i32": i32, "i64": i64, "isize": isize,
        "u8": u8, "u16": u16, "u32": u32, "u64": u64, "usize": usize,
        "half::f16": f16, "f16": f16, "half::bf16": bf16, "f32": f32, "f64": f64,
        "Complex<f32>": Complex<f32>, "Complex<f64>": Complex<f64>,
        "LongDouble": LongDouble, "Complex<LongDouble>": Complex<LongDouble>,
        "String": String, "FixedStr<5>": FixedStr<5>,
        "Vec<u8>": Vec<u8>, "FixedBytes<5>": FixedBytes<5>,
        "RawBytes<16>": RawBytes<16>,
        "DateTime64<Nanosecond>": DateTime64<Nanosecond>,
        "TimeDelta64<Nanosecond>": TimeDelta64<Nanosecond>,
        "DateTime64<Multiple<25, Second>>": DateTime64<Multiple<25, Second>>,
        "TimeDelta64<Multiple<25, Second>>": TimeDelta64<Multiple<25, Second>>,
        "DateTime64<Generic>": DateTime64<Generic>, "TimeDelta64<Generic>": TimeDelta64<Generic>,
        "Float8E4M3Fn": Float8E4M3Fn, "Float8E4M3": Float8E4M3, "Float8E3M4": Float8E3M4,
        "Float8E4M3Fnuz": Float8E4M3Fnuz, "Float8E4M3B11Fnuz": Float8E4M3B11Fnuz,
        "Float8E5M2Fnuz": Float8E5M2Fnuz, "Float8E8M0Fnu": Float8E8M0Fnu, "Float8E5M2": Float8E5M2,
        "Float6E2M3Fn": Float6E2M3Fn, "Float6E3M2Fn": Float6E3M2Fn, "Float4E2M1Fn": Float4E2M1Fn,
        "Int1": Int1, "Int2": Int2, "Int4": Int4, "UInt1": UInt1, "UInt2": UInt2, "UInt4": UInt4,
    }
}

/// What of a row belongs together.
pub(crate) struct Entry {
    pub(crate) numpy: String,
    pub(crate) descr: String,
    /// More than one where the reader has the choice.
    pub(crate) cells: Vec<String>,
    pub(crate) variant: String,
    /// The expression that gives Python the array again, `None` where there is none.
    pub(crate) python: Option<String>,
}

pub(crate) fn entries() -> Vec<Entry> {
    let mut entries = Vec::new();
    for row in table(&page(), DTYPES) {
        let [numpy, descr, cells, variant, python] = &row[..] else { panic!("five columns: {row:?}") };
        // What stands in brackets is a remark.
        let numpy = code(numpy.split(" (").next().unwrap());
        let is_choice = cells.contains("` or `");
        let (descr, cells, variant) = (code(descr), code(cells), code(variant));
        let python = Some(code(python).remove(0)).filter(|python| python.starts_with("f["));
        assert!(!numpy.is_empty() && descr.len() == numpy.len(), "a dtype in the file for each: {row:?}");
        assert!(is_choice || cells.len() == numpy.len(), "a cell type for each: {row:?}");
        assert!(variant.len() == 1 || variant.len() == numpy.len(), "a variant for each, or one: {row:?}");
        // Of several dtypes of `ml_dtypes` the view of one is shown.
        let viewed = python.as_ref().and_then(|python| python.split_once("ml_dtypes."));
        let viewed = viewed.map(|(_, name)| name.trim_end_matches(')').to_owned());
        for (i, name) in numpy.iter().enumerate() {
            entries.push(Entry {
                numpy: name.clone(),
                descr: descr[i].clone(),
                cells: if is_choice { cells.clone() } else { vec![cells[i].clone()] },
                variant: variant.get(i).unwrap_or(&variant[0]).clone(),
                python: python.as_ref().map(|python| match &viewed {
                    Some(viewed) => python.replace(viewed, name),
                    None => python.clone(),
                }),
            });
        }
    }
    entries
}

/// Makes an array of a dtype of any kind, and saves it; tells what the header calls it.
pub(crate) const MAKE: &str = r"
import ast, ml_dtypes
def make(name):
    dtype = np.dtype(getattr(ml_dtypes, name, name))
    if dtype.kind in 'US':
        return np.array(['abcde', 'fghij']).astype(dtype)
    if dtype.kind == 'V' and dtype.type is np.void:
        return np.frombuffer(bytes(range(1, 2 * dtype.itemsize + 1)), dtype)
    array = np.array([1, 1]).astype(dtype)
    if 'longdouble' in name:
        array.view('u1').reshape(-1, 16)[:, 10:] = 0  # what is there is left to chance by NumPy
    return array
def descr(file):
    with open(file, 'rb') as f:
        np.lib.format.read_magic(f)
        return ast.literal_eval(f.read(int.from_bytes(f.read(2), 'little')).decode('latin1'))['descr']
";
