"""Movements of the body that hide the heart.

Someone who shifts on a chair moves the chest by centimetres within a fraction of a second. Slow as
breathing is, it leaves little between 1 and 6 Hz however deep it goes, and the heart moves the
chest by less than half a millimetre there; so what stands far above the recording's own usual
level in that band, and above what any heart does, is the body.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from scipy.ndimage import uniform_filter1d
from scipy.signal import butter, sosfiltfilt

_BAND_HZ = (1.0, 6.0)
_SLOWEST_RATE_HZ = 5.0  # of a recording that holds enough of the band
_SHORTEST_S = 4.0  # four periods of the slowest frequency
_LEVEL_S = 0.5
_LEAST_M = 0.5e-3  # rms; no heart shakes a chest so much
_TIMES = 5.0  # above the usual level, 14 dB
_SPREADS = 6.0  # and so many robust standard deviations of the logarithmic level above it
_MARGIN_S = 0.5  # a movement begins and ends gently
_GAP_S = 1.5  # less quiet than this between two movements tells no heart beat


class Segment(BaseModel):
    """A stretch of time.

    Attributes
    ----------
    start_s, stop_s : float
        From the start of the recording.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    start_s: float
    stop_s: float


def motion_segments(displacement_m: NDArray[np.floating], rate_hz: float) -> list[Segment]:
    """Find the stretches in which the body moves.

    Parameters
    ----------
    displacement_m : (channels, samples) float
        Motion of the chest; the median over the channels decides, so that one that slips by a turn
        is no movement.
    rate_hz : float
        Its rate.

    Returns
    -------
    list of Segment
        In order, apart from each other; none for less than 4 s or 5 samples a second.
    """
    samples = displacement_m.shape[1]
    if len(displacement_m) == 0 or rate_hz < _SLOWEST_RATE_HZ or samples < _SHORTEST_S * rate_hz:
        return []
    high_hz = min(_BAND_HZ[1], 0.45 * rate_hz)
    sos = butter(2, (_BAND_HZ[0], high_hz), "bandpass", fs=rate_hz, output="sos")
    band = sosfiltfilt(sos, np.asarray(displacement_m, np.float64), axis=1)
    power = uniform_filter1d(band**2, max(1, round(_LEVEL_S * rate_hz)), axis=1)
    level_m = np.sqrt(np.median(np.maximum(power, 0), axis=0))
    usual = np.log(np.maximum(level_m, 1e-9))  # a nanometre: what does not move has a level too
    spread = 1.4826 * float(np.median(np.abs(usual - np.median(usual))))
    rise = max(np.log(_TIMES), _SPREADS * spread)
    moving = (usual > np.median(usual) + rise) & (level_m > _LEAST_M)
    return _segments(moving, rate_hz)


def _segments(moving: NDArray[np.bool_], rate_hz: float) -> list[Segment]:
    """Stretches of true, with margins, those close to each other joined."""
    edges = np.flatnonzero(np.diff(np.pad(moving, 1).astype(np.int8)))
    duration_s = moving.size / rate_hz
    found: list[Segment] = []
    for first, behind in edges.reshape(-1, 2) / rate_hz:
        start_s, stop_s = max(first - _MARGIN_S, 0.0), min(behind + _MARGIN_S, duration_s)
        if found and start_s - found[-1].stop_s < _GAP_S:
            start_s = found.pop().start_s
        found.append(Segment(start_s=float(start_s), stop_s=float(stop_s)))
    return found


def during(segments: Sequence[Segment], samples: int, rate_hz: float) -> NDArray[np.bool_]:
    """Say which samples lie within segments: (samples,) bool."""
    inside = np.zeros(samples, np.bool_)
    for segment in segments:
        inside[int(segment.start_s * rate_hz) : int(np.ceil(segment.stop_s * rate_hz))] = True
    return inside
