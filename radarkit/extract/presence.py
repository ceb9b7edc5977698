"""Who is there: a chest that is not there all the time, and one that is not alone.

An extraction is of one chest in one place. Where somebody comes late or leaves, the echo of the
place is static clutter alone; where somebody else moves as well, the livelier one was taken.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from radarkit.capture import RadarConfig
from radarkit.extract.chest import half_width_m
from radarkit.extract.points import Points
from radarkit.extract.survey import Survey

_AWAY = 0.1  # of the strength of the echo, which is the 90th percentile; fading goes on for less
_AWAY_S = 3.0
_MEAN_S = 1.0
_LOOKS_HZ = 20.0  # at least; enough for means over a second
_NEARER_DB = -12.0  # beside the chest; nothing but the chest makes ghosts, and they lie behind it
_FARTHER_DB = -3.0  # ghosts are weaker
_MOVES_DB = 20.0  # above noise


class _Stretch(NamedTuple):
    start_s: float
    stop_s: float


def absence(points: Points, valid: NDArray[np.bool_], rate_hz: float) -> str | None:
    """Say when the echo of the chest was missing, None where it was there throughout.

    Parameters
    ----------
    points : Points
        Points of the chest.
    valid : (frames,) bool
        False for frames that were lost, of which nothing is said.
    rate_hz : float
        Of the frames.
    """
    step = max(1, int(rate_hz / _LOOKS_HZ))
    rate_hz, valid = rate_hz / step, valid[::step]
    strength = np.abs(points.echo[:, ::step] - points.centre[:, None])
    strength /= np.maximum(np.percentile(strength, 90, axis=1, keepdims=True), 1e-30)
    strength[:, ~valid] = 1
    mean = uniform_filter1d(np.median(strength, axis=0), max(1, round(_MEAN_S * rate_hz)))
    edges = np.flatnonzero(np.diff(np.pad(mean < _AWAY, 1).astype(np.int8))) / rate_hz
    away = [_Stretch(*pair) for pair in edges.reshape(-1, 2) if pair[1] - pair[0] >= _AWAY_S]
    if not away:
        return None
    longest = max(away, key=lambda one: one.stop_s - one.start_s)
    away_s = sum(one.stop_s - one.start_s for one in away)
    where = f"{longest.start_s:.0f} to {longest.stop_s:.0f} s"
    return (
        f"the echo of the chest is missing for {away_s:.0f} s of {mean.size / rate_hz:.0f} s "
        f"({'' if len(away) == 1 else 'longest: '}{where}), motion is made up there: cut the "
        "capture to when somebody was there"
    )


def somebody_else(found: Survey, radar: RadarConfig) -> str | None:
    """Say where else something moves nearly as much as the chest, None where nothing does.

    Parameters
    ----------
    found : Survey
        Which found the chest.
    radar : RadarConfig
        The radar.
    """
    moving = np.where(found.motion_db >= _MOVES_DB, found.moving, 0).sum(axis=(0, 1))
    chest_m = found.chest_range_m
    apart = np.abs(found.ranges_m - chest_m) > half_width_m(radar)
    least_db = np.where(found.ranges_m < chest_m, _NEARER_DB, _FARTHER_DB)
    strong = moving > moving[found.chest_bin] * 10 ** (least_db / 10)
    others = np.flatnonzero(apart & strong)
    if others.size == 0 or moving[found.chest_bin] == 0:
        return None
    other = int(others[moving[others].argmax()])
    # the flank of the chest is no place of its own
    beside = [at for at in (other - 1, other + 1) if 0 <= at < moving.size]
    if any(moving[at] > moving[other] for at in beside):
        return None
    return (
        f"something else moves at {found.ranges_m[other]:.2f} m nearly as much: choose with "
        "--min-range and --max-range which chest is meant"
    )
