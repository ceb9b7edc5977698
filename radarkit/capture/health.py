"""HealthMeter looks at a capture for what would spoil it.

It sees each block pass by. Clipping is looked for in every sample; energy, DC and the order of I
and Q are averages, for which the first 256 frames and every 16th of the rest are plenty; the shape
of the capture is judged from a few runs of frames, see `radarkit.capture.geometry`.

Echoes are beats of positive frequency; with I and Q swapped a sample becomes ``j conj(z)``, the
whole range profile is mirrored and displacement changes sign, so energy in the negative half of the
beat frequencies betrays the wrong order.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.fft import fft
from scipy.signal.windows import hann

from radarkit.capture.capture import Samples
from radarkit.capture.config import RadarConfig
from radarkit.capture.geometry import GeometryMeter

_DEAD_DB = -30.0  # a receiver this far below the median receiver hears nothing
_SWAPPED_DB = 3.0  # negative half above the positive one by so much: I and Q are swapped
_DC_BINS = 3  # leakage and DC lie around bin 0, on either side
_ALL_OF_FRAMES, _THEN_EVERY = 256, 16
_GLANCE = 8  # samples that tell whether two frames may be the same


class HealthMeter:
    """Accumulates the health of a capture, block by block.

    Parameters
    ----------
    config : RadarConfig
        How the capture was recorded.
    limits : (float, float), optional
        Smallest and largest value of the ADC, `Capture.limits`; without them nothing is said about
        clipping.

    Attributes
    ----------
    frames : int
        Valid frames seen.
    clipped_fraction : float
        Share of the samples with a part at a limit; NaN where the limits are not known.
    clipped_frames : int
        Frames with such a sample.
    longest_clipped_run : int
        Most clipped samples in a row within a chirp.
    repeated_frames : int
        Frames equal to the one before, bit by bit.
    constant : complex or None
        The value that all samples have, if they do.
    dead_receivers : list of int
        Receivers without a signal, counted from 0 as in the capture.
    dc : (rx,) complex128
        Mean sample of each receiver, in ADC counts.
    negative_half_db : float
        Energy of the negative over the positive beat frequencies; NaN without any, and where
        samples are real.
    warnings : list of str
        What a person should know, one line each.
    """

    def __init__(self, config: RadarConfig, limits: tuple[float, float] | None = None) -> None:
        self._config = config
        self._limits = limits
        self._geometry = GeometryMeter(config)
        self._per_frame = int(np.prod(config.frame_shape))
        self.frames = 0
        self._clipped = 0
        self.clipped_frames = 0
        self.longest_clipped_run = 0
        self.repeated_frames = 0
        self._last: Samples | None = None
        self._constant: complex | None = None
        self._samples = 0  # of those that the averages are taken over
        self._sum = np.zeros(config.array.rx, np.complex128)
        self._energy = np.zeros(config.array.rx)
        self._positive = 0.0
        self._negative = 0.0

    def add(self, block: Samples, valid: NDArray[np.bool_] | None = None) -> None:
        """Look at one block.

        Parameters
        ----------
        block : (frame, loop, tx, rx, sample) complex64 or float32
            ADC samples.
        valid : (frame,) bool, optional
            False for frames of which a part was lost: they are left out.
        """
        if valid is not None and not valid.all():
            edges = np.flatnonzero(np.diff(valid)) + 1
            for start, stop in zip([0, *edges], [*edges, len(block)], strict=True):
                if valid[start]:
                    self.add(block[start:stop])
                else:
                    self._geometry.skip(stop - start)
                    self._last = None
            return
        if len(block) == 0:
            return
        self._add_clipping(block)
        self._add_sameness(block)
        self._geometry.add(block)
        self._add_averages(block[self._chosen(len(block))])
        self.frames += len(block)

    def _chosen(self, frames: int) -> NDArray[np.int64]:
        """Frames of the next block that the averages are taken over."""
        numbers = self.frames + np.arange(frames)
        return np.flatnonzero((numbers < _ALL_OF_FRAMES) | (numbers % _THEN_EVERY == 0))

    def _add_clipping(self, block: Samples) -> None:
        if self._limits is None:
            return
        low, high = self._limits
        values = np.ascontiguousarray(block).view(np.float32).reshape(len(block), -1)
        reached = (values.min(axis=1) <= low) | (values.max(axis=1) >= high)
        if not reached.any():
            return
        self.clipped_frames += int(reached.sum())
        parts = values.shape[1] // self._per_frame
        samples = values[reached].reshape(-1, self._config.chirp.samples, parts)
        at_limit = ((samples <= low) | (samples >= high)).any(axis=-1)
        self._clipped += int(at_limit.sum())
        self.longest_clipped_run = max(self.longest_clipped_run, _longest_run(at_limit))

    def _add_sameness(self, block: Samples) -> None:
        if self.frames == 0 or self._constant is not None:
            first = complex(block.flat[0]) if self._constant is None else self._constant
            # a chirp of a living capture is enough to see
            same = (block[0, 0, 0, 0] == first).all() and (block == first).all()
            self._constant = first if same else None
        last = block[-1].copy()
        before = last if self._last is None else self._last
        glances = block[:, 0, 0, 0, :_GLANCE]
        glances = np.concatenate([before[None, 0, 0, 0, :_GLANCE], glances])
        for frame in np.flatnonzero((glances[1:] == glances[:-1]).all(axis=1)):
            if frame or self._last is not None:
                earlier = block[frame - 1] if frame else before
                self.repeated_frames += bool((block[frame] == earlier).all())
        self._last = last

    def _add_averages(self, block: Samples) -> None:
        if len(block) == 0:
            return
        axes = (0, 1, 2, 4)
        self._samples += block.size
        self._sum += block.sum(axis=axes, dtype=np.complex128)
        self._energy += (np.abs(block) ** 2).sum(axis=axes, dtype=np.float64)
        if self._config.adc.format == "complex":
            chirps = block[:, 0, 0]  # one chirp of a frame tells the order of I and Q
            count = chirps.shape[-1]
            spectrum = fft(chirps * hann(count, sym=False).astype(np.float32), axis=-1)
            power = (np.abs(spectrum) ** 2).sum(axis=(0, 1))
            self._positive += float(power[_DC_BINS : count // 2].sum())
            self._negative += float(power[count // 2 + 1 : count - _DC_BINS + 1].sum())

    @property
    def clipped_fraction(self) -> float:
        """Share of the samples with a part at a limit; NaN where the limits are not known."""
        if self._limits is None:
            return float("nan")
        return self._clipped / max(self.frames * self._per_frame, 1)

    @property
    def constant(self) -> complex | None:
        """The value that all samples have, if they do."""
        return self._constant

    @property
    def dc(self) -> NDArray[np.complex128]:
        """Mean sample of each receiver, in ADC counts."""
        return self._sum * self._config.array.rx / max(self._samples, 1)

    @property
    def dead_receivers(self) -> list[int]:
        """Receivers whose signal, its mean aside, is missing."""
        per_receiver = max(self._samples // self._config.array.rx, 1)
        power = self._energy / per_receiver - np.abs(self.dc) ** 2
        # rounding leaves a little of a constant; a live ADC moves by more than a hundredth count
        floor = max(float(np.median(power)) * 10 ** (_DEAD_DB / 10), 1e-4)
        return [int(rx) for rx in np.flatnonzero(power < floor)]

    @property
    def negative_half_db(self) -> float:
        """Energy of the negative over the positive beat frequencies."""
        if not (self._positive > 0 and self._negative > 0):
            return float("nan")
        return float(10 * np.log10(self._negative / self._positive))

    @property
    def warnings(self) -> list[str]:
        """What a person should know, one line each."""
        if self.frames == 0:
            return ["no frame is whole"]
        if self._constant is not None:
            value = self._constant if self._constant.imag else self._constant.real
            return [f"all samples are {value:g}: nothing was recorded"]
        found: list[str] = []
        if self._clipped:
            found.append(
                f"{100 * self.clipped_fraction:.3g} % of the samples are clipped, in "
                f"{self.clipped_frames} of {self.frames} frames and up to "
                f"{self.longest_clipped_run} in a row: lower the receiver gain"
            )
        if self.dead_receivers:
            dead = ", ".join(str(rx) for rx in self.dead_receivers)
            found.append(f"receivers without a signal: {dead} of {self._config.array.rx}")
        if self.repeated_frames:
            found.append(
                f"{self.repeated_frames} of {self.frames} frames repeat the one before exactly: "
                "the recording program seems to have stalled"
            )
        wrong_shape = self._geometry.verdict
        if wrong_shape is not None:
            keys = "chirp.samples, array.rx, frame.tx_order, adc.format and adc.lanes"
            found.append(f"{wrong_shape}: check {keys}")
        elif self.negative_half_db > _SWAPPED_DB:
            other = self._config.adc.iq_order.swapped
            found.append(
                f"negative beat frequencies are {self.negative_half_db:.0f} dB above the positive "
                f'ones: I and Q seem swapped, try iq_order = "{other}" under [adc] (a '
                "configuration of another kind becomes one with [adc] by `radarkit info CONFIG "
                "--toml radar.toml`); right as it is only if most echoes come from beyond "
                f"{self._config.max_range_m / 2:.3g} m"
            )
        return found


def _longest_run(marks: NDArray[np.bool_]) -> int:
    """Most true values in a row: (row, value)."""
    closed = np.pad(marks, ((0, 0), (1, 1)))
    edges = np.flatnonzero(np.diff(closed.astype(np.int8), axis=1).ravel())
    return int(np.diff(edges.reshape(-1, 2), axis=1).max(initial=0))
