"""How like real chests recordings are: every figure of `radarkit.evaluation.real_chests`.

The real recordings are of one range bin. A channel of a recording stands for one of them: figures
are taken channel by channel, and the median over its channels stands for the recording.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from radarkit.errors import UserError
from radarkit.evaluation.burst_shape import burst_shape
from radarkit.evaluation.chest_figures import (
    CARDIAC_HZ,
    ENERGY_EDGES_HZ,
    acceleration_figures,
    cardiac_rms,
    energy_shares,
    phase_rad,
    rhythm_of,
)
from radarkit.evaluation.locking import beats_around, envelope, locked_share
from radarkit.evaluation.real_chests import STATISTICS, Statistic
from radarkit.extract import band_limit, breathing_rate
from radarkit.recording import Float64, Quantity, Recording

LOCKING_EDGES_HZ = (1.5, 5.0, 10.0, 20.0, 40.0)
BEST_SHARE = 12 / 38  # of the recordings, by how much of their motion is locked to R
_LEAST_RATE_HZ = 100.0  # bands up to 40 Hz, with room for the filter


@dataclass(frozen=True)
class Likeness:
    """Figures of one channel, or the median over the channels, of one recording.

    Attributes
    ----------
    name : str
        Of the recording.
    values : mapping of str to float
        By `Statistic.key`; nan where a recording cannot tell.
    """

    name: str
    values: Mapping[str, float]


@dataclass(frozen=True)
class LikenessRow:
    """One figure over recordings.

    Attributes
    ----------
    statistic : Statistic
        Which, and what it is on real recordings.
    median, low, high : float
        Median, 5th and 95th percentile over the recordings; nan where none can tell.
    """

    statistic: Statistic
    median: float
    low: float
    high: float

    @property
    def within(self) -> bool:
        """Whether the median lies within the real range."""
        return self.statistic.holds(self.median)


def likeness(recording: Recording, channel: int) -> Likeness:
    """Measure one channel of a recording.

    Parameters
    ----------
    recording : Recording
        Displacement with R peaks, at 100 Hz or more.
    channel : int
        Which of its channels.

    Returns
    -------
    Likeness
        Beats that hold invalid samples are left out of all that looks at beats.

    Raises
    ------
    UserError
        When the recording holds acceleration, no R peaks or fewer than 10 whole beats, is sampled
        too slowly, or the channel does not move.
    """
    peaks = _peaks_of(recording, channel)
    rate_hz, valid = recording.sample_rate_hz, recording.valid
    motion_m = recording.radar[channel].astype(np.float64)

    def locked(course: Float64) -> float:
        return locked_share(beats_around(course, peaks, rate_hz, valid=valid))

    cardiac_m = cardiac_rms(motion_m, rate_hz)
    rhythm = rhythm_of(peaks, rate_hz)
    breathing = breathing_rate(motion_m[None], rate_hz, valid).per_min
    values = {
        "breathing_per_min": np.nan if breathing is None else breathing,
        "heart_per_min": rhythm.per_min,
        "sdnn_ms": rhythm.sdnn_ms,
        "rmssd_ms": rhythm.rmssd_ms,
        "phase_span_rad": float(np.ptp(phase_rad(motion_m))),
        "cardiac_rad": float(phase_rad(cardiac_m)),
        "cardiac_um": 1e6 * cardiac_m,
        "locked": locked(band_limit(motion_m, rate_hz, *CARDIAC_HZ)),
        "ecg_std_mv": np.nan if recording.ecg is None else float(recording.ecg.std()),
    }
    shares = energy_shares(motion_m, rate_hz)
    for (low, high), share in zip(pairwise(ENERGY_EDGES_HZ), shares, strict=True):
        values[f"energy_{low:g}_{high:g}"] = 100 * float(share)
    for low, high in pairwise(LOCKING_EDGES_HZ):
        band = band_limit(motion_m, rate_hz, low, high)
        values[f"waveform_{low:g}_{high:g}"] = locked(band)
        values[f"envelope_{low:g}_{high:g}"] = locked(envelope(band))
    values |= asdict(burst_shape(motion_m, peaks, rate_hz, valid))
    values |= acceleration_figures(motion_m, rate_hz)._asdict()
    return Likeness(recording.name, values)


def over_channels(recording: Recording) -> Likeness:
    """Median of each figure over the channels of a recording."""
    channels = [likeness(recording, channel) for channel in range(recording.channels)]
    return Likeness(recording.name, _medians(channels))


def summary(recordings: Iterable[Recording]) -> list[LikenessRow]:
    """Hold recordings against real ones.

    Parameters
    ----------
    recordings : iterable of Recording
        Read one after the other.

    Returns
    -------
    list of LikenessRow
        One for each of `STATISTICS`; those of the best recordings over the third of them with the
        highest share locked to R, as in the real ones.

    Raises
    ------
    UserError
        When there are no recordings, or one of them cannot be measured.
    """
    found = sorted((over_channels(each) for each in recordings), key=_locked, reverse=True)
    if not found:
        raise UserError("no recordings", expected="at least one")
    best = found[: max(1, round(BEST_SHARE * len(found)))]
    return [_row(statistic, best if statistic.best else found) for statistic in STATISTICS]


def _locked(found: Likeness) -> float:
    return found.values["locked"]


def _row(statistic: Statistic, found: list[Likeness]) -> LikenessRow:
    values = np.array([each.values[statistic.key] for each in found])
    told = values[~np.isnan(values)]
    if told.size == 0:
        return LikenessRow(statistic, np.nan, np.nan, np.nan)
    median, low, high = (float(value) for value in np.percentile(told, (50, 5, 95)))
    return LikenessRow(statistic, median, low, high)


def _medians(channels: list[Likeness]) -> dict[str, float]:
    """Median of each figure over the channels that can tell."""
    medians = {}
    for key in channels[0].values:
        told = [each.values[key] for each in channels if not np.isnan(each.values[key])]
        medians[key] = float(np.median(told)) if told else np.nan
    return medians


def _peaks_of(recording: Recording, channel: int) -> NDArray[np.int64]:
    """R peaks of a recording that can be measured."""
    if recording.quantity is not Quantity.DISPLACEMENT:
        raise UserError(f"{recording.name} holds {recording.quantity}", expected="displacement")
    if recording.r_peaks is None:
        raise UserError(f"{recording.name} has no R peaks", expected="the beats of its ECG")
    if recording.sample_rate_hz < _LEAST_RATE_HZ:
        raise UserError(
            f"{recording.name} is sampled at {recording.sample_rate_hz:g} Hz",
            expected=f"{_LEAST_RATE_HZ:g} Hz or more",
        )
    if np.ptp(recording.radar[channel]) == 0:
        raise UserError(
            f"{recording.name}: channel {channel} does not move",
            expected="a displacement that changes",
            do="leave that channel out",
        )
    return recording.r_peaks
