"""Multi-task strategies by name, with the settings that each of them has."""

import inspect
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from radarkit.errors import UserError
from radarkit.mtl.ega import EccentricAlignment
from radarkit.mtl.epoch_losses import DynamicWeightAverage, SmoothTchebycheff
from radarkit.mtl.famo import FastAdaptiveOptimization
from radarkit.mtl.graddrop import GradientSignDropout
from radarkit.mtl.gradvac import GradVac
from radarkit.mtl.gramian_balancing import MGDA, AlignedMTL, CAGrad, PCGrad, UPGrad
from radarkit.mtl.imtl import ImpartialLearning
from radarkit.mtl.loss_balancing import (
    EqualWeighting,
    GeometricLoss,
    SingleTask,
    UncertaintyWeighting,
)
from radarkit.mtl.moco import MoCo
from radarkit.mtl.nash import NashBargaining
from radarkit.mtl.strategy import Strategy
from radarkit.validation import first_problem

_STRATEGIES: dict[str, type[Strategy]] = {
    "single-task": SingleTask,
    "equal": EqualWeighting,
    "uw": UncertaintyWeighting,
    "gls": GeometricLoss,
    "dwa": DynamicWeightAverage,
    "stch": SmoothTchebycheff,
    "graddrop": GradientSignDropout,
    "gradvac": GradVac,
    "cagrad": CAGrad,
    "imtl": ImpartialLearning,
    "moco": MoCo,
    "aligned-mtl": AlignedMTL,
    "ega": EccentricAlignment,
    "pcgrad": PCGrad,
    "mgda": MGDA,
    "nash-mtl": NashBargaining,
    "upgrad": UPGrad,
    "famo": FastAdaptiveOptimization,
}
STRATEGIES = tuple(_STRATEGIES)


def build_strategy(name: str, tasks: Sequence[str], **settings: object) -> Strategy:
    """Build a strategy.

    Parameters
    ----------
    name : str
        One of `STRATEGIES`.
    tasks : sequence of str
        Names of the tasks, one or more, in the order of their losses.
    **settings
        Some of those that `strategy_settings` gives; the others keep their defaults.

    Returns
    -------
    Strategy
        Knows nothing of a training yet.

    Raises
    ------
    UserError
        When there is no strategy of that name, it has no such setting, a setting is of the wrong
        type or out of range, or a solver that the strategy needs is not installed.
    """
    if not tasks or len(set(tasks)) < len(tasks):
        raise UserError(f"the tasks {list(tasks)}", expected="one or more different names")
    kind, checked = _kind(name), strategy_settings(name, **settings)
    try:
        return kind(tasks, **checked)
    except ImportError as error:  # torchjd looks for the solvers when a strategy is built
        raise UserError(
            f"{name} needs a solver that is not installed",
            do='install it with pip install "radarkit-mmwave[strategies]"',
        ) from error


def strategy_settings(name: str, **settings: object) -> dict[str, Any]:
    """Give all settings of a strategy: the given ones, checked, and the defaults of the others.

    Parameters
    ----------
    name : str
        One of `STRATEGIES`.
    **settings
        Settings that differ from their defaults.

    Returns
    -------
    dict
        By name, in the order of the strategy's own documentation. The default of ``task`` of
        ``single-task`` is None, which has to be replaced.

    Raises
    ------
    UserError
        As `build_strategy`, but for missing solvers.
    """
    model = _settings_model(name, _kind(name))
    known = list(model.model_fields)
    unknown = sorted(set(settings) - set(known))
    if unknown:
        raise UserError(
            f"settings {', '.join(unknown)} for the strategy {name}",
            expected=f"some of {', '.join(known)}" if known else "none",
        )
    try:
        return model.model_validate(settings).model_dump()
    except ValidationError as error:
        problem = first_problem(error)
        raise UserError(
            f"{problem.key}{problem.value} for the strategy {name}", expected=problem.wanted
        ) from error


def _kind(name: str) -> type[Strategy]:
    if name not in _STRATEGIES:
        raise UserError(f"no strategy {name!r}", expected=f"one of {', '.join(STRATEGIES)}")
    return _STRATEGIES[name]


def _settings_model(name: str, kind: type[Strategy]) -> type[BaseModel]:
    """Read the settings off the keyword arguments of a strategy, with their types and ranges."""
    fields: dict[str, Any] = {
        parameter.name: (parameter.annotation, parameter.default)
        for parameter in inspect.signature(kind).parameters.values()
        if parameter.kind is parameter.KEYWORD_ONLY
    }
    return create_model(name, __config__=ConfigDict(extra="forbid"), **fields)
