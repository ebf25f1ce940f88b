//! Generated tables of fixed widths, with gaps that are filled, and of several types, read by names: what NumPy makes of them. And
//! the digits of narrow floats.

use crate::compare;

#[test]
fn fields_fills_and_widths_of_generated_texts() {
    let said = compare(
        r##"
random.seed(8)
cells = {"i8": ["1", "-2", "007"], "f8": ["1", "-2.5", "3e5", "nan", "1e-3"], "U4": ["a", "bc", "x\u00e4yz", "7"], "?": ["True", "False"]}
bad = counted = errors = 0
for round in range(3000):
    columns = random.randrange(1, 5)
    reader = random.choice(["genfromtxt", "genfromtxt", "genfromtxt", "loadtxt"])
    mode = random.choice(["f8", "infer", "record", "record"]) if reader == "genfromtxt" else "record"
    kinds = ["f8" if mode == "f8" else random.choice(list(cells) if reader == "genfromtxt" else ["i8", "f8", "U4"]) for _ in range(columns)]
    options = {"comments": random.choice(["#", "#", "%", "//", None])}
    widths = [random.randrange(5, 8) for _ in range(columns)]
    is_fixed = reader == "genfromtxt" and random.random() < .5
    if is_fixed and random.random() < .4: widths = [6] * columns
    options["delimiter"] = random.choice([",", ";", "\t"]) if not is_fixed else widths if random.random() < .6 or len(set(widths)) > 1 else widths[0]
    join = lambda row: "".join(random.choice([c.ljust, c.rjust])(w) for c, w in zip(row, widths)) if is_fixed else options["delimiter"].join(row)
    rows = [[random.choice(cells[kind]) for kind in kinds] for _ in range(random.randrange(1, 6))]
    if reader == "genfromtxt":
        gap = random.choice(["", "", "NA", "x"] if mode == "f8" else [""])
        rows = [[c if random.random() < .8 or kind == "?" else gap for c, kind in zip(row, kinds)] for row in rows]
        if is_fixed or random.random() < .5: options["autostrip"] = True
        if random.random() < .2: options["loose"] = False
    names = random.sample("abcdefgh", columns)
    fills = None
    if mode == "record": dtype = list(zip(names, kinds))
    else: dtype = mode
    by_name = reader == "genfromtxt" and random.random() < .5
    lines = [join(row) + random.choice(["", "", options["comments"] + " note" if options["comments"] else ""]) for row in rows]
    if by_name:
        options["names"] = True
        lines.insert(0, join(names))
    chosen = list(range(columns))
    if reader == "genfromtxt" and random.random() < .3:
        # In the order of the file: where it is another one NumPy names columns wrongly.
        chosen = sorted(random.sample(range(columns), random.randrange(1, columns + 1)))
        options["usecols"] = [names[c] if by_name else c for c in chosen]
    # Of rows with one field NumPy casts the texts, not what its converters made of them.
    if len(chosen) == 1 and (mode == "record" or by_name): continue
    # A fill by name goes to another column where NumPy leaves some out.
    if mode in ("f8", "record") and reader == "genfromtxt" and not (by_name and "usecols" in options) and random.random() < .5:
        values = {"i8": 9, "f8": -99.5, "U4": "none", "?": True}
        if mode == "f8" and random.random() < .5: fills = [[None, -99.5]]
        else:
            place = random.choice(chosen)
            fills = [[names[place] if by_name else place, values[kinds[place]]]]
    text = "\n".join(lines) + random.choice(["", "\n"])
    with open("case.txt", "w", encoding="utf-8") as f: f.write(text)
    asked = dict(options)
    if fills:
        asked["filling_values"] = fills
        options["filling_values"] = fills[0][1] if fills[0][0] is None else dict(fills)
    numpys_dtype = None if mode == "infer" else dtype
    expected = numpys(getattr(np, reader), "case.txt", dtype=numpys_dtype, encoding="utf-8", **options)
    answer = ask(reader, text, dtype="infer" if mode == "infer" else str(np.lib.format.dtype_to_descr(np.dtype(dtype))), threads=random.choice([1, 2]), **asked)
    is_error = isinstance(expected, Exception)
    if isinstance(expected, TypeError) and mode == "infer": continue  # NumPy's own fault since 2.3
    if not is_error and expected.size == 0 and mode == "infer": continue  # of nothing, nothing is found
    counted += 1
    errors += is_error
    if is_error != ("error" in answer) or not is_error and not same(expected, arrays(answer)[0]):
        bad += 1
        if bad < 10: print(reader, repr(text), mode, dtype, options, repr(expected), answer.get("error") or repr(arrays(answer)[0]), "\n")
assert counted > 1800 and errors > 20, (counted, errors)
print("differences:", bad)
"##,
    );
    assert!(said.ends_with("differences: 0\n"), "{said}");
}

#[test]
fn numbers_that_stand_for_nothing_are_no_bools() {
    let said = compare(
        r#"
texts = ["-999,5\n-999,6", "-999,5.5\n-999,6", "-999,a\n-999,b", "-999,True\n-999,False", "-999,True\nTrue,False", "True,-999\nFalse,-999\n", "True,5\n-999,6",
         "False,5\n-999,6", "False,5.5\n-999,6", "False,a\n-999,b", "False,-999,x\n,3,y"]
count = 0
for text in texts:
    for missing in ["-999", {0: "-999"}]:
        for fill in [None, 7, False, True]:
            for dtype in [None, "?"] if set(text) <= set("-9,\nTrueFals") else [None]:
                options = {} if fill is None else {"filling_values": fill}
                asked = {} if fill is None else {"filling_values": [[None, str(int(fill))]]}
                if isinstance(fill, bool) and "a\n" in text: continue  # a bool that fills a column of texts is its word there, and 1 or 0 here
                want = numpys(np.genfromtxt, io.StringIO(text), dtype=dtype, delimiter=",", missing_values=missing, **options)
                asked["missing_values"] = [[None if missing == "-999" else 0, ["-999"]]]
                if dtype and missing != "-999" and "-999" in text.replace("\n", ",").split(",")[1::2]: continue  # what is no bool is an error here
                answer = ask("genfromtxt", text, dtype="?" if dtype else "infer", delimiter=",", **asked)
                count += 1
                if "error" in answer or not same(want, arrays(answer)[0]):
                    print(repr(text), missing, fill, dtype, repr(want), answer.get("error") or repr(arrays(answer)[0]))
print("compared:", count > 80)
"#,
    );
    assert_eq!(said, "compared: True\n");
}

#[test]
fn digits_of_narrow_floats_are_those_of_numpy() {
    let said = compare(
        r#"
rng = np.random.default_rng(9)
# Half of two digits that are as near as each other: `343126.125`.
ties = (rng.integers(2**21, 2**25, 20000) / np.array([1, 2, 4, 8])[np.arange(20000) % 4]).astype("f4")
singles = np.concatenate([ties, rng.integers(0, 2**32, 20000, dtype="u8").astype("u4").view("f4")])
with np.errstate(all="ignore"):
    complexes = singles + 1j * singles[::-1]
for array in [singles, np.arange(65536, dtype="u2").view("f2"), np.array([(x,) for x in complexes[:9000]], [("z", "c8")])]:
    for fmt in ["%s", "%r"]:
        buffer = io.BytesIO()
        np.savetxt(buffer, array, fmt=fmt)
        pairs = zip(buffer.getvalue().split(b"\n"), bytes.fromhex(ask("savetxt", array=array, fmt=fmt)["text"]).split(b"\n"), strict=True)
        wrong = [pair for pair in pairs if pair[0] != pair[1]]
        if wrong: print(array.dtype, fmt, len(wrong), wrong[:3])
print("printed")
"#,
    );
    assert_eq!(said, "printed\n");
}
