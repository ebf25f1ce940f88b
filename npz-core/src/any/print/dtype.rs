//! Dtypes as they stand in the `repr` of an array. Mirrors `dtype_short_repr` of `arrayprint.py` and `_dtype.py`.

use crate::dtype::{ByteOrder, DType, Field, Kind, Scalar, TimeUnit};
use crate::literal::repr;
use crate::shape::python_tuple;

/// Tells whether the cells alone say what the dtype is.
pub(super) fn is_implied(dtype: &DType) -> bool {
    dtype.as_scalar().is_some_and(|scalar| {
        let is_default = matches!(
            (scalar.kind(), scalar.size()),
            (Kind::Bool, _) | (Kind::Int | Kind::Float, 8) | (Kind::Complex, 16)
        );
        is_default && scalar.order() != ByteOrder::Big
    })
}

/// What stands behind `dtype=`.
pub(super) fn short(dtype: &DType) -> String {
    let Some(scalar) = dtype.as_scalar() else { return construction(dtype) };
    let bits = 8 * scalar.size();
    let unit = match scalar.unit() {
        Some(unit) if unit != TimeUnit::GENERIC => format!("[{unit}]"),
        _ => String::new(),
    };
    let name = match scalar.kind() {
        _ if scalar.order() == ByteOrder::Big => return repr(&scalar.to_string()),
        Kind::Bool => "bool".to_owned(),
        Kind::Int => format!("int{bits}"),
        Kind::Uint => format!("uint{bits}"),
        Kind::Float => format!("float{bits}"),
        Kind::Complex => format!("complex{bits}"),
        Kind::DateTime => format!("datetime64{unit}"),
        Kind::TimeDelta => format!("timedelta64{unit}"),
        Kind::Void => return format!("'|V{}'", scalar.size()),
        Kind::Bytes | Kind::Unicode | Kind::Object => return repr(&scalar.to_string()),
    };
    if unit.is_empty() { name } else { repr(&name) }
}

/// What `np.dtype` makes the dtype from.
fn construction(dtype: &DType) -> String {
    match dtype {
        DType::Scalar(scalar) => in_record(scalar),
        DType::Subarray(inner) => {
            format!("({}, {})", construction(inner.item()), python_tuple(inner.shape()))
        }
        DType::Record(record) if record.fields().iter().any(Field::is_padding) => {
            with_offsets(record.fields())
        }
        DType::Record(record) => {
            let items: Vec<String> = record.fields().iter().map(listed).collect();
            format!("[{}]", items.join(", "))
        }
    }
}

fn in_record(scalar: &Scalar) -> String {
    match (scalar.kind(), scalar.size()) {
        (Kind::Bool, _) => "'?'".to_owned(),
        (Kind::Bytes, 0) => "'S'".to_owned(),
        (Kind::Void, 0) => "'V'".to_owned(),
        (Kind::Void, size) => format!("'V{size}'"),
        (Kind::Unicode, 0) => repr(scalar.to_string().trim_end_matches('0')),
        _ if scalar.order() == ByteOrder::NotApplicable => repr(&scalar.code()),
        _ => repr(&scalar.to_string()),
    }
}

fn listed(field: &Field) -> String {
    let name = match field.title() {
        Some(title) => format!("({}, {})", repr(title), repr(field.name())),
        None => repr(field.name()),
    };
    match field.dtype() {
        DType::Subarray(inner) => {
            format!("({name}, {}, {})", construction(inner.item()), python_tuple(inner.shape()))
        }
        dtype => format!("({name}, {})", construction(dtype)),
    }
}

/// A list can't tell where there is padding.
fn with_offsets(fields: &[Field]) -> String {
    let (mut names, mut formats, mut offsets, mut titles) = (vec![], vec![], vec![], vec![]);
    let mut offset = 0;
    for field in fields {
        if !field.is_padding() {
            names.push(repr(field.name()));
            formats.push(construction(field.dtype()));
            offsets.push(offset.to_string());
            titles.push(field.title().map_or_else(|| "None".to_owned(), repr));
        }
        offset += field.dtype().item_size().unwrap_or(0);
    }
    let titles = if titles.iter().all(|title| title == "None") {
        String::new()
    } else {
        format!(", 'titles': [{}]", titles.join(", "))
    };
    format!(
        "{{'names': [{}], 'formats': [{}], 'offsets': [{}]{titles}, 'itemsize': {offset}}}",
        names.join(", "),
        formats.join(", "),
        offsets.join(", ")
    )
}
