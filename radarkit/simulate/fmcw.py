"""FMCW front end: from the motion of a chest to the samples of a radar's ADC.

A chirp ``f(t) = f0 + S t`` that comes back after the delay ``tau`` and is mixed with the outgoing
one leaves the beat

    exp(j 2 pi (f0 tau + S tau t - S tau^2 / 2)),   t = 0 at the first ADC sample,

the difference of the two phases ``2 pi (f0 t + S t^2 / 2)``. The delay is that of the way from the
transmitter over the scatterer to the receiver, each where it stands in space when the chirp starts.
A receding target raises the phase. Thermal noise is white. What real front ends add is in
`radarkit.simulate.impairments`. A radar with one mixer per receiver samples the real part of all
this.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline

from radarkit.capture import ArrayConfig, ChirpConfig, FrameConfig, RadarConfig, Samples
from radarkit.capture.config import SPEED_OF_LIGHT_M_PER_S
from radarkit.errors import UserError
from radarkit.parallel import threads
from radarkit.recording import Float64
from radarkit.simulate.impairments import BeatSums, Mixers, draw_mixers, frequency_noise, leak
from radarkit.simulate.multipath import Echoes, Mirror, check_mirrors, echoes_of
from radarkit.simulate.scene import FrontEndConfig, Scatterers, antennas_of, chest_of, clutter_of

_BLOCK_SAMPLES = 2**20  # of a block: 8 MiB of complex ones, and as many motions
_SPLINE_REACH = 32  # samples; what lies farther away moves a cubic spline by 0.27^32 at most

DEFAULT_RADAR = RadarConfig(
    chirp=ChirpConfig(
        start_frequency_hz=60.4e9, slope_hz_per_s=100e12, samples=64, sample_rate_hz=2e6
    ),
    frame=FrameConfig(loops=1, tx_order=(0,), period_s=0.005),
    array=ArrayConfig(rx=4),
)
"""A 60 GHz radar with 3.2 GHz of bandwidth, four receivers and 200 frames per second."""

MMECG_RADAR = RadarConfig(
    chirp=ChirpConfig(
        start_frequency_hz=77e9, slope_hz_per_s=65e12, samples=256, sample_rate_hz=5e6
    ),
    frame=FrameConfig(loops=1, tx_order=(0, 1, 2), period_s=0.005, chirp_period_s=70e-6),
    array=ArrayConfig(rx=4, board="awr1843boost"),
)
"""The 77 GHz radar of the MMECG data set: three transmitters in turn, four receivers."""


def simulate_capture(
    displacement_m: NDArray[np.floating],
    sample_rate_hz: float,
    config: RadarConfig,
    front_end: FrontEndConfig,
    rng: np.random.Generator,
    *,
    positions_m: ArrayLike | None = None,
) -> Iterator[Samples]:
    """Sample the echoes of a moving chest.

    Parameters
    ----------
    displacement_m : (points, samples) float
        Motion of each scatterer along its line of sight; away from the radar is positive.
    sample_rate_hz : float
        Rate of `displacement_m`. Chirps fall between its samples and see a cubic spline, which is
        exact to a thousandth for motion below an eighth of the rate.
    config : RadarConfig
        The radar. Where its array is not known it is a row; see
        `radarkit.simulate.scene.antennas_of`.
    front_end : FrontEndConfig
        The scene.
    rng : numpy.random.Generator
        Draws the thermal noise, and with streams of its own what the front end adds.
    positions_m : (points, 3) array_like, optional
        Where each scatterer lies from the middle of the chest: right, up and away from the radar.
        Without them they spread evenly over the chest.

    Yields
    ------
    (frame, loop, tx, rx, sample) complex64
        float32 where the radar has real samples. In ADC counts, not rounded yet: give the blocks to
        `radarkit.capture.write_dca1000`, which rounds and clips.

    Raises
    ------
    UserError
        When the motion is shorter than a frame or not finite, positions and points disagree, the
        chest stands behind a mirror, or something is seen beyond the distance that the ADC rate
        resolves.
    """
    points, samples = displacement_m.shape
    frames = int(samples / sample_rate_hz * config.frame_rate_hz + 1e-6)
    chest, clutter = chest_of(front_end, points, positions_m), clutter_of(front_end)
    direct = echoes_of(*chest)
    echoes, still = echoes_of(*chest, front_end.mirrors), echoes_of(*clutter)
    _check(displacement_m, config, frames, chest, front_end.mirrors, echoes, still)
    rest_m = np.zeros((1, *config.frame_shape[:2], 1))
    at_rest = _beats(direct, rest_m, config, delayed=False).sum
    rms = np.sqrt(np.mean(np.abs(at_rest) ** 2, dtype=np.float64))
    echoes = echoes._replace(amplitudes=echoes.amplitudes / rms)
    noisy = front_end.phase_noise_dbc_hz is not None
    static = _beats(still, rest_m, config, delayed=noisy)
    # streams of their own: thermal noise is the same whatever else is wrong
    of_leakage, of_oscillator, of_mixers = rng.spawn(3)
    if front_end.leakage is not None:
        leaked = leak(front_end.leakage, config, of_leakage)
        static = BeatSums(static.sum + leaked.sum, static.delayed_s + leaked.delayed_s)
    mixers = draw_mixers(front_end.mixers, config.array.rx, of_mixers)
    noise = np.float32(10 ** (-front_end.snr_db / 20) / np.sqrt(2))  # of each of I and Q
    per_frame = max(int(np.prod(config.frame_shape)), config.chirps_per_frame * points)
    step = max(1, _BLOCK_SAMPLES // per_frame)
    with ThreadPoolExecutor(threads()) as pool:
        for start in range(0, frames, step):
            frame_s = np.arange(start, min(start + step, frames)) * config.frame.period_s
            moved_m = _motion_at(
                frame_s[:, None, None] + config.chirp_times_s, displacement_m, sample_rate_hz
            )
            at_work = [
                pool.submit(_beats, echoes, part, config, delayed=noisy)
                for part in np.array_split(moved_m, threads())
                if len(part)
            ]
            shape = (len(frame_s), *config.frame_shape)
            block = rng.standard_normal((*shape, 2), np.float32).view(np.complex64)[..., 0]
            block *= noise
            block += static.sum
            moving = [part.result() for part in at_work]
            block += np.concatenate([part.sum for part in moving])
            if front_end.phase_noise_dbc_hz is not None:
                turning = np.concatenate([part.delayed_s for part in moving])
                turning += static.delayed_s
                turning *= np.complex64(1j) * frequency_noise(
                    front_end.phase_noise_dbc_hz,
                    config.chirp.sample_rate_hz,
                    (*shape[:3], 1, shape[4]),  # the receivers share an oscillator
                    of_oscillator,
                )
                block += turning
            block *= np.float32(front_end.chest_counts)
            if front_end.mixers != Mixers():
                mixers.apply(block)
            yield block if config.adc.format == "complex" else np.ascontiguousarray(block.real)


def _motion_at(
    time_s: Float64, displacement_m: NDArray[np.floating], sample_rate_hz: float
) -> Float64:
    """Motion at some instants, (*instants, points), by the spline through the samples near them."""
    # the chirps of the last frame may lie behind the last sample: the chest holds still
    place = np.minimum(time_s * sample_rate_hz, displacement_m.shape[1] - 1)
    first = max(0, int(place.min()) - _SPLINE_REACH)
    last = int(place.max()) + 1 + _SPLINE_REACH
    near_m = np.asarray(displacement_m[:, first : last + 1], np.float64)
    if near_m.shape[1] == 1:
        return np.broadcast_to(near_m[:, 0], (*place.shape, near_m.shape[0]))
    spline = CubicSpline(np.arange(near_m.shape[1]), near_m.T)
    return np.asarray(spline(place - first))


def _beats(echoes: Echoes, moved_m: Float64, config: RadarConfig, *, delayed: bool) -> BeatSums:
    """Sum the beats of echoes.

    Parameters
    ----------
    echoes : Echoes
        What comes back.
    moved_m : (frame, loop, tx, point) float64
        How far each point is from its rest at each chirp; one column serves all.
    config : RadarConfig
        The radar.
    delayed : bool
        Whether to sum the beats times their delays as well; that sum is 0 otherwise.

    Returns
    -------
    BeatSums
        (frame, loop, tx, rx, sample).
    """
    from radarkit.simulate.fmcw_numba import sum_beats  # numba loads with the first call

    points = int(echoes.points.max(initial=-1)) + 1
    moved_m = np.ascontiguousarray(np.broadcast_to(moved_m, (*moved_m.shape[:3], points)))
    slope = config.chirp.slope_hz_per_s

    def total(weighted: Echoes) -> NDArray[np.complex64]:
        beats = np.empty((len(moved_m), *config.frame_shape), np.complex64)
        sum_beats(
            *weighted,
            moved_m,
            *antennas_of(config),
            config.chirp.start_frequency_hz / SPEED_OF_LIGHT_M_PER_S,
            slope / (2 * SPEED_OF_LIGHT_M_PER_S**2),
            slope / (SPEED_OF_LIGHT_M_PER_S * config.chirp.sample_rate_hz),
            beats,
        )
        return beats

    if not delayed:
        return BeatSums(total(echoes), np.zeros(1, np.complex64))
    # the motion of a chest is a hundredth of its delay at most, which is that of its rest here
    by_delay = echoes._replace(amplitudes=echoes.amplitudes * echoes.delays_s)
    return BeatSums(total(echoes), total(by_delay))


def _check(
    displacement_m: NDArray[np.floating],
    config: RadarConfig,
    frames: int,
    chest: Scatterers,
    mirrors: Sequence[Mirror],
    echoes: Echoes,
    still: Echoes,
) -> None:
    if frames == 0:
        raise UserError(
            "the motion is shorter than a frame", expected=f"{config.frame.period_s:g} s or more"
        )
    bad = int(np.size(displacement_m) - np.isfinite(displacement_m).sum())
    if bad:
        raise UserError(f"{bad} NaN or infinite values in the motion", expected="metres")
    distance_m = np.linalg.norm(chest.rest_m, axis=1)
    nearest_m = float((distance_m + displacement_m.min(axis=1)).min())
    if nearest_m <= 0:
        raise UserError(
            f"a motion that brings the chest {-nearest_m:.3g} m behind the radar",
            expected="metres of displacement, a few millimetres of them",
        )
    farthest_m = displacement_m.max(axis=1)
    check_mirrors(chest.rest_m, farthest_m, mirrors)
    reach_m = np.concatenate([echoes.ranges_m + farthest_m[echoes.points], still.ranges_m]).max()
    if reach_m >= config.max_range_m:
        raise UserError(
            f"an echo from {reach_m:.3g} m", expected=f"at most {config.max_range_m:.3g} m"
        )
