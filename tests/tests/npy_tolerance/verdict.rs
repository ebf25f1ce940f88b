//! What we make of the bytes of a file, and what NumPy makes of them, in one form.

use std::fmt::Write;

use half::f16;
use ndarray::ArrayD;
use npz_core::{Element, Error, FixedBytes, Header, Limits, npy};
use num_complex::{Complex32, Complex64};

/// Python: `verdict(file)` is a line of dtype, shape and cells, or `no` and the reason.
pub(crate) const PYTHON: &str = "
import io
warnings.simplefilter('ignore')
def verdict(file):
    try:
        array = np.load(io.BytesIO(file))
        descr = np.lib.format.dtype_to_descr(array.dtype)
        if array.dtype.kind == 'U':
            cells = '\\x1f'.join(array.ravel().tolist()).encode()
        elif array.dtype.kind == 'S':
            cells = b'\\x1f'.join(array.ravel().tolist())
        elif array.dtype.kind == 'b':
            cells = (array != 0).tobytes()
        else:
            cells = array.astype(array.dtype.newbyteorder('<')).tobytes()
        descr = descr if isinstance(descr, str) else repr(descr)
        return f'{descr} {list(array.shape)} {cells.hex()}'
    except Exception as error:
        return 'no ' + repr(f'{type(error).__name__}: {error}')
";

/// A file of version `major` with this header (one byte a character) and these data.
pub(crate) fn file(major: u8, header: &str, data: &[u8]) -> Vec<u8> {
    let header: Vec<u8> = header.chars().map(|c| u8::try_from(c).expect("a Latin-1 header")).collect();
    let mut bytes = b"\x93NUMPY".to_vec();
    bytes.extend([major, 0]);
    match major {
        1 => bytes.extend(u16::try_from(header.len()).expect("a short header").to_le_bytes()),
        _ => bytes.extend(u32::try_from(header.len()).expect("a short header").to_le_bytes()),
    }
    [&bytes, &header[..], data].concat()
}

/// A header as NumPy words it.
pub(crate) fn header(descr: &str, shape: &str) -> String {
    format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes everything");
        text
    })
}

/// The same line for what this crate reads; for a dtype that it can't read yet, the cells are `?`.
pub(crate) fn ours(bytes: &[u8]) -> Result<String, Error> {
    let header = Header::read(bytes, &Limits::default())?;
    let cells = match header.dtype().to_string().trim_start_matches(['<', '>', '|']) {
        "b1" => plain::<bool>(bytes)?,
        "i1" => plain::<i8>(bytes)?,
        "i2" => plain::<i16>(bytes)?,
        "i4" => plain::<i32>(bytes)?,
        "i8" => plain::<i64>(bytes)?,
        "u1" => plain::<u8>(bytes)?,
        "u2" => plain::<u16>(bytes)?,
        "u4" => plain::<u32>(bytes)?,
        "u8" => plain::<u64>(bytes)?,
        "f2" => plain::<f16>(bytes)?,
        "f4" => plain::<f32>(bytes)?,
        "f8" => plain::<f64>(bytes)?,
        "c8" => plain::<Complex32>(bytes)?,
        "c16" => plain::<Complex64>(bytes)?,
        text if text.starts_with('U') => {
            let texts: ArrayD<String> = npy::from_bytes(bytes)?;
            hex(texts.iter().map(String::as_str).collect::<Vec<_>>().join("\x1f").as_bytes())
        }
        text if text.starts_with('S') => {
            let texts: ArrayD<FixedBytes<99>> = npy::from_bytes(bytes)?;
            hex(&texts.iter().map(FixedBytes::as_bytes).collect::<Vec<_>>().join(&0x1f))
        }
        _ => {
            // Asked for as what it is not, it is refused; and never by a panic.
            let error = npy::from_bytes::<ArrayD<String>>(bytes).expect_err("no text");
            if header.dtype().has_object() {
                return Err(error);
            }
            let found = bytes.len() as u64 - header.len() as u64;
            if found < header.data_len() { "cut off".to_owned() } else { "?".to_owned() }
        }
    };
    // Void cells keep the order that the header states, which NumPy forgets.
    let dtype = header.dtype().to_string().replace("<V", "|V").replace(">V", "|V");
    Ok(format!("{dtype} {:?} {cells}", header.shape()))
}

/// The cells in C order, little-endian.
fn plain<A: Element>(bytes: &[u8]) -> Result<String, Error> {
    let array: ArrayD<A> = npy::from_bytes(bytes)?;
    let rewritten = npy::to_bytes(&array.as_standard_layout())?;
    let header = Header::read(&rewritten[..], &Limits::default())?;
    Ok(hex(&rewritten[header.len()..]))
}
