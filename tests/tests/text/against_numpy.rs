//! Generated texts and arrays: what NumPy makes of them, bit for bit and byte for byte.

use crate::compare;

#[test]
fn loadtxt_of_generated_texts() {
    let said = compare(
        r##"
random.seed(1)
cells = {
    "f8": ["1", "-2.5", "+3e5", "1e-400", "1e400", "nan", "-NaN", "inf", "-Infinity", ".5", "5.", "0x1F", "1_0", "", " 7 ", "1e", "abc",
           "\u00a08", "123456789012345678901234567890", "1,5", "9007199254740993", "-0", "1e+05", "1d5", "++1", "1 2"],
    "f4": ["1", "-2.5", "3.4028236e38", "1e-46", "0.1", "16777217", "nan", "x", " 2"],
    "f2": ["1", "65519", "65520", "1e-8", "0.1", "nan", "-1", "zz"],
    "i8": ["1", "-2", "+3", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1.0", "-0", " 5 ", "", "1e3", "0007"],
    "i1": ["127", "128", "-128", "-129", "5", "1_0"],
    "u2": ["0", "65535", "65536", "-1", "-0", "+7"],
    "u8": ["18446744073709551615", "18446744073709551616", "1"],
    "?": ["0", "1", "-5", "True", "00", ""],
    "c16": ["1", "2j", "1+2j", "1-2j", "(3+4j)", "1+-2j", "2J", "-j", "1e5-1e-5j", "( 1 )", "nan+infj", "1 +2j", "(1", "infj"],
    "c8": ["1", "0.1-0.2j", "x"],
    "U5": ["a", "bcd", "", "äöü", "\U0001f355", " x "],
    "S5": ["a", "bcd", "", "ä", "\u20ac"],
    "g": ["1", "0.1", "1e4000", "-5"],
}
bad = same_count = errors = 0
for round in range(3000):
    dtype = random.choice(list(cells))
    delimiter = random.choice([None, ",", ";", "\t", " "])
    quote = random.choice([None, None, None, '"'])
    options = {}
    if quote: options["quotechar"] = quote
    if delimiter: options["delimiter"] = delimiter
    if random.random() < .2: options["skiprows"] = random.randrange(4)
    if random.random() < .2: options["max_rows"] = random.randrange(5)
    if random.random() < .3: options["ndmin"] = random.randrange(3)
    if random.random() < .2: options["usecols"] = [random.randrange(-3, 3) for _ in range(random.randrange(1, 3))]
    if random.random() < .2: options["comments"] = random.choice(["%", "#", None, "//"]) if not quote else random.choice(["%", "#", None])
    columns = random.randrange(1, 4)
    good = [c for c in cells[dtype] if c][:3]
    pool = cells[dtype] if random.random() < .4 else good
    lines = []
    for _ in range(random.randrange(6)):
        line = (delimiter or random.choice([" ", "  ", " \t"])).join(
            (quote + c + quote if quote and random.random() < .3 else c) for c in random.choices(pool, k=columns if random.random() < .95 else 2))
        # NumPy refuses a blank behind a long double, and makes a field of one behind a quoted first field.
        line += random.choice(["", "", "", " ", " # x", "% y", "// z"] if dtype != "g" and not (quote and delimiter is None) else [""])
        lines.append(line)
        if random.random() < .1: lines.append(random.choice(["", "# c", "%"] + ["  "] * (dtype != "g")))
    text = random.choice(["\n", "\n", "\r\n", "\r"]).join(lines) + random.choice(["", "\n"])
    path = "case.txt"
    with open(path, "w", encoding="utf-8", newline="") as f: f.write(text)
    expected = numpys(np.loadtxt, path, dtype=dtype, encoding="utf-8", **options)
    answer = ask("loadtxt", text, dtype=np.dtype(dtype).str, threads=random.choice([1, 2]), **options)
    is_error = isinstance(expected, Exception)
    if dtype == "f2" and "1_0" in text or dtype in "U5 S5" and not is_error and "error" in answer and "at most" in answer["error"]:
        continue
    if is_error != ("error" in answer) or not is_error and not same(expected, arrays(answer)[0]):
        bad += 1
        if bad < 10: print(repr(text), dtype, options, repr(expected), answer.get("error") or arrays(answer)[0])
    errors += is_error
    same_count += not is_error
assert errors > 300 and same_count > 1000, (errors, same_count)
print("differences:", bad)
"##,
    );
    assert!(said.ends_with("differences: 0\n"), "{said}");
}

#[test]
fn genfromtxt_of_generated_texts() {
    let said = compare(
        r##"
random.seed(2)
numbers = ["1", "-2.5", "3e5", "nan", "inf", " 7 ", "1_000", "0", "12345678901234567890", "1e400"]
whole = ["1", "-2", "+3", " 4", "007", "9223372036854775807"]
kinds = [whole, numbers, ["True", "false", "TRUE"], ["1j", "2+3j", "4"], ["a", "bc", "x y", "ä"]]
bad = counted = masks = 0
for round in range(3000):
    options = {}
    delimiter = random.choice([",", ";", "\t", None, "; "])
    if delimiter: options["delimiter"] = delimiter
    columns = random.randrange(1, 5)
    mode = random.choice(["f8", "f8", "i8", "infer", "infer", "names"])
    gaps = ["", "NA", "-"] if delimiter else ["NA", "-"]
    if random.random() < .2: options["autostrip"] = True
    if random.random() < .2: options["skip_header"] = random.randrange(3)
    elif random.random() < .2 and mode in ("f8", "i8"): options["skip_footer"] = random.randrange(3)  # NumPy finds dtypes with the footer
    elif random.random() < .2: options["max_rows"] = random.randrange(1, 4)
    if random.random() < .2: options["invalid_raise"] = False
    if random.random() < .2: options["ndmin"] = random.randrange(3)
    if random.random() < .2: options["usecols"] = [random.randrange(-columns, columns) for _ in range(random.randrange(1, 3))]
    chosen = [random.choice(kinds) if mode in ("infer", "names") else numbers if mode == "f8" else whole for _ in range(columns)]
    if delimiter is None: chosen = [[c.replace(" ", "") for c in kind] for kind in chosen]
    rows = []
    for _ in range(random.randrange(1, 7)):
        row = [random.choice(kind if random.random() < .85 or mode == "i8" else gaps) for kind in chosen]
        if random.random() < .05: row = row[:-1]
        rows.append((delimiter or " ").join(row) + random.choice(["", "", "", " # note"]))
        # With blank lines, NumPy counts wrongly what belongs to the footer.
        if random.random() < .1 and "skip_footer" not in options: rows.append(random.choice(["", "  ", "# c"]))
    if mode == "names":
        rows.insert(options.get("skip_header", 0), (delimiter or " ").join(random.choice(["a", "b c" if delimiter else "bc", "file", "x(1)", "a"]) for _ in range(columns)))
        options["names"] = True
    text = "\n".join(rows) + random.choice(["", "\n"])
    dtype = None if mode in ("infer", "names") else mode
    missing = {"missing_values": "NA,-"} if random.random() < .7 else {}
    with open("case.txt", "w", encoding="utf-8") as f: f.write(text)
    expected = numpys(np.genfromtxt, "case.txt", dtype=dtype, encoding="utf-8", **options, **missing)
    asked = dict(options)
    if missing: asked["missing_values"] = [[None, ["NA", "-"]]]
    mask = random.random() < .5
    if mask:
        masked = numpys(np.genfromtxt, "case.txt", dtype=dtype, encoding="utf-8", usemask=True, **options, **missing)
    answer = ask("genfromtxt", text, dtype="infer" if dtype is None else dtype, threads=random.choice([1, 2]), mask=mask, **asked)
    if isinstance(expected, TypeError) and dtype is None: continue  # NumPy's own fault since 2.3
    if isinstance(expected, (IndexError, OverflowError, AssertionError)) or "more than once" in str(expected): continue
    is_error = isinstance(expected, Exception)
    # NumPy takes a column too far to the left as one from the right of each row.
    if "error" in answer and "and the first row has" in answer["error"]: continue
    if "error" in answer and mode in ("i8",) and "int64" in answer["error"]: continue  # here an error, there -1
    if not is_error and "error" not in answer and dtype is None:
        # A number of more bits than a float has is a long double for NumPy, or text here.
        kinds_found = [expected.dtype] if expected.dtype.names is None else [expected.dtype[n] for n in expected.dtype.names]
        if any(kind.char == "g" for kind in kinds_found): continue
    if not is_error and expected.size == 0 and dtype is None: continue  # of nothing, nothing is found
    if mode == "names" and len(options.get("usecols", [])) == columns:
        places = [place % columns for place in options["usecols"]]
        if len(set(places)) < columns: continue  # a name that stands twice
        if not is_error:  # NumPy leaves the names where they stand in the file
            expected.dtype.names = [expected.dtype.names[place] for place in places]
    counted += 1
    if is_error != ("error" in answer) or not is_error and not same(expected, arrays(answer)[0]):
        bad += 1
        if bad < 10: print(repr(text), mode, options, missing, repr(expected), answer.get("error") or repr(arrays(answer)[0]))
    elif mask and not is_error and not isinstance(masked, Exception):
        found, wanted = arrays(answer)[1], np.ma.getmaskarray(masked)
        masks += 1
        if wanted.dtype.names: wanted.dtype.names = expected.dtype.names
        for name in wanted.dtype.names or ():
            if expected.dtype[name].kind == "b":  # NumPy masks every False
                wanted[name] = found[name]
        if found.shape != wanted.shape or found.dtype != wanted.dtype or not (found == wanted).all():
            bad += 1
            if bad < 10: print("mask:", repr(text), mode, options, missing, repr(masked), repr(found))
assert counted > 2000 and masks > 500, (counted, masks)
print("differences:", bad)
"##,
    );
    assert!(said.ends_with("differences: 0\n"), "{said}");
}

#[test]
fn savetxt_of_generated_arrays() {
    let said = compare(
        r#"
random.seed(3)
floats = [0.0, -0.0, 1.0, -1.5, 0.1, 1e300, 5e-324, 1/3, 123456789.125, 2.5, 0.5, 1e22, 1e23, 9.5, 99999.5, 999999.5, 1e-5, 1e-4, 123456.5, 1e16, 1e15,
          np.nan, np.inf, -np.inf, 2.0**-1074, 1.7976931348623157e308, 4.35, 0.045, 1e17, 123456789012345678.0]
bad = counted = errors = 0
for round in range(4000):
    flags = "".join(random.sample("-+ 0#", random.randrange(3)))
    width = random.choice(["", "", "1", "8", "25"])
    precision = random.choice(["", "", ".0", ".1", ".3", ".6", ".17", ".18", ".25", "."])
    kind = random.choice(["f8", "f8", "f8", "f4", "f2", "i8", "i1", "u8", "?", "c16", "c8", "U", "S", "M8[s]", "m8[s]", "record", "mixed", "arrays"])
    conversion = random.choice("eEfFgGdiuoxXsrac")
    fmt = "%" + flags + width + precision + conversion
    shape = random.choice([(2,), (3, 2), (1, 1), (0, 2), (2, 0)])
    n = int(np.prod(shape))
    if kind in ("f8", "f4", "f2"): a = np.array([random.choice(floats) if random.random() < .7 else random.uniform(-1, 1) * 10.0**random.randrange(-320, 308) for _ in range(n)]).astype(kind).reshape(shape)
    elif kind in ("c16", "c8"): a = np.array([complex(random.choice(floats), random.choice(floats)) for _ in range(n)], kind).reshape(shape)
    elif kind == "U": a = np.array([random.choice(["a", "äb", "", "x'y", "longer text"]) for _ in range(n)], "U11").reshape(shape)
    elif kind == "S": a = np.array([random.choice([b"a", b"b'c", b"\xe4"]) for _ in range(n)], "S3").reshape(shape)
    elif kind == "m8[s]": a = np.array([random.choice([0, -5, 7, 65, 86400, "NaT"]) for _ in range(n)], kind).reshape(shape)
    elif kind == "mixed":
        fields = [("a", "i2"), ("b", "f8"), ("c", "U3"), ("d", "S2"), ("e", "M8[D]"), ("f", "m8[s]"), ("g", "?"), ("h", "f2"), ("i", "g"),
            ("j", "c8"), ("k", "c16"), ("l", "G"), ("m", "M8[25s]"), ("n", "m8[2h]"), ("o", "m8"), ("p", [("x", "i4"), ("y", "S2")])]
        a = np.array([(-7, .1, "x'y", b"\xe4", "2012-03-04", 5, True, 2.5, .1, .1 - .2j, 1 + 2.5j, .5 + 1j, "2012-01-01", 5, "NaT", (1, b"a'")), (65, 1e22, "\u00e4", b"'", "NaT", "NaT", False, 0, 1, .1j, 1e16j, -1.5, "NaT", "NaT", 7, (-2, b"x")),
                      (0, -0.0, "", b"", "1900-01-01", -1, True, 1, 1e300, 1e6 - .1j, complex("nan-infj"), 2j, "2012", 3, 0, (0, b""))], fields)
    elif kind == "arrays":
        fields = [("a", "i4"), ("b", "f8", (3,)), ("c", "U3", (2, 2)), ("d", "f4", (0,)), ("e", "M8[D]", (2,)), ("f", [("x", "i2", (2,)), ("y", "?")]), ("g", "i8", (1,))]
        a = np.array([(1, (.1, 2, -3e10), [("a", "b'"), ("\u00e4", "")], [], ("2012-03-04", "NaT"), ((1, 2), True), [7]),
                      (2, (1, 2, 3), "x", [], "1900-01-01", ((-3, 4), False), [-65])], fields)
    elif kind == "M8[s]": a = np.array(["2012-03-04T05:06:07"] * n, kind).reshape(shape)
    elif kind == "record": a, shape = np.array([(1, 2.5, "x")] * 2, [("a", "i4"), ("b", "f4"), ("c", "U2")]), (2,)
    elif kind == "?": a = np.array([random.random() < .5 for _ in range(n)]).reshape(shape)
    else: a = np.array([random.choice([0, 1, 7, 65, 100, 120]) * (random.choice([1, -1]) if kind[0] == "i" else 1) for _ in range(n)], kind).reshape(shape)
    if kind in ("f4", "f2", "c8"): a = np.asarray(a)
    options = {"fmt": fmt}
    if random.random() < .3: options["delimiter"] = random.choice([",", " ; ", "\t", ""])
    if random.random() < .1: options["newline"] = "\r\n"
    if random.random() < .1: options["header"] = "a\nb"
    if random.random() < .1: options["footer"] = "end"
    if random.random() < .1: options["comments"] = "% "
    if random.random() < .2:
        columns = (a.shape[1] if a.ndim == 2 else 3 if kind == "record" else 1)
        options["fmt"] = [fmt] * columns if not kind.startswith("c") else [fmt + "%+.2ej"] * columns
    if kind == "mixed":
        options["fmt"] = fmt if random.random() < .2 else ["%" + flags + width + precision + c for c in random.choices("rasrasdgxco", k=9) + random.choices("ras", k=7)]
    if kind == "arrays":
        options["fmt"] = fmt if random.random() < .2 else ["%" + flags + width + precision + c for c in random.choices("sra" if random.random() < .7 else "srsrssadgxc", k=7)]
    if kind == "record" and random.random() < .8: options["fmt"] = ["%d", fmt if conversion in "eEfFgGsd" else "%g", "%s"]
    buffer = io.BytesIO()
    expected = numpys(np.savetxt, buffer, a, encoding="utf-8", **options)
    answer = ask("savetxt", array=a, threads=random.choice([1, 2]), **options)
    is_error = isinstance(expected, Exception)
    counted += 1
    errors += is_error
    if is_error != ("error" in answer) or not is_error and bytes.fromhex(answer["text"]) != buffer.getvalue():
        bad += 1
        if bad < 12: print(kind, options, a.tolist(), repr(expected) if is_error else buffer.getvalue(), answer.get("error") or bytes.fromhex(answer["text"]))
assert errors > 150 and counted > 2500, (errors, counted)
print("differences:", bad)
"#,
    );
    assert!(said.ends_with("differences: 0\n"), "{said}");
}

#[test]
fn ten_thousand_floats_that_are_hard_to_read_and_print() {
    let said = compare(
        r#"
from decimal import Decimal, getcontext
getcontext().prec = 1100
random.seed(4)
texts = []
while len(texts) < 10000:
    bits = random.getrandbits(63)
    if random.random() < .2: bits &= (1 << 52) - 1  # subnormal
    value = float(np.uint64(bits).view("f8"))
    if not math.isfinite(value): continue
    up = math.nextafter(value, math.inf)
    way = random.randrange(6)
    if way == 0: texts.append(repr(value))
    elif way == 1: texts.append("%.18e" % value)
    elif math.isfinite(up):
        # The middle between two floats, and a hair beside it.
        middle = (Decimal(value) + Decimal(up)) / 2
        text = str(middle)
        if way == 3: text = str(middle * (1 + Decimal(10) ** -800))
        if way == 4: text = str(middle * (1 - Decimal(10) ** -800))
        if way == 5: text = "%.17e" % middle
        texts.append(text if random.random() < .5 else "-" + text)
expected = np.array([float(text) for text in texts])
for dtype in ("f8", "f4"):
    found, = arrays(ask("loadtxt", "\n".join(texts), dtype=dtype))
    want = np.loadtxt(texts, dtype=dtype)
    assert (found.view("u%s" % dtype[1]) == want.view("u%s" % dtype[1])).all(), dtype
found, = arrays(ask("loadtxt", ",".join(texts), dtype="f8", delimiter=","))
assert (found.view("u8") == expected.view("u8")).all()
found, = arrays(ask("genfromtxt", "\n".join(texts)))
assert (found.view("u8") == expected.view("u8")).all()
for fmt in ("%.18e", "%.17g", "%.6g", "%.0e", "%.16e", "%.3f", "%.15g", "%.30e"):
    buffer = io.BytesIO()
    np.savetxt(buffer, expected, fmt=fmt)
    assert bytes.fromhex(ask("savetxt", array=expected, fmt=fmt)["text"]) == buffer.getvalue(), fmt
print("read and printed:", len(texts))
"#,
    );
    assert_eq!(said, "read and printed: 10000\n");
}

#[test]
fn names_are_those_of_numpy() {
    let said = compare(
        r#"
random.seed(7)
pool = ["a", "a_1", "a_1_1", "a_2", "b c", "", "f0", "f1", "file", "return", "A", "x-y", "x.y", "~z", "d\u00e4", 'q"r', "(m)", "list"]
bad = counted = doubled = 0
for round in range(1500):
    count = random.randrange(1, 7)
    names = [random.choice(pool) for _ in range(count)]
    options = {}
    if random.random() < .4: options["deletechars"] = random.choice(["-", ".~", "_", "a", "()-. ", ""])
    if random.random() < .2: options["replace_space"] = random.choice(["", ".", "__"])
    if random.random() < .2: options["excludelist"] = ["list", "a"]
    if random.random() < .2: options["case_sensitive"] = random.choice([False, "lower", "upper", True])
    row = ",".join(map(str, range(count)))
    if names[0] == "" and random.random() < .9: names[0] = "k"  # NumPy drops an empty first name of a line
    if random.random() < .5:
        text = ",".join(names) + "\n" + row
        options["names"] = True
        if names[0].strip() == "": continue
    else:
        text, options["names"] = row, names
    # Names of a dtype that is given NumPy cleans twice: what comes of the first time may lose its `_`, or become capital.
    is_found = random.random() < .3 or "_" in options.get("deletechars", "") or options.get("case_sensitive") in (False, "upper")
    expected = numpys(np.genfromtxt, io.StringIO(text), delimiter=",", dtype=None if is_found else float, **options)
    answer = ask("genfromtxt", text, delimiter=",", dtype="infer" if is_found else "<f8", **options)
    found = arrays(answer)[0].dtype.names if "arrays" in answer else answer
    if isinstance(expected, ValueError) and "more than once" in str(expected):
        doubled += 1
        assert len(set(found)) == count, (names, options, found)
        continue
    counted += 1
    want = expected.dtype.names if not isinstance(expected, Exception) else expected
    if found != want:
        bad += 1
        if bad < 12: print(names, options, want, found)
assert counted > 1000 and doubled > 5, (counted, doubled)
print("differences:", bad)
"#,
    );
    assert!(said.ends_with("differences: 0\n"), "{said}");
}

#[test]
fn few_digits_of_many_floats() {
    let said = compare(
        r#"
random.seed(6)
bits = np.array([random.getrandbits(64) for _ in range(40000)], "u8").view("f8")
near = np.array([random.randrange(-10**7, 10**7) for _ in range(20000)], "f8")
subnormal = np.array([random.getrandbits(random.randrange(1, 53)) for _ in range(5000)], "u8").view("f8")
ties = np.concatenate([near + .5, near / 8, near / 1024, near / 1000, near * 1000.0, near, near * 1e-10])
a = np.concatenate([bits[np.isfinite(bits)], subnormal, ties, np.nextafter(ties, np.inf), np.nextafter(ties, -np.inf),
                    [0.0, -0.0, np.nan, -np.inf, 999999.5, 9.9999995, 1e22, 1e23, 5e-324]])
wide = a[:len(a) // 37 * 37].reshape(-1, 37)
for fmt in ["%g", "%.1g", "%.2g", "%.3g", "%.4g", "%.5g", "%.6G", "%.7g", "%.0g"]:
    for array in [a, wide]:
        buffer = io.BytesIO()
        np.savetxt(buffer, array, fmt=fmt)
        found = bytes.fromhex(ask("savetxt", array=array, fmt=fmt)["text"])
        if found != buffer.getvalue():
            print(fmt, [x for x in zip(a.tolist(), buffer.getvalue().split(), found.split()) if x[1] != x[2]][:5])
print("printed:", len(a) > 300000)
"#,
    );
    assert_eq!(said, "printed: True\n");
}

#[test]
fn long_doubles_and_times() {
    let said = compare(
        r#"
random.seed(5)
texts = ["%s%d.%de%d" % (random.choice(["", "-"]), random.getrandbits(60), random.getrandbits(60), random.randrange(-4960, 4900)) for _ in range(500)]
found, = arrays(ask("loadtxt", "\n".join(texts), dtype="<f16"))
assert (found == np.loadtxt(texts, dtype="g")).all()
import sys
sys.set_int_max_str_digits(0)  # a long double may have 4933
for fmt in ["%d", "%+30d", "%.40i", "% -8u|"]:
    a = np.append(np.loadtxt(texts, dtype="g"), np.array([0, -0.0, -.9, 2**63, 2**64 - 1, 2**64, -1e18, 999999999999999999, 1e19], "g"))
    buffer = io.BytesIO()
    np.savetxt(buffer, a, fmt=fmt)
    assert bytes.fromhex(ask("savetxt", array=a, fmt=fmt)["text"]) == buffer.getvalue(), fmt
for unit in ("D", "s", "ms", "us", "ns", "h", "m", "M", "Y"):
    a = np.array([random.randrange(-10**9, 10**9) if unit not in "YMD" else random.randrange(-700000 // 365, 100) for _ in range(200)]).astype("M8[%s]" % unit)
    a[3] = "NaT"
    text = "\n".join(str(x) for x in a)
    found, = arrays(ask("loadtxt", text, dtype="<M8[%s]" % unit))
    assert (found.view("i8") == a.view("i8")).all(), unit
    found, = arrays(ask("loadtxt", text, dtype="M8"))
    assert found.dtype == np.loadtxt(io.StringIO(text), dtype="M8").dtype, (unit, found.dtype)
for unit in ("D", "s", "ms", "25s", "Y", "generic"):
    dtype = "<m8[%s]" % unit if unit != "generic" else "<m8"
    ticks = np.array([random.randrange(-10**12, 10**12) for _ in range(200)])
    texts = [random.choice(["%d", " %d ", "%+d"]) % tick for tick in ticks]
    texts[3] = "NaT"
    found, = arrays(ask("loadtxt", "\n".join(texts), dtype=dtype))
    want = np.loadtxt(io.StringIO("\n".join(texts)), dtype=dtype)
    assert found.dtype == want.dtype and (found.view("i8") == want.view("i8")).all(), unit
    # For what is none NumPy's genfromtxt has -1, for which nothing tells that it was none.
    found, = arrays(ask("genfromtxt", ",".join(texts) + ",", dtype=dtype, delimiter=","))
    want = np.append(want, np.timedelta64("NaT"))
    assert found.dtype == want.dtype and (found.view("i8") == want.view("i8")).all(), unit
for text in ("1.5", "x", "1s", "1 D", "0x1", "1_0"):
    assert isinstance(numpys(np.loadtxt, [text], dtype="m8[s]", delimiter=","), Exception), text
    assert "timedelta64[s]" in ask("loadtxt", text, dtype="<m8[s]", delimiter=",")["error"], text
# What 64 bits don't hold NumPy makes another time of.
for unit, text, is_held in [("D", "25252734927768524-07-27", True), ("D", "25252734927768524-07-28", False), ("D", "30000000000000000-01-01", False),
                            ("Y", "30000000000000000-01-01", True), ("s", "5400000000000-01-01", False), ("as", "5400000000000-01-01", False)]:
    answer, want = ask("loadtxt", text, dtype="<M8[%s]" % unit), np.loadtxt([text], dtype="M8[%s]" % unit)
    assert arrays(answer)[0] == want if is_held else "which can't hold all of it" in answer["error"], (unit, text, answer, want)
print("times are read")
"#,
    );
    assert_eq!(said, "times are read\n");
}
