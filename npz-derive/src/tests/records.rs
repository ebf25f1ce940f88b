//! `#[derive(NpyRecord)]`: what it expands to, and that its mistakes are all told at once.

use syn::parse_quote;

use super::expansions::assert_is;
use crate::record::derive;

#[test]
fn expansion_of_a_record() {
    let input = parse_quote! {
        struct Particle {
            id: u32,
            r#type: [f64; 3],
        }
    };
    assert_is("record", derive(&input));
}

#[test]
fn expansion_of_every_attribute_of_a_record() {
    let input = parse_quote! {
        #[npy(align, allow_unknown, pod, rename_all = "camelCase", crate = "crate::npz")]
        struct Particle<T, const N: usize>
        where
            T: Copy,
        {
            #[npy(rename = "p", alias = "position", alias = "pos", title = "where it is", cast = "same_kind")]
            pos_of: [T; N],
            #[deprecated]
            in_spin: Spin,
        }
    };
    assert_is("record_attributes", derive(&input));
    let input = parse_quote!(
        #[npy(itemsize = 64)]
        struct Tuple<T>(
            T,
            #[npy(offset = 8, default)] T,
            #[npy(default = "path::to::none")] u8,
            #[npy(skip)] Cache<T>,
        );
    );
    assert_is("record_tuple", derive(&input));
}

#[test]
fn mistakes_leave_impls_that_do_nothing() {
    let input = parse_quote!(
        struct Row {
            #[npy(skipp)]
            a: u32,
        }
    );
    let tokens = derive(&input).to_string();
    assert!(tokens.contains("did you mean `skip`?") && tokens.contains("NpyRecord for Row"), "{tokens}");
}
