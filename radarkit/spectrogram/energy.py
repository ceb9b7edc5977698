"""The cycle length from the energy of a spectrogram, as radarODE reads it.

The energy of a channel is its spectrogram summed over the rows. Every beat makes a bump in it; the
distances between successive bumps of all channels are pooled, and the cycle length is where their
density, estimated with Gaussian kernels of bandwidth n^(-1/5), is highest. Source: Zhang et al.,
"radarODE", 2024, which finds bumps by a detector for pulse waves; here they are the peaks of the
energy smoothed over the two vibrations of a beat.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks
from scipy.stats import gaussian_kde

from radarkit.recording import Float64

SMOOTH_S = 0.12  # joins v1 and v2, a third of a second apart
SHORTEST_S, LONGEST_S = 0.4, 1.5
TYPICAL_S = 0.8  # said where nothing beats
_RISE = 0.3  # of the energy's standard deviation


def cycle_length_s(spectrogram: ArrayLike, frame_rate_hz: float) -> float:
    """Estimate the length of the cardiac cycle.

    Parameters
    ----------
    spectrogram : (channels, rows, frames)
        Of a few seconds.
    frame_rate_hz : float
        Its rate.

    Returns
    -------
    float
        In seconds, from 0.4 to 1.5; `TYPICAL_S` where there are not two distances.
    """
    energy = np.asarray(spectrogram, np.float64).sum(axis=1)
    smooth = gaussian_filter1d(energy, SMOOTH_S * frame_rate_hz, axis=1)
    gaps = np.concatenate([_gaps(each, frame_rate_hz) for each in smooth])
    gaps = gaps[(gaps >= SHORTEST_S) & (gaps <= LONGEST_S)]
    if gaps.size < 2 or np.ptp(gaps) == 0:
        return float(gaps[0]) if gaps.size else TYPICAL_S
    lengths = np.arange(SHORTEST_S, LONGEST_S, 0.005)
    density = gaussian_kde(gaps, bw_method=gaps.size ** (-1 / 5))(lengths)
    return float(lengths[density.argmax()])


def _gaps(energy: Float64, frame_rate_hz: float) -> Float64:
    """Distances between the bumps of one channel, in seconds."""
    distance = max(1.0, SHORTEST_S * frame_rate_hz)
    peaks, _ = find_peaks(energy, distance=distance, prominence=_RISE * energy.std())
    return np.asarray(np.diff(peaks) / frame_rate_hz, np.float64)
