//! A single array as a medium: the one of a `.npy` file, or one field of a member.

use std::any::type_name;
use std::path::Path;
use std::sync::Arc;

use crate::cells::FieldOf;
use crate::element::{Cast, Decoder, Element, Wanted, object_file_hint, object_hint};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::Limits;
use crate::members::load::medium::{Medium, Reading};
use crate::members::wanted_shape::WantedShape;
use crate::members::{FromMembers, Loader, Name};
use crate::options::LoadOptions;
use crate::report::ProblemKind;
use crate::run::Progress;
use crate::stored::Stored;

/// An array that a value is loaded from, at the place of a member or, where it has no name, at the root.
pub(crate) struct OneArray<'m> {
    pub(crate) name: &'m str,
    pub(crate) array: Arc<dyn Stored + 'm>,
    pub(crate) options: &'m LoadOptions,
    pub(crate) path: Option<&'m Path>,
}

impl OneArray<'_> {
    /// Loads it, and tells what the call has read by then, in bytes.
    pub(crate) fn load<T: FromMembers>(&self, spent: u64) -> Result<(T, u64)> {
        if !T::is_single() {
            return Err(self.no_members(type_name::<T>()));
        }
        let mut loader = Loader::by(self, self.options);
        loader.spent = spent;
        let plan = T::plan(&mut loader, &self.place());
        loader.settle();
        let (_, spent) = loader.run_with(&mut |_| {})?;
        Ok((plan.finish()?, spent))
    }

    fn no_members(&self, rust_type: &str) -> Error {
        Error::new(
            ErrorKind::Mismatch,
            format!(
                "expected members for `{rust_type}`, found one array, {}; load it as an array, a `Vec`, a single value or \
                 `AnyArray`",
                self.array.header()
            ),
        )
    }

    fn place(&self) -> Name {
        if self.name.is_empty() { Name::root() } else { Name::root().join(self.name) }
    }

    /// Finds out how its cells are read as those of a type.
    pub(crate) fn decoder<A: Element>(&self) -> Result<Decoder<A>> {
        let mut loader = Loader::by(self, self.options);
        let decoder = loader.decoder::<A>(&self.place(), self.array.header().shape().len());
        loader.into_report()?.into_result()?;
        decoder.ok_or_else(|| Error::invalid("the array can't be read"))
    }

    /// Compares it with cells of one type, as they are, and a number of axes. Reads no cell.
    pub(crate) fn check_cells<A: Element>(&self, ndim: Option<usize>) -> Result<()> {
        let mut loader = Loader::new(self, Cast::Exact, false);
        // What it leaves to be read is not read.
        let _ = loader.plan_cells::<A, _>(&self.place(), WantedShape::Axes(ndim), |_| Ok(()));
        let mut report = loader.into_report()?;
        for index in 0..report.problems().len() {
            if let Some(problem) =
                report.problem_mut(index).filter(|problem| problem.kind == ProblemKind::DType)
            {
                "cells are looked at as they lie: load the array to cast them".clone_into(&mut problem.hint);
            }
        }
        report.into_result()
    }
}

/// One field of an array of records, and the header that the loads compare.
pub(crate) fn field_of<'m>(
    records: Arc<dyn Stored + 'm>,
    member: &str,
    field: &str,
) -> Result<Arc<dyn Stored + 'm>> {
    let dtype = records.header().dtype();
    if dtype.has_object() {
        let found = Wanted::Cells(dtype.clone());
        return Err(Error::unsupported(object_hint_at(member, &found)));
    }
    Ok(Arc::new(FieldOf::new(records, field)?))
}

/// What to do about a pickle, in a member or in a file of its own.
pub(crate) fn object_hint_at(member: &str, wanted: &Wanted) -> String {
    if member.is_empty() { object_file_hint(wanted) } else { object_hint(member, wanted) }
}

impl Medium for OneArray<'_> {
    fn find(&self, key: &str) -> Option<usize> {
        (key == self.name && !key.is_empty()).then_some(0)
    }

    fn root(&self) -> Option<usize> {
        self.name.is_empty().then_some(0)
    }

    fn keys_under<'m>(&'m self, prefix: &str) -> Box<dyn Iterator<Item = (&'m str, usize)> + 'm> {
        Box::new(self.members().map(|(member, name)| (name, member)).filter({
            let prefix = prefix.to_owned();
            move |(name, _)| !name.is_empty() && name.starts_with(&prefix)
        }))
    }

    fn members(&self) -> Box<dyn Iterator<Item = (usize, &str)> + '_> {
        Box::new(std::iter::once((0, self.name)))
    }

    fn array<'m>(&'m self, _: usize) -> Result<Option<Arc<dyn Stored + 'm>>> {
        Ok(Some(Arc::clone(&self.array) as Arc<dyn Stored>))
    }

    fn limits(&self) -> Limits {
        self.options.limits
    }

    fn progress(&self) -> Progress {
        self.options.progress.clone()
    }

    fn reading(&self) -> Reading {
        Reading { threads: self.options.threads, ..Reading::default() }
    }

    fn path(&self) -> Option<&Path> {
        self.path
    }
}
