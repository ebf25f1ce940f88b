# Writes every.npz: for each row of `ROWS` (key, dtype, layouts) an archive `key/<version><order>` of all layouts as NumPy
# saves them, and what stands in the cells. The rows come from the Rust side.
warnings.simplefilter('ignore')
COUNT = 24
TEXTS = ['', 'a', 'a\0b', 'é', '整😀', 'déjà vu', ' x ', '\n']

def is_tiny(dtype):
    return dtype.type.__module__.startswith('ml_dtypes')

def clean(a):
    """Zeros what is unused of long doubles: NumPy leaves there what was in memory."""
    parts = a.view('u1').reshape(a.size, -1, 16)
    parts[:, :, 10:] = 0
    return a

def cells(dtype, shape, rng):
    """Little-endian cells of any bits that the dtype may have."""
    count = int(np.prod(shape))
    name = dtype.type.__name__
    if dtype.kind == 'b':
        return rng.integers(0, 2, shape).astype('?')
    if dtype.type in (np.longdouble, np.clongdouble):
        numbers = rng.normal(size=count) * 10.0 ** rng.integers(-300, 300, count)
        numbers[:6] = [0, -0.0, np.inf, -np.inf, np.nan, 1]
        numbers = numbers.astype('g') / 3
        numbers = numbers + numbers[::-1] * np.clongdouble(1j) if dtype.type is np.clongdouble else numbers
        return clean(numbers.astype(dtype)).reshape(shape)
    if dtype.kind in 'SU':
        width = dtype.itemsize // (4 if dtype.kind == 'U' else 1)
        texts = [TEXTS[i] for i in rng.integers(0, len(TEXTS), count)]
        texts = [t.encode('latin1', 'replace') for t in texts] if dtype.kind == 'S' else texts
        return np.array([t[:width] for t in texts], dtype).reshape(shape)
    if is_tiny(dtype) and 'int' in name:
        info = ml_dtypes.iinfo(dtype)
        return rng.integers(int(info.min), int(info.max) + 1, shape).astype('i1').astype(dtype)
    if is_tiny(dtype) and name != 'bfloat16':
        bits = int(name.removeprefix('float')[0])
        return rng.integers(0, 2**bits, shape).astype('u1').view(dtype)
    if dtype.kind in 'Mm':
        ticks = rng.integers(-2**63, 2**63 - 1, count)
        ticks[2::5] = np.resize([0, -2**63, -2**63 + 1, 2**63 - 1, -1, 72623859790382856], ticks[2::5].shape)
        return ticks.view(dtype).reshape(shape)
    return np.frombuffer(rng.bytes(count * dtype.itemsize), dtype, count).reshape(shape) if dtype.itemsize else np.zeros(shape, dtype)

def fill(a, rng):
    if a.dtype.names is not None:
        for name in a.dtype.names:
            fill(a[name], rng)
    elif a.size:
        a[...] = cells(little(a.dtype), a.shape, rng)

def little(dtype):
    return np.dtype(dtype.type) if is_tiny(dtype) else dtype.newbyteorder('<')

def turned(dtype, order):
    """`dtype.newbyteorder(order)`, but for what `ml_dtypes` makes of void: that it swaps in some calls only."""
    if dtype.subdtype is not None:
        item, shape = dtype.subdtype
        return np.dtype((turned(item, order), shape))
    if dtype.names is None:
        return dtype if is_tiny(dtype) and dtype.kind == 'V' else dtype.newbyteorder(order)
    fields = [dtype.fields[name] for name in dtype.names]
    layout = {'names': dtype.names, 'formats': [turned(field[0], order) for field in fields],
              'offsets': [field[1] for field in fields], 'itemsize': dtype.itemsize}
    if any(len(field) > 2 for field in fields):
        layout['titles'] = [field[2] if len(field) > 2 else None for field in fields]
    layout = np.dtype(layout)
    return dtype if layout == dtype else layout

def raw(a):
    return a.view(f'V{a.dtype.itemsize}') if a.dtype.itemsize else a

def save(a, version):
    file = io.BytesIO()
    np.lib.format.write_array(file, a, version)
    saved = file.getvalue()
    if a.dtype.names is None:
        return saved
    # NumPy copies field by field where cells do not lie one behind the other; padding is then what was in memory.
    return saved[:len(saved) - a.nbytes] + raw(a).tobytes('F' if a.flags.fnc else 'C')

def fortran(a):
    return raw(a).T.copy().T.view(a.dtype) if a.dtype.itemsize else np.asfortranarray(a)

LAYOUTS = {
    'c': lambda b: b.reshape(4, 6),
    'f': lambda b: fortran(b.reshape(4, 6)),
    'scalar': lambda b: b[5, ...],
    'line': lambda b: b,
    'empty': lambda b: b[:0].reshape(0, 3),
    'reversed': lambda b: b[::-3],
    'strided': lambda b: b.reshape(4, 6)[::-1, ::2],
    'f_sliced': lambda b: fortran(b.reshape(4, 6))[1:3, ::-1],
    'transposed': lambda b: b.reshape(2, 3, 4).T,
    'permuted': lambda b: b.reshape(2, 3, 4).transpose(1, 2, 0),
}

def packed(a):
    """The bytes of each cell without padding, one row each."""
    if a.dtype.itemsize == 0 or a.size == 0:
        return np.zeros((a.size, 0), 'u1')
    if a.dtype.names is not None:
        parts = [packed(a[name]).reshape(a.size, -1) for name in a.dtype.names]
        return np.concatenate([np.zeros((a.size, 0), 'u1'), *parts], axis=1)
    rows = np.frombuffer(np.ascontiguousarray(raw(a)).tobytes(), 'u1').reshape(a.size, -1)
    if a.dtype.type in (np.longdouble, np.clongdouble):
        return rows.reshape(a.size, -1, 16)[:, :, :10].reshape(a.size, -1)
    return rows

def fitted(a, order):
    """As wide as its longest: the dtype of texts that have no width of their own."""
    width = max([1, *(len(text) for text in a.ravel().tolist())])
    return a.astype(f'{order}{a.dtype.kind}{width}', order='F' if a.flags.fnc else 'C')

def archive(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, 'w') as z:
        for name, member in members.items():
            z.writestr(name, member)
    return file.getvalue()

def descr(file):
    major, length = file[6], 2 if file[6] == 1 else 4
    end = 8 + length + int.from_bytes(file[8:8 + length], 'little')
    found = eval(file[8 + length:end].decode('latin1' if major < 3 else 'utf8'))
    return (found['descr'] if isinstance(found['descr'], str) else repr(found['descr'])), found['shape'], found['fortran_order'], end

def versions_of(a):
    for version in (1, 2, 3):
        try:
            save(a, (version, 0))
        except ValueError:
            continue
        return range(version, 4)

with zipfile.ZipFile('every.npz', 'w') as out:
    listed = []
    for key, dtype, layouts in ROWS:
        dtype = np.dtype(dtype)
        chosen = {name: LAYOUTS[name] for name in (layouts or LAYOUTS)}
        twins = {'<': turned(dtype, '<'), '>': turned(dtype, '>')}
        told = np.lib.format.dtype_to_descr
        if told(dtype) not in map(told, twins.values()):
            twins['m'] = dtype
        if told(twins['<']) == told(twins['>']):
            del twins['>']
        bases = {}
        for order, twin in twins.items():
            # np.zeros forgets the byte order of `>M8`.
            bases[order] = np.zeros(COUNT, f'V{twin.itemsize}').view(twin) if twin.itemsize else np.zeros(COUNT, twin)
            fill(bases[order], np.random.default_rng(4))
        for order, base in bases.items():
            arrays = {name: layout(base) for name, layout in chosen.items()}
            versions = versions_of(base)
            for version in versions:
                files = {name: save(a, (version, 0)) for name, a in arrays.items()}
                out.writestr(f'{key}/{version}{order}', archive({name + '.npy': file for name, file in files.items()}))
                for name, file in files.items():
                    text, shape, is_fortran, end = descr(file)
                    shape = ','.join(map(str, shape))
                    listed.append('\t'.join([key, order, str(version), name, text, shape, str(int(is_fortran)), str(end)]))
            # What np.save chooses.
            assert all(save(a, None) == save(a, (versions[0], 0)) for a in arrays.values()), dtype
            if base.dtype.kind in 'SU' and base.dtype.names is None:
                fits = {name: fitted(a, order) for name, a in arrays.items()}
                out.writestr(f'{key}/fit{order}', archive({name + '.npy': save(a, None) for name, a in fits.items()}))
            if order == '<':
                texts = base.dtype.kind in 'SU' and base.dtype.names is None
                out.writestr(f'{key}/cells', archive({name: packed(a).tobytes() for name, a in arrays.items()}))
                out.writestr(f'{key}/le', archive({name: raw(a).tobytes() for name, a in arrays.items()}))
                if texts:
                    text = lambda t: t if isinstance(t, bytes) else t.encode()
                    joined = {name: b'\x1f'.join(text(t) for t in a.ravel().tolist()) for name, a in arrays.items()}
                    out.writestr(f'{key}/texts', archive(joined))
    out.writestr('listed', '\n'.join(listed))
