"""Where MMECG lies and how it may be stored."""

import shutil

import h5py
import numpy as np
import pytest
from scipy.io import savemat

from radarkit.datasets.importers.mmecg import find, read_trial
from radarkit.datasets.importers.source import ImportConfig
from radarkit.errors import UserError

from .fabricate import mmecg_struct, save_v73, write_mmecg


def test_the_folder_that_the_archive_unpacks_into_is_found(tmp_path):
    write_mmecg(tmp_path / "finalPartialPublicData20221108", (2, 57), seconds=9.0)
    for path in (tmp_path, tmp_path / "finalPartialPublicData20221108"):
        assert [source.name for source in find(path, ImportConfig())] == ["002", "057"]


def test_two_folders_of_numbered_files_are_not_guessed_between(tmp_path):
    for name in ("original", "smoothed"):
        write_mmecg(tmp_path / name, (2,), seconds=9.0)
    with pytest.raises(UserError, match=r"original.2\.mat and .*smoothed.2\.mat are both trial 2"):
        find(tmp_path, ImportConfig())
    (tmp_path / "smoothed" / "2.mat").rename(tmp_path / "smoothed" / "3.mat")
    with pytest.raises(UserError, match=r"numbered files in .*original, .*smoothed; expected one"):
        find(tmp_path, ImportConfig())


def test_two_files_of_one_trial_are_refused_and_named(tmp_path):
    write_mmecg(tmp_path, (2, 5), seconds=9.0)
    shutil.copy(tmp_path / "2.mat", tmp_path / "02.mat")
    with pytest.raises(UserError) as refused:
        find(tmp_path, ImportConfig())
    assert f"{tmp_path / '02.mat'} and {tmp_path / '2.mat'} are both trial 2" in str(refused.value)


def test_files_beside_a_folder_of_others_are_not_preferred(tmp_path):
    write_mmecg(tmp_path, (2,), seconds=9.0)
    write_mmecg(tmp_path / "more", (2, 5), seconds=9.0)
    with pytest.raises(UserError, match=r"2\.mat and .*more.2\.mat are both trial 2"):
        find(tmp_path, ImportConfig())
    (tmp_path / "more" / "2.mat").unlink()
    with pytest.raises(UserError, match=r"numbered files in .*, .*more; expected one folder"):
        find(tmp_path, ImportConfig())


@pytest.mark.parametrize("places", [3, 4])
def test_arrays_with_the_places_first_are_turned(places, tmp_path):
    """As where another program than MATLAB wrote a file of version 7.3."""
    struct = mmecg_struct(57, seconds=9.0, places=places)
    turned = struct | {"RCG": struct["RCG"].T, "ECG": struct["ECG"].T}
    if places != 3:  # else nothing tells which axis is which
        turned["posXYZ"] = struct["posXYZ"].T
    savemat(tmp_path / "57.mat", {"data": struct})
    (tmp_path / "turned").mkdir()
    save_v73(tmp_path / "turned" / "57.mat", turned)
    with h5py.File(tmp_path / "turned" / "57.mat") as file:
        assert file["data/RCG"].shape == (1800, places)  # stored as MATLAB would not
    (one,), (other,) = (read_trial(tmp_path / name, 57) for name in ("57.mat", "turned/57.mat"))
    for name in ("radar", "ecg", "positions_m", "r_peaks"):
        wanted, found = getattr(one.recording, name), getattr(other.recording, name)
        np.testing.assert_array_equal(found, wanted, err_msg=name)
