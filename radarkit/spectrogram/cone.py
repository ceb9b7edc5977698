"""Cone of influence: where the ends of a signal reach into its wavelet transform.

Whatever continues a signal beyond its ends is a guess. The Morlet wavelet of a row at f has the
envelope exp(-t^2 / (2 s^2)) with s = mu / (2 pi f), so that the guess fades as

    level = exp(-t^2 / (2 s^2)),   t = s sqrt(-2 ln level),

t being the time from the end. Torrence and Compo (Bull. Amer. Meteor. Soc. 79, 1998, section 3g)
draw the cone at level 1/e, t = sqrt(2) s: the power that a step at the end leaves there is down by
e^-2. From there on a share erfc(t / s) / 2 = 2.3 % of the wavelet's energy lies beyond the end; at
level 1e-3, t = 3.7 s, it is 7e-8.

White noise cut out of longer noise tells what this means for a picture. Beside the cone, inside,
the wavelet transform differs from that of the longer noise by less than the level, in relative L1.
Squeezing magnifies it about 30 times, since a small change of frequency takes a coefficient to
another row: at 1/e a squeezed picture is still a guess, at 1e-3 it is good to 3 % beside the cone
and, for 20 s, to 0.04 % in the whole inside.
"""

import math

import numpy as np
from numpy.typing import NDArray

from radarkit.errors import UserError
from radarkit.recording import Float64
from radarkit.spectrogram.grid import FrequencyGrid
from radarkit.spectrogram.spectrogram import Spectrogram
from radarkit.spectrogram.wavelet import MU

LEVEL = 1e-3  # at which a squeezed picture agrees; wavelet transforms are often drawn at 1/e


def cone_of_influence_s(grid: FrequencyGrid, *, level: float = LEVEL) -> Float64:
    """Time from either end within which its continuation counts.

    Parameters
    ----------
    grid : FrequencyGrid
        Rows of a `sst` or `cwt`.
    level : float
        What is left, at that time, of the envelope of the row's wavelet, from 0 to 1.

    Returns
    -------
    (rows,) float64
        3.5 s at 1 Hz for 1e-3, 1.35 s for 1/e; inversely as the frequency.

    Raises
    ------
    UserError
        When `level` is not between 0 and 1.
    """
    return _times_s(np.array(grid.frequencies_hz), level)


def inside_cone(
    spectrogram: Spectrogram, duration_s: float, *, level: float = LEVEL
) -> NDArray[np.bool_]:
    """Mark the cells of a spectrogram that the continuation of its signal does not reach.

    Parameters
    ----------
    spectrogram : Spectrogram
        Made by `sst` or `cwt`.
    duration_s : float
        Of its signal.
    level : float
        As in `cone_of_influence_s`.

    Returns
    -------
    (rows, frames) bool

    Raises
    ------
    UserError
        When `level` is not between 0 and 1, or the wavelet transform did not make the spectrogram.
    """
    if spectrogram.method == "stft":
        raise UserError("a spectrogram made by stft", expected="one made by sst or cwt")
    reach_s = _times_s(spectrogram.frequencies_hz, level)[:, None]
    from_end_s = np.minimum(spectrogram.times_s, duration_s - spectrogram.times_s)
    return np.asarray(from_end_s >= reach_s, np.bool_)


def _times_s(frequencies_hz: Float64, level: float) -> Float64:
    if not 0 < level < 1:
        raise UserError(f"a cone of influence at level {level:g}", expected="more than 0, below 1")
    deviation_s = MU / (2 * math.pi * frequencies_hz)
    return np.asarray(deviation_s * math.sqrt(-2 * math.log(level)), np.float64)
