//! What a field asks of the members below it: `compression`, `order`, `finite`, `shape`, `store_as`, `string`, `cast`,
//! `one_element`.
//!
//! ```text
//! __npz::save_under(
//!     __members,
//!     __npz::SaveSettings { finite: true, ..__npz::Default::default() },
//!     |__members| {
//!         __npz::push::<Array2<f32>>(__members, __name, "weights", &self.weights)?;
//!         __npz::Ok(())
//!     },
//! )?;
//! let __plan0 = __npz::load_under(
//!     __loader,
//!     __npz::LoadSettings { finite: true, ..__npz::Default::default() },
//!     |__loader| <Array2<f32> as __npz::LoadField>::plan_field(__loader, __name, &["weights"]),
//! );
//! ```

use proc_macro2::TokenStream;
use quote::quote;

use super::option;
use crate::ast::Field;
use crate::attr::{Compression, Order, TextForm};

/// Wraps the statement that pushes a field, if the field asks for anything.
pub(super) fn save_under(field: &Field<'_>, push: TokenStream) -> TokenStream {
    let compression = field.attrs.compression.as_ref().map(|attr| {
        let compression = compression(attr.value);
        quote!(compression: __npz::Some(#compression))
    });
    let asked: Vec<_> = compression.into_iter().chain(both_ways(field)).collect();
    if asked.is_empty() {
        return push;
    }
    quote! {
        __npz::save_under(
            __members,
            __npz::SaveSettings { #(#asked,)* ..__npz::Default::default() },
            |__members| {
                #push
                __npz::Ok(())
            },
        )?;
    }
}

/// Wraps the expression that plans a field, if the field asks for anything.
pub(super) fn load_under(field: &Field<'_>, plan: TokenStream) -> TokenStream {
    let plan = under_cast(field, plan);
    let one_element = field.attrs.one_element.as_ref().map(|_| quote!(one_element: true));
    let asked: Vec<_> = both_ways(field).into_iter().chain(one_element).collect();
    if asked.is_empty() {
        return plan;
    }
    quote! {
        __npz::load_under(
            __loader,
            __npz::LoadSettings { #(#asked,)* ..__npz::Default::default() },
            |__loader| #plan,
        )
    }
}

/// The same for `cast` alone.
pub(super) fn under_cast(field: &Field<'_>, plan: TokenStream) -> TokenStream {
    match &field.attrs.cast {
        None => plan,
        Some(cast) => {
            let cast = cast.value;
            quote!(__loader.with_cast(#cast, |__loader| #plan))
        }
    }
}

/// What is asked of members that are saved and of those that are loaded.
fn both_ways(field: &Field<'_>) -> Vec<TokenStream> {
    let attrs = &field.attrs;
    let shape = attrs.shape.as_ref().map(|attr| {
        let axes = attr.value.iter().map(|&axis| option(axis));
        quote!(shape: __npz::Some(&[#(#axes),*]))
    });
    let order = attrs.order.as_ref().map(|attr| {
        let order = order(attr.value);
        quote!(order: __npz::Some(#order))
    });
    let finite = attrs.finite.as_ref().map(|_| quote!(finite: true));
    let forms = forms(field).map(|forms| quote!(forms: #forms));
    [shape, order, finite, forms].into_iter().flatten().collect()
}

/// `store_as` and `string`.
fn forms(field: &Field<'_>) -> Option<TokenStream> {
    let attrs = &field.attrs;
    if attrs.store_as.is_none() && attrs.string.is_none() {
        return None;
    }
    let store_as = option(attrs.store_as.as_ref().map(|attr| {
        let ident = &attr.value.ident;
        quote!(__npz::store_as::#ident)
    }));
    let string = option(attrs.string.as_ref().map(|attr| text_form(attr.value)));
    Some(quote!(__npz::Forms::new(#store_as, #string)))
}

fn text_form(value: TextForm) -> TokenStream {
    match value {
        TextForm::Unicode => quote!(__npz::TextForm::Unicode),
        TextForm::Ascii => quote!(__npz::TextForm::Ascii),
        TextForm::Utf8 => quote!(__npz::TextForm::Utf8),
    }
}

fn compression(value: Compression) -> TokenStream {
    match value {
        Compression::Stored => quote!(__npz::Compression::Stored),
        Compression::Deflate(level) => quote!(__npz::Compression::Deflate(#level)),
    }
}

fn order(value: Order) -> TokenStream {
    match value {
        Order::C => quote!(__npz::Some(__npz::Order::C)),
        Order::Fortran => quote!(__npz::Some(__npz::Order::Fortran)),
        Order::Keep => quote!(__npz::None),
    }
}
