"""Captures of every kind, for the contract that all readers keep.

A case has a configuration, makes a cube of samples that its radar could have sent, and writes it
into a folder as the recorder would have done.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from radarkit.capture import (
    AdcConfig,
    ArrayConfig,
    ChirpConfig,
    Container,
    FrameConfig,
    IQOrder,
    RadarConfig,
    write_dca1000,
)

PART_BYTES = 1456 * 2 + 1  # cuts frames and words


def radar(loops=1, tx=(0,), rx=1, samples=4, receivers=None, **adc):
    return RadarConfig(
        chirp=ChirpConfig(
            start_frequency_hz=60e9, slope_hz_per_s=60e12, samples=samples, sample_rate_hz=4e6
        ),
        frame=FrameConfig(loops=loops, tx_order=tx, period_s=0.05),
        array=ArrayConfig(rx=rx, receivers=receivers),
        adc=AdcConfig(**adc),
    )


def counts(rng, frames, config):
    """Frames of whole ADC counts, over the whole range of the ADC."""
    shape = (frames, *config.frame_shape)
    half = 2 ** (config.adc.bits - 1)
    real = rng.integers(-half, half, shape)
    if config.adc.format == "real":
        return real.astype(np.float32)
    return (real + 1j * rng.integers(-half, half, shape)).astype(np.complex64)


def counts_without_mean(rng, frames, config):
    """Whole counts whose chirps have no mean, as the bias of the ADC is removed."""
    half = rng.integers(-2047, 2048, (frames, *config.frame_shape[:3], config.chirp.samples // 2))
    return np.concatenate([half, -half], axis=-1).astype(np.float32)


def dca1000(container):
    def write(folder, cube, config):
        path = folder / "capture.bin"
        write_dca1000(path, [cube], config, container=container, part_bytes=PART_BYTES)
        return container.path(path)

    return write


def split_records(folder, cube, config):
    """Records of mmWave Studio in parts that are cut between packets."""
    write_dca1000(folder / "whole.bin", [cube], config, container=Container.RECORDS)
    content = (folder / "whole.bin").read_bytes()
    (folder / "whole.bin").unlink()
    cut = 2 * (14 + 1456)
    for number in range(-(-len(content) // cut)):
        part = content[number * cut : (number + 1) * cut]
        (folder / f"adc_data_Raw_{number}.bin").write_bytes(part)
    return folder / "adc_data_Raw_0.bin"


def numpy_array(folder, cube, config):
    named = dict(zip(("frame", "loop", "tx", "rx", "sample"), range(5), strict=True))
    if "chirp" in config.adc.axes:
        cube = cube.reshape(len(cube), -1, *cube.shape[3:])
        named = dict(zip(("frame", "chirp", "rx", "sample"), range(4), strict=True))
    np.save(folder / "cube.npy", cube.transpose([named[axis] for axis in config.adc.axes]))
    return folder / "cube.npy"


def infineon(folder, cube, config):
    inner = folder / "BGT60TR13C_record_20260101-120000" / "RadarIfxAvian_00"
    inner.mkdir(parents=True)
    array = cube[:, :, 0].transpose(0, 2, 1, 3)  # (frame, rx, chirp, sample)
    np.save(inner / "radar.npy", array.astype(np.int16) + 2047)
    shape = {
        "chirp_repetition_time_s": config.chirp_period_s,
        "start_frequency_Hz": config.chirp.start_frequency_hz,
        "end_frequency_Hz": config.chirp.start_frequency_hz + config.bandwidth_hz,
        "frame_repetition_time_s": config.frame.period_s,
        "num_chirps_per_frame": config.frame.loops,
        "num_samples_per_chirp": config.chirp.samples,
        "rx_antennas": [1 + number for number in config.array.receiver_numbers],
        "tx_antennas": [1],
        "sample_rate_Hz": config.chirp.sample_rate_hz,
    }
    described = {"device_config": {"fmcw_single_shape": shape}}
    (inner / "config.json").write_text(json.dumps(described))
    return inner.parent


@dataclass(frozen=True)
class Case:
    name: str
    config: RadarConfig
    write: Callable[[Path, np.ndarray, RadarConfig], Path]
    counts: Callable[[np.random.Generator, int, RadarConfig], np.ndarray] = counts


STREAMS = {
    **{f"2 lanes {order}": radar(3, (1, 0), 3, 10, iq_order=order) for order in IQOrder},
    "2 lanes 12 bits": radar(3, (0,), 4, 10, bits=12),
    "2 lanes real": radar(3, (0, 2), 3, 15, format="real", bits=14),
    "4 lanes i-first": radar(2, (0, 1), 4, 9, lanes=4),
    "4 lanes q-first": radar(2, (0, 1), 2, 9, (3, 1), lanes=4, iq_order=IQOrder.Q_FIRST),
    "4 lanes real": radar(3, (0,), 3, 15, lanes=4, format="real"),
}

CASES = [
    *(
        Case(f"{container}, {name}", config, dca1000(container))
        for container in Container
        for name, config in STREAMS.items()
    ),
    Case("records in parts", STREAMS["2 lanes i-first"], split_records),
    *(
        Case(f"array of {', '.join(axes)}", radar(3, (1, 0), 3, 10, axes=axes, format=kind), write)
        for axes, kind, write in (
            (("frame", "chirp", "rx", "sample"), "complex", numpy_array),
            (("sample", "rx", "tx", "loop", "frame"), "real", numpy_array),
        )
    ),
    Case(
        "infineon",
        radar(
            3, (0,), 2, 16, (0, 2), format="real", bits=12, axes=("frame", "rx", "chirp", "sample")
        ),
        infineon,
        counts_without_mean,
    ),
]
