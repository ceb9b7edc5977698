"""HDF5 files on a disk that is full: a limit on the size of files stands in for it."""

import errno
import resource
from contextlib import contextmanager

import h5py
import numpy as np
import pytest

from radarkit.datasets.hdf5_file import atomic_hdf5


@contextmanager
def files_end_at(size):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def fill(path, values, **options):
    with atomic_hdf5(path, **options) as file:
        for name in "abc":
            group = file.create_group(name)
            group.attrs["many"] = np.arange(1000)
            chunked = group.create_dataset("x", data=values, chunks=(100, 100), compression="lzf")
            chunked.attrs["units"] = "m"
            chunked.flush()
            group.create_dataset("y", data=values[0]).flush()


@pytest.mark.parametrize("size", [0, 100, 3000, 50_000, 250_000, 290_000])
def test_a_full_disk_is_an_error_that_names_the_file_and_leaves_what_was_there(tmp_path, size):
    values = np.random.default_rng(0).random((100, 100))
    path = tmp_path / "data.h5"
    path.write_text("mine")
    with files_end_at(size), pytest.raises(OSError, match=r"too large.*data\.h5") as caught:
        fill(path, np.concatenate([values, values]), force=True)
    assert (caught.value.errno, caught.value.filename) == (errno.EFBIG, str(path))
    assert [one.read_text() for one in tmp_path.iterdir()] == ["mine"]


def test_an_error_within_is_the_one_that_comes_out(tmp_path):
    with pytest.raises(KeyboardInterrupt), atomic_hdf5(tmp_path / "data.h5") as file:
        file["x"] = np.zeros(10)
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())
    fill(tmp_path / "data.h5", np.ones((100, 100)))
    with h5py.File(tmp_path / "data.h5") as file:
        assert file["c/x"][()].sum() == 10_000
