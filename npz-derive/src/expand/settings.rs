//! What a field asks of the members below it: `compression`, `order`, `finite`, `shape`.
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
use crate::attr::{Compression, Order};

/// Wraps the statement that pushes a field, if the field asks for anything.
pub(super) fn save_under(field: &Field<'_>, push: TokenStream) -> TokenStream {
    let attrs = &field.attrs;
    if attrs.compression.is_none() && attrs.order.is_none() && attrs.finite.is_none() {
        return push;
    }
    let compression = option(attrs.compression.as_ref().map(|attr| compression(attr.value)));
    let order = option(attrs.order.as_ref().map(|attr| order(attr.value)));
    let finite = attrs.finite.is_some();
    quote! {
        __npz::save_under(
            __members,
            __npz::SaveSettings { compression: #compression, order: #order, finite: #finite },
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
    if attrs.shape.is_none() && attrs.order.is_none() && attrs.finite.is_none() {
        return plan;
    }
    let shape = option(attrs.shape.as_ref().map(|attr| {
        let axes = attr.value.iter().map(|&axis| option(axis));
        quote!(&[#(#axes),*])
    }));
    let order = option(attrs.order.as_ref().map(|attr| order(attr.value)));
    let finite = attrs.finite.is_some();
    quote! {
        __npz::load_under(
            __loader,
            __npz::LoadSettings { shape: #shape, order: #order, finite: #finite },
            |__loader| #plan,
        )
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
