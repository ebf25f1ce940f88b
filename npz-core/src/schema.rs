//! What a type expects of an archive, as data and in print.

use std::fmt::{self, Write};

use crate::json::json_string;

/// Lists the members that a type reads and writes: names, dtypes, shapes, which may be absent.
///
/// Given by [`Npz::schema`](crate::Npz::schema), without any file. In names, `*` stands for any index of a list
/// (`layers.*.weights` is `layers.0.weights`, `layers.1.weights`, ...) or any key of a map. A type that contains itself
/// is followed down to the place where it comes again.
///
/// Prints as a table:
///
/// ```
/// use ndarray::Array2;
/// use npz_core::Npz;
///
/// #[derive(Npz)]
/// struct Layer { weights: Array2<f32>, #[npz(shape = "(128,)")] bias: Vec<f32> }
/// #[derive(Npz)]
/// enum Optimizer { Sgd { momentum: f32 }, Off }
/// #[derive(Npz)]
/// struct Model { layers: Vec<Layer>, optimizer: Optimizer, note: Option<String> }
///
/// let table = "\
/// member              dtype  shape   present
/// layers.*.weights    <f4    (_, _)
/// layers.*.bias       <f4    (128,)
/// optimizer.tag       <U     ()      \"Sgd\" or \"Off\"
/// optimizer.momentum  <f4    ()      if optimizer.tag = \"Sgd\"
/// note                <U     ()      may be absent
/// ";
/// assert_eq!(Model::schema().to_string(), table);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Schema {
    /// One for each member, in the order in which they are saved.
    pub members: Vec<SchemaMember>,
}

/// What a type expects of one member, or of all whose names differ in an index or a key only.
///
/// ```
/// use npz_core::Npz;
///
/// #[derive(Npz)]
/// struct State { #[npz(default)] grid: ndarray::Array2<f64> }
///
/// let schema = State::schema();
/// let grid = &schema.members[0];
/// assert_eq!((&*grid.name, &*grid.dtype, &*grid.rust_type), ("grid", "<f8", "f64"));
/// assert_eq!(grid.shape, Some(vec![None, None])); // two axes of any length
/// assert!(grid.is_optional && grid.values.is_empty() && grid.condition.is_empty());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaMember {
    /// The member's name, as `np.load` would say it; `*` stands for any index or key.
    pub name: String,
    /// The dtype as NumPy spells it; `<U` and `|S` without a width for text of any length.
    ///
    /// It is what a save writes and [`Cast::Exact`](crate::Cast::Exact) wants; other dtypes may be cast to it.
    pub dtype: String,
    /// The type of the cells in Rust.
    pub rust_type: String,
    /// The length of each axis, `None` for any; `None` at all for any number of axes.
    pub shape: Option<Vec<Option<usize>>>,
    /// Whether a file may be without it: `Option`, `default`, `skip_if`, a version.
    pub is_optional: bool,
    /// The texts that it may have, if it is an enum; empty otherwise.
    pub values: Vec<String>,
    /// When it is there, if that depends on the variant of an enum: `optimizer.tag = "Sgd"`. Empty otherwise.
    pub condition: String,
    /// What one cell is to a type checker of Python.
    pub(crate) python: String,
    /// The name stands for all that differ in an index or a key.
    pub(crate) is_pattern: bool,
}

impl SchemaMember {
    fn shape_text(&self) -> String {
        let Some(shape) = &self.shape else { return "any".to_owned() };
        let lens: Vec<_> =
            shape.iter().map(|len| len.map_or("_".to_owned(), |len| len.to_string())).collect();
        let comma = if lens.len() == 1 { "," } else { "" };
        format!("({}{comma})", lens.join(", "))
    }

    /// When it is there, in words.
    fn presence(&self) -> String {
        let mut parts = Vec::new();
        let quoted: Vec<_> = self.values.iter().map(|value| format!("{value:?}")).collect();
        match quoted.as_slice() {
            [] => {}
            [one] => parts.push(one.clone()),
            [all @ .., last] => parts.push(format!("{} or {last}", all.join(", "))),
        }
        if !self.condition.is_empty() {
            parts.push(format!("if {}", self.condition));
        }
        if self.is_optional {
            parts.push("may be absent".to_owned());
        }
        parts.join("; ")
    }
}

impl Schema {
    pub(crate) fn new(members: Vec<SchemaMember>) -> Self {
        Self { members }
    }

    /// Prints a JSON array with an object for each member.
    ///
    /// ```
    /// use npz_core::Npz;
    ///
    /// #[derive(Npz)]
    /// struct State { step: u64 }
    ///
    /// let json = r#"[
    ///   {"name": "step", "dtype": "<u8", "shape": [], "optional": false, "values": [], "condition": ""}
    /// ]
    /// "#;
    /// assert_eq!(State::schema().to_json(), json);
    /// ```
    pub fn to_json(&self) -> String {
        let objects: Vec<_> = self.members.iter().map(|member| {
            let len = |len: &Option<usize>| len.map_or("null".to_owned(), |len| len.to_string());
            let shape = member.shape.as_ref().map_or("null".to_owned(), |shape| {
                format!("[{}]", shape.iter().map(len).collect::<Vec<_>>().join(", "))
            });
            let values: Vec<_> = member.values.iter().map(|value| json_string(value)).collect();
            format!(
                "  {{\"name\": {}, \"dtype\": {}, \"shape\": {shape}, \"optional\": {}, \"values\": [{}], \"condition\": {}}}",
                json_string(&member.name),
                json_string(&member.dtype),
                member.is_optional,
                values.join(", "),
                json_string(&member.condition),
            )
        }).collect();
        if objects.is_empty() { "[]\n".to_owned() } else { format!("[\n{}\n]\n", objects.join(",\n")) }
    }

    /// Prints a Python `TypedDict`, for code that saves or loads such an archive under a type checker.
    ///
    /// Members that may be absent, or depend on a variant, are `NotRequired` (Python 3.11). A `TypedDict` has no
    /// patterns: members with `*` in their names are comments.
    ///
    /// ```
    /// use npz_core::Npz;
    ///
    /// #[derive(Npz)]
    /// struct State { weights: ndarray::Array2<f32>, rate: Option<f64>, layers: Vec<Vec<String>> }
    ///
    /// let python = r#"from typing import Any, NotRequired, TypedDict
    ///
    /// import numpy as np
    /// import numpy.typing as npt
    ///
    /// State = TypedDict("State", {
    ///     "weights": npt.NDArray[np.float32],  # shape (_, _)
    ///     "rate": NotRequired[npt.NDArray[np.float64]],  # shape ()
    ///     ## "layers.*": npt.NDArray[np.str_],  # shape (_,)
    /// })
    /// "#;
    /// assert_eq!(State::schema().to_python("State"), python);
    /// ```
    pub fn to_python(&self, class: &str) -> String {
        let class = python_name(class);
        let mut text = String::from(
            "from typing import Any, NotRequired, TypedDict\n\nimport numpy as np\nimport numpy.typing as npt\n\n",
        );
        let mut seen = std::collections::HashSet::new();
        let _ = writeln!(text, "{class} = TypedDict(\"{class}\", {{");
        for member in &self.members {
            // Two variants may have a member of one name each; a dict has one.
            let is_comment = member.is_pattern || !seen.insert(&member.name);
            let may_be_absent = member.is_optional || !member.condition.is_empty();
            let python = format!("npt.NDArray[{}]", member.python);
            let python = if may_be_absent && !is_comment { format!("NotRequired[{python}]") } else { python };
            let presence = if member.condition.is_empty() {
                String::new()
            } else {
                format!("; {}", member.presence().replace(char::is_control, " "))
            };
            let comment = if is_comment { "# " } else { "" };
            let name = json_string(&member.name);
            let shape = member.shape_text();
            let _ = writeln!(text, "    {comment}{name}: {python},  # shape {shape}{presence}");
        }
        text.push_str("})\n");
        text
    }
}

/// A name that Python takes for a class, and that hides nothing the stub needs.
fn python_name(name: &str) -> String {
    const TAKEN: [&str; 40] = [
        "False",
        "None",
        "True",
        "and",
        "as",
        "assert",
        "async",
        "await",
        "break",
        "class",
        "continue",
        "def",
        "del",
        "elif",
        "else",
        "except",
        "finally",
        "for",
        "from",
        "global",
        "if",
        "import",
        "in",
        "is",
        "lambda",
        "nonlocal",
        "not",
        "or",
        "pass",
        "raise",
        "return",
        "try",
        "while",
        "with",
        "yield",
        "np",
        "npt",
        "NotRequired",
        "TypedDict",
        "Any",
    ];
    let mut name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect();
    if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
        name.insert(0, '_');
    }
    if TAKEN.contains(&name.as_str()) {
        name.push('_');
    }
    name
}

impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows =
            vec![["member".to_owned(), "dtype".to_owned(), "shape".to_owned(), "present".to_owned()]];
        rows.extend(
            self.members.iter().map(|m| [m.name.clone(), m.dtype.clone(), m.shape_text(), m.presence()]),
        );
        let width =
            |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
        let widths = [width(0), width(1), width(2)];
        for [name, dtype, shape, presence] in &rows {
            let [w0, w1, w2] = widths;
            let line = format!("{name:w0$}  {dtype:w1$}  {shape:w2$}  {presence}");
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}
