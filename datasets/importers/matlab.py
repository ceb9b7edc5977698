"""MATLAB files of both kinds: version 5 (scipy) and 7.3, which is HDF5 (h5py).

Both give the same: arrays as MATLAB shows them, text as str, a struct as a dict.
"""

import warnings
import zlib
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat
from scipy.io.matlab import MatReadError, MatReadWarning

from radarkit.errors import UserError

_BROKEN = (ValueError, TypeError, KeyError, IndexError, EOFError, OSError, zlib.error, MatReadError)
_TEXT = "char"


def read_matlab(path: Path) -> dict[str, Any]:
    """Read the variables of a ``.mat`` file.

    Raises
    ------
    UserError
        When it is missing, cut off, or no MATLAB file.
    """
    if not path.is_file():
        raise UserError(f"no file {path}", do="check the path")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a variable is unreadable: text is left of it
            warnings.simplefilter("error", MatReadWarning)  # that there are two of one name
            found = loadmat(path)
        return {name: _of_v5(value) for name, value in found.items() if not name.startswith("__")}
    except MatReadWarning as twice:
        raise UserError(
            f"{path.name}: {str(twice).partition(' in stream')[0]}", expected="one of each name"
        ) from None
    except NotImplementedError:  # what scipy says of version 7.3
        return _read_v73(path)
    except MemoryError as error:  # a length that was overwritten
        raise _not_whole(path, error) from None
    except _BROKEN as error:
        raise _not_whole(path, error) from None


def field(variables: dict[str, Any], name: str, path: Path) -> Any:
    """Return a variable or the field of a struct.

    Where none has the name but one has it in other capitals, it is that one: the papers of two data
    sets write the names otherwise than their files.

    Raises
    ------
    UserError
        Naming what there is instead.
    """
    alike = [key for key in variables if key.lower() == name.lower()]
    if name not in variables and len(alike) != 1:
        there = ", ".join(sorted(variables)[:8]) or "nothing"
        raise UserError(f"{path.name} holds {there}", expected=f"a field {name}")
    return variables[name if name in variables else alike[0]]


def numbers(value: Any, what: str, path: Path) -> NDArray[np.float64]:
    """Return an array of real numbers as float64.

    Raises
    ------
    UserError
        When it is something else.
    """
    if isinstance(value, str | dict | list):
        kind = "text" if isinstance(value, str) else "a struct or cell array"
        raise UserError(f"{what} in {path.name} is {kind}", expected="numbers")
    array = np.asarray(value)
    if array.dtype.kind not in "iufb" or array.size == 0:
        raise UserError(
            f"{what} in {path.name} is an array of shape {array.shape} and type {array.dtype}",
            expected="numbers",
        )
    return array.astype(np.float64)


def vector(value: Any, what: str, path: Path) -> NDArray[np.float64]:
    """Return a row or column of real numbers as (samples,) float64.

    Raises
    ------
    UserError
        When it is something else.
    """
    array = numbers(value, what, path)
    if max(array.shape, default=1) != array.size:
        raise UserError(f"{what} in {path.name} has the shape {array.shape}", expected="one signal")
    return array.reshape(-1)


def scalar(value: Any, what: str, path: Path) -> float:
    """Return a single finite number.

    Raises
    ------
    UserError
        When it is something else.
    """
    array = numbers(value, what, path)
    if array.size != 1:
        raise UserError(f"{what} in {path.name} has the shape {array.shape}", expected="one number")
    number = float(array.reshape(-1)[0])
    if not np.isfinite(number):
        raise UserError(f"{what} in {path.name} is {number}", expected="a finite number")
    return number


def _of_v5(value: Any) -> Any:
    if not isinstance(value, np.ndarray):
        return value
    if value.dtype.names is not None:  # a struct array
        rows = [
            {name: _of_v5(row[name]) for name in value.dtype.names} for row in value.reshape(-1)
        ]
        return rows[0] if len(rows) == 1 else rows
    if value.dtype.kind == "U":
        return "\n".join(str(line) for line in value.reshape(-1))
    if value.dtype == object:  # a cell array
        cells = [_of_v5(cell) for cell in value.reshape(-1)]
        return cells[0] if len(cells) == 1 else cells
    return value


def _read_v73(path: Path) -> dict[str, Any]:
    try:
        with h5py.File(path, "r") as file:
            return {
                name: _of_v73(file, item) for name, item in file.items() if not name.startswith("#")
            }
    except _BROKEN as error:
        raise _not_whole(path, error) from None


def _of_v73(file: h5py.File, item: Any) -> Any:
    if isinstance(item, h5py.Group):
        return {name: _of_v73(file, inside) for name, inside in item.items()}
    value = np.asarray(item[()]).T  # MATLAB counts columns first
    if value.dtype == object:  # references: cells
        cells = [_of_v73(file, file[reference]) for reference in value.reshape(-1)]
        return cells[0] if len(cells) == 1 else cells
    if item.attrs.get("MATLAB_empty", 0):
        return np.empty(0)
    if item.attrs.get("MATLAB_class", b"") == _TEXT.encode():
        return "".join(chr(code) for code in value.reshape(-1))
    return of_pairs(value)


def of_pairs(value: NDArray[Any]) -> NDArray[Any]:
    """Make complex numbers of the pairs that HDF5 and MATLAB 7.3 store them as."""
    names = value.dtype.names
    if names in (("real", "imag"), ("r", "i")):
        return np.asarray(value[names[0]] + 1j * value[names[1]])
    return value


def _not_whole(path: Path, error: Exception) -> UserError:
    return UserError(
        f"{path} is not a whole MATLAB file: {error}",
        expected="a .mat file of version 5 or 7.3",
        do="copy it again",
    )
