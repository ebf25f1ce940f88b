//! Why a file is refused as an archive, as a whole.

use crate::error::{Error, Result};
use crate::input::AnyInput;
use crate::sniff::{self, Format, HEAD_BYTES};

/// Refuses an `.npy` file, as `np.load` does: it looks at the first bytes and takes them seriously. The data
/// of an array may well end in something that looks like an archive's directory.
pub(super) fn refuse_npy(input: &AnyInput<'_>) -> Result<()> {
    let head = head(input)?;
    if head.starts_with(b"\x93NUMPY") { Err(sniff::refuse(Format::Npz, &head)) } else { Ok(()) }
}

/// Refuses an archive of PyTorch, whose first member is a pickle.
pub(super) fn refuse_torch(input: &AnyInput<'_>, first_member: &str) -> Result<()> {
    if !sniff::is_torch_member(first_member.as_bytes()) {
        return Ok(());
    }
    let head = head(input)?;
    if sniff::is_torch_zip(&head) { Err(sniff::refuse(Format::Npz, &head)) } else { Ok(()) }
}

/// Explains why there is no directory. `complaint` is what is wrong with the end record, if there is one.
pub(super) fn explain(input: &AnyInput<'_>, complaint: Option<&str>) -> Result<Error> {
    let head = head(input)?;
    if head.is_empty() {
        return Ok(Error::damaged(
            "expected an .npz archive, found an empty file: a save or a copy was interrupted, restore it",
        ));
    }
    if let Some(complaint) = complaint {
        return Ok(broken_directory(complaint));
    }
    if head.starts_with(b"PK") || head == b"P" {
        return Ok(Error::damaged(format!(
            "the archive is cut off: its first bytes are there, its directory, which comes last, is not \
             among the {} bytes found; a save was interrupted or a download is incomplete, get the file again; \
             `LoadOptions::salvage` reads the members that are whole",
            input.size()
        )));
    }
    Ok(sniff::refuse(Format::Npz, &head))
}

pub(super) fn broken_directory(complaint: &str) -> Error {
    Error::damaged(format!(
        "the directory at the end of the archive can't be read: {complaint}; \
         the file was damaged after it was written, restore a copy"
    ))
}

fn head(input: &AnyInput<'_>) -> Result<Vec<u8>> {
    input.read_up_to(0, HEAD_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::input::Input;

    #[test]
    fn what_is_no_archive_is_told() {
        let cases: [(&[u8], ErrorKind, &str); 4] = [
            (b"", ErrorKind::Damaged, "an empty file"),
            (b"PK\x03\x04....", ErrorKind::Damaged, "cut off"),
            (b"\x1F\x8B\x08...", ErrorKind::Unsupported, "gzip"),
            (b"\x00\x01", ErrorKind::Damaged, "begins with \"PK\", found \"\\x00\\x01\""),
        ];
        for (bytes, kind, text) in cases {
            let error = explain(&Input::new(bytes, None).unwrap(), None).unwrap();
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.to_string().contains(text), "{error}");
        }
        let error =
            explain(&Input::new(b"PK\x05\x06".as_slice(), None).unwrap(), Some("bad offset")).unwrap();
        assert!(error.to_string().contains("can't be read: bad offset;"), "{error}");
        let error = refuse_npy(&Input::new(b"\x93NUMPY\x01\x00".as_slice(), None).unwrap()).unwrap_err();
        assert!(error.to_string().contains("npy::load"), "{error}");
    }
}
