//! The tables of known words, one for each attribute (`#[npz(..)]`, `#[npy(..)]`), with the mistakes that a word can make
//! in any of them: unknown, misplaced, or in conflict with another word or with what it stands on. `item` tells those of
//! its value.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::Attribute;

use crate::ctxt::Ctxt;
use crate::item::{Item, items, list, nearest};

/// What a word does to the attributes of its place.
type Set<A> = fn(&mut A, &Ctxt, Item);

/// The same, where the word may stand.
pub(crate) type Apply<A> = Option<Set<A>>;

/// One known word. Where it may stand is told by which of the functions are there.
pub(crate) struct Word<C, V, F> {
    pub(crate) name: &'static str,
    /// How it is written, for messages.
    pub(crate) usage: &'static str,
    pub(crate) container: Apply<C>,
    pub(crate) variant: Apply<V>,
    pub(crate) field: Apply<F>,
}

impl<C, V, F> Word<C, V, F> {
    pub(crate) const fn on_field(
        name: &'static str,
        usage: &'static str,
        apply: fn(&mut F, &Ctxt, Item),
    ) -> Self {
        Self { name, usage, container: None, variant: None, field: Some(apply) }
    }

    pub(crate) const fn on_container(
        name: &'static str,
        usage: &'static str,
        apply: fn(&mut C, &Ctxt, Item),
    ) -> Self {
        Self { name, usage, container: Some(apply), variant: None, field: None }
    }

    pub(crate) const fn and_on_variant(self, apply: fn(&mut V, &Ctxt, Item)) -> Self {
        Self { variant: Some(apply), ..self }
    }
}

/// Words that can't stand where something else is said.
pub(crate) struct Conflict {
    here: Here,
    words: &'static [&'static str],
    /// The word that they contradict, or what is known of the place: "tuple struct".
    with: &'static str,
    /// Why, and what to do about it, behind the word.
    message: &'static str,
}

impl Conflict {
    pub(crate) const fn on_container(
        words: &'static [&'static str],
        with: &'static str,
        message: &'static str,
    ) -> Self {
        Self { here: Here::Container, words, with, message }
    }

    pub(crate) const fn on_variant(
        words: &'static [&'static str],
        with: &'static str,
        message: &'static str,
    ) -> Self {
        Self { here: Here::Variant, words, with, message }
    }

    pub(crate) const fn on_field(
        words: &'static [&'static str],
        with: &'static str,
        message: &'static str,
    ) -> Self {
        Self { here: Here::Field, words, with, message }
    }
}

/// A known word that was written at some place.
pub(crate) struct Given {
    word: &'static str,
    tokens: TokenStream,
}

/// The words of one attribute, for what stands above the item, a variant and a field.
pub(crate) struct Table<C: 'static, V: 'static, F: 'static> {
    /// What the attribute is called.
    pub(crate) attribute: &'static str,
    pub(crate) words: &'static [Word<C, V, F>],
    pub(crate) conflicts: &'static [Conflict],
}

/// Where a word stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Here {
    Container,
    Variant,
    Field,
}

impl<C, V, F> Table<C, V, F> {
    /// Reads all attributes of one place, and tells which words they have. `kind` is what the user derives for: "struct"
    /// or "enum".
    pub(crate) fn parse<A: Default>(
        &self,
        ctxt: &Ctxt,
        attributes: &[Attribute],
        here: Here,
        kind: &str,
        apply: impl Fn(&Word<C, V, F>) -> Apply<A>,
    ) -> (A, Vec<Given>) {
        let mut all = A::default();
        let mut given = Vec::new();
        for item in items(ctxt, attributes, self.attribute, |word| self.usage(word)) {
            if let Some((word, apply)) = self.find(ctxt, &item, here, kind, &apply) {
                let (tokens, errors) = (item.to_token_stream(), ctxt.count());
                apply(&mut all, ctxt, item);
                // What is wrong with the word itself comes first.
                if ctxt.count() == errors {
                    given.push(Given { word, tokens });
                }
            }
        }
        (all, given)
    }

    /// Refuses each word that is in conflict with another, or with what is known of the place: once, by the first row.
    pub(crate) fn refuse_conflicts(&self, ctxt: &Ctxt, here: Here, given: &[Given], known: &[&str]) {
        let is_met = |conflict: &&Conflict| {
            let with = conflict.with;
            conflict.here == here && (known.contains(&with) || given.iter().any(|given| given.word == with))
        };
        let met: Vec<&Conflict> = self.conflicts.iter().filter(is_met).collect();
        for Given { word, tokens } in given {
            if let Some(conflict) = met.iter().find(|conflict| conflict.words.contains(word)) {
                ctxt.error(tokens, format_args!("`{word}` {}", conflict.message));
            }
        }
    }

    /// How a word is written, for messages.
    fn usage(&self, word: &Ident) -> &'static str {
        self.words.iter().find(|known| word == known.name).map_or("", |known| known.usage)
    }

    /// Finds what to do with a word, or notes why there is nothing.
    fn find<A>(
        &self,
        ctxt: &Ctxt,
        item: &Item,
        here: Here,
        kind: &str,
        apply: impl Fn(&Word<C, V, F>) -> Apply<A>,
    ) -> Option<(&'static str, Set<A>)> {
        let name = item.word.to_string();
        let place = match here {
            Here::Container => kind,
            Here::Variant => "variant",
            Here::Field => "field",
        };
        let a = |noun: &str| format!("{} {noun}", if noun.starts_with('e') { "an" } else { "a" });
        if let Some(word) = self.words.iter().find(|word| word.name == name) {
            let found = apply(word);
            if found.is_none() {
                let there = [
                    word.field.map(|_| "a field".to_owned()),
                    word.variant.map(|_| "a variant".to_owned()).filter(|_| kind == "enum"),
                    word.container.map(|_| format!("the {kind}")),
                ];
                let there = there.into_iter().flatten().collect::<Vec<_>>().join(" or ");
                let message = if here == Here::Variant && name == "skip" {
                    "a variant can't be skipped: its values could not be saved; put `skip` on its fields, or \
                     remove it"
                        .to_owned()
                } else {
                    format!("`{name}` belongs on {there}, not on {}", a(place))
                };
                ctxt.error(&item.word, message);
            }
            return found.map(|apply| (word.name, apply));
        }
        let near = nearest(&name, self.words.iter().map(|word| word.name));
        let hint = near.map(|near| format!("did you mean `{near}`?"));
        let known = || list(self.words.iter().filter(|word| apply(word).is_some()).map(|word| word.name));
        let hint = hint.unwrap_or_else(|| format!("{} takes {}", a(place), known()));
        let attribute = self.attribute;
        ctxt.error(&item.word, format_args!("unknown word `{name}` in `#[{attribute}(..)]`; {hint}"));
        None
    }
}

#[cfg(test)]
impl<C, V, F> Table<C, V, F> {
    /// A misspelt row would never be met.
    pub(crate) fn assert_conflicts_are_known(&self) {
        for conflict in self.conflicts {
            let is_known = |name: &str| self.words.iter().any(|word| word.name == name);
            let stands_here = |name: &str| {
                self.words.iter().any(|word| {
                    let stands = match conflict.here {
                        Here::Container => word.container.is_some(),
                        Here::Variant => word.variant.is_some(),
                        Here::Field => word.field.is_some(),
                    };
                    word.name == name && stands
                })
            };
            for name in conflict.words {
                assert!(stands_here(name), "`{name}` is no word there");
            }
            let is_kind = ["struct", "enum", "variant"].iter().any(|noun| conflict.with.contains(noun));
            assert!(is_known(conflict.with) || is_kind, "`{}` is neither word nor item", conflict.with);
        }
    }
}
