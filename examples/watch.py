"""Watches frames while a program appends them: `python watch.py frames.npy COUNT`, until there are so many.

Draws the last one into frames.png where there is matplotlib; else prints what a picture would show.
"""

import sys
import time

try:
    import numpy as np
except ImportError:
    sys.exit(3)  # the example goes on without

path, count = sys.argv[1], int(sys.argv[2])
told, last_change = 0, time.monotonic()
seen = 0
while seen < count and time.monotonic() - last_change < 10:
    frames = np.load(path, mmap_mode="r")  # whole frames, as of the last flush
    if len(frames) > seen:
        seen, last_change = len(frames), time.monotonic()
        if seen >= told + 10:
            told = seen
            last = frames[-1]
            print(f"  Python sees {seen:3} frames; the last: mean {last.mean():.3f}, hottest {last.max():.3f}", flush=True)
    time.sleep(0.005)

try:
    from matplotlib import pyplot
except ImportError:
    rows = frames[-1][::4, ::2] / frames[-1].max()
    for row in rows:
        print("  " + "".join(" .:-=+*#%@"[int(9 * cell)] for cell in row))
else:
    pyplot.imsave(path.replace(".npy", ".png"), frames[-1])
    print("  and draws the last one:", path.replace(".npy", ".png"))
