"""Survey: where in the range gate a chest moves, from short runs of frames all over the capture.

Strength does not tell: leakage between the antennas is stronger than a chest and stands still. What
tells is how far the motion of an echo stands above its own noise. Noise changes from frame to frame
and a chest hardly does, so that a fourth difference over the frames of a run holds noise alone:
``[1, -4, 6, -4, 1]`` has the response ``(2 sin(w / 2))^4``, below 0.02 where the phase turns by
less than 0.4 rad a frame. The mean of each run, n frames long, holds the motion and an n-th of the
noise; its variance over the runs, static clutter being their mean, is the moving power.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, uniform_filter1d

from radarkit.capture import Capture
from radarkit.errors import UserError
from radarkit.extract.range import chirps_to_profiles, range_transform
from radarkit.recording import Float64

_RUN_S = 0.08
_SHORTEST_RUN = 5  # what a fourth difference needs
_FEWEST_RUNS = 225
_RUNS_APART_S = 0.8  # so that a chest can be tracked through a long capture
_LEAST_MOTION_DB = 6.0  # a channel of noise alone is within 2 dB of 0
_TRACK_S = 3.0  # a place is the mean over so long: longer than half a breath
_STAYS_BINS = 0.6  # a chest that wanders by less is looked at in one place


@dataclass(frozen=True, eq=False)
class Survey:
    """What moves where.

    Attributes
    ----------
    ranges_m : (bin,) float64
        Distance of each bin.
    times_s : (run,) float64
        Middle of each run of frames.
    static : (bin,) float64
        Power of the static echoes, mean of the channels.
    moving : (tx, rx, bin) float64
        Power of the moving echoes, noise taken away.
    noise : (tx, rx, bin) float64
        Power of the noise of one frame.
    motion_db : (tx, rx, bin) float64
        Moving power and noise of the mean of a run over that noise alone: 0 dB is noise, -inf a
        channel without any signal.
    power : (run, bin) float64
        Moving power over time, mean of the channels.
    speed : (run,) float64
        How fast the phase of what moves turns, in rad a second.
    echo : (tx, rx, bin) complex64
        Static echo.
    """

    ranges_m: Float64
    times_s: Float64
    static: Float64
    moving: Float64
    noise: Float64
    motion_db: Float64
    power: Float64
    speed: Float64
    echo: NDArray[np.complex64]

    @property
    def chest_bin(self) -> int:
        """Bin in which the channels that move hold most moving power.

        Raises
        ------
        UserError
            When nothing moves.
        """
        lively = self.motion_db >= _LEAST_MOTION_DB
        if not lively.any():
            raise UserError(
                f"no moving chest found from {self.ranges_m[0]:.2f} to {self.ranges_m[-1]:.2f} m: "
                f"{_liveliest(float(self.motion_db.max()))}",
                expected=f"{_LEAST_MOTION_DB:g} dB or more",
                do="check the range gate, the configuration and the order of I and Q",
            )
        return int(np.where(lively, self.moving, 0).sum(axis=(0, 1)).argmax())

    @property
    def chest_range_m(self) -> float:
        """Distance of the chest: centre of gravity of the moving power of three bins."""
        around = slice(max(self.chest_bin - 1, 0), self.chest_bin + 2)
        power = self.moving[..., around].sum(axis=(0, 1))
        return float((self.ranges_m[around] * power).sum() / power.sum())

    def track_m(self) -> Float64 | None:
        """Range of the chest over time where it wanders.

        Returns
        -------
        (run,) float64 or None
            None for a chest that stays within a range bin.
        """
        if len(self.times_s) < 3 or len(self.ranges_m) < 3:
            return None
        step_s = (self.times_s[-1] - self.times_s[0]) / (len(self.times_s) - 1)
        runs = max(1, min(len(self.times_s), round(_TRACK_S / step_s)))
        power = uniform_filter1d(self.power, runs, axis=0, mode="nearest")
        peaks = np.clip(power.argmax(axis=1), 1, len(self.ranges_m) - 2)
        around = peaks[:, None] + np.arange(-1, 2)
        weight = np.take_along_axis(power, around, axis=1)
        places = (around * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-300)
        places = uniform_filter1d(median_filter(places, runs, mode="nearest"), runs, mode="nearest")
        if np.ptp(places) < _STAYS_BINS:
            return None
        return np.asarray(np.interp(places, np.arange(len(self.ranges_m)), self.ranges_m))


def survey(capture: Capture, bins: NDArray[np.integer], runs: int | None = None) -> Survey:
    """Look at some frames of a capture, over all bins of the range gate.

    Parameters
    ----------
    capture : Capture
        From `radarkit.capture.open_capture`.
    bins : (bin,) int
        From `radarkit.extract.range.range_gate`.
    runs : int, optional
        How many runs of frames to look at; by default one every 0.8 s, and no fewer than 225.

    Raises
    ------
    UserError
        When lost frames leave no run of frames in one piece.
    """
    config = capture.config
    transform = range_transform(config, bins)
    length = max(_SHORTEST_RUN, round(_RUN_S * config.frame_rate_hz))
    runs = runs or max(_FEWEST_RUNS, round(capture.duration_s / _RUNS_APART_S))
    starts = np.unique(np.linspace(0, max(capture.frames - length, 0), runs).astype(int))
    starts = _apart(starts, length)
    starts = np.array([at for at in starts if capture.valid[at : at + length].all()], int)
    if starts.size < 2 or capture.frames < length:
        raise UserError(
            f"{capture.path}: only {starts.size} stretches of {length} frames without a loss",
            expected="2 or more",
        )
    shape = (len(config.transmitters), config.array.rx, bins.size)
    halves = np.empty((starts.size, 2, *shape), np.complex64)  # means of either half of a run
    noise = np.zeros(shape)
    for run, start in enumerate(starts):
        block = capture.read(start, start + length)
        frames = chirps_to_profiles(block, config.frame.tx_order, transform)
        halves[run] = frames[: length // 2].mean(axis=0), frames[-(length // 2) :].mean(axis=0)
        fourth = np.diff(frames, n=4, axis=0)
        noise += (np.abs(fourth) ** 2).mean(axis=0) / 70 / starts.size  # 1 + 16 + 36 + 16 + 1
    means = halves.mean(axis=1)
    averaged = 2 * (length // 2)
    static = means.mean(axis=0, dtype=np.complex128)
    power = np.abs(means - static) ** 2
    variance = power.sum(axis=0) / (len(starts) - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        # what rounding leaves of a constant is no motion; a motion without noise is +inf
        moves = variance > 1e-12 * np.abs(static) ** 2
        motion_db = 10 * np.log10(np.where(moves, variance / (noise / averaged), 0.0))
    turned = ((halves[:, 1] - static) * (halves[:, 0] - static).conj()).sum(axis=(1, 2, 3))
    between_s = (length - length // 2) * config.frame.period_s
    return Survey(
        ranges_m=np.asarray(bins * config.range_bin_m, np.float64),
        times_s=(starts + (length - 1) / 2) * config.frame.period_s,
        static=np.asarray((np.abs(static) ** 2).mean(axis=(0, 1))),
        moving=np.maximum(variance - noise / averaged, 0),
        noise=noise,
        motion_db=np.asarray(motion_db),
        power=np.asarray(power.mean(axis=(1, 2))),
        speed=np.asarray(np.angle(turned) / between_s),
        echo=np.asarray(static, np.complex64),
    )


def _liveliest(motion_db: float) -> str:
    if np.isneginf(motion_db):
        return "no channel has a signal that changes"
    return f"the most lively channel is {motion_db:.1f} dB above noise"


def _apart(starts: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    """Drop starts so that runs do not overlap."""
    kept: list[int] = []
    for start in starts:
        if not kept or start >= kept[-1] + length:
            kept.append(int(start))
    return np.asarray(kept)
