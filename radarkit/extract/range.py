"""Range profiles: which part of the echo comes from which distance.

The Fourier transform of one chirp over its samples separates echoes by their beat frequency; bin k
looks at the distance ``k c / (2 B)``. Only the bins of a range gate are computed, by a matrix
product that holds the window and the transform:

    P[k] = sum_n w[n] x[n] exp(-j 2 pi k (n - N/2) / N) / sum_n w[n].

Counting n from the centre of the ADC window, about which the window w (Hann) is symmetric, makes
the response of all bins to one echo real and positive within its main lobe: neighbouring bins show
the same phase, ``4 pi R / wavelength`` with the wavelength at the centre, and a target that moves
from one bin to the next makes no jump.

The chirps of a frame that share a transmitter are averaged first: the chest hardly moves within a
frame, and n chirps lower thermal noise by n.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal.windows import hann

from radarkit.capture import Capture, RadarConfig, Samples
from radarkit.errors import UserError


@dataclass(frozen=True, eq=False)
class RangeProfiles:
    """Echoes over time, within a range gate.

    Attributes
    ----------
    values : (frame, tx, rx, bin) complex64
        In ADC counts; tx as in `RadarConfig.transmitters`.
    ranges_m : (bin,) float64
        Distance of each bin.
    valid : (frame,) bool
        False where a part of the frame was lost.
    """

    values: NDArray[np.complex64]
    ranges_m: NDArray[np.float64]
    valid: NDArray[np.bool_]


def range_gate(config: RadarConfig, min_range_m: float, max_range_m: float) -> NDArray[np.int64]:
    """Bins that look between two distances.

    Returns
    -------
    (bin,) int64
        Numbers of neighbouring bins.

    Raises
    ------
    UserError
        When no bin does.
    """
    last = round(config.max_range_m / config.range_bin_m)
    ranges_m = np.arange(last) * config.range_bin_m
    bins = np.flatnonzero((ranges_m >= min_range_m) & (ranges_m <= max_range_m))
    if bins.size == 0:
        raise UserError(
            f"no range bin between {min_range_m:g} and {max_range_m:g} m",
            expected=f"a gate within 0 to {config.max_range_m:.3g} m, bins of "
            f"{config.range_bin_m:.3g} m",
            do="check --min-range and --max-range, chirp.slope_hz_per_s and chirp.samples",
        )
    return bins


def range_transform(config: RadarConfig, bins: NDArray[np.integer]) -> NDArray[np.complex64]:
    """Window and Fourier transform of one chirp in one matrix.

    Parameters
    ----------
    config : RadarConfig
        The radar.
    bins : (bin,) int
        Bins to compute.

    Returns
    -------
    (sample, bin) complex64
        Scaled so that an echo of amplitude a gives a at its bin; of real samples, whose echo
        splits into two halves, too.
    """
    samples = config.chirp.samples
    window = hann(samples, sym=False)
    turns = np.outer(np.arange(samples) - samples / 2, bins) / samples
    scale = (1 if config.adc.format == "complex" else 2) / window.sum()
    return np.asarray(scale * window[:, None] * np.exp(-2j * np.pi * turns), np.complex64)


def chirps_to_profiles(
    block: Samples, tx_order: tuple[int, ...], transform: NDArray[np.complex64]
) -> NDArray[np.complex64]:
    """Average the chirps of each transmitter and transform them to range.

    Parameters
    ----------
    block : (frame, loop, tx, rx, sample) complex64 or float32
        ADC samples; tx in firing order.
    tx_order : tuple of int
        Which transmitter fired at each place of the tx axis.
    transform : (sample, bin) complex64
        From `range_transform`.

    Returns
    -------
    (frame, tx, rx, bin) complex64
        tx ascending.
    """
    per_place = block[:, 0] if block.shape[1] == 1 else block.mean(axis=1)
    places = np.argsort(tx_order, kind="stable")
    if len(set(tx_order)) < len(tx_order):
        fired = np.asarray(tx_order)
        per_tx = np.stack(
            [per_place[:, fired == tx].mean(axis=1) for tx in np.unique(fired)], axis=1
        )
    else:
        in_order = bool((places == np.arange(len(places))).all())
        per_tx = per_place if in_order else per_place[:, places]
    rows = per_tx.reshape(-1, per_tx.shape[-1])
    if np.iscomplexobj(rows):
        profiles = rows @ transform
    else:  # real samples: half the work
        parts = np.ascontiguousarray(transform).view(np.float32)  # real and imaginary in turn
        profiles = (rows @ parts).view(np.complex64)
    return np.asarray(profiles.reshape(*per_tx.shape[:-1], -1), np.complex64)


def range_profiles(capture: Capture, bins: NDArray[np.integer]) -> RangeProfiles:
    """Range profiles of a whole capture, read block by block.

    Parameters
    ----------
    capture : Capture
        From `radarkit.capture.open_capture`.
    bins : (bin,) int
        Bins to compute; see `range_gate`.
    """
    config = capture.config
    transform = range_transform(config, bins)
    shape = (capture.frames, len(config.transmitters), config.array.rx, transform.shape[1])
    values = np.empty(shape, np.complex64)
    start = 0
    for block in capture.blocks():
        stop = start + len(block)
        values[start:stop] = chirps_to_profiles(block, config.frame.tx_order, transform)
        start = stop
    return RangeProfiles(values, np.asarray(bins * config.range_bin_m, np.float64), capture.valid)
