"""A real capture, whole, by each receiver alone, and beside a simulated one of the same radar.

    python docs/real_capture.py demo.bin radar.toml

prints the figures that results.md and front_end.md give of it: a person who sits 0.7 m before an
IWR6843, one transmitter and four receivers. The simulated captures have the scene `REALISTIC`.
"""

import argparse
import dataclasses
import tempfile
from pathlib import Path

import numpy as np

from radarkit.capture import (
    ArrayConfig,
    Capture,
    RadarConfig,
    open_capture,
    read_config,
    write_dca1000,
)
from radarkit.extract import extract, fit_circle
from radarkit.recording import Float64
from radarkit.simulate.fmcw import simulate_capture
from radarkit.simulate.scene import REALISTIC

SEEDS = 5  # simulated captures
EMPTY_M = (4.0, 6.0)  # where nobody is


@dataclasses.dataclass(frozen=True)
class OneReceiver:
    """What one of the receivers of a capture heard."""

    capture: Capture
    number: int

    def read(self, start: int, stop: int) -> np.ndarray:
        """Read frames of it."""
        return self.capture.read(start, stop)[:, :, :, self.number : self.number + 1]


def alone(capture: Capture, number: int) -> Capture:
    """Make a capture of one receiver."""
    radar = capture.config.model_copy(update={"array": ArrayConfig(rx=1)})
    return dataclasses.replace(capture, config=radar, reader=OneReceiver(capture, number))


def in_words(capture: Capture) -> str:
    """Where the chest is, and its rates."""
    report = extract(capture).report
    heart = report.heart_rate_per_min
    return (
        f"{report.range_m:.3f} m, breathing {report.breathing_rate_per_min:.1f} /min, heart "
        f"{'?' if heart is None else f'{heart:.1f} /min'} ({report.heart_confidence:.2f})"
    )


def decibels(amplitudes: Float64) -> Float64:
    """Levels of amplitudes."""
    return 20 * np.log10(amplitudes)


def levels(capture: Capture) -> dict[str, Float64]:
    """Levels of a capture, by receiver; in dB against the moving echo of the chest."""
    radar = capture.config
    chirps = capture.read()[:, :, 0].astype(np.complex128)  # (frame, loop, rx, sample)
    window = np.hanning(chirps.shape[-1])
    profiles = np.fft.fft(chirps * window, axis=-1) / window.sum()
    first = profiles[:, 0].transpose(1, 2, 0)  # (rx, bin, frame), of one chirp a frame
    static = np.abs(first.mean(axis=-1))
    moving = first - first.mean(axis=-1, keepdims=True)
    near = slice(round(0.4 / radar.range_bin_m), round(1.0 / radar.range_bin_m) + 1)
    bins = near.start + np.sum(np.abs(moving[:, near]) ** 2, axis=(0, 2)).argmax()
    behind = slice(bins + 2, near.stop)  # where a Hann window shows nothing of the chest
    chest = fit_circle(first[:, bins])
    turning = (first[:, bins] - chest.centre[:, None]) / chest.radius[:, None]
    image = np.abs((moving[:, -bins] * turning).mean(axis=-1))
    pairs = chirps[:, 1] - chirps[:, 0]
    thermal = np.sqrt(pairs.var(axis=0).mean(axis=-1) / 2)
    empty = slice(*(round(each / radar.range_bin_m) for each in EMPTY_M))
    between = np.diff(first[:, empty], axis=-1).std(axis=(1, 2)) / np.sqrt(2)
    return {
        "chest, counts": chest.radius,
        "leakage, range bins 0 to 2": decibels(static[:, :3].max(axis=1) / chest.radius),
        "clutter behind the chest, up to 1 m": decibels(
            static[:, behind].max(axis=1) / chest.radius
        ),
        "thermal noise in a sample, from two chirps in a row": decibels(thermal / chest.radius),
        "image at the mirrored beat": decibels(image / chest.radius),
        "noise from frame to frame, 4 to 6 m, in a range bin": decibels(between / chest.radius),
    }


def simulated(radar: RadarConfig, seed: int, folder: Path) -> Capture:
    """Simulate twenty seconds of a person who breathes by 4.5 mm."""
    time_s = np.arange(20 * 200) / 200
    motion_m = 2.25e-3 * np.sin(2 * np.pi * 0.25 * time_s)
    motion_m += 1e-4 * np.sin(2 * np.pi * 1.16 * time_s)
    rng = np.random.default_rng(seed)
    blocks = simulate_capture(np.tile(motion_m, (20, 1)), 200.0, radar, REALISTIC, rng)
    path = folder / f"{seed}.bin"
    write_dca1000(path, blocks, radar)
    return open_capture(path, radar)


def span(found: list[Float64]) -> str:
    """Lowest to highest."""
    low, high = np.min(found), np.max(found)
    digits = 0 if low > 0 else 1
    return f"{low:.{digits}f} to {high:.{digits}f}"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Look at a capture of four receivers.")
    parser.add_argument("capture", type=Path)
    parser.add_argument("radar", type=Path)
    arguments = parser.parse_args()
    radar = read_config(arguments.radar)
    recorded = open_capture(arguments.capture, radar)
    print(f"all receivers: {in_words(recorded)}")
    for number in range(radar.array.rx):
        print(f"receiver {number}: {in_words(alone(recorded, number))}")
    with tempfile.TemporaryDirectory() as folder:
        drawn = [levels(simulated(radar, seed, Path(folder))) for seed in range(SEEDS)]
    print("\n| level | recorded | simulated |\n|---|---|---|")
    for name, found in levels(recorded).items():
        print(f"| {name} | {span([found])} | {span([each[name] for each in drawn])} |")


if __name__ == "__main__":
    main()
