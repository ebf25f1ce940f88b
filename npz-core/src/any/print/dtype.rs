//! Dtypes as they stand in the `repr` of an array. Mirrors `dtype_short_repr` of `arrayprint.py` and `_dtype.py`.

use crate::dtype::{ByteOrder, DType, DTypeKind, Field, TimeUnit};
use crate::literal::repr;
use crate::shape::python_tuple;

/// Tells whether the cells alone say what the dtype is.
pub(super) fn is_implied(dtype: &DType) -> bool {
    let is_default = matches!(
        (dtype.kind(), dtype.item_size()),
        (DTypeKind::Bool, _) | (DTypeKind::Int | DTypeKind::Float, 8) | (DTypeKind::Complex, 16)
    );
    is_default && dtype.byte_order() != ByteOrder::Big
}

/// What stands behind `dtype=`.
pub(super) fn short(dtype: &DType) -> String {
    let Some(scalar) = dtype.as_scalar() else { return construction(dtype) };
    let bits = 8 * scalar.item_size();
    let unit = match scalar.time_unit() {
        Some(unit) if unit != TimeUnit::GENERIC => format!("[{unit}]"),
        _ => String::new(),
    };
    let name = match scalar.kind() {
        _ if scalar.byte_order() == ByteOrder::Big => return repr(&scalar.to_string()),
        DTypeKind::Bool => "bool".to_owned(),
        DTypeKind::Int => format!("int{bits}"),
        DTypeKind::Uint => format!("uint{bits}"),
        DTypeKind::Float => format!("float{bits}"),
        DTypeKind::Complex => format!("complex{bits}"),
        DTypeKind::DateTime => format!("datetime64{unit}"),
        DTypeKind::TimeDelta => format!("timedelta64{unit}"),
        DTypeKind::Void => return format!("'|V{}'", scalar.item_size()),
        DTypeKind::Bytes | DTypeKind::Unicode | DTypeKind::Object => return repr(&scalar.to_string()),
    };
    if unit.is_empty() { name } else { repr(&name) }
}

/// What `np.dtype` makes the dtype from.
fn construction(dtype: &DType) -> String {
    if let Some((item, shape)) = dtype.subdtype() {
        return format!("({}, {})", construction(item), python_tuple(shape));
    }
    match dtype.fields() {
        None => in_record(dtype),
        Some(fields) if fields.iter().any(Field::is_padding) => with_offsets(dtype),
        Some(fields) => {
            let items: Vec<String> = fields.iter().map(listed).collect();
            format!("[{}]", items.join(", "))
        }
    }
}

fn in_record(scalar: &DType) -> String {
    match (scalar.kind(), scalar.item_size()) {
        (DTypeKind::Bool, _) => "'?'".to_owned(),
        (DTypeKind::Bytes, 0) => "'S'".to_owned(),
        (DTypeKind::Void, 0) => "'V'".to_owned(),
        (DTypeKind::Void, size) => format!("'V{size}'"),
        (DTypeKind::Unicode, 0) => repr(scalar.to_string().trim_end_matches('0')),
        _ if scalar.byte_order() == ByteOrder::NotApplicable => repr(&scalar.code()),
        _ => repr(&scalar.to_string()),
    }
}

fn listed(field: &Field) -> String {
    let name = match field.title.as_deref() {
        Some(title) => format!("({}, {})", repr(title), repr(&field.name)),
        None => repr(&field.name),
    };
    match field.dtype.subdtype() {
        Some((item, shape)) => format!("({name}, {}, {})", construction(item), python_tuple(shape)),
        None => format!("({name}, {})", construction(&field.dtype)),
    }
}

/// A list can't tell where there is padding.
fn with_offsets(record: &DType) -> String {
    let (mut names, mut formats, mut offsets, mut titles) = (vec![], vec![], vec![], vec![]);
    for (field, bytes) in record.places() {
        if !field.is_padding() {
            names.push(repr(&field.name));
            formats.push(construction(&field.dtype));
            offsets.push(bytes.start.to_string());
            titles.push(field.title.as_deref().map_or_else(|| "None".to_owned(), repr));
        }
    }
    let titles = if titles.iter().all(|title| title == "None") {
        String::new()
    } else {
        format!(", 'titles': [{}]", titles.join(", "))
    };
    format!(
        "{{'names': [{}], 'formats': [{}], 'offsets': [{}]{titles}, 'itemsize': {}}}",
        names.join(", "),
        formats.join(", "),
        offsets.join(", "),
        record.item_size()
    )
}
