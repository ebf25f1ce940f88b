//! `impl ToMembers`: pushes the fields in the order of their declaration.
//!
//! ```text
//! __npz::push::<Array2<f32>>(__members, __name, __npz::Some("weights"), &self.weights)?;
//! __npz::push_owned(__members, __name, __npz::Some("angle"), &degrees::to_npz(&self.angle))?;   // with
//! __npz::push_or_mark::<u64>(__members, __name, __npz::Some("epoch"), &self.epoch)?;            // default
//! __npz::push_flat::<Inner>(__members, __name, &["weights", "angle", "epoch"], &self.inner)?;   // flatten
//! ```

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};

use super::{inner_separator, is_optional, option, separator};
use crate::ast::{Container, Field};
use crate::bound;

pub(super) fn expand(container: &Container<'_>) -> TokenStream {
    let ident = &container.original.ident;
    let (impl_generics, ty_generics, _) = container.original.generics.split_for_impl();
    let where_clause = bound::to_members(container);
    let separator = separator(container);
    let pushes = container.stored().map(|field| push(container, field));
    let inner_separator = inner_separator(container);
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

            #inner_separator
        }
    }
}

fn push(container: &Container<'_>, field: &Field<'_>) -> TokenStream {
    let (ty, member, span) = (field.ty(), &field.member, field.span());
    // The first name is the field's own; aliases are only read.
    let part = option(field.names.first().map(|name| &name.value));
    // Which function, and what it wants to know besides: the siblings' names of a flattened field, which are not
    // its to push, or the field's own name.
    let (function, place) = if field.attrs.flatten.is_some() {
        let siblings = container.stored().flat_map(|sibling| &sibling.names).map(|name| &name.value);
        ("flat", quote!(&[#(#siblings),*]))
    } else if is_optional(container, field) {
        ("or_mark", part)
    } else {
        ("", part)
    };
    let function = |push: &str| match function {
        "" => format_ident!("{push}"),
        suffix => format_ident!("{push}_{suffix}"),
    };
    match &field.attrs.with {
        None => {
            let push = function("push");
            quote_spanned!(span=> __npz::#push::<#ty>(__members, __name, #place, &self.#member)?;)
        }
        Some(with) => {
            let (push, module) = (function("push_owned"), &with.value);
            quote_spanned!(span=>
                __npz::#push(__members, __name, #place, &#module::to_npz(&self.#member))?;
            )
        }
    }
}
