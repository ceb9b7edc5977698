"""How much of a motion repeats from beat to beat, locked to the R peak.

Beats are cut out around their R peaks and laid one above the other. What the waveform of a band has
in common there moves with the heart in a fixed shape; what only its envelope has in common are
bursts that come at the same time in each beat, with a carrier that does not repeat.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import hilbert

from radarkit.errors import UserError
from radarkit.extract import band_limit
from radarkit.recording import Float64

BEFORE_S, AFTER_S = 0.2, 0.6  # of R: a beat of 75 per minute, once
LEAST_BEATS = 10  # of fewer, chance is larger than what there is to find


def beats_around(
    course: NDArray[np.floating],
    r_peaks: NDArray[np.integer],
    sample_rate_hz: float,
    *,
    before_s: float = BEFORE_S,
    after_s: float = AFTER_S,
    valid: NDArray[np.bool_] | None = None,
) -> Float64:
    """Cut a course into beats around the R peaks.

    Parameters
    ----------
    course : (samples,) float
        Motion, a band of it or its envelope.
    r_peaks : (peaks,) int
        Increasing sample indices.
    sample_rate_hz : float
        Rate of `course`.
    before_s, after_s : float
        Where a beat begins before its R peak and ends after it; a negative `before_s` begins after.
    valid : (samples,) bool, optional
        Which samples to believe; all by default.

    Returns
    -------
    (beats, samples) float64
        Beats that lie whole within the course and hold no sample that is not to be believed.

    Raises
    ------
    UserError
        With fewer than 10 such beats.
    """
    reach = np.arange(-round(before_s * sample_rate_hz), round(after_s * sample_rate_hz))
    within = np.asarray(r_peaks)[:, None] + reach
    whole = (within[:, 0] >= 0) & (within[:, -1] < course.size)
    if valid is not None:
        whole[whole] = valid[within[whole]].all(axis=1)
    if whole.sum() < LEAST_BEATS:
        raise UserError(
            f"{int(whole.sum())} whole beats from {-before_s:g} to {after_s:g} s around R",
            expected=f"{LEAST_BEATS} or more",
            do="take a longer recording",
        )
    return np.asarray(course[within[whole]], np.float64)


def locked_share(beats: Float64) -> float:
    """Share of the variance that repeats from beat to beat.

    With ``m(t)`` the mean beat, ``b_k`` the mean of beat k, ``u`` that of all and ``d_k(t) = x_k(t)
    - b_k - m(t) + u`` what is left of beat k, the variance of m over t holds ``s^2 / n`` by chance,
    with ``s^2`` the mean of ``d^2`` over (n - 1) degrees of freedom (analysis of variance of beats
    by times, both without interaction). That much is taken off before dividing by the variance of
    all samples, so that a motion that knows nothing of R has a share of 0 on average, not 1 / n.

    Parameters
    ----------
    beats : (beats, samples) float64
        From `beats_around`.

    Returns
    -------
    float
        1 where all beats are the same; by chance below 0; nan where nothing moves.
    """
    n, samples = beats.shape
    centred = beats - beats.mean()
    total = float((centred**2).mean())
    if total == 0:
        return float("nan")
    mean_beat = centred.mean(axis=0)
    left = centred - centred.mean(axis=1, keepdims=True) - mean_beat
    by_chance = float((left**2).sum()) / ((n - 1) * samples) / n
    return float(((mean_beat**2).mean() - by_chance) / total)


def band_envelope(
    course: NDArray[np.floating], sample_rate_hz: float, low_hz: float, high_hz: float
) -> Float64:
    """Envelope of a band of a course: (samples,) float64, in its unit."""
    return envelope(band_limit(course, sample_rate_hz, low_hz, high_hz))


def envelope(band: NDArray[np.floating]) -> Float64:
    """Modulus of the analytic signal of what is band-limited already, (samples,) float64."""
    return np.asarray(np.abs(hilbert(band)))
