use super::*;

fn ints(values: &[i128]) -> Vec<Literal<'static>> {
    values.iter().copied().map(Literal::Int).collect()
}

fn read(text: &str) -> Literal<'_> {
    parse(text, false).unwrap_or_else(|fault| panic!("{text}: {} at {}", fault.message, fault.offset))
}

#[test]
fn brackets() {
    assert_eq!(read("()"), Literal::Tuple(vec![]));
    assert_eq!(read(" ( 1 , ) "), Literal::Tuple(ints(&[1])));
    assert_eq!(read("(1,\n 2)\n"), Literal::Tuple(ints(&[1, 2])));
    assert_eq!(read("((1))"), Literal::Int(1));
    assert_eq!(read("[1]"), Literal::List(ints(&[1])));
    assert_eq!(read("[1, 2, ]"), Literal::List(ints(&[1, 2])));
    assert_eq!(read("{}"), Literal::Dict(vec![]));
    let entry = (Literal::Str("a".into()), Literal::Bool(true));
    assert_eq!(read("{'a': True, 1: None}"), Literal::Dict(vec![entry, (Literal::Int(1), Literal::None)]));
}

#[test]
fn ints_in_every_spelling() {
    let cases: &[(&str, i128)] = &[
        ("0", 0),
        ("00", 0),
        ("0_0", 0),
        ("12", 12),
        ("1_000", 1000),
        ("0x1F", 31),
        ("0X_1f", 31),
        ("0o17", 15),
        ("0b101", 5),
        ("-3", -3),
        ("- 3", -3),
        ("+3", 3),
        ("170141183460469231731687303715884105727", i128::MAX),
    ];
    for &(text, value) in cases {
        assert_eq!(read(text), Literal::Int(value), "{text}");
    }
    assert_eq!(parse("(2L, 3)", true), Ok(Literal::Tuple(ints(&[2, 3]))));
}

#[test]
fn what_is_no_int() {
    for text in ["2L", "010", "1__0", "1_", "0x", "0xg", "1.5", ".5", "1e3", "1j", "--1", "+", "3a"] {
        let fault = parse(text, false).expect_err(text);
        assert!(fault.message.starts_with("expected a whole number"), "{text}: {}", fault.message);
        assert_eq!(fault.offset, 0);
    }
    assert!(parse("170141183460469231731687303715884105728", false).is_err());
    assert!(parse("1LL", true).is_err());
}

#[test]
fn strings() {
    let cases = [
        ("'<f4'", "<f4"),
        ("\"it's\"", "it's"),
        ("u'<f4'", "<f4"),
        ("'<' 'f'\n u\"4\"", "<f4"),
        ("'''a'''", "a"),
        (r#"'\\ \' \" \n\t\r\a\b\f\v'"#, "\\ ' \" \n\t\r\x07\x08\x0c\x0b"),
        (r"'\0\12\1234'", "\0\nS4"),
        (r"'\xe9\u6574\U0001f600'", "é整😀"),
        (r"'\q'", "\\q"),
        ("'a\\\nb'", "ab"),
        ("'é'", "é"),
    ];
    for (text, value) in cases {
        assert_eq!(read(text), Literal::Str(value.into()), "{text}");
    }
}

#[test]
fn faults_tell_where_and_what() {
    let cases = [
        ("", 0, "expected a value, found the end of the text"),
        ("{'a': 1", 7, "expected ',' or '}', found the end of the text"),
        ("{'a' 1}", 5, "expected ':' after the key, found '1'"),
        ("{1, 2}", 2, "expected ':' after the key, found ','"),
        ("(1 2)", 3, "expected ',' or ')', found '2'"),
        ("[1)", 2, "expected ',' or ']', found ')'"),
        ("(,)", 1, "expected a value, found ','"),
        ("1 2", 2, "expected the end of the text, found '2'"),
        ("{}\0", 2, "expected the end of the text, found '\\x00'"),
        (" 'ab", 1, "the string that starts here is not closed"),
        ("'a\n'", 0, "the string that starts here is not closed"),
        (r"'\ud800'", 3, "the escape names no character"),
        (r"'\x4'", 3, "the escape names no character"),
        (r"'\x+4'", 3, "the escape names no character"),
        (r"'\U00110000'", 3, "the escape names no character"),
        (r"'\N{DIGIT ONE}'", 3, "names of characters"),
        ("b'x'", 0, "expected a literal, found the name 'b'"),
        ("(true,)", 1, "expected a literal, found the name 'true'"),
        ("(np.int64(1),)", 1, "expected a literal, found a call of 'np.int64'"),
    ];
    for (text, offset, message) in cases {
        let fault = parse(text, false).expect_err(text);
        assert!(fault.message.starts_with(message), "{text}: {}", fault.message);
        assert_eq!(fault.offset, offset, "{text}: {}", fault.message);
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse(&nested(MAX_DEPTH), false).is_ok());
    let fault = parse(&nested(1 << 20), false).expect_err("far too deep");
    assert_eq!((fault.offset, fault.message.as_str()), (MAX_DEPTH, "brackets are nested more than 200 deep"));
    // Side by side is not inside each other.
    assert!(parse(&format!("({})", "[],".repeat(1000)), false).is_ok());
}

#[test]
fn repr_is_pythons() {
    let cases = [
        ("a", "'a'"),
        ("it's", "\"it's\""),
        ("'\"", "'\\'\"'"),
        ("\"", "'\"'"),
        ("\n\r\t\\", r"'\n\r\t\\'"),
        ("\0\x7f\u{a0}\u{ad}", r"'\x00\x7f\xa0\xad'"),
        ("\u{200b}\u{e000}\u{10ffff}", r"'\u200b\ue000\U0010ffff'"),
        ("é整😀\u{301}", "'é整😀\u{301}'"),
        // Since Unicode 15: no table of a compiler decides.
        ("\u{1f6dc}", r"'\U0001f6dc'"),
    ];
    for (text, printed) in cases {
        assert_eq!(repr(text), printed);
        assert_eq!(read(printed), Literal::Str(text.into()));
    }
}

#[test]
fn a_string_is_copied_only_where_it_has_to_be() {
    let is_borrowed = |text| match read(text) {
        Literal::Str(text) => matches!(text, Cow::Borrowed(_)),
        other => panic!("{text} is {other:?}"),
    };
    assert!(is_borrowed("'plain'") && is_borrowed("u\"plain \"") && is_borrowed("''"));
    assert!(!is_borrowed(r"'a\n'") && !is_borrowed("'a' 'b'") && !is_borrowed("\"it's\""));
    assert_eq!(read("\"it's\" 'a' ''"), Literal::Str("it'sa".into()));
}

#[test]
fn two_plain_strings_are_a_pair_however_they_are_spelled() {
    let (a, b) = (|| Literal::Str("a".into()), || Literal::Str("b".into()));
    assert_eq!(read("('a', 'b')"), Literal::Pair("a", "b"));
    assert_eq!(read("('', '')").tuple().expect("a tuple").len(), 2);
    for text in ["('a','b')", "( 'a', 'b')", "('a', \"b\")", "('a', 'b',)", r"('\x61', 'b')", "('a', 'b' '')"]
    {
        assert_eq!(read(text).tuple().expect(text).to_vec(), [a(), b()], "{text}");
    }
    assert_eq!(read("[('a', 'b'), 1]"), Literal::List(vec![Literal::Pair("a", "b"), Literal::Int(1)]));
    assert_eq!(read("('a', 'b')").what(), "a tuple of length 2");
    for (text, offset) in [("('a', 'b'", 9), ("('a', 'b", 6), ("('a', 'b\n')", 6), ("('a', 'b'))", 10)] {
        assert_eq!(parse(text, false).expect_err(text).offset, offset, "{text}");
    }
}
