"""What is drawn of a person once, and what anew for each of their trials."""

from pydantic import BaseModel, ConfigDict, Field

from radarkit.simulate.chest import Chest
from radarkit.simulate.ecg import Morphology
from radarkit.simulate.heart import SAMPLE_RATE_HZ
from radarkit.simulate.mechanics import Mechanics
from radarkit.simulate.motion import Motion
from radarkit.simulate.pulse import Pulse
from radarkit.simulate.respiration import Respiration
from radarkit.simulate.rhythm import Rhythm


class Person(BaseModel):
    """A person in one state.

    Attributes
    ----------
    rhythm, ecg, mechanics, pulse, chest, respiration
        Heart rate, lead, vibrations, pulse, chest and breath.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rhythm: Rhythm
    ecg: Morphology
    mechanics: Mechanics
    pulse: Pulse
    chest: Chest
    respiration: Respiration


class Conditions(BaseModel):
    """How a trial goes.

    Attributes
    ----------
    frame_rate_hz : float
        Of the radar. See `radarkit.datasets.frames`.
    noise_m : float
        Rms of white noise on every channel: what distance and direction leave.
    motion : Motion
        How much the person moves.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    frame_rate_hz: float = Field(default=SAMPLE_RATE_HZ, ge=10)
    noise_m: float = Field(ge=0)
    motion: Motion
