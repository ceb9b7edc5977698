"""A recipe: whom to simulate, as distributions of everything that differs between people.

    [people.rhythm]                     a distribution for every quantity of `Person`,
    heart_rate_per_min = { ... }        drawn once for each person,
    [trial]                             and for every quantity of `Conditions`,
    noise_m = { ... }                   drawn anew for each trial;
    [status.PE.people.rhythm]           what is different in a state of the person;
    [[coupled]]                         which quantities of a person go together.

A person has the same place in the distributions of every state.
"""

from typing import Any, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, model_validator

from radarkit.errors import UserError
from radarkit.simulate.distribution import Distribution
from radarkit.simulate.draws import (
    Coupling,
    Draws,
    check_extremes,
    distributions_of,
    paths_of,
)
from radarkit.simulate.person import Conditions, Person

Status = Literal["NB", "IB", "SP", "PE"]
"""Normal breathing, irregular breathing, sleep, post-exercise: the states of MMECG."""

_PEOPLE, _TRIAL = distributions_of(Person), distributions_of(Conditions)


class Recipe(BaseModel):
    """Whom to simulate.

    Attributes
    ----------
    description : str
        What it is for, in one line.
    subjects : int
        People.
    trials : tuple of str
        State of the person in each of their trials.
    duration_s : float
        Length of a trial.
    channels : int
        Points of the chest.
    people, trial : dict
        Distributions, see above.
    status : dict of str to dict
        Tables ``people`` and ``trial`` with what is different in a state.
    coupled : tuple of Coupling
        Quantities of a person that go together; what one moves is not moved itself.

    Raises
    ------
    UserError
        When a distribution is impossible, can draw what is, or a coupling does not fit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    description: str = ""
    subjects: int = Field(default=1, ge=1)
    trials: tuple[Status, ...] = Field(default=("NB",), min_length=1)
    duration_s: float = Field(default=60.0, ge=10, le=24 * 3600)
    channels: int = Field(default=8, ge=1, le=1000)
    people: dict[str, Any]
    trial: dict[str, Any]
    status: dict[Status, dict[Literal["people", "trial"], dict[str, Any]]] = {}
    coupled: tuple[Coupling, ...] = ()

    _of_status: dict[str, tuple[BaseModel, BaseModel]] = PrivateAttr()

    @model_validator(mode="after")
    def _check(self) -> Self:
        # a state that no trial is in is checked as well: a mistake in it shall not wait
        states = dict.fromkeys((*self.trials, *self.status, "NB"))
        self._of_status = {status: self._distributions(status) for status in states}
        for status, (people, trial) in self._of_status.items():
            check_extremes(Person, people, f"people of status {status}")
            check_extremes(Conditions, trial, f"trials of status {status}")
        known = paths_of(self._of_status["NB"][0])
        moved = [coupling.name for coupling in self.coupled]
        for coupling in self.coupled:
            for path in (coupling.name, coupling.to):
                if path not in known:
                    raise UserError(
                        f"coupled: no quantity {path} of a person",
                        expected="a path such as ecg.t.amplitude_mv",
                    )
            if coupling.to in moved or moved.count(coupling.name) > 1:
                raise UserError(
                    f"coupled: {coupling.name} to {coupling.to}",
                    expected="each quantity moved once, and not by one that is moved itself",
                )
        return self

    def person(self, seed: np.random.SeedSequence, status: str) -> Person:
        """Draw the person of a seed in a state."""
        return Draws(seed, self.coupled).draw(Person, self._of_status[status][0])

    def conditions(self, seed: np.random.SeedSequence, status: str) -> Conditions:
        """Draw the conditions of the trial of a seed."""
        return Draws(seed).draw(Conditions, self._of_status[status][1])

    def _distributions(self, status: str) -> tuple[BaseModel, BaseModel]:
        other = self.status.get(status, {})  # type: ignore[call-overload]
        return (
            _PEOPLE.model_validate(merge(self.people, other.get("people", {}))),
            _TRIAL.model_validate(merge(self.trial, other.get("trial", {}))),
        )


def merge(base: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Put the values of `other` over those of `base`, table by table.

    A distribution is replaced as a whole.
    """
    merged = dict(base)
    for name, value in other.items():
        below: Any = base.get(name)
        merged[name] = merge(below, value) if _is_table(below) and _is_table(value) else value
    return merged


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) and value.keys().isdisjoint(Distribution.model_fields)
