"""R peaks from the radar signal without a model.

The envelope of the cardiac vibration rises with every beat (`radarkit.extract.beats`): its period
says how close two beats may be, peak picking finds them, and a constant delay learnt on training
subjects leads from the mechanical peak back to the R peak.
"""

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from radarkit.datasets.windows import TARGET_RATE_HZ
from radarkit.extract.beats import beat_period, burst_envelope, mean_envelope
from radarkit.peaks import between_samples
from radarkit.recording import Float32, Float64

REFRACTORY = 0.6  # of a period: the second vibration of a beat is not another beat
RISE = 0.2  # of the median peak's prominence
DELAYS_S = (-0.1, 0.6)  # mechanical events follow the R peak, within a beat
DELAY_SPREAD_S = 0.02  # width of the kernel that finds the commonest delay


def classical_peaks(vibration: Float32, *, delay_s: float = 0.0) -> Float64:
    """Find R peaks from the cardiac vibration without a model.

    The channels' envelopes are summed, each weighted by how clearly it repeats; the period of the
    sum sets how close two beats may be.

    Parameters
    ----------
    vibration : (channels, samples) float32
        Acceleration of the chest at 200 Hz in m/s^2; only its course counts, not its unit.
    delay_s : float
        How long after the R peak the vibration is strongest; see `estimate_delay_s`.

    Returns
    -------
    (beats,) float64
        Sample positions of R peaks within the trial; empty for a flat signal or one of less than
        3.2 s.
    """
    envelopes = burst_envelope(vibration, TARGET_RATE_HZ)
    curve = mean_envelope(envelopes, TARGET_RATE_HZ)
    period_s, _ = beat_period(curve[None], TARGET_RATE_HZ)
    if period_s is None:
        return np.empty(0)
    distance = REFRACTORY * period_s * TARGET_RATE_HZ
    tops, found = find_peaks(curve, distance=distance, prominence=0)
    if tops.size == 0:
        return np.empty(0)
    clear = found["prominences"] >= RISE * np.median(found["prominences"])
    r_peaks = between_samples(curve, tops[clear]) - delay_s * TARGET_RATE_HZ
    return np.asarray(r_peaks[(r_peaks >= 0) & (r_peaks < curve.size)], np.float64)


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
