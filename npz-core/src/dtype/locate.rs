//! Where a field lies inside of a record, by its path.

use super::{DType, Field};
use crate::error::{Error, ErrorKind, Result};
use crate::literal::shortened;

/// One field of a record, which may lie inside of other fields.
#[derive(Clone)]
pub(crate) struct Spot {
    /// Bytes between the start of the record and the first cell.
    pub(crate) offset: usize,
    /// The axes of the small arrays around and in the field: how long each is, and how many bytes a step is.
    pub(crate) axes: Vec<(usize, usize)>,
    /// What its cells are; no subarray.
    pub(crate) dtype: DType,
}

impl DType {
    /// Finds a field by its name or title, or a field of a field by `outer.inner`. A name with dots in it goes first.
    pub(crate) fn locate(&self, path: &str) -> Result<Spot> {
        let mut spot = Spot { offset: 0, axes: Vec::new(), dtype: self.clone() };
        let mut left = Some(path);
        while let Some(rest) = left {
            if spot.dtype.fields().is_none() {
                return Err(Error::new(
                    ErrorKind::Mismatch,
                    format!(
                        "expected a structured array with a field {rest:?}, found cells of {}",
                        spot.dtype
                    ),
                ));
            }
            let (offset, field, behind) = find(&spot.dtype, rest)?;
            left = behind;
            let (mut dtype, offset) = (&field.dtype, spot.offset + offset);
            let mut axes = spot.axes;
            while let Some((item, shape)) = dtype.subdtype() {
                let mut step = item.item_size;
                let start = axes.len();
                for &len in shape.iter().rev() {
                    axes.insert(start, (len, step));
                    step = step.saturating_mul(len);
                }
                dtype = item;
            }
            spot = Spot { offset, axes, dtype: dtype.clone() };
        }
        Ok(spot)
    }
}

/// The field that a path begins with, where it lies, and what is left of the path.
fn find<'d, 'p>(record: &'d DType, path: &'p str) -> Result<(usize, &'d Field, Option<&'p str>)> {
    let mut best: Option<(usize, &Field, Option<&str>)> = None;
    let len = |left: Option<&str>| left.map_or(0, |left| left.len() + 1);
    for (field, bytes) in record.places() {
        let after = |name: &str| {
            let rest = path.strip_prefix(name).filter(|_| !name.is_empty())?;
            if rest.is_empty() { Some(None) } else { rest.strip_prefix('.').map(Some) }
        };
        // NumPy finds a field by its title too, and no name is another's title.
        let rest = after(&field.name).or_else(|| after(field.title.as_deref()?));
        if let Some(rest) = rest.filter(|_| !field.is_padding())
            && best.is_none_or(|(_, _, left)| len(rest) < len(left))
        {
            best = Some((bytes.start, field, rest));
        }
    }
    best.ok_or_else(|| {
        let real = record.fields().unwrap_or_default().iter().filter(|field| !field.is_padding());
        let names: Vec<_> = real.take(8).map(|field| shortened(&field.name)).collect();
        let message = format!("no field {} in the record: it has {}", shortened(path), names.join(", "));
        Error::new(ErrorKind::NotFound, message)
    })
}

#[cfg(test)]
mod tests {
    use crate::dtype::DType;

    #[test]
    fn fields_of_fields_are_found() {
        let dtype = DType::parse(
            "[(('one', 'a'), '|i1'), ('', '|V3'), ('p', [('x', '<f4'), ('y', '<f8', (2, 3))], (5,)), ('p.x', '<i2')]",
        )
        .unwrap();
        let spot = |path| dtype.locate(path).map(|s| (s.offset, s.axes, s.dtype.to_string()));
        assert_eq!(spot("a").unwrap(), (0, vec![], "|i1".to_owned()));
        assert_eq!(spot("one").unwrap(), spot("a").unwrap());
        assert_eq!(spot("p.y").unwrap(), (8, vec![(5, 52), (2, 24), (3, 8)], "<f8".to_owned()));
        assert_eq!(spot("p.x").unwrap(), (4 + 260, vec![], "<i2".to_owned()));
        assert_eq!(spot("p").unwrap().1, [(5, 52)]);
        for path in ["", "q", "a.x", "p.", ".p", "p.y.z"] {
            assert!(spot(path).is_err(), "{path}");
        }
    }
}
