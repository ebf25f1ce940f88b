//! Names of members: bytes to text, as Python's zipfile decodes them.

use crate::error::{Error, Result};

/// The flag of a name in UTF-8: APPNOTE 4.4.4.
const UTF_8: u16 = 1 << 11;

/// Decodes a name by the flags of its header. The extra field 0x7075, another name in UTF-8, is not looked at.
pub(super) fn decode_name(raw: &[u8], flags: u16) -> Result<String> {
    if flags & UTF_8 == 0 && !raw.is_ascii() {
        return Ok(raw.iter().map(|&byte| cp437(byte)).collect());
    }
    String::from_utf8(raw.to_vec()).map_err(|error| {
        Error::damaged(format!(
            "a member's name is not the UTF-8 that its entry promises: found \"{}\"",
            raw.escape_ascii()
        ))
        .with_source(error)
    })
}

/// Tells whether `raw` is decoded to `name`, by other flags perhaps.
pub(super) fn is_name(raw: &[u8], flags: u16, name: &str) -> bool {
    if flags & UTF_8 != 0 || raw.is_ascii() {
        return raw == name.as_bytes();
    }
    raw.iter().map(|&byte| cp437(byte)).eq(name.chars())
}

/// IBM's code page 437, the encoding of names without the UTF-8 flag.
fn cp437(byte: u8) -> char {
    const UPPER: [char; 128] = [
        'Ç', 'ü', 'é', 'â', 'ä', 'à', 'å', 'ç', 'ê', 'ë', 'è', 'ï', 'î', 'ì', 'Ä', 'Å', 'É', 'æ', 'Æ', 'ô',
        'ö', 'ò', 'û', 'ù', 'ÿ', 'Ö', 'Ü', '¢', '£', '¥', '₧', 'ƒ', 'á', 'í', 'ó', 'ú', 'ñ', 'Ñ', 'ª', 'º',
        '¿', '⌐', '¬', '½', '¼', '¡', '«', '»', '░', '▒', '▓', '│', '┤', '╡', '╢', '╖', '╕', '╣', '║', '╗',
        '╝', '╜', '╛', '┐', '└', '┴', '┬', '├', '─', '┼', '╞', '╟', '╚', '╔', '╩', '╦', '╠', '═', '╬', '╧',
        '╨', '╤', '╥', '╙', '╘', '╒', '╓', '╫', '╪', '┘', '┌', '█', '▄', '▌', '▐', '▀', 'α', 'ß', 'Γ', 'π',
        'Σ', 'σ', 'µ', 'τ', 'Φ', 'Θ', 'Ω', 'δ', '∞', 'φ', 'ε', '∩', '≡', '±', '≥', '≤', '⌠', '⌡', '÷', '≈',
        '°', '∙', '·', '√', 'ⁿ', '²', '■', '\u{a0}',
    ];
    if byte < 128 { char::from(byte) } else { UPPER[usize::from(byte - 128)] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_without_the_flag_are_code_page_437() {
        assert_eq!(decode_name(b"gr\x94\xE1e", 0).unwrap(), "größe");
        assert_eq!(decode_name("größe".as_bytes(), 0).unwrap(), "gr├╢├ƒe");
        assert_eq!(decode_name("größe".as_bytes(), UTF_8).unwrap(), "größe");
        assert!(decode_name(b"gr\x94\xE1e", UTF_8).unwrap_err().to_string().contains("gr\\x94\\xe1e"));
        assert_eq!(cp437(255), '\u{a0}');
    }

    #[test]
    fn names_are_compared_as_text() {
        for (raw, flags) in [(b"gr\x94\xE1e".as_slice(), 0), ("größe".as_bytes(), UTF_8)] {
            assert!(is_name(raw, flags, "größe"));
            assert!(!is_name(raw, flags ^ UTF_8, "größe"));
            assert!(!is_name(&raw[1..], flags, "größe"));
        }
        assert!(is_name(b"a.npy", 0, "a.npy") && is_name(b"a.npy", UTF_8, "a.npy"));
    }
}
