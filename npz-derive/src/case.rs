//! `rename_all`: from a field's name to the name of its member, and from a variant's to its tag.
//!
//! Field names are taken to be in `snake_case` and variants in `PascalCase`, as the compiler asks, and the rules
//! are those of serde.

/// A known value of `rename_all`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

/// Each case under the name that the user writes.
pub(crate) const CASES: [(&str, Case); 8] = [
    ("lowercase", Case::Lower),
    ("UPPERCASE", Case::Upper),
    ("PascalCase", Case::Pascal),
    ("camelCase", Case::Camel),
    ("snake_case", Case::Snake),
    ("SCREAMING_SNAKE_CASE", Case::ScreamingSnake),
    ("kebab-case", Case::Kebab),
    ("SCREAMING-KEBAB-CASE", Case::ScreamingKebab),
];

impl Case {
    pub(crate) fn apply(self, field: &str) -> String {
        match self {
            Self::Lower | Self::Snake => field.to_lowercase(),
            Self::Upper | Self::ScreamingSnake => field.to_uppercase(),
            Self::Pascal => words(field).map(capitalized).collect(),
            Self::Camel => {
                let mut words = words(field);
                let first = words.next().map(str::to_lowercase).unwrap_or_default();
                first + &words.map(capitalized).collect::<String>()
            }
            Self::Kebab => field.to_lowercase().replace('_', "-"),
            Self::ScreamingKebab => field.to_uppercase().replace('_', "-"),
        }
    }
}

impl Case {
    /// The same for a variant, whose name is taken to be in `PascalCase`.
    pub(crate) fn apply_to_variant(self, variant: &str) -> String {
        match self {
            Self::Pascal => variant.to_owned(),
            Self::Lower => variant.to_lowercase(),
            Self::Upper => variant.to_uppercase(),
            Self::Camel => {
                let mut chars = variant.chars();
                chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
            }
            Self::Snake | Self::ScreamingSnake | Self::Kebab | Self::ScreamingKebab => {
                self.apply(&snake(variant))
            }
        }
    }
}

fn snake(variant: &str) -> String {
    let mut snake = String::new();
    for (i, c) in variant.char_indices() {
        if i > 0 && c.is_uppercase() {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}

fn words(field: &str) -> impl Iterator<Item = &str> {
    field.split('_').filter(|word| !word.is_empty())
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case() {
        let all = |field: &str| CASES.map(|(_, case)| case.apply(field));
        assert_eq!(
            all("loss_history"),
            [
                "loss_history",
                "LOSS_HISTORY",
                "LossHistory",
                "lossHistory",
                "loss_history",
                "LOSS_HISTORY",
                "loss-history",
                "LOSS-HISTORY",
            ],
        );
        assert_eq!(all("w"), ["w", "W", "W", "w", "w", "W", "w", "W"]);
        assert_eq!(all("_b1"), ["_b1", "_B1", "B1", "b1", "_b1", "_B1", "-b1", "-B1"]);
    }

    #[test]
    fn every_case_of_a_variant() {
        let all = |variant: &str| CASES.map(|(_, case)| case.apply_to_variant(variant));
        assert_eq!(
            all("LeakyRelu"),
            [
                "leakyrelu",
                "LEAKYRELU",
                "LeakyRelu",
                "leakyRelu",
                "leaky_relu",
                "LEAKY_RELU",
                "leaky-relu",
                "LEAKY-RELU",
            ],
        );
        assert_eq!(all("L2"), ["l2", "L2", "L2", "l2", "l2", "L2", "l2", "L2"]);
    }
}
