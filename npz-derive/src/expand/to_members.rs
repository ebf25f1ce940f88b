//! `impl ToMembers`: pushes the fields in the order of their declaration; of an enum the tag, then the fields of
//! the variant.
//!
//! ```text
//! __npz::push::<Array2<f32>>(__members, __name, "weights", &self.weights)?;
//! __npz::push_owned(__members, __name, "angle", &degrees::to_npz(&self.angle))?;   // with
//! __npz::push_or_mark::<u64>(__members, __name, "epoch", &self.epoch)?;            // default
//! __npz::push_flat::<Inner>(__members, __name, &["weights", "angle", "epoch"], &self.inner)?;   // flatten
//!
//! match self {
//!     Self::Sgd { momentum: __field0, .. } => {
//!         __npz::push_tag(__members, __name, "tag", "Sgd")?;
//!         __npz::push::<f32>(__members, __name, "momentum", __field0)?;
//!     }
//! }
//! ```

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

use super::{before_each, inner_separator, is_optional, known_names, separator, settings, version};
use crate::ast::{Container, Data, Field, Fields, Variant, generated_at};
use crate::bound;

pub(super) fn expand(container: &Container<'_>) -> TokenStream {
    let ident = &container.original.ident;
    let (impl_generics, ty_generics, _) = container.original.generics.split_for_impl();
    let where_clause = bound::to_members(container);
    let separator = separator(container);
    let validate = validate(container);
    let version = version::push(container);
    let pushes = match &container.data {
        Data::Struct(fields) => push_all(container, fields, |field, span| {
            let member = &field.member;
            quote_spanned!(span=> &self.#member)
        }),
        Data::Enum(variants) => {
            let arms = variants.iter().map(|variant| arm(container, variant));
            quote!(match self { #(#arms)* })
        }
    };
    let inner_separator = inner_separator(container);
    let (names, checks) = (known_names::known_names(container), known_names::checks_inside(container));
    quote! {
        #[automatically_derived]
        impl #impl_generics __npz::ToMembers for #ident #ty_generics #where_clause {
            #names

            fn to_members<'__a>(
                &'__a self,
                __members: &mut __npz::Members<'__a>,
                __name: &__npz::Name,
            ) -> __npz::Result<()> {
                #checks
                #validate
                #separator
                #version
                #pushes
                __npz::Ok(())
            }

            #inner_separator
        }
    }
}

/// Before anything is pushed: the last good file survives a value that is refused.
pub(super) fn validate(container: &Container<'_>) -> Option<TokenStream> {
    let path = &container.attrs.validate.as_ref()?.value;
    Some(quote_spanned!(generated_at(path)=> __npz::validate(__name, self, #path)?;))
}

fn arm(container: &Container<'_>, variant: &Variant<'_>) -> TokenStream {
    let ident = &variant.original.ident;
    let (word, tag) = (container.tag(), variant.names.first().map(|name| &name.value));
    let bound = variant.fields.saved().map(|field| {
        let (member, binding) = (&field.member, &field.binding);
        quote!(#member: #binding,)
    });
    let pushes = push_all(container, &variant.fields, |field, span| {
        let binding = Ident::new(&field.binding.to_string(), span);
        quote!(#binding)
    });
    quote! {
        Self::#ident { #(#bound)* .. } => {
            __npz::push_tag(__members, __name, #word, #tag)?;
            #pushes
        }
    }
}

/// `value` gives the reference to a field, for use at a place of the user's.
fn push_all(
    container: &Container<'_>,
    fields: &Fields<'_>,
    value: impl Fn(&Field<'_>, Span) -> TokenStream,
) -> TokenStream {
    fields.saved().map(|field| push(container, fields, field, &value)).collect()
}

fn push(
    container: &Container<'_>,
    fields: &Fields<'_>,
    field: &Field<'_>,
    value: &impl Fn(&Field<'_>, Span) -> TokenStream,
) -> TokenStream {
    // The first name is the field's own; aliases are only read.
    let part = field.names.first().map(|name| name.value.to_token_stream());
    // Which function, and what it wants to know besides: the siblings' names of a flattened field, which are not
    // its to push, or the field's own name.
    let (function, place) = if field.attrs.flatten.is_some() {
        let siblings = known_names::siblings(container, fields);
        ("_flat", Some(quote!(&[#(#siblings),*])))
    } else if is_optional(container, field) {
        ("_or_mark", part)
    } else {
        ("", part)
    };
    let push = push_to(field, function, place.as_ref(), &value(field, field.span()));
    let push = settings::save_under(field, before_each(field, push));
    match &field.attrs.skip_if {
        None => push,
        Some(skip_if) => {
            let path = &skip_if.value;
            let span = generated_at(path);
            let value = value(field, span);
            let skip = quote_spanned!(span=> #path(#value));
            quote!(if !#skip { #push })
        }
    }
}

/// One push: of the field itself, or of what `with` or `json` makes of it. Without a place of its own (`transparent`), to
/// that of the struct.
pub(super) fn push_to(
    field: &Field<'_>,
    function: &str,
    place: Option<&TokenStream>,
    value: &TokenStream,
) -> TokenStream {
    let (ty, span) = (field.ty(), field.span());
    let (push, push_owned) = (format_ident!("push{function}"), format_ident!("push_owned{function}"));
    let comma = place.map(|_| quote!(,));
    if let Some(with) = &field.attrs.with {
        let module = &with.value;
        quote_spanned!(span=> __npz::#push_owned(__members, __name, #place #comma &#module::to_npz(#value))?;)
    } else if field.attrs.json.is_some() {
        let name = place.map_or_else(|| quote!(__name), |place| quote!(&__name.join(#place)));
        quote_spanned!(span=>
            __npz::#push_owned(__members, __name, #place #comma &__npz::to_json::<#ty>(#name, #value)?)?;
        )
    } else {
        quote_spanned!(span=> __npz::#push::<#ty>(__members, __name, #place #comma #value)?;)
    }
}
