"""R peaks from the radar signal without a model.

Each beat shakes the chest twice (seed, "Signal Model"), strongest around 8 to 25 Hz. The envelope
of that band rises with every beat; autocorrelation tells the period, peak picking the beats, and a
constant delay learnt on training subjects leads from the mechanical peak back to the R peak.
"""

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import gaussian_filter1d, uniform_filter1d
from scipy.signal import butter, correlate, find_peaks, hilbert, sosfiltfilt

from radarkit.datasets.windows import TARGET_RATE_HZ
from radarkit.peaks import between_samples
from radarkit.recording import Float32, Float64

BAND_HZ = (8.0, 25.0)  # where a chest answers to the valves, above breathing and its harmonics
SMOOTH_S = 0.05  # joins the oscillations of one vibration, keeps the two vibrations of a beat apart
LEVEL_S = 4.0  # a stretch whose own mean is 1, so that a movement does not drown the rest
PERIOD_S = (0.4, 1.6)  # 150 to 38 beats per minute
OCTAVE_SHARE = 0.8  # the first autocorrelation peak this high is the beat, a later one a multiple
SHORTEST_S = 2 * PERIOD_S[1]  # two beats of the slowest heart
REFRACTORY = 0.6  # of a period: the second vibration of a beat is not another beat
RISE = 0.2  # of the median peak's prominence
DELAYS_S = (-0.1, 0.6)  # mechanical events follow the R peak, within a beat
DELAY_SPREAD_S = 0.02  # width of the kernel that finds the commonest delay


def classical_peaks(vibration: Float32, *, delay_s: float = 0.0) -> Float64:
    """Find R peaks from the cardiac vibration without a model.

    Each channel's 8 to 25 Hz envelope is brought to a mean of 1 in every stretch of 4 s and
    smoothed; the channels are summed, each weighted by the square of the autocorrelation at its
    own period; the period of the sum sets how close two beats may be.

    Parameters
    ----------
    vibration : (channels, samples) float32
        Acceleration of the chest at 200 Hz in m/s^2; only its course counts, not its unit.
    delay_s : float
        How long after the R peak the vibration is strongest; see `estimate_delay_s`.

    Returns
    -------
    (beats,) float64
        Sample positions of R peaks within the trial; empty for a flat signal or one shorter than
        `SHORTEST_S`.
    """
    samples = vibration.shape[1]
    # of a channel that stands still, only rounding errors would be left
    alive = vibration[np.ptp(vibration, axis=1) > 0].astype(np.float64)
    if samples < SHORTEST_S * TARGET_RATE_HZ or len(alive) == 0:
        return np.empty(0)
    sos = butter(4, BAND_HZ, "bandpass", fs=TARGET_RATE_HZ, output="sos")
    envelope = np.abs(hilbert(sosfiltfilt(sos, alive, axis=1), axis=1))
    level = uniform_filter1d(envelope, round(LEVEL_S * TARGET_RATE_HZ), axis=1)
    envelope = np.divide(envelope, level, out=np.zeros_like(envelope), where=level > 0)
    envelope = gaussian_filter1d(envelope, SMOOTH_S * TARGET_RATE_HZ, axis=1)
    weights = np.array([_period(channel)[1] for channel in envelope]) ** 2
    if not weights.any():
        return np.empty(0)
    curve = weights @ envelope / weights.sum()
    period, _ = _period(curve)
    tops, found = find_peaks(curve, distance=REFRACTORY * period, prominence=0)
    if tops.size == 0:
        return np.empty(0)
    clear = found["prominences"] >= RISE * np.median(found["prominences"])
    r_peaks = between_samples(curve, tops[clear]) - delay_s * TARGET_RATE_HZ
    return np.asarray(r_peaks[(r_peaks >= 0) & (r_peaks < samples)], np.float64)


def estimate_delay_s(peaks: Sequence[Float64], r_peaks: Sequence[Float64]) -> float:
    """Find the commonest delay from R peak to mechanical peak.

    The highest point of a kernel density of all distances within `DELAYS_S`: missed and invented
    peaks spread thinly and do not move it, as they would a mean.

    Parameters
    ----------
    peaks : sequence of (beats,) arrays
        What `classical_peaks` finds without a delay, one array for each training trial.
    r_peaks : sequence of (beats,) arrays
        True R peaks of the same trials.

    Returns
    -------
    float
        In seconds; 0 when no peak lies near an R peak.
    """
    low, high = DELAYS_S
    distances = np.concatenate(
        [
            np.empty(0),
            *(
                (found[:, None] - true[None, :]).ravel() / TARGET_RATE_HZ
                for found, true in zip(peaks, r_peaks, strict=True)
            ),
        ]
    )
    distances = distances[(distances >= low) & (distances <= high)]
    if distances.size == 0:
        return 0.0
    step = 0.001
    bins = np.arange(low, high + 2 * step, step)
    density = gaussian_filter1d(
        np.histogram(distances, bins)[0].astype(np.float64), DELAY_SPREAD_S / step, mode="constant"
    )
    return float(bins[density.argmax()] + step / 2)


def _period(curve: Float64) -> tuple[float, float]:
    """Period in samples and the autocorrelation there, 0 when nothing repeats."""
    centred = curve - curve.mean()
    power = float(centred @ centred)
    default = float(np.mean(PERIOD_S) * TARGET_RATE_HZ)
    if power == 0:
        return default, 0.0
    size = curve.size
    low, high = (round(x * TARGET_RATE_HZ) for x in PERIOD_S)
    high = min(high, size - 2)
    lags = correlate(centred, centred, method="fft")[size - 1 :][: high + 2] / power
    tops, _ = find_peaks(lags)
    tops = tops[(tops >= low) & (tops <= high)]
    if tops.size == 0 or lags[tops].max() <= 0:
        return default, 0.0
    first = tops[lags[tops] >= OCTAVE_SHARE * lags[tops].max()][0]
    return float(first), float(lags[first])
