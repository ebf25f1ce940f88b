//! The struct as the later stages see it: plain data, borrowed from syn, attributes already parsed.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, Index, LitStr, Member, Type};

use crate::attr::{ContainerAttrs, FieldAttrs};
use crate::ctxt::Ctxt;

/// A struct that derives `Npz`.
pub(crate) struct Container<'a> {
    pub(crate) original: &'a DeriveInput,
    pub(crate) attrs: ContainerAttrs,
    pub(crate) style: Style,
    pub(crate) fields: Vec<Field<'a>>,
}

/// How the fields are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Named,
    Tuple,
    Unit,
}

/// One field.
pub(crate) struct Field<'a> {
    pub(crate) original: &'a syn::Field,
    pub(crate) attrs: FieldAttrs,
    /// `weights` or `0`, as in `self.weights`, `self.0`.
    pub(crate) member: Member,
    /// Where its plan is kept in generated code. Numbered, since `__` and the field's name could make a name
    /// that is taken or that a lint dislikes.
    pub(crate) plan: Ident,
    /// The name of its member, then those that are accepted on load too; empty for `flatten`.
    pub(crate) names: Vec<Name>,
}

/// The name of a member and the tokens that gave it.
pub(crate) struct Name {
    pub(crate) value: String,
    pub(crate) tokens: TokenStream,
}

impl<'a> Container<'a> {
    pub(crate) fn from_syn(ctxt: &Ctxt, original: &'a DeriveInput) -> Self {
        let attrs = ContainerAttrs::parse(ctxt, &original.attrs);
        let fields = match &original.data {
            Data::Struct(data) => &data.fields,
            Data::Enum(data) => {
                let message = "enums are not supported yet by this version: derive `Npz` for a struct, and \
                               store a number or a string for the enum, for example through `with`";
                ctxt.error(data.enum_token, message);
                &Fields::Unit
            }
            Data::Union(data) => {
                let message = "unions are not supported: nobody knows which field holds the value; \
                               derive `Npz` for a struct";
                ctxt.error(data.union_token, message);
                &Fields::Unit
            }
        };
        let style = match fields {
            Fields::Named(_) => Style::Named,
            Fields::Unnamed(_) => Style::Tuple,
            Fields::Unit => Style::Unit,
        };
        let fields =
            fields.iter().enumerate().map(|(i, field)| Field::from_syn(ctxt, i, field, &attrs)).collect();
        Self { original, attrs, style, fields }
    }

    /// The fields that have members.
    pub(crate) fn stored(&self) -> impl Iterator<Item = &Field<'a>> {
        self.fields.iter().filter(|field| field.attrs.skip.is_none())
    }
}

impl<'a> Field<'a> {
    fn from_syn(ctxt: &Ctxt, position: usize, original: &'a syn::Field, container: &ContainerAttrs) -> Self {
        let attrs = FieldAttrs::parse(ctxt, &original.attrs);
        let (member, own_name) = if let Some(ident) = &original.ident {
            let name = ident.unraw().to_string();
            let case = container.rename_all.as_ref();
            (Member::Named(ident.clone()), case.map_or(name.clone(), |case| case.value.apply(&name)))
        } else {
            let index = Index { index: position as u32, span: original.ty.span() };
            (Member::Unnamed(index), position.to_string())
        };
        let mut names = Vec::new();
        if attrs.flatten.is_none() {
            names.push(match &attrs.rename {
                Some(rename) => Name::from_literal(&rename.value),
                None => Name { value: own_name, tokens: member_tokens(original) },
            });
            names.extend(attrs.aliases.iter().map(|alias| Name::from_literal(&alias.value)));
        }
        Self { original, attrs, member, plan: format_ident!("__plan{position}"), names }
    }

    pub(crate) fn ty(&self) -> &'a Type {
        &self.original.ty
    }

    /// Where the compiler should point when something does not fit: at the `with`, or at the field's type.
    pub(crate) fn span(&self) -> Span {
        match &self.attrs.with {
            Some(with) => generated_at(&with.value),
            None => generated_at(self.ty()),
        }
    }
}

/// The place of the user's tokens, but marked as generated: the lints of the user's crate pass over it.
pub(crate) fn generated_at(tokens: &impl Spanned) -> Span {
    Span::call_site().located_at(tokens.span())
}

impl Name {
    fn from_literal(literal: &LitStr) -> Self {
        Self { value: literal.value(), tokens: literal.to_token_stream() }
    }
}

/// The field's name, or its type where it has none.
fn member_tokens(field: &syn::Field) -> TokenStream {
    field.ident.as_ref().map_or_else(|| field.ty.to_token_stream(), ToTokens::to_token_stream)
}
