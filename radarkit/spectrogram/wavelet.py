"""The analytic Morlet wavelet and its bank, in the frequency domain.

For f > 0, and 0 elsewhere, the wavelet centred on f_v is

    psi_v(f) = c exp(-((mu f / f_v) - mu)^2 / 2),   mu = 6,

ssqueezepy's `morlet` with the mu of MATLAB's `amor`, the default of the `wsst` that the published
script calls. Its envelope in time has the standard deviation mu / (2 pi f_v): 1 s at 1 Hz, 56 ms at
17 Hz, short enough to tell the two vibrations of a beat apart. The admissibility term
exp(-mu^2 / 2) is 1.5e-8 and left out, as is what lies below 0 Hz.

Voices have equal ratios, exp(step). With c such that int psi(f) df / f = 2, the sum over voices
step * sum_v W_v(t) is the analytic signal: its modulus is A for a tone of amplitude A (one-integral
reconstruction; Daubechies, Lu and Wu 2011, section 1; Thakur et al. 2013, section 2).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radarkit.recording import Float32, Float64
from radarkit.spectrogram.grid import FrequencyGrid

MU = 6.0  # centre frequency over standard deviation
REACH = math.sqrt(-2 * math.log(np.finfo(np.float32).eps))  # beyond, the wavelet is rounding error
TAIL = 4.0  # standard deviations of the wavelet that voices beyond the grid still cover


@dataclass(frozen=True, eq=False)
class MorletBank:
    """Weights of every voice on the bins of a real FFT, its support only.

    Attributes
    ----------
    centres_hz : (voices,) float32
        Centre frequencies, ascending, at equal ratios.
    first_bin : (voices,) int64
        Bin of each voice's first weight.
    offsets : (voices + 1,) int64
        Voice v owns ``weights[offsets[v]:offsets[v + 1]]``.
    weights : (all bins,) float32
        Such that the sum over voices of the transforms is the analytic signal.
    detunings_hz : (all bins,) float32
        Weights times the frequency of their bin less the centre of their voice; the transform made
        with them is (dW/dt) / (2 pi i) - f_v W, small numbers where the whole derivative is not.
    """

    centres_hz: Float32
    first_bin: NDArray[np.int64]
    offsets: NDArray[np.int64]
    weights: Float32
    detunings_hz: Float32


def voices_hz(grid: FrequencyGrid) -> Float64:
    """Centre frequencies of the voices that fill `grid`.

    The rows of a logarithmic grid, and as many more at the same ratio as let a component at either
    end keep all of its energy. A grid coarser than one standard deviation of the wavelet gets
    voices between its rows.

    Returns
    -------
    (voices,) float64
    """
    step = grid.log_step / math.ceil(grid.log_step * MU)
    inside = round(math.log(grid.high_hz / grid.low_hz) / step)
    below, above = (
        math.ceil(math.log1p(TAIL / MU) / step),
        math.ceil(-math.log1p(-TAIL / MU) / step),
    )
    steps = np.arange(-below, inside + above + 1)
    return np.asarray(grid.low_hz * np.exp(step * steps), np.float64)


def reach_s(frequency_hz: float) -> float:
    """Time after which the envelope of the wavelet at `frequency_hz` is rounding error."""
    return REACH * MU / (2 * math.pi * frequency_hz)


def morlet_bank(centres_hz: Float64, sample_rate_hz: float, length: int) -> MorletBank:
    """Weights for the real FFT of `length` samples.

    Parameters
    ----------
    centres_hz : (voices,)
        Centre frequencies at equal ratios, such as `voices_hz` gives.
    """
    step = math.log(centres_hz[-1] / centres_hz[0]) / (centres_hz.size - 1)
    bin_hz = sample_rate_hz / length
    reach = REACH / MU * centres_hz
    first = np.maximum(np.ceil((centres_hz - reach) / bin_hz), 1).astype(np.int64)
    last = np.minimum((centres_hz + reach) / bin_hz, length // 2).astype(np.int64)
    counts = np.maximum(last - first + 1, 0)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    bins = np.arange(offsets[-1]) - np.repeat(offsets[:-1] - first, counts)
    centres = np.repeat(centres_hz, counts)
    weights = _peak() * step * np.exp(-0.5 * (MU * (bins * bin_hz / centres - 1)) ** 2)
    return MorletBank(
        centres_hz.astype(np.float32),
        first,
        offsets,
        weights.astype(np.float32),
        (weights * (bins * bin_hz - centres)).astype(np.float32),
    )


def _peak() -> float:
    """Height c of the wavelet that makes its integral over ln f equal 2."""
    log_f = np.linspace(-3, 3, 6001)
    return 2 / float(np.trapezoid(np.exp(-0.5 * (MU * np.expm1(log_f)) ** 2), log_f))
