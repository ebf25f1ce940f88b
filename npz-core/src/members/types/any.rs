//! `AnyArray` and `RawArray`: one member each, of any dtype.

use std::borrow::Cow;
use std::sync::Arc;

use ndarray::ArrayD;

use crate::any::{AnyArray, RawArray, Tick, TypedArray, Visit, as_cells, from_cells, visit, with_cells};
use crate::cells::{Cells, cost};
use crate::dtype::{DType, DTypeKind, TimeUnit};
use crate::element::time::{DateTime64, Generic, TimeDelta64};
use crate::element::{Cast, CellType, Element, Wanted};
use crate::error::{Error, Result};
use crate::header::Header;
use crate::limits::{Cost, Limits, MAX_FREE};
use crate::members::forms::Forms;
use crate::members::load::task::{ReadRaw, Slot};
use crate::members::load::{OneArray, field_of};
use crate::members::shapes::Shapes;
use crate::members::wanted_shape::WantedShape;
use crate::members::{FromMembers, Loader, Members, Name, Plan, ToMembers};
use crate::options::LoadOptions;
use crate::report::ProblemKind;

fn is_kind(header: &Header, kind: DTypeKind) -> bool {
    header.dtype().kind() == kind
}

/// What a member of no special dtype is wanted to be, for messages.
pub(crate) const ANY: &str = "any (AnyArray)";

impl ToMembers for RawArray {
    #[inline]
    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        members.push_raw(name, self)
    }
}

impl ToMembers for AnyArray {
    #[inline]
    fn to_members<'a>(&'a self, members: &mut Members<'a>, name: &Name) -> Result<()> {
        let in_member = |error: Error| error.in_member(name.as_str());
        let dtype = Some(self.dtype());
        with_cells!(self, array => members.push_cells(name, array.view().into(), dtype, true), (kind, _, ticks) => {
            if kind == DTypeKind::DateTime {
                let cells = as_cells::<DateTime64<Generic>>(ticks).map_err(in_member)?;
                return members.push_cells(name, cells, dtype, true);
            }
            let cells = as_cells::<TimeDelta64<Generic>>(ticks).map_err(in_member)?;
            members.push_cells(name, cells, dtype, true)
        }, raw => raw.to_members(members, name))
    }
}

impl FromMembers for AnyArray {
    #[inline]
    fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's,
    {
        match loader.peek_header(name) {
            Some(header) if header.dtype().has_object() || has_free_cells(&header) => {
                loader.plan_raw(name).map(Self::Other)
            }
            // Text that the field asks to be stored as bytes.
            Some(header) if is_kind(&header, DTypeKind::Bytes) && loader.stores_text_as_bytes() => {
                PlanCells { loader, name, dtype: DType::unicode(1) }.typed(Self::Str)
            }
            Some(header) => {
                let dtype = header.dtype().clone();
                visit(header.dtype(), PlanCells { loader, name, dtype })
            }
            // Whatever is wrong is noted there.
            None => loader.plan_raw(name).map(Self::Other),
        }
    }

    #[inline]
    fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
        loader.contains(name)
    }

    fn note_shapes<Used>(&self, name: &Name, shapes: &mut Shapes) {
        shapes.note_shape(name, self.shape());
    }

    #[inline]
    fn is_single() -> bool {
        true
    }
}

impl FromMembers for RawArray {
    #[inline]
    fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    where
        Self: 's,
    {
        loader.plan_raw(name)
    }

    #[inline]
    fn is_present(loader: &Loader<'_>, name: &Name) -> bool {
        loader.contains(name)
    }

    fn note_shapes<Used>(&self, name: &Name, shapes: &mut Shapes) {
        shapes.note_shape(name, self.shape());
    }

    #[inline]
    fn is_single() -> bool {
        true
    }
}

impl AnyArray {
    /// Copies one field of a structured array into an array of its own: `a[field]`.
    ///
    /// The field of a record inside of another one is `"pos.x"`. The axes of a subarray come behind those of the array.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) with the names that there are, if there is no such field;
    /// [`ErrorKind::Mismatch`](crate::ErrorKind::Mismatch) if the array is not structured.
    ///
    /// ```
    /// use ndarray::{arr1, array};
    /// use npz_core::{AnyArray, NpyRecord, npy};
    ///
    /// #[derive(NpyRecord, Clone)]
    /// struct Reading { time: u64, value: f32 }
    ///
    /// let bytes = npy::to_bytes(&array![Reading { time: 1, value: 0.5 }, Reading { time: 2, value: 0.25 }])?;
    /// let readings: AnyArray = npy::from_bytes(&bytes)?;
    /// assert_eq!(readings.field("value")?, AnyArray::from(arr1(&[0.5f32, 0.25])));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    #[inline]
    pub fn field(&self, field: &str) -> Result<Self> {
        let Self::Other(raw) = self else {
            // Says that there are no fields.
            return self.dtype().locate(field).and(Err(Error::invalid("the array is not structured")));
        };
        let load = || {
            let array = field_of(Arc::new(Cow::Borrowed(raw)), "", field)?;
            let options = &LoadOptions::new().limits(Limits::trusted());
            OneArray { name: "", array, options, path: None }.load(0)
        };
        load().map(|(array, _)| array).map_err(|error| error.in_field(field))
    }
}

/// Whether there are more cells without bytes than are made from nothing: then they stay the bytes that they are not.
fn has_free_cells(header: &Header) -> bool {
    header.data_len() == 0 && header.shape().iter().product::<usize>() > MAX_FREE
}

/// Turns cells into the ticks that they are; copies nothing.
fn ticks<A: Tick>(cells: Cells<A>) -> Result<ArrayD<i64>> {
    Cells { flat: from_cells(cells.flat), shape: cells.shape, order: cells.order }.into_array()
}

struct PlanCells<'l, 's, 'n> {
    loader: &'l mut Loader<'s>,
    name: &'n Name,
    /// What the member holds.
    dtype: DType,
}

impl<'s> PlanCells<'_, 's, '_> {
    fn ticks<A: Tick>(self, kind: DTypeKind, unit: TimeUnit) -> Plan<'s, AnyArray> {
        let Self { loader, name, dtype } = self;
        let plan =
            |loader: &mut Loader<'s>| loader.plan_cells_by(name, WantedShape::Axes(None), A::as_stored);
        let cells = loader.with_cast(Cast::Exact, plan);
        let member = name.as_str().to_owned();
        cells.and_then(move |cells| {
            let ticks = ticks(cells).map_err(|error| error.in_member(&member))?;
            Ok(AnyArray::times(kind, unit, TypedArray::from(ticks).stored_as(&dtype)))
        })
    }
}

impl<'s> Visit for PlanCells<'_, 's, '_> {
    type Out = Plan<'s, AnyArray>;

    fn typed<A: Element>(self, wrap: fn(TypedArray<A>) -> AnyArray) -> Plan<'s, AnyArray> {
        let Self { loader, name, dtype } = self;
        let member = name.as_str().to_owned();
        let finish = move |cells: Cells<A>| {
            let array: ArrayD<A> = cells.into_array().map_err(|error| error.in_member(&member))?;
            Ok(wrap(TypedArray::from(array).stored_as(&dtype)))
        };
        loader.with_cast(Cast::Exact, |loader| loader.plan_cells(name, WantedShape::Axes(None), finish))
    }

    #[inline]
    fn times(self, kind: DTypeKind, unit: TimeUnit) -> Plan<'s, AnyArray> {
        match kind {
            DTypeKind::DateTime => self.ticks::<DateTime64<Generic>>(kind, unit),
            _ => self.ticks::<TimeDelta64<Generic>>(kind, unit),
        }
    }

    fn checked<A: Element>(self, _: fn(TypedArray<A>) -> AnyArray) -> Plan<'s, AnyArray> {
        let member = self.name.as_str().to_owned();
        self.loader
            .plan_bytes(self.name, |forms, name| forms.misfit(name, CellType::of::<A>()), cost::<A>)
            .and_then(move |raw| AnyArray::from_raw(raw).map_err(|error| error.in_member(&member)))
    }

    fn other(self) -> Plan<'s, AnyArray> {
        self.loader.plan_raw(self.name).map(AnyArray::Other)
    }
}

impl<'s> Loader<'s> {
    /// Plans the reading of one member's bytes, whatever its cells are.
    pub(crate) fn plan_raw(&mut self, name: &Name) -> Plan<'s, RawArray> {
        self.plan_bytes(name, Forms::misfit_of_bytes, |header| Cost::stored(header.data_len()))
    }

    /// The same for what becomes cells: whether these can be stored as the field asks, and what they take.
    fn plan_bytes(
        &mut self,
        name: &Name,
        misfit: fn(&Forms, &Name) -> Option<String>,
        cost: fn(&Header) -> Cost,
    ) -> Plan<'s, RawArray> {
        if self.record_any_dtype(name) {
            return Plan::refused();
        }
        let Some(array) = self.take_array(name, &|| ANY.to_owned(), &|| Wanted::Anything) else {
            return Plan::refused();
        };
        let header = array.header();
        if let Some(misfit) = misfit(&self.settings.forms, name) {
            self.note(ProblemKind::DType, name, ANY.to_owned(), header.to_string(), misfit);
            return Plan::refused();
        }
        if let Some(shape) =
            self.settings.shape.filter(|shape| !WantedShape::Shape(shape).allows(header.shape()))
        {
            let want = WantedShape::Shape(shape);
            let hint = "the field's attribute `shape` asks for it: `_` there accepts any length".to_owned();
            self.note(ProblemKind::Shape, name, format!("{ANY}, {want}"), header.to_string(), hint);
            return Plan::refused();
        }
        if !self.keeps_shape(name, header) {
            return Plan::refused();
        }
        let slot = Slot::new();
        let (member, settings, filled) = (name.as_str().to_owned(), self.settings, slot.other());
        let cost = cost(header).with_rest(array.size());
        let (bytes, is_filled) = (Vec::new(), false);
        self.leave(Box::new(ReadRaw { member, array, settings, cost, bytes, is_filled, slot: filled }));
        Plan::new(move || slot.take())
    }
}
