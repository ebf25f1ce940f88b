//! `transparent`: the one field stands at the struct's own place, and many structs are what many such fields are.
//!
//! ```text
//! #[npz(transparent)]
//! struct Meters(f32);      // `Vec<Meters>` is one array
//!
//! fn to_members(..) { __npz::push_inner::<f32>(__members, __name, &self.0)?; }
//! fn refs_to_members(..) { __npz::push_inners(__items, |__item: &Self| &__item.0, ..) }
//! fn plan(..) { __npz::plan_inner(__loader, __name, |__value: f32| __npz::Ok(Self { 0: __value })) }
//! fn plan_many(..) { the same with `plan_inners` }
//! ```
//!
//! With `with` or `json` the field is converted one by one, so many of them are `name.0`, `name.1`, ....

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::from_members::convert;
use super::{finish, reuse, settings, to_members};
use crate::ast::{Container, Data, Field, Fields, generated_at};
use crate::bound;

/// The parts of a transparent struct.
pub(super) struct Inner<'c, 'a> {
    fields: &'c Fields<'a>,
    field: &'c Field<'a>,
}

/// The field that the struct stands for, if it is transparent; that there is just one is checked.
pub(super) fn inner<'c, 'a>(container: &'c Container<'a>) -> Option<Inner<'c, 'a>> {
    container.attrs.transparent.as_ref()?;
    let Data::Struct(fields) = &container.data else { return None };
    fields.stored().next().map(|field| Inner { fields, field })
}

pub(super) fn to_members(container: &Container<'_>, inner: &Inner<'_, '_>) -> TokenStream {
    let ident = &container.original.ident;
    let (impl_generics, ty_generics, _) = container.original.generics.split_for_impl();
    let where_clause = bound::to_members(container);
    let validate = to_members::validate(container);
    let (field, member) = (inner.field, &inner.field.member);
    let push = to_members::push_to(field, "_inner", None, &quote_spanned!(field.span()=> &self.#member));
    let forwarded = convert(field).is_none().then(|| push_many(container, field));
    quote! {
        #[automatically_derived]
        impl #impl_generics __npz::ToMembers for #ident #ty_generics #where_clause {
            fn to_members<'__a>(
                &'__a self,
                __members: &mut __npz::Members<'__a>,
                __name: &__npz::Name,
            ) -> __npz::Result<()> {
                #validate
                #push
                __npz::Ok(())
            }

            #forwarded
        }
    }
}

fn push_many(container: &Container<'_>, field: &Field<'_>) -> TokenStream {
    let (ty, member, span) = (field.ty(), &field.member, field.span());
    let validate = container.attrs.validate.as_ref().map(|validate| {
        let path = &validate.value;
        quote_spanned!(generated_at(path)=> __npz::validate_each(__name, __items, #path)?;)
    });
    let push = quote_spanned!(span=>
        __npz::push_inners::<Self, #ty>(__items, |__item| &__item.#member, __shape, __members, __name)
    );
    quote! {
        const NAMES: &'static __npz::Names = <#ty as __npz::ToMembers>::NAMES;

        fn refs_to_members<'__a>(
            __items: &[&'__a Self],
            __shape: &[__npz::usize],
            __members: &mut __npz::Members<'__a>,
            __name: &__npz::Name,
        ) -> __npz::Result<()> {
            #validate
            #push
        }

        fn inner_separator(__inherited: &'static __npz::str) -> &'static __npz::str {
            <#ty as __npz::ToMembers>::inner_separator(__inherited)
        }

        fn may_be_absent() -> __npz::bool {
            <#ty as __npz::ToMembers>::may_be_absent()
        }
    }
}

pub(super) fn from_members(container: &Container<'_>, inner: &Inner<'_, '_>) -> TokenStream {
    let ident = &container.original.ident;
    let (impl_generics, ty_generics, _) = container.original.generics.split_for_impl();
    let where_clause = bound::from_members(container);
    let (ty, span) = (inner.field.ty(), inner.field.span());
    let wrap = wrap(container, inner);
    let convert = convert(inner.field);
    let plan = if let Some(convert) = &convert {
        quote_spanned!(span=>
            __npz::plan_with::<_, #ty, _>(__loader, __name, &[], #convert).and_then(#wrap)
        )
    } else {
        quote_spanned!(span=> __npz::plan_inner::<#ty, Self>(__loader, __name, #wrap))
    };
    let plan = settings::under_cast(inner.field, plan);
    // Only `validate` asks where the value is.
    let place = container.attrs.validate.as_ref();
    let place = place.map(|_| quote!(let __place = __npz::Clone::clone(__name);));
    let reuse = reuse::expand(container);
    let forwarded = convert.is_none().then(|| plan_many(inner.field, place.as_ref(), &wrap));
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
                #place
                #plan
            }

            #forwarded

            #reuse
        }
    }
}

/// From the field's value to the struct.
fn wrap(container: &Container<'_>, inner: &Inner<'_, '_>) -> TokenStream {
    let (ty, span) = (inner.field.ty(), inner.field.span());
    let values = inner.fields.list.iter().map(|field| {
        let member = &field.member;
        let value = if field.attrs.skip.is_some() { finish::default(field) } else { quote!(__inner) };
        quote!(#member: #value)
    });
    let value = quote!(Self { #(#values),* });
    let value = match &container.attrs.validate {
        None => quote!(__npz::Ok(#value)),
        Some(validate) => {
            let path = &validate.value;
            let validate =
                quote_spanned!(generated_at(path)=> __npz::validate_loaded(&__place, &__value, #path)?;);
            quote!({ let __value: Self = #value; #validate __npz::Ok(__value) })
        }
    };
    quote_spanned!(span=> move |__inner: #ty| #value)
}

fn plan_many(field: &Field<'_>, place: Option<&TokenStream>, wrap: &TokenStream) -> TokenStream {
    let (ty, span) = (field.ty(), field.span());
    let plan = quote_spanned!(span=>
        __npz::plan_inners::<#ty, Self>(__loader, __name, __dims, #wrap)
    );
    let plan = settings::under_cast(field, plan);
    quote! {
        fn plan_many<'__s>(
            __loader: &mut __npz::Loader<'__s>,
            __name: &__npz::Name,
            __dims: &[__npz::Option<__npz::usize>],
        ) -> __npz::Plan<'__s, __npz::Vec<Self>>
        where
            Self: '__s,
        {
            #place
            #plan
        }

        fn are_present(__loader: &__npz::Loader<'_>, __name: &__npz::Name) -> __npz::bool {
            <#ty as __npz::FromMembers>::are_present(__loader, __name)
        }

        fn is_single() -> __npz::bool {
            <#ty as __npz::FromMembers>::is_single()
        }

        fn are_single() -> __npz::bool {
            <#ty as __npz::FromMembers>::are_single()
        }

        fn inner_separator(__inherited: &'static __npz::str) -> &'static __npz::str {
            <#ty as __npz::FromMembers>::inner_separator(__inherited)
        }
    }
}
