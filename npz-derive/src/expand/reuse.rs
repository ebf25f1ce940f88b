//! `load_into`: what gives its memory away, and takes over what was loaded into it.
//!
//! ```text
//! fn give_memory<__U>(&mut self, __spares: &mut __npz::Spares) {
//!     <Array2<f32> as __npz::LoadField>::give_field::<__U>(&mut self.weights, __spares);
//! }
//! fn take_over<__U>(&mut self, __loaded: &mut Self) {
//!     <Array2<f32> as __npz::LoadField>::replace_field::<__U>(&mut self.weights, &mut __loaded.weights);
//!     __npz::swap(&mut self.angle, &mut __loaded.angle);      // with, json
//! }                                                           // skip, skip_load: as it was
//! ```
//!
//! Of an enum these stand in a `match`; another variant is replaced as a whole. Values are swapped, not moved, so that a
//! type with `Drop` works.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::from_members::convert;
use crate::ast::{Container, Data, Field, Variant};

pub(super) fn expand(container: &Container<'_>) -> TokenStream {
    let (donate, assign) = match &container.data {
        Data::Struct(fields) => {
            let here = |field: &Field<'_>, value: &str| {
                let (member, value) = (&field.member, Ident::new(value, field.span()));
                quote_spanned!(field.span()=> &mut #value.#member)
            };
            let loaded: Vec<_> = fields.list.iter().filter(|field| !field.attrs.is_never_loaded()).collect();
            let donate: Vec<_> =
                loaded.iter().filter_map(|field| donate(field, &here(field, "self"))).collect();
            let assign: Vec<_> = loaded
                .iter()
                .map(|field| assign(field, &here(field, "self"), &here(field, "__loaded")))
                .collect();
            (quote!(#(#donate)*), quote!(#(#assign)*))
        }
        Data::Enum(variants) => of_enum(variants),
    };
    // Without anything to do, the trait's own do it; a struct of nothing but skipped fields must keep them.
    let donate = (!donate.is_empty()).then(|| {
        quote! {
            fn give_memory<__U>(&mut self, __spares: &mut __npz::Spares) {
                #donate
            }
        }
    });
    let loaded = if assign.is_empty() { quote!(_) } else { quote!(__loaded) };
    quote! {
        #donate

        fn take_over<__U>(&mut self, #loaded: &mut Self) {
            #assign
        }
    }
}

fn of_enum(variants: &[Variant<'_>]) -> (TokenStream, TokenStream) {
    let mut donates = Vec::new();
    let mut assigns = Vec::new();
    for variant in variants {
        let ident = &variant.original.ident;
        let loaded: Vec<_> =
            variant.fields.list.iter().filter(|field| !field.attrs.is_never_loaded()).collect();
        let givers: Vec<_> = loaded.iter().filter(|field| convert(field).is_none()).collect();
        if !givers.is_empty() {
            let bound = givers.iter().map(|field| bind(field, &field.binding));
            let donate = givers.iter().filter_map(|field| donate(field, &value(field, &field.binding)));
            donates.push(quote!(Self::#ident { #(#bound)* .. } => { #(#donate)* }));
        }
        let ours = loaded.iter().map(|field| bind(field, &field.binding));
        let theirs = loaded.iter().map(|field| bind(field, &other(field)));
        let assign = loaded
            .iter()
            .map(|field| assign(field, &value(field, &field.binding), &value(field, &other(field))));
        assigns.push(quote! {
            (Self::#ident { #(#ours)* .. }, Self::#ident { #(#theirs)* .. }) => { #(#assign)* }
        });
    }
    let rest = (donates.len() < variants.len()).then(|| quote!(_ => {}));
    let donate =
        if donates.is_empty() { TokenStream::new() } else { quote!(match self { #(#donates)* #rest }) };
    let other = (variants.len() > 1).then(|| quote!((__this, __loaded) => __npz::swap(__this, __loaded),));
    (donate, quote!(match (self, __loaded) { #(#assigns)* #other }))
}

/// What the other value's field is bound to.
fn other(field: &Field<'_>) -> Ident {
    format_ident!("{}_loaded", field.binding)
}

fn bind(field: &Field<'_>, binding: &Ident) -> TokenStream {
    let member = &field.member;
    quote!(#member: #binding,)
}

fn value(field: &Field<'_>, binding: &Ident) -> TokenStream {
    let binding = Ident::new(&binding.to_string(), field.span());
    quote!(#binding)
}

/// What is converted has no memory that a file's cells could go to.
fn donate(field: &Field<'_>, value: &TokenStream) -> Option<TokenStream> {
    let ty = field.ty();
    convert(field).is_none().then(
        || quote_spanned!(field.span()=> <#ty as __npz::LoadField>::give_field::<__U>(#value, __spares);),
    )
}

fn assign(field: &Field<'_>, value: &TokenStream, loaded: &TokenStream) -> TokenStream {
    let ty = field.ty();
    if convert(field).is_some() {
        return quote_spanned!(field.span()=> __npz::swap(#value, #loaded););
    }
    quote_spanned!(field.span()=> <#ty as __npz::LoadField>::replace_field::<__U>(#value, #loaded);)
}
