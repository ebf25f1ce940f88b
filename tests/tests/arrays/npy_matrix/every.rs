//! Every dtype x byte order x layout x version, as NumPy writes it while the test runs, read in every way and written.
//!
//! `every.py` makes the files and lists what is in them: header, cells, and the little-endian bytes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use ndarray::{Array0, Array2, ArrayD, ArrayViewD};
use npz_core::{
    AnyArray, ByteOrder, Cast, Element, Header, Limits, LoadOptions, Npz, NpzReader, Order, SaveOptions, npy,
};
use tests::{python, temp_dir};

use crate::npy_matrix::dtypes::{Files, Visit, each_dtype};
use crate::npy_matrix::tables::{Bits, Cell};

/// One file that NumPy made, as `every.py` lists it.
struct Listed {
    key: usize,
    /// `<`, `>`, or `m` where fields differ.
    order: char,
    version: u8,
    layout: String,
    descr: String,
    shape: Vec<usize>,
    is_fortran: bool,
    header_len: usize,
}

/// All files, by dtype.
struct Every {
    archive: NpzReader<Vec<u8>>,
    listed: Vec<Listed>,
    dtypes: Vec<String>,
}

/// Writes each row of the table as a line of Python.
#[derive(Default)]
struct Script {
    dtypes: Vec<String>,
    rows: Vec<String>,
}

impl Script {
    fn row(&mut self, python: &str, layouts: &str) {
        self.rows.push(format!("    ('{}', {python}, {layouts}),\n", self.rows.len()));
        self.dtypes.push(python.to_owned());
    }
}

impl Visit for Script {
    fn typed<A: Cell>(&mut self, python: &str, files: Files) {
        self.row(
            python,
            if files == Files::Few { "['c', 'f', 'scalar', 'empty', 'strided']" } else { "None" },
        );
    }
    fn untyped(&mut self, python: &str) {
        self.row(python, "None");
    }
}

fn every() -> &'static Every {
    static EVERY: OnceLock<Every> = OnceLock::new();
    EVERY.get_or_init(|| {
        let mut script = Script::default();
        each_dtype(&mut script);
        let dir = temp_dir();
        let program = include_str!("every.py");
        python(dir.path(), &format!("import ml_dtypes\nROWS = [\n{}]\n{program}", script.rows.concat()));
        let archive = NpzReader::new(fs::read(dir.path().join("every.npz")).unwrap()).unwrap();
        let listed = String::from_utf8(archive.bytes("listed").unwrap()).unwrap();
        let listed = listed.split('\n').map(|line| {
            let [key, order, version, layout, descr, shape, is_fortran, header_len] =
                line.split('\t').collect::<Vec<_>>()[..]
            else {
                panic!("{line}")
            };
            Listed {
                key: key.parse().unwrap(),
                order: order.parse().unwrap(),
                version: version.parse().unwrap(),
                layout: layout.to_owned(),
                descr: descr.to_owned(),
                shape: shape.split(',').filter_map(|len| len.parse().ok()).collect(),
                is_fortran: is_fortran == "1",
                header_len: header_len.parse().unwrap(),
            }
        });
        Every { listed: listed.collect(), dtypes: script.dtypes, archive }
    })
}

impl Listed {
    /// Some are read from files: to make thousands of them takes longer than all else.
    fn is_on_disk(&self, group: &Group<'_>) -> bool {
        group.is_lowest_version() && ["c", "f", "scalar"].contains(&&*self.layout)
    }
}

/// The files of one dtype, byte order and version.
struct Group<'e> {
    every: &'e Every,
    listed: &'e [Listed],
    bytes: Vec<u8>,
}

impl Every {
    /// The files of one dtype.
    fn groups(&self, key: usize) -> impl Iterator<Item = Group<'_>> {
        let start = self.listed.partition_point(|file| file.key < key);
        let end = self.listed.partition_point(|file| file.key <= key);
        let same = |a: &Listed, b: &Listed| (a.order, a.version) == (b.order, b.version);
        self.listed[start..end].chunk_by(same).map(|listed| {
            let Listed { key, order, version, .. } = listed[0];
            let bytes = self.archive.bytes(&format!("{key}/{version}{order}")).unwrap();
            Group { every: self, listed, bytes }
        })
    }

    fn lowest_version(&self, key: usize) -> u8 {
        self.listed[self.listed.partition_point(|file| file.key < key)].version
    }

    fn has(&self, key: usize, order: char) -> bool {
        self.archive.contains(&format!("{key}/{}{order}", self.lowest_version(key)))
    }

    /// An archive in the archive.
    fn inner(&self, name: &str) -> NpzReader<Vec<u8>> {
        let bytes = self.archive.bytes(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        trusted().reader(bytes).unwrap()
    }

    /// What `np.save` writes in this byte order, where the dtype has one.
    fn saved(&self, key: usize, order: char, files: Files) -> NpzReader<Vec<u8>> {
        let order = if self.has(key, order) { order } else { '<' };
        match files {
            Files::Fitted => self.inner(&format!("{key}/fit{order}")),
            _ => self.inner(&format!("{key}/{}{order}", self.lowest_version(key))),
        }
    }
}

impl Group<'_> {
    /// Tells whether these are the files of `np.save`.
    fn is_lowest_version(&self) -> bool {
        self.every.lowest_version(self.listed[0].key) == self.listed[0].version
    }

    fn name(&self, layout: &str) -> String {
        let Listed { key, order, version, .. } = self.listed[0];
        let dtype: String = self.every.dtypes[key].chars().take(200).collect();
        format!("{dtype} {order} version {version} {layout}")
    }
}

/// Headers of any length are read where that is allowed.
fn trusted() -> LoadOptions {
    LoadOptions::new().limits(Limits::trusted()).cast(Cast::Exact)
}

fn assert_same(ours: &[u8], numpys: &[u8], name: &str) {
    let start = |bytes: &[u8]| bytes[..bytes.len().min(700)].escape_ascii().to_string();
    assert!(ours == numpys, "{name}\n ours {}\nnumpy {}", start(ours), start(numpys));
}

#[test]
fn headers_are_listed_with_the_dtype_shape_order_and_version_that_numpy_wrote() {
    let every = every();
    let mut count = [0; 3];
    for group in (0..every.dtypes.len()).flat_map(|key| every.groups(key)) {
        let npz = trusted().reader(&group.bytes).unwrap();
        for file in group.listed {
            let name = group.name(&file.layout);
            let header = npz.header(&file.layout).unwrap_or_else(|error| panic!("{name}: {error}"));
            let order = if file.is_fortran { Order::Fortran } else { Order::C };
            assert_eq!(header.dtype().to_string(), file.descr, "{name}");
            assert_eq!((header.shape(), header.order()), (&*file.shape, order), "{name}");
            assert_eq!((header.version(), header.len()), ((file.version, 0), file.header_len), "{name}");
            let bytes = npz.bytes(&format!("{}.npy", file.layout)).unwrap();
            assert_eq!(header.len() as u64 + header.data_len(), bytes.len() as u64, "{name}");
            assert_eq!(Header::read(&bytes[..], &Limits::trusted()).unwrap(), header, "{name}");
            count[usize::from(file.version) - 1] += 1;
        }
    }
    // Each in three versions, but for those that need a higher one.
    assert!(count[0] > 1_500 && count[1] > count[0] && count[2] > count[1], "{count:?}");
}

#[test]
fn what_numpy_writes_is_read_without_a_type_and_written_byte_by_byte() {
    let every = every();
    let dir = temp_dir();
    let mut count = 0;
    for key in 0..every.dtypes.len() {
        let cells = every.inner(&format!("{key}/le"));
        let saved = ['<', '>', 'm'].map(|order| (order, every.saved(key, order, Files::Own)));
        for group in every.groups(key) {
            let npz = trusted().reader(&group.bytes).unwrap();
            let all = trusted().from_bytes::<BTreeMap<String, AnyArray>>(&group.bytes).unwrap();
            assert_eq!(all.len(), group.listed.len());
            let as_it_is = rewritten(&all, &SaveOptions::new());
            let asked_for: Vec<_> = [('<', ByteOrder::Little), ('>', ByteOrder::Big)]
                .into_iter()
                .filter(|_| group.is_lowest_version())
                .map(|(order, asked)| (order, rewritten(&all, &SaveOptions::new().byte_order(asked))))
                .collect();
            for file in group.listed {
                let name = group.name(&file.layout);
                let member = format!("{}.npy", file.layout);
                let bytes = npz.bytes(&member).unwrap();
                let mut read = vec![npz.get::<AnyArray>(&file.layout).unwrap(), all[&file.layout].clone()];
                // To write over a file would wait for the disk.
                let path = dir.path().join(format!("{count}.npy"));
                count += 1;
                let loaded = if file.is_on_disk(&group) {
                    fs::write(&path, &bytes).unwrap();
                    trusted().load::<AnyArray>(&path)
                } else {
                    trusted().read::<AnyArray>(&bytes[..])
                };
                read.push(loaded.unwrap_or_else(|error| panic!("{name}: {error}")));
                for any in &read {
                    assert_eq!(any.shape(), file.shape, "{name}");
                    assert_same(&any.to_le_bytes().unwrap(), &cells.bytes(&file.layout).unwrap(), &name);
                }
                let numpys = |order| {
                    let (_, saved) = saved.iter().find(|saved| saved.0 == order).unwrap();
                    saved.bytes(&member).unwrap()
                };
                // Nothing is lost, unless another byte order is asked for; but the version is the lowest.
                let kept = numpys(file.order);
                assert!(!group.is_lowest_version() || kept == bytes, "{name}");
                for any in &read {
                    let mut streamed = Vec::new();
                    npy::write(&mut streamed, any).unwrap();
                    assert_same(&streamed, &kept, &name);
                }
                assert_same(&as_it_is.bytes(&member).unwrap(), &kept, &name);
                for (order, ours) in &asked_for {
                    assert_same(&ours.bytes(&member).unwrap(), &numpys(*order), &name);
                }
            }
        }
    }
}

/// Saves the arrays into another archive.
fn rewritten(all: &BTreeMap<String, AnyArray>, options: &SaveOptions) -> NpzReader<Vec<u8>> {
    trusted().reader(options.to_bytes(&all).unwrap()).unwrap()
}

/// Three members of each archive, by derive.
#[derive(Npz)]
#[npz(allow_unknown)]
struct Members<A: Element> {
    c: Array2<A>,
    f: Array2<A>,
    scalar: Array0<A>,
}

struct Typed<'p> {
    dir: &'p Path,
    /// The key of the next dtype.
    key: usize,
    read: usize,
    written: usize,
}

impl Visit for Typed<'_> {
    fn untyped(&mut self, _: &str) {
        self.key += 1;
    }

    fn typed<A: Cell>(&mut self, _: &str, files: Files) {
        let every = every();
        let key = self.key;
        self.key += 1;
        // Texts are compared as texts where the width is not that of the type.
        let (cells, between) = match files {
            Files::Fitted => (every.inner(&format!("{key}/texts")), &b"\x1f"[..]),
            _ => (every.inner(&format!("{key}/cells")), &b""[..]),
        };
        let assert_cells = |array: &ArrayViewD<'_, A>, layout: &str, name: &str| {
            let ours: Vec<_> = array.iter().map(Bits::bits).collect();
            assert_same(&ours.join(between), &cells.bytes(layout).unwrap(), name);
        };
        let (little, big) = (every.saved(key, '<', files), every.saved(key, '>', files));
        for group in every.groups(key) {
            let npz = trusted().reader(&group.bytes).unwrap();
            for file in group.listed {
                let name = group.name(&file.layout);
                let bytes = npz.bytes(&format!("{}.npy", file.layout)).unwrap();
                let mut reads: Vec<npz_core::Result<ArrayD<A>>> =
                    vec![npz.get(&file.layout), trusted().from_bytes(&bytes)];
                if file.is_on_disk(&group) {
                    // To write over a file would wait for the disk.
                    let path = self.dir.join(format!("{}.npy", self.read));
                    fs::write(&path, &bytes).unwrap();
                    reads.push(trusted().load(&path));
                }
                let any: AnyArray = npz.get(&file.layout).unwrap();
                let converted: ArrayD<A> =
                    any.to_array(Cast::Exact).unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_cells(&converted.view(), &file.layout, &name);
                let mut last = None;
                for read in reads {
                    let array = read.unwrap_or_else(|error| panic!("{name}: {error}"));
                    assert_eq!(array.shape(), file.shape, "{name}");
                    assert_cells(&array.view(), &file.layout, &name);
                    self.read += 1;
                    last = Some(array);
                }
                if let Some(array) = last.filter(|_| files != Files::Read && group.is_lowest_version()) {
                    let member = format!("{}.npy", file.layout);
                    let mut swapped = Vec::new();
                    SaveOptions::new().byte_order(ByteOrder::Big).write_to(&array, &mut swapped).unwrap();
                    assert_same(&npy::to_bytes(&array).unwrap(), &little.bytes(&member).unwrap(), &name);
                    assert_same(&swapped, &big.bytes(&member).unwrap(), &name);
                    self.written += 2;
                }
            }
            let members = trusted()
                .from_bytes::<Members<A>>(&group.bytes)
                .unwrap_or_else(|error| panic!("{}: {error}", group.name("")));
            assert_cells(&members.c.view().into_dyn(), "c", &group.name("c"));
            assert_cells(&members.f.view().into_dyn(), "f", &group.name("f"));
            assert_cells(&members.scalar.view().into_dyn(), "scalar", &group.name("scalar"));
            for (order, numpys) in [(ByteOrder::Little, &little), (ByteOrder::Big, &big)] {
                if files != Files::Read && group.is_lowest_version() {
                    let ours = SaveOptions::new().byte_order(order).to_bytes(&members).unwrap();
                    let ours = NpzReader::new(&ours).unwrap();
                    for member in ["c.npy", "f.npy", "scalar.npy"] {
                        let numpys = numpys.bytes(member).unwrap();
                        assert_same(&ours.bytes(member).unwrap(), &numpys, &group.name(member));
                    }
                }
            }
        }
        in_other_spellings::<A>(key, &assert_cells);
    }
}

/// `=` and `|` for `<`, and no order at all, are the machine's own to NumPy, and little-endian here.
fn in_other_spellings<A: Cell>(key: usize, assert_cells: &dyn Fn(&ArrayViewD<'_, A>, &str, &str)) {
    let file = every().saved(key, '<', Files::Own).bytes("c.npy").unwrap();
    let len = Header::read(&file[..], &Limits::trusted()).unwrap().len();
    let latin: String = file[..len].iter().copied().map(char::from).collect();
    for order in ["=", "|", ""] {
        let spelled = latin.replace("'<", &format!("'{order}"));
        let mut bytes: Vec<u8> = spelled.trim_end().chars().map(|c| c as u8).collect();
        bytes.resize(len, b' ');
        bytes.extend(&file[len..]);
        let name = format!("{} with {order:?}", every().dtypes[key]);
        let array: ArrayD<A> = trusted().from_bytes(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_cells(&array.view(), "c", &name);
    }
}

#[test]
fn what_numpy_writes_is_read_by_its_type_in_every_way_and_written_byte_by_byte() {
    let dir = temp_dir();
    let mut typed = Typed { dir: dir.path(), key: 0, read: 0, written: 0 };
    each_dtype(&mut typed);
    assert_eq!(typed.key, every().dtypes.len());
    assert!(typed.read > 8_500 && typed.written > 2_500, "{} {}", typed.read, typed.written);
}
