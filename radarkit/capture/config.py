"""RadarConfig: what the radar was told to do, and the physics that follows from it.

An FMCW chirp sweeps ``f(t) = f0 + S t`` from the first ADC sample (t = 0) to the last. Over the
ADC window of ``T = N / fs`` it covers the bandwidth ``B = S T``, so that an echo from the distance
R is a beat of frequency ``2 S R / c``, one range bin is ``c / (2 B)`` and the phase at the centre
of the window turns by ``4 pi / wavelength`` a metre with ``wavelength = c / (f0 + S T / 2)``.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from radarkit.capture.layout import IQOrder
from radarkit.errors import UserError
from radarkit.files import atomic_file, check_input

SPEED_OF_LIGHT_M_PER_S = 299_792_458.0
BYTES_PER_SAMPLE = 4  # int16 I and int16 Q

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
        ADC samples of a chirp; even, because the 2-lane stream sends them in pairs.
    sample_rate_hz : float
        ADC rate.
    """

    model_config = _STRICT

    start_frequency_hz: float = Field(ge=1e9, le=1e12)
    slope_hz_per_s: float = Field(ge=1e9, le=1e16)
    samples: int = Field(ge=4, le=65536, multiple_of=2)
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
    """

    model_config = _STRICT

    loops: int = Field(ge=1)
    tx_order: Annotated[tuple[Annotated[int, Field(ge=0, le=63)], ...], Field(strict=False)] = (
        Field(min_length=1)
    )
    period_s: float = Field(gt=0, le=3600)


class ArrayConfig(BaseModel):
    """The receivers that were recorded."""

    model_config = _STRICT

    rx: int = Field(ge=1, le=64)


class AdcConfig(BaseModel):
    """How samples lie in the file.

    Attributes
    ----------
    lanes : int
        LVDS lanes; 2 for xWR16xx, xWR18xx and xWR68xx.
    format : str
        Complex samples.
    iq_order : IQOrder
        Which word of a pair comes first.
    """

    model_config = _STRICT

    lanes: int = 2
    format: str = "complex"
    iq_order: Annotated[IQOrder, Field(strict=False)] = IQOrder.I_FIRST

    @field_validator("lanes")
    @classmethod
    def _two_lanes(cls, lanes: int) -> int:
        if lanes == 4:
            raise ValueError("the 4-lane layout (xWR12xx, xWR14xx) is not read yet, only 2 lanes")
        if lanes != 2:
            raise ValueError("lanes should be 2")
        return lanes

    @field_validator("format")
    @classmethod
    def _complex_samples(cls, name: str) -> str:
        if name == "real":
            raise ValueError('real samples are not read yet, only format = "complex"')
        if name != "complex":
            raise ValueError('format should be "complex"')
        return name


class RadarConfig(BaseModel):
    """What the radar was told to do: chirp, frame, array and layout of the samples."""

    model_config = _STRICT

    chirp: ChirpConfig
    frame: FrameConfig
    array: ArrayConfig
    adc: AdcConfig = AdcConfig()

    @model_validator(mode="after")
    def _chirps_fit_the_frame(self) -> Self:
        busy_s = self.chirps_per_frame * self.chirp.samples / self.chirp.sample_rate_hz
        if busy_s > self.frame.period_s:
            raise ValueError(
                f"frame.period_s = {self.frame.period_s:g} s is shorter than the {busy_s:g} s in "
                f"which its {self.chirps_per_frame} chirps are sampled"
            )
        return self

    @classmethod
    def from_toml(cls, path: Path | str) -> Self:
        """Read a configuration.

        Raises
        ------
        UserError
            When the file is missing or not TOML, a key is missing or unknown, or a value is
            impossible; the key is named.
        """
        path = check_input(Path(path), "radar configuration")
        try:
            # Windows editors put a byte-order mark in front
            return cls.model_validate(tomllib.loads(path.read_text("utf-8-sig")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
            raise UserError(
                f"{path} cannot be read as TOML ({error})", expected="a radar configuration"
            ) from None
        except ValidationError as error:
            raise _as_user_error(path, error) from None

    def to_toml(self, path: Path | str, *, force: bool = False) -> None:
        """Write a configuration that `from_toml` reads back equal.

        Raises
        ------
        UserError
            When `path` exists and `force` is false.
        """
        lines: list[str] = []
        for section, keys in self.model_dump(mode="json").items():
            lines.append(f"[{section}]")
            lines += [f"{key} = {_toml_value(value)}" for key, value in keys.items()]
            lines.append("")
        with atomic_file(Path(path), force=force) as part:
            part.write_text("\n".join(lines), encoding="utf-8")

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
        """Distance at which the beat frequency equals the ADC rate."""
        return self.range_bin_m * self.chirp.samples

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
    def frame_shape(self) -> tuple[int, int, int, int]:
        """Shape of a frame: (loop, tx, rx, sample), tx in firing order."""
        frame = self.frame
        return (frame.loops, len(frame.tx_order), self.array.rx, self.chirp.samples)

    @property
    def bytes_per_frame(self) -> int:
        """Bytes of a frame in the file."""
        return self.chirps_per_frame * self.array.rx * self.chirp.samples * BYTES_PER_SAMPLE


def _toml_value(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return f"[{', '.join(_toml_value(item) for item in value)}]"
    return repr(value)  # repr of a float reads back to the same float


def _as_user_error(path: Path, error: ValidationError) -> UserError:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    match first["type"]:
        case "missing":
            return UserError(f"{path} has no {key}", do=f"add {key}")
        case "extra_forbidden":
            return UserError(f"{path} has an unknown key {key}", do=f"remove {key}")
        case "value_error":
            message = first["msg"].removeprefix("Value error, ")
            return UserError(f"{path}: {message}" if not key else f"{path}: {key}: {message}")
        case _:
            expected = first["msg"].removeprefix("Input should be ")
            return UserError(f"{path}: {key} = {first['input']!r}", expected=expected)
