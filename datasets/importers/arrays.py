"""Named arrays of a NumPy, MATLAB, CSV or HDF5 file.

Names: of an ``.npz`` its own; ``array`` is the one of an ``.npy``; ``data.RCG`` is a field of a
MATLAB struct; a CSV has those of its first line, or 1, 2 and so on where that holds numbers;
``a/b`` is a data set of an HDF5 file and ``a/b@fs`` an attribute of it.
"""

import csv
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from radarkit.datasets.importers.matlab import of_pairs, read_matlab
from radarkit.datasets.importers.text_columns import read_columns
from radarkit.errors import UserError

_BROKEN = (
    ValueError,
    TypeError,
    OSError,
    EOFError,
    KeyError,
    zipfile.BadZipFile,
    zlib.error,
    csv.Error,
)


def read_arrays(path: Path, names: Iterable[str]) -> dict[str, Any]:
    """Read some arrays of a file.

    Parameters
    ----------
    path : Path
        The file; its suffix says what it is.
    names : iterable of str
        Which arrays.

    Raises
    ------
    UserError
        When it is of no kind that can be read, is broken, or lacks an array; then it names those
        that are there.
    """
    if path.suffix.lower() not in READERS:
        raise UserError(f"{path.name} is of no known kind", expected=f"one of {', '.join(READERS)}")
    wanted = tuple(dict.fromkeys(names))
    try:
        return READERS[path.suffix.lower()](path, wanted)
    except _BROKEN as error:
        why = str(error)
        if "Object arrays" in why:
            raise UserError(
                f"{path.name} holds Python objects",
                expected="arrays of numbers",
                do="save each as a plain array",
            ) from None
        if "pickle" in why:  # what NumPy takes any other file for
            why = "it does not begin as one of NumPy's"
        text = isinstance(error, UnicodeDecodeError)
        raise UserError(
            f"{path} cannot be read: {why}",
            expected="text in UTF-8" if text else f"a whole {path.suffix.lower()} file",
            do="save it as UTF-8" if text else "copy it again",
        ) from None


def _npz(path: Path, wanted: tuple[str, ...]) -> dict[str, Any]:
    with path.open("rb") as file:  # NumPy leaves one open that is no zip
        loaded = np.load(file, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            raise ValueError("a single array")
        _check(path, wanted, loaded.files)
        return {name: loaded[name] for name in wanted}


def _npy(path: Path, wanted: tuple[str, ...]) -> dict[str, Any]:
    _check(path, wanted, ["array"])
    return {"array": np.load(path, allow_pickle=False)}


def _mat(path: Path, wanted: tuple[str, ...]) -> dict[str, Any]:
    flat: dict[str, Any] = {}

    def add(name: str, value: Any) -> None:
        if isinstance(value, dict):
            for inside, part in value.items():
                add(f"{name}.{inside}", part)
        else:
            flat[name] = value

    for name, value in read_matlab(path).items():
        add(name, value)
    _check(path, wanted, list(flat))
    return {name: flat[name] for name in wanted}


def _csv(path: Path, wanted: tuple[str, ...]) -> dict[str, Any]:
    return dict(read_columns(path, wanted, lambda there: _check(path, wanted, there)))


def _hdf5(path: Path, wanted: tuple[str, ...]) -> dict[str, Any]:
    with h5py.File(path, "r") as file:
        there: dict[str, Any] = {}

        def note(name: str, item: Any) -> None:
            if isinstance(item, h5py.Dataset):
                there[name] = item
            there.update({f"{name}@{key}": value for key, value in item.attrs.items()})

        file.visititems(note)
        note("", file)
        _check(path, [name.lstrip("/") for name in wanted], list(there))
        return {name: of_pairs(np.asarray(there[name.lstrip("/")][()])) for name in wanted}


def _check(path: Path, wanted: Iterable[str], there: list[str]) -> None:
    for name in wanted:
        if name not in there:
            known = ", ".join(there[:12]) + (" and more" if len(there) > 12 else "")
            raise UserError(f"{path.name} has no {name}, but {known or 'nothing'}")


READERS: dict[str, Callable[[Path, tuple[str, ...]], dict[str, Any]]] = {
    ".npz": _npz,
    ".npy": _npy,
    ".mat": _mat,
    ".csv": _csv,
    ".h5": _hdf5,
    ".hdf5": _hdf5,
}
