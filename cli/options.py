"""Configurations from command-line options."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from pydantic import ValidationError

from radarkit.errors import UserError
from radarkit.validation import first_problem

T = TypeVar("T")


def from_options(
    make: Callable[..., T], *, named: Mapping[str, str] | None = None, **options: object
) -> T:
    """Build a configuration from options of the same names; those that are None were not given.

    Parameters
    ----------
    make : callable
        The configuration.
    named : mapping of str to str, optional
        Fields whose option has another name.
    **options
        Fields and their values.

    Raises
    ------
    UserError
        Naming the option that does not fit.
    """
    try:
        return make(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        problem = first_problem(error)
        name = problem.key.replace(".", "-")
        option = "--" + (named or {}).get(name, name).replace("_", "-")
        raise UserError(f"{option} {problem.given}", expected=problem.wanted) from error
