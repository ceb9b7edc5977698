"""The rhythm of the heart in the bursts of cardiac vibration.

Each beat shakes the chest twice (radarODE-MTL, "Signal Model"), strongest around 8 to 25 Hz, and
nothing else does so with any regularity. The carrier of the bursts does not repeat from beat to
beat; their envelope does, and its autocorrelation has a peak at the period. Unlike the harmonics of
a spectrum, that peak does not ask the rate to hold still for longer than a beat: a heart that
follows the breath spreads its harmonics into sidebands, but not its autocorrelation at one beat.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, uniform_filter1d
from scipy.signal import correlate, find_peaks, hilbert

from radarkit.errors import UserError
from radarkit.extract.vibration import band_limit
from radarkit.peaks import between_samples
from radarkit.recording import Float64

BAND_HZ = (8.0, 25.0)  # where a chest answers to the valves, above breathing and its harmonics
SMOOTH_S = 0.05  # joins the oscillations of one vibration, keeps the two vibrations of a beat apart
LEVEL_S = 4.0  # a stretch whose own mean is 1, so that a movement does not drown the rest
PERIOD_S = (0.4, 1.6)  # 150 to 38 beats per minute
SHORTEST_S = 2 * PERIOD_S[1]  # two beats of the slowest heart
SLOWEST_RATE_HZ = 2.2 * BAND_HZ[1]  # of a recording that holds the band
OCTAVE_SHARE = 0.8  # the first autocorrelation peak this high is the beat, a later one a multiple


class Period(NamedTuple):
    """How far apart beats are, and how alike.

    Attributes
    ----------
    period_s : float or None
        None when nothing repeats.
    clarity : float
        Autocorrelation of the envelope at that lag, 0 to 1.
    """

    period_s: float | None
    clarity: float


def burst_envelope(vibration: NDArray[np.floating], sample_rate_hz: float) -> NDArray[np.float64]:
    """Smoothed 8 to 25 Hz envelope of each channel, brought to a mean of 1 in every stretch of 4 s.

    Parameters
    ----------
    vibration : (channels, samples) float
        Acceleration of the chest; only its course counts, not its unit.
    sample_rate_hz : float
        Its rate, at least `SLOWEST_RATE_HZ`.

    Returns
    -------
    (living channels, samples) float64
        Without the channels that stand still; no channel at all for less than `SHORTEST_S`.

    Raises
    ------
    UserError
        When the rate is too low for the band.
    """
    if sample_rate_hz < SLOWEST_RATE_HZ:
        raise UserError(
            f"vibration sampled at {sample_rate_hz:g} Hz", expected=f"{SLOWEST_RATE_HZ:g} or more"
        )
    samples = vibration.shape[1]
    # of a channel that stands still, only rounding errors would be left
    alive = vibration[np.ptp(vibration, axis=1) > 0].astype(np.float64)
    if samples < SHORTEST_S * sample_rate_hz or len(alive) == 0:
        return np.empty((0, samples))
    envelope = np.abs(hilbert(band_limit(alive, sample_rate_hz, *BAND_HZ), axis=1))
    level = uniform_filter1d(envelope, round(LEVEL_S * sample_rate_hz), axis=1)
    envelope = np.divide(envelope, level, out=np.zeros_like(envelope), where=level > 0)
    return np.asarray(gaussian_filter1d(envelope, SMOOTH_S * sample_rate_hz, axis=1))


def beat_period(envelopes: NDArray[np.float64], sample_rate_hz: float) -> Period:
    """Period of the beats from the mean autocorrelation of some envelopes.

    Parameters
    ----------
    envelopes : (channels, samples) float64
        From `burst_envelope`.
    sample_rate_hz : float
        Their rate.
    """
    samples = envelopes.shape[1]
    low, high = (round(x * sample_rate_hz) for x in PERIOD_S)
    high = min(high, samples - 2)
    centred = envelopes - envelopes.mean(axis=1, keepdims=True)
    power = (centred**2).sum(axis=1)
    living = centred[power > 0] / np.sqrt(power[power > 0, None])
    if len(living) == 0:
        return Period(None, 0.0)
    lags = np.mean(
        [correlate(x, x, method="fft")[samples - 1 :][: high + 2] for x in living], axis=0
    )
    tops, _ = find_peaks(lags)
    tops = tops[(tops >= low) & (tops <= high)]
    if tops.size == 0 or lags[tops].max() <= 0:
        return Period(None, 0.0)
    first = tops[lags[tops] >= OCTAVE_SHARE * lags[tops].max()][:1]
    return Period(float(between_samples(lags, first)[0]) / sample_rate_hz, float(lags[first[0]]))


def mean_envelope(envelopes: NDArray[np.float64], sample_rate_hz: float) -> Float64:
    """Mean of the envelopes, each weighted by the square of its own clarity; zeros without any.

    Parameters
    ----------
    envelopes : (channels, samples) float64
        From `burst_envelope`.
    sample_rate_hz : float
        Their rate.

    Returns
    -------
    (samples,) float64
    """
    weights = np.array([beat_period(x[None], sample_rate_hz).clarity for x in envelopes]) ** 2
    if not weights.any():
        return np.zeros(envelopes.shape[1])
    return np.asarray(weights @ envelopes / weights.sum())
