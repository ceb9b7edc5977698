"""Heart rate and its variability from the R peaks that were found.

Only intervals between two neighbouring beats count that a network found and the rhythm allows
(normal to normal, NN): none at an interpolated or unsure beat, across a stretch without a heartbeat
or over samples that the radar lost (the caller's `broken`), none outside 0.3 to 2 s, and none that
differs from the median of its neighbourhood by more than 20 %, as after an early, missed or
invented beat. With NN intervals NN_i in ms,

- heart rate = 60 000 / mean(NN), per minute;
- SDNN = standard deviation of NN, with n - 1;
- RMSSD = sqrt(mean((NN_{i+1} - NN_i)^2)) over intervals that share a beat;
- pNN50 = share of such differences beyond 50 ms, of the number of NN intervals, in %.

Source: Task Force of the ESC and NASPE, "Heart rate variability: standards of measurement",
Circulation 93, 1996, section "Time domain methods"; the 20 % rule is the one commonly used there.

R peaks from radar jitter by some milliseconds, each for itself, which adds to the differences: a
jitter of s ms raises RMSSD^2 by 6 s^2.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from radarkit.datasets.windows import TARGET_RATE_HZ
from radarkit.recording import Float64

SHORTEST_MS, LONGEST_MS = 300.0, 2000.0
TOLERANCE = 0.2
FEWEST_FOR_RATE = 5  # intervals
FEWEST_FOR_HRV = 30  # intervals, half a minute at rest
_SIDE = 5  # intervals on either side: more than two beats in a row that were each split in two


class Hrv(NamedTuple):
    """Heart rate and variability of a recording; None where there are too few intervals.

    Attributes
    ----------
    intervals : int
        NN intervals that count.
    excluded : int
        Intervals between neighbouring beats that do not.
    heart_rate_per_min : float or None
        From `FEWEST_FOR_RATE` intervals on.
    sdnn_ms, rmssd_ms, pnn50_percent : float or None
        From `FEWEST_FOR_HRV` intervals on.
    """

    intervals: int
    excluded: int
    heart_rate_per_min: float | None
    sdnn_ms: float | None
    rmssd_ms: float | None
    pnn50_percent: float | None


def heart_rate_variability(
    r_peaks: Float64,
    *,
    broken: NDArray[np.bool_] | None = None,
    sample_rate_hz: float = TARGET_RATE_HZ,
) -> Hrv:
    """Take the rate and the time-domain variability from R peaks.

    Parameters
    ----------
    r_peaks : (beats,) float64
        Increasing sample positions.
    broken : (beats - 1,) bool, optional
        Intervals that cannot be believed, whatever their length; none by default.
    sample_rate_hz : float
        Of the positions.
    """
    rr_ms = 1000 * np.diff(r_peaks) / sample_rate_hz
    normal = normal_intervals(rr_ms, broken)
    nn_ms = rr_ms[normal]
    together = normal[1:] & normal[:-1]
    steps_ms = np.diff(rr_ms)[together]
    enough = nn_ms.size >= FEWEST_FOR_HRV and steps_ms.size > 0
    return Hrv(
        intervals=int(nn_ms.size),
        excluded=int(rr_ms.size - nn_ms.size),
        heart_rate_per_min=(
            60_000 / float(nn_ms.mean()) if nn_ms.size >= FEWEST_FOR_RATE else None
        ),
        sdnn_ms=float(nn_ms.std(ddof=1)) if enough else None,
        rmssd_ms=float(np.sqrt(np.mean(steps_ms**2))) if enough else None,
        pnn50_percent=(100 * float((np.abs(steps_ms) > 50).sum()) / nn_ms.size if enough else None),
    )


def normal_intervals(rr_ms: Float64, broken: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
    """Tell which intervals count.

    Parameters
    ----------
    rr_ms : (intervals,) float64
        Between neighbouring beats.
    broken : (intervals,) bool, optional
        Those that do not in any case; they are nobody's neighbourhood either.
    """
    usable = (rr_ms >= SHORTEST_MS) & (rr_ms <= LONGEST_MS)
    if broken is not None:
        usable &= ~broken
    normal = usable.copy()
    for index in np.flatnonzero(usable):
        near = slice(max(0, index - _SIDE), index + _SIDE + 1)
        usual = float(np.median(rr_ms[near][usable[near]]))
        normal[index] = abs(rr_ms[index] - usual) <= TOLERANCE * usual
    return normal
