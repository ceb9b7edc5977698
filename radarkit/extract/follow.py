"""Range migration: a chest that wanders through range bins, seen as one that stays.

Each frame is read at the chest's own place, between two bins. Both show the echo with the same
phase (see `radarkit.extract.range`), so that their weighted mean does as well, and no step of the
place makes a step of the phase. Static clutter differs from bin to bin and would turn into motion:
it is removed first.
"""

import numpy as np
from numpy.typing import NDArray

from radarkit.extract.clutter import remove_static
from radarkit.extract.range import RangeProfiles
from radarkit.recording import Float64


def follow_range(
    profiles: RangeProfiles,
    track_m: Float64,
    middle_m: float,
    half_width_m: float,
    static: NDArray[np.complex64] | None = None,
) -> RangeProfiles:
    """Read range profiles along the track of a chest.

    Parameters
    ----------
    profiles : RangeProfiles
        Over all bins that the track touches and `half_width_m` more on either side.
    track_m : (frame,) float64
        Range of the chest at each frame.
    middle_m : float
        Range to put it at.
    half_width_m : float
        How far to look around it.
    static : (tx, rx, bin) complex64, optional
        Static clutter; the mean over the valid frames when not given.

    Returns
    -------
    RangeProfiles
        Without static clutter; of a chest that stays at `middle_m`.
    """
    bin_m = float(profiles.ranges_m[1] - profiles.ranges_m[0])
    moving = (
        remove_static(profiles.values, profiles.valid)
        if static is None
        else profiles.values - static
    )
    reach = max(1, int(half_width_m / bin_m))
    offsets = np.arange(-reach, reach + 1)
    last = len(profiles.ranges_m) - 1
    place = (track_m - profiles.ranges_m[0]) / bin_m
    followed = np.empty((*moving.shape[:3], offsets.size), np.complex64)
    frames = np.arange(len(moving))
    for column, offset in enumerate(offsets):
        at = np.clip(place + offset, 0, last)
        low = np.minimum(at.astype(np.int64), last - 1)
        share: NDArray[np.float32] = (at - low).astype(np.float32)[:, None, None]
        followed[..., column] = (1 - share) * moving[frames, :, :, low] + share * moving[
            frames, :, :, low + 1
        ]
    ranges_m = np.asarray(middle_m + offsets * bin_m, np.float64)
    return RangeProfiles(followed, ranges_m, profiles.valid)
