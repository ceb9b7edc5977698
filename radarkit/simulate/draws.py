"""Draws by name: every quantity of a person has a random number of its own.

The number depends on the person's seed and on the quantity's name alone, so that a recipe can gain
a quantity without changing any other. Two quantities whose places go together,

    z = rho z_other + sqrt(1 - rho^2) z_own,

are what makes the ECG partly visible in the motion of the chest: a recipe says which, and how much.
"""

import math
import zlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from radarkit.errors import UserError
from radarkit.simulate.distribution import Distribution
from radarkit.validation import first_problem

Model = TypeVar("Model", bound=BaseModel)


class Coupling(BaseModel):
    """Two quantities of a person that go together.

    Attributes
    ----------
    name, to : str
        Paths of the quantities, such as ``ecg.t.amplitude_mv`` and ``mechanics.v2.share``; the
        place of the second moves that of the first.
    correlation : float
        Of their places.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    to: str
    correlation: float = Field(ge=-1, le=1)


def distributions_of(model: type[BaseModel]) -> type[BaseModel]:
    """Make the model that has a `Distribution` wherever `model` has a number."""
    fields: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        kind: Any = field.annotation
        is_model = isinstance(kind, type) and issubclass(kind, BaseModel)
        fields[name] = (distributions_of(kind) if is_model else Distribution, ...)
    return create_model(
        f"{model.__name__}Distributions",
        __config__=ConfigDict(frozen=True, extra="forbid"),
        **fields,
    )


def paths_of(distributions: BaseModel, prefix: str = "") -> dict[str, Distribution]:
    """List the distributions by their paths."""
    found: dict[str, Distribution] = {}
    for name in type(distributions).model_fields:
        value = getattr(distributions, name)
        if isinstance(value, Distribution):
            found[prefix + name] = value
        else:
            found |= paths_of(value, f"{prefix}{name}.")
    return found


class Draws:
    """The places of one person, or of one trial, in all distributions.

    Parameters
    ----------
    seed : numpy.random.SeedSequence
        Whose.
    couplings : sequence of Coupling
        Which quantities go together; no chains, see `Recipe`.
    """

    def __init__(self, seed: np.random.SeedSequence, couplings: Sequence[Coupling] = ()) -> None:
        self._seed = seed
        self._couplings = {coupling.name: coupling for coupling in couplings}

    def place(self, path: str) -> float:
        """Give the standard normal number of a quantity."""
        own = self._own(path)
        coupling = self._couplings.get(path)
        if coupling is None:
            return own
        rho = coupling.correlation
        return rho * self._own(coupling.to) + math.sqrt(1 - rho**2) * own

    def draw(self, model: type[Model], distributions: BaseModel) -> Model:
        """Draw a `model` whose numbers follow `distributions`, made by `distributions_of` it."""
        return model(**_fill(distributions, lambda path, given: given.at(self.place(path))))

    def _own(self, path: str) -> float:
        key = (*self._seed.spawn_key, zlib.crc32(path.encode()))
        seed = np.random.SeedSequence(self._seed.entropy, spawn_key=key)
        return float(np.random.default_rng(seed).standard_normal())


def check_extremes(model: type[BaseModel], distributions: BaseModel, what: str) -> None:
    """Refuse distributions that can draw what `model` does not take.

    Raises
    ------
    UserError
        Naming the quantity, the value and the limit.
    """
    for side in (0, 1):
        try:
            model(**_fill(distributions, partial(_extreme, side)))
        except ValidationError as error:
            problem = first_problem(error)
            raise UserError(
                f"{what}: {problem.key} can become {problem.given:.3g}",
                expected=problem.wanted,
                do="limit it by `within`",
            ) from error


def _extreme(side: int, _path: str, given: Distribution) -> float:
    return given.extremes[side]


def _fill(
    distributions: BaseModel, choose: Callable[[str, Distribution], float], prefix: str = ""
) -> dict[str, Any]:
    """Put a number in the place of every distribution."""
    values: dict[str, Any] = {}
    for name in type(distributions).model_fields:
        given = getattr(distributions, name)
        if isinstance(given, Distribution):
            values[name] = choose(prefix + name, given)
        else:
            values[name] = _fill(given, choose, f"{prefix}{name}.")
    return values
