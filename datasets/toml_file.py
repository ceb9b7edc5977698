"""What a user says of a data set in a TOML file, read into its model."""

import re
import tomllib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from radarkit.errors import UserError
from radarkit.files import check_input, load_toml
from radarkit.validation import first_problem

# of a value that may be of several kinds, pydantic names the kind behind the key
_KIND = re.compile(r"\.(constrained-)?(str|float|int|list)\b.*$")

Said = TypeVar("Said", bound=BaseModel)


def read_toml(path: Path, what: str, model: type[Said]) -> Said:
    """Read a file and check it.

    Parameters
    ----------
    path : Path
        Of the file.
    what : str
        What is looked for, for messages.
    model : type
        What it has to fit.

    Raises
    ------
    UserError
        When it is missing, no TOML, or has keys or values that do not fit.
    """
    check_input(path, what)
    try:
        return model.model_validate(load_toml(path))
    except ValidationError as error:
        problem = first_problem(error)
        if problem.kind == "extra_forbidden":
            raise UserError(
                f"{path}: {problem.key}{problem.value}", expected="a key that is known"
            ) from error
        key = _KIND.sub("", problem.key)
        wanted = problem.wanted.replace("tuple", "list")  # which TOML calls it
        raise UserError(f"{path}: {key}{problem.value}", expected=wanted) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is not TOML: {error}") from error
