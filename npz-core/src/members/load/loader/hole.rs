//! Elements of a list that no member stands for: a short name claims thousands of them, so each must cost little.

use crate::error::ErrorKind;
use crate::members::{Loader, Name};
use crate::report::ProblemKind;

impl Loader<'_> {
    /// Plans an element that no member stands for; `None` if it misses something. That is one problem, of the element, and
    /// not one for each of the members that it would have.
    pub(crate) fn plan_hole<R>(
        &mut self,
        name: &Name,
        (index, len): (usize, usize),
        plan: impl FnOnce(&mut Self) -> R,
    ) -> Option<R> {
        let (mark, hints) = (self.report.mark(), self.parents.len());
        let outer = self.hole.replace(name.as_str().to_owned());
        let planned = plan(self);
        self.hole = outer;
        let Some(cause) = self.report.cause_since(mark) else { return Some(planned) };
        // Otherwise it is not that nothing is there, but that it may not be looked for: nested too deep, say.
        if cause == ErrorKind::Mismatch {
            self.report.take_back(mark);
            self.parents.truncate(hints);
            let expected = format!("element {index} of {len}");
            let hint = format!(
                "no member is called so, or has a name that begins with {:?}: save every element, or make them \
                 `Option`s, where it is `None`",
                name.prefix()
            );
            self.note(ProblemKind::Missing, name, expected, String::new(), hint);
        }
        None
    }

    /// Whether a place is known to be empty without looking, since it is inside of an element that is not there.
    pub(crate) fn is_void(&self, place: &Name) -> bool {
        // A migration may have put something there.
        self.hole.as_deref().is_some_and(|hole| place.as_str().starts_with(hole)) && !self.changes.has_added()
    }
}
