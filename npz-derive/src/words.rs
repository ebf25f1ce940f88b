//! The tables of known words, one for each attribute (`#[npz(..)]`, `#[npy(..)]`), and the mistakes that a word alone can
//! make in any of them: unknown, or misplaced. `item` tells those of its value.

use proc_macro2::Ident;
use syn::Attribute;

use crate::ctxt::Ctxt;
use crate::item::{Item, items, list, nearest};

/// What a word does to the attributes of its place.
pub(crate) type Apply<A> = Option<fn(&mut A, &Ctxt, Item)>;

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

/// The words of one attribute, for what stands above the item, a variant and a field.
pub(crate) struct Table<C: 'static, V: 'static, F: 'static> {
    /// What the attribute is called.
    pub(crate) attribute: &'static str,
    pub(crate) words: &'static [Word<C, V, F>],
}

/// Where a word stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Here {
    Container,
    Variant,
    Field,
}

impl<C, V, F> Table<C, V, F> {
    /// Reads all attributes of one place. `kind` is what the user derives for: "struct" or "enum".
    pub(crate) fn parse<A: Default>(
        &self,
        ctxt: &Ctxt,
        attributes: &[Attribute],
        here: Here,
        kind: &str,
        apply: impl Fn(&Word<C, V, F>) -> Apply<A>,
    ) -> A {
        let mut all = A::default();
        for item in items(ctxt, attributes, self.attribute, |word| self.usage(word)) {
            if let Some(apply) = self.find(ctxt, &item, here, kind, &apply) {
                apply(&mut all, ctxt, item);
            }
        }
        all
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
    ) -> Apply<A> {
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
            return found;
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
