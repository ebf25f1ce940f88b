//! The struct or enum as the later stages see it: plain data, borrowed from syn, attributes already parsed.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{DeriveInput, Index, LitStr, Member, Type};

use crate::attr::{Attr, ContainerAttrs, FieldAttrs, VariantAttrs};
use crate::case::Case;
use crate::ctxt::Ctxt;

/// A struct or enum that derives `Npz`.
pub(crate) struct Container<'a> {
    pub(crate) original: &'a DeriveInput,
    pub(crate) attrs: ContainerAttrs,
    pub(crate) data: Data<'a>,
}

/// What it is made of.
pub(crate) enum Data<'a> {
    Struct(Fields<'a>),
    Enum(Vec<Variant<'a>>),
}

/// A list of fields: those of a struct, or of one variant.
pub(crate) struct Fields<'a> {
    pub(crate) style: Style,
    pub(crate) list: Vec<Field<'a>>,
}

/// How the fields are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Named,
    Tuple,
    Unit,
}

/// One variant of an enum.
pub(crate) struct Variant<'a> {
    pub(crate) original: &'a syn::Variant,
    pub(crate) attrs: VariantAttrs,
    pub(crate) fields: Fields<'a>,
    /// The tag that stands for it, then those that are accepted on load too.
    pub(crate) names: Vec<Name>,
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
    /// Where its value is kept while others are made.
    pub(crate) value: Ident,
    /// What a pattern of its variant binds it to.
    pub(crate) binding: Ident,
    /// The name of its member (with `each`, what stands before the index), then those that are accepted on load too; empty
    /// for `flatten`.
    pub(crate) names: Vec<Name>,
}

/// The name of a member or a tag and the tokens that gave it.
pub(crate) struct Name {
    pub(crate) value: String,
    pub(crate) tokens: TokenStream,
}

impl<'a> Container<'a> {
    pub(crate) fn from_syn(ctxt: &Ctxt, original: &'a DeriveInput) -> Self {
        let kind = if matches!(original.data, syn::Data::Enum(_)) { "enum" } else { "struct" };
        let attrs = ContainerAttrs::parse(ctxt, &original.attrs, kind);
        let data = match &original.data {
            syn::Data::Struct(data) => {
                Data::Struct(Fields::from_syn(ctxt, &data.fields, kind, attrs.rename_all.as_ref()))
            }
            syn::Data::Enum(data) => {
                Data::Enum(data.variants.iter().map(|v| Variant::from_syn(ctxt, v, &attrs)).collect())
            }
            syn::Data::Union(data) => {
                let message = "unions are not supported: nobody knows which field holds the value; \
                               derive `Npz` for a struct";
                ctxt.error(data.union_token, message);
                Data::Struct(Fields::from_syn(ctxt, &syn::Fields::Unit, kind, None))
            }
        };
        Self { original, attrs, data }
    }

    /// All fields, of all variants.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &Field<'a>> {
        let (one, many) = match &self.data {
            Data::Struct(fields) => (Some(fields), &[][..]),
            Data::Enum(variants) => (None, &variants[..]),
        };
        one.into_iter().chain(many.iter().map(|variant| &variant.fields)).flat_map(|fields| &fields.list)
    }

    /// The variants of an enum, none of which has fields: then a value is its tag.
    pub(crate) fn choices(&self) -> Option<&[Variant<'a>]> {
        match &self.data {
            Data::Enum(variants) if variants.iter().all(|variant| variant.fields.list.is_empty()) => {
                Some(variants)
            }
            Data::Struct(_) | Data::Enum(_) => None,
        }
    }

    /// What it is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self.data {
            Data::Struct(_) => "struct",
            Data::Enum(_) => "enum",
        }
    }

    /// What an enum's tag is called.
    pub(crate) fn tag(&self) -> String {
        self.attrs.tag.as_ref().map_or_else(|| "tag".to_owned(), |tag| tag.value.value())
    }
}

impl<'a> Fields<'a> {
    fn from_syn(ctxt: &Ctxt, original: &'a syn::Fields, kind: &str, case: Option<&Attr<Case>>) -> Self {
        let style = match original {
            syn::Fields::Named(_) => Style::Named,
            syn::Fields::Unnamed(_) => Style::Tuple,
            syn::Fields::Unit => Style::Unit,
        };
        let list = original.iter().enumerate().map(|(i, field)| {
            let attrs = FieldAttrs::parse(ctxt, &field.attrs, kind);
            Field::from_syn(i, field, attrs, case)
        });
        Self { style, list: list.collect() }
    }

    /// The fields that have members.
    pub(crate) fn stored(&self) -> impl Iterator<Item = &Field<'a>> {
        self.list.iter().filter(|field| field.attrs.skip.is_none())
    }

    /// The fields whose values come from the file.
    pub(crate) fn loaded(&self) -> impl Iterator<Item = &Field<'a>> {
        self.list.iter().filter(|field| !field.attrs.is_never_loaded())
    }

    /// The fields whose values go to the file.
    pub(crate) fn saved(&self) -> impl Iterator<Item = &Field<'a>> {
        self.list.iter().filter(|field| !field.attrs.is_never_saved())
    }
}

impl<'a> Variant<'a> {
    fn from_syn(ctxt: &Ctxt, original: &'a syn::Variant, container: &ContainerAttrs) -> Self {
        let attrs = VariantAttrs::parse(ctxt, &original.attrs);
        let case = attrs.rename_all.as_ref().or(container.rename_all_fields.as_ref());
        let fields = Fields::from_syn(ctxt, &original.fields, "enum", case);
        let own = original.ident.unraw().to_string();
        let mut names = vec![match (&attrs.rename, &container.rename_all) {
            (Some(rename), _) => Name::from_literal(&rename.value),
            (None, case) => Name {
                value: case.as_ref().map_or(own.clone(), |case| case.value.apply_to_variant(&own)),
                tokens: original.ident.to_token_stream(),
            },
        }];
        names.extend(attrs.aliases.iter().map(|alias| Name::from_literal(&alias.value)));
        Self { original, attrs, fields, names }
    }
}

impl<'a> Field<'a> {
    fn from_syn(
        position: usize,
        original: &'a syn::Field,
        attrs: FieldAttrs,
        case: Option<&Attr<Case>>,
    ) -> Self {
        let (member, own_name) = if let Some(ident) = &original.ident {
            let name = ident.unraw().to_string();
            (Member::Named(ident.clone()), case.map_or(name.clone(), |case| case.value.apply(&name)))
        } else {
            let index = Index { index: position as u32, span: original.ty.span() };
            (Member::Unnamed(index), position.to_string())
        };
        let mut names = Vec::new();
        if attrs.flatten.is_none() {
            names.push(match attrs.each.as_ref().or(attrs.rename.as_ref()) {
                Some(name) => Name::from_literal(&name.value),
                None => Name { value: own_name, tokens: member_tokens(original) },
            });
            names.extend(attrs.aliases.iter().map(|alias| Name::from_literal(&alias.value)));
        }
        let [plan, value, binding] =
            ["plan", "value", "field"].map(|what| format_ident!("__{what}{position}"));
        Self { original, attrs, member, plan, value, binding, names }
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
    pub(crate) fn from_literal(literal: &LitStr) -> Self {
        Self { value: literal.value(), tokens: literal.to_token_stream() }
    }
}

/// The field's name, or its type where it has none.
pub(crate) fn member_tokens(field: &syn::Field) -> TokenStream {
    field.ident.as_ref().map_or_else(|| field.ty.to_token_stream(), ToTokens::to_token_stream)
}
