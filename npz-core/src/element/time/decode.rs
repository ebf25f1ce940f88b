//! From stored times and integers to ticks, by the casting rules of NumPy with values checked.

use super::nanos::type_name;
use super::scale::Scale;
use super::text::{NAT, time_text};
use crate::dtype::{ByteOrder, DType, DTypeKind, TimeUnit};
use crate::element::cast::converter;
use crate::element::rule::{Target, Verdict, judge, no_cast};
use crate::element::{BadCell, CELLS, Cast, Convert, Decoder, Form, InPlace, Refusal, Rule, Step};
use crate::memory;

/// A cell that is its count of ticks.
pub(crate) trait Ticks: bytemuck::Pod + Send {
    fn of(ticks: i64) -> Self;
}

/// How `stored` becomes cells of `kind` (a time) and `unit`.
pub(crate) fn decoder<A: Ticks>(
    kind: DTypeKind,
    unit: TimeUnit,
    stored: &DType,
    rule: Rule,
) -> Result<Decoder<A>, Refusal> {
    let Some(scalar) = stored.as_scalar() else {
        return Err(Refusal::new("it is a record; read one of its fields in Python and save that"));
    };
    let step = match (scalar.time_unit(), scalar.kind()) {
        (Some(from), found) if found == kind => from_times(kind, from, unit, scalar.byte_order(), rule)?,
        (_, DTypeKind::Bool | DTypeKind::Int | DTypeKind::Uint) if kind == DTypeKind::TimeDelta => {
            from_integers(stored, rule)?
        }
        _ => return Err(Refusal::new(no_cast_to_time(scalar, kind, unit))),
    };
    Ok(Decoder { item_size: scalar.item_size(), step })
}

/// Times of the same kind, in any unit.
fn from_times<A: Ticks>(
    kind: DTypeKind,
    from: TimeUnit,
    to: TimeUnit,
    order: ByteOrder,
    rule: Rule,
) -> Result<Step<A>, Refusal> {
    if from == to {
        return Ok(Step::InPlace(InPlace::new(order, 8)));
    }
    let Some(scale) = Scale::new(from, to, kind == DTypeKind::DateTime) else {
        return Err(Refusal::new(format!(
            "no casting rule turns ticks of {from} into ticks of {to}; make the cell type `{}`",
            type_name(kind, from)
        )));
    };
    match (scale.rule(), rule.cast) {
        (Cast::SameKind, Cast::Exact | Cast::Safe) => {
            Err(Refusal::allowed_by(Cast::SameKind, " and rounds down to whole ticks"))
        }
        (_, Cast::Exact) => Err(Refusal::allowed_by(Cast::Safe, "")),
        (_, cast) => {
            let times = Times { kind, from, to, scale, may_round: cast == Cast::SameKind };
            Ok(Step::Convert(times.convert(order == ByteOrder::Big)))
        }
    }
}

/// Integers are counts of ticks, of whatever unit is wanted: NumPy calls that safe.
fn from_integers<A: Ticks>(stored: &DType, rule: Rule) -> Result<Step<A>, Refusal> {
    // What a field asks of its integers is not meant for these.
    let rule = Rule { form: Form::default(), ..rule };
    let (scalar, verdict) = judge(stored, Target { kind: DTypeKind::Int, size: 8, is_index: false }, rule)?;
    match verdict {
        Verdict::Same if rule.cast == Cast::Exact => Err(Refusal::allowed_by(Cast::Safe, "")),
        Verdict::Same => Ok(Step::InPlace(InPlace::new(scalar.byte_order(), 8))),
        Verdict::Convert { exact } => {
            let Some(mut convert) = converter::<i64>(scalar, exact) else {
                return Err(Refusal::new(no_cast(scalar, DTypeKind::Int, "i8")));
            };
            let (mut ticks, size) = (Vec::new(), scalar.item_size());
            Ok(Step::Convert(Box::new(move |bytes, cells: &mut Vec<A>| {
                ticks.clear();
                memory::reserve(&mut ticks, bytes.len() / size, CELLS)?;
                convert(bytes, &mut ticks)?;
                cells.extend(ticks.iter().map(|&ticks| A::of(ticks)));
                Ok(())
            })))
        }
    }
}

/// The advice where no casting rule helps.
fn no_cast_to_time(scalar: &DType, kind: DTypeKind, unit: TimeUnit) -> String {
    if let Some(from) = scalar.time_unit() {
        return format!(
            "points in time and lengths of time never become each other; make the cell type `{}`",
            type_name(scalar.kind(), from)
        );
    }
    no_cast(scalar, kind, &DType::time(kind, unit).code())
}

/// A conversion from one unit to another.
#[derive(Clone, Copy)]
struct Times {
    kind: DTypeKind,
    from: TimeUnit,
    to: TimeUnit,
    scale: Scale,
    may_round: bool,
}

impl Times {
    fn convert<A: Ticks>(self, is_big: bool) -> Convert<A> {
        Box::new(move |bytes, cells| match self.scale {
            // The two that matter for speed, without 128-bit numbers.
            Scale::Multiply(by) => self.each(bytes, is_big, cells, |ticks| {
                let (product, overflows) = ticks.overflowing_mul(by);
                (product, !overflows)
            }),
            Scale::Divide(by) => self.each(bytes, is_big, cells, |ticks| {
                (ticks.div_euclid(by), self.may_round || ticks.rem_euclid(by) == 0)
            }),
            scale => self.each(bytes, is_big, cells, |ticks| {
                let Some(scaled) = scale.apply(i128::from(ticks)) else { return (0, false) };
                let is_kept = scaled.is_exact || self.may_round;
                i64::try_from(scaled.ticks).map_or((0, false), |ticks| (ticks, is_kept))
            }),
        })
    }

    /// Converts each cell but NaT by a function that says whether the value may stand.
    fn each<A: Ticks>(
        self,
        bytes: &[u8],
        is_big: bool,
        cells: &mut Vec<A>,
        scale: impl Fn(i64) -> (i64, bool),
    ) -> Result<(), BadCell> {
        let stored = bytes.as_chunks::<8>().0;
        let read = |&cell| if is_big { i64::from_be_bytes(cell) } else { i64::from_le_bytes(cell) };
        let checked = |ticks| {
            let (scaled, is_kept) = if ticks == NAT { (NAT, true) } else { scale(ticks) };
            // A value that would be NaT by chance does not fit.
            (scaled, is_kept && (scaled == NAT) == (ticks == NAT))
        };
        let mut are_kept = true;
        cells.extend(stored.iter().map(|cell| {
            let (scaled, is_kept) = checked(read(cell));
            are_kept &= is_kept;
            A::of(scaled)
        }));
        if are_kept {
            return Ok(());
        }
        let bad = stored.iter().map(read).enumerate().find(|&(_, ticks)| !checked(ticks).1);
        let (index, ticks) = bad.unwrap_or_default();
        Err(BadCell::new(index, self.complaint(ticks)))
    }

    fn complaint(self, ticks: i64) -> String {
        let text = time_text(self.kind, ticks, self.from);
        let target = type_name(self.kind, self.to);
        let scaled = self.scale.apply(i128::from(ticks));
        if scaled.is_some_and(|scaled| !scaled.is_exact && i64::try_from(scaled.ticks).is_ok()) {
            return format!(
                "holds {text}, which is no whole number of {}: `cast = \"same_kind\"` rounds it down",
                self.to
            );
        }
        format!("holds {text}, which {target} can't hold; load it into a coarser unit")
    }
}
