"""Which noise is added to windows while they are read."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from radarkit.simulate.noise import Noise


class LiveNoise(BaseModel):
    """Noise that is added while windows are read.

    Attributes
    ----------
    noises : tuple of Noise
        Constant and abrupt noise, each at its own SNR.
    domain : str
        ``signal``: in the cardiac vibration of the trial, of which the spectrogram of the window is
        then made; ``spectrogram``: on the stored spectrogram of the window, as published.
    seed : int
        What the noise is drawn from, with the epoch and the name of the trial.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    noises: tuple[Noise, ...]
    domain: Literal["signal", "spectrogram"] = "signal"
    seed: int = Field(default=0, ge=0)
