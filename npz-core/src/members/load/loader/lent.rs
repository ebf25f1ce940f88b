//! Arrays that are looked at where they lie, and read where that can't be.

use crate::cells::Cells;
use crate::element::{CellType, Element};
use crate::error::Result;
use crate::members::settings::LoadSettings;
use crate::members::wanted_shape::WantedShape;
use crate::members::{Loader, Name, Plan};
use crate::report::ProblemKind;
use crate::stored::Stored;

impl<'s> Loader<'s> {
    /// Plans an array whose cells `lend` looks at where they lie. Where that says why it can't, they are read, and `finish`
    /// makes a value of them and of the reason; unless the options refuse that.
    pub(crate) fn plan_lent<A: Element, T: 's>(
        &mut self,
        name: &Name,
        want: WantedShape<'_>,
        lend: impl FnOnce(&dyn Stored) -> Result<T, String>,
        check: impl FnOnce(&LoadSettings, &T) -> Result<()> + 's,
        finish: impl FnOnce(Cells<A>, String) -> Result<T> + 's,
    ) -> Plan<'s, T> {
        let Some((array, decoder)) = self.check::<A>(name, want, A::decoder) else {
            return Plan::refused();
        };
        let (settings, member) = (self.settings, name.as_str().to_owned());
        let header = array.header();
        let is_turned =
            settings.order.flatten().is_some_and(|order| order.as_saved(header.shape()) != header.order());
        let found = if is_turned {
            Err("the field asks for the other order of cells".to_owned())
        } else {
            lend(&*array)
        };
        let reason = match found {
            Ok(value) => {
                return Plan::new(move || {
                    check(&settings, &value).map_err(|error| error.in_member(&member))?;
                    Ok(value)
                });
            }
            Err(reason) => reason,
        };
        if settings.require_mapped {
            let hint = "`LoadOptions::require_mapped(false)` decodes it into memory".to_owned();
            self.note(ProblemKind::NotMapped, name, A::expected(), reason, hint);
            return Plan::refused();
        }
        self.note_cast(name, header.dtype(), CellType::of::<A>());
        let slot = self.plan_read(name, array, decoder);
        Plan::new(move || finish(slot.take()?, reason).map_err(|error| error.in_member(&member)))
    }
}
