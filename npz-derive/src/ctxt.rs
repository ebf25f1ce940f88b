//! The bag of errors: no stage stops at the first mistake, the user sees all of them at once.

use std::cell::RefCell;
use std::fmt::Display;
use std::thread;

use quote::ToTokens;

/// Collects errors through a shared reference, so that every stage can hold it.
///
/// Dropping it unchecked panics: an error that nobody emits would make a wrong derive compile.
pub(crate) struct Ctxt {
    /// `None` once `check` took the errors.
    errors: RefCell<Option<Vec<syn::Error>>>,
}

impl Ctxt {
    pub(crate) fn new() -> Self {
        Self { errors: RefCell::new(Some(Vec::new())) }
    }

    /// Notes a mistake that spans all of `tokens`.
    pub(crate) fn error(&self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    /// Notes a mistake that syn found.
    pub(crate) fn push(&self, error: syn::Error) {
        if let Some(errors) = self.errors.borrow_mut().as_mut() {
            errors.push(error);
        }
    }

    /// How many mistakes were noted.
    pub(crate) fn count(&self) -> usize {
        self.errors.borrow().as_ref().map_or(0, Vec::len)
    }

    /// Ends the collection: all errors as one.
    pub(crate) fn check(self) -> syn::Result<()> {
        let errors = self.errors.take().unwrap_or_default();
        let all = errors.into_iter().reduce(|mut all, one| {
            all.combine(one);
            all
        });
        all.map_or(Ok(()), Err)
    }
}

impl Drop for Ctxt {
    fn drop(&mut self) {
        let checked = self.errors.borrow().is_none();
        assert!(checked || thread::panicking(), "a `Ctxt` was dropped without `check`");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    #[test]
    fn all_errors_are_kept_in_order() {
        let ctxt = Ctxt::new();
        ctxt.error(quote!(a), "first");
        ctxt.error(quote!(b), "second");
        let errors = ctxt.check().unwrap_err();
        let messages: Vec<_> = errors.into_iter().map(|error| error.to_string()).collect();
        assert_eq!(messages, ["first", "second"]);
    }

    #[test]
    #[should_panic(expected = "without `check`")]
    fn forgetting_to_check_is_a_bug() {
        drop(Ctxt::new());
    }
}
