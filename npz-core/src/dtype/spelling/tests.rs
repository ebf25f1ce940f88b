use super::*;

/// What `np.dtype(spelling).str` gives in NumPy 2.4, blank for what it refuses.
const SPELLINGS: &[(&str, &[&str])] = &[
    ("|b1", &["?", "b1", "|b1", "<b1", ">?", "bool", "bool_"]),
    ("|i1", &["b", "i1", "<i1", ">i1", "int8", "byte"]),
    ("|u1", &["B", "u1", ">u1", "uint8", "ubyte"]),
    ("<i2", &["h", "i2", "int16", "short"]),
    ("<u2", &["H", "<u2", "uint16", "ushort"]),
    ("<i4", &["i", "i4", "=i4", "|i4", "<i4", "i04", "int32", "intc"]),
    (">i4", &[">i", ">i4"]),
    ("<u4", &["I", "u4", "uint32", "uintc"]),
    ("<i8", &["l", "q", "n", "p", "i8", "int", "int_", "int64", "intp", "long", "longlong"]),
    ("<u8", &["L", "Q", "N", "P", "u8", "uint", "uint64", "uintp", "ulong", "ulonglong"]),
    ("<f2", &["e", "f2", "float16", "half"]),
    ("<f4", &["f", "f4", "|f4", "=f4", "float32", "single"]),
    (">f4", &[">f", ">f4"]),
    ("<f8", &["d", "f8", "float", "float64", "double"]),
    (">f8", &[">d", ">f8"]),
    ("<f16", &["g", "f16", "float128", "longdouble"]),
    ("<c8", &["F", "c8", "complex64", "csingle"]),
    ("<c16", &["D", "c16", "complex", "complex128", "cdouble"]),
    ("<c32", &["G", "c32", "complex256", "clongdouble"]),
    ("|S0", &["S", "S0", "<S", "a", "a0", "bytes", "bytes_"]),
    ("|S1", &["c", "<c", "S1"]),
    ("|S5", &["S5", "|S5", "<S5", ">S5", "a5"]),
    ("|S2147483647", &["S2147483647"]),
    ("<U0", &["U", "U0", "<U", "str", "str_", "unicode"]),
    ("<U3", &["U3", "<U3", "|U3", "=U3"]),
    (">U3", &[">U3"]),
    ("<U536870911", &["U536870911"]),
    ("|V0", &["V", "V0", "|V", "void"]),
    ("|V7", &["V7", "|V7", "=V7"]),
    ("<M8", &["M", "M8", "=M8", "|M8", "datetime64", "M8[generic]", "M8[2generic]"]),
    ("<M8[ns]", &["M8[ns]", "<M8[ns]", "datetime64[ns]", "M8[1ns]"]),
    (">M8[D]", &[">M8[D]"]),
    ("<m8", &["m", "m8", "timedelta64"]),
    ("<m8[25s]", &["m8[25s]", "timedelta64[25s]"]),
    ("|O", &["O", "|O", "<O", "O4", "O8", "|O8", "object", "object_"]),
    // Unlike NumPy, which forgets the order of void cells: it is the mark of ml_dtypes.
    ("<V2", &["<V2", "bfloat16"]),
    ("<V1", &["<V1"]),
    (">V3", &[">V3"]),
    // Unlike NumPy, which can't load what it wrote of these.
    ("<f1", &["<f1", "f1"]),
    ("<f12", &["f12"]),
    (">c24", &[">c24"]),
];

const REFUSED: &[&str] = &[
    "",
    "<",
    "x",
    "é",
    "<é4",
    "f3",
    "i3",
    "i16",
    "u16",
    "b8",
    "?1",
    "c1",
    "c4",
    "d8",
    "g16",
    "l4",
    "p8",
    "f4 ",
    " f4",
    "f4x",
    "f+4",
    "S-1",
    "U5x",
    "i 4",
    "F4",
    "Int32",
    "<int32",
    "=float64",
    "|bool",
    ">longdouble",
    "float_",
    "int0",
    "float96",
    "string_",
    "unicode_",
    "T",
    "|T16",
    "StringDType()",
    "t4",
    "<W4",
    "M4",
    "M[s]",
    "M8[",
    "M8[s",
    "M8[]",
    "M8[s]x",
    "M8[s/0]",
    "m08[s]",
    "<a",
    "M8[ms/2]",
    "M8[0s]",
    "M8[-1s]",
    "f8[s]",
    "float64[s]",
    "O[s]",
    "!i4",
    "^f4",
    "i4,f4",
    "3i4",
    "<1i2",
    "(2,)f4",
    "np.int32",
    "U536870912",
    "S2147483648",
    "V2147483648",
    "S99999999999999999999",
];

#[test]
fn spellings_are_numpys() {
    for (printed, spellings) in SPELLINGS {
        for spelling in *spellings {
            let scalar = parse(spelling).unwrap_or_else(|why| panic!("{why}"));
            assert_eq!(scalar.to_string(), *printed, "{spelling}");
        }
        assert_eq!(parse(printed).map(|scalar| scalar.to_string()).ok().as_deref(), Some(*printed));
    }
}

#[test]
fn nonsense_is_refused() {
    for spelling in REFUSED {
        let why = parse(spelling).expect_err(spelling).to_string();
        assert!(why.contains("expected") || why.contains("write"), "{why}");
    }
    assert!(parse("i4,f4").expect_err("a record").to_string().contains("list of fields"));
}
