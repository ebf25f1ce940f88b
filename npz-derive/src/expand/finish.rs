//! The end of a load: from finished plans to the value.
//!
//! ```text
//! let mut __failed = __npz::None;
//! let __value0 = __npz::finish(__plan0, &mut __failed);         // an `Option`: `None` after an error
//! let __value1 = __npz::finish_or_else(__plan1, &mut __failed, || <u64 as __npz::Default>::default());
//! if let (__npz::Some(__value0), __npz::Some(__value1)) = (__value0, __value1) {
//!     __npz::Ok(Self { weights: __value0, epoch: __value1 })
//! } else {
//!     __npz::failed(__failed)
//! }
//! ```
//!
//! No `?`: why is told where `__npz::finish` is.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Type;

use crate::ast::{Field, Fields, generated_at};
use crate::attr::{Attr, DefaultFrom};

/// `Self { weights: .., epoch: .. }`; `constructor` is `Self` or `Self::Variant`.
pub(super) fn anew(constructor: &TokenStream, fields: &Fields<'_>) -> TokenStream {
    let loaded: Vec<_> = fields.loaded().collect();
    let values = fields.list.iter().map(|field| {
        let (member, value) = (&field.member, &field.value);
        let value = if field.attrs.is_never_loaded() { default(field) } else { quote!(#value) };
        quote!(#member: #value)
    });
    let whole = quote!(__npz::Ok(#constructor { #(#values),* }));
    if loaded.is_empty() {
        return whole;
    }
    let finished = loaded.iter().map(|field| {
        let (plan, value) = (&field.plan, &field.value);
        if field.attrs.is_optional() {
            let default = default(field);
            quote!(let #value = __npz::finish_or_else(#plan, &mut __failed, || #default);)
        } else {
            quote!(let #value = __npz::finish(#plan, &mut __failed);)
        }
    });
    let names: Vec<_> = loaded.iter().map(|field| &field.value).collect();
    quote! {
        let mut __failed = __npz::None;
        #(#finished)*
        if let (#(__npz::Some(#names),)*) = (#(#names,)*) {
            #whole
        } else {
            __npz::failed(__failed)
        }
    }
}

/// Container `default`: what is absent keeps the value that it has there.
///
/// Fields are assigned, not moved out of the default into a new struct, so that a struct with `Drop` works.
///
/// ```text
/// let mut __failed = __npz::None;
/// let mut __value: Self = <Self as __npz::Default>::default();
/// if let __npz::Some(__plan) = __plan0 {
///     __npz::finish_over(__plan, &mut __failed, &mut __value.weights);
/// }
/// __npz::finished(__value, __failed)
/// ```
pub(super) fn over_default(fields: &Fields<'_>, whole: &Attr<DefaultFrom>) -> TokenStream {
    let assignments = fields.list.iter().filter_map(|field| {
        let (member, plan) = (&field.member, &field.plan);
        // The field's own `default` goes before the container's.
        let own = field.attrs.default.as_ref().map(|_| default(field));
        let assign_own = own.map(|own| quote!(__value.#member = #own;));
        if field.attrs.is_never_loaded() {
            return assign_own;
        }
        let finish = quote!(__npz::finish_over(__plan, &mut __failed, &mut __value.#member););
        let or_own = assign_own.map(|assign| quote!(else { #assign }));
        Some(quote!(if let __npz::Some(__plan) = #plan { #finish } #or_own))
    });
    let assignments: Vec<_> = assignments.collect();
    let span = generated_at(whole);
    let whole = match &whole.value {
        DefaultFrom::Trait => quote_spanned!(span=> <Self as __npz::Default>::default()),
        DefaultFrom::Function(path) => quote_spanned!(span=> #path()),
    };
    let mutable = (!assignments.is_empty()).then(|| quote!(mut));
    let failed_mutable = fields.loaded().next().map(|_| quote!(mut));
    quote! {
        let #failed_mutable __failed = __npz::None;
        let #mutable __value: Self = #whole;
        #(#assignments)*
        __npz::finished(__value, __failed)
    }
}

/// The value of an absent field.
pub(super) fn default(field: &Field<'_>) -> TokenStream {
    default_of(field.ty(), field.attrs.default.as_ref())
}

/// The value that a field of a type has where the file has none.
pub(crate) fn default_of(ty: &Type, default: Option<&Attr<DefaultFrom>>) -> TokenStream {
    match default.map(|default| &default.value) {
        // A variable of the field's type: another type is underlined at the path, with what was expected.
        Some(DefaultFrom::Function(path)) => {
            quote_spanned!(generated_at(path)=> { let __default: #ty = #path(); __default })
        }
        Some(DefaultFrom::Trait) | None => {
            quote_spanned!(generated_at(ty)=> <#ty as __npz::Default>::default())
        }
    }
}
