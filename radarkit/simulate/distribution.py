"""A distribution as a recipe states it, drawn by the place of a person in it.

    heart_rate_per_min = { normal = [68, 9], within = [50, 100] }    mean and standard deviation
    amplitude_m        = { lognormal = [2e-5, 1.4], within = [..] }  median and factor of one sigma
    frequency_hz       = { uniform = [11, 18] }                      lowest and highest
    sway_m             = 1e-4                                        always the same

A value is the quantile of a standard normal number z, so that one person takes the same place in
the distributions of every state (fast heart at rest, fast heart after exercise), and places of
different quantities can be correlated.
"""

import math
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, model_validator
from scipy.special import ndtr, ndtri

from radarkit.errors import UserError

_LEAST_INSIDE = 1e-3  # share of a distribution that `within` must leave


class Distribution(BaseModel):
    """One of `constant`, `uniform`, `normal` and `lognormal`, and limits.

    Attributes
    ----------
    constant : float, optional
        The only value; a plain number in a recipe.
    uniform : (float, float), optional
        Lowest and highest value.
    normal : (float, float), optional
        Mean and standard deviation.
    lognormal : (float, float), optional
        Median, and the factor (above 1) that one standard deviation makes.
    within : (float, float), optional
        Truncates what has no limits of its own.

    Raises
    ------
    UserError
        When nothing or more than one is given, or nothing could be drawn.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    constant: float | None = None
    uniform: tuple[float, float] | None = None
    normal: tuple[float, float] | None = None
    lognormal: tuple[float, float] | None = None
    within: tuple[float, float] | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_number(cls, value: Any) -> Any:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return {"constant": value} if is_number else value

    @model_validator(mode="after")
    def _check(self) -> Self:
        kinds = ("constant", "uniform", "normal", "lognormal")
        given = [kind for kind in kinds if getattr(self, kind) is not None]
        if len(given) != 1:
            raise UserError(
                f"a distribution with {' and '.join(given) or 'nothing in it'}",
                expected=f"one of {', '.join(kinds)}",
            )
        if self.uniform and self.uniform[0] > self.uniform[1]:
            raise self._impossible("the lowest value first")
        if self.normal and self.normal[1] < 0:
            raise self._impossible("a standard deviation of 0 or more")
        if self.lognormal and (self.lognormal[0] <= 0 or self.lognormal[1] < 1):
            raise self._impossible("a positive median and a factor of 1 or more")
        if self.within is None:
            return self
        if self.normal is None and self.lognormal is None:
            raise self._impossible("`within` with normal or lognormal only")
        low, high = self._limits()
        if not self.within[0] < self.within[1] or ndtr(high) - ndtr(low) < _LEAST_INSIDE:
            raise self._impossible(f"at least {_LEAST_INSIDE:.1%} of it within {self.within}")
        return self

    def at(self, z: float) -> float:
        """Value at the place of the standard normal number `z`."""
        if self.constant is not None:
            return self.constant
        if self.uniform is not None:
            low, high = self.uniform
            return low + (high - low) * float(ndtr(z))
        if self.within is not None:
            below, above = ndtr(self._limits())
            z = float(ndtri(below + (above - below) * ndtr(z)))
        middle, spread = self._normal
        value = middle + spread * z
        value = math.exp(value) if self.lognormal else value
        # rounding in the tails must not leave the limits
        return value if self.within is None else min(max(value, self.within[0]), self.within[1])

    @property
    def extremes(self) -> tuple[float, float]:
        """What practically lies below and above all that is drawn (6 standard deviations)."""
        return self.at(-6.0), self.at(6.0)

    @property
    def _normal(self) -> tuple[float, float]:
        if self.lognormal is not None:
            return math.log(self.lognormal[0]), math.log(self.lognormal[1])
        assert self.normal is not None
        return self.normal

    def _limits(self) -> tuple[float, float]:
        """Return `within` in standard deviations."""
        assert self.within is not None
        middle, spread = self._normal
        low, high = self.within
        if self.lognormal:
            low = math.log(low) if low > 0 else -math.inf
            high = math.log(high) if high > 0 else -math.inf
        if spread == 0:
            return (-math.inf, math.inf) if low <= middle <= high else (math.inf, math.inf)
        return (low - middle) / spread, (high - middle) / spread

    def _impossible(self, expected: str) -> UserError:
        given = self.model_dump(exclude_none=True)
        shown = ", ".join(
            f"{kind} = {list(v) if isinstance(v, tuple) else v}" for kind, v in given.items()
        )
        return UserError(f"the distribution {shown}", expected=expected)
