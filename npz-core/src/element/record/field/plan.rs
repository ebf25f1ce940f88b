//! The fields of a file against those of a row type: matched by name, and every difference noted.

use super::RecordField;
use super::column::Column;
use super::column::Rows;
use crate::dtype::{DType, Field};
use crate::element::record::{CHUNK, NpyRecord};
use crate::element::rule::{Advice, FieldProblem};
use crate::element::{BadCell, Cast, Decoder, Element, Form, Refusal, Rule, Step};
use crate::report::ProblemKind;
use crate::shape::python_tuple;

/// Appends rows that are made of the bytes of a file's.
pub type ConvertRows<R> = Box<dyn FnMut(Rows<'_>, &mut Vec<R>) -> Result<(), BadCell> + Send>;

/// Of each column where it lies in a row, and whether its bytes are memory's own.
type Places = Vec<(usize, bool)>;

/// The columns that a row type asks for, and what is wrong with them.
pub struct RecordPlan<'d> {
    stored: Vec<Stored<'d>>,
    rule: Rule,
    allows_unknown: bool,
    problems: Vec<FieldProblem>,
    /// Of each column that was found: where it lies, and whether its bytes are memory's own.
    places: Places,
}

struct Stored<'d> {
    field: &'d Field,
    offset: usize,
    is_taken: bool,
}

impl<'d> RecordPlan<'d> {
    fn new(record: &'d DType, rule: Rule) -> Self {
        // Padding has no name that a field could ask for.
        let named = record.places().filter(|(field, _)| !field.is_padding());
        let stored =
            named.map(|(field, bytes)| Stored { field, offset: bytes.start, is_taken: false }).collect();
        Self { stored, rule, allows_unknown: false, problems: Vec::new(), places: Vec::new() }
    }

    /// Lets fields be there that nobody asks for.
    pub fn allow_unknown(&mut self) {
        self.allows_unknown = true;
    }

    /// Finds the field that has the first of these names that is there, or else the first as its title.
    pub(in crate::element::record) fn column<T: RecordField>(
        &mut self,
        names: &[&str],
        cast: Option<Cast>,
        may_be_absent: bool,
    ) -> Column<T> {
        let own = names.first().copied().unwrap_or_default();
        let position =
            |is_it: &dyn Fn(&Field) -> bool| self.stored.iter().position(|stored| is_it(stored.field));
        let by_name = names.iter().find_map(|name| position(&|field| field.name == *name));
        let by_title =
            || names.iter().find_map(|name| position(&|field| field.title.as_deref() == Some(*name)));
        let Some(found) = by_name.or_else(by_title) else {
            if !may_be_absent {
                // The advice is added when it is known which fields nobody else wants.
                let advice = Advice::Text(String::new());
                self.note(ProblemKind::Missing, own, expected::<T>(), String::new(), advice);
            }
            return Column::new(own, 0, None, may_be_absent);
        };
        let stored = &mut self.stored[found];
        stored.is_taken = true;
        let (field, offset) = (stored.field, stored.offset);
        let decoder = self.decoder::<T>(field, cast);
        if let Some(decoder) = &decoder {
            self.places.push((offset, matches!(&decoder.step, Step::InPlace(plan) if plan.swap_width == 1)));
        }
        Column::new(&field.name, offset, decoder, false)
    }

    fn decoder<T: RecordField>(&mut self, field: &Field, cast: Option<Cast>) -> Option<Decoder<T::Cell>> {
        let mut wanted = Vec::new();
        T::push_axes(&mut wanted);
        let (item, shape) = flat(&field.dtype);
        let rule = Rule {
            cast: cast.unwrap_or(self.rule.cast),
            scalar: self.rule.scalar && wanted.is_empty(),
            form: Form::default(),
        };
        let decoder = T::Cell::decoder(item, rule);
        let found = || described(&field.dtype);
        let decoder = match decoder {
            Ok(decoder) => Some(decoder),
            Err(Refusal { advice: Advice::Fields(inner) }) => {
                self.problems.extend(inner.into_iter().map(|problem| FieldProblem {
                    field: format!("{}.{}", field.name, problem.field),
                    ..problem
                }));
                None
            }
            Err(Refusal { advice }) => {
                let advice = on_field(advice, cast);
                self.note(ProblemKind::DType, &field.name, expected::<T>(), found(), advice);
                None
            }
        };
        if shape != wanted {
            // `[[T; 2]; 3]` for the shape (3, 2).
            let array = shape.iter().rev().fold("T".to_owned(), |inner, len| format!("[{inner}; {len}]"));
            let hint = if shape.is_empty() {
                "make it a single value".to_owned()
            } else {
                format!("make the field a `{array}`")
            };
            self.note(ProblemKind::Shape, &field.name, expected::<T>(), found(), Advice::Text(hint));
            return None;
        }
        decoder
    }

    fn note(&mut self, kind: ProblemKind, field: &str, expected: String, found: String, advice: Advice) {
        self.problems.push(FieldProblem { kind, field: field.to_owned(), expected, found, advice });
    }

    /// Notes the fields that nobody asked for, and advises those that were not found.
    fn finish(mut self) -> (Vec<FieldProblem>, Places) {
        let left: Vec<_> = self.stored.iter().filter(|stored| !stored.is_taken).map(|s| s.field).collect();
        let is_unadvised = |problem: &&mut FieldProblem| {
            problem.kind == ProblemKind::Missing
                && matches!(&problem.advice, Advice::Text(text) if text.is_empty())
        };
        for problem in self.problems.iter_mut().filter(is_unadvised) {
            problem.advice = Advice::Text(advice_for_missing(&problem.field, &left));
        }
        if !self.allows_unknown {
            for field in left {
                let hint = "`#[npy(allow_unknown)]` on the struct ignores it".to_owned();
                let found = described(&field.dtype);
                let advice = Advice::Text(hint);
                self.note(ProblemKind::Unexpected, &field.name, String::new(), found, advice);
            }
        }
        (self.problems, self.places)
    }
}

/// How records of a file become rows, and of each field where it lies and whether its bytes are memory's own.
pub(in crate::element::record) fn decoder<R: NpyRecord>(
    stored: &DType,
    rule: Rule,
) -> Result<(Decoder<R>, Places), Refusal> {
    if stored.fields().is_none() {
        return Err(Refusal::new(format!(
            "`{}` is a row of several fields; save a structured array in Python, or change the type",
            R::NAME
        )));
    }
    let item_size = stored.item_size();
    let mut plan = RecordPlan::new(stored, rule);
    let mut convert = R::plan_rows(&mut plan);
    let (problems, places) = plan.finish();
    if !problems.is_empty() {
        return Err(Refusal { advice: Advice::Fields(problems) });
    }
    let chunk = (CHUNK / item_size.max(1)).max(1) * item_size.max(1);
    let step = Step::Convert(Box::new(move |bytes: &[u8], rows: &mut Vec<R>| {
        for (i, bytes) in bytes.chunks(chunk).enumerate() {
            convert(Rows::new(bytes, item_size), rows)
                .map_err(|bad| BadCell { index: bad.index + i * (chunk / item_size.max(1)), ..bad })?;
        }
        Ok(())
    }));
    Ok((Decoder { item_size, step }, places))
}

/// The cells of a field and the axes of its small array.
fn flat(dtype: &DType) -> (&DType, Vec<usize>) {
    let (mut item, mut axes) = (dtype, Vec::new());
    while let Some((inner, shape)) = item.subdtype() {
        axes.extend_from_slice(shape);
        item = inner;
    }
    (item, axes)
}

/// A dtype in words: `<f8 (f64), shape (3,)`.
fn described(dtype: &DType) -> String {
    let (item, axes) = flat(dtype);
    let rust = item.rust_name().map(|name| format!(" ({name})")).unwrap_or_default();
    let shape = if axes.is_empty() { String::new() } else { format!(", shape {}", python_tuple(&axes)) };
    format!("{item}{rust}{shape}")
}

fn expected<T: RecordField>() -> String {
    let mut axes = Vec::new();
    T::push_axes(&mut axes);
    let shape = if axes.is_empty() { String::new() } else { format!(", shape {}", python_tuple(&axes)) };
    format!("{}{shape}", T::Cell::expected())
}

/// The attribute of a record's field has another name than that of a member's.
fn on_field(advice: Advice, own: Option<Cast>) -> Advice {
    match advice {
        Advice::Allow(cast, effect) => {
            let word = cast.word();
            let instead = if own.is_some() { " instead" } else { "" };
            let options = if own.is_some() {
                String::new()
            } else {
                format!(", or `LoadOptions::cast(Cast::{cast:?})`,")
            };
            Advice::Text(format!(
                "`#[npy(cast = \"{word}\")]`{instead} on the field of the row{options} accepts it{effect}"
            ))
        }
        // All fields of a row are as wide in each.
        Advice::Widen(cell, _) => Advice::Text(format!("change the field's cell type to `{cell}`")),
        advice @ (Advice::Text(_) | Advice::Fields(_)) => advice,
    }
}

fn advice_for_missing(name: &str, left: &[&Field]) -> String {
    let plain = |text: &str| text.to_lowercase().replace(['_', '-', '.'], "");
    let wanted = plain(name);
    let near = left
        .iter()
        .map(|field| (strsim::damerau_levenshtein(&wanted, &plain(&field.name)), &*field.name))
        .filter(|(distance, _)| *distance <= wanted.chars().count() / 3)
        .min_by_key(|(distance, _)| *distance);
    if let Some((_, near)) = near {
        return format!(
            "did you mean {near:?}? then `#[npy(alias = {near:?})]` on the field of the row finds it"
        );
    }
    let shown: Vec<_> = left.iter().take(8).map(|field| format!("{:?}", field.name)).collect();
    if shown.is_empty() {
        return "save it in Python, or put `#[npy(default)]` on the field of the row".to_owned();
    }
    let more = if left.len() > shown.len() { ", .." } else { "" };
    format!(
        "nobody wants {}{more}: `#[npy(alias = \"name\")]` on the field of the row takes another name, \
         `#[npy(default)]` lets it be absent",
        shown.join(", ")
    )
}
