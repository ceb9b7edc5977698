"""NumPy arrays (``.npy``) of frames, with their axes named in the configuration.

The array is mapped into memory and converted block by block, so that it may be larger than memory,
in any order of axes, byte order and precision.
"""

from collections.abc import Callable
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radarkit.capture.capture import Capture, Samples
from radarkit.capture.config import AdcConfig, RadarConfig
from radarkit.errors import UserError
from radarkit.files import check_input

_TOML_AXES = 'axes = ["frame", "chirp", "rx", "sample"] under [adc], in the order of the array'


class ArrayFrames:
    """Frames of an array, in any order of axes.

    Parameters
    ----------
    array : ndarray
        With the axes that ``config.adc.axes`` names.
    config : RadarConfig
        How it was recorded.
    name : Path
        Where the array comes from, for errors.
    adjust : callable, optional
        Turns a block of shape (frame, loop, tx, rx, sample) into ADC counts, in place.
    """

    def __init__(
        self,
        array: NDArray[Any],
        config: RadarConfig,
        name: Path,
        adjust: Callable[[Samples], Samples] | None = None,
    ) -> None:
        self._array, self._config, self._name, self._adjust = array, config, name, adjust

    def read(self, start: int, stop: int) -> Samples:
        """Read the frames ``start`` to ``stop - 1``: (frame, loop, tx, rx, sample).

        Raises
        ------
        UserError
            When there is a NaN or an infinite value; its frame is named.
        """
        axes = _axes(self._config.adc)
        there = [axis for axis in ("frame", "loop", "tx", "chirp", "rx", "sample") if axis in axes]
        frame_axis = axes.index("frame")
        index = tuple(
            slice(start, stop) if at == frame_axis else slice(None) for at in range(len(axes))
        )
        named = self._array[index].transpose([axes.index(axis) for axis in there])
        kind = np.complex64 if self._config.adc.format == "complex" else np.float32
        with np.errstate(
            over="ignore", invalid="ignore"
        ):  # what float32 cannot hold becomes infinite
            block = np.array(named, kind, order="C").reshape(-1, *self._config.frame_shape)
        whole = np.isfinite(block).reshape(len(block), -1).all(axis=1)
        if not whole.all():
            raise UserError(
                f"{self._name}: NaN or infinite samples in frame {start + int(np.argmin(whole))}",
                expected="finite float32 values",
                do="repair or cut those frames",
            )
        return block if self._adjust is None else self._adjust(block)


def open_array(path: Path, config: RadarConfig) -> Capture:
    """Open a ``.npy`` file as a capture.

    Parameters
    ----------
    path : Path
        The file; complex or real numbers as ``config.adc.format`` says.
    config : RadarConfig
        How it was recorded; ``adc.axes`` names the axes.

    Raises
    ------
    UserError
        When the configuration names no axes, the shape or kind of the numbers is another, or the
        file holds pickled objects or no array.
    """
    if config.adc.axes is None:
        raise UserError(
            f"{path} is an array, but the configuration does not name its axes",
            do=f"write {_TOML_AXES}",
        )
    array = map_array(path)
    frames = check_shape(path, array, config)
    is_complex = array.dtype.kind == "c"
    if is_complex != (config.adc.format == "complex"):
        raise UserError(
            f"{path} holds {'complex' if is_complex else 'real'} numbers ({array.dtype})",
            expected=f'format = "{config.adc.format}" of the configuration',
            do="correct format under [adc], or the array",
        )
    reader = ArrayFrames(array, config, path)
    return Capture(path, config, frames, reader, limits=_limits(array.dtype, config.adc.bits))


def map_array(path: Path) -> NDArray[Any]:
    """Map a ``.npy`` file into memory, for reading.

    Raises
    ------
    UserError
        When it is none, or holds anything but numbers.
    """
    check_input(path, "array")
    try:
        array = np.lib.format.open_memmap(path, mode="r")
    except (ValueError, OSError, OverflowError, TokenError) as error:  # of a spoilt header
        if "Python objects" in str(error):
            raise UserError(
                f"{path} holds pickled objects, which could run any program",
                expected="an array of numbers",
            ) from None
        raise UserError(f"{path} cannot be read as a NumPy array ({error})") from None
    if array.dtype.kind not in "iufc":
        raise UserError(f"{path} holds {array.dtype}", expected="real or complex numbers")
    return array


def check_shape(path: Path, array: NDArray[Any], config: RadarConfig) -> int:
    """Return how many frames an array has.

    Raises
    ------
    UserError
        When it has none, or its shape is not that of the configuration.
    """
    loops, transmissions, rx, samples = config.frame_shape
    lengths = {
        "loop": loops,
        "tx": transmissions,
        "chirp": config.chirps_per_frame,
        "rx": rx,
        "sample": samples,
    }
    axes = _axes(config.adc)
    names = ", ".join(axis if axis == "frame" else f"{axis} {lengths[axis]}" for axis in axes)
    fits = array.ndim == len(axes) and all(
        axis == "frame" or length == lengths[axis]
        for axis, length in zip(axes, array.shape, strict=True)
    )
    if not fits:
        raise UserError(
            f"{path} has the shape {array.shape}",
            expected=f"({names}) of the configuration",
            do="correct the configuration or its adc.axes",
        )
    frames = int(array.shape[axes.index("frame")])
    if not frames:
        raise UserError(f"{path} has no frames: its shape is {array.shape}")
    return frames


def _axes(adc: AdcConfig) -> tuple[str, ...]:
    assert adc.axes is not None, "checked on opening"
    return adc.axes


def _limits(kind: np.dtype[Any], bits: int) -> tuple[float, float] | None:
    if kind.kind == "i":
        return -(2.0 ** (bits - 1)), 2.0 ** (bits - 1) - 1
    if kind.kind == "u":
        return 0.0, 2.0**bits - 1
    return None  # floats may be in any unit
