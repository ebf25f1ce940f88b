//! Descriptors from the literal of a header. Mirrors `descr_to_dtype`, and refuses what `numpy.dtype` refuses.
//!
//! An error is a sentence without a kind: the same text is a fault of the file in a header, and the caller's mistake in
//! `DType::parse`.

use std::borrow::Cow;
use std::collections::HashSet;

use super::refusal::NoDType;
use super::spelling;
use super::{DType, Field};
use crate::literal::{Literal, shortened};

pub(super) fn any(descr: &Literal<'_>) -> Result<DType, NoDType> {
    match descr {
        Literal::Str(text) => spelling::parse(text),
        Literal::List(fields) => record(fields),
        Literal::Tuple(_) | Literal::Pair(..) => match &*descr.tuple().unwrap_or_default() {
            [item, shape] => subarray(item, shape),
            _ => Err(format!("expected a dtype and a shape in the tuple, found {}", descr.what()).into()),
        },
        _ => Err(format!(
            "expected a dtype as a string such as '<f4' or as a list of fields, found {}",
            descr.what()
        )
        .into()),
    }
}

fn record(literals: &[Literal<'_>]) -> Result<DType, NoDType> {
    let fields = literals.iter().map(field).collect::<Result<Vec<_>, _>>()?;
    Ok(DType::of_fields(fields)?)
}

fn field(field: &Literal<'_>) -> Result<Field, NoDType> {
    if let Literal::Pair(name, spelling) = field {
        return Ok(Field::new(name, None, spelling::parse(spelling)?));
    }
    let (Literal::Tuple(parts) | Literal::List(parts)) = field else {
        return Err(
            format!("expected a field as a tuple such as ('a', '<f4'), found {}", field.what()).into()
        );
    };
    let (name, dtype) = match parts.as_slice() {
        [name, dtype] => (name, any(dtype)?),
        [name, item, shape] => (name, subarray(item, shape)?),
        _ => {
            return Err(format!(
                "expected a field of a name, a dtype and perhaps a shape, found {}",
                field.what()
            )
            .into());
        }
    };
    let is_unnamed = matches!(name, Literal::Str(text) if text.is_empty());
    let (title, name) = names(name)?;
    // To NumPy a subarray is a kind of void, and a void without a name is padding.
    if is_unnamed && dtype.subdtype().is_some() {
        return Ok(Field::padding(dtype.item_size()));
    }
    Ok(Field { name, title, dtype })
}

/// A name, or a pair of title and name.
fn names(literal: &Literal<'_>) -> Result<(Option<String>, String), String> {
    if let Literal::Str(name) = literal {
        return Ok((None, name.clone().into_owned()));
    }
    if let Some(pair) = literal.tuple() {
        match &*pair {
            [Literal::Str(title), Literal::Str(name)] => {
                return Ok((Some(title.clone().into_owned()), name.clone().into_owned()));
            }
            [Literal::None, Literal::Str(name)] => return Ok((None, name.clone().into_owned())),
            _ => {}
        }
    }
    Err(format!(
        "expected the name of a field as a string, or a pair of title and name, found {}",
        literal.what()
    ))
}

fn subarray(item: &Literal<'_>, shape: &Literal<'_>) -> Result<DType, NoDType> {
    let axes = match (shape, shape.tuple()) {
        (Literal::Int(_), _) => Cow::Borrowed(std::slice::from_ref(shape)),
        (Literal::List(axes), _) => Cow::Borrowed(axes.as_slice()),
        (_, Some(axes)) => axes,
        _ => {
            return Err(format!(
                "expected the shape of a field as a tuple such as (3,), found {}",
                shape.what()
            )
            .into());
        }
    };
    let shape = axes.iter().map(axis).collect::<Result<Vec<_>, _>>()?;
    Ok(DType::of_axes(any(item)?, shape)?)
}

fn axis(literal: &Literal<'_>) -> Result<usize, String> {
    let axis = if let Literal::Int(number) = literal { i32::try_from(*number).ok() } else { None };
    axis.and_then(|axis| usize::try_from(axis).ok()).ok_or_else(|| {
        format!(
            "expected whole numbers from 0 to 2147483647 in the shape of a field, found {}",
            literal.what()
        )
    })
}

/// NumPy keeps names and titles in one dict: none may be there twice.
pub(super) fn check_names(fields: &[Field]) -> Result<(), String> {
    let mut seen = HashSet::with_capacity(fields.len());
    for field in fields.iter().filter(|field| !field.is_padding()) {
        for name in [Some(&field.name), field.title.as_ref()].into_iter().flatten() {
            if !seen.insert(name) {
                return Err(format!(
                    "two fields or titles have the name {}: each needs its own",
                    shortened(name)
                ));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::dtype::DType;

    /// What NumPy reads, and the `descr` that it then writes.
    #[test]
    fn descriptors_are_numpys() {
        let cases = [
            ("[('a', 'i4'), ('b', 'f8', (2, 3))]", "[('a', '<i4'), ('b', '<f8', (2, 3))]", 52),
            ("[('a','|i1'),('','|V7'),('b','<f8')]", "[('a', '|i1'), ('', '|V7'), ('b', '<f8')]", 16),
            ("[(('title', 'a'), '<i4')]", "[(('title', 'a'), '<i4')]", 4),
            ("[((None, 'a'), '<i4')]", "[('a', '<i4')]", 4),
            ("[(('', 'a'), '<i4')]", "[(('', 'a'), '<i4')]", 4),
            ("[('a', [('b', '<i4')])]", "[('a', [('b', '<i4')])]", 4),
            ("[('a', [('', '|V3'), ('b', 'i1')], (2,))]", "[('a', [('', '|V3'), ('b', '|i1')], (2,))]", 8),
            (
                "[('a', 'i4', 2), ('b', 'i4', [1]), ('c', 'i4', ())]",
                "[('a', '<i4', (2,)), ('b', '<i4', (1,)), ('c', '<i4')]",
                16,
            ),
            ("[('a', ('i4', (2,)), (3,))]", "[('a', ('<i4', (2,)), (3,))]", 24),
            ("[('a', ('i4', (2,)))]", "[('a', '<i4', (2,))]", 8),
            ("[('a', 'i4', (0,))]", "[('a', '<i4', (0,))]", 0),
            ("[['a', 'S0']]", "[('a', '|S0')]", 0),
            ("[]", "[]", 0),
            ("[('a', [])]", "[('a', [])]", 0),
            ("[('a', '<i2'), ('', '>f4', (2,)), ('', 'O', 2)]", "[('a', '<i2'), ('', '|V24')]", 26),
            ("[('', 'V3', (2,)), ('', [('x', 'u1')], (0,))]", "[('', '|V6')]", 6),
            (
                "[(('t', ''), 'i4', (2,)), ('a', [('', [('x', 'u1')])])]",
                "[(('t', ''), '<i4', (2,)), ('a', [('', [('x', '|u1')])])]",
                9,
            ),
            ("[('', '<i4'), ('a', 'u1')]", "[('', '<i4'), ('a', '|u1')]", 5),
            ("[(\"it's\", 'O'), ('整', '<V2')]", "[(\"it's\", '|O'), ('整', '<V2')]", 10),
            ("('<f4', (2,))", "('<f4', (2,))", 8),
            ("('<f4', ())", "'<f4'", 4),
        ];
        for (text, descr, size) in cases {
            let dtype = DType::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(dtype.descr(), descr);
            assert_eq!(dtype.item_size(), size, "{text}");
        }
    }

    #[test]
    fn a_complex_number_is_two_floats() {
        let complex = DType::parse(">c16").expect("complex128");
        assert_eq!(complex.real_part(), DType::parse(">f8").expect("float64"));
    }

    #[test]
    fn nonsense_is_refused() {
        let cases = [
            ("[('a', 'i4'), ('a', 'f4')]", "two fields or titles have the name 'a'"),
            ("[(('t', 'a'), 'i4'), ('t', 'f4')]", "two fields or titles have the name 't'"),
            ("[(('a', 'a'), 'i4')]", "two fields or titles have the name 'a'"),
            ("[('', 'i4'), ('', 'i4')]", "two fields or titles have the name ''"),
            (
                "[('a',)]",
                "expected a field of a name, a dtype and perhaps a shape, found a tuple of length 1",
            ),
            ("[('a', 'i4', (2,), None)]", "expected a field of a name"),
            ("['a']", "expected a field as a tuple"),
            ("[(1, 'i4')]", "expected the name of a field as a string"),
            ("[(('t', 1), 'i4')]", "expected the name of a field as a string"),
            (
                "[('a', ('i4', 'x'))]",
                "expected the shape of a field as a tuple such as (3,), found the string 'x'",
            ),
            ("[('a', 'i4', ('x', 'y'))]", "expected whole numbers from 0 to 2147483647"),
            ("('i4', 'x')", "expected the shape of a field as a tuple such as (3,), found the string 'x'"),
            (
                "[('a', 'i4', -1)]",
                "expected whole numbers from 0 to 2147483647 in the shape of a field, found -1",
            ),
            ("[('a', 'i4', (2147483648,))]", "expected whole numbers"),
            ("[('a', 'i4', (True,))]", "expected whole numbers"),
            ("[('a', 'i4', None)]", "expected the shape of a field"),
            ("[('a', 'i4', (2147483647,))]", "a cell of 8589934588 bytes is larger than NumPy allows"),
            ("[('a', 'V2147483647'), ('b', 'i1')]", "a cell of 2147483648 bytes is larger than NumPy allows"),
            ("[('a', 3)]", "expected a dtype as a string such as '<f4' or as a list of fields, found 3"),
            ("[('a', 'x9')]", "'x9' is no known dtype"),
            ("('<f4', (2,), 3)", "expected a dtype and a shape in the tuple"),
            ("[('a', 'i4'", "this is no dtype: expected ',' or ')'"),
        ];
        for (text, message) in cases {
            let error = DType::parse(text).expect_err(text);
            assert!(error.to_string().starts_with(message), "{text}: {error}");
        }
    }
}
