//! The struct of a row as the later stages see it.

use proc_macro2::{Ident, Span};
use quote::format_ident;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{DeriveInput, Index, Member, Type};

use super::attr::{FieldAttrs, RecordAttrs};
use crate::ast::{Name, Style, generated_at, member_tokens};
use crate::ctxt::Ctxt;

/// A struct that derives `NpyRecord`.
pub(super) struct Record<'a> {
    pub(super) original: &'a DeriveInput,
    pub(super) attrs: RecordAttrs,
    pub(super) style: Style,
    pub(super) fields: Vec<Field<'a>>,
}

/// One field.
pub(super) struct Field<'a> {
    pub(super) original: &'a syn::Field,
    pub(super) attrs: FieldAttrs,
    /// `pos` or `0`, as in `row.pos`, `row.0`.
    pub(super) member: Member,
    /// Where its column is kept in generated code.
    pub(super) column: Ident,
    /// Its name in the record, then those that are accepted on load too.
    pub(super) names: Vec<Name>,
}

impl<'a> Record<'a> {
    pub(super) fn from_syn(ctxt: &Ctxt, original: &'a DeriveInput) -> Self {
        let attrs = RecordAttrs::parse(ctxt, &original.attrs);
        let none = &syn::Fields::Unit;
        let fields = match &original.data {
            syn::Data::Struct(data) => &data.fields,
            syn::Data::Enum(data) => {
                let message = "an enum is no row: all rows of an array have the same fields; derive `NpyRecord` for a \
                               struct";
                ctxt.error(data.enum_token, message);
                none
            }
            syn::Data::Union(data) => {
                let message = "unions are not supported: nobody knows which field holds the value; derive \
                               `NpyRecord` for a struct";
                ctxt.error(data.union_token, message);
                none
            }
        };
        let style = match fields {
            syn::Fields::Named(_) => Style::Named,
            syn::Fields::Unnamed(_) => Style::Tuple,
            syn::Fields::Unit => Style::Unit,
        };
        let list = fields.iter().enumerate().map(|(i, field)| Field::from_syn(ctxt, i, field, &attrs));
        let fields = list.collect();
        Self { original, attrs, style, fields }
    }

    /// The fields that rows of a file have.
    pub(super) fn stored(&self) -> impl Iterator<Item = &Field<'a>> {
        self.fields.iter().filter(|field| field.attrs.skip.is_none())
    }
}

impl<'a> Field<'a> {
    fn from_syn(ctxt: &Ctxt, position: usize, original: &'a syn::Field, record: &RecordAttrs) -> Self {
        let attrs = FieldAttrs::parse(ctxt, &original.attrs);
        let (member, own_name) = if let Some(ident) = &original.ident {
            let name = ident.unraw().to_string();
            let case = record.rename_all.as_ref();
            (Member::Named(ident.clone()), case.map_or(name.clone(), |case| case.value.apply(&name)))
        } else {
            // As NumPy calls fields without names.
            let index = Index { index: position as u32, span: original.ty.span() };
            (Member::Unnamed(index), format!("f{position}"))
        };
        let mut names = vec![match &attrs.rename {
            Some(rename) => Name::from_literal(&rename.value),
            None => Name { value: own_name, tokens: member_tokens(original) },
        }];
        names.extend(attrs.aliases.iter().map(|alias| Name::from_literal(&alias.value)));
        Self { original, attrs, member, column: format_ident!("__column{position}"), names }
    }

    pub(super) fn ty(&self) -> &'a Type {
        &self.original.ty
    }

    /// Where the compiler should point when something does not fit.
    pub(super) fn span(&self) -> Span {
        generated_at(self.ty())
    }
}
