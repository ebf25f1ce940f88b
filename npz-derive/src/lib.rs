//! The derive macro of `npz-core`.
//!
//! Use it through that crate (`use npz_core::Npz;`), which re-exports it beside the trait of the same name
//! and is pinned to the one version of this crate that it understands. The attributes are described at
//! [`Npz`](macro@Npz).

mod ast;
mod attr;
mod bound;
mod case;
mod check;
mod ctxt;
mod expand;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::ast::Container;
use crate::ctxt::Ctxt;

/// Makes a struct savable to a NumPy `.npz` archive and loadable from it: each field becomes one member, or
/// several under its name.
///
/// ```text
/// use ndarray::{Array1, Array2};
/// use npz_core::Npz;
///
/// #[derive(Npz)]
/// #[npz(rename_all = "camelCase")]
/// struct Checkpoint {
///     weights: Array2<f32>,           // member "weights"
///     loss_history: Vec<f64>,         // member "lossHistory"
///     optimizer: Adam,                // members "optimizer.m", "optimizer.v": `Adam` derives `Npz` too
///     #[npz(default)]
///     epoch: u64,                     // 0 where an older file does not have it
///     #[npz(skip)]
///     scratch: Vec<f32>,              // not saved, empty after loading
/// }
///
/// checkpoint.save("run.npz")?;
/// let checkpoint = Checkpoint::load("run.npz")?;
/// ```
///
/// The derive implements three traits of `npz_core`: `ToMembers` (a value can be saved), `FromMembers` (it
/// can be loaded) and `Npz` (it can stand at the root of an archive: `save`, `load` and their kin). Structs
/// with named fields, tuple structs (members `0`, `1`, ..) and unit structs (no members) are supported, with
/// any type parameters, lifetimes, const parameters and where clauses. `r#type` is the member `type`.
///
/// # Attributes of the struct
///
/// | attribute | meaning | without it |
/// | --- | --- | --- |
/// | `rename_all = "camelCase"` | writes the names of all fields in another case | as in Rust |
/// | `separator = "/"` | stands between the struct's name and its fields' | `.` |
/// | `allow_unknown` | ignores members that no field asks for | they are an error |
/// | `default` | takes absent fields from the struct's `Default` | they are an error |
/// | `default = "path"` | takes absent fields from what the function `path()` returns | they are an error |
/// | `bound = "T: Trait"` | replaces the where clause that the derive adds | found from the field types |
/// | `crate = "path"` | says where `npz_core` is, if not at `::npz_core` | `::npz_core` |
///
/// **`rename_all`** takes `lowercase`, `UPPERCASE`, `PascalCase`, `camelCase`, `snake_case`,
/// `SCREAMING_SNAKE_CASE`, `kebab-case` and `SCREAMING-KEBAB-CASE`. A field's own `rename` is left as it is.
///
/// **`separator`** holds for the members below this struct: `outer/inner` for `/`. It passes on to the
/// structs inside that don't set their own.
///
/// **`allow_unknown`** on a nested struct concerns the members below its name only; to ignore unknown members
/// of a whole file for one call, use `LoadOptions`.
///
/// **`default`** on the struct calls `Default::default()` once and puts the members that are there into that
/// value. A field's own `default` goes first, and a `skip` field keeps what it has there.
///
/// **`bound`** is needed where a `with` field has a type parameter, or where the derived bounds ask for too
/// much. It stands in the impls for saving and for loading; the struct's own where clause remains.
///
/// # Attributes of a field
///
/// | attribute | meaning | without it |
/// | --- | --- | --- |
/// | `rename = "name"` | names the member | the field's name |
/// | `alias = "name"` | is accepted on load too (may be repeated) | one name |
/// | `skip` | is not saved; `Default::default()` after loading | saved |
/// | `default` | `Default::default()` where the member is absent | absence is an error |
/// | `default = "path"` | `path()` where the member is absent, or with `skip` | absence is an error |
/// | `flatten` | puts the field's members beside the struct's other fields | `field.inner` |
/// | `with = "module"` | converts by `module::to_npz` and `module::from_npz` | the type's own traits |
/// | `cast = "same_kind"` | says which conversions of cells are fine on load | what `LoadOptions` says |
///
/// **`rename`, `alias`**: names must not be empty nor contain NUL, and no two of a struct may be equal.
///
/// **`skip`**: with a `default` on the struct, the value comes from there.
///
/// **`default`** is about absent members only. One that is there and does not fit is an error.
///
/// **`flatten`** suits a nested struct, and a string-keyed map, which takes the members that no other field
/// asked for. Flattened fields are looked up after all others, in their order: put such a map last.
///
/// **`with`** names a module (or type) with two functions, for a field of type `T` stored as `R`:
///
/// ```text
/// mod degrees {
///     pub fn to_npz(radians: &f64) -> f64 { radians.to_degrees() }
///     pub fn from_npz(degrees: f64) -> Result<f64, String> { Ok(degrees.to_radians()) }
/// }
/// ```
///
/// The error may be anything that implements `Display`. No bound is derived from such a field.
///
/// **`cast`** takes `exact` (the same dtype), `safe` (every value is kept, as `f4` into `f64`) and
/// `same_kind` (may round or overflow, as `f8` into `f32`); the last two are NumPy's rules of those names.
///
/// # Bounds
///
/// A field whose type mentions a type parameter adds `FieldType: ToMembers` to the one impl and
/// `FieldType: FromMembers` to the other. So `Checkpoint<&Model>` can be saved and `Checkpoint<Model>` can be
/// loaded too. A struct that borrows, such as one with an `ArrayView2<'a, f32>`, can be saved; it just does
/// not implement `FromMembers`.
///
/// # Errors
///
/// All mistakes in the attributes of a struct are reported at once, each where it stands. Enums are not
/// supported yet by this version; unions and packed structs never are.
#[proc_macro_derive(Npz, attributes(npz))]
pub fn derive_npz(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    match syn::parse(input) {
        Ok(input) => derive(&input).into(),
        Err(error) => error.into_compile_error().into(),
    }
}

fn derive(input: &DeriveInput) -> TokenStream {
    let ctxt = Ctxt::new();
    let container = Container::from_syn(&ctxt, input);
    check::check(&ctxt, &container);
    match ctxt.check() {
        Ok(()) => expand::expand(&container),
        Err(error) => {
            let mut tokens = error.into_compile_error();
            tokens.extend(expand::fallback(&container));
            tokens
        }
    }
}
