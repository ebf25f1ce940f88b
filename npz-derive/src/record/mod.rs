//! `#[derive(NpyRecord)]`, in the same stages as `Npz`: `attr` parses, `ast` is the model, `check` has the rules, `expand`
//! makes the impls.

mod ast;
mod attr;
mod check;
mod expand;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use self::ast::Record;
#[cfg(test)]
pub(crate) use self::attr::TABLE;
use crate::ctxt::Ctxt;

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let ctxt = Ctxt::new();
    let record = Record::from_syn(&ctxt, input);
    check::check(&ctxt, &record);
    match ctxt.check() {
        Ok(()) => expand::expand(&record),
        Err(error) => {
            let mut tokens = error.into_compile_error();
            tokens.extend(expand::fallback(&record));
            tokens
        }
    }
}
