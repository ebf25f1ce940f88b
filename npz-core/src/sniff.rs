//! What a file is that is not what it was taken for, told by its first bytes: one table for both formats.
//!
//! Knows nothing of the end of a file, so that streams, bytes and files are told alike.

use crate::error::Error;

/// As many bytes as a look takes: the mark of a tar file stands at 257.
pub(crate) const HEAD_BYTES: usize = 512;

/// What a file was taken for.
#[derive(Clone, Copy)]
pub(crate) enum Format {
    Npy,
    Npz,
}

/// A kind of file that is neither.
struct Kind {
    is: fn(&[u8]) -> bool,
    what: &'static str,
    remedy: &'static str,
}

/// The first that fits counts.
const KINDS: [Kind; 18] = [
    Kind {
        is: |head| head.starts_with(b"\x93NUMPY"),
        what: "an .npy file, a single array",
        remedy: "read it with `npy::load` or `npy::from_bytes`",
    },
    Kind { is: is_torch_zip, what: "a PyTorch file, a zip archive around a pickle", remedy: TORCH },
    Kind {
        is: |head| head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06"),
        what: "a zip archive, as .npz files are",
        remedy: "read it with `Npz::load` or `NpzReader::open`",
    },
    Kind {
        is: |head| head.starts_with(b"version https://git-lfs.github.com/spec/"),
        what: "a pointer of Git LFS, which stands for the file",
        remedy: "fetch the file itself with `git lfs pull`",
    },
    Kind {
        is: is_page,
        what: "an HTML or XML page",
        remedy: "a server sent it in place of the file: look at it, and download the file from its direct link",
    },
    Kind {
        is: is_json,
        what: "JSON",
        remedy: "read it with a JSON parser, or save its arrays in Python with `np.savez(path, **json.load(open(path)))`",
    },
    Kind {
        is: |head| head.starts_with(b"\x1F\x8B"),
        what: "a gzip file, as R's .rds files are too",
        remedy: "decompress it first: `gzip -dc < packed > unpacked`; of R's objects save the arrays from R",
    },
    Kind {
        is: |head| head.starts_with(b"\x28\xB5\x2F\xFD"),
        what: "a Zstandard file",
        remedy: "decompress it first: `zstd -dc < packed > unpacked`",
    },
    Kind {
        is: |head| head.starts_with(b"\xFD7zXZ\0"),
        what: "an xz file",
        remedy: "decompress it first: `xz -dc < packed > unpacked`",
    },
    Kind {
        is: |head| head.starts_with(b"BZh") && head.get(4..10) == Some(b"1AY&SY"),
        what: "a bzip2 file",
        remedy: "decompress it first: `bzip2 -dc < packed > unpacked`",
    },
    Kind {
        is: |head| head.starts_with(b"7z\xBC\xAF\x27\x1C"),
        what: "a 7z archive",
        remedy: "unpack it first: `7z x packed`",
    },
    Kind {
        is: |head| head.get(257..262) == Some(b"ustar"),
        what: "a tar archive",
        remedy: "unpack it first: `tar -xf packed`",
    },
    Kind {
        is: |head| head.starts_with(b"MATLAB 5.0 MAT-file"),
        what: "a MATLAB file",
        remedy: "load it in Python with `scipy.io.loadmat(path)` and save its arrays with `np.savez`",
    },
    Kind {
        is: |head| head.starts_with(b"\x89HDF\r\n\x1a\n") || head.starts_with(b"MATLAB 7.3 MAT-file"),
        what: "an HDF5 file, as MATLAB's of version 7.3 are",
        remedy: "open it in Python with `h5py.File(path)` and save its arrays with `np.savez`",
    },
    Kind {
        is: |head| head.starts_with(b"X\n\0\0\0") || head.starts_with(b"RDX"),
        what: "a file of R's objects",
        remedy: "save the arrays from R in another format",
    },
    Kind {
        is: is_safetensors,
        what: "a safetensors file",
        remedy: "read it with the crate `safetensors`, or save its arrays in Python with \
                 `np.savez(path, **safetensors.numpy.load_file(path))`",
    },
    Kind {
        is: |head| head.starts_with(b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."),
        what: "a PyTorch file of the old kind, a row of pickles",
        remedy: TORCH,
    },
    Kind {
        is: is_pickle,
        what: "a Python pickle, which can run any code when it is loaded, so it is never read",
        remedy: "if you trust it, load it in Python with `np.load(path, allow_pickle=True)` and save plain arrays with \
                 `np.save` or `np.savez`",
    },
];

const TORCH: &str = "save its tensors in Python: `state = torch.load(path, map_location=\"cpu\")`, \
                     `np.savez(path, **{name: tensor.numpy() for name, tensor in state.items()})`";

/// The error of a file that does not begin as it should, by its first [`HEAD_BYTES`].
pub(crate) fn refuse(wanted: Format, head: &[u8]) -> Error {
    let (wanted, begins) = match wanted {
        Format::Npy => ("an .npy file", "\\x93NUMPY"),
        Format::Npz => ("an .npz archive", "PK"),
    };
    let start = head.get(..16).unwrap_or(head).escape_ascii();
    if let Some(Kind { what, remedy, .. }) = KINDS.iter().find(|kind| (kind.is)(head)) {
        Error::unsupported(format!("expected {wanted}, found {what}; {remedy}"))
    } else if is_text(head) {
        Error::unsupported(format!(
            "expected {wanted}, found text that begins with \"{start}\"; a table of numbers is read by the crate \
             `npz-text`, as in Python by `np.loadtxt`"
        ))
    } else {
        Error::damaged(format!("expected {wanted}, which begins with \"{begins}\", found \"{start}\"")).at(0)
    }
}

/// Whether an archive is PyTorch's: the pickle is its first member.
pub(crate) fn is_torch_zip(head: &[u8]) -> bool {
    let length = head.get(26..28).and_then(|bytes| bytes.try_into().ok()).map_or(0, u16::from_le_bytes);
    let name = head.get(30..30 + usize::from(length)).unwrap_or_default();
    head.starts_with(b"PK\x03\x04") && is_torch_member(name)
}

/// Whether a member is the pickle of a PyTorch file.
pub(crate) fn is_torch_member(name: &[u8]) -> bool {
    name == b"data.pkl" || name.ends_with(b"/data.pkl")
}

/// Without the mark of UTF-8 and white space.
fn trimmed(head: &[u8]) -> &[u8] {
    head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start()
}

fn is_page(head: &[u8]) -> bool {
    let begins = |with: &[u8]| trimmed(head).get(..with.len()).is_some_and(|s| s.eq_ignore_ascii_case(with));
    begins(b"<!doctype") || begins(b"<html") || begins(b"<?xml") || begins(b"<head")
}

fn is_json(head: &[u8]) -> bool {
    let Some((&first, rest)) = trimmed(head).split_first() else { return false };
    let next = rest.trim_ascii_start().first();
    let goes_on = match first {
        b'{' => next.is_some_and(|next| b"\"}".contains(next)),
        b'[' => next.is_some_and(|next| b"]\"[{-0123456789tfnN".contains(next)),
        _ => false,
    };
    goes_on && is_text(head)
}

/// Eight bytes of length, then that much JSON: the format allows 100 MB of it.
fn is_safetensors(head: &[u8]) -> bool {
    let length = head.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    (2..=100_000_000).contains(&length) && head.get(8) == Some(&b'{')
}

/// Whether the bytes begin as a pickle does, and end as one if their end is among them.
fn is_pickle(head: &[u8]) -> bool {
    /// What puts something on the stack, in protocols from 2 on.
    const FIRST: &[u8] = b"()]}NIJKMLFGSTUVXcBC\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x95\x96";
    let begins = match head {
        [0x80, 2..=5, first, ..] => FIRST.contains(first),
        // The older ones have no mark: a list, a dict, or something of a module, as arrays are.
        [b'(', b'l' | b'd', b'p', b'0'..=b'9', ..] | [b']' | b'}', b'q', 0, ..] => true,
        [b'c', rest @ ..] => {
            let mut lines = rest.split(|&byte| byte == b'\n');
            let is_name = |line: &[u8]| {
                !line.is_empty() && line.iter().all(|&c| c.is_ascii_alphanumeric() || c == b'_' || c == b'.')
            };
            let names = [lines.next(), lines.next()];
            names.iter().all(|line| line.is_some_and(is_name)) && lines.next().is_some()
        }
        _ => false,
    };
    begins && (head.len() >= HEAD_BYTES || head.ends_with(b"."))
}

/// Whether the bytes are UTF-8 without control characters, and not only white space; the last character may be cut off.
fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_some() => return false,
        Err(error) => {
            std::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
        }
    };
    !text.trim().is_empty()
        && text.chars().all(|c| !c.is_control() || matches!(c, '\t' | '\r' | '\n' | '\x0C'))
}

#[cfg(test)]
mod tests;
