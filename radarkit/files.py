"""Outputs appear whole or not at all.

A file is written as ``NAME.part`` beside its place, flushed to the disk and renamed; a folder the
same way. An interrupted or failed write removes what it began and leaves what was there before.
A ``.part`` is locked by the process that writes it, so that two at once do not spoil each other.
"""

import errno
import os
import shutil
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from radarkit.errors import UserError


def load_toml(path: Path | Traversable) -> dict[str, Any]:
    """Read the tables of a TOML file.

    Raises
    ------
    ValueError, OSError
        When it is no TOML, no text, holds an endless number, or cannot be read.
    """
    # Windows editors put a byte-order mark in front
    return tomllib.loads(path.read_text("utf-8-sig"))


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
        or its folder does not exist or may not be written.
    """
    if not path.parent.is_dir():
        raise UserError(
            f"no folder {path.parent} to write {path.name} into", do=f"mkdir -p {path.parent}"
        )
    if not os.access(path.parent, os.W_OK):  # known before hours of computing, not after
        raise UserError(f"{path.parent} may not be written", do="use another folder")
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
    part = _part_of(path)
    with _locked(part) as free:
        if not free:
            raise UserError(
                f"{path} is being written by another process", do="wait for it or use another name"
            )
        try:
            yield part
            with part.open("rb+") as handle:
                os.fsync(handle.fileno())
            os.replace(part, path)
        except OSError as error:
            if error.filename is None and error.errno in (errno.ENOSPC, errno.EDQUOT):
                error.filename = str(path)  # which disk is full
            raise
        finally:
            part.unlink(missing_ok=True)


def remove_part(path: Path) -> None:
    """Remove what a process that was killed left of `path`, not what a living one is writing."""
    part = _part_of(path)
    if part.is_file():
        with _locked(part) as free:
            if free:
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
    if Path.cwd().is_relative_to(path.resolve()):
        raise UserError(f"{path} is the current folder or holds it", do="use another name")
    part = _part_of(path)
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    try:
        yield part
        put_in_place(part, path)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def put_in_place(part: Path, path: Path) -> None:
    """Make a finished folder be `path`, instead of the file or folder that is there."""
    if path.is_dir():
        shutil.rmtree(path)
    elif path.exists():
        path.unlink()
    os.replace(part, path)


@contextmanager
def held_folder(path: Path) -> Iterator[None]:
    """Hold a folder, which is made if need be, while a process works in it for long.

    Raises
    ------
    UserError
        When another process holds it.
    """
    path.mkdir(exist_ok=True)
    with _locked(path, os.O_RDONLY) as free:
        if not free:
            raise UserError(
                f"{path} is in use by another process", do="wait for it or use another name"
            )
        yield


def _part_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


@contextmanager
def _locked(path: Path, flags: int = os.O_RDWR | os.O_CREAT) -> Iterator[bool]:
    """Hold the lock of a file, which is made if need be; yield False if another process does."""
    if sys.platform == "win32":  # has no such locks, and renames nothing that is open
        yield True
        return
    import fcntl

    handle = os.open(path, flags, 0o666)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            free = True
        except BlockingIOError:
            free = False
        except OSError:  # a file system without locks
            free = True
        yield free
    finally:
        os.close(handle)
