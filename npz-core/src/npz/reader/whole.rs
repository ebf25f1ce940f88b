//! What is done with a whole archive: it is loaded, or compared with a type.

use super::NpzReader;
use crate::error::{Error, Result};
use crate::members::shapes::Shapes;
use crate::members::{FromMembers, Loader, Name, Plan};
use crate::npz::names::key_of;
use crate::report::Report;
use crate::source::ReadAt;

impl<R: ReadAt> NpzReader<R> {
    /// Loads a value from the whole archive, as [`Npz::load`](crate::Npz::load) does from a file.
    ///
    /// Every member is wanted, unless the options allow unknown ones. Each array is read once, into its own buffer.
    ///
    /// # Errors
    /// As [`Npz::load`](crate::Npz::load).
    ///
    /// ```
    /// use npz_core::{Npz, NpzReader};
    ///
    /// #[derive(Npz)]
    /// struct State { step: u64 }
    ///
    /// let bytes = State { step: 7 }.to_bytes()?;
    /// let source = std::sync::Arc::new(bytes); // any `ReadAt`
    /// assert_eq!(NpzReader::new(source)?.load::<State>()?.step, 7);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn load<T: FromMembers>(&self) -> Result<T> {
        self.load_with_report().map(|(value, _)| value)
    }

    /// Loads a value from the whole archive, and tells what was ignored, cast, defaulted or migrated.
    ///
    /// # Errors
    /// As [`Npz::load`](crate::Npz::load).
    ///
    /// ```
    /// use npz_core::{Npz, NpzReader};
    ///
    /// #[derive(Npz)] struct Old { rate: f32 }
    /// #[derive(Npz)] struct New { rate: f64 }
    ///
    /// let bytes = Old { rate: 0.5 }.to_bytes()?;
    /// let (new, report) = NpzReader::new(&bytes)?.load_with_report::<New>()?;
    /// assert_eq!(new.rate, 0.5);
    /// assert_eq!(report.to_string(), "  - member \"rate\": <f4 was cast to <f8 (f64)");
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn load_with_report<T: FromMembers>(&self) -> Result<(T, Report)> {
        let load = || {
            let (loader, plan) = self.plan_all::<T>();
            let (report, _) = loader.run_with(&mut |_| {})?;
            Ok((plan.finish()?, report))
        };
        load().map_err(|error| self.locate_file(error))
    }

    /// Loads the whole archive over a value, whose memory is used again: see
    /// [`LoadOptions::load_into`](crate::LoadOptions::load_into).
    ///
    /// # Errors
    /// As [`LoadOptions::load_into`](crate::LoadOptions::load_into).
    ///
    /// ```
    /// use npz_core::{Npz, NpzReader};
    ///
    /// #[derive(Npz)] struct State { samples: Vec<f64> }
    ///
    /// let bytes = State { samples: vec![1.0, 2.0] }.to_bytes()?;
    /// let mut state = State { samples: vec![0.0; 2] };
    /// NpzReader::new(&bytes)?.load_into(&mut state)?;
    /// assert_eq!(state.samples, [1.0, 2.0]);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn load_into<T: FromMembers>(&self, value: &mut T) -> Result<()> {
        let mut load = || {
            let mut shapes = Shapes::default();
            if !self.options.allow_resize {
                value.note_shapes::<()>(&Name::root(), &mut shapes);
                shapes.check()?;
            }
            let (loader, plan) = self.plan_over::<T>(shapes);
            let mut has_given = false;
            let run = loader.run_with(&mut |spares| {
                has_given = true;
                value.give_memory::<()>(spares);
            });
            let fresh = run.and_then(|_| plan.finish());
            // What fits was found out before: this is a fault in the data.
            let emptied = "; the arrays that the value gave its memory of are empty now: load it again, by `LoadOptions::allow_resize(true)`";
            let mut fresh =
                fresh.map_err(|error| if has_given { error.with_note(emptied) } else { error })?;
            value.take_over::<()>(&mut fresh);
            Ok(())
        };
        load().map_err(|error| self.locate_file(error))
    }

    /// Compares a type with the headers of the whole archive; reads the start of each member, no array data.
    /// [`verify`](Self::verify) reads them.
    ///
    /// # Errors
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) if the source fails. Mismatches are not an error here but the report.
    ///
    /// ```
    /// use npz_core::{Npz, NpzReader};
    ///
    /// #[derive(Npz)]
    /// struct State { step: u64 }
    ///
    /// let bytes = State { step: 7 }.to_bytes()?;
    /// assert!(NpzReader::new(&bytes)?.check::<State>()?.is_ok());
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn check<T: FromMembers>(&self) -> Result<Report> {
        self.plan_all::<T>().0.into_report().map_err(|error| self.locate_file(error))
    }

    fn plan_all<'s, T: FromMembers + 's>(&'s self) -> (Loader<'s>, Plan<'s, T>) {
        self.plan_over(Shapes::default())
    }

    /// Plans a load over a value of these shapes.
    fn plan_over<'s, T: FromMembers + 's>(&'s self, shapes: Shapes) -> (Loader<'s>, Plan<'s, T>) {
        self.fetch_heads();
        let mut loader = Loader::by(self, &self.options);
        loader.shapes = shapes;
        let plan = T::plan(&mut loader, &Name::root());
        self.settle_all(&mut loader);
        (loader, plan)
    }

    /// What is left once a type has planned: whoever wants the whole archive wants it whole.
    fn settle_all(&self, loader: &mut Loader<'_>) {
        loader.settle();
        for (member, entry) in self.index.entries.iter().enumerate() {
            if let Some(fault) = &entry.fault {
                loader.refuse_left(member, key_of(&entry.name), Error::damaged(&**fault));
            }
        }
        loader.note_unexpected();
    }
}
