//! Archives of every make: what `np.load` lists and gives of them, we list and give, key by key.

use std::fmt::Write;
use std::fs;

use npz_core::{Npz, NpzReader, NpzWriter};
use tests::{python, temp_dir};

/// Writes archives, and prints for each key of each what `np.load` gives: `a` and the number, or `b` and the bytes.
const ARCHIVES: &str = r"
import struct
warnings.simplefilter('ignore')
def npy(n):
    b = io.BytesIO(); np.save(b, np.array(n)); return b.getvalue()
def info(name, **attributes):
    i = zipfile.ZipInfo(name)
    for key, value in attributes.items(): setattr(i, key, value)
    return i
def plain(file, mode='w', names='ab'):
    with zipfile.ZipFile(file, mode) as z:
        for n, name in enumerate(names): z.writestr(name + '.npy', npy(n))

np.savez('empty.npz'); np.savez_compressed('empty_compressed.npz')
with zipfile.ZipFile('names.npz', 'w') as z:
    for n, name in enumerate(['', '/abs', '../up', 'a/../b', './c', 'C:\\win', '\\\\host\\x', ' ', '.', '..', 'a//b', '~', 'x\ny', 'é' * 300, 'con', 'a.npy.npy']):
        z.writestr(info(name + '.npy') if name else '.npy', npy(n))
    z.writestr('/', b''); z.writestr('folder/', b''); z.writestr('folder/x.npy', npy(100)); z.writestr('folder', b'not one')
    z.writestr('pickle.pkl', b'\x80\x04N.'); z.writestr('notes.txt', 'Ω'); z.writestr('nothing', b'')
# zipfile cuts a name at its first NUL, also when it writes: so NULs are put in afterwards.
with zipfile.ZipFile('nul.npz', 'w') as z:
    for n, name in enumerate(['a#b.npy', 'c.npy#', '#', 'd#1', 'd#2', 'é#.npy', 'dir/#x.npy']): z.writestr(name, npy(n))
raw = open('nul.npz', 'rb').read(); open('nul.npz', 'wb').write(raw.replace(b'#', b'\0'))
fields = b''.join(struct.pack('<HH', 0x5455 + i, 9) + bytes(9) for i in range(40))
long = struct.pack('<HH', 0xCAFE, 65000) + bytes(range(256)) * 253 + bytes(232)
with zipfile.ZipFile('extra.npz', 'w') as z:
    z.writestr(info('a.npy', extra=fields), npy(1)); z.writestr(info('b.npy', extra=long), npy(2))
    z.writestr(info('c.npy', extra=b'odd'), npy(3))
    with z.open(info('d.npy', extra=fields, compress_type=8), 'w', force_zip64=True) as m: m.write(npy(4))
    z.writestr(info('e.npy', comment=b'PK\x01\x02' * 100, date_time=(2107, 12, 31, 23, 59, 58)), npy(5))
# Other extra fields in the member than in the directory: those of the directory are taken out.
raw = open('extra.npz', 'rb').read()
at = raw.rindex(b'PK\x01\x02', 0, raw.rindex(b'a.npy'))
end = raw.rindex(b'PK\x05\x06')
cut = raw[:at + 30] + bytes(2) + raw[at + 32:at + 51] + raw[at + 51 + len(fields):end]
open('local_extra.npz', 'wb').write(cut + raw[end:end + 12] + struct.pack('<I', struct.unpack('<I', raw[end + 12:end + 16])[0] - len(fields)) + raw[end + 16:])
for name, before in (('shell', b'#!/bin/sh\nexit\n'), ('zeros', bytes(70000)), ('archive', None), ('signatures', b'PK\x05\x06PK\x01\x02PK\x03\x04' * 50)):
    if before is None: plain('before.npz', names='xyz'); before = open('before.npz', 'rb').read()
    plain('after.npz'); open(f'joined_{name}.npz', 'wb').write(before + open('after.npz', 'rb').read())
    with open(f'appended_{name}.npz', 'wb') as f: f.write(before)
    # Offsets count from the start of the file here, and of the archive above.
    plain(f'appended_{name}.npz', 'a')
os.remove('before.npz'); os.remove('after.npz')
plain('behind.npz'); open('behind.npz', 'ab').write(b'\n' * 1000)
with zipfile.ZipFile('comment.npz', 'w') as z: z.comment = bytes(range(256)) * 255; z.writestr('a.npy', npy(1))
with zipfile.ZipFile('updated.npz', 'w') as z: z.writestr('a.npy', npy(1)); z.writestr('b.npy', npy(2)); z.writestr('a.npy', npy(3))
with zipfile.ZipFile('updated.npz', 'a') as z: z.writestr('a.npy', npy(4)); z.writestr('a', npy(5))
for method in (0, 8, 12, 14):
    with Pipe(f'pipe{method}.npz') as p, zipfile.ZipFile(p, 'w', method) as z:
        for n in range(3): z.writestr(f'{n}.npy', npy(n))
        z.writestr('folder/', b'')
    with zipfile.ZipFile(f'method{method}.npz', 'w', method) as z:
        z.writestr('a.npy', npy(1)); z.writestr('text', 'x' * 1000)
# A data descriptor without its signature, which is optional.
with Pipe('bare_descriptor.npz') as p, zipfile.ZipFile(p, 'w', 8) as z: z.writestr('a.npy', npy(7))
raw = open('bare_descriptor.npz', 'rb').read()
at, end = raw.index(b'PK\x07\x08'), raw.rindex(b'PK\x05\x06')
start = struct.unpack('<I', raw[end + 16:end + 20])[0] - 4
open('bare_descriptor.npz', 'wb').write(raw[:at] + raw[at + 4:end + 16] + struct.pack('<I', start) + raw[end + 20:])

for file in sorted(f for f in os.listdir('.') if f.endswith('.npz')):
    # What stands before an archive hides it from np.load, but not from what np.load gives.
    joined = file.startswith(('joined_', 'appended_'))
    with np.lib.npyio.NpzFile(open(file, 'rb')) if joined else np.load(file) as f:
        print(file, ' '.join(key.encode().hex() or '-' for key in f.files))
        for key in f.files:
            value = f[key]
            print(file, key.encode().hex() or '-', f'b{value.hex()}' if isinstance(value, bytes) else f'a{int(value)}')
";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn shown(key: &str) -> String {
    if key.is_empty() { "-".to_owned() } else { hex(key.as_bytes()) }
}

#[test]
fn archives_of_every_make_are_listed_and_read_as_np_load_does() {
    let dir = temp_dir();
    let numpys = python(dir.path(), ARCHIVES);
    let mut paths: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() > 20, "{}", paths.len());
    let mut ours = String::new();
    for path in paths {
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        let npz = NpzReader::open(&path).unwrap_or_else(|error| panic!("{error}"));
        let keys: Vec<String> = npz.names().map(shown).collect();
        writeln!(ours, "{file} {}", keys.join(" ")).unwrap();
        assert_eq!(npz.entries().unwrap().len(), keys.len(), "{file}");
        for key in npz.names() {
            let bytes = npz.bytes(key).unwrap_or_else(|error| panic!("{error}"));
            let value = if bytes.starts_with(b"\x93NUMPY") {
                format!("a{}", npz.get::<i64>(key).unwrap_or_else(|error| panic!("{error}")))
            } else {
                format!("b{}", hex(&bytes))
            };
            writeln!(ours, "{file} {} {value}", shown(key)).unwrap();
        }
    }
    for (ours, numpys) in ours.lines().zip(numpys.lines()) {
        assert_eq!(ours, numpys);
    }
    assert_eq!(ours.lines().count(), numpys.lines().count());
}

#[test]
fn names_that_would_be_paths_elsewhere_are_data() {
    let dir = temp_dir();
    let names = ["", "/abs", "../up", "C:\\win", "a/../b", ".", "..", "x\ny"];
    let mut writer = NpzWriter::create(dir.path().join("names.npz")).unwrap();
    for (n, name) in names.iter().enumerate() {
        writer.add(name, &(n as u64)).unwrap();
    }
    writer.finish().unwrap();
    python(
        dir.path(),
        r"
f = np.load('names.npz')
names = ['', '/abs', '../up', 'C:\\win', 'a/../b', '.', '..', 'x\ny']
assert f.files == names, f.files
assert [int(f[name]) for name in names] == list(range(8))
",
    );
    let npz = NpzReader::open(dir.path().join("names.npz")).unwrap();
    for (n, name) in names.iter().enumerate() {
        assert_eq!(npz.get::<u64>(name).unwrap(), n as u64, "{name:?}");
    }
    let left: Vec<_> = fs::read_dir(dir.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing was extracted");
}

/// Where Python would read another archive than the one that the file ends with, neither is read.
#[test]
fn an_archive_in_the_comment_of_another_is_refused() {
    let dir = temp_dir();
    let listed = python(
        dir.path(),
        "def archive(**arrays):
    out = io.BytesIO(); np.savez(out, **arrays); return out.getvalue()
def outer(name, inner, **arrays):
    raw = archive(**arrays)
    open(name, 'wb').write(raw[:-2] + len(inner).to_bytes(2, 'little') + inner)
inner = archive(evil=np.arange(3))
outer('two.npz', inner + b'\\n', good=np.arange(2))
outer('empty.npz', inner + b'\\n')
outer('whole.npz', inner, good=np.arange(2))
for name in ('two', 'empty', 'whole'):
    print(np.load(name + '.npz').files)
",
    );
    assert_eq!(listed, "['evil']\n['evil']\n['evil']\n");
    for name in ["two", "empty"] {
        let error = NpzReader::open(dir.path().join(format!("{name}.npz"))).unwrap_err();
        assert_eq!(error.kind(), npz_core::ErrorKind::Damaged);
        assert!(error.to_string().contains("holds another archive"), "{error}");
    }
    // The file ends with it: all programs agree.
    let whole = NpzReader::open(dir.path().join("whole.npz")).unwrap();
    assert_eq!(whole.names().collect::<Vec<_>>(), ["evil"]);
}

/// An end record in the archive's comment: where NumPy finds no archive or an empty one, the members are still there.
#[test]
fn a_comment_that_looks_like_an_end_record_loses_no_members() {
    let dir = temp_dir();
    let printed = python(
        dir.path(),
        r"
empty = b'PK\x05\x06' + bytes(18)
for i, comment in enumerate([empty + b'PK\x05\x06', empty + b'x', b'PK\x05\x06', empty]):
    np.savez('plain.npz', a=np.array(7))
    raw = open('plain.npz', 'rb').read()
    open(f'{i}.npz', 'wb').write(raw[:-2] + len(comment).to_bytes(2, 'little') + comment)
    try: print(len(np.load(f'{i}.npz').files))
    except zipfile.BadZipFile: print('refused')
",
    );
    assert_eq!(printed.split_whitespace().collect::<Vec<_>>(), ["refused", "0", "refused", "0"]);
    for i in 0..3 {
        let npz =
            NpzReader::open(dir.path().join(format!("{i}.npz"))).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(npz.get::<i64>("a").unwrap(), 7, "{i}");
    }
    // Here both records end the file, and the last one counts, as in NumPy.
    assert_eq!(NpzReader::open(dir.path().join("3.npz")).unwrap().names().count(), 0);
}

#[test]
fn an_archive_without_members_loads_where_nothing_is_wanted() {
    #[derive(Npz, Debug, PartialEq)]
    struct Nothing {
        rate: Option<f64>,
    }
    let dir = temp_dir();
    python(dir.path(), "np.savez('numpys.npz')");
    assert_eq!(Nothing::load(dir.path().join("numpys.npz")).unwrap(), Nothing { rate: None });
    Nothing { rate: None }.save(dir.path().join("ours.npz")).unwrap();
    python(
        dir.path(),
        "assert np.load('ours.npz').files == []
assert open('ours.npz', 'rb').read() == open('numpys.npz', 'rb').read()",
    );
}
