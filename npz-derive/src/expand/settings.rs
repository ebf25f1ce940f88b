//! What a field asks of the members below it: `compression`, `order`, `finite`, `shape`, `store_as`, `string`.
//!
//! ```text
//! __npz::save_under(__members, __npz::SaveSettings { finite: true, .. }, |__members| {
//!     __npz::push::<Array2<f32>>(__members, __name, __npz::Some("weights"), &self.weights)?;
//!     __npz::Ok(())
//! })?;
//! let __plan0 = __npz::load_under(__loader, __npz::LoadSettings { finite: true, .. }, |__loader| {
//!     <Array2<f32> as __npz::LoadField>::plan_field(__loader, __name, &["weights"], __npz::None)
//! });
//! ```

use proc_macro2::TokenStream;
use quote::quote;

use super::option;
use crate::ast::Field;
use crate::attr::{Compression, Order, TextForm};

/// Wraps the statement that pushes a field, if the field asks for anything.
pub(super) fn save_under(field: &Field<'_>, push: TokenStream) -> TokenStream {
    let attrs = &field.attrs;
    let forms = forms(field);
    let is_plain =
        attrs.shape.is_none() && attrs.order.is_none() && attrs.finite.is_none() && forms.is_none();
    if attrs.compression.is_none() && is_plain {
        return push;
    }
    let forms = forms.unwrap_or_else(no_forms);
    let shape = shape(field);
    let compression = option(attrs.compression.as_ref().map(|attr| compression(attr.value)));
    let order = option(attrs.order.as_ref().map(|attr| order(attr.value)));
    let finite = attrs.finite.is_some();
    quote! {
        __npz::save_under(
            __members,
            __npz::SaveSettings {
                compression: #compression,
                shape: #shape,
                order: #order,
                finite: #finite,
                forms: #forms,
            },
            |__members| {
                #push
                __npz::Ok(())
            },
        )?;
    }
}

/// Wraps the expression that plans a field, if the field asks for anything.
pub(super) fn load_under(field: &Field<'_>, plan: TokenStream) -> TokenStream {
    let attrs = &field.attrs;
    let forms = forms(field);
    if attrs.shape.is_none() && attrs.order.is_none() && attrs.finite.is_none() && forms.is_none() {
        return plan;
    }
    let forms = forms.unwrap_or_else(no_forms);
    let shape = shape(field);
    let order = option(attrs.order.as_ref().map(|attr| order(attr.value)));
    let finite = attrs.finite.is_some();
    quote! {
        __npz::load_under(
            __loader,
            __npz::LoadSettings { shape: #shape, order: #order, finite: #finite, forms: #forms },
            |__loader| #plan,
        )
    }
}

/// `&[None, Some(128)]`
fn shape(field: &Field<'_>) -> TokenStream {
    option(field.attrs.shape.as_ref().map(|attr| {
        let axes = attr.value.iter().map(|&axis| option(axis));
        quote!(&[#(#axes),*])
    }))
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

fn no_forms() -> TokenStream {
    quote!(__npz::Forms::new(__npz::None, __npz::None))
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
