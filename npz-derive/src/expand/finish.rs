//! The end of a load: from finished plans to the value.
//!
//! ```text
//! __npz::Ok(Self {
//!     weights: __plan0.finish()?,
//!     epoch: match __plan1 {
//!         __npz::Some(__plan) => __plan.finish()?,
//!         __npz::None => <u64 as __npz::Default>::default(),
//!     },
//! })
//! ```

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::ast::{Field, Fields, generated_at};
use crate::attr::{Attr, DefaultFrom};

/// `Self { weights: .., epoch: .. }`; `constructor` is `Self` or `Self::Variant`.
pub(super) fn anew(constructor: &TokenStream, fields: &Fields<'_>) -> TokenStream {
    let values = fields.list.iter().map(|field| {
        let (member, plan) = (&field.member, &field.plan);
        let value = if field.attrs.is_never_loaded() {
            default(field)
        } else if field.attrs.is_optional() {
            let default = default(field);
            quote! {
                match #plan {
                    __npz::Some(__plan) => __plan.finish()?,
                    __npz::None => #default,
                }
            }
        } else {
            quote!(#plan.finish()?)
        };
        quote!(#member: #value)
    });
    quote!(__npz::Ok(#constructor { #(#values),* }))
}

/// Container `default`: what is absent keeps the value that it has there.
///
/// Fields are assigned, not moved out of the default into a new struct, so that a struct with `Drop` works.
///
/// ```text
/// let mut __value: Self = <Self as __npz::Default>::default();
/// if let __npz::Some(__plan) = __plan0 {
///     __value.weights = __plan.finish()?;
/// }
/// __npz::Ok(__value)
/// ```
pub(super) fn over_default(fields: &Fields<'_>, whole: &Attr<DefaultFrom>) -> TokenStream {
    let assignments: Vec<_> = fields
        .list
        .iter()
        .filter_map(|field| {
            let (member, plan) = (&field.member, &field.plan);
            // The field's own `default` goes before the container's.
            let own = field.attrs.default.as_ref().map(|_| default(field));
            if field.attrs.is_never_loaded() {
                return own.map(|own| quote!(__value.#member = #own;));
            }
            let or_own = own.map(|own| quote!(else { __value.#member = #own; }));
            Some(quote! {
                if let __npz::Some(__plan) = #plan {
                    __value.#member = __plan.finish()?;
                } #or_own
            })
        })
        .collect();
    let span = generated_at(whole);
    let whole = match &whole.value {
        DefaultFrom::Trait => quote_spanned!(span=> <Self as __npz::Default>::default()),
        DefaultFrom::Function(path) => quote_spanned!(span=> #path()),
    };
    let mutable = (!assignments.is_empty()).then(|| quote!(mut));
    quote! {
        let #mutable __value: Self = #whole;
        #(#assignments)*
        __npz::Ok(__value)
    }
}

/// The value of an absent field.
pub(super) fn default(field: &Field<'_>) -> TokenStream {
    match field.attrs.default.as_ref().map(|default| &default.value) {
        // A variable of the field's type: another type is underlined at the path, with what was expected.
        Some(DefaultFrom::Function(path)) => {
            let ty = field.ty();
            quote_spanned!(generated_at(path)=> { let __default: #ty = #path(); __default })
        }
        Some(DefaultFrom::Trait) | None => {
            let (ty, span) = (field.ty(), generated_at(field.ty()));
            quote_spanned!(span=> <#ty as __npz::Default>::default())
        }
    }
}
