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
mod item;
mod record;
#[cfg(test)]
mod tests;
mod words;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::ast::Container;
use crate::ctxt::Ctxt;

/// Makes a struct or enum savable to a NumPy `.npz` archive and loadable from it: each field becomes one member,
/// or several under its name.
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
/// # Enums
///
/// An enum without fields is one text, the name of the variant; a `Vec` or `[T; N]` of them is one array of texts.
/// Any other enum is a member `tag` with the name of the variant, beside the variant's fields:
///
/// ```text
/// #[derive(Npz)]
/// #[npz(rename_all = "snake_case")]
/// enum Activation { Relu, LeakyRelu }                   // member "activation": "leaky_relu"
///
/// #[derive(Npz)]
/// enum Optimizer {
///     Sgd { momentum: f32 },                            // "optimizer.tag": "Sgd", "optimizer.momentum"
///     #[npz(alias = "AdaGrad")]
///     Adam { m: Vec<Array2<f32>>, t: u64 },             // "optimizer.tag", "optimizer.m.0", "optimizer.t"
///     Scaled(f64, Box<Optimizer>),                      // "optimizer.tag", "optimizer.0", "optimizer.1.tag"
///     Off,                                              // "optimizer.tag"
/// }
///
/// #[derive(Npz)]
/// struct State { activation: Activation, layers: Vec<Activation>, optimizer: Optimizer }
/// ```
///
/// A tag that no variant has is an error that lists the known ones. An enum that has got its first fields still
/// loads the single text of before. An enum without fields does not implement `Npz`: as the root of an archive it
/// would have no name.
///
/// # Attributes of the struct or enum
///
/// | attribute | meaning | without it |
/// | --- | --- | --- |
/// | `rename_all = "camelCase"` | writes the names of all fields (of an enum: variants) in another case | as in Rust |
/// | `rename_all_fields = "camelCase"` | on an enum: writes the names of all variants' fields in another case | as in Rust |
/// | `tag = "kind"` | on an enum: names the member that says which variant it is | `tag` |
/// | `save_only` | derives saving alone: fields may be borrowed, as `&'static str` is | saved and loaded |
/// | `load_only` | derives loading alone | saved and loaded |
/// | `transparent` | on a struct: puts its one field at its own place | `field.inner` |
/// | `validate = "path"` | calls `path(&value)` before saving and after loading | any value is fine |
/// | `version = 2` | writes a member `__version__`, and refuses files of a newer version | no version |
/// | `migrate = "path"` | calls `path(&mut old_members, version)` for files of an older version | they load as they are |
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
/// **`transparent`** makes a struct of exactly one field (others are `skip`) the same in the file as that field:
/// a `Vec` of `struct Meters(f32)` is one array of `float32`.
///
/// ```text
/// #[derive(Npz)]
/// #[npz(transparent, validate = "Meters::check")]
/// struct Meters(f32);
///
/// impl Meters {
///     fn check(&self) -> Result<(), String> {
///         if self.0 >= 0.0 { Ok(()) } else { Err(format!("expected a length, found {}", self.0)) }
///     }
/// }
/// ```
///
/// **`validate`** names a function `fn(&Self) -> Result<(), E>`, where `E` is anything that implements `Display`.
/// A save that it refuses writes nothing, so the last good file stays; a load that it refuses is an error that
/// names the value's place.
///
/// **`version`** counts the changes of a struct or enum, from 1 on; a file without the member has version 0. Where
/// `alias`, `default` and `cast` are enough to load an older file, a version alone does no more than refuse files of newer
/// programs. **`migrate`** is for the rest. It names a function that turns the members of a struct of an older version into
/// those of today, before anything is compared: rename, remove, insert, replace, with headers and data on demand.
///
/// ```text
/// #[derive(Npz)]
/// #[npz(version = 2, migrate = "Model::from_older")]
/// struct Model { weights: Array2<f32>, bias: Array1<f32> }
///
/// impl Model {
///     fn from_older(old: &mut OldMembers<'_>, version: u32) -> npz_core::Result<()> {
///         if version < 1 {
///             old.rename("w", "weights")?;
///         }
///         if version < 2 {
///             old.insert("bias", &Array1::<f32>::zeros(old.header("weights")?.shape()[1]))?;
///         }
///         Ok(())
///     }
/// }
/// ```
///
/// The error may be anything that implements `Display`. A nested struct has a version of its own, `field.__version__`,
/// and its function sees the members below its own place only. No field may be named `__version__` then.
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
/// # Attributes of a variant
///
/// | attribute | meaning | without it |
/// | --- | --- | --- |
/// | `rename = "name"` | is the variant's tag | the variant's name |
/// | `alias = "name"` | is accepted on load too (may be repeated) | one tag |
/// | `rename_all = "camelCase"` | writes the names of its fields in another case | as `rename_all_fields` says |
///
/// # Attributes of a field
///
/// | attribute | meaning | without it |
/// | --- | --- | --- |
/// | `rename = "name"` | names the member | the field's name |
/// | `alias = "name"` | is accepted on load too (may be repeated) | one name |
/// | `each = "layer_{}"` | names the elements of a list or the values of a map: `layer_0`, `layer_1` | `field.0` |
/// | `skip` | is not saved; `Default::default()` after loading | saved |
/// | `skip_save` | is not saved; loaded where a file has it | saved |
/// | `skip_load` | is saved; passed over on load, `Default::default()` then | loaded |
/// | `skip_if = "path"` | is not saved where `path(&field)` is true; may be absent on load | always saved |
/// | `default` | `Default::default()` where the member is absent | absence is an error |
/// | `default = "path"` | `path()` where the member is absent, or with `skip` | absence is an error |
/// | `flatten` | puts the field's members beside the struct's other fields | `field.inner` |
/// | `with = "module"` | converts by `module::to_npz` and `module::from_npz` | the type's own traits |
/// | `json` | is one text of JSON, through serde (feature `serde` of `npz_core`) | the type's own traits |
/// | `cast = "same_kind"` | says which conversions of cells are fine on load | what `LoadOptions` says |
/// | `compression = "stored"` | says how its members are stored: also `"deflate"`, or a level | what `SaveOptions` says |
/// | `shape = "(_, 128)"` | wants these lengths of axes, `_` for any | any length |
/// | `finite` | refuses NaN, infinity and NaT, on save and on load | kept |
/// | `one_element` | takes an array of one element for a single value on load | shape `()` |
/// | `order = "C"` | the order of the cells in the file and after loading: also `"F"` | `"keep"` |
/// | `store_as = "f2"` | the dtype that numbers are stored as: rounded when saved, widened when loaded | that of the cells |
/// | `string = "utf8"` | stores text as bytes: also `"S"` for ASCII only | `"U"`, four bytes a character |
///
/// **`rename`, `alias`**: names must not be empty nor contain NUL, and no two of a struct may be equal.
///
/// **`each`** ends with `{}`, where the index or the key stands. The elements then stand beside the struct's other fields, and the
/// field has no name of its own: of a `Vec` of structs `layer_0.w`, `layer_0.b`, of one of arrays `layer_0`. The number of a list
/// without elements is `layer_len`. Other members may begin so too (`layer_norm`), unless a list or map would take them.
///
/// **`skip`**: with a `default` on the struct, the value comes from there.
///
/// **`skip_save`, `skip_load`, `skip_if`**: where the value does not come from the file, it comes from the field's
/// `default`, else from the struct's, else from `Default::default()`. A type with `skip_load` need not be loadable:
///
/// ```text
/// #[npz(skip_save)]                                // computed anew, but read from files that have it
/// norms: Vec<f32>,
/// #[npz(skip_load, default = "unix_time")]         // for the people who look into the file
/// saved_at: u64,
/// #[npz(skip_if = "Vec::is_empty")]                // `fn(&T) -> bool`
/// diagnostics: Vec<f64>,
/// ```
///
/// **`default`** is about absent members only; a `None` that Python saved (`np.savez(bias=None)`) counts as absent. A member that is
/// there and does not fit is an error.
///
/// **`flatten`** suits a nested struct, and a string-keyed map, which takes the members that no other field
/// asked for. Flattened fields are looked up after all others, in their order: such a map
/// comes last, and there is only one: the compiler sees to it. A name that is
/// then there twice is an error of the compiler, also between two flattened fields (of a struct with parameters: where
/// it is saved); one that only the value knows, such as a map's key, is an error when it is saved.
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
/// **`json`** takes any type with serde's `Serialize` and `DeserializeOwned`. In Python: `json.loads(str(f["config"]))`.
///
/// ```text
/// #[npz(json)]
/// config: Config,
/// ```
///
/// JSON has no NaN and no infinity: `serde_json` writes `null` for them. A value whose JSON can't be read back (the
/// `null` of an `f64`) is refused when saved; in an `Option<f64>` it would come back as `None`.
///
/// **`compression`, `finite`, `order`, `store_as`, `string`** hold for all members below the field, until a field inside says otherwise.
/// `compression` is `"stored"`, `"deflate"` (level 6) or a number from 0 to 9.
///
/// **`one_element`** holds for all single values below the field. Arrays and lists keep their shapes; saved is shape `()`.
///
/// **`shape`** is compared with each array below the field: when it is saved, so that a file that could not be loaded does
/// not replace a good one, and with its header when it is loaded, before any data are read.
///
/// **`store_as`** takes NumPy's codes, which count bytes (`"u1"` is Rust's `u8`), or its names, which count bits
/// (`"float16"`):
///
/// | cells | `store_as` |
/// | --- | --- |
/// | `f16`, `bf16`, `f32`, `f64` | `"f2"`, `"bf16"` (feature `half` of `npz_core`), `"f4"`, `"f8"` |
/// | integers | `"i1"`, `"i2"`, `"i4"`, `"i8"`, `"u1"`, `"u2"`, `"u4"`, `"u8"` |
/// | `Complex` | `"c8"`, `"c16"` (feature `num-complex`) |
///
/// Floats are rounded to nearest, ties to even, as by `astype` in Python; `f64` to `"bf16"` goes through `f32`, as in
/// `ml_dtypes`. NaN and infinity are kept. A finite number that would become infinite, and an integer that does not fit,
/// are refused when saving, with index and value, before anything is written. Nothing is copied but pieces of 256 KiB.
///
/// ```text
/// #[npz(store_as = "f2")]
/// layers: Vec<Layer>,                              // every float below is a float16 in the file
/// ```
///
/// Numbers of that kind are converted everywhere below the field, until a field inside says otherwise; cells of other
/// kinds (the `u64` of a counter, text, `bool`) stay as they are. But where the field itself is one member of another kind
/// (`"f2"` on a `Vec<u64>`), the word is refused, on save and on load. On load that dtype is taken whatever `cast` says,
/// and others as ever, so files from before the attribute still load. NumPy has no bfloat16: it shows `"bf16"` as
/// `V2`, and `f["w"].view(ml_dtypes.bfloat16)` has the numbers; only a field with `store_as = "bf16"`, or of `bf16` cells,
/// can load it.
///
/// **`string`** speaks of all text below the field: `String` and its kin, `FixedStr`, `char`, enums without fields, the
/// tags of others, the text of `json`. `"S"` refuses what is not ASCII when saving; `"utf8"` takes any text, in Python
/// `np.char.decode(f["names"], "utf-8")` (for `json`: `json.loads(f["config"].item())`). A text that ends with NUL is
/// refused in each form. `FixedStr<N>` is always `N` bytes wide as `"S"`, and 4 `N` as `"utf8"`. All three load each
/// other's files. On a field that is one member of other cells, the word is refused.
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
/// All mistakes in the attributes of a struct or enum are reported at once, each where it stands. Unions and packed
/// structs are not supported, nor are enums without variants.
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

/// Makes a struct the row of a structured NumPy array, whose fields are those of the struct.
///
/// Use it through `npz_core` (`use npz_core::NpyRecord;`), where its page has examples of all words.
///
/// ```text
/// #[derive(NpyRecord, Clone)]
/// struct Particle {
///     id: u32,
///     pos: [f64; 3],                  // a subarray: ('pos', '<f8', (3,))
///     #[npy(rename = "Spin")]
///     spin: Spin,                     // a record inside of the record: `Spin` derives `NpyRecord` too
///     #[npy(skip)]
///     cache: Option<Cache>,           // not in the record, `None` after loading
/// }
/// ```
///
/// The derive implements five traits of `npz_core`: `NpyRecord`, `Element` (rows can be cells of arrays), the sealed one
/// below it, `ToMembers` and `FromMembers` (rows can be members of archives, alone and in lists). The struct has to be
/// `Clone`.
///
/// # Attributes of the struct
///
/// | attribute | meaning | without it |
/// | --- | --- | --- |
/// | `rename_all = "camelCase"` | writes the names of all fields in another case | as in Rust |
/// | `align` | pads as NumPy's `align=True` | packed |
/// | `itemsize = 32` | pads the row to a number of bytes | it ends with its last field |
/// | `allow_unknown` | ignores fields of the file that no field asks for | they are an error |
/// | `pod` | views and copies rows as a whole where the layout of the file is the same | field by field |
/// | `bound = "T: Trait"` | replaces the where clause that the derive adds | found from the field types |
/// | `crate = "path"` | says where `npz_core` is, if not at `::npz_core` | `::npz_core` |
///
/// **`rename_all`** takes the cases that it takes for [`Npz`](macro@Npz).
///
/// **`align`** takes the alignments of a C compiler on 64-bit Linux, which are NumPy's there; a row inside of another one is
/// aligned by its own `align` only. It concerns what is written: any layout is read.
///
/// **`itemsize`** is that of a layout whose places are given, by `offset` on its fields; with `align` it is an error. A field
/// that does not fit in is an error when rows are saved.
///
/// **`pod`** needs `bytemuck::Pod` of the struct, which its fields may need `#[repr(C)]` for. No field may be skipped.
///
/// # Attributes of a field
///
/// | attribute | meaning | without it |
/// | --- | --- | --- |
/// | `rename = "name"` | names the field of the record | the field's name; `f0`, `f1`, .. of a tuple struct |
/// | `alias = "name"` | is accepted on load too (may be repeated) | one name |
/// | `title = "text"` | is NumPy's second name for the field | no title |
/// | `offset = 8` | begins at this byte of the row | behind the field before |
/// | `default`, `default = "path"` | may be absent from the file: then it is `Default::default()`, or `path()` | absence is an error |
/// | `skip` | is not in the record; its default after loading | stored |
/// | `cast = "same_kind"` | says which conversions of cells are fine on load | the rule of the whole array |
///
/// **`rename`, `alias`, `title`** must not be empty nor contain NUL, and no two of a struct may be equal. Where no field of
/// the file has one of the names, one that has it as its title is taken, as NumPy finds fields by both.
///
/// **`offset`** concerns what is written, as `align` does. The fields of a file come one behind the other: places must
/// rise from field to field. A field that reaches into the next is an error when rows are saved.
///
/// **`cast`** takes `exact`, `safe` and `same_kind`, and holds for the rows inside of the field too.
///
/// # Errors
///
/// All mistakes in the attributes are reported at once, each where it stands. Enums, unions and packed structs are not
/// supported, nor are structs that borrow or have no field that is stored.
#[proc_macro_derive(NpyRecord, attributes(npy))]
pub fn derive_npy_record(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    match syn::parse(input) {
        Ok(input) => record::derive(&input).into(),
        Err(error) => error.into_compile_error().into(),
    }
}
