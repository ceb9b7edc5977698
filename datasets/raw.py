"""Raw captures of simulated chests: what a radar's DCA1000 board would have recorded of them."""

from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from radarkit.capture import RadarConfig, write_dca1000
from radarkit.capture.dca1000 import Container
from radarkit.recording import Recording
from radarkit.simulate.fmcw import DEFAULT_RADAR, simulate_capture
from radarkit.simulate.scene import FrontEndConfig


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
