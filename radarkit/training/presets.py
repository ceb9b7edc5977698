"""Training configurations: presets that come with radarkit, a TOML file, and single changes.

A file may say ``extends = "paper"`` and then states only what is different; without it the file
extends ``compact``. A table that names another strategy or optimiser takes nothing over from the
one it replaces.
"""

import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from radarkit.errors import UserError
from radarkit.files import load_toml
from radarkit.models import PRESETS
from radarkit.training.config import TrainConfig
from radarkit.validation import first_problem

_SHIPPED = resources.files("radarkit.training") / "presets"
_DEFAULT = "compact"


def load_config(
    preset: str | None = None,
    file: Path | None = None,
    changes: Mapping[str, Any] | None = None,
    names: Mapping[str, str] | None = None,
    base: TrainConfig | None = None,
) -> TrainConfig:
    """Resolve a configuration.

    Parameters
    ----------
    preset : str, optional
        What to start from.
    file : Path, optional
        TOML with what is different from the preset, or from what it extends.
    changes : mapping, optional
        What is different from both, with dots between tables: ``{"strategy.name": "uw"}``.
    names : mapping, optional
        What the user calls a key of `changes`, for messages.
    base : TrainConfig, optional
        What to start from instead of a preset.

    Raises
    ------
    UserError
        Naming what does not fit.
    """
    if base is not None:
        tables = base.model_dump() | ({"preset": preset} if preset else {})
    elif file is None:
        tables = _preset(preset or _DEFAULT)
    else:
        own = _read(file, f"configuration {file}")
        extended = own.pop("extends", None) or own.get("preset")
        if preset and extended and extended != preset:
            raise UserError(
                f"--preset {preset} with {file}, which extends {extended}", do="omit it"
            )
        tables = _merge(_preset(preset or extended or _DEFAULT), own)
    for key, value in (changes or {}).items():
        tables = _merge(tables, _nested(key.split("."), value))
    try:
        return TrainConfig.model_validate(tables)
    except ValidationError as error:
        raise _explained(error, names or {}) from error


def parse_settings(settings: Sequence[str]) -> dict[str, Any]:
    """Read ``KEY=VALUE`` pairs whose values are TOML; a bare word is text.

    Raises
    ------
    UserError
        When one is no such pair.
    """
    parsed = {}
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals or not key.strip():
            raise UserError(
                f"--set {setting}", expected="KEY=VALUE, such as strategy.warmup_epochs=2"
            )
        try:
            value = tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError:
            value = text.strip()
        parsed[key.strip()] = value
    return parsed


def _preset(name: str) -> dict[str, Any]:
    if name not in PRESETS:
        raise UserError(f"no preset {name!r}", expected=f"one of {', '.join(PRESETS)}")
    tables = _read(_SHIPPED / f"{name}.toml", f"preset {name}")
    extended = tables.pop("extends", None)
    return _merge(_preset(extended), tables) if extended else tables


def _read(place: Path | Traversable, what: str) -> dict[str, Any]:
    try:
        return load_toml(place)
    except FileNotFoundError as error:
        raise UserError(f"no {what}", do="check the path") from error
    except (ValueError, OSError) as error:
        raise UserError(f"{what} is not TOML: {error}") from error


def _merge(base: dict[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in change.items():
        below = merged.get(key)
        if isinstance(value, Mapping) and isinstance(below, dict):
            other = "name" in value and value["name"] != below.get("name", value["name"])
            merged[key] = dict(value) if other else _merge(below, value)
        else:
            merged[key] = value
    return merged


def _nested(path: Sequence[str], value: Any) -> dict[str, Any]:
    first, *rest = path
    return {first: _nested(rest, value) if rest else value}


def _explained(error: ValidationError, names: Mapping[str, str]) -> UserError:
    problem = first_problem(error)
    # a discriminated union puts the name it chose into the path
    key = ".".join(part for part in problem.key.split(".") if part not in ("adamw", "sgd"))
    if problem.kind == "extra_forbidden":
        return UserError(f"an unknown setting {key}", do="see docs/training.md for those there are")
    if key in names:  # an option of the command line
        return UserError(f"{names[key]} {problem.given}", expected=problem.wanted)
    return UserError(f"{key}{problem.value}", expected=problem.wanted)
