"""Draws mean temperatures over heights: `python plot_stations.py stations.npz`, into stations.png beside it.

Where there is no matplotlib, it says so and prints what a picture would show.
"""

import sys

try:
    import numpy as np
except ImportError:
    sys.exit(3)  # the example goes on without

path = sys.argv[1]
with np.load(path) as archive:
    stations = archive["stations"]
stations = stations[np.argsort(stations["height_m"])]
known = stations[~np.isnan(stations["height_m"]) & ~np.isnan(stations["mean_c"])]
assert len(stations) == 6 and len(known) == 4, (len(stations), len(known))
slope = np.polyfit(known["height_m"], known["mean_c"], 1)[0] * 1000
print(f"Python sees {len(stations)} stations, {len(known)} with both numbers: {slope:.1f} C for 1000 m")

try:
    from matplotlib import pyplot
except ImportError:
    print("There is no matplotlib, so here it is in text:")
    for station in known:
        print(f"  {station['station']:>12} {station['height_m']:6.0f} m", " " * int(2 * station["mean_c"] + 4), "*")
else:
    pyplot.scatter(known["height_m"], known["mean_c"])
    for station in known:
        pyplot.annotate(station["station"], (station["height_m"], station["mean_c"]))
    pyplot.xlabel("height (m)")
    pyplot.ylabel("mean (C)")
    pyplot.savefig(path.replace(".npz", ".png"))
    print("It draws them:", path.replace(".npz", ".png"))
