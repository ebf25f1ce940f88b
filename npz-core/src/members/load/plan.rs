//! [`Plan`]: a value that is put together when its data are there.

use crate::error::{Error, ErrorKind, Result};

/// How a value is put together once its members' data are read.
///
/// ```
/// use npz_core::extend::{Loader, Name, Plan};
/// use npz_core::FromMembers;
///
/// fn degrees<'s>(loader: &mut Loader<'s>, name: &Name) -> Plan<'s, f64> {
///     f64::plan(loader, name).map(f64::to_degrees)
/// }
///
/// let plan = Plan::new(|| Ok(20)).map(|n| n + 1).and_then(|n| Ok(n * 2));
/// assert_eq!(plan.finish()?, 42);
/// # Ok::<(), npz_core::Error>(())
/// ```
#[must_use = "a plan does nothing until it is part of the plan that is returned"]
pub struct Plan<'s, T> {
    finish: Box<dyn FnOnce() -> Result<T> + 's>,
}

impl<'s, T> Plan<'s, T> {
    /// Makes a plan of the function that finishes it: for a part that no member stands for.
    ///
    /// ```
    /// assert_eq!(npz_core::extend::Plan::new(|| Ok(7)).finish()?, 7);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn new(finish: impl FnOnce() -> Result<T> + 's) -> Self {
        Self { finish: Box::new(finish) }
    }

    /// Puts the value together; called when all data are read.
    ///
    /// # Errors
    /// Those of the functions that the plan is made of.
    ///
    /// ```
    /// use npz_core::extend::Plan;
    /// use npz_core::{Error, ErrorKind};
    ///
    /// let refused = Plan::<u8>::new(|| Err(Error::custom("no"))).finish().unwrap_err();
    /// assert_eq!(refused.kind(), ErrorKind::Invalid);
    /// ```
    pub fn finish(self) -> Result<T> {
        (self.finish)()
    }

    /// Changes the value that comes out.
    ///
    /// ```
    /// assert_eq!(npz_core::extend::Plan::new(|| Ok(7)).map(|n| n * 2).finish()?, 14);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn map<U>(self, change: impl FnOnce(T) -> U + 's) -> Plan<'s, U>
    where
        T: 's,
    {
        Plan::new(move || self.finish().map(change))
    }

    /// Changes the value that comes out, by a function that can fail.
    ///
    /// ```
    /// let parsed = npz_core::extend::Plan::new(|| Ok("7")).and_then(|text| text.parse::<u8>().map_err(npz_core::Error::custom));
    /// assert_eq!(parsed.finish()?, 7);
    /// # Ok::<(), npz_core::Error>(())
    /// ```
    pub fn and_then<U>(self, change: impl FnOnce(T) -> Result<U> + 's) -> Plan<'s, U>
    where
        T: 's,
    {
        Plan::new(move || self.finish().and_then(change))
    }

    /// The plan of a value whose problems stand in the report: the loader never lets it run.
    pub(crate) fn refused() -> Self {
        Self::new(|| {
            Err(Error::new(ErrorKind::Mismatch, "the value was finished although its members do not fit"))
        })
    }
}
