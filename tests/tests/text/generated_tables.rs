//! Generated tables of fixed widths, with gaps that are filled, and of several types, read by names: what NumPy makes of them.

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
