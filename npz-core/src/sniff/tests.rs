use super::*;
use crate::error::ErrorKind;

fn told(head: &[u8]) -> String {
    let [npy, npz] = [Format::Npy, Format::Npz].map(|wanted| refuse(wanted, head));
    assert_eq!(npy.kind(), npz.kind());
    let (npy, npz) = (npy.to_string(), npz.to_string());
    if npy.contains(", found") && !npy.contains("which begins") {
        assert_eq!(npy.replace("an .npy file, found", "an .npz archive, found"), npz);
    }
    npz
}

fn with_zeros(start: &[u8]) -> Vec<u8> {
    let mut head = start.to_vec();
    head.resize(HEAD_BYTES, 0);
    head
}

#[test]
fn each_kind_has_its_name_and_its_remedy() {
    let mut tar = with_zeros(b"w.npy");
    tar[257..262].copy_from_slice(b"ustar");
    let mut torch = with_zeros(b"PK\x03\x04");
    torch[26] = 16;
    torch[30..46].copy_from_slice(b"archive/data.pkl");
    let cases: &[(&[u8], &str, &str)] = &[
        (b"\x93NUMPY\x01\x00", "an .npy file", "`npy::load`"),
        (b"PK\x03\x04\x2d\x00", "a zip archive", "`NpzReader::open`"),
        (&torch, "PyTorch", "torch.load"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS", "`git lfs pull`"),
        (b"\xEF\xBB\xBF \n<!DOCTYPE html><html>", "HTML", "direct link"),
        (b"<?xml version=\"1.0\"?>", "XML", "direct link"),
        (b"{\"a\": [1, 2]}", "JSON", "json.load"),
        (b"[[0.5, 1], [2, 3]]", "JSON", "json.load"),
        (b"\x1F\x8B\x08\x00", "gzip", "`gzip -dc"),
        (b"\x28\xB5\x2F\xFD\x24", "Zstandard", "`zstd -dc"),
        (b"\xFD7zXZ\0\0", "xz", "`xz -dc"),
        (b"BZh91AY&SY\0", "bzip2", "`bzip2 -dc"),
        (b"7z\xBC\xAF\x27\x1C\0", "7z", "`7z x"),
        (&tar, "tar", "`tar -xf"),
        (&with_zeros(b"MATLAB 5.0 MAT-file, Platform: GLNXA64"), "MATLAB", "scipy.io.loadmat"),
        (&with_zeros(b"MATLAB 7.3 MAT-file, Platform: GLNXA64"), "HDF5", "h5py"),
        (b"\x89HDF\r\n\x1a\n\0", "HDF5", "h5py"),
        (b"X\n\0\0\0\x03\0", "R's objects", "from R"),
        (b"\x02\0\0\0\0\0\0\0{}", "safetensors", "safetensors.numpy"),
        (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", "PyTorch", "torch.load"),
        (b"\x80\x04\x95\x0b\0\0\0\0\0\0\0]\x94(K\x01K\x02e.", "pickle", "allow_pickle=True"),
        (b"0.5,1.5\n2,3\n", "text that begins with \"0.5,1.5\\n2,3\\n\"", "`npz-text`"),
        (b"404: Not Found", "text that begins with \"404: Not Found\"", "`npz-text`"),
    ];
    for (head, name, remedy) in cases {
        let message = told(head);
        assert!(message.contains(name) && message.contains(remedy), "{}: {message}", head.escape_ascii());
        assert_eq!(message.contains("allow_pickle"), *name == "pickle", "{message}");
    }
}

#[test]
fn what_is_no_kind_is_shown() {
    for head in [
        &b"\x92NUMPY\x01\x00"[..],
        b"\0\0\0\0",
        b" \r\n",
        b"\x80",
        b"\x80\x04",
        b"\x80\x07K.",
        b"\xff\xfe<\0",
    ] {
        let message = told(head);
        assert_eq!(refuse(Format::Npy, head).kind(), ErrorKind::Damaged);
        assert!(message.contains("begins with \"PK\", found \""), "{message}");
    }
}

/// A bracket, a `c` or the mark of a protocol are not enough.
#[test]
fn a_pickle_is_told_by_more_than_one_byte() {
    let pickles: [&[u8]; 7] = [
        b"(lp0\nI1\naI2\na.",
        b"(dp1\n.",
        b"]q\x00(K\x01K\x02e.",
        b"}q\x00.",
        b"cnumpy.core.multiarray\n_reconstruct\np0\n(cnumpy\nndarray\np1\n.",
        b"\x80\x02]q\x00(K\x01K\x02e.",
        b"\x80\x05N.",
    ];
    for pickle in pickles {
        assert!(is_pickle(pickle), "{}", pickle.escape_ascii());
        assert!(!is_pickle(&pickle[..pickle.len() - 1]), "{}", pickle.escape_ascii());
        assert!(is_pickle(&with_zeros(pickle)), "its end is not among the bytes");
    }
    for other in [
        &b"(see above)."[..],
        b"(l",
        b"c",
        b"c.",
        b"come\nhere and there.",
        b"]",
        b"(dpi, 96).",
        b"\x80\x04\xff.",
    ] {
        assert!(!is_pickle(other), "{}", other.escape_ascii());
        assert!(!told(other).contains("pickle"), "{}", told(other));
    }
}
