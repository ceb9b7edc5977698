"""A simulated data set: people, their hearts, and what the radar makes of them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from radarkit.capture import RadarConfig, write_dca1000, write_toml
from radarkit.capture.dca1000 import Container
from radarkit.datasets.build import spectrogram_of
from radarkit.datasets.store import create
from radarkit.files import atomic_folder, check_output
from radarkit.recording import Recording
from radarkit.simulate.fmcw import DEFAULT_RADAR, simulate_capture
from radarkit.simulate.noise import AbruptNoise, ConstantNoise
from radarkit.simulate.real_ecg import read_hearts
from radarkit.simulate.scene import FrontEndConfig
from radarkit.simulate.subject import draw_subject
from radarkit.simulate.trial import SimulatedTrial, draw_heart, simulate_trial

OnTrial = Callable[[int, int, str], None]


class SimulationConfig(BaseModel):
    """What to simulate; the same configuration gives the same signals.

    Attributes
    ----------
    subjects : int
        People, one trial each.
    duration_s : float
        Length of a trial.
    channels : int
        Points of the chest.
    seed : int
        All that is drawn comes from it.
    constant, abrupt : ConstantNoise, AbruptNoise, optional
        Noise in the signal.
    ecg : Path, optional
        WFDB record whose beats and ECG drive the chests, in consecutive stretches.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    subjects: int = Field(default=1, ge=1)
    duration_s: float = Field(default=60.0, ge=10, le=24 * 3600)
    channels: int = Field(default=8, ge=1, le=1000)
    seed: int = Field(default=0, ge=0)
    constant: ConstantNoise | None = None
    abrupt: AbruptNoise | None = None
    ecg: Path | None = None


class RawConfig(BaseModel):
    """The radar in front of the simulated chests.

    Attributes
    ----------
    radar : RadarConfig
        Chirps, frames and array.
    front_end : FrontEndConfig
        Echoes, clutter and thermal noise. The radar equation gives 37 dB in each ADC sample for
        12 dBm, 6 dBi antennas, a chest of 0.1 m^2 at 0.7 m and a noise figure of 15 dB over 2 MHz;
        a chest that is badly aimed at and the noise of a real oscillator take 12 dB of them.
    chest_range_m : (float, float)
        Each person sits somewhere in this span.
    container : Container
        How the bytes of a capture are kept.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    radar: RadarConfig = DEFAULT_RADAR
    front_end: FrontEndConfig = FrontEndConfig(snr_db=25.0)
    chest_range_m: tuple[float, float] = (0.5, 1.2)
    container: Container = Container.PLAIN


def simulate_trials(
    config: SimulationConfig,
) -> Iterator[tuple[SimulatedTrial, np.random.Generator]]:
    """Simulate the trials one by one, each with a generator for the radar in front of it.

    Every person has seeds of their own, so that the first ones do not change when more are asked
    for.
    """
    seeds = np.random.SeedSequence(config.seed).spawn(config.subjects)
    hearts = (
        read_hearts(config.ecg, config.subjects, config.duration_s)
        if config.ecg is not None
        else [None] * config.subjects
    )
    prefix = f"sim{config.seed}" if config.ecg is None else config.ecg.stem
    for index, (seed, real) in enumerate(zip(seeds, hearts, strict=True), start=1):
        of_person, of_heart, of_trial, of_radar = map(np.random.default_rng, seed.spawn(4))
        subject = draw_subject(config.channels, of_person)
        trial = simulate_trial(
            subject,
            real or draw_heart(subject, config.duration_s, of_heart),
            of_trial,
            name=(f"{prefix}_{index:02d}", "1"),
            constant=config.constant,
            abrupt=config.abrupt,
        )
        yield trial, of_radar


def simulate_dataset(
    path: Path,
    config: SimulationConfig,
    *,
    raw: tuple[Path, RawConfig] | None = None,
    force: bool = False,
    on_trial: OnTrial = lambda *_: None,
) -> None:
    """Write a simulated data set, and raw captures of the same chests.

    Parameters
    ----------
    path : Path
        The data set file: displacement, ECG, R peaks and spectrogram of each trial.
    config : SimulationConfig
        What to simulate.
    raw : (Path, RawConfig), optional
        Folder for one ``<subject>-<trial>.bin`` a trial with the radar's ``radar.toml``, and the
        radar.
    force : bool
        Replace what is there.
    on_trial : callable
        Called after each trial with its number, the number of trials, and its name.
    """
    check_output(path, force=force)
    described = config.model_dump(mode="json") | (
        {"raw": raw[1].model_dump(mode="json")} if raw else {}
    )
    with ExitStack() as outputs:
        folder = outputs.enter_context(atomic_folder(raw[0], force=force)) if raw else None
        writer = outputs.enter_context(
            create(path, config=described, seed=config.seed, force=force)
        )
        for index, (trial, rng) in enumerate(simulate_trials(config), start=1):
            recording = trial.recording
            writer.add(recording, spectrogram_of(recording))
            if raw and folder:
                _write_capture(folder, recording, raw[1], rng)
            on_trial(index, config.subjects, recording.name)
        if raw and folder:
            write_toml(raw[1].radar, folder / "radar.toml")


def _write_capture(
    folder: Path, recording: Recording, config: RawConfig, rng: np.random.Generator
) -> None:
    """Put the radar in front of a chest, somewhere in the span of ranges."""
    range_m = rng.uniform(*config.chest_range_m)
    blocks = simulate_capture(
        recording.radar,
        recording.sample_rate_hz,
        config.radar,
        config.front_end.model_copy(update={"chest_range_m": range_m}),
        rng,
        positions_m=recording.positions_m,
    )
    path = folder / f"{recording.name}.bin"
    write_dca1000(path, blocks, config.radar, container=config.container)
