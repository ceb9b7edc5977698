"""Range profiles: which part of the echo comes from which distance.

The Fourier transform of one chirp over its samples separates echoes by their beat frequency; bin k
looks at the distance ``k c / (2 B)``. The chirps of a frame that share a transmitter are averaged
first: the chest hardly moves within a frame, and n chirps lower thermal noise by n.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import fft
from scipy.signal.windows import hann

from radarkit.capture import Capture, HealthMeter, RadarConfig
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
    """

    values: NDArray[np.complex64]
    ranges_m: NDArray[np.float64]


def range_gate(config: RadarConfig, min_range_m: float, max_range_m: float) -> slice:
    """Bins that look between two distances.

    Raises
    ------
    UserError
        When no bin does.
    """
    ranges_m = np.arange(config.chirp.samples) * config.range_bin_m
    bins = np.flatnonzero((ranges_m >= min_range_m) & (ranges_m <= max_range_m))
    if bins.size == 0:
        raise UserError(
            f"no range bin between {min_range_m:g} and {max_range_m:g} m",
            expected=f"a gate within 0 to {config.max_range_m:.3g} m, bins of "
            f"{config.range_bin_m:.3g} m",
        )
    return slice(int(bins[0]), int(bins[-1]) + 1)


def chirps_to_profiles(
    block: NDArray[np.complex64], tx_order: tuple[int, ...], gate: slice
) -> NDArray[np.complex64]:
    """Average the chirps of each transmitter and transform them to range.

    Parameters
    ----------
    block : (frame, loop, tx, rx, sample) complex64
        ADC samples; tx in firing order.
    tx_order : tuple of int
        Which transmitter fired at each place of the tx axis.
    gate : slice
        Bins to keep.

    Returns
    -------
    (frame, tx, rx, bin) complex64
        A Hann window is applied, scaled so that an echo of amplitude a gives a at its bin; tx
        ascending.
    """
    per_place = block.mean(axis=1)
    fired = np.asarray(tx_order)
    per_tx = np.stack([per_place[:, fired == tx].mean(axis=1) for tx in np.unique(fired)], axis=1)
    window = hann(block.shape[-1], sym=False)
    profiles = fft(per_tx * (window / window.sum()).astype(np.float32), axis=-1)
    return np.asarray(profiles[..., gate], np.complex64)


def range_profiles(
    capture: Capture, min_range_m: float, max_range_m: float, *, health: HealthMeter | None = None
) -> RangeProfiles:
    """Range profiles of a whole capture, read once, block by block.

    Parameters
    ----------
    capture : Capture
        From `radarkit.capture.open_capture`.
    min_range_m, max_range_m : float
        Range gate.
    health : HealthMeter, optional
        Sees every block too.

    Raises
    ------
    UserError
        When no bin lies within the gate.
    """
    config = capture.config
    gate = range_gate(config, min_range_m, max_range_m)
    shape = (capture.frames, len(config.transmitters), config.array.rx, gate.stop - gate.start)
    values = np.empty(shape, np.complex64)
    start = 0
    for block in capture.blocks():
        values[start : start + len(block)] = chirps_to_profiles(block, config.frame.tx_order, gate)
        start += len(block)
        if health is not None:
            health.add(block)
    return RangeProfiles(values, np.arange(gate.start, gate.stop) * config.range_bin_m)


def motion_to_noise_db(profiles: RangeProfiles, frame_rate_hz: float) -> NDArray[np.float64]:
    """How far the moving part of each echo stands above its noise.

    Static clutter is the mean over time and leaves the moving part when taken away. A chest moves
    slowly, so that the upper half of the Doppler frequencies holds noise.

    Returns
    -------
    (tx, rx, bin) float64
        Power per hertz below 4 Hz over that in the upper half, either sign of Doppler; 0 dB is
        noise alone. A channel without any signal has -inf.
    """
    moving = profiles.values - profiles.values.mean(axis=0, dtype=np.complex128)
    window = hann(len(moving), sym=False)[:, None, None, None]
    power = np.abs(fft(np.asarray(moving * window, np.complex64), axis=0)) ** 2
    doppler_hz = np.abs(np.fft.fftfreq(len(moving), 1 / frame_rate_hz))
    slow = power[doppler_hz <= min(4.0, frame_rate_hz / 8)].mean(axis=0, dtype=np.float64)
    fast = power[doppler_hz >= frame_rate_hz / 4].mean(axis=0, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        # what rounding leaves of a constant is no motion; a motion without noise is +inf
        moves = slow > 1e-12 * len(moving) * (np.abs(profiles.values) ** 2).sum(axis=0)
        ratio = np.where(moves, slow / fast, 0.0)
        return np.asarray(10 * np.log10(ratio))
