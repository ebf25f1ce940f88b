//! Tags: texts that say what a value is, and so which members it has.

use crate::element::Cast;
use crate::members::{Loader, Name, Plan};
use crate::report::ProblemKind;

/// The tag of each kind of value, without those that are only read.
pub(crate) fn own_tags(tags: &[&[&str]]) -> Vec<String> {
    tags.iter().filter_map(|names| names.first()).map(|&name| name.to_owned()).collect()
}

/// Which kind a tag stands for.
pub(crate) fn position(tags: &[&[&str]], tag: &str) -> Option<usize> {
    tags.iter().position(|names| names.contains(&tag))
}

/// The tags as a message shows them; without aliases, which are the past.
pub(crate) fn expected_tags(tags: &[&[&str]]) -> String {
    let own: Vec<_> = own_tags(tags).iter().map(|name| format!("{name:?}")).collect();
    match own.as_slice() {
        [one] => one.clone(),
        _ => format!("one of {}", own.join(", ")),
    }
}

impl<'s> Loader<'s> {
    /// Plans what a text among the value's members decides, as `#[npz(tag = "..")]` does for enums.
    ///
    /// Reads the member `tag` of the value at `name`, and plans by that one of the `known` texts. Any other text, or none,
    /// is a problem in the report; `hint` says what to do about it, and may be empty.
    ///
    /// ```
    /// use npz_core::extend::{Loader, Name, Plan};
    /// use npz_core::{FromMembers, Npz};
    ///
    /// /// A length in metres, whatever unit the file has.
    /// struct Meters(f64);
    ///
    /// impl FromMembers for Meters {
    ///     fn plan<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, Self>
    ///     where
    ///         Self: 's,
    ///     {
    ///         let hint = |_: Option<&str>| "convert the file first".to_owned();
    ///         loader.plan_tagged(name, "unit", &["m", "km"], hint, |loader, unit| {
    ///             let factor = if unit == "km" { 1000.0 } else { 1.0 };
    ///             f64::plan(loader, &name.join("value")).map(move |value| Meters(factor * value))
    ///         })
    ///     }
    /// }
    /// impl Npz for Meters {}
    ///
    /// #[derive(Npz)]
    /// struct Python { unit: String, value: f64 }
    ///
    /// let file = |unit: &str| Python { unit: unit.to_owned(), value: 1.5 }.to_bytes();
    /// assert_eq!(Meters::from_bytes(&file("km")?)?.0, 1500.0);
    /// let error = Meters::from_bytes(&file("mile")?).err().expect("not known");
    /// assert!(error.to_string().contains("expected one of \"m\", \"km\", found \"mile\"; convert the file first"));
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn plan_tagged<T>(
        &mut self,
        name: &Name,
        tag: &str,
        known: &[&str],
        hint: impl Fn(Option<&str>) -> String,
        plan: impl Fn(&mut Self, &str) -> Plan<'s, T>,
    ) -> Plan<'s, T> {
        let tags: Vec<&[&str]> = known.iter().map(std::slice::from_ref).collect();
        self.plan_one_of(name, &name.join(tag), &tags, hint, |loader, index| plan(loader, known[index]))
    }

    /// The same where a kind may have several tags; the member with the tag is at `place`.
    pub(crate) fn plan_one_of<T>(
        &mut self,
        name: &Name,
        place: &Name,
        tags: &[&[&str]],
        hint: impl Fn(Option<&str>) -> String,
        plan: impl Fn(&mut Self, usize) -> Plan<'s, T>,
    ) -> Plan<'s, T> {
        if self.is_recording() {
            self.record_choice(place, &[], own_tags(tags));
            for (index, tag) in own_tags(tags).iter().enumerate() {
                self.record_variant(format!("{place} = {tag:?}"), |loader| drop(plan(loader, index)));
            }
            return Plan::refused();
        }
        let is_there = self.contains(place);
        // The tag is a sign of ours: no rule for the values speaks of it.
        let read =
            |loader: &mut Self| loader.with_cast(Cast::Safe, |loader| loader.read_tag(place, tags, hint));
        if let Some(index) = self.with_part(read) {
            return plan(self, index);
        }
        if is_there {
            // The members of an unknown kind are one mistake, not one each.
            self.allow_unknown(name);
        }
        Plan::refused()
    }

    /// Reads a tag at once, since it decides what else is there; `None` if a problem was noted.
    pub(crate) fn read_tag(
        &mut self,
        place: &Name,
        tags: &[&[&str]],
        hint: impl Fn(Option<&str>) -> String,
    ) -> Option<usize> {
        if !self.contains(place) {
            // Where the hint is empty, it is added by `settle`, as for any missing member.
            self.note(ProblemKind::Missing, place, expected_tags(tags), String::new(), hint(None));
            return None;
        }
        let found: String = self.read_now(place)?;
        let index = position(tags, &found);
        if index.is_none() {
            let hint = hint(Some(&found));
            self.note(ProblemKind::Value, place, expected_tags(tags), format!("{found:?}"), hint);
        }
        index
    }
}
