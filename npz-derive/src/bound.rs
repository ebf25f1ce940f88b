//! Where clauses: what the field types must implement for the struct to implement a trait.
//!
//! ```text
//! struct Checkpoint<'a, T> where T: Copy { weights: Array2<T>, name: Cow<'a, str>, epoch: u64 }
//!
//! impl<'a, T> ToMembers for Checkpoint<'a, T> where T: Copy, Array2<T>: ToMembers
//! impl<'a, T> FromMembers for Checkpoint<'a, T>
//! where T: Copy, Array2<T>: FromMembers, for<'__0> Cow<'__0, str>: FromMembers
//! ```
//!
//! - A type with a type parameter gets a bound: whether it holds is known only where the parameter is.
//! - A type with only lifetimes (`ArrayView2<'a, f32>`) is fully known. For saving it needs no bound, so a
//!   missing impl is an error at the field. For loading it gets one: a struct of views then simply does
//!   not load. The bound is over every lifetime (`for<'__0>`): rustc matches bounds before it looks at
//!   lifetimes, and finds `Cow<'a, str>: FromMembers` beside `Cow<'b, str>: FromMembers` ambiguous.
//! - All other types are left to the compiler.

use std::collections::HashSet;

use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::visit::{self, Visit};
use syn::{DeriveInput, Generics, Lifetime, Macro, Path, Type, WhereClause};

use crate::ast::{Container, Field};
use crate::attr::DefaultFrom;

/// The where clause of `impl ToMembers` and `impl Npz`.
pub(crate) fn to_members(container: &Container<'_>) -> WhereClause {
    let mut bounds = Bounds::new(container);
    for field in container.fields().filter(|field| !field.attrs.is_never_saved()) {
        bounds.require_to_save(field);
    }
    bounds.finish()
}

/// The where clause of `impl FromMembers`.
pub(crate) fn from_members(container: &Container<'_>) -> WhereClause {
    let mut bounds = Bounds::new(container);
    let from_container = container.attrs.default.is_some();
    for field in container.fields() {
        let attrs = &field.attrs;
        if attrs.skip_load.is_some() {
            // What saves it knows which members are its own, to pass over them.
            bounds.require_to_save(field);
        } else if attrs.skip.is_none() && attrs.with.is_none() {
            bounds.require(field, &bound_of(field, "FromMembers"));
        }
        let needs_default = match &attrs.default {
            Some(default) => matches!(default.value, DefaultFrom::Trait),
            None => (attrs.is_never_loaded() || attrs.is_optional()) && !from_container,
        };
        if needs_default {
            bounds.require_default(field);
        }
    }
    if let Some(default) = &container.attrs.default
        && matches!(default.value, DefaultFrom::Trait)
    {
        bounds.require_default_of_self();
    }
    bounds.finish()
}

/// What a field's type must implement: serde's traits for `json`, else one of ours.
fn bound_of(field: &Field<'_>, ours: &str) -> TokenStream {
    let bound = Ident::new(if field.attrs.json.is_some() { "Json" } else { ours }, Span::call_site());
    quote!(__npz::#bound)
}

/// Collects bounds in first-seen order, each once.
struct Bounds<'a> {
    container: &'a Container<'a>,
    inferred: Vec<TokenStream>,
    seen: HashSet<String>,
}

/// What of the container a field's type mentions.
#[derive(Default)]
pub(crate) struct Mentions<'a> {
    pub(crate) parameters: Vec<&'a Ident>,
    lifetime: bool,
    /// The container itself, as in `Option<Box<Self>>`: a bound on it would go round in circles.
    pub(crate) itself: bool,
}

pub(crate) fn mentions<'a>(container: &Container<'a>, field: &Field<'_>) -> Mentions<'a> {
    mentions_in(container.original, field.ty())
}

pub(crate) fn mentions_in<'a>(original: &'a DeriveInput, ty: &Type) -> Mentions<'a> {
    let mut finder =
        Finder { container: &original.ident, generics: &original.generics, found: Mentions::default() };
    finder.visit_type(ty);
    finder.found
}

impl<'a> Bounds<'a> {
    fn new(container: &'a Container<'a>) -> Self {
        Self { container, inferred: Vec::new(), seen: HashSet::new() }
    }

    /// `FieldType: ToMembers`, only where a type parameter decides it.
    fn require_to_save(&mut self, field: &Field<'_>) {
        if field.attrs.with.is_none() && !mentions(self.container, field).parameters.is_empty() {
            self.require(field, &bound_of(field, "ToMembers"));
        }
    }

    /// `FieldType: Trait`, if the type depends on the container's parameters; where the type leads back to
    /// the container, only on those parameters.
    fn require(&mut self, field: &Field<'_>, bound: &TokenStream) {
        let mentions = mentions(self.container, field);
        if mentions.itself {
            let span = field.span();
            for parameter in mentions.parameters {
                self.add(quote_spanned!(span=> #parameter: #bound));
            }
        } else {
            self.require_of_type(field, &mentions, bound);
        }
    }

    fn require_of_type(&mut self, field: &Field<'_>, mentions: &Mentions<'_>, bound: &TokenStream) {
        let (ty, span) = (field.ty(), field.span());
        if !mentions.parameters.is_empty() {
            self.add(quote_spanned!(span=> #ty: #bound));
        } else if mentions.lifetime {
            let mut renamed = Vec::new();
            let ty = rename_lifetimes(ty.to_token_stream(), &self.container.original.generics, &mut renamed);
            let lifetimes = (0..renamed.len()).map(|i| Lifetime::new(&format!("'__{i}"), Span::call_site()));
            self.add(quote_spanned!(span=> for<#(#lifetimes),*> #ty: #bound));
        }
    }

    /// `FieldType: Default`. No circle here: nothing of this derive implements `Default`.
    fn require_default(&mut self, field: &Field<'_>) {
        let mentions = mentions(self.container, field);
        self.require_of_type(field, &mentions, &quote!(__npz::Default));
    }

    /// `Self: Default`, which is known without a bound unless there are parameters.
    fn require_default_of_self(&mut self) {
        if !self.container.original.generics.params.is_empty() {
            self.add(quote!(Self: __npz::Default));
        }
    }

    fn add(&mut self, predicate: TokenStream) {
        if self.seen.insert(predicate.to_string()) {
            self.inferred.push(predicate);
        }
    }

    /// The user's own where clause comes first; `bound = ".."` takes the place of what was inferred.
    fn finish(self) -> WhereClause {
        let original = self.container.original.generics.where_clause.as_ref();
        let own = original.into_iter().flat_map(|clause| &clause.predicates).map(ToTokens::to_token_stream);
        let added: Vec<_> = match &self.container.attrs.bound {
            Some(bound) => bound.value.iter().map(ToTokens::to_token_stream).collect(),
            None => self.inferred,
        };
        let predicates = own.chain(added);
        syn::parse_quote!(where #(#predicates),*)
    }
}

/// Looks for the container and its parameters in a type.
struct Finder<'a> {
    container: &'a Ident,
    generics: &'a Generics,
    found: Mentions<'a>,
}

impl Finder<'_> {
    fn see_ident(&mut self, ident: &Ident) {
        let itself = ident == "Self";
        self.found.itself |= itself || ident == self.container;
        let parameters = self.generics.type_params().map(|parameter| &parameter.ident);
        self.found.parameters.extend(parameters.filter(|parameter| itself || *parameter == ident));
    }

    /// The arguments of a macro in type position: no syntax is known, so each token counts.
    fn see_tokens(&mut self, tokens: TokenStream) {
        let mut after_quote = false;
        for token in tokens {
            match &token {
                TokenTree::Group(group) => self.see_tokens(group.stream()),
                TokenTree::Ident(ident) if after_quote => {
                    self.found.lifetime |= is_parameter(self.generics, ident);
                }
                TokenTree::Ident(ident) => self.see_ident(ident),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            after_quote = is_quote(&token);
        }
    }
}

impl Visit<'_> for Finder<'_> {
    fn visit_path(&mut self, path: &Path) {
        match path.segments.first() {
            // `module::Tree`, `::krate::Tree`: only the container itself can be meant, never a parameter.
            Some(first) if path.leading_colon.is_none() => self.see_ident(&first.ident),
            _ => {}
        }
        self.found.itself |= path.segments.iter().any(|segment| segment.ident == *self.container);
        visit::visit_path(self, path);
    }

    fn visit_lifetime(&mut self, lifetime: &Lifetime) {
        self.found.lifetime |= is_parameter(self.generics, &lifetime.ident);
    }

    fn visit_macro(&mut self, item: &Macro) {
        self.see_tokens(item.tokens.clone());
    }
}

fn is_parameter(generics: &Generics, lifetime: &Ident) -> bool {
    generics.lifetimes().any(|parameter| parameter.lifetime.ident == *lifetime)
}

fn is_quote(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '\'')
}

/// Renames the container's lifetimes to `'__0`, `'__1`, .. in order of appearance, so that types that differ
/// only in lifetimes become one bound. `renamed` keeps the old names.
fn rename_lifetimes(tokens: TokenStream, generics: &Generics, renamed: &mut Vec<Ident>) -> TokenStream {
    let mut after_quote = false;
    let rename = |token: TokenTree| {
        let is_lifetime = std::mem::replace(&mut after_quote, is_quote(&token));
        match token {
            TokenTree::Group(group) => {
                let inner = rename_lifetimes(group.stream(), generics, renamed);
                let mut new = Group::new(group.delimiter(), inner);
                new.set_span(group.span());
                TokenTree::Group(new)
            }
            TokenTree::Ident(ident) if is_lifetime && is_parameter(generics, &ident) => {
                let known = renamed.iter().position(|other| *other == ident);
                let number = known.unwrap_or_else(|| {
                    renamed.push(ident.clone());
                    renamed.len() - 1
                });
                TokenTree::Ident(Ident::new(&format!("__{number}"), ident.span()))
            }
            other => other,
        }
    };
    tokens.into_iter().map(rename).collect()
}
