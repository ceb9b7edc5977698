"""Focus: which pairs of a range bin and a virtual receiver look at the chest.

Strength does not tell: leakage between the antennas is stronger than a chest and stands still.
What tells is motion at the pace of breathing and heart beats: the chest is where most of its energy
is, and the channels there are ranked by how far it stands above their own noise.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.fft import rfft, rfftfreq
from scipy.signal.windows import hann

from radarkit.errors import UserError
from radarkit.extract.phase import (
    ambiguous_steps,
    choose_centre,
    fit_circle,
    phase_to_displacement,
)
from radarkit.extract.range import RangeProfiles, motion_to_noise_db

_LEAST_MOTION_DB = 6.0  # a channel of noise alone is within 1 dB of 0
_HALF_CHEST_M = 0.25  # echoes farther than this from the best bin are ghosts or somebody else
_MOST_AMBIGUOUS = 1e-3  # share of steps; a channel with more has lost count of its turns
_SLOWEST_HZ, _FASTEST_HZ = 0.1, 4.0  # breathing to the third harmonic of the heart


class Channel(NamedTuple):
    """A range bin seen by one virtual receiver.

    Attributes
    ----------
    range_m : float
        Distance of the bin.
    tx, rx : int
        Transmitter and receiver.
    score_db : float
        Vital-sign energy of its phase, see `vital_energy_db`.
    circle_resolved : bool
        Whether its static clutter could be told from the arc that it draws.
    """

    range_m: float
    tx: int
    rx: int
    score_db: float
    circle_resolved: bool


class Focus(NamedTuple):
    """The channels that look at the chest, best first, and what they saw.

    Attributes
    ----------
    channels : list of Channel
        By descending score.
    displacement_m : (channels, frames) float64
        Their motion; away from the radar is positive.
    range_m : float
        Distance of the chest, between the bins.
    """

    channels: list[Channel]
    displacement_m: NDArray[np.float64]
    range_m: float


def vital_energy_db(
    displacement_m: NDArray[np.floating], sample_rate_hz: float
) -> NDArray[np.float64]:
    """Velocity power per hertz between 0.1 and 4 Hz over that in the upper half of the band.

    Velocity, because the phase of noise is a random walk, which has most of its energy at the pace
    of breathing while its velocity is white.

    Parameters
    ----------
    displacement_m : (channels, samples) float
        Motion of each channel.
    sample_rate_hz : float
        Its rate.

    Returns
    -------
    (channels,) float64
        A random walk has 0 dB, white noise of the phase less.
    """
    velocity = np.diff(displacement_m, axis=1)
    velocity = velocity - velocity.mean(axis=1, keepdims=True)
    power = np.abs(rfft(velocity * hann(velocity.shape[1], sym=False), axis=1)) ** 2
    frequencies_hz = rfftfreq(velocity.shape[1], 1 / sample_rate_hz)
    fastest_hz = min(_FASTEST_HZ, sample_rate_hz / 8)
    vital = (frequencies_hz >= _SLOWEST_HZ) & (frequencies_hz <= fastest_hz)
    rest = frequencies_hz >= sample_rate_hz / 4
    floor = np.finfo(np.float64).tiny
    ratio = power[:, vital].mean(axis=1) / np.maximum(power[:, rest].mean(axis=1), floor)
    return np.asarray(10 * np.log10(np.maximum(ratio, floor)))


def focus(
    profiles: RangeProfiles,
    transmitters: tuple[int, ...],
    wavelength_m: float,
    frame_rate_hz: float,
    channels: int,
) -> Focus:
    """Find the chest and the channels that see it best.

    Parameters
    ----------
    profiles : RangeProfiles
        Echoes within the range gate.
    transmitters : tuple of int
        The number of each transmitter of the tx axis.
    wavelength_m, frame_rate_hz : float
        Of the capture.
    channels : int
        How many to keep at most.

    Returns
    -------
    Focus
        Fewer channels where fewer see the chest.

    Raises
    ------
    UserError
        When nothing moves like a chest.
    """
    motion_db = motion_to_noise_db(profiles, frame_rate_hz)
    tx, rx, bins = np.nonzero(motion_db >= _LEAST_MOTION_DB)
    if tx.size == 0:
        raise UserError(
            f"no moving chest found from {profiles.ranges_m[0]:.2f} to {profiles.ranges_m[-1]:.2f} "
            f"m: the most lively channel is {motion_db.max():.1f} dB above noise",
            expected=f"{_LEAST_MOTION_DB:g} dB or more",
            do="check the range gate, the configuration and the order of I and Q",
        )
    echoes = np.ascontiguousarray(profiles.values[:, tx, rx, bins].T)
    circle = fit_circle(echoes)
    displacement_m = phase_to_displacement(echoes, choose_centre(echoes, circle), wavelength_m)
    score_db = vital_energy_db(displacement_m, frame_rate_hz)
    # a chest seen in a mirror moves as cleanly as the chest; its echo is weaker
    slow_share = 1 - 10 ** (-motion_db[tx, rx, bins] / 10)
    best_bin = int(np.bincount(bins, weights=slow_share * echoes.var(axis=1)).argmax())
    near = np.abs(profiles.ranges_m[bins] - profiles.ranges_m[best_bin]) <= _HALF_CHEST_M
    followed = ambiguous_steps(displacement_m, wavelength_m) <= _MOST_AMBIGUOUS
    order = np.flatnonzero(near & followed if (near & followed).any() else near)
    order = order[np.argsort(-score_db[order], kind="stable")][:channels]
    chosen = [
        Channel(
            range_m=float(profiles.ranges_m[bins[i]]),
            tx=transmitters[tx[i]],
            rx=int(rx[i]),
            score_db=float(score_db[i]),
            circle_resolved=bool(circle.resolved[i]),
        )
        for i in order
    ]
    return Focus(chosen, displacement_m[order], _chest_range_m(profiles, best_bin))


def _chest_range_m(profiles: RangeProfiles, best_bin: int) -> float:
    """Centre of gravity of the moving power of the best bin and its two neighbours."""
    around = slice(max(best_bin - 1, 0), best_bin + 2)
    power = profiles.values[..., around].var(axis=0).sum(axis=(0, 1))
    return float((profiles.ranges_m[around] * power).sum() / power.sum())
