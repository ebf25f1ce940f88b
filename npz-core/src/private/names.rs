//! Names that collide are an error of the compiler, where they are known to it.
//!
//! All functions `#[track_caller]`, so that the error is underlined where the derive has them called: at the field.

pub use crate::members::Names;
use crate::members::is_at;

/// What stands between a place and its parts, where no container says otherwise.
const SEPARATOR: &str = ".";

const fn or_default(separator: Option<&str>) -> &str {
    match separator {
        Some(separator) => separator,
        None => SEPARATOR,
    }
}

/// Refuses a flattened field with a name that belongs to a field beside it, or to one that is flattened as well.
///
/// `siblings` are the names and aliases of the fields beside it, `earlier` the flattened fields before it.
///
/// A type with parameters is checked once they are known:
///
/// ```
/// use npz_core::Npz;
/// #[derive(Npz)] struct Outer<T> { x: u8, #[npz(flatten)] inner: T }
/// #[derive(Npz)] struct Inner { y: u8 }
/// assert!(Outer { x: 1, inner: Inner { y: 2 } }.to_bytes().is_ok());
/// ```
///
/// ```compile_fail,E0080
/// use npz_core::Npz;
/// #[derive(Npz)] struct Outer<T> { x: u8, #[npz(flatten)] inner: T }
/// #[derive(Npz)] struct Inner { x: u8 }
/// assert!(Outer { x: 1, inner: Inner { x: 2 } }.to_bytes().is_err());
/// ```
///
/// Types that are flattened into each other have names without end, which is an error too:
///
/// ```compile_fail,E0391
/// use npz_core::Npz;
/// #[derive(Npz)] struct Hen { #[npz(flatten)] egg: Option<Box<Egg>> }
/// #[derive(Npz)] struct Egg { #[npz(flatten)] hen: Option<Box<Hen>> }
/// ```
#[track_caller]
pub const fn check_flat(
    field: &str,
    names: &Names,
    separator: Option<&str>,
    siblings: &[&str],
    earlier: &[(&str, &Names)],
) {
    if !names.is_beside(separator) {
        return;
    }
    let mut i = 0;
    while i < siblings.len() {
        if let Some(name) = names.first_below(siblings[i], or_default(separator)) {
            let advice = if is_version(name) {
                "` beside it: only one of them can have a `version`, remove the other or `flatten`"
            } else {
                "` beside it: rename one of them"
            };
            refuse(&[
                "the flattened field `",
                field,
                "` has a member `",
                name,
                "`, which belongs to the field or alias `",
                siblings[i],
                advice,
            ]);
        }
        i += 1;
    }
    let mut i = 0;
    while i < earlier.len() {
        let (other, others) = earlier[i];
        if others.takes_the_rest() {
            refuse(&[
                "the flattened map `",
                other,
                "` takes all members that are left, so that `",
                field,
                "` after it would share them: put the map last, and flatten one only",
            ]);
        }
        if others.is_beside(separator)
            && let Some(name) = names.first_common(others)
        {
            let advice = if is_version(name) {
                "`: only one of them can have a `version`, remove one `flatten`"
            } else {
                "`: rename one of the two, or remove one `flatten`"
            };
            refuse(&[
                "the flattened fields `",
                other,
                "` and `",
                field,
                "` both have a member `",
                name,
                advice,
            ]);
        }
        i += 1;
    }
}

/// Refuses the name of a field that another field has for one of its parts.
///
/// `literal` is the one's name, which begins with `place`, the other's; `names` are the parts of the other.
#[track_caller]
pub const fn check_nested(literal: &str, place: &str, names: &Names, separator: Option<&str>) {
    let separator = match names.separator() {
        Some(inner) => inner,
        None => or_default(separator),
    };
    let end = place.len() + separator.len();
    if is_at(literal, place.len(), separator) && names.could_have_end_of(literal, end) {
        refuse(&[
            "the member `",
            literal,
            "` could be an entry or element of the field `",
            place,
            "`, and would be read as one: rename one of them",
        ]);
    }
    if is_at(literal, place.len(), separator) && names.has_end_of(literal, end) {
        refuse(&[
            "the member `",
            literal,
            "` is a part of the field `",
            place,
            "`, and another field or alias has the same name: rename one of them",
        ]);
    }
}

/// Refuses `each` on a field that is no list and no map.
#[track_caller]
pub const fn check_each(field: &str, names: &Names) {
    if names.is_of_fields() {
        refuse(&["`each` names the elements of a list or a map, and `", field, "` is a struct: remove it"]);
    }
}

const fn is_version(name: &str) -> bool {
    is_at(name, 0, "__version__") && name.len() == "__version__".len()
}

/// Panics with a message made of parts, which `panic!` can't put together before the program runs.
#[track_caller]
const fn refuse(parts: &[&str]) -> ! {
    let mut text = [0; 1024];
    let mut len = 0;
    let mut i = 0;
    while i < parts.len() {
        let part = parts[i].as_bytes();
        // A part that does not fit is left out whole, so that the rest stays a text.
        if len + part.len() <= text.len() {
            let (_, rest) = text.split_at_mut(len);
            let (place, _) = rest.split_at_mut(part.len());
            place.copy_from_slice(part);
            len += part.len();
        }
        i += 1;
    }
    match std::str::from_utf8(text.split_at(len).0) {
        Ok(text) => panic!("{}", text),
        Err(_) => panic!("two members have one name: rename one of them"),
    }
}
