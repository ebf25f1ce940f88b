"""Writes the archive that examples/from_numpy.rs loads, as Python code usually does: with NumPy's defaults.

    python make_from_numpy.py [PATH]      # from_numpy.npz beside this script, unless a path is given
"""

import sys
from pathlib import Path

import numpy as np

path = sys.argv[1] if len(sys.argv) > 1 else Path(__file__).with_name("from_numpy.npz")

np.savez_compressed(
    path,
    weights=np.linspace(-1.0, 1.0, 12).reshape(3, 4),  # float64, 2 axes
    mask=np.array([True, False, True, True]),          # bool
    species=["cat", "dog", "snow leopard"],            # <U12
    title="three species, four features",              # <U28, 0 axes
    loss_history=[2.5, 1.25, 0.625],                   # float64
    learning_rate=1e-3,                                # float64, 0 axes
    epoch=3,                                           # int64, 0 axes
)
print("wrote", path)
