"""Recipes that come with radarkit, by name, and those of users, by path.

A recipe may say ``extends = "default"`` (a shipped one) and then states only what is different.
"""

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from radarkit.errors import UserError
from radarkit.files import load_toml
from radarkit.simulate.recipe import Recipe, merge
from radarkit.validation import first_problem

_SHIPPED = resources.files("radarkit.datasets") / "recipes"
_SUFFIX = ".toml"
_UNKNOWN = "a quantity that is simulated; this one is not"


def shipped_recipes() -> tuple[str, ...]:
    """Names of the recipes that come with radarkit."""
    names = (entry.name for entry in _SHIPPED.iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in names if name.endswith(_SUFFIX)))


def load_recipe(name: str = "default", **changes: Any) -> Recipe:
    """Load a recipe.

    Parameters
    ----------
    name : str
        Of a shipped recipe, or path of a file that ends in ``.toml``.
    **changes
        Fields of `Recipe` to put in the place of its own.

    Raises
    ------
    UserError
        When there is none, it is no TOML, or something in it does not fit.
    """
    try:
        return Recipe(**(_tables(name) | changes))
    except ValidationError as error:
        problem = first_problem(error)
        if problem.kind == "missing":
            raise UserError(
                f"recipe {name} has no {problem.key}",
                do='begin it with extends = "default", whose quantities it then changes',
            ) from error
        raise UserError(
            f"recipe {name}: {problem.key}{problem.value}",
            expected=_UNKNOWN if problem.kind == "extra_forbidden" else problem.wanted,
        ) from error
    except UserError as error:
        if str(error).startswith("recipe "):
            raise
        raise UserError(f"recipe {name}: {error}") from error


def _tables(name: str, below: tuple[str, ...] = ()) -> dict[str, Any]:
    """Read a recipe and what it extends."""
    if name in below:
        raise UserError(f"recipe {name} extends itself by way of {', '.join(below)}")
    try:
        tables = load_toml(_place(name))
    except (ValueError, OSError) as error:
        raise UserError(f"recipe {name} is not TOML: {error}") from error
    extended = tables.pop("extends", None)
    if extended is None:
        return tables
    if not isinstance(extended, str):
        raise UserError(f"recipe {name}: extends = {extended!r}", expected="the name of a recipe")
    base = _tables(extended, (*below, name))
    # what goes together is a list and is replaced as a whole
    return merge(base, tables)


def _place(name: str) -> Path | Traversable:
    if name.endswith(_SUFFIX):
        path = Path(name)
        if not path.is_file():
            raise UserError(f"no recipe at {path}", do="check the path")
        return path
    if name not in shipped_recipes():
        raise UserError(
            f"no recipe named {name}",
            expected=f"{', '.join(shipped_recipes())}, or a file that ends in .toml",
        )
    return _SHIPPED / f"{name}{_SUFFIX}"
