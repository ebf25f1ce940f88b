//! `json`: any type of serde as one text.
//!
//! Without the feature `serde` the trait is there but nothing implements it, so that the compiler says at the
//! field what is missing.

use crate::Result;
use crate::members::Name;

/// What a field with `json` must implement.
#[cfg(feature = "serde")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be saved as JSON: it needs serde's `Serialize` and `DeserializeOwned`",
    label = "not a type that `#[npz(json)]` can save and load",
    note = "for a type of your own, add `#[derive(serde::Serialize, serde::Deserialize)]`"
)]
pub trait Json: serde::Serialize + serde::de::DeserializeOwned {}

#[cfg(feature = "serde")]
impl<T: serde::Serialize + serde::de::DeserializeOwned> Json for T {}

/// What a field with `json` must implement.
#[cfg(not(feature = "serde"))]
#[diagnostic::on_unimplemented(
    message = "`#[npz(json)]` needs the feature `serde` of npz-core",
    label = "saved as JSON",
    note = "in Cargo.toml: `npz-core = {{ version = \"..\", features = [\"serde\"] }}`"
)]
pub trait Json {}

/// Makes the text of a field.
#[cfg(feature = "serde")]
pub fn to_json<T: Json>(place: &Name, value: &T) -> Result<String> {
    let refuse = |message: String| crate::Error::invalid(message).in_member(place.as_str());
    let mut text = crate::memory::Growing(Vec::new());
    serde_json::to_writer(&mut text, value).map_err(|error| {
        if error.is_io() {
            return crate::Error::io("the value can't be written as JSON", error.into())
                .in_member(place.as_str());
        }
        refuse(format!("the value can't be written as JSON: {error}"))
    })?;
    let text = String::from_utf8(text.0).map_err(|error| refuse(error.to_string()))?;
    // What can't be loaded must not replace the last good file.
    if let Err(error) = serde_json::from_str::<T>(&text) {
        return Err(refuse(format!(
            "the value can't be kept as JSON, which has no NaN and no infinity: reading it back gives {error}"
        )));
    }
    Ok(text)
}

/// Makes the text of a field: never called, since nothing implements `Json`.
#[cfg(not(feature = "serde"))]
pub fn to_json<T: Json>(place: &Name, _: &T) -> Result<String> {
    let message = "`#[npz(json)]` needs the feature `serde` of npz-core";
    Err(crate::Error::unsupported(message).in_member(place.as_str()))
}

/// Makes a field of its text.
#[cfg(feature = "serde")]
#[allow(clippy::needless_pass_by_value, reason = "a function like `from_npz` gets what was stored")]
pub fn from_json<T: Json>(text: String) -> std::result::Result<T, String> {
    serde_json::from_str(&text).map_err(|error| format!(
            "the text is not the JSON of this type: {error}; `#[serde(default)]` lets a field be absent that is new"
        ))
}

/// Makes a field of its text. Asks nothing of the type: `to_json` says already what is missing.
#[cfg(not(feature = "serde"))]
pub fn from_json<T>(_: String) -> std::result::Result<T, String> {
    Err("`#[npz(json)]` needs the feature `serde` of npz-core".to_owned())
}
