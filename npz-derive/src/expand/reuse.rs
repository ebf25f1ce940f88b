//! `load_into`: what the parts of a value are, which give their memory away and take over what was loaded into it, and
//! whose shapes it keeps.
//!
//! ```text
//! fn each_part(__parts: &mut impl __npz::EachPart<Self>) {
//!     <Array2<f32> as __npz::LoadField>::each(__parts, |__value| __npz::Some(&mut __value.weights));
//!     __parts.swap(|__value| __npz::Some(&mut __value.angle));      // with, json
//! }                                                                 // skip, skip_load: stays as it was
//! fn note_shapes<__Used>(&self, __name: &__npz::Name, __shapes: &mut __npz::Shapes) {
//!     <Array2<f32> as __npz::LoadField>::note::<__Used>(&self.weights, __name, &["weights", "w"], __shapes);
//! }
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
use super::{names, separator};
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
    let note_shapes = note_shapes(container);
    quote! {
        #note_shapes

        fn each_part(#name: &mut impl __npz::EachPart<Self>) {
            #(#parts)*
        }
    }
}

fn note_shapes(container: &Container<'_>) -> Option<TokenStream> {
    let notes: Vec<_> = match &container.data {
        Data::Struct(fields) => {
            let notes = fields.loaded().filter_map(|field| {
                let member = &field.member;
                let note = note(container, field, &quote_spanned!(field.span()=> &self.#member))?;
                Some(quote!(#note;))
            });
            notes.collect()
        }
        Data::Enum(variants) => {
            let rest = (variants.len() > 1).then(|| quote!(_ => {}));
            let notes = variants.iter().flat_map(|variant| {
                let (ident, rest) = (&variant.original.ident, &rest);
                variant.fields.loaded().filter_map(move |field| {
                    let (member, binding) = (&field.member, &field.binding);
                    let note = note(container, field, &quote!(#binding))?;
                    Some(quote!(match self {
                        Self::#ident { #member: #binding, .. } => #note,
                        #rest
                    }))
                })
            });
            notes.collect()
        }
    };
    if notes.is_empty() {
        return None;
    }
    let separator = separator(container);
    Some(quote! {
        fn note_shapes<__Used>(&self, __name: &__npz::Name, __shapes: &mut __npz::Shapes) {
            #separator
            #(#notes)*
        }
    })
}

/// Notes the shapes of a field; of one that is converted they are not known.
fn note(container: &Container<'_>, field: &Field<'_>, value: &TokenStream) -> Option<TokenStream> {
    if convert(field).is_some() {
        return None;
    }
    let (ty, span) = (field.ty(), field.span());
    // The field of a transparent struct stands at the struct's own place.
    let names = if container.attrs.transparent.is_some() { quote!(&[]) } else { names(field) };
    Some(quote_spanned!(span=> <#ty as __npz::LoadField>::note::<__Used>(#value, __name, #names, __shapes)))
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
