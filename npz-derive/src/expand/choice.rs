//! Enums without fields: a value is its tag, one text; many values are one array of texts.
//!
//! ```text
//! impl __npz::Choice for Activation {
//!     const TAGS: &'static [&'static [&'static __npz::str]] = &[&["Relu"], &["Tanh", "tanh"]];
//!     fn index(&self) -> usize { match self { Self::Relu { .. } => 0usize, .. } }
//!     fn from_index(index: usize) -> Option<Self> { .. }
//! }
//! ```
//!
//! No `Npz`: the root of an archive has no name that the text could stand at.

use proc_macro2::TokenStream;
use quote::quote;

use super::{leave_half, tags};
use crate::ast::{Container, Variant};
use crate::bound;

pub(super) fn expand(container: &Container<'_>, variants: &[Variant<'_>]) -> TokenStream {
    let ident = &container.original.ident;
    let (impl_generics, ty_generics, _) = container.original.generics.split_for_impl();
    let where_clause = bound::to_members(container);
    let tags = tags(variants);
    let idents: Vec<_> = variants.iter().map(|variant| &variant.original.ident).collect();
    let indices: Vec<_> = (0..variants.len()).collect();
    let choice = quote! {
        #[automatically_derived]
        impl #impl_generics __npz::Choice for #ident #ty_generics #where_clause {
            const TAGS: &'static [&'static [&'static __npz::str]] = #tags;

            fn index(&self) -> __npz::usize {
                match self {
                    #(Self::#idents { .. } => #indices,)*
                }
            }

            fn from_index(__index: __npz::usize) -> __npz::Option<Self> {
                match __index {
                    #(#indices => __npz::Some(Self::#idents {}),)*
                    _ => __npz::None,
                }
            }
        }
    };
    let mut to_members = quote! {
        #[automatically_derived]
        impl #impl_generics __npz::ToMembers for #ident #ty_generics #where_clause {
            fn to_members<'__a>(
                &'__a self,
                __members: &mut __npz::Members<'__a>,
                __name: &__npz::Name,
            ) -> __npz::Result<()> {
                __npz::push_choice(self, __members, __name)
            }

            fn refs_to_members<'__a>(
                __items: &[&'__a Self],
                __shape: &[__npz::usize],
                __members: &mut __npz::Members<'__a>,
                __name: &__npz::Name,
            ) -> __npz::Result<()> {
                __npz::push_choices(__items, __shape, __members, __name)
            }
        }
    };
    let mut from_members = quote! {
        #[automatically_derived]
        impl #impl_generics __npz::FromMembers for #ident #ty_generics #where_clause {
            fn plan<'__s>(
                __loader: &mut __npz::Loader<'__s>,
                __name: &__npz::Name,
            ) -> __npz::Plan<'__s, Self>
            where
                Self: '__s,
            {
                __npz::plan_choice(__loader, __name)
            }

            fn plan_many<'__s>(
                __loader: &mut __npz::Loader<'__s>,
                __name: &__npz::Name,
                __dims: &[__npz::Option<__npz::usize>],
            ) -> __npz::Plan<'__s, __npz::Vec<Self>>
            where
                Self: '__s,
            {
                __npz::plan_choices(__loader, __name, __dims)
            }

            fn is_single() -> __npz::bool {
                true
            }

            fn are_single() -> __npz::bool {
                true
            }
        }
    };
    leave_half(container, &mut to_members, &mut from_members);
    quote! { #choice #to_members #from_members }
}
