"""The shape of a heartbeat's bursts above 5 Hz.

Bursts are looked at through the envelope of a band, cut into beats around R, as the median beat:
the median over the beats at each time. Between 10 and 20 Hz it rises to v1 when the ventricles
contract, to a second, lower maximum or a shoulder at v2 when the aortic valve closes, and rests in
diastole; between 5 and 10 Hz it is one broad rise.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radarkit.evaluation.locking import band_envelope, beats_around
from radarkit.recording import Float64

SHARP_HZ, BROAD_HZ = (10.0, 20.0), (5.0, 10.0)
V1_WITHIN_S = (0.0, 0.6)  # after R; clocks that disagree bring it there from 0.1 s
_V1_AT = 0.35  # of the cycle that is looked at
_V2_WITHIN_S = (0.12, 0.4)  # after v1
_BROAD_WITHIN_S = (-0.15, 0.35)  # of v1
_REST = 10  # percentile


@dataclass(frozen=True)
class BurstShape:
    """Bursts of one median beat; levels are relative to the median beat's mean over a cycle.

    Attributes
    ----------
    v1_lag_s : float
        From R to the highest point of the 10-20 Hz envelope.
    v1_level : float
        Height of that point.
    v1_width_s : float
        Full width of v1 half-way between rest and top.
    v2_level, v2_delay_s : float
        Second maximum or shoulder, and how long it comes after v1.
    rest_level : float
        Tenth percentile over the cycle: diastole.
    depth : float
        Highest over lowest point.
    broad_width_s : float
        Full width of the rise between 5 and 10 Hz.
    broad_delay_s : float
        From v1 to the highest point of the 5-10 Hz envelope.
    """

    v1_lag_s: float
    v1_level: float
    v1_width_s: float
    v2_level: float
    v2_delay_s: float
    rest_level: float
    depth: float
    broad_width_s: float
    broad_delay_s: float


def burst_shape(
    displacement: NDArray[np.floating],
    r_peaks: NDArray[np.integer],
    sample_rate_hz: float,
    valid: NDArray[np.bool_] | None = None,
) -> BurstShape:
    """Measure the bursts of a motion.

    Parameters
    ----------
    displacement : (samples,) float
        Motion of one point, in any unit.
    r_peaks : (peaks,) int
        Sample indices of the R peaks.
    sample_rate_hz : float
        Above 40 Hz.
    valid : (samples,) bool, optional
        Which samples to believe; all by default.

    Returns
    -------
    BurstShape
        Over one cycle of the median interval, of which 35 % lie before v1.

    Raises
    ------
    UserError
        With fewer than 10 whole beats.
    """
    sharp = band_envelope(displacement, sample_rate_hz, *SHARP_HZ)
    broad = band_envelope(displacement, sample_rate_hz, *BROAD_HZ)
    cycle_s = float(np.median(np.diff(r_peaks))) / sample_rate_hz

    def median_beat(envelope: Float64, from_s: float, to_s: float) -> Float64:
        beats = beats_around(
            envelope, r_peaks, sample_rate_hz, before_s=-from_s, after_s=to_s, valid=valid
        )
        return np.asarray(np.median(beats, axis=0))

    lag_s = float(median_beat(sharp, *V1_WITHIN_S).argmax()) / sample_rate_hz
    cycle = (lag_s - _V1_AT * cycle_s, lag_s + (1 - _V1_AT) * cycle_s)
    return shape_of(
        median_beat(sharp, *cycle), median_beat(broad, *cycle), sample_rate_hz, lag_s=lag_s
    )


def shape_of(
    sharp_beat: Float64, broad_beat: Float64, sample_rate_hz: float, *, lag_s: float
) -> BurstShape:
    """Measure a median beat.

    Parameters
    ----------
    sharp_beat, broad_beat : (samples,) float64
        Envelopes of 10-20 and of 5-10 Hz over one cycle, in which v1 lies at 35 %.
    sample_rate_hz : float
        Their rate.
    lag_s : float
        From R to v1.

    Returns
    -------
    BurstShape
    """
    expected = _V1_AT * sharp_beat.size / sample_rate_hz
    v1 = _highest(sharp_beat, sample_rate_hz, expected - 0.05, expected + 0.05)
    v2 = _second_rise(sharp_beat, v1, sample_rate_hz)
    v1_s = v1 / sample_rate_hz
    top = _highest(broad_beat, sample_rate_hz, *(v1_s + np.array(_BROAD_WITHIN_S)))
    mean = float(sharp_beat.mean())
    return BurstShape(
        v1_lag_s=lag_s,
        v1_level=float(sharp_beat[v1]) / mean,
        v1_width_s=_width_s(sharp_beat, v1, sample_rate_hz),
        v2_level=float(sharp_beat[v2]) / mean,
        v2_delay_s=(v2 - v1) / sample_rate_hz,
        rest_level=float(np.percentile(sharp_beat, _REST)) / mean,
        depth=float(sharp_beat[v1] / sharp_beat.min()),
        broad_width_s=_width_s(broad_beat, top, sample_rate_hz),
        broad_delay_s=(top - v1) / sample_rate_hz,
    )


def _highest(beat: Float64, sample_rate_hz: float, from_s: float, to_s: float) -> int:
    """Index of the highest sample between two times."""
    low = max(0, round(from_s * sample_rate_hz))
    return low + int(beat[low : round(to_s * sample_rate_hz) + 1].argmax())


def _second_rise(beat: Float64, v1: int, sample_rate_hz: float) -> int:
    """Index of the highest local maximum after v1, or else of the shoulder: the sharpest bend."""
    low, high = (v1 + round(s * sample_rate_hz) for s in _V2_WITHIN_S)
    at = np.arange(max(low, 1), min(high, beat.size - 2) + 1)
    maxima = at[(beat[at] > beat[at - 1]) & (beat[at] >= beat[at + 1])]
    if maxima.size:
        return int(maxima[beat[maxima].argmax()])
    return int(at[(beat[at - 1] - 2 * beat[at] + beat[at + 1]).argmin()])


def _width_s(beat: Float64, top: int, sample_rate_hz: float) -> float:
    """Width of the rise around `top`, half-way between rest and top; the ends of the beat end it.

    Half-way to rest, not to zero: half the height of v1 is about that of v2.
    """
    half = (beat[top] + np.percentile(beat, _REST)) / 2
    left = _crossing(beat[top::-1], half)
    return (left + _crossing(beat[top:], half)) / sample_rate_hz


def _crossing(falling: Float64, level: float) -> float:
    """Find where a course first falls below a level, in samples and between them."""
    below = np.flatnonzero(falling < level)
    if below.size == 0:
        return float(falling.size - 1)
    after = int(below[0])
    before = falling[after - 1]
    return after - 1 + float((before - level) / (before - falling[after]))
