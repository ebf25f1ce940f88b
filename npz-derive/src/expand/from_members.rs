//! `impl FromMembers`: plans every field (headers only), then finishes them in declaration order.
//!
//! ```text
//! let __plan0 = <Array2<f32> as __npz::LoadField>::plan_field(__loader, __name, &["weights", "w"]);
//! let __plan1 = <u64 as __npz::LoadField>::plan_if_present(__loader, __name, &["epoch"]);
//! __npz::Plan::new(move || ..)
//! ```
//!
//! Of an enum the tag is read first, and decides which fields are planned:
//!
//! ```text
//! __npz::plan_variants(__loader, __name, "tag", &[&["Sgd"], &["Adam", "adam"]], |__loader, __variant| {
//!     match __variant {
//!         0usize => { .. }
//!         1usize => { .. }
//!         _ => __npz::refused(),
//!     }
//! })
//! ```

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{
    before_each, finish, inner_separator, is_optional, names, reuse, separator, settings, tags, version,
};
use crate::ast::{Container, Data, Field, Fields, generated_at};
use crate::bound;

pub(super) fn expand(container: &Container<'_>) -> TokenStream {
    let ident = &container.original.ident;
    let (impl_generics, ty_generics, _) = container.original.generics.split_for_impl();
    let where_clause = bound::from_members(container);
    let separator = separator(container);
    let allow_unknown =
        container.attrs.allow_unknown.as_ref().map(|_| quote!(__loader.allow_unknown(__name);));
    let plan = validated(container, plan_value(container));
    let inner_separator = inner_separator(container);
    let (version, reuse) = (version::plan(container), reuse::expand(container));
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
                #version
                #plan
            }

            #inner_separator

            #reuse
        }
    }
}

/// Lets `validate` see the value that a plan (the last expression of a block) gives.
pub(super) fn validated(container: &Container<'_>, plan: TokenStream) -> TokenStream {
    match &container.attrs.validate {
        None => plan,
        Some(validate) => {
            let path = &validate.value;
            let validate = quote_spanned!(generated_at(path)=> __npz::plan_validated(__name, __plan, #path));
            quote! {
                let __plan: __npz::Plan<'__s, Self> = { #plan };
                #validate
            }
        }
    }
}

fn plan_value(container: &Container<'_>) -> TokenStream {
    match &container.data {
        Data::Struct(fields) => {
            let finish = match &container.attrs.default {
                Some(default) => finish::over_default(fields, default),
                None => finish::anew(&quote!(Self), fields),
            };
            plan_fields(container, fields, &finish)
        }
        Data::Enum(variants) => {
            let (word, tags) = (container.tag(), tags(variants));
            let arms = variants.iter().enumerate().map(|(i, variant)| {
                let ident = &variant.original.ident;
                let finish = finish::anew(&quote!(Self::#ident), &variant.fields);
                let plan = plan_fields(container, &variant.fields, &finish);
                quote!(#i => { #plan })
            });
            quote! {
                __npz::plan_variants(__loader, __name, #word, #tags, |__loader, __variant| match __variant {
                    #(#arms)*
                    _ => __npz::refused(),
                })
            }
        }
    }
}

fn plan_fields(container: &Container<'_>, fields: &Fields<'_>, finish: &TokenStream) -> TokenStream {
    // A flattened map takes what is left, so it must look last.
    let (flattened, named): (Vec<_>, Vec<_>) =
        fields.stored().partition(|field| field.attrs.flatten.is_some());
    let plans = named.iter().chain(&flattened).map(|field| plan(container, field));
    quote! {
        #(#plans)*
        __npz::Plan::new(move || { #finish })
    }
}

fn plan(container: &Container<'_>, field: &Field<'_>) -> TokenStream {
    let (ty, span, plan) = (field.ty(), field.span(), &field.plan);
    let names = names(field);
    if field.attrs.skip_load.is_some() {
        return if is_converted(field) {
            quote_spanned!(span=> __npz::pass_over_converted(__loader, __name, #names);)
        } else {
            quote_spanned!(span=> __npz::pass_over::<#ty>(__loader, __name, #names);)
        };
    }
    let optional = is_optional(container, field);
    if let Some(convert) = convert(field) {
        let function = if optional { quote!(plan_with_if_present) } else { quote!(plan_with) };
        let value = quote_spanned!(span=>
            __npz::#function::<_, #ty, _>(__loader, __name, #names, #convert)
        );
        let value = settings::load_under(field, before_each(field, value));
        quote_spanned!(span=> let #plan = #value;)
    } else {
        let function = if optional { quote!(plan_if_present) } else { quote!(plan_field) };
        let value = quote_spanned!(span=> <#ty as __npz::LoadField>::#function(__loader, __name, #names));
        let value = settings::load_under(field, before_each(field, value));
        quote_spanned!(span=> let #plan = #value;)
    }
}

/// The file holds another type than the field's.
fn is_converted(field: &Field<'_>) -> bool {
    field.attrs.with.is_some() || field.attrs.json.is_some()
}

/// The function that makes the field of what the file holds, where that is another type.
pub(super) fn convert(field: &Field<'_>) -> Option<TokenStream> {
    let (ty, span) = (field.ty(), field.span());
    let with = field.attrs.with.as_ref().map(|with| {
        let module = &with.value;
        quote_spanned!(span=> #module::from_npz)
    });
    with.or_else(|| field.attrs.json.as_ref().map(|_| quote_spanned!(span=> __npz::from_json::<#ty>)))
}
