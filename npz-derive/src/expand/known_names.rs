//! The names that the compiler knows, and what it is asked to refuse.
//!
//! ```text
//! struct S { weights: Array2<f32>, #[npz(flatten)] inner: Inner, #[npz(flatten)] other: Option<Other> }
//!
//! const NAMES: &'static __npz::Names = &__npz::Names::new(
//!     &["weights"],
//!     &[<Inner as __npz::ToMembers>::NAMES, <Option<Other> as __npz::ToMembers>::NAMES],
//!     __npz::None,
//! );
//!
//! const _: () = __npz::check_flat("inner", <Inner as __npz::ToMembers>::NAMES, __npz::None, &["weights"], &[]);
//! const _: () = __npz::check_flat("other", .., &["weights"], &[("inner", <Inner as __npz::ToMembers>::NAMES)]);
//! ```
//!
//! The checks stand beside the impls, where `cargo check` sees them; those of a type with parameters in `to_members`,
//! since only there the parameters are known. Where two names can't meet, there is no check.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};

use super::option;
use crate::ast::{Container, Data, Field, Fields};

/// The constant of `impl ToMembers`.
pub(super) fn known_names(container: &Container<'_>) -> TokenStream {
    let all = || container.fields().filter(|field| !field.attrs.is_never_saved());
    // The same name in two variants is one name.
    let mut seen = HashSet::new();
    let own = all().filter_map(|field| field.names.first()).map(|name| name.value.clone());
    let own = fixed(container).chain(own).filter(|name| seen.insert(name.clone()));
    let flat = all().filter(|field| is_flat(field)).map(names_of);
    let separator = separator(container);
    quote! {
        const NAMES: &'static __npz::Names = &__npz::Names::new(&[#(#own),*], &[#(#flat),*], #separator);
    }
}

/// The checks as items beside the impls.
pub(super) fn checks_beside(container: &Container<'_>) -> TokenStream {
    if has_parameters(container) {
        return TokenStream::new();
    }
    checks(container).into_iter().map(|check| quote!(const _: () = #check;)).collect()
}

/// The checks as statements.
pub(super) fn checks_inside(container: &Container<'_>) -> TokenStream {
    if !has_parameters(container) {
        return TokenStream::new();
    }
    checks(container).into_iter().map(|check| quote!(const { #check };)).collect()
}

fn has_parameters(container: &Container<'_>) -> bool {
    !container.original.generics.params.is_empty()
}

/// The names that no field has: that of the version, and of an enum's tag.
fn fixed(container: &Container<'_>) -> impl Iterator<Item = String> {
    let version = container.attrs.version.as_ref().map(|_| "__version__".to_owned());
    let tag = matches!(container.data, Data::Enum(_)).then(|| container.tag());
    version.into_iter().chain(tag)
}

fn separator(container: &Container<'_>) -> TokenStream {
    option(container.attrs.separator.as_ref().map(|separator| &separator.value))
}

/// `<Inner as __npz::ToMembers>::NAMES`
fn names_of(field: &Field<'_>) -> TokenStream {
    let (ty, span) = (field.ty(), field.span());
    quote_spanned!(span=> <#ty as __npz::ToMembers>::NAMES)
}

/// Flattened, and saved as what it is.
fn is_flat(field: &Field<'_>) -> bool {
    field.attrs.flatten.is_some() && field.attrs.with.is_none() && !field.attrs.is_never_saved()
}

fn checks(container: &Container<'_>) -> Vec<TokenStream> {
    let lists: Vec<&Fields<'_>> = match &container.data {
        Data::Struct(fields) => vec![fields],
        Data::Enum(variants) => variants.iter().map(|variant| &variant.fields).collect(),
    };
    let checks =
        lists.into_iter().flat_map(|fields| flat(container, fields).chain(nested(container, fields)));
    checks.chain(each(container)).collect()
}

/// Each field with `each` has elements.
fn each<'c>(container: &'c Container<'_>) -> impl Iterator<Item = TokenStream> + 'c {
    let fields = container.fields().filter(|field| {
        let attrs = &field.attrs;
        attrs.each.is_some() && attrs.with.is_none() && container.attrs.load_only.is_none()
    });
    fields.map(|field| {
        let (own, names, span) = (rust_name(field), names_of(field), field.span());
        quote_spanned!(span=> __npz::check_each(#own, #names))
    })
}

/// Each flattened field against the fields beside it, and those that are flattened before it.
fn flat<'c>(container: &'c Container<'_>, fields: &'c Fields<'_>) -> impl Iterator<Item = TokenStream> + 'c {
    let flattened: Vec<&Field<'_>> = fields.list.iter().filter(|field| is_flat(field)).collect();
    let siblings: Vec<String> = siblings(container, fields).collect();
    let separator = separator(container);
    (0..flattened.len()).map(move |i| {
        let (field, earlier) = (flattened[i], &flattened[..i]);
        let (own, names) = (rust_name(field), names_of(field));
        let earlier = earlier.iter().map(|field| {
            let (own, names) = (rust_name(field), names_of(field));
            quote!((#own, #names))
        });
        let span = field.span();
        quote_spanned!(span=>
            __npz::check_flat(#own, #names, #separator, &[#(#siblings),*], &[#(#earlier),*])
        )
    })
}

/// A name with a separator in it (`rename = "inner.x"`) against the parts of the field `inner`.
fn nested<'c>(
    container: &'c Container<'_>,
    fields: &'c Fields<'_>,
) -> impl Iterator<Item = TokenStream> + 'c {
    let siblings: Vec<String> = siblings(container, fields).collect();
    let is_nested = |field: &&Field<'_>| {
        let attrs = &field.attrs;
        attrs.with.is_none() && attrs.json.is_none() && !attrs.is_never_saved()
    };
    let nested = fields.list.iter().filter(is_nested).filter_map(|field| Some((field, field.names.first()?)));
    nested.flat_map(move |(field, place)| {
        let (names, span, place) = (names_of(field), field.span(), &place.value);
        let has_each = field.attrs.each.is_some();
        let leads_on = |name: &&String| {
            if has_each { is_element(name, place) } else { leads_on(container, name, place) }
        };
        let longer = siblings.iter().filter(leads_on);
        let separator = if has_each { quote!(__npz::Some("")) } else { separator(container) };
        let check = |name| quote_spanned!(span=> __npz::check_nested(#name, #place, #names, #separator));
        longer.map(check).collect::<Vec<_>>()
    })
}

/// Whether a name could be that of a part of another: `w.x` and `w`, but not `w_sum` and `w`, so that most names need
/// no check.
fn leads_on(container: &Container<'_>, name: &str, place: &str) -> bool {
    let Some(rest) = name.strip_prefix(place) else { return false };
    match &container.attrs.separator {
        Some(separator) if rest.starts_with(&separator.value.value()) => true,
        _ => rest.starts_with(|next: char| !next.is_alphanumeric() && next != '_'),
    }
}

/// Whether a name could be that of an element: `layer_0` and `layer_`, but not `layer_norm`.
fn is_element(name: &str, place: &str) -> bool {
    let Some(rest) = name.strip_prefix(place) else { return false };
    rest == "len" || rest.starts_with(|next: char| next.is_ascii_digit())
}

/// The names and aliases of the fields in a list, and the enum's tag; the pattern of a field with `each`.
pub(super) fn siblings(container: &Container<'_>, fields: &Fields<'_>) -> impl Iterator<Item = String> {
    let names = fields.stored().flat_map(|field| {
        let index = if field.attrs.each.is_some() { "{}" } else { "" };
        field.names.iter().map(move |name| format!("{}{index}", name.value))
    });
    let names: Vec<_> = fixed(container).chain(names).collect();
    names.into_iter()
}

fn rust_name(field: &Field<'_>) -> String {
    field.member.to_token_stream().to_string()
}
