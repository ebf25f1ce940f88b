//! Which dtype may become which cell type: NumPy's casting rules, with values checked where it does not.

use super::{Form, Wanted};
use crate::dtype::{DType, DTypeKind};
use crate::error::ErrorKind;
use crate::report::{Problem, ProblemKind};

/// How far the cells of a file may differ from the cell type that they are loaded into.
///
/// Byte order never matters. Integers are always checked: a value that does not fit is an error that shows it,
/// never a wrapped number.
///
/// | from, to | `Exact` | `Safe` (default) | `SameKind` |
/// | --- | --- | --- | --- |
/// | `float32` to `float64`, `int16` to `int64`, `uint8` to `int32` | no | yes | yes |
/// | `int64` to `float64` | no | yes; an error where a value would be rounded | yes, rounded |
/// | `int64` or `uint64` to a `usize`; any integer of no axes to a field or a `get` of a plain integer (`u8`, not `Array0<u8>`) | no | yes, if the value fits | yes, if the value fits |
/// | `int64` to `int32`, `uint64` to `int16`, `int32` to `uint32` | no | no | yes, if the values fit |
/// | `float64` to `float32`, `float32` to `float16`, `int64` to `float32`, a long double to `float64` | no | no | yes, rounded to nearest; no overflow to infinity |
/// | `M8[s]` to `M8[ns]`, `m8[25s]` to `m8[s]`, `M8[Y]` to `M8[D]` | no | yes, if the values fit | yes, if the values fit |
/// | `M8[ns]` to `M8[s]`, `M8[D]` to `M8[M]` | no | no | yes, rounded down, if the values fit |
/// | `int64` to `m8[s]` | no | yes | yes |
/// | float to integer, complex to real, number to text, integer to `M8`, `m8` to a number, `m8[M]` to `m8[D]` | no | no | no |
///
/// Names without brackets are NumPy's: `int64` is our `i64`. [`AnyArray::cast`](crate::AnyArray::cast) also turns numbers
/// into text.
///
/// `Safe` and `SameKind` are the words of [`numpy.can_cast`](https://numpy.org/doc/stable/reference/generated/numpy.can_cast.html).
/// Where we differ: values are checked, and `SameKind` takes signed integers into unsigned ones.
///
/// ```
/// use ndarray::Ix1;
/// use npz_core::{Cast, LoadOptions, npy};
///
/// let bytes = npy::to_bytes(&ndarray::arr1(&[0.1f64]))?;
/// let load = |cast| LoadOptions::new().cast(cast).from_bytes::<ndarray::Array1<f32>>(&bytes);
/// assert!(load(Cast::Exact).is_err() && load(Cast::Safe).is_err());
/// assert_eq!(load(Cast::SameKind)?[0], 0.1f32);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cast {
    /// The same dtype.
    Exact,
    /// Every value is kept.
    #[default]
    Safe,
    /// Rounding within a kind (float to narrower float) is accepted.
    SameKind,
}

/// The rule in force for one member.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub(crate) cast: Cast,
    /// The target is one value, not an array: integers then convert by value.
    pub(crate) scalar: bool,
    /// What the field asks its cells to be stored as: that is taken whatever `cast` says.
    pub(crate) form: Form,
}

impl Rule {
    /// Whether stored cells are what the field asks its numbers to be stored as.
    pub(super) fn is_asked_for(&self, stored: &DType, cells: DTypeKind) -> bool {
        self.form.store_as(cells).is_some_and(|to| to.names(stored))
    }
}

impl Rule {
    pub(crate) fn array(cast: Cast) -> Self {
        Self { cast, scalar: false, form: Form::default() }
    }
}

/// Why a dtype can't become a cell type, and what would help.
#[derive(Debug)]
pub struct Refusal {
    pub(super) advice: Advice,
}

#[derive(Debug)]
pub(super) enum Advice {
    /// Another rule lets it through, with this effect.
    Allow(Cast, &'static str),
    Text(String),
    /// Another cell type is wide enough; the second text says what is so for any width, but can't be the field of a row.
    Widen(String, &'static str),
    /// Of a record: each field that does not fit, with its own.
    Fields(Vec<FieldProblem>),
}

/// What is said of a record where one value is wanted.
pub(super) const IS_RECORD: &str =
    "it is a record: derive `NpyRecord` for a row type, or read one of its fields by `NpyFile::field`";

/// Where the cells are read from: decides what can be advised.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Place {
    /// A member, by a field or a key.
    Member,
    /// A file of its own, or a member that is asked for by its name.
    File,
    /// An array in memory.
    Array,
}

/// One difference between the fields of a file and those of a row type.
#[derive(Debug)]
pub(crate) struct FieldProblem {
    pub(crate) kind: ProblemKind,
    /// Its name; inside of another record, `outer.inner`.
    pub(crate) field: String,
    pub(crate) expected: String,
    pub(crate) found: String,
    pub(super) advice: Advice,
}

impl Refusal {
    pub(crate) fn new(hint: impl Into<String>) -> Self {
        Self { advice: Advice::Text(hint.into()) }
    }

    pub(super) fn allowed_by(cast: Cast, effect: &'static str) -> Self {
        Self { advice: Advice::Allow(cast, effect) }
    }

    /// The cells are wider than those of the cell type; this one has room, and any width has another way.
    pub(super) fn widened_by(cell: String, for_any_width: &'static str) -> Self {
        Self { advice: Advice::Widen(cell, for_any_width) }
    }

    /// What is wrong with a member (or a file, whose name is empty): one problem, or one for each field of its records.
    pub(crate) fn problems(&self, place: Place, member: &str, expected: &str, found: &str) -> Vec<Problem> {
        let problem = |kind, field: &str, expected: &str, found: &str, advice: &Advice| Problem {
            kind,
            member: member.to_owned(),
            field: field.to_owned(),
            expected: expected.to_owned(),
            found: found.to_owned(),
            hint: advice.text(place),
            cause: ErrorKind::Mismatch,
        };
        match &self.advice {
            Advice::Fields(fields) => {
                fields.iter().map(|f| problem(f.kind, &f.field, &f.expected, &f.found, &f.advice)).collect()
            }
            // What is said of files and fields says nothing of an array in memory.
            Advice::Text(_) | Advice::Widen(..) if place == Place::Array => {
                vec![problem(ProblemKind::DType, "", expected, found, &Advice::Text(String::new()))]
            }
            advice => vec![problem(ProblemKind::DType, "", expected, found, advice)],
        }
    }
}

impl Advice {
    /// What to do.
    fn text(&self, place: Place) -> String {
        match (self, place) {
            (Advice::Text(text), _) => text.clone(),
            (Advice::Widen(cell, any), _) => {
                format!("change the field's cell type to `{cell}`, or for any width {any}")
            }
            (Advice::Fields(problems), place) => {
                problems.first().map(|problem| problem.advice.text(place)).unwrap_or_default()
            }
            (Advice::Allow(cast, effect), Place::Member) => {
                let word = cast.word();
                format!(
                    "`#[npz(cast = \"{word}\")]` on the field, or `LoadOptions::cast(Cast::{cast:?})`, accepts it{effect}"
                )
            }
            (Advice::Allow(cast, effect), Place::Array) => format!("`Cast::{cast:?}` accepts it{effect}"),
            (Advice::Allow(cast, effect), Place::File) => {
                format!("`LoadOptions::new().cast(Cast::{cast:?})` accepts it{effect}")
            }
        }
    }
}

impl Cast {
    /// The word of the attribute.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Safe => "safe",
            Self::SameKind => "same_kind",
        }
    }
}

/// A number type as a target of casting.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    pub(crate) kind: DTypeKind,
    /// Bytes of one cell.
    pub(crate) size: usize,
    /// `usize` and `isize`: no dtype of their own, so any integer whose value fits will do.
    pub(crate) is_index: bool,
}

/// What to do with cells that the rule lets through.
pub(crate) enum Verdict {
    /// They are the target's own, up to byte order.
    Same,
    /// They are converted; `exact` asks that every value is kept.
    Convert { exact: bool },
}

/// Decides whether numbers of `stored` may become `target`.
pub(crate) fn judge(stored: &DType, target: Target, rule: Rule) -> Result<(&DType, Verdict), Refusal> {
    let Some(scalar) = stored.as_scalar() else {
        return Err(Refusal::new(IS_RECORD));
    };
    let from = (scalar.kind(), scalar.item_size());
    let to = (target.kind, target.size);
    if from == to {
        return Ok((scalar, Verdict::Same));
    }
    if rule.is_asked_for(scalar, to.0) {
        return Ok((scalar, Verdict::Convert { exact: is_integer(to.0) }));
    }
    let by_value = is_integer(from.0) && is_integer(to.0) && (rule.scalar || target.is_index);
    let same_kind = is_same_kind(from, to);
    let allowed = match rule.cast {
        Cast::Exact => false,
        Cast::Safe => is_safe(from, to) || by_value,
        Cast::SameKind => same_kind,
    };
    if allowed {
        // Integers never wrap; only a float may be rounded, and only when that was asked for.
        let exact = rule.cast != Cast::SameKind || is_integer(to.0);
        return Ok((scalar, Verdict::Convert { exact }));
    }
    Err(if is_safe(from, to) || by_value {
        Refusal::allowed_by(Cast::Safe, "")
    } else if same_kind {
        Refusal::allowed_by(
            Cast::SameKind,
            if is_integer(to.0) { " if every value fits" } else { " and may round values" },
        )
    } else {
        Refusal::new(no_cast(scalar, target.kind, &numpy_name(target)))
    })
}

/// The advice where no casting rule helps; `wanted` is what NumPy calls a dtype of the kind.
pub(crate) fn no_cast(stored: &DType, kind: DTypeKind, wanted: &str) -> String {
    match (stored.kind(), kind) {
        (DTypeKind::Object, _) => "it is a Python pickle, which is never read".to_owned(),
        (DTypeKind::Void, DTypeKind::Float) if stored.item_size() == 2 => {
            "if it is bfloat16, make the cells `half::bf16`, or put `#[npz(store_as = \"bf16\")]` on the field".to_owned()
        }
        (DTypeKind::Void, DTypeKind::Float | DTypeKind::Int) if stored.item_size() == 1 => {
            "if it is one of the small numbers of ml_dtypes, make the cells one of `npz_core::tiny`, such as `Float8E4M3Fn`"
                .to_owned()
        }
        (_, DTypeKind::Bool) => {
            "no casting rule allows that: change the type, or save `a.astype(bool)` in Python"
                .to_owned()
        }
        _ => format!(
            "no casting rule allows that: change the type, or save `a.astype({wanted:?})` in Python"
        ),
    }
}

/// What is said of a pickle, before the advice.
const PICKLE: &str = "dtype object is a Python pickle, which can run any code when it is loaded, so it is never read; if you trust the \
     file, re-save it in Python with a plain dtype:";

/// The advice for a member that is a pickle.
pub(crate) fn object_hint(name: &str, wanted: &Wanted) -> String {
    let member = format!("f[{name:?}]");
    let plain = format!("`{member} = {}`", plain_array(&member, wanted));
    let (dict, others) = match wanted {
        Wanted::Anything => {
            (format!(" (of a dict: `{member} = np.array(json.dumps({member}.item()))`)"), PASSED_OVER)
        }
        _ => (String::new(), ""),
    };
    format!(
        "{PICKLE} `f = dict(np.load(path, allow_pickle=True))`, {plain}{dict}, `np.savez(path, **f)`{others}"
    )
}

/// The advice for a `.npy` file that is a pickle.
pub(crate) fn object_file_hint(wanted: &Wanted) -> String {
    let is_any = *wanted == Wanted::Anything;
    let dict = if is_any { " (of a dict: `np.array(json.dumps(a.item()))`)" } else { "" };
    let array = plain_array("a", wanted);
    format!("{PICKLE} `a = np.load(path, allow_pickle=True)`, `np.save(path, {array})`{dict}")
}

/// What to do where one member of many is a pickle.
const PASSED_OVER: &str = "; in a map, `LoadOptions::allow_unknown(true)` passes over it; `NpzReader::get` reads the others one by one";

/// Python for the same values without objects; where any dtype is fine, NumPy finds one for numbers and texts.
fn plain_array(array: &str, wanted: &Wanted) -> String {
    match wanted.in_python() {
        None => format!("np.array({array}.tolist())"),
        Some(dtype) => format!("np.array({array}.tolist(), dtype={dtype})"),
    }
}

fn numpy_name(target: Target) -> String {
    let name = match target.kind {
        DTypeKind::Bool => return "bool".to_owned(),
        DTypeKind::Int => "int",
        DTypeKind::Uint => "uint",
        DTypeKind::Float => "float",
        _ => "complex",
    };
    format!("{name}{}", target.size * 8)
}

fn is_integer(kind: DTypeKind) -> bool {
    matches!(kind, DTypeKind::Int | DTypeKind::Uint)
}

/// NumPy's "safe", row by row of `np.can_cast`.
fn is_safe((from, from_size): (DTypeKind, usize), (to, to_size): (DTypeKind, usize)) -> bool {
    use DTypeKind::{Bool, Complex, Float, Int, Uint};
    match (from, to) {
        (Bool, Bool | Int | Uint | Float | Complex) => true,
        (Int, Int) | (Uint, Uint) | (Float, Float) | (Complex, Complex) => from_size <= to_size,
        (Uint, Int) => from_size < to_size,
        // 8-byte integers into f8 count as safe in NumPy; their values are checked.
        (Int | Uint, Float) => from_size < to_size || to_size >= 8,
        (Int | Uint, Complex) => from_size < to_size / 2 || to_size >= 16,
        (Float, Complex) => from_size <= to_size / 2,
        _ => false,
    }
}

fn is_same_kind((from, from_size): (DTypeKind, usize), (to, to_size): (DTypeKind, usize)) -> bool {
    use DTypeKind::{Bool, Complex, Float, Int, Uint};
    is_safe((from, from_size), (to, to_size))
        || matches!(
            (from, to),
            (Int | Uint, Int | Uint | Float | Complex) | (Float, Float | Complex) | (Complex, Complex)
        )
        || (from == Bool && to == Bool)
}
