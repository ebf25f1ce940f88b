"""The NumPy side of the benchmarks: a process that stays up, takes commands as lines of JSON and answers the same way.

It times itself, so that no pipe is measured. The answer to a command that fails is {"error": ...}.
"""

import gzip
import importlib.util
import json
import os
import sys
import time
import traceback
import zlib

import numpy as np

held = {}  # the state that is saved, and that loads are compared with


def hold(path):
    """Takes the members of an archive as the state from now on."""
    held.clear()
    held.update(load(path, "npz"))


def save(target, form):
    if form == "npy":
        np.save(target, next(iter(held.values())))
    elif form == "compressed":
        np.savez_compressed(target, **held)
    else:
        np.savez(target, **held)


def save_synced(path, form):
    """The state under another name, synced, renamed, and the folder synced: what npz-core's `save` does."""
    unfinished = path + ".unfinished"
    with open(unfinished, "wb") as file:
        save(file, form)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, path)
    if os.name == "posix":
        folder = os.open(os.path.dirname(path), os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def load(path, form):
    if form == "npy":
        return {"array": np.load(path)}
    with np.load(path) as archive:
        return {name: archive[name] for name in archive.files}


def remove(path):
    if os.path.exists(path):
        os.remove(path)


def timed(work, repeats, before):
    """The seconds of one run, on average. Dropping the result is not part of it."""
    seconds = 0.0
    for _ in range(repeats):
        before()
        begin = time.perf_counter()
        result = work()
        seconds += time.perf_counter() - begin
        del result
    return seconds / repeats


def task(path, form, do, synced=False):
    """The work of a command, and what goes before it without being timed."""
    if do == "load":
        return lambda: load(path, form), lambda: None
    write = save_synced if synced else save
    return lambda: write(path, form), lambda: remove(path)


def run(repeats, **command):
    work, before = task(**command)
    return {"seconds": timed(work, repeats, before)}


def verify(path, form):
    """Loads a file and compares it with the state, byte by byte."""
    loaded = load(path, form)
    same = list(loaded) == list(held) or form == "npy" or sorted(loaded) == sorted(held)
    for name, array in loaded.items():
        twin = next(iter(held.values())) if form == "npy" else held[name]
        same = same and array.dtype == twin.dtype and array.shape == twin.shape
        same = same and np.array_equal(array.reshape(-1).view("u1"), twin.reshape(-1).view("u1"))
    if not same:
        raise ValueError(f"{path} was not loaded as it was saved")


def memory(key):
    """A number of bytes from the kernel's account of this process."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith(key))


def peak(**command):
    """How far the process grows beyond what it has, while it does one thing once."""
    work, before = task(**command)
    before()
    with open("/proc/self/clear_refs", "w") as clear:
        clear.write("5")
    begin = memory("VmRSS:")
    result = work()
    end = memory("VmHWM:")
    del result
    return {"before": begin, "peak": end}


def package_file(package, path):
    return os.path.join(os.path.dirname(importlib.util.find_spec(package).origin), path)


def trained():
    """The weights of a trained voice detector, tensor by tensor, from its file of safetensors."""
    with open(package_file("silero_vad", "data/silero_vad_16k.safetensors"), "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    header.pop("__metadata__", None)
    return {
        name: np.frombuffer(data[slice(*tensor["data_offsets"])], "<f4").reshape(tensor["shape"])
        for name, tensor in header.items()
        if tensor["dtype"] == "F32"
    }


def sklearn_file(path):
    # Found without importing the package, which would want its dependencies.
    return package_file("sklearn", os.path.join("datasets", path))


def photo():
    """A photograph of a temple, as bytes of red, green and blue."""
    from PIL import Image

    return {"array": np.asarray(Image.open(sklearn_file("images/china.jpg")))}


def digits():
    """Handwritten digits of 8 by 8 pixels, a table of small whole numbers in float64."""
    with gzip.open(sklearn_file("data/digits.csv.gz"), "rt") as file:
        return {"array": np.loadtxt(file, delimiter=",")}


def tumours():
    """Thirty measurements of each of 569 tumours, and what they were: a table of decimals in float64."""
    return {"array": np.loadtxt(sklearn_file("data/breast_cancer.csv"), delimiter=",", skiprows=1)}


def held_out(name, path):
    np.savez(path, **{"trained": trained, "photo": photo, "digits": digits, "tumours": tumours}[name]())


def versions():
    python = ".".join(map(str, sys.version_info[:3]))
    today = time.strftime("%Y-%m-%d")
    return {"numpy": np.__version__, "python": python, "zlib": zlib.ZLIB_RUNTIME_VERSION, "today": today}


COMMANDS = {f.__name__: f for f in (hold, run, verify, peak, held_out, versions)}

for line in sys.stdin:
    command = json.loads(line)
    try:
        answer = COMMANDS[command.pop("command")](**command) or {}
    except Exception:
        answer = {"error": traceback.format_exc()}
    print(json.dumps(answer), flush=True)
