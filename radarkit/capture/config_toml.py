"""radarkit's own radar configuration, a TOML file."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from radarkit.capture.config import RadarConfig
from radarkit.errors import UserError
from radarkit.files import atomic_file, load_toml
from radarkit.validation import Problem, first_problem

_UNITS = {"_hz_per_s": "Hz/s: 60 MHz/us are 60e12", "_hz": "Hz", "_s": "seconds"}  # by ending


def read_toml(path: Path) -> RadarConfig:
    """Read a configuration.

    Raises
    ------
    UserError
        When the file is not TOML, a key is missing or unknown, or a value is impossible; the key is
        named.
    """
    try:
        found = load_toml(path)
    except (ValueError, OSError) as error:
        raise UserError(
            f"{path} cannot be read as TOML ({error})", expected="a radar configuration"
        ) from None
    return validated(path, found)


def write_toml(config: RadarConfig, path: Path | str, *, force: bool = False) -> None:
    """Write a configuration that `read_toml` reads back equal.

    Raises
    ------
    UserError
        When `path` exists and `force` is false.
    """
    lines: list[str] = []
    for section, keys in config.model_dump(mode="json", exclude_none=True).items():
        lines.append(f"[{section}]")
        lines += [f"{key} = {_toml_value(value)}" for key, value in keys.items()]
        lines.append("")
    with atomic_file(Path(path), force=force) as part:
        part.write_text("\n".join(lines), encoding="utf-8")


def validated(
    path: Path, found: dict[str, Any], names: Mapping[str, str] = MappingProxyType({})
) -> RadarConfig:
    """Make a `RadarConfig` of the values found in `path`, whatever its format.

    Parameters
    ----------
    path : Path
        The file.
    found : dict
        Values by section and key.
    names : mapping of str to str
        What the file calls some of the keys, for the error.

    Raises
    ------
    UserError
        Naming the first key that does not fit.
    """
    try:
        return RadarConfig.model_validate(found)
    except ValidationError as error:
        raise _as_user_error(path, error, names) from None


def _toml_value(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return f"[{', '.join(_toml_value(item) for item in value)}]"
    return repr(value)  # repr of a float reads back to the same float


def _as_user_error(path: Path, error: ValidationError, names: Mapping[str, str]) -> UserError:
    problem = first_problem(error)
    key = _renamed(problem.key, names)
    match problem.kind:
        case "missing":
            return UserError(f"{path} has no {_shown(key)}", do=_instead(error, key))
        case "extra_forbidden":
            return UserError(f"{path} has an unknown key {key}", do=f"remove {key}")
        case "value_error":
            message = _renamed(problem.wanted, names)
            return UserError(f"{path}: {message}" if not key else f"{path}: {key}: {message}")
        case _:
            return UserError(
                f"{path}: {key}{problem.value}", expected=problem.wanted, do=_in_unit(problem, key)
            )


def _shown(key: str) -> str:
    """Name of a key; a table as TOML writes it."""
    return key if "." in key else f"[{key}]"


def _instead(error: ValidationError, missing: str) -> str:
    """Say what to do where a key is missing: it may be there, misspelt."""
    table = missing.rpartition(".")[0]
    others = [".".join(map(str, one["loc"])) for one in error.errors()]
    unknown = [
        key
        for key, one in zip(others, error.errors(), strict=True)
        if one["type"] == "extra_forbidden" and key.rpartition(".")[0] == table
    ]
    if unknown:
        return f"add {_shown(missing)}, or is {_shown(unknown[0])}, which is not known, meant so?"
    return f"add {_shown(missing)}"


def _in_unit(problem: Problem, key: str) -> str | None:
    """Remind of the unit in the name of a key whose value is out of its limits."""
    if not problem.kind.startswith(("greater_than", "less_than")):
        return None
    for ending, unit in _UNITS.items():
        if key.endswith(ending):
            return f"give it in {unit}"
    return None


def _renamed(text: str, names: Mapping[str, str]) -> str:
    for ours, theirs in names.items():
        text = text.replace(ours, theirs)
    return text
