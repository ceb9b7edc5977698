"""RadarConfig: what the radar was told to do, and the physics that follows from it.

An FMCW chirp sweeps ``f(t) = f0 + S t`` from the first ADC sample (t = 0) to the last. Over the
ADC window of ``T = N / fs`` it covers the bandwidth ``B = S T``, so that an echo from the distance
R is a beat of frequency ``2 S R / c``, one range bin is ``c / (2 B)`` and the phase at the centre
of the window turns by ``4 pi / wavelength`` a metre with ``wavelength = c / (f0 + S T / 2)``.
"""

from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from radarkit.capture.array import ArrayConfig
from radarkit.capture.layout import AXES, IQOrder

SPEED_OF_LIGHT_M_PER_S = 299_792_458.0

# strict: a quoted number or a true/false in a configuration is a slip, not a value
_STRICT = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class ChirpConfig(BaseModel):
    """One frequency sweep.

    Attributes
    ----------
    start_frequency_hz : float
        Frequency at the first ADC sample.
    slope_hz_per_s : float
        Sweep rate.
    samples : int
        ADC samples of a chirp.
    sample_rate_hz : float
        ADC rate.
    """

    model_config = _STRICT

    start_frequency_hz: float = Field(ge=1e9, le=1e12)
    slope_hz_per_s: float = Field(ge=1e9, le=1e16)
    samples: int = Field(ge=4, le=65536)
    sample_rate_hz: float = Field(ge=1e4, le=1e9)


class FrameConfig(BaseModel):
    """The chirps of one frame.

    Attributes
    ----------
    loops : int
        Repetitions of `tx_order` in a frame.
    tx_order : tuple of int
        Transmitters in firing order within a loop; a transmitter may fire more than once.
    period_s : float
        Start of a frame to start of the next.
    chirp_period_s : float, optional
        Start of a chirp to start of the next: idle time and ramp. Without it chirps are taken to
        follow each other without a pause.
    """

    model_config = _STRICT

    loops: int = Field(ge=1, le=65535)
    tx_order: Annotated[tuple[Annotated[int, Field(ge=0, le=63)], ...], Field(strict=False)] = (
        Field(min_length=1, max_length=512)
    )
    period_s: float = Field(gt=0, le=3600)
    chirp_period_s: float | None = Field(default=None, gt=0, le=1)


class AdcConfig(BaseModel):
    """How samples lie in the file.

    Attributes
    ----------
    format : str
        ``"complex"``, or ``"real"`` for a radar with one mixer per receiver.
    bits : int
        Resolution of the ADC: 12, 14 or 16.
    lanes : int
        LVDS lanes of a DCA1000 stream: 2 for xWR16xx, xWR18xx and xWR68xx, 4 for xWR12xx, xWR14xx
        and AWR2243.
    iq_order : IQOrder
        Which words of a DCA1000 stream are I and which are Q.
    axes : tuple of str, optional
        Order of the axes of a NumPy array, for captures that are one; see `layout.AXES`.
    """

    model_config = _STRICT

    format: Literal["complex", "real"] = "complex"
    bits: Literal[12, 14, 16] = 16
    lanes: Literal[2, 4] = 2
    iq_order: Annotated[IQOrder, Field(strict=False)] = IQOrder.I_FIRST
    axes: Annotated[tuple[str, ...], Field(strict=False)] | None = None

    @model_validator(mode="after")
    def _axes_are_known(self) -> Self:
        if self.axes is not None and sorted(self.axes) not in map(sorted, AXES):
            known = " or ".join(", ".join(names) for names in AXES)
            raise ValueError(f"axes = {list(self.axes)} should be {known}, in any order")
        return self

    @property
    def bytes_per_sample(self) -> int:
        """Bytes of one sample of one receiver."""
        return 4 if self.format == "complex" else 2


class RadarConfig(BaseModel):
    """What the radar was told to do: chirp, frame, array and layout of the samples."""

    model_config = _STRICT

    chirp: ChirpConfig
    frame: FrameConfig
    array: ArrayConfig
    adc: AdcConfig = AdcConfig()

    @model_validator(mode="after")
    def _chirps_fit_the_frame(self) -> Self:
        sampled_s = self.chirp.samples / self.chirp.sample_rate_hz
        if self.chirp_period_s < sampled_s:
            raise ValueError(
                f"frame.chirp_period_s = {self.chirp_period_s:g} s is shorter than the "
                f"{sampled_s:g} s in which a chirp is sampled"
            )
        busy_s = (self.chirps_per_frame - 1) * self.chirp_period_s + sampled_s
        if busy_s > self.frame.period_s:
            raise ValueError(
                f"frame.period_s = {self.frame.period_s:g} s is shorter than the {busy_s:g} s in "
                f"which its {self.chirps_per_frame} chirps are sampled"
            )
        return self

    @model_validator(mode="after")
    def _stream_holds_the_samples(self) -> Self:
        if self.adc.axes is not None:
            return self
        if self.adc.lanes == 4 and max(self.array.receiver_numbers) > 3:
            raise ValueError("array.receivers should be within 0 to 3 where adc.lanes = 4")
        if self.adc.lanes == 2 and self.adc.format == "complex" and self.chirp.samples % 2:
            raise ValueError(
                f"chirp.samples = {self.chirp.samples} should be even: 2 lanes send them in pairs"
            )
        if self.adc.lanes == 4 and self.adc.iq_order.in_pairs:
            raise ValueError(f'adc.iq_order = "{self.adc.iq_order}" is an order of 2 lanes')
        return self

    @model_validator(mode="after")
    def _antennas_exist(self) -> Self:
        for kind, used, there in (
            ("frame.tx_order", self.transmitters, self.array.tx_positions),
            ("array.receivers", self.array.receiver_numbers, self.array.rx_positions),
        ):
            if there is not None and max(used) >= len(there):
                raise ValueError(
                    f"{kind} has number {max(used)}, but the array has only {len(there)} "
                    "(numbers begin at 0)"
                )
        return self

    @property
    def bandwidth_hz(self) -> float:
        """Frequency range swept while the ADC samples."""
        return self.chirp.slope_hz_per_s * self.chirp.samples / self.chirp.sample_rate_hz

    @property
    def wavelength_m(self) -> float:
        """Wavelength at the centre of the ADC window."""
        return SPEED_OF_LIGHT_M_PER_S / (self.chirp.start_frequency_hz + self.bandwidth_hz / 2)

    @property
    def range_bin_m(self) -> float:
        """Distance between the bins of a range FFT without zero padding."""
        return SPEED_OF_LIGHT_M_PER_S / (2 * self.bandwidth_hz)

    @property
    def max_range_m(self) -> float:
        """Distance whose beat is the fastest that the ADC can tell: its rate, or half if real."""
        return self.range_bin_m * self.chirp.samples / (1 if self.adc.format == "complex" else 2)

    @property
    def frame_rate_hz(self) -> float:
        """Frames per second."""
        return 1 / self.frame.period_s

    @property
    def transmitters(self) -> tuple[int, ...]:
        """The transmitters that fire, each once, ascending."""
        return tuple(sorted(set(self.frame.tx_order)))

    @property
    def virtual_channels(self) -> int:
        """Pairs of a transmitter and a receiver."""
        return len(self.transmitters) * self.array.rx

    @property
    def chirps_per_frame(self) -> int:
        """Chirps of one frame, all transmitters together."""
        return self.frame.loops * len(self.frame.tx_order)

    @property
    def chirp_period_s(self) -> float:
        """Start of a chirp to start of the next."""
        return self.frame.chirp_period_s or self.chirp.samples / self.chirp.sample_rate_hz

    @property
    def chirp_times_s(self) -> NDArray[np.float64]:
        """Start of each chirp within its frame: (loop, tx) float64, tx in firing order."""
        places = np.arange(self.chirps_per_frame).reshape(self.frame_shape[:2])
        return np.asarray(places * self.chirp_period_s)

    @property
    def frame_shape(self) -> tuple[int, int, int, int]:
        """Shape of a frame: (loop, tx, rx, sample), tx in firing order."""
        frame = self.frame
        return (frame.loops, len(frame.tx_order), self.array.rx, self.chirp.samples)

    @property
    def bytes_per_frame(self) -> int:
        """Bytes of a frame in a DCA1000 stream; 4 lanes are always sent, used or not."""
        streams = 4 if self.adc.lanes == 4 else self.array.rx
        return self.chirps_per_frame * streams * self.chirp.samples * self.adc.bytes_per_sample
