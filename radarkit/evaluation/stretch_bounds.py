"""Where the stretches of a trial begin and end."""

from itertools import pairwise

import numpy as np

from radarkit.datasets.windows import TARGET_RATE_HZ

LENGTH_S = 30.0


def stretch_bounds(samples: int) -> list[tuple[int, int]]:
    """Divide a trial into stretches of 20 to 45 s, or one if it is shorter.

    Parameters
    ----------
    samples : int
        Of the trial at 200 Hz.

    Returns
    -------
    list of (int, int)
        First sample of each and the one behind its last.
    """
    parts = max(1, round(samples / (LENGTH_S * TARGET_RATE_HZ)))
    ends = np.rint(np.linspace(0, samples, parts + 1)).astype(np.int64).tolist()
    return list(pairwise(ends))
