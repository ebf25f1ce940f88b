//! `impl FromMembers`: plans every field (headers only), then finishes them in declaration order.
//!
//! ```text
//! let __plan0 = __npz::plan::<Array2<f32>>(__loader, __name, &["weights", "w"], __npz::None);
//! let __plan1 = __npz::plan_if_present::<u64>(__loader, __name, &["epoch"], __npz::None);
//! __npz::Plan::new(move || __npz::Ok(Self {
//!     weights: __plan0.finish()?,
//!     epoch: match __plan1 {
//!         __npz::Some(__plan) => __plan.finish()?,
//!         __npz::None => <u64 as __npz::Default>::default(),
//!     },
//! }))
//! ```

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{inner_separator, is_optional, names, option, separator};
use crate::ast::{Container, Field, generated_at};
use crate::attr::{Attr, DefaultFrom};
use crate::bound;

pub(super) fn expand(container: &Container<'_>) -> TokenStream {
    let ident = &container.original.ident;
    let (impl_generics, ty_generics, _) = container.original.generics.split_for_impl();
    let where_clause = bound::from_members(container);
    let separator = separator(container);
    let allow_unknown =
        container.attrs.allow_unknown.as_ref().map(|_| quote!(__loader.allow_unknown(__name);));
    // A flattened map takes what is left, so it must look last.
    let (flattened, named): (Vec<_>, Vec<_>) =
        container.stored().partition(|field| field.attrs.flatten.is_some());
    let plans = named.iter().chain(&flattened).map(|field| plan(container, field));
    let finish = finish(container);
    let inner_separator = inner_separator(container);
    let present = is_present(container);
    // Without fields nobody asks `__name`.
    let separator_if_present = present.as_ref().and(separator.as_ref());
    let present = present.unwrap_or_else(|| quote!(false));
    quote! {
        #[automatically_derived]
        impl #impl_generics __npz::FromMembers for #ident #ty_generics #where_clause {
            fn plan<'__s>(
                __loader: &mut __npz::Loader<'__s>,
                __name: &__npz::Name,
            ) -> __npz::Plan<'__s, Self>
            where
                Self: '__s,
            {
                #separator
                #allow_unknown
                #(#plans)*
                __npz::Plan::new(move || { #finish })
            }

            fn is_present(__loader: &__npz::Loader<'_>, __name: &__npz::Name) -> bool {
                #separator_if_present
                #present
            }

            #inner_separator
        }
    }
}

fn plan(container: &Container<'_>, field: &Field<'_>) -> TokenStream {
    let (ty, span, plan) = (field.ty(), field.span(), &field.plan);
    let names = names(field);
    let cast = option(field.attrs.cast.as_ref().map(|cast| cast.value));
    let optional = is_optional(container, field);
    match &field.attrs.with {
        None => {
            let function = if optional { quote!(plan_if_present) } else { quote!(plan) };
            quote_spanned!(span=> let #plan = __npz::#function::<#ty>(__loader, __name, #names, #cast);)
        }
        Some(with) => {
            let function = if optional { quote!(plan_with_if_present) } else { quote!(plan_with) };
            let module = &with.value;
            quote_spanned!(span=>
                let #plan = __npz::#function::<_, #ty, _>(__loader, __name, #names, #cast, #module::from_npz);
            )
        }
    }
}

fn is_present(container: &Container<'_>) -> Option<TokenStream> {
    let fields = container.stored().map(|field| {
        let (ty, span) = (field.ty(), field.span());
        let names = names(field);
        match &field.attrs.with {
            None => quote_spanned!(span=> __npz::is_present::<#ty>(__loader, __name, #names)),
            Some(with) => {
                let module = &with.value;
                quote_spanned!(span=>
                    __npz::is_present_with::<_, #ty, _>(__loader, __name, #names, #module::from_npz)
                )
            }
        }
    });
    fields.reduce(|all, one| quote!(#all || #one))
}

fn finish(container: &Container<'_>) -> TokenStream {
    match &container.attrs.default {
        Some(default) => finish_over_default(container, default),
        None => finish_anew(container),
    }
}

/// `Self { weights: .., epoch: .. }`
fn finish_anew(container: &Container<'_>) -> TokenStream {
    let values = container.fields.iter().map(|field| {
        let (member, plan) = (&field.member, &field.plan);
        let value = if field.attrs.skip.is_some() {
            default(field)
        } else if field.attrs.default.is_some() {
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
    quote!(__npz::Ok(Self { #(#values),* }))
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
fn finish_over_default(container: &Container<'_>, whole: &Attr<DefaultFrom>) -> TokenStream {
    let assignments: Vec<_> = container
        .fields
        .iter()
        .filter_map(|field| {
            let (member, plan) = (&field.member, &field.plan);
            // The field's own `default` goes before the container's.
            let own = field.attrs.default.as_ref().map(|_| default(field));
            if field.attrs.skip.is_some() {
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
fn default(field: &Field<'_>) -> TokenStream {
    match field.attrs.default.as_ref().map(|default| &default.value) {
        Some(DefaultFrom::Function(path)) => quote_spanned!(generated_at(path)=> #path()),
        Some(DefaultFrom::Trait) | None => {
            let (ty, span) = (field.ty(), generated_at(field.ty()));
            quote_spanned!(span=> <#ty as __npz::Default>::default())
        }
    }
}
