//! From the checked model to the impls.
//!
//! ```text
//! #[derive(NpyRecord, Clone)]
//! struct Particle { id: u32, pos: [f64; 3] }
//!
//! impl __npz::NpyRecord for Particle {
//!     fn layout() -> __npz::Layout {
//!         let __layout = __npz::Layout::new(false);
//!         let __layout = <u32 as __npz::RowField>::lay_out(__layout, "id", __npz::None);
//!         ..
//!     }
//!     fn each_field(__rows: &[Self], __visitor: &mut impl __npz::EachField) { .. }
//!     fn plan_rows(__plan: &mut __npz::RecordPlan<'_>) -> __npz::ConvertRows<Self> {
//!         let mut __column0 = <u32 as __npz::RowField>::column(__plan, &["id"], __npz::None);
//!         ..
//!         __npz::Box::new(move |__rows, __out| {
//!             <u32 as __npz::RowField>::read(&mut __column0, __rows)?;
//!             ..
//!             __npz::extend(__out, __rows, |__row| Self { id: <u32 as __npz::RowField>::get(&__column0, __row), .. });
//!             __npz::Ok(())
//!         })
//!     }
//! }
//! impl __npz::Element for Particle { .. }          // these forward to the library
//! impl __npz::ToMembers for Particle { .. }
//! impl __npz::FromMembers for Particle { .. }
//! ```

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{WhereClause, parse_quote};

use super::ast::{Field, Record};
use crate::attr::{Attr, DefaultFrom};
use crate::bound::mentions_in;
use crate::expand::{allowed_by, behind_door, default_of, option};

pub(super) fn expand(record: &Record<'_>) -> TokenStream {
    let impls = [sizes(record), npy_record(record), element(record), members(record)];
    in_const(record, &quote!(#(#impls)*))
}

fn in_const(record: &Record<'_>, impls: &TokenStream) -> TokenStream {
    let fields = record.fields.iter().flat_map(|field| &field.original.attrs);
    let allowed = allowed_by(record.original.attrs.iter().chain(fields));
    behind_door(record.attrs.krate.as_ref(), &allowed, impls)
}

/// The user's where clause, and what was found or asked for.
fn bounds(record: &Record<'_>) -> WhereClause {
    let own = record.original.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let added = match &record.attrs.bound {
        Some(bound) => bound.value.iter().map(ToTokens::to_token_stream).collect(),
        None => inferred(record),
    };
    let predicates = own.map(ToTokens::to_token_stream).chain(added);
    parse_quote!(where #(#predicates),*)
}

/// What makes a row of fields whose types are parameters: all that a cell has to be.
fn inferred(record: &Record<'_>) -> Vec<TokenStream> {
    let mut added: Vec<TokenStream> = Vec::new();
    let mut add = |predicate: TokenStream| {
        if !added.iter().any(|known| known.to_string() == predicate.to_string()) {
            added.push(predicate);
        }
    };
    for field in &record.fields {
        let (ty, span) = (field.ty(), field.span());
        if !mentions_in(record.original, ty).parameters.is_empty() {
            if field.attrs.skip.is_none() {
                add(quote_spanned!(span=> #ty: __npz::RecordField));
            }
            let is_function =
                matches!(&field.attrs.default, Some(Attr { value: DefaultFrom::Function(_), .. }));
            if !is_function && (field.attrs.skip.is_some() || field.attrs.default.is_some()) {
                add(quote_spanned!(span=> #ty: __npz::Default));
            }
        }
    }
    if record.original.generics.type_params().next().is_some() {
        add(quote!(Self: __npz::Clone + __npz::Send + __npz::Sync + 'static));
    }
    added
}

/// Text of no fixed size that the type's name did not tell: found while the constant is made. Of a struct with
/// parameters, only where it is used.
fn sizes(record: &Record<'_>) -> TokenStream {
    if !record.original.generics.params.is_empty() {
        return TokenStream::new();
    }
    let checks = record.stored().map(|field| {
        let (ty, span) = (field.ty(), field.span());
        quote_spanned!(span=> const _: () = <#ty as __npz::RowField>::CHECK;)
    });
    quote!(#(#checks)*)
}

fn npy_record(record: &Record<'_>) -> TokenStream {
    let ident = &record.original.ident;
    let (impl_generics, ty_generics, _) = record.original.generics.split_for_impl();
    let where_clause = bounds(record);
    let name = ident.to_string();
    let name = name.strip_prefix("r#").unwrap_or(&name);
    let is_aligned = record.attrs.align.is_some();
    let layout = record.stored().map(|field| {
        let (ty, span) = (field.ty(), field.span());
        let name = field.names.first().map(|name| &name.value);
        let title = option(field.attrs.title.as_ref().map(|title| &title.value));
        let place = field.attrs.offset.as_ref().map(|offset| {
            let offset = offset.value;
            quote_spanned!(span=> let __layout = __layout.at(#offset);)
        });
        quote_spanned!(span=> #place let __layout = <#ty as __npz::RowField>::lay_out(__layout, #name, #title);)
    });
    let end = record.attrs.itemsize.as_ref().map(|size| {
        let size = size.value;
        quote!(let __layout = __layout.sized(#size);)
    });
    let visits = record.stored().map(|field| {
        let (ty, span, member) = (field.ty(), field.span(), &field.member);
        quote_spanned!(span=>
            <#ty as __npz::RowField>::visit(__visitor, __rows, |__row| &__row.#member);
        )
    });
    let allow_unknown = record.attrs.allow_unknown.as_ref().map(|_| quote!(__plan.allow_unknown();));
    let columns = record.stored().map(|field| {
        let (ty, span, column) = (field.ty(), field.span(), &field.column);
        let names = field.names.iter().map(|name| &name.value);
        let cast = option(field.attrs.cast.as_ref().map(|cast| cast.value));
        let may_be_absent = field.attrs.default.is_some();
        quote_spanned!(span=>
            let mut #column = <#ty as __npz::RowField>::column(__plan, &[#(#names),*], #cast, #may_be_absent);
        )
    });
    let reads = record.stored().map(|field| {
        let (ty, span, column) = (field.ty(), field.span(), &field.column);
        quote_spanned!(span=> <#ty as __npz::RowField>::read(&mut #column, __rows)?;)
    });
    let values = record.fields.iter().map(value);
    quote! {
        #[automatically_derived]
        impl #impl_generics __npz::NpyRecord for #ident #ty_generics #where_clause {
            const NAME: &'static __npz::str = #name;

            fn layout() -> __npz::Layout {
                let __layout = __npz::Layout::new(#is_aligned);
                #(#layout)*
                #end
                __layout
            }

            fn each_field(__rows: &[Self], __visitor: &mut impl __npz::EachField) {
                #(#visits)*
            }

            fn plan_rows(__plan: &mut __npz::RecordPlan<'_>) -> __npz::ConvertRows<Self> {
                #allow_unknown
                #(#columns)*
                __npz::Box::new(move |__rows, __out| {
                    #(#reads)*
                    __npz::extend(__out, __rows, |__row| Self { #(#values),* });
                    __npz::Ok(())
                })
            }
        }
    }
}

fn value(field: &Field<'_>) -> TokenStream {
    let (ty, member, column, span) = (field.ty(), &field.member, &field.column, field.span());
    let get = quote_spanned!(span=> <#ty as __npz::RowField>::get(&#column, __row));
    let default = default_of(ty, field.attrs.default.as_ref());
    match (&field.attrs.skip, &field.attrs.default) {
        (Some(_), _) => quote_spanned!(span=> #member: #default),
        (None, None) => quote_spanned!(span=> #member: #get),
        (None, Some(_)) => quote_spanned!(span=>
            #member: if <#ty as __npz::RowField>::is_absent(&#column) { #default } else { #get }
        ),
    }
}

fn element(record: &Record<'_>) -> TokenStream {
    let ident = &record.original.ident;
    let (impl_generics, ty_generics, _) = record.original.generics.split_for_impl();
    let where_clause = bounds(record);
    let (encode, decoder, view) = if let Some(pod) = &record.attrs.pod {
        let span = crate::ast::generated_at(pod);
        let members = record.stored().map(|field| &field.member);
        let offsets = quote!(&[#(__npz::offset_of!(Self, #members)),*]);
        (
            quote_spanned!(span=> <Self as __npz::PodRow>::encode_pod(__cells, __dtype, #offsets)),
            quote_spanned!(span=> <Self as __npz::PodRow>::decoder_of_pod(__stored, __rule, #offsets)),
            quote_spanned!(span=> <Self as __npz::PodRow>::view_pod(__bytes, __stored, #offsets)),
        )
    } else {
        (
            quote!(__npz::encode::<Self>(__cells, __dtype)),
            quote!(__npz::decoder::<Self>(__stored, __rule)),
            quote!(__npz::cannot_view()),
        )
    };
    let (bytes, stored) = match record.attrs.pod {
        Some(_) => (quote!(__bytes), quote!(__stored)),
        None => (quote!(_), quote!(_)),
    };
    quote! {
        #[automatically_derived]
        impl #impl_generics __npz::Sealed for #ident #ty_generics #where_clause {}

        #[automatically_derived]
        impl #impl_generics __npz::Element for #ident #ty_generics #where_clause {
            const KIND: __npz::DTypeKind = __npz::DTypeKind::Void;

            fn dtype_of(_: &__npz::ArrayViewD<'_, Self>) -> __npz::Result<__npz::DType> {
                <Self as __npz::NpyRecord>::record_dtype()
            }

            fn alignment() -> __npz::usize {
                <Self as __npz::NpyRecord>::layout().alignment()
            }

            fn encode<'__c>(
                __cells: &'__c [Self],
                __dtype: &__npz::DType,
            ) -> __npz::Result<__npz::Cow<'__c, [__npz::u8]>> {
                #encode
            }

            fn decoder(
                __stored: &__npz::DType,
                __rule: __npz::Rule,
            ) -> __npz::Result<__npz::Decoder<Self>, __npz::Refusal> {
                #decoder
            }

            fn wanted() -> __npz::Wanted {
                __npz::wanted::<Self>()
            }

            fn rust_name() -> __npz::Cow<'static, __npz::str> {
                __npz::Cow::Borrowed(<Self as __npz::NpyRecord>::NAME)
            }

            fn first_not_finite(__cells: &__npz::ArrayViewD<'_, Self>) -> __npz::Option<__npz::usize> {
                __npz::first_not_finite::<Self>(__cells)
            }

            fn view<'__c>(
                #bytes: &'__c [__npz::u8],
                #stored: &__npz::DType,
            ) -> __npz::Result<&'__c [Self], &'static __npz::str> {
                #view
            }
        }
    }
}

fn members(record: &Record<'_>) -> TokenStream {
    let ident = &record.original.ident;
    let (impl_generics, ty_generics, _) = record.original.generics.split_for_impl();
    let where_clause = bounds(record);
    quote! {
        #[automatically_derived]
        impl #impl_generics __npz::ToMembers for #ident #ty_generics #where_clause {
            fn to_members<'__a>(
                &'__a self,
                __members: &mut __npz::Members<'__a>,
                __name: &__npz::Name,
            ) -> __npz::Result<()> {
                __npz::push_row(self, __members, __name)
            }

            fn slice_to_members<'__a>(
                __items: &'__a [Self],
                __shape: &[__npz::usize],
                __members: &mut __npz::Members<'__a>,
                __name: &__npz::Name,
            ) -> __npz::Result<()> {
                __npz::push_rows(__items, __shape, __members, __name)
            }

            fn refs_to_members<'__a>(
                __items: &[&'__a Self],
                __shape: &[__npz::usize],
                __members: &mut __npz::Members<'__a>,
                __name: &__npz::Name,
            ) -> __npz::Result<()> {
                __npz::push_row_refs(__items, __shape, __members, __name)
            }
        }

        #[automatically_derived]
        impl #impl_generics __npz::FromMembers for #ident #ty_generics #where_clause {
            fn plan<'__s>(__loader: &mut __npz::Loader<'__s>, __name: &__npz::Name) -> __npz::Plan<'__s, Self>
            where
                Self: '__s,
            {
                __npz::plan_row(__loader, __name)
            }

            fn plan_many<'__s>(
                __loader: &mut __npz::Loader<'__s>,
                __name: &__npz::Name,
                __dims: &[__npz::Option<__npz::usize>],
            ) -> __npz::Plan<'__s, __npz::Vec<Self>>
            where
                Self: '__s,
            {
                __npz::plan_rows(__loader, __name, __dims)
            }

            fn is_single() -> __npz::bool {
                true
            }

            fn are_single() -> __npz::bool {
                true
            }

            fn give_memory_of_all<__Used>(__items: &mut __npz::Vec<Self>, __spares: &mut __npz::Spares) {
                __npz::donate_rows(__items, __spares);
            }
        }
    }
}

/// What stands beside the errors: impls that do nothing, so that one mistake stays one error.
pub(super) fn fallback(record: &Record<'_>) -> TokenStream {
    let ident = &record.original.ident;
    let (impl_generics, ty_generics, _) = record.original.generics.split_for_impl();
    let where_clause = bounds(record);
    // A struct that borrows is no cell whatever is written here.
    if record.original.generics.lifetimes().next().is_some() {
        return TokenStream::new();
    }
    let members = members(record);
    in_const(
        record,
        &quote! {
            #[automatically_derived]
            impl #impl_generics __npz::NpyRecord for #ident #ty_generics #where_clause {
                const NAME: &'static __npz::str = "";
                fn layout() -> __npz::Layout {
                    loop {}
                }
                fn each_field(_: &[Self], _: &mut impl __npz::EachField) {}
                fn plan_rows(_: &mut __npz::RecordPlan<'_>) -> __npz::ConvertRows<Self> {
                    loop {}
                }
            }

            #[automatically_derived]
            impl #impl_generics __npz::Sealed for #ident #ty_generics #where_clause {}

            #[automatically_derived]
            impl #impl_generics __npz::Element for #ident #ty_generics #where_clause {
                const KIND: __npz::DTypeKind = __npz::DTypeKind::Void;
                fn dtype_of(_: &__npz::ArrayViewD<'_, Self>) -> __npz::Result<__npz::DType> {
                    loop {}
                }
                fn encode<'__c>(
                    _: &'__c [Self],
                    _: &__npz::DType,
                ) -> __npz::Result<__npz::Cow<'__c, [__npz::u8]>> {
                    loop {}
                }
                fn decoder(
                    _: &__npz::DType,
                    _: __npz::Rule,
                ) -> __npz::Result<__npz::Decoder<Self>, __npz::Refusal> {
                    loop {}
                }
                fn wanted() -> __npz::Wanted {
                    loop {}
                }
                fn rust_name() -> __npz::Cow<'static, __npz::str> {
                    loop {}
                }
            }

            #members
        },
    )
}
