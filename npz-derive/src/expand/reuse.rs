//! `load_into`: what the parts of a value are, which give their memory away and take over what was loaded into it.
//!
//! ```text
//! fn each_part(__parts: &mut impl __npz::EachPart<Self>) {
//!     <Array2<f32> as __npz::LoadField>::each(__parts, |__value| __npz::Some(&mut __value.weights));
//!     __parts.swap(|__value| __npz::Some(&mut __value.angle));      // with, json
//! }                                                                 // skip, skip_load: stays as it was
//! ```
//!
//! Of an enum, a part is there in one variant only:
//!
//! ```text
//! __parts.swap_variants();
//! <f32 as __npz::LoadField>::each(__parts, |__value| match __value {
//!     Self::Sgd { momentum: __field0, .. } => __npz::Some(__field0),
//!     _ => __npz::None,
//! });
//! ```

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::from_members::convert;
use crate::ast::{Container, Data, Field};

pub(super) fn expand(container: &Container<'_>) -> TokenStream {
    let parts: Vec<_> = match &container.data {
        Data::Struct(fields) => fields.loaded().map(|field| part(field, &of_struct(field))).collect(),
        Data::Enum(variants) => {
            let rest = (variants.len() > 1).then(|| quote!(_ => __npz::None,));
            let parts = variants.iter().flat_map(|variant| {
                let (ident, rest) = (&variant.original.ident, &rest);
                variant.fields.loaded().map(move |field| {
                    let (member, binding) = (&field.member, &field.binding);
                    part(
                        field,
                        &quote!(match __value {
                            Self::#ident { #member: #binding, .. } => __npz::Some(#binding),
                            #rest
                        }),
                    )
                })
            });
            std::iter::once(quote!(__parts.swap_variants();)).chain(parts).collect()
        }
    };
    // Also where there are none: by default the whole value would be swapped, and its skipped fields with it.
    let name = if parts.is_empty() { quote!(_) } else { quote!(__parts) };
    quote! {
        fn each_part(#name: &mut impl __npz::EachPart<Self>) {
            #(#parts)*
        }
    }
}

fn of_struct(field: &Field<'_>) -> TokenStream {
    let member = &field.member;
    quote_spanned!(field.span()=> __npz::Some(&mut __value.#member))
}

fn part(field: &Field<'_>, found: &TokenStream) -> TokenStream {
    let (ty, span) = (field.ty(), field.span());
    if convert(field).is_some() {
        return quote_spanned!(span=> __parts.swap(|__value| #found););
    }
    quote_spanned!(span=> <#ty as __npz::LoadField>::each(__parts, |__value| #found);)
}
