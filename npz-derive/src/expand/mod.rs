//! From the checked model to the three impls.
//!
//! ```text
//! #[derive(Npz)]
//! struct Dense { weights: Array2<f32>, #[npz(default)] epoch: u64 }
//!
//! const _: () = {
//!     use ::npz_core::__private_0_1_0 as __npz;
//!     impl __npz::ToMembers for Dense { .. }
//!     impl __npz::FromMembers for Dense { .. }
//!     impl __npz::Npz for Dense {}
//! };
//! ```
//!
//! The anonymous const keeps the alias `__npz` from the user's module. Everything that generated code names
//! goes through that alias, so neither a user's own `Option` nor a missing prelude can break it, and a
//! missing `npz_core` is one error.
//!
//! Three kinds of container have a stage of their own: lists of fields (a struct, or the variant of an enum) in
//! `to_members` and `from_members`, enums without fields in `choice`, and `transparent` structs.

mod choice;
mod fallback;
mod finish;
mod from_members;
mod known_names;
mod reuse;
mod settings;
mod to_members;
mod transparent;
mod version;

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Attribute, Meta, Path, parse_quote};

use crate::ast::{Container, Data, Field, Variant, generated_at};
use crate::attr::{Attr, Cast};
use crate::bound;

pub(crate) use fallback::fallback;
pub(crate) use finish::default_of;

pub(crate) fn expand(container: &Container<'_>) -> TokenStream {
    if let Some(variants) = container.choices() {
        return in_const(container, &choice::expand(container, variants));
    }
    let (mut to_members, mut from_members) = match transparent::inner(container) {
        Some(inner) => {
            (transparent::to_members(container, &inner), transparent::from_members(container, &inner))
        }
        None => (to_members::expand(container), from_members::expand(container)),
    };
    let ident = &container.original.ident;
    let (impl_generics, ty_generics, _) = container.original.generics.split_for_impl();
    let where_clause = match container.attrs.load_only {
        Some(_) => bound::from_members(container),
        None => bound::to_members(container),
    };
    leave_half(container, &mut to_members, &mut from_members);
    let checks = match container.attrs.transparent {
        Some(_) => TokenStream::new(),
        None => known_names::checks_beside(container),
    };
    in_const(
        container,
        &quote! {
            #checks
            #to_members
            #from_members
            #[automatically_derived]
            impl #impl_generics __npz::Npz for #ident #ty_generics #where_clause {}
        },
    )
}

/// Takes away the half that `save_only` or `load_only` does without.
fn leave_half(container: &Container<'_>, to_members: &mut TokenStream, from_members: &mut TokenStream) {
    if container.attrs.load_only.is_some() {
        *to_members = TokenStream::new();
    }
    if container.attrs.save_only.is_some() {
        *from_members = TokenStream::new();
    }
}

fn in_const(container: &Container<'_>, impls: &TokenStream) -> TokenStream {
    behind_door(container.attrs.krate.as_ref(), &allowed_lints(container), impls)
}

/// Wraps impls so that `__npz` leads to the library's private door.
pub(crate) fn behind_door(
    krate: Option<&Attr<Path>>,
    allowed: &[TokenStream],
    impls: &TokenStream,
) -> TokenStream {
    // The door's name carries the version: a macro and a library that don't belong together can't meet.
    let door = format_ident!(
        "__private_{}_{}_{}",
        env!("CARGO_PKG_VERSION_MAJOR"),
        env!("CARGO_PKG_VERSION_MINOR"),
        env!("CARGO_PKG_VERSION_PATCH"),
    );
    let default = || parse_quote!(::npz_core);
    let krate = krate.map_or_else(default, |krate| krate.value.clone());
    // A wrong path is underlined where the user wrote it.
    let open = quote_spanned!(generated_at(&krate)=> use #krate::#door as __npz;);
    quote! {
        #[doc(hidden)]
        #(#[allow(#allowed)])*
        const _: () = {
            #open
            #impls
        };
    }
}

/// What the user allows (or expects) on the struct or enum is allowed in its impls too, as in the derives of the
/// standard library: both name the same types. Deprecated fields are still saved and loaded.
///
/// Nothing is allowed without need: `allow` under the user's `forbid` is an error.
fn allowed_lints(container: &Container<'_>) -> Vec<TokenStream> {
    let fields = container.fields().flat_map(|field| &field.original.attrs);
    let variants = match &container.data {
        Data::Struct(_) => &[][..],
        Data::Enum(variants) => variants,
    };
    let variants = variants.iter().flat_map(|variant| &variant.original.attrs);
    allowed_by(container.original.attrs.iter().chain(variants).chain(fields))
}

/// What attributes allow.
pub(crate) fn allowed_by<'a>(attributes: impl Iterator<Item = &'a Attribute>) -> Vec<TokenStream> {
    let allowed = attributes.filter_map(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("allow") || list.path.is_ident("expect") => {
            Some(list.tokens.clone())
        }
        meta if meta.path().is_ident("deprecated") => Some(quote!(deprecated)),
        _ => None,
    });
    allowed.collect()
}

/// Makes `__name` the place under which this struct's members stand.
fn separator(container: &Container<'_>) -> Option<TokenStream> {
    let separator = &container.attrs.separator.as_ref()?.value;
    Some(quote!(let __name = &__name.with_separator(#separator);))
}

/// Tells lists and maps of this struct what stands between an element's place and its fields.
fn inner_separator(container: &Container<'_>) -> Option<TokenStream> {
    let separator = &container.attrs.separator.as_ref()?.value;
    Some(quote! {
        fn inner_separator(_: &'static __npz::str) -> &'static __npz::str {
            #separator
        }
    })
}

/// Its members may be absent from the file.
fn is_optional(container: &Container<'_>, field: &Field<'_>) -> bool {
    container.attrs.default.is_some() || field.attrs.is_optional()
}

/// What stands for each variant: `&[&["Sgd"], &["Adam", "adam"]]`.
fn tags(variants: &[Variant<'_>]) -> TokenStream {
    let tags = variants.iter().map(|variant| {
        let names = variant.names.iter().map(|name| &name.value);
        quote!(&[#(#names),*])
    });
    quote!(&[#(#tags),*])
}

/// The names of a field as a slice: `&["weights", "w"]`, empty for `flatten`.
fn names(field: &Field<'_>) -> TokenStream {
    let names = field.names.iter().map(|name| &name.value);
    quote!(&[#(#names),*])
}

/// Lets the elements of a field stand behind its name: `layer_0`.
fn before_each(field: &Field<'_>, code: TokenStream) -> TokenStream {
    if field.attrs.each.is_none() {
        return code;
    }
    quote!({
        let __name = &__npz::each(__name);
        #code
    })
}

pub(crate) fn option(value: Option<impl ToTokens>) -> TokenStream {
    value.map_or_else(|| quote!(__npz::None), |value| quote!(__npz::Some(#value)))
}

impl ToTokens for Cast {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match self {
            Self::Exact => quote!(__npz::Cast::Exact),
            Self::Safe => quote!(__npz::Cast::Safe),
            Self::SameKind => quote!(__npz::Cast::SameKind),
        });
    }
}
