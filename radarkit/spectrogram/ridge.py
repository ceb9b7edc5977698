"""Ridges of a spectrogram: the frequency of each component, frame by frame.

A ridge is the path through the rows that makes

    sum over t of -ln(|S(r_t, t)|^2 / max_r |S(r, t)|^2) + p (ln f_{r_t} - ln f_{r_t - 1})^2

smallest (Iatsenko, McClintock and Stefanovska, Signal Processing 125, 2016, eq. III.4), found by
ssqueezepy's `extract_ridges`. Each frame is judged beside its own maximum, so that a quiet one
counts as much as a loud one. Three faults of the library are kept out: its ridge is labelled by
our own rows; the magnitudes go in as real doubles, as the way back looks for sums that are equal
within a tolerance that is below rounding for anything else, and leaves the best path where it finds
none; and between ridges the rows of the last one are cleared here, as the library clears none
beside the lowest rows.
"""

from dataclasses import dataclass

import numpy as np

from radarkit.errors import UserError
from radarkit.recording import Float32, Float64
from radarkit.spectrogram.spectrogram import Spectrogram


@dataclass(frozen=True, eq=False)
class Ridges:
    """The ridges of every channel, the strongest first.

    Attributes
    ----------
    frequencies_hz : (channels, ridges, frames) float64
        Always that of a row.
    amplitudes : (channels, ridges, frames) float32
        Magnitude there, in the unit of the signal.
    """

    frequencies_hz: Float64
    amplitudes: Float32


def ridges(
    spectrogram: Spectrogram, *, count: int = 1, penalty: float = 1.0, half_width_rows: int = 5
) -> Ridges:
    """Follow the strongest components of each channel.

    Parameters
    ----------
    spectrogram : Spectrogram
        Of any method.
    count : int
        Ridges of each channel, found one after the other.
    penalty : float
        Price of moving by one row (the mean ratio of rows) from a frame to the next, growing with
        the square; 1 is what a magnitude e^0.5 times smaller costs. More keeps to the ridge through
        noise, less follows faster changes.
    half_width_rows : int
        Rows on either side of a ridge that are cleared before the next one is looked for. 5 suits
        the squeezed transform; an unsqueezed tone is wider, 11 rows in a CWT.

    Raises
    ------
    UserError
        When `count` ridges do not fit in the rows, or `penalty` or `half_width_rows` is negative.
    """
    rows = spectrogram.frequencies_hz.size
    room = -(-rows // (2 * half_width_rows + 1)) if half_width_rows >= 0 else 0
    if not 1 <= count <= room:
        raise UserError(
            f"{count} ridges with {half_width_rows} rows on either side, of {rows} rows",
            expected=f"1 to {room} ridges" if room else "a half width of 0 or more",
        )
    if not 0 <= penalty < np.inf:
        raise UserError(f"a penalty of {penalty}", expected="a finite one, 0 or more")
    channels, _, frames = spectrogram.values.shape
    found = np.empty((channels, count, frames), np.int64)
    for paths, values in zip(found, spectrogram.values, strict=True):
        left = values.astype(np.float64)
        for path in paths:
            path[:] = _path(left, spectrogram.frequencies_hz, penalty)
            for offset in range(-half_width_rows, half_width_rows + 1):
                row = path + offset
                inside = (row >= 0) & (row < rows)
                left[row[inside], np.flatnonzero(inside)] = 0
    amplitudes = np.take_along_axis(spectrogram.values, found, axis=1)
    return Ridges(spectrogram.frequencies_hz[found], amplitudes)


def _path(magnitudes: Float64, frequencies_hz: Float64, penalty: float) -> Float64:
    """Row of the strongest path through (rows, frames) at each frame."""
    import ssqueezepy  # slow to load

    loudest = magnitudes.max(axis=0)
    # a silent frame prefers no row: the path goes through it on the shortest way
    shares = np.where(loudest > 0, magnitudes / np.where(loudest > 0, loudest, 1), 1)
    log_step = np.log(frequencies_hz[-1] / frequencies_hz[0]) / (frequencies_hz.size - 1)
    # not in parallel: numba's threads do not survive a fork
    return np.asarray(
        ssqueezepy.extract_ridges(
            shares, frequencies_hz, penalty=penalty / log_step**2, n_ridges=1, parallel=False
        )[:, 0]
    )
