"""Raw captures of simulated chests: what a radar's DCA1000 board would have recorded of them."""

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from radarkit.capture import RadarConfig, write_dca1000, write_toml
from radarkit.capture.dca1000 import Container
from radarkit.capture.parts import part_path
from radarkit.errors import UserError
from radarkit.files import remove_part
from radarkit.recording import Recording
from radarkit.simulate.fmcw import DEFAULT_RADAR, simulate_capture
from radarkit.simulate.scene import FrontEndConfig

_SIMULATED = re.compile(r".+_\d{2,}-\d+(_Raw_\d+)?\.bin")  # person and trial


def _scene(so_far: dict[str, Any]) -> FrontEndConfig:
    """Choose the scene of a radar: clutter that fills 14 bits clips with 12."""
    scene = FrontEndConfig(snr_db=25.0)
    bits = so_far["radar"].adc.bits
    if bits >= 14:
        return scene
    return scene.model_copy(update={"chest_counts": scene.chest_counts * 2.0 ** (bits - 16)})


class RawConfig(BaseModel):
    """The radar in front of the simulated chests.

    Attributes
    ----------
    radar : RadarConfig
        Chirps, frames and array.
    front_end : FrontEndConfig
        Echoes, clutter and thermal noise. The radar equation gives 37 dB in each ADC sample for
        12 dBm, 6 dBi antennas, a chest of 0.1 m^2 at 0.7 m and a noise figure of 15 dB over 2 MHz;
        a chest that is badly aimed at and the noise of a real oscillator take 12 dB of them. By
        default as strong as the bits of the radar allow.
    chest_range_m : (float, float)
        Each person sits somewhere in this span.
    container : Container
        How the bytes of a capture are kept.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    radar: RadarConfig = DEFAULT_RADAR
    front_end: FrontEndConfig = Field(default_factory=_scene)
    chest_range_m: tuple[float, float] = (0.5, 1.2)
    container: Container = Container.PLAIN


def write_capture(
    folder: Path, recording: Recording, config: RawConfig, rng: np.random.Generator, *, force: bool
) -> None:
    """Put the radar in front of a chest, somewhere in the span of ranges, and record it.

    Parameters
    ----------
    folder : Path
        Gets a capture named like the recording.
    recording : Recording
        Displacement of the chest.
    config : RawConfig
        The radar.
    rng : numpy.random.Generator
        Source of the place and of thermal noise.
    force : bool
        Replace a capture that is there.
    """
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
    write_dca1000(path, blocks, config.radar, container=config.container, force=force)


def holds(folder: Path, name: str) -> bool:
    """Whether a folder holds the capture of a recording, whole or in parts."""
    path = folder / f"{name}.bin"
    return path.is_file() or part_path(path, 0).is_file()


def check_simulated(folder: Path) -> None:
    """Refuse a folder whose captures were recorded, not simulated: force would remove them.

    Raises
    ------
    UserError
        Naming the first of them, or when the folder is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise UserError(
            f"--raw {folder} is a file", expected="a folder, new or of simulated captures"
        )
    for there in sorted(folder.glob("*.bin")):
        if not _SIMULATED.fullmatch(there.name):
            raise UserError(
                f"{folder} holds {there.name}, which was not simulated",
                expected="a folder, new or of simulated captures",
                do="use another folder",
            )


def check_captures(folder: Path, output: Path, *, force: bool) -> None:
    """Refuse a folder that cannot be replaced by one of captures without losing something.

    Raises
    ------
    UserError
        When the output is or lies in the folder, or something that is no capture does.
    """
    if output.resolve().is_relative_to(folder.resolve()):
        raise UserError(
            f"{output} lies in the folder of the captures, {folder}", do="use another folder"
        )
    if force and folder.is_dir():
        for there in sorted(folder.iterdir()):
            if there.suffix not in (".bin", ".part") and there.name != "radar.toml":
                raise UserError(
                    f"{folder} holds {there.name}, which is no capture",
                    expected="a folder that may be replaced",
                    do="use another folder, or take it out",
                )


@contextmanager
def begin_captures(folder: Path, config: RawConfig, shards: Sequence[Path]) -> Iterator[None]:
    """Make a folder for captures, and clean up in it when the block was stopped or failed.

    Parameters
    ----------
    folder : Path
        It may be there.
    config : RawConfig
        The radar.
    shards : sequence of Path
        The files beside it. If none is there in the end, nor is a folder that was made here.
    """
    new = not folder.exists()
    folder.mkdir(exist_ok=True)
    try:
        write_toml(config.radar, folder / "radar.toml", force=True)
        yield
    finally:
        for part in folder.glob("*.part"):  # of processes that were killed
            remove_part(part.with_suffix(""))
        if new and not any(shard.exists() for shard in shards):
            shutil.rmtree(folder)
