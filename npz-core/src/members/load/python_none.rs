//! Python's `None` as a member, told by comparing bytes: what `np.savez(bias=None)` leaves.
//!
//! NumPy pickles the array of one object, in protocol 2 to 4 by its version. Nothing is executed: a pickle that is not one of
//! these, byte for byte, is some pickle.

use crate::dtype::DTypeKind;
use crate::stored::Stored;

/// The array of `None` as pickled behind the name of NumPy's module, which has got an underscore.
const ARRAYS: [&[u8]; 9] = [
    // Protocols 0 and 1.
    b"\n_reconstruct\np0\n(cnumpy\nndarray\np1\n(I0\ntp2\nc_codecs\nencode\np3\n(Vb\np4\nVlatin1\np5\ntp6\nRp7\ntp8\nRp9\n\
      (I1\n(tcnumpy\ndtype\np10\n(VO8\np11\nI00\nI01\ntp12\nRp13\n(I3\nV|\np14\nNNNI-1\nI-1\nI63\ntp15\nbI00\n(lp16\nNatp17\nb.",
    b"\n_reconstruct\nq\x00(cnumpy\nndarray\nq\x01(K\x00tq\x02c_codecs\nencode\nq\x03(X\x01\0\0\0bq\x04X\x06\0\0\0latin1q\x05tq\x06R\
      q\x07tq\x08Rq\t(K\x01)cnumpy\ndtype\nq\n(X\x02\0\0\0O8q\x0bI00\nI01\ntq\x0cRq\r(K\x03X\x01\0\0\0|q\x0eNNN\
      J\xff\xff\xff\xffJ\xff\xff\xff\xffK?tq\x0fbI00\n]q\x10Natq\x11b.",
    // Protocol 2, then as older versions of NumPy write it, then as Python 2 does.
    b"\n_reconstruct\nq\x00cnumpy\nndarray\nq\x01K\x00\x85q\x02c_codecs\nencode\nq\x03X\x01\0\0\0bq\x04X\x06\0\0\0latin1q\x05\x86q\x06R\
      q\x07\x87q\x08Rq\t(K\x01)cnumpy\ndtype\nq\nX\x02\0\0\0O8q\x0b\x89\x88\x87q\x0cRq\r(K\x03X\x01\0\0\0|q\x0eNNN\
      J\xff\xff\xff\xffJ\xff\xff\xff\xffK?tq\x0fb\x89]q\x10Natq\x11b.",
    b"\n_reconstruct\nq\x00cnumpy\nndarray\nq\x01K\x00\x85q\x02c_codecs\nencode\nq\x03X\x01\0\0\0bq\x04X\x06\0\0\0latin1q\x05\x86q\x06R\
      q\x07\x87q\x08Rq\t(K\x01)cnumpy\ndtype\nq\nX\x02\0\0\0O8q\x0bK\x00K\x01\x87q\x0cRq\r(K\x03X\x01\0\0\0|q\x0eNNN\
      J\xff\xff\xff\xffJ\xff\xff\xff\xffK?tq\x0fb\x89]q\x10Natq\x11b.",
    b"\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85U\x01b\x87Rq\x03(K\x01)cnumpy\ndtype\nq\x04U\x02O8K\x00K\x01\x87Rq\x05\
      (K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tb\x89]q\x06Natb.",
    // Protocol 3, then as older versions write it.
    b"\n_reconstruct\nq\x00cnumpy\nndarray\nq\x01K\x00\x85q\x02C\x01bq\x03\x87q\x04Rq\x05(K\x01)cnumpy\ndtype\nq\x06X\x02\0\0\0O8q\x07\
      \x89\x88\x87q\x08Rq\t(K\x03X\x01\0\0\0|q\nNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tq\x0bb\x89]q\x0cNatq\rb.",
    b"\n_reconstruct\nq\x00cnumpy\nndarray\nq\x01K\x00\x85q\x02C\x01bq\x03\x87q\x04Rq\x05(K\x01)cnumpy\ndtype\nq\x06X\x02\0\0\0O8q\x07\
      K\x00K\x01\x87q\x08Rq\t(K\x03X\x01\0\0\0|q\nNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tq\x0bb\x89]q\x0cNatq\rb.",
    // Protocols 4 and 5.
    b"\x94\x8c\x0c_reconstruct\x94\x93\x94\x8c\x05numpy\x94\x8c\x07ndarray\x94\x93\x94K\x00\x85\x94C\x01b\x94\x87\x94R\x94(K\x01)h\x03\
      \x8c\x05dtype\x94\x93\x94\x8c\x02O8\x94\x89\x88\x87\x94R\x94(K\x03\x8c\x01|\x94NNN\
      J\xff\xff\xff\xffJ\xff\xff\xff\xffK?t\x94b\x89]\x94Nat\x94b.",
    b"\x94\x8c\x0c_reconstruct\x94\x93\x94\x8c\x05numpy\x94\x8c\x07ndarray\x94\x93\x94K\x00\x85\x94C\x01b\x94\x87\x94R\x94(K\x01)h\x03\
      \x8c\x05dtype\x94\x93\x94\x8c\x02O8\x94K\x00K\x01\x87\x94R\x94(K\x03\x8c\x01|\x94NNN\
      J\xff\xff\xff\xffJ\xff\xff\xff\xffK?t\x94b\x89]\x94Nat\x94b.",
];

/// No pickle of `None` is longer.
const MOST_BYTES: usize = 300;

/// Whether an array is one object, and that is `None`. Reads up to 300 bytes of data, and only of objects.
pub(super) fn is_none(array: &dyn Stored) -> bool {
    let header = array.header();
    if header.dtype().kind() != DTypeKind::Object || !header.shape().is_empty() {
        return false;
    }
    let mut bytes = [0; MOST_BYTES];
    let size = usize::try_from(array.size()).ok();
    let pickle = size.and_then(|size| bytes.get_mut(..size));
    pickle.is_some_and(|pickle| array.read_range(0..1, pickle).is_ok() && is_pickled_none(pickle))
}

fn is_pickled_none(pickle: &[u8]) -> bool {
    let (protocol, rest) = match pickle {
        [0x80, protocol @ 2..=5, rest @ ..] => (*protocol, rest),
        rest => (0, rest),
    };
    if rest == b"N." {
        return true;
    }
    let module = match rest {
        [b'c', module @ ..] if protocol < 4 => module,
        // The lengths of the frame and of the name stand before it.
        [0x95, _, _, _, _, _, _, _, _, 0x8c, _, module @ ..] if protocol >= 4 => module,
        _ => return false,
    };
    let names = [&b"numpy.core.multiarray"[..], b"numpy._core.multiarray"];
    names.iter().filter_map(|name| module.strip_prefix(*name)).any(|rest| ARRAYS.contains(&rest))
}
