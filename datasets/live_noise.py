"""Which noise is added to windows while they are read."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from radarkit.datasets.noise_ranges import AbruptRange, ConstantRange
from radarkit.errors import UserError
from radarkit.simulate.noise import AbruptNoise, ConstantNoise, Noise
from radarkit.validation import first_problem

NoiseRange = ConstantRange | AbruptRange


def _chosen(value: Any) -> Any:
    """Make the noise that a table of a TOML file means, by the keys and lists that it has."""
    if not isinstance(value, Mapping):
        return value
    ranged = any(isinstance(value.get(key), list | tuple) for key in ("snr_db", "length_s"))
    abrupt = set(value) & {"length_s", "share", "window_s"}
    kinds: tuple[type[Noise | NoiseRange], ...] = (
        (AbruptNoise, AbruptRange) if abrupt else (ConstantNoise, ConstantRange)
    )
    try:
        return kinds[ranged].model_validate(dict(value))
    except ValidationError as error:
        problem = first_problem(error)
        if problem.kind == "extra_forbidden":
            raise UserError(
                f"an unknown setting {problem.key} of a noise",
                expected=", ".join(kinds[0].model_fields),
            ) from None
        raise UserError(
            f"{problem.key}{problem.value} of a noise", expected=problem.wanted
        ) from None


class LiveNoise(BaseModel):
    """Noise that is added while windows are read.

    Noise of fixed levels belongs to a trial: in the signal, windows that overlap agree on it. Once
    a level is a range or some windows stay clean, all noise belongs to the window: its levels are
    drawn anew for every window and epoch, and so is the noise.

    Attributes
    ----------
    noises : tuple of ConstantNoise, AbruptNoise, ConstantRange or AbruptRange
        Each at its own SNR. In a file they are tables: with ``length_s`` a movement, with a list of
        two for a level or a length a range.
    domain : str
        ``signal``: in the cardiac vibration of the trial, of which the spectrogram of the window is
        then made; ``spectrogram``: on the stored spectrogram of the window, as published.
    clean_share : float
        Share of the windows that stay as they are, others in every epoch.
    seed : int
        What the noise is drawn from, with the epoch, the name of the trial and the window.

    Raises
    ------
    UserError
        When a table is no noise.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    noises: tuple[Annotated[Noise | NoiseRange, BeforeValidator(_chosen)], ...]
    domain: Literal["signal", "spectrogram"] = "signal"
    clean_share: float = Field(default=0.0, ge=0, le=1)
    seed: int = Field(default=0, ge=0)

    @property
    def of_windows(self) -> bool:
        """Whether the noise is drawn for every window, not for a whole trial."""
        ranged = any(isinstance(each, ConstantRange | AbruptRange) for each in self.noises)
        return ranged or self.clean_share > 0

    @property
    def is_constant(self) -> bool:
        """Whether any of it is relative to the power of a whole trial."""
        return any(isinstance(each, ConstantNoise | ConstantRange) for each in self.noises)

    def draw(self, rng: np.random.Generator) -> tuple[Noise, ...]:
        """Draw the noises of a window, one for each of `noises`."""
        return tuple(
            each if isinstance(each, ConstantNoise | AbruptNoise) else each.draw(rng)
            for each in self.noises
        )

    def draw_clean(self, rng: np.random.Generator) -> bool:
        """Draw whether a window stays clean."""
        return bool(rng.random() < self.clean_share)
