"""Focus: N points of the chest out of many places, those that beat most clearly.

As in MMECG (Chen et al., "Contactless electrocardiogram monitoring with millimeter wave radar",
IEEE Transactions on Mobile Computing, 2022), a place is judged by how well its vibration repeats
from beat to beat, and places that see the same are put together: K-means over where they lie and
how they vibrate, weighted by the power of their echo. Each cluster gives its most periodic place.
The judging needs no full rate: the quietest minute at some 65 Hz tells enough.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from radarkit.extract.candidates import Candidates
from radarkit.extract.circle import choose_centre, fit_circle
from radarkit.extract.periodicity import periodicity
from radarkit.extract.phase import arctangent_phase, phase_to_displacement
from radarkit.extract.range import RangeProfiles
from radarkit.extract.survey import Survey
from radarkit.extract.vibration import vibration
from radarkit.recording import Float64

_JUDGED_S = 60.0
_JUDGED_HZ = 60.0
_MOST = 400  # places whose periodicity is looked at, the strongest
_FAINT_DB = -5.0  # below the strongest place; noise is 1.8 times that of the strongest there
_SPREAD_M = 0.05  # places so far apart differ as much as two that vibrate differently
_WAVEFORM_AXES = 8
_FITTED = 1000  # samples for the circle of a place that is only judged


class Focus(NamedTuple):
    """The points that were chosen, best first.

    Attributes
    ----------
    places : (points,) int64
        Index of each among the candidates.
    score : (points,) float64
        How clearly each repeats from beat to beat, 0 to 1.
    power : (points,) float64
        Moving power of each.
    """

    places: NDArray[np.int64]
    score: Float64
    power: Float64


def focus(
    profiles: RangeProfiles,
    candidates: Candidates,
    wavelength_m: float,
    rate_hz: float,
    points: int,
) -> Focus:
    """Choose points among candidates.

    Parameters
    ----------
    profiles : RangeProfiles
        Around the chest, of the frames to judge by; see `quietest`.
    candidates : Candidates
        Places.
    wavelength_m, rate_hz : float
        Of the capture.
    points : int
        How many; all candidates where there are fewer.
    """
    step = max(1, int(rate_hz / _JUDGED_HZ))
    values = _hold(profiles.values, profiles.valid)
    values = values[: len(values) // step * step]
    values = values.reshape(-1, step, *values.shape[1:]).mean(axis=1)
    echoes = candidates.listen(values)
    power = np.asarray(echoes.var(axis=1), np.float64)
    order = np.argsort(-power, kind="stable")[: max(_MOST, points)]
    bright = order[power[order] >= power[order[0]] * 10 ** (_FAINT_DB / 10)]
    kept = bright if len(bright) >= points else order[:points]
    few = echoes[kept, :: max(1, echoes.shape[1] // _FITTED)]
    phase = arctangent_phase(echoes[kept], choose_centre(few, fit_circle(few)))
    motion_m = phase_to_displacement(phase, wavelength_m)
    score, _ = periodicity(motion_m, rate_hz / step)
    chosen = (
        np.arange(len(kept))
        if len(kept) <= points
        else _clusters(candidates.take(kept), motion_m, rate_hz / step, power[kept], score, points)
    )
    chosen = chosen[np.argsort(-score[chosen], kind="stable")]
    return Focus(kept[chosen], score[chosen], power[kept[chosen]])


def quietest(found: Survey, frames: int, rate_hz: float) -> slice:
    """Find the minute in which the chest moves least.

    Parameters
    ----------
    found : Survey
        Of the capture.
    frames : int
        Of the capture.
    rate_hz : float
        Frames per second.

    Returns
    -------
    slice
        Of frames; all of a capture that is shorter.
    """
    wanted = round(_JUDGED_S * rate_hz)
    if frames <= wanted:
        return slice(0, frames)
    first = np.searchsorted(found.times_s, found.times_s + _JUDGED_S)
    whole = np.flatnonzero(found.times_s + _JUDGED_S <= frames / rate_hz)
    energy = np.concatenate([[0.0], np.cumsum(found.speed**2)])
    mean = (energy[first] - energy[: first.size]) / np.maximum(first - np.arange(first.size), 1)
    best = int(whole[mean[whole].argmin()]) if whole.size else 0
    start = min(int(found.times_s[best] * rate_hz), frames - wanted)
    return slice(start, start + wanted)


def _hold(values: NDArray[np.complex64], valid: NDArray[np.bool_]) -> NDArray[np.complex64]:
    """Repeat the last whole frame where one was lost, so that the phase makes no jump there."""
    if valid.all() or not valid.any():
        return values
    last = np.maximum.accumulate(np.where(valid, np.arange(len(valid)), -1))
    return np.asarray(values[np.where(last < 0, int(valid.argmax()), last)])


def _clusters(
    places: Candidates,
    motion_m: Float64,
    rate_hz: float,
    power: Float64,
    score: Float64,
    points: int,
) -> NDArray[np.int64]:
    """Most periodic place of each of `points` clusters."""
    from sklearn.cluster import KMeans  # a second to import

    shake = vibration(motion_m, rate_hz)
    shake /= np.maximum(np.linalg.norm(shake, axis=1, keepdims=True), np.finfo(float).tiny)
    values, axes = np.linalg.eigh(shake @ shake.T)
    waveform = axes[:, -_WAVEFORM_AXES:] * np.sqrt(np.maximum(values[-_WAVEFORM_AXES:], 0))
    where_m = places.positions_m if places.positions_m is not None else places.ranges_m[:, None]
    features = np.hstack([where_m / _SPREAD_M, waveform])
    found = KMeans(points, n_init=1, max_iter=50, random_state=0).fit(
        features, sample_weight=power / power.max()
    )
    best_first = np.argsort(-score, kind="stable")
    _, first = np.unique(found.labels_[best_first], return_index=True)
    return np.asarray(best_first[first])
