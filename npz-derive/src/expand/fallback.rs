//! What stands beside the errors: impls that do nothing.
//!
//! Without them one misspelt attribute would also raise "the trait `Npz` is not implemented" at every use of
//! the struct.

use proc_macro2::TokenStream;
use quote::quote;

use super::in_const;
use crate::ast::Container;

pub(crate) fn fallback(container: &Container<'_>) -> TokenStream {
    let ident = &container.original.ident;
    let (impl_generics, ty_generics, where_clause) = container.original.generics.split_for_impl();
    in_const(
        container,
        &quote! {
            #[automatically_derived]
            impl #impl_generics __npz::ToMembers for #ident #ty_generics #where_clause {
                fn to_members<'__a>(
                    &'__a self,
                    __members: &mut __npz::Members<'__a>,
                    __name: &__npz::Name,
                ) -> __npz::Result<()> {
                    __npz::Ok(())
                }
            }

            #[automatically_derived]
            impl #impl_generics __npz::FromMembers for #ident #ty_generics #where_clause {
                fn plan<'__s>(
                    __loader: &mut __npz::Loader<'__s>,
                    __name: &__npz::Name,
                ) -> __npz::Plan<'__s, Self>
                where
                    Self: '__s,
                {
                    loop {}
                }
            }

            #[automatically_derived]
            impl #impl_generics __npz::Npz for #ident #ty_generics #where_clause {}
        },
    )
}
