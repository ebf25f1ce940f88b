"""Routes NumPy's text functions to `npz-text`, for NumPy's own tests, and counts the calls of each test.

Converters in Python are asked for each text. What the functions of Rust have no way to be called with (a cell that is an object) is left
out: the test is skipped, and the reason is noted. Messages are given NumPy's words, with the line and column that were found.
"""

import json
import os
import re
import subprocess
import warnings

import numpy as np
import pytest

REAL = {name: getattr(np, name) for name in ("loadtxt", "genfromtxt", "savetxt")}
SERVER = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
calls = {}
left_out = {}
current = None


def left(reason):
    left_out[current] = reason
    pytest.skip(f"left out: {reason}")


def say(value):
    SERVER.stdin.write(json.dumps(value) + "\n")
    SERVER.stdin.flush()
    return json.loads(SERVER.stdout.readline())


def ask(request, converters=()):
    answer = say(request)
    unfit = None
    while "convert" in answer:
        number, text = answer["convert"]
        try:
            value = converters[number](text)
            unfit = unfit or not isinstance(value, (str, bytes, bool, int, float, complex, np.number, np.bool))
            answer = say({"text": as_text(value)})
        except Exception as error:
            answer = say({"error": repr(error)})
    if unfit:
        left("a converter gives a Python object")
    calls[current] = calls.get(current, 0) + 1
    return answer


def as_text(value):
    """What a converter gives, as text that is read as the same value."""
    if isinstance(value, bytes):
        return value.decode("latin1")
    return value if isinstance(value, str) else str(value)


def given_converters(converters, is_bytes):
    """The columns of converters, and their functions; `None` stands for all columns."""
    if converters is None:
        return [], []
    if callable(converters):
        converters = {None: converters}
    if not isinstance(converters, dict) or not all(callable(c) for c in converters.values()):
        left("an argument of another type, which the compiler refuses")
    if not all(c is None or isinstance(c, (int, np.integer, str)) for c in converters):
        left("an argument of another type, which the compiler refuses")
    of_text = lambda convert: lambda text: convert(text.encode("latin1") if is_bytes else text)
    return [plain(c) for c in converters], [of_text(c) for c in converters.values()]


def plain(value):
    if isinstance(value, bytes):
        return value.decode("latin1")
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, complex):
        return str(value)
    return value


def descr(dtype):
    dtype = np.dtype(dtype)
    if dtype.hasobject:
        left("cells are Python objects")
    return str(np.lib.format.dtype_to_descr(dtype)), dtype


def source_of(fname, encoding, max_rows):
    """The source for a request, and what to call with the lines that were used."""
    if isinstance(fname, os.PathLike):
        fname = os.fspath(fname)
    if isinstance(fname, str):
        return {"path": os.path.abspath(fname)}, None, encoding
    if not hasattr(fname, "read"):
        try:
            fname = list(fname)  # an iterator gives its lines
        except TypeError:
            left("an argument of another type, which the compiler refuses")
        if not all(isinstance(line, (str, bytes)) for line in fname):
            left("a line is no text")
        return {"lines": [plain(line) for line in fname]}, None, None
    start = fname.tell() if hasattr(fname, "tell") else None
    data = fname.read()
    if isinstance(data, bytes) and max_rows is None:
        return {"bytes": data.hex()}, None, encoding or "latin1"
    if isinstance(data, bytes):
        data = data.decode(encoding or "latin1")

    def used(lines):
        fname.seek(start)
        for _ in range(lines):
            fname.readline()

    if max_rows is None:
        return {"bytes": data.encode("utf-8").hex()}, None, "utf-8"
    return {"lines": data.splitlines(keepends=True)}, used, None


def numpys_words(message, function, options):
    """The same message as NumPy has it."""
    first = options.get("skiprows") or 0
    m = re.search(r"line (\d+), column (\d+): expected (\w+).*?, found (\".*?\")(;|$)", message)
    if m and function == "loadtxt":
        return f"could not convert string '{json.loads(m[4])}' to {m[3]} at row {int(m[1]) - 1 - first}, column {m[2]}."
    m = re.search(r"line (\d+): the number of columns changed from (\d+) to (\d+)", message)
    if m:
        return f"the number of columns changed from {m[2]} to {m[3]} at row {int(m[1]) - first}; use `usecols`"
    m = re.search(r"line (\d+): there is no column (-?\d+), .* the row has (\d+) columns?", message)
    if m:
        return f"invalid column index {m[2]} at row {int(m[1]) - first} with {m[3]} columns"
    m = re.search(r"the dtype .* takes (\d+) columns?, found (\d+)", message)
    if m:
        return f"the dtype passed requires {m[1]} columns but {m[2]} were found at row 1"
    m = re.search(r"expected a count for `(\w+)`", message)
    if m:
        return "Illegal value of ndmin keyword" if m[1] == "ndmin" else f"{m[1]}: argument must be nonnegative"
    if "for `ndmin`" in message:
        return "Illegal value of ndmin keyword: " + message
    m = re.search(r"an option is set for column (-?\d+)", message)
    if m and "converters" in options:
        return f"converter specified for column {m[1]}: {message}"
    if "has the end of a line inside" in message:
        return "Found an unquoted embedded newline within a single line"
    if "can't be set together with `quotechar`" in message:
        return "when multiple comments or a multi-character comment is given, quotes are not supported."
    return message


def load(function, fname, options):
    if options.pop("like", None) is not None:
        left("`like`")
    converters = options.pop("converters", None)
    usemask = options.pop("usemask", False)
    unpack = options.pop("unpack", None)
    encoding = options.pop("encoding", None)
    is_bytes = encoding == "bytes"
    encoding = None if is_bytes else encoding
    given = converters.values() if isinstance(converters, dict) else None
    columns, converters = given_converters(converters, is_bytes)
    if isinstance(fname, (str, os.PathLike)) and not os.path.exists(fname) and "foo.bar" not in str(fname):
        left("no such file")
    if any(isinstance(options.get(name), float) for name in ("skiprows", "max_rows")):
        left("an argument of another type, which the compiler refuses")
    start = fname.tell() if hasattr(fname, "tell") else None
    source, used, encoding = source_of(fname, encoding, options.get("max_rows"))
    dtype = options.pop("dtype", float)
    if dtype is not None and {str, bytes}.intersection(given or ()):
        left("a converter changes the dtype")
    asked = {}
    names = options.get("names")
    if dtype is None and function == "genfromtxt":
        asked["dtype"] = "infer"
    else:
        if isinstance(dtype, tuple) or (isinstance(dtype, list) and not isinstance(dtype[0], tuple)):
            dtype = np.dtype(",".join(np.dtype(d).str for d in dtype))
        asked["dtype"], dtype = descr(float if dtype is None else dtype)
    for name, value in options.items():
        if name == "ndmin" and value is None:
            value = "None"
        if name == "comments":
            if isinstance(value, (str, bytes)):
                value = [value]
            asked[name] = plain(value)
        elif value is None or (name == "names" and value is False):
            continue
        elif name == "usecols":
            if isinstance(value, str):
                asked[name] = [v.strip() for v in value.split(",")]
            else:
                value = [value] if np.ndim(value) == 0 and not isinstance(value, (list, tuple)) else list(value)
                if not all(isinstance(v, (str, int, np.integer)) and (isinstance(v, str) or abs(v) < 2**62) for v in value):
                    left("columns are Python objects")
                asked[name] = [plain(v) for v in value]
        elif name in ("missing_values", "filling_values"):
            if isinstance(value, dict):
                asked[name] = [[plain(k), plain(v)] for k, v in value.items()]
            elif isinstance(value, (list, tuple)):
                asked[name] = [[i, plain(v)] for i, v in enumerate(value)]
            elif name == "missing_values":
                asked[name] = [[None, str(plain(value)).split(",")]]
            else:
                asked[name] = [[None, plain(value)]]
        else:
            asked[name] = plain(value)
    if encoding is not None:
        asked["encoding"] = encoding
    if columns:
        asked["converters"] = columns
    try:
        request = {"do": function, "source": source, "options": asked, "mask": usemask}
        json.dumps(request)
    except (TypeError, ValueError):
        left("an argument is a Python object")
    answer = ask(request, converters)
    if "error" in answer:
        message = answer["error"]
        if start is not None:
            fname.seek(start)
        if "have to differ" in message or "can't be white space" in message:
            words = f"Comment characters cannot include the delimiter; control characters are incompatible: {message}"
            raise TypeError(words)
        if "can't be the end of a line" in message:
            raise TypeError(f"control character cannot be a newline: {message}")
        if "expected one character" in message:
            raise TypeError(f"must be a single unicode character or None: {message}")
        if "no ASCII" in message or "no UTF-8" in message:
            raise UnicodeDecodeError("ascii", b"?", 0, 1, message)
        if "no such option" in message or "found null" in message and "dtype" in message:
            raise TypeError(message)
        if "and there are no names" in message and columns and function == "loadtxt":
            raise TypeError(f"keys of the converters dict: {message}")
        if "the converter refused" in message and function == "genfromtxt":
            raise np.lib._iotools.ConverterError(message)
        raise ValueError(numpys_words(message, function, asked))
    if used:
        used(answer["lines"])
    for message in answer["warnings"]:
        m = re.search(r"line (\d+) holds no data and is not counted towards max_rows=(\d+)", message)
        if m:
            warnings.warn(f"Input line {m[1]} contained no data and will not be counted towards `max_rows={m[2]}`", stacklevel=3)
        elif "holds no data" in message:
            words = "Empty input file:" if function == "genfromtxt" else "input contained no data:"
            warnings.warn(f'{function}: {words} "{fname}"', stacklevel=3)
        else:
            warnings.warn(message, np.lib._iotools.ConversionWarning, stacklevel=3)
    array = load_npy(answer["arrays"][0])
    if asked["dtype"] == "infer":
        array = as_bytes(array) if is_bytes else array
    elif dtype.names is None and names is None and dtype.itemsize:
        assert dtype in (array.dtype, np.dtype("M8")), (array.dtype, dtype)
    if usemask:
        array = np.ma.MaskedArray(array, mask=load_npy(answer["arrays"][1]))
        return array.T if unpack else array
    if unpack:
        return unpacked(array, request, converters)
    return array


def load_npy(text):
    import gc
    import io
    array = np.load(io.BytesIO(bytes.fromhex(text)))
    if "refcount" in current:
        gc.collect()  # what reading a header leaves behind is not what the test looks for
    return array


def as_bytes(array):
    """The legacy `encoding="bytes"`: text that `latin1` can hold becomes bytes, with a warning."""
    kinds = [array.dtype] if array.dtype.names is None else [array.dtype[n] for n in array.dtype.names]
    if any(kind.kind == "U" for kind in kinds):
        warnings.warn("Reading unicode strings without specifying the encoding", np.exceptions.VisibleDeprecationWarning, stacklevel=4)
    try:
        if array.dtype.names is None:
            return np.char.encode(array, "latin1") if array.dtype.kind == "U" else array
        fields = [(n, f"S{array.dtype[n].itemsize // 4}" if array.dtype[n].kind == "U" else array.dtype[n]) for n in array.dtype.names]
        out = np.empty(array.shape, fields)
        for n in array.dtype.names:
            out[n] = np.char.encode(array[n], "latin1") if array.dtype[n].kind == "U" else array[n]
        return out
    except UnicodeEncodeError:
        return array


def unpacked(array, request, converters):
    names = array.dtype.names
    if names is None and array.ndim < 2:
        return array
    answer = ask({**request, "columns": True}, converters)
    columns = [load_npy(text) for text in answer["arrays"]]
    if names is not None and len(names) == 1:
        return columns[0] if array.ndim else columns[0].reshape(())
    return [column.reshape(array.shape) if names else column for column in columns]


def loadtxt(fname, dtype=float, comments="#", delimiter=None, converters=None, skiprows=0, usecols=None, unpack=False,
            ndmin=0, encoding=None, max_rows=None, *, quotechar=None, like=None):
    if delimiter == "":
        left("an argument of another type, which the compiler refuses")
    return load("loadtxt", fname, dict(locals_of(locals())))


def genfromtxt(fname, dtype=float, comments="#", delimiter=None, skip_header=0, skip_footer=0, converters=None,
               missing_values=None, filling_values=None, usecols=None, names=None, excludelist=None, deletechars=None,
               replace_space="_", autostrip=False, case_sensitive=True, defaultfmt="f%i", unpack=None, usemask=False,
               loose=True, invalid_raise=True, max_rows=None, encoding=None, *, ndmin=0, like=None):
    return load("genfromtxt", fname, dict(locals_of(locals())))


def locals_of(given):
    return {name: value for name, value in given.items() if name != "fname"}


def savetxt(fname, X, fmt="%.18e", delimiter=" ", newline="\n", header="", footer="", comments="# ", encoding=None):
    import io
    X = np.asarray(X)
    buffer = io.BytesIO()
    try:
        np.save(buffer, X, allow_pickle=False)
    except ValueError:
        left("cells are Python objects")
    if isinstance(fname, os.PathLike):
        fname = os.fspath(fname)
    request = {
        "do": "savetxt", "array": buffer.getvalue().hex(), "path": os.path.abspath(fname) if isinstance(fname, str) else None,
        "options": {"fmt": plain(fmt), "delimiter": delimiter, "newline": newline, "header": header, "footer": footer,
                    "comments": comments, "encoding": encoding},
    }
    answer = ask(request)
    if "error" in answer:
        message = answer["error"]
        raise (TypeError(f"Mismatch between array dtype and format specifier: {message}") if re.search(r"%\w takes", message) else ValueError(message))
    if not isinstance(fname, str):
        data = bytes.fromhex(answer["text"])
        try:
            fname.write(data.decode(encoding or "utf-8"))
        except TypeError:
            fname.write(data)


np.loadtxt, np.genfromtxt, np.savetxt = loadtxt, genfromtxt, savetxt
np.lib._npyio_impl.genfromtxt = genfromtxt  # which `recfromtxt` and `recfromcsv` call


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    global current
    current = item.nodeid.split("/")[-1]


results = {}
skipped = {}


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    name = item.nodeid.split("/")[-1]
    if report.when == "call" or report.outcome != "passed":
        results[name] = report.outcome
    if report.skipped and name not in left_out:
        skipped[name] = report.longrepr[2].removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else "NumPy expects it to fail"


def pytest_sessionfinish(session):
    with open("results.json", "w") as f:
        json.dump({"results": results, "calls": calls, "left_out": left_out, "skipped": skipped}, f)
    SERVER.stdin.close()
    SERVER.wait()
