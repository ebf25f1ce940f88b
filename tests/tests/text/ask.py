# Asks the program `text`, and compares what it says with what NumPy does.
import subprocess, random, warnings, math

warnings.simplefilter("ignore")
SERVER = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")


def ask(do, text=None, array=None, mask=False, **options):
    request = {"do": do, "options": options, "mask": mask}
    if text is not None:
        request["source"] = {"bytes": text.encode("utf-8").hex()}
    if array is not None:
        buffer = io.BytesIO()
        np.save(buffer, array)
        request["array"] = buffer.getvalue().hex()
    SERVER.stdin.write(json.dumps(request) + "\n")
    SERVER.stdin.flush()
    return json.loads(SERVER.stdout.readline())


def arrays(answer):
    return [np.load(io.BytesIO(bytes.fromhex(text))) for text in answer["arrays"]]


def numpys(function, *args, **options):
    """What NumPy gives, or the error."""
    try:
        return function(*args, **options)
    except Exception as error:
        return error


def same(a, b):
    """The same shape, dtype and bits; NaN is NaN whatever its payload."""
    if a.shape != b.shape:
        return False
    if a.dtype.names is not None:
        return a.dtype.names == b.dtype.names and all(same(a[n], b[n]) for n in a.dtype.names)
    if a.dtype.newbyteorder("=") != b.dtype.newbyteorder("="):
        return False
    if a.dtype.kind in "fc" and a.dtype.itemsize < 32 and a.dtype.name != "longdouble":
        parts = a.dtype.char.lower()
        a, b = (np.ascontiguousarray(x.astype(x.dtype.newbyteorder("="))) for x in (a, b))
        if a.dtype.kind == "c":
            a, b = (x.reshape(-1).view(x.real.dtype) for x in (a, b))
        nan = np.isnan(a)
        return (nan == np.isnan(b)).all() and (np.signbit(a) == np.signbit(b)).all() and (a[~nan] == b[~nan]).all()
    return ((a == b) | ((a != a) & (b != b))).all()
