"""Infineon recordings (Avian: BGT60TR13C and its kin): ``radar.npy`` and ``config.json``.

The Radar Fusion GUI and the recorder of the SDK write a folder
``BGT60TR13C_record_YYYYMMDD-HHMMSS`` with a folder ``RadarIfxAvian_00`` in it. ``radar.npy`` is
(frame, rx, chirp, sample) of a 12-bit ADC, in one of three scales:

    =====================  =================================
    whole numbers, 0..4095  ADC counts (GUI)
    floats, 0..1            counts / 4095 (SDK before 3.5)
    floats, -1..1           2 counts / 4095 - 1 (SDK from 3.5)
    =====================  =================================

All come out in ADC counts. The mean of each chirp is removed: it is the bias of the ADC, thousands
of times an echo from a chest, and would leak from range bin 0 into those of the echoes.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radarkit.capture.array_file import ArrayFrames, check_shape, map_array
from radarkit.capture.capture import Capture, Samples
from radarkit.capture.config import RadarConfig
from radarkit.capture.config_toml import validated
from radarkit.capture.json_file import JsonNode
from radarkit.errors import UserError
from radarkit.files import check_input

AXES = ("frame", "rx", "chirp", "sample")
_PARTS = ("radar.npy", "config.json")
_FULL_SCALE = 4095.0  # counts of the 12-bit ADC
_FRAMES_LOOKED_AT = 64  # spread over the recording, to tell its scale
_NAMES = {
    "frame.period_s": "frame_repetition_time_s",
    "frame.chirp_period_s": "chirp_repetition_time_s",
    "frame.loops": "num_chirps_per_frame",
    "chirp.samples": "num_samples_per_chirp",
    "chirp.sample_rate_hz": "sample_rate_Hz",
    "chirp.slope_hz_per_s": "(end_frequency_Hz - start_frequency_Hz) over the chirp, in Hz/s,",
    "chirp.start_frequency_hz": "start_frequency_Hz",
}


def is_infineon(path: Path) -> bool:
    """Whether `path` is a recording: its folder or, with ``config.json`` beside, its array."""
    return bool(_recordings(path))


def read_infineon(path: Path) -> RadarConfig:
    """Read the configuration of a recording.

    Parameters
    ----------
    path : Path
        A ``config.json``, or the folder of a recording.

    Raises
    ------
    UserError
        When a key is missing or asks for chirps that are not supported; it is named.
    """
    if path.is_dir():
        path = _recording(path) / "config.json"
    device = JsonNode.of_file(path)["device_config"]
    if not device.has("fmcw_single_shape"):
        keys = ", ".join(device.value) if isinstance(device.value, dict) else repr(device.value)
        raise UserError(f"{device.where} has {keys}", expected="fmcw_single_shape")
    shape = device["fmcw_single_shape"]
    transmitters = [item.integer() for item in shape["tx_antennas"].items()]
    if len(transmitters) != 1:
        raise UserError(
            f"{shape['tx_antennas'].where} = {transmitters}", expected="one transmitter"
        )
    receivers = [item.integer() for item in shape["rx_antennas"].items()]
    samples, sample_rate_hz = shape["num_samples_per_chirp"].integer(), shape["sample_rate_Hz"]
    if not (samples > 0 and sample_rate_hz.number() > 0):
        raise UserError(f"{shape.where}: {samples} samples at {sample_rate_hz.number():g} Hz")
    old = shape.has("lower_frequency_Hz")  # SDK 2
    start_hz = shape["lower_frequency_Hz" if old else "start_frequency_Hz"].number()
    end_hz = shape["upper_frequency_Hz" if old else "end_frequency_Hz"].number()
    found = {
        "chirp": {
            "start_frequency_hz": start_hz,
            "slope_hz_per_s": (end_hz - start_hz) * sample_rate_hz.number() / samples,
            "samples": samples,
            "sample_rate_hz": sample_rate_hz.number(),
        },
        "frame": {
            "loops": shape["num_chirps_per_frame"].integer(),
            "tx_order": [transmitters[0] - 1],  # antennas are counted from 1
            "period_s": shape["frame_repetition_time_s"].number(),
            "chirp_period_s": shape["chirp_repetition_time_s"].number(),
        },
        "array": {"rx": len(receivers), "receivers": [number - 1 for number in receivers]},
        "adc": {"format": "real", "bits": 12, "axes": AXES},
    }
    return validated(path, found, _NAMES)


def open_infineon(path: Path, config: RadarConfig | None = None) -> Capture:
    """Open a recording.

    Parameters
    ----------
    path : Path
        Its outer or inner folder.
    config : RadarConfig, optional
        Used instead of ``config.json``, for instance one with the places of the antennas.

    Returns
    -------
    Capture
        Real samples in ADC counts without the mean of their chirp. Without it the limits of the ADC
        are lost, so that `Capture.limits` is None; a note says if samples stand at them.

    Raises
    ------
    UserError
        When the folder is no recording, or the shape of the array is not that of the configuration.
    """
    folder = _recording(path)
    config = read_infineon(folder) if config is None else config
    if config.adc.axes != AXES or config.adc.format != "real":
        raise UserError(
            f"{path} is a recording of Infineon, but the configuration is of another radar",
            do="leave the configuration out: the recording has its own",
        )
    name = folder / "radar.npy"
    array = map_array(name)
    if array.dtype.kind == "c":
        raise UserError(f"{name} holds complex numbers", expected="real ones")
    frames = check_shape(name, array, config)
    some = np.asarray(array[np.unique(np.linspace(0, frames - 1, _FRAMES_LOOKED_AT, dtype=int))])
    low, high = _limits(some)
    counts = np.float32(_FULL_SCALE / (high - low))

    def adjust(block: Samples) -> Samples:
        block -= block.mean(axis=-1, keepdims=True)
        block *= counts
        return block

    return Capture(
        path,
        config,
        frames,
        ArrayFrames(array, config, name, adjust),
        notes=_clipping(some, low, high),
    )


def _limits(some: NDArray[Any]) -> tuple[float, float]:
    """Tell the scale: smallest and largest value of the ADC."""
    signed = bool((some < 0).any())
    if some.dtype.kind in "iu" or (np.abs(some) > 1).any():
        return (-2048.0, 2047.0) if signed else (0.0, _FULL_SCALE)
    return (-1.0, 1.0) if signed else (0.0, 1.0)


def _clipping(some: NDArray[Any], low: float, high: float) -> tuple[str, ...]:
    clipped = int(((some <= low) | (some >= high)).sum())
    if not clipped:
        return ()
    share = 100 * clipped / some.size
    return (f"{share:.2g} % of the samples are at the limits of the ADC: lower if_gain_dB",)


def _recordings(path: Path) -> list[Path]:
    folder = path.parent if path.name == "radar.npy" else path
    inner = [folder, *sorted(folder.glob("RadarIfx*"))] if folder.is_dir() else []
    return [one for one in inner if all((one / part).is_file() for part in _PARTS)]


def _recording(path: Path) -> Path:
    check_input(path, "recording")
    found = _recordings(path)
    if not found:
        raise UserError(
            f"{path} is no recording of Infineon", expected="radar.npy and config.json in it"
        )
    if len(found) > 1:
        raise UserError(
            f"{path} holds {len(found)} recordings",
            expected="one",
            do=f"name one of {', '.join(str(one) for one in found)}",
        )
    return found[0]
