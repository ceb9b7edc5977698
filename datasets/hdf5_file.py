"""atomic_hdf5: an HDF5 file that appears whole or not at all, also when the disk is full.

HDF5 writes what it still holds when a file is closed, and crashes if it cannot. After an error
the rest is therefore thrown away.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import h5py

from radarkit.files import atomic_file

_ERRNO = re.compile(r"errno = (\d+)")


@contextmanager
def atomic_hdf5(path: Path, *, force: bool = False) -> Iterator[h5py.File]:
    """Yield an HDF5 file that becomes `path` when the block ends without an error.

    Whoever writes a data set flushes it, so that an error comes then and not when it is forgotten.

    Parameters
    ----------
    path : Path
        The final place.
    force : bool
        Replace what is there.

    Raises
    ------
    OSError
        When the disk refuses; it names `path`.
    """
    with atomic_file(path, force=force) as part:
        try:
            file = h5py.File(part, "w", locking=False)  # atomic_file holds the lock
            try:
                yield file
                file.flush()
            except BaseException:
                _discard(file)
                raise
        except (OSError, RuntimeError) as error:
            refused = _ERRNO.search(str(error))
            if refused is None:
                raise
            number = int(refused[1])
            raise OSError(number, os.strerror(number), str(path)) from None
        file.close()


def _discard(file: h5py.File) -> None:
    """Close a file whose disk may be full: nothing more is written to it."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, file.id.get_vfd_handle())
    os.close(nowhere)
    with suppress(RuntimeError):  # of what a failed flush left half done
        file.close()
