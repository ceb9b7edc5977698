"""Outputs appear whole or not at all.

A file is written as ``NAME.part`` beside its place, flushed to the disk and renamed; a folder the
same way. An interrupted or failed write removes what it began and leaves what was there before.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from radarkit.errors import UserError


def check_input(path: Path, what: str) -> Path:
    """Return `path` if it exists.

    Raises
    ------
    UserError
        When nothing is there; `what` names the thing that was looked for.
    """
    if not path.exists():
        raise UserError(f"no {what} at {path}", do="check the path")
    return path


def check_output(path: Path, *, force: bool) -> Path:
    """Return `path` if it may be written.

    Raises
    ------
    UserError
        When something is there already and `force` is false, or cannot be replaced as a device;
        or its folder does not exist.
    """
    if not path.parent.is_dir():
        raise UserError(
            f"no folder {path.parent} to write {path.name} into", do=f"mkdir -p {path.parent}"
        )
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise UserError(f"{path} is a device, not a file", do="use another name")
    if path.exists() and not force:
        raise UserError(f"{path} exists already", do="use another name or --force to replace it")
    return path


@contextmanager
def atomic_file(path: Path, *, force: bool = False) -> Iterator[Path]:
    """Yield a temporary path that becomes `path` when the block ends without an error.

    Parameters
    ----------
    path : Path
        The final place.
    force : bool
        Replace what is there.

    Yields
    ------
    Path
        ``path`` with ``.part`` appended; the block writes it.
    """
    check_output(path, force=force)
    part = path.with_name(path.name + ".part")
    try:
        yield part
        with part.open("rb+") as handle:
            os.fsync(handle.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: Path, *, force: bool = False) -> Iterator[Path]:
    """Yield a temporary folder that becomes `path` when the block ends without an error.

    Parameters
    ----------
    path : Path
        The final place.
    force : bool
        Replace the folder that is there.

    Yields
    ------
    Path
        An empty folder, ``path`` with ``.part`` appended.
    """
    check_output(path, force=force)
    part = path.with_name(path.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    try:
        yield part
        if path.is_dir():
            shutil.rmtree(path)
        elif path.exists():
            path.unlink()
        os.replace(part, path)
    finally:
        shutil.rmtree(part, ignore_errors=True)
