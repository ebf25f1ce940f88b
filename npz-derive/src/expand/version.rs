//! `version` and `migrate`: before anything else is pushed or planned.
//!
//! ```text
//! __npz::push_version(__members, __name, 2u32)?;
//!
//! if !__npz::migrate(__loader, __name, 2u32, Self::migrate) {
//!     return __npz::refused();
//! }
//! ```

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::ast::{Container, generated_at};

pub(super) fn push(container: &Container<'_>) -> Option<TokenStream> {
    let version = container.attrs.version.as_ref()?.value;
    Some(quote!(__npz::push_version(__members, __name, #version)?;))
}

pub(super) fn plan(container: &Container<'_>) -> Option<TokenStream> {
    let version = container.attrs.version.as_ref()?.value;
    let is_fine = match &container.attrs.migrate {
        None => quote!(__npz::check_version(__loader, __name, #version)),
        Some(migrate) => {
            let path = &migrate.value;
            quote_spanned!(generated_at(path)=> __npz::migrate(__loader, __name, #version, #path))
        }
    };
    Some(quote! {
        if !#is_fine {
            return __npz::refused();
        }
    })
}
