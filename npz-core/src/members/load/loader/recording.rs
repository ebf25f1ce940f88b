//! Recording: a type plans a load of nothing, and what it asks for is its schema.
//!
//! So the schema can't differ from what a load does, and a hand-written implementation of
//! [`FromMembers`](crate::members::FromMembers) has one as well. Only where the members decide what is planned (an `Option`, the
//! count of a list, the variant of an enum) a plan asks whether it is being recorded, and plans all there could be.

use crate::element::{Cast, CellType, Element, Wanted, asked_dtype};
use crate::members::load::view::Nothing;
use crate::members::wanted_shape::WantedShape;
use crate::members::{FromMembers, Loader, Name, Plan};
use crate::schema::{Schema, SchemaMember};

/// What stands in a name for any index and any key.
const ANY_PART: &str = "*";

/// Where a schema ends, of types that hold each other in all ways.
const MOST_MEMBERS: usize = 10_000;

/// What a loader keeps while it records.
#[derive(Default)]
pub(crate) struct Recording {
    members: Vec<SchemaMember>,
    /// How many of the values around this one may be absent.
    optional: usize,
    /// How many of the names around this one stand for any index or key.
    patterns: usize,
    /// The variants that this value is in: `optimizer.tag = "Adam"`.
    conditions: Vec<String>,
    /// The types around this one: a recursive type has no end.
    types: Vec<&'static str>,
    /// Where parts are looked for, each with whether it is one member; not those that only a variant has.
    places: Vec<(Name, bool)>,
}

/// Tells what a type wants of an archive.
pub(crate) fn schema_of<T: FromMembers>() -> Schema {
    let mut loader = Loader::new(&Nothing, Cast::Safe, true);
    loader.recording = Some(Box::default());
    drop(T::plan(&mut loader, &Name::root()));
    Schema::new(loader.recording.map(|recording| recording.members).unwrap_or_default())
}

/// Where a value looks for its parts.
fn places_of<T: FromMembers>(name: &Name) -> Vec<(Name, bool)> {
    let mut loader = Loader::new(&Nothing, Cast::Safe, true);
    loader.recording = Some(Box::default());
    drop(T::plan(&mut loader, name));
    loader.recording.map(|recording| recording.places).unwrap_or_default()
}

impl<'s> Loader<'s> {
    pub(crate) fn is_recording(&self) -> bool {
        self.recording.is_some()
    }

    /// Whether members are there, not taken by others, that a value would ask for.
    pub(crate) fn is_there<T: FromMembers>(&self, place: &Name) -> bool {
        let is_there =
            |place: &Name, is_single: bool| self.contains(place) || !is_single && self.contains_under(place);
        // Among the members of others only the value knows its own.
        if place.is_root() || place.is_shared() {
            return places_of::<T>(place).iter().any(|(place, is_single)| is_there(place, *is_single));
        }
        let inner = place.with_separator(T::inner_separator(place.separator()));
        is_there(place, T::is_single()) || is_there(&inner, T::is_single())
    }

    /// Whether a value has members at a place of its own.
    ///
    /// Not asked of the value, whose parts would ask theirs in turn, again at every level: a value with parts is there
    /// if any member's name leads on from its place.
    pub(crate) fn is_at<T: FromMembers>(&self, place: &Name) -> bool {
        // Its name is not that of any member, and the names of other fields may begin so.
        if place.has_each() {
            return T::is_present(self, place);
        }
        let inner = || place.with_separator(T::inner_separator(place.separator()));
        self.contains(place) || !T::is_single() && (self.leads_on(place) || self.leads_on(&inner()))
    }

    /// Records where a part is looked for.
    pub(crate) fn record_place(&mut self, place: &Name, is_single: bool) {
        if let Some(recording) = &mut self.recording
            && recording.conditions.is_empty()
        {
            recording.places.push((place.clone(), is_single));
        }
    }

    /// Records one member; `false` in an ordinary load.
    pub(crate) fn record(&mut self, name: &Name, want: WantedShape<'_>, cells: CellType) -> bool {
        self.record_as(name, want, cells, Vec::new())
    }

    /// Records a scalar that may be absent; `false` in an ordinary load.
    pub(crate) fn record_optional<A: Element>(&mut self, name: &Name) -> bool {
        self.optionally(false, |loader| loader.record(name, WantedShape::Shape(&[]), CellType::of::<A>()));
        self.is_recording()
    }

    /// Records a text that is one of several; `false` in an ordinary load.
    pub(crate) fn record_choice(&mut self, name: &Name, dims: &[Option<usize>], values: Vec<String>) -> bool {
        self.record_as(name, WantedShape::Shape(dims), CellType::of::<String>(), values)
    }

    /// Records one member of whatever dtype and shape; `false` in an ordinary load.
    pub(crate) fn record_any_dtype(&mut self, name: &Name) -> bool {
        let shape = self.settings.shape;
        let want = shape.map_or(WantedShape::Axes(None), WantedShape::Shape);
        self.record_wanted(name, &Wanted::Anything, "AnyArray", want, Vec::new())
    }

    fn record_as(
        &mut self,
        name: &Name,
        want: WantedShape<'_>,
        cells: CellType,
        values: Vec<String>,
    ) -> bool {
        if !self.is_recording() {
            return false;
        }
        let wanted = asked_dtype(self.settings.forms.form(), cells).unwrap_or_else(|| cells.wanted());
        self.record_wanted(name, &wanted, &cells.rust_name(), want, values)
    }

    fn record_wanted(
        &mut self,
        name: &Name,
        wanted: &Wanted,
        rust: &str,
        want: WantedShape<'_>,
        values: Vec<String>,
    ) -> bool {
        self.record_place(name, true);
        let Some(recording) = &mut self.recording else { return false };
        recording.members.push(SchemaMember {
            name: name.as_str().to_owned(),
            dtype: wanted.to_string(),
            python: wanted.in_python_types(),
            rust_type: rust.to_owned(),
            shape: want.lens(),
            is_optional: recording.optional > 0,
            is_pattern: recording.patterns > 0,
            values,
            condition: recording.conditions.join(" and "),
        });
        true
    }

    /// Plans what may be absent, if it is there. While recording, plans it in any case and gives nothing.
    pub(crate) fn optionally<R>(&mut self, is_there: bool, plan: impl FnOnce(&mut Self) -> R) -> Option<R> {
        if self.recording.is_none() {
            return is_there.then(|| plan(self));
        }
        self.count_optional(|optional| optional + 1);
        drop(plan(self));
        self.count_optional(|optional| optional - 1);
        None
    }

    fn count_optional(&mut self, change: impl FnOnce(usize) -> usize) {
        if let Some(recording) = &mut self.recording {
            recording.optional = change(recording.optional);
        }
    }

    /// Records one element for all of a list or a map, of which there may be none; `false` in an ordinary load.
    pub(crate) fn record_any<T: FromMembers + 's>(&mut self, name: &Name, inner: usize) -> bool {
        self.record_place(name, false);
        let Some(recording) = &mut self.recording else { return false };
        recording.patterns += 1;
        let place = (0..=inner).fold(name.clone(), |place, _| place.join(ANY_PART));
        if place.check_depth().is_ok() {
            drop(T::plan(self, &place));
        }
        if let Some(recording) = &mut self.recording {
            recording.patterns -= 1;
        }
        true
    }

    /// Records the fields of one variant.
    pub(crate) fn record_variant(&mut self, condition: String, plan: impl FnOnce(&mut Self)) {
        if let Some(recording) = &mut self.recording {
            recording.conditions.push(condition);
        }
        plan(self);
        if let Some(recording) = &mut self.recording {
            recording.conditions.pop();
        }
    }

    /// Plans a value of a type, unless it is recorded inside of another of the same type already.
    pub(crate) fn enter<T: FromMembers + 's>(
        &mut self,
        plan: impl FnOnce(&mut Self) -> Plan<'s, T>,
    ) -> Plan<'s, T> {
        if !self.enter_type(std::any::type_name::<T>()) {
            return Plan::refused();
        }
        let planned = plan(self);
        self.leave_type();
        planned
    }

    fn enter_type(&mut self, this: &'static str) -> bool {
        let Some(recording) = &mut self.recording else { return true };
        // Types that hold each other can be walked through in more ways than anybody reads.
        if recording.types.contains(&this) || recording.members.len() >= MOST_MEMBERS {
            return false;
        }
        recording.types.push(this);
        true
    }

    fn leave_type(&mut self) {
        if let Some(recording) = &mut self.recording {
            recording.types.pop();
        }
    }
}
