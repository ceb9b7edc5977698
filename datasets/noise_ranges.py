"""Noise whose level is drawn for every window: what robust training wants, where tests fix it.

A range stands for all levels between its two ends, each as likely in decibels. A window draws a
concrete noise of `radarkit.simulate.noise` from it, which then falls as that noise always does.
"""

from typing import Annotated, Any, Self

import numpy as np
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from radarkit.errors import UserError
from radarkit.simulate.noise import AbruptNoise, ConstantNoise

_MOST_DB = 200.0  # as in `radarkit.simulate.noise`


def _pair(value: Any) -> Any:
    """Take one number for a range of one value."""
    return (value, value) if isinstance(value, int | float) else value


def _ordered(ends: tuple[float, float]) -> tuple[float, float]:
    if ends[0] > ends[1]:
        raise UserError(
            f"a noise between {ends[0]:g} and {ends[1]:g}",
            expected="the lower end of a range first",
        )
    return ends


_Decibels = Annotated[float, Field(ge=-_MOST_DB, le=_MOST_DB, allow_inf_nan=False)]
_Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
_DecibelRange = Annotated[
    tuple[_Decibels, _Decibels], BeforeValidator(_pair), AfterValidator(_ordered)
]
_SecondRange = Annotated[
    tuple[_Seconds, _Seconds], BeforeValidator(_pair), AfterValidator(_ordered)
]


class ConstantRange(BaseModel):
    """`ConstantNoise` at a level between the two of `snr_db`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    snr_db: _DecibelRange

    def draw(self, rng: np.random.Generator) -> ConstantNoise:
        """Draw the noise of a window."""
        return ConstantNoise(snr_db=rng.uniform(*self.snr_db))


class AbruptRange(BaseModel):
    """`AbruptNoise` whose level and length are drawn.

    Attributes
    ----------
    snr_db, length_s : pair of float
        From and to; one number stands for both.
    share, window_s : float
        As in `AbruptNoise`.

    Raises
    ------
    UserError
        When a range descends, or a movement may be longer than a window.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    snr_db: _DecibelRange
    length_s: _SecondRange
    share: float = Field(default=0.2, ge=0, le=1)
    window_s: float = Field(default=4.0, gt=0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _check(self) -> Self:
        self._noise(self.snr_db[0], self.length_s[1])  # which refuses what is too long
        return self

    def draw(self, rng: np.random.Generator) -> AbruptNoise:
        """Draw the noise of a window: its movements, if it has any, are alike."""
        return self._noise(rng.uniform(*self.snr_db), rng.uniform(*self.length_s))

    def _noise(self, snr_db: float, length_s: float) -> AbruptNoise:
        return AbruptNoise(
            snr_db=snr_db, length_s=length_s, share=self.share, window_s=self.window_s
        )
