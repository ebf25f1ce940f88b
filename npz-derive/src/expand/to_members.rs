//! `impl ToMembers`: pushes the fields in the order of their declaration.
//!
//! ```text
//! __npz::push::<Array2<f32>>(__members, __name, __npz::Some("weights"), &self.weights)?;
//! __npz::push_owned(__members, __name, __npz::Some("angle"), &degrees::to_npz(&self.angle))?;   // with
//! __npz::push::<Inner>(__members, __name, __npz::None, &self.inner)?;                           // flatten
//! ```

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{option, separator};
use crate::ast::{Container, Field};
use crate::bound;

pub(super) fn expand(container: &Container<'_>) -> TokenStream {
    let ident = &container.original.ident;
    let (impl_generics, ty_generics, _) = container.original.generics.split_for_impl();
    let where_clause = bound::to_members(container);
    let separator = separator(container);
    let pushes = container.stored().map(push);
    quote! {
        #[automatically_derived]
        impl #impl_generics __npz::ToMembers for #ident #ty_generics #where_clause {
            fn to_members<'__a>(
                &'__a self,
                __members: &mut __npz::Members<'__a>,
                __name: &__npz::Name,
            ) -> __npz::Result<()> {
                #separator
                #(#pushes)*
                __npz::Ok(())
            }
        }
    }
}

fn push(field: &Field<'_>) -> TokenStream {
    let (ty, member, span) = (field.ty(), &field.member, field.span());
    // The first name is the field's own; aliases are only read.
    let part = option(field.names.first().map(|name| &name.value));
    match &field.attrs.with {
        None => quote_spanned!(span=> __npz::push::<#ty>(__members, __name, #part, &self.#member)?;),
        Some(with) => {
            let module = &with.value;
            quote_spanned!(span=>
                __npz::push_owned(__members, __name, #part, &#module::to_npz(&self.#member))?;
            )
        }
    }
}
