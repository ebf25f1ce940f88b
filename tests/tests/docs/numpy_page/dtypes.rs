//! From dtypes to cell types and back, and what may be cast.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use npz_core::time::{
    Attosecond, Day, Femtosecond, Hour, Microsecond, Millisecond, Minute, Month, Nanosecond, Picosecond,
    Second, Unit, Week, Year,
};
use npz_core::{AnyArray, DType, npy};
use tests::docs::{code, source, table};
use tests::{python, temp_dir};

use super::cells::{MAKE, cell_types, entries};
use super::page;

#[test]
fn every_row_of_the_table_of_dtypes_is_written_by_numpy_read_and_written_again() {
    let dir = temp_dir();
    let (entries, types) = (entries(), cell_types());
    assert!(entries.len() > 40, "{}", entries.len());
    let list: Vec<_> = entries.iter().map(|entry| (&entry.numpy, &entry.descr)).collect();
    python(
        dir.path(),
        &format!(
            "{MAKE}
for i, (name, stored) in enumerate({list:?}):
    np.save(f'{{i}}.npy', make(name))
    assert descr(f'{{i}}.npy') == stored, (name, stored, descr(f'{{i}}.npy'))
"
        ),
    );
    let mut checks = vec![MAKE.to_owned()];
    let mut others = Vec::new();
    for (i, entry) in entries.iter().enumerate() {
        let (name, path) = (&entry.numpy, dir.path().join(format!("{i}.npy")));
        let numpys = fs::read(&path).unwrap();
        for (j, cell) in entry.cells.iter().enumerate() {
            let (again, _) = types.get(cell.as_str()).unwrap_or_else(|| {
                panic!("the page names the cell type `{cell}`, which this test does not know: add it to `cell_types`")
            });
            let archive = format!("{i}-{j}.npz");
            let ours = again(&path, &dir.path().join(&archive))
                .unwrap_or_else(|error| panic!("{name} is not read as `{cell}`: {error}"));
            assert!(ours == numpys, "{name} of `{cell}` is not saved as NumPy saves it");
            checks.push(match &entry.python {
                Some(python) => format!(
                    "
with np.load('{archive}') as f:
    a, numpys = {python}, make('{name}')
assert a.dtype == numpys.dtype and a.tobytes() == numpys.tobytes(), ('{name}', a, numpys)
"
                ),
                None => format!(
                    "
try:
    np.load('{archive}')['a']
    raise SystemExit('np.load does not refuse {name}')
except ValueError:
    pass
"
                ),
            });
        }
        let any = npy::load::<AnyArray>(&path).unwrap();
        let shown = format!("{any:?}");
        let variant = shown.split(|c: char| !c.is_alphanumeric()).next().unwrap();
        if variant != entry.variant {
            others.push(format!("{name}: {variant}"));
        }
        let mut bytes = Vec::new();
        npy::write(&mut bytes, &any).unwrap();
        assert!(bytes == numpys, "{name} of an `AnyArray` is not saved as NumPy saves it");
    }
    python(dir.path(), &checks.concat());
    assert!(others.is_empty(), "`AnyArray` holds these as another variant than the page says: {others:#?}");
}

/// The kind and size of a dtype; the width of text and voids and the unit of times is the array's own matter.
fn family(descr: &str) -> String {
    let plain = descr.trim_start_matches(['<', '|', '>']);
    match plain.chars().next().unwrap() {
        'U' => "U".to_owned(),
        // NumPy's older letter for the same.
        'S' | 'a' => "S".to_owned(),
        'V' if !["V1", "V2"].contains(&plain) => "V".to_owned(),
        'M' | 'm' => plain.split('[').next().unwrap().to_owned(),
        _ => plain.to_owned(),
    }
}

/// A file of one cell of zeros, whatever a header calls it.
fn file_of(descr: &str, size: usize) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': (1,), }}\n");
    let mut file = b"\x93NUMPY\x01\0".to_vec();
    file.extend(u16::try_from(header.len()).unwrap().to_le_bytes());
    file.extend(header.bytes());
    file.extend(vec![0; size]);
    file
}

#[test]
fn every_dtype_that_is_read_has_a_row() {
    let page = page();
    let mut listed: BTreeSet<String> = entries().iter().map(|entry| family(&entry.descr)).collect();
    // Of 32-bit machines, which NumPy does not write here.
    for descr in ["<f12", "<c24"] {
        assert!(page.contains(&format!("`{descr}`")), "{descr} is not on the page");
        listed.insert(family(descr));
    }
    let mut read = BTreeSet::new();
    for kind in ('A'..='Z').chain('a'..='z') {
        for size in 0..=33 {
            let (descr, bytes) = (format!("<{kind}{size}"), if kind == 'U' { 4 * size } else { size });
            if npy::read::<AnyArray>(&file_of(&descr, bytes)[..]).is_ok() {
                read.insert(family(&descr));
            }
        }
    }
    assert_eq!(read, listed, "what is read, and what the page lists");
}

#[test]
fn every_cell_type_has_a_row() {
    let page = page();
    let mut here: BTreeSet<String> = entries().into_iter().flat_map(|entry| entry.cells).collect();
    for name in here.clone() {
        // `DateTime64<U>` stands for all units, `FixedStr<N>` for all widths.
        here.insert(name.split('<').next().unwrap().to_owned());
    }
    let element = table(&source("npz-core/src/element/mod.rs"), "| Rust | written as |");
    let tiny =
        table(&source("npz-core/src/element/tiny/mod.rs").replace("//! ", ""), "| here | in `ml_dtypes` |");
    assert!(element.len() >= 15 && tiny.len() >= 13, "{} {}", element.len(), tiny.len());
    for name in element.iter().chain(&tiny).flat_map(|row| code(&row[0])) {
        let plain = name.split('<').next().unwrap();
        let is_here = here.contains(&name)
            || (plain != "Complex" && here.contains(plain))
            || ["tiny::TinyFloat", "tiny::TinyInt"].contains(&plain);
        assert!(is_here, "the page has no row for cells of `{name}`");
    }
    for unit in units(&page) {
        let parsed = DType::parse(&format!("<M8[{}]", unit.0)).unwrap();
        assert_eq!(parsed.time_unit().unwrap().to_string(), unit.0);
    }
}

/// The units of the page: what NumPy calls them, and we.
fn units(page: &str) -> Vec<(String, String)> {
    let rows = table(page, "| NumPy | in [`time`]");
    rows.iter().flat_map(|row| code(&row[0]).into_iter().zip(code(&row[1]))).collect()
}

#[test]
fn every_unit_of_numpy_is_on_the_page_under_its_name() {
    fn unit<U: Unit>() -> String {
        U::UNIT.to_string()
    }
    macro_rules! known {
        ($($unit:ident),*) => { BTreeMap::from([$((stringify!($unit).to_owned(), unit::<$unit>())),*]) };
    }
    let known: BTreeMap<String, String> = known!(
        Year,
        Month,
        Week,
        Day,
        Hour,
        Minute,
        Second,
        Millisecond,
        Microsecond,
        Nanosecond,
        Picosecond,
        Femtosecond,
        Attosecond
    );
    let listed: BTreeMap<String, String> =
        units(&page()).into_iter().map(|(numpy, ours)| (ours, numpy)).collect();
    assert_eq!(listed, known);
    let letters: Vec<char> = ('A'..='Z').chain('a'..='z').collect();
    let mut read = BTreeSet::new();
    for a in &letters {
        read.insert(a.to_string());
        read.extend(letters.iter().map(|b| format!("{a}{b}")));
    }
    read.retain(|unit| DType::parse(&format!("<M8[{unit}]")).is_ok());
    read.remove("generic");
    assert_eq!(read, known.into_values().collect(), "the units that a header may have");
}

#[test]
fn the_table_of_casts_says_by_which_rule_each_dtype_is_read() {
    let dir = temp_dir();
    let (page, types) = (page(), cell_types());
    let head = page.lines().find(|line| line.starts_with("| | `bool`")).expect("the table of casts");
    let columns = code(head);
    let dtypes = [
        "bool",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "float16",
        "float32",
        "float64",
        "longdouble",
        "complex64",
        "complex128",
    ];
    python(dir.path(), &format!("for d in {dtypes:?}:\n    np.save(d + '.npy', np.ones(2, d))\n"));
    let line = |dtype: &str| {
        let path = dir.path().join(format!("{dtype}.npy"));
        let words = columns.iter().map(|cell| (types[cell.as_str()].1)(&path));
        let words: String =
            words.map(|word| if word.is_empty() { " |".to_owned() } else { format!(" {word} |") }).collect();
        format!("| `{dtype}` |{words}")
    };
    let expected: Vec<String> = dtypes.iter().map(|dtype| line(dtype)).collect();
    let found: Vec<&str> = page
        .lines()
        .skip_while(|line| *line != head)
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert_eq!(found, expected, "the table should be:\n{}\n", expected.join("\n"));
}
