"""Version 5 and 7.3 of a MATLAB file read alike."""

import numpy as np
import pytest
from scipy.io import savemat

from radarkit.datasets.importers.matlab import field, read_matlab, scalar, vector
from radarkit.errors import UserError

from .fabricate import mmecg_struct, save_v73


def test_both_versions_give_the_same(tmp_path):
    struct = mmecg_struct(57)
    savemat(tmp_path / "five.mat", {"data": struct})
    save_v73(tmp_path / "seven.mat", struct)
    five, seven = (read_matlab(tmp_path / name)["data"] for name in ("five.mat", "seven.mat"))
    assert five.keys() == seven.keys() == struct.keys()
    for name, value in struct.items():
        np.testing.assert_array_equal(np.squeeze(five[name]), np.squeeze(value), err_msg=name)
        np.testing.assert_array_equal(np.squeeze(seven[name]), np.squeeze(value), err_msg=name)
    assert five["RCG"].shape == seven["RCG"].shape == struct["RCG"].shape


@pytest.mark.parametrize("save", ["five", "seven"])
@pytest.mark.parametrize("kept", [0, 100, 700, 0.5, 0.9])
def test_a_file_that_is_cut_off_is_refused_in_one_line(save, kept, tmp_path):
    path = tmp_path / "one.mat"
    if save == "five":
        savemat(path, {"data": mmecg_struct(57)}, do_compression=True)
    else:
        save_v73(path, mmecg_struct(57))
    whole = path.read_bytes()
    path.write_bytes(whole[: kept if isinstance(kept, int) else int(kept * len(whole))])
    with pytest.raises(UserError) as refused:
        field(read_matlab(path), "data", path)
    assert "one.mat" in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize("junk", [b"hello", b"\x00" * 600, bytes(range(256)) * 8])
def test_a_file_of_something_else_is_refused(junk, tmp_path):
    (tmp_path / "one.mat").write_bytes(junk)
    with pytest.raises(UserError, match="is not a whole MATLAB file"):
        read_matlab(tmp_path / "one.mat")


def test_fields_of_another_kind_are_refused(tmp_path):
    path = tmp_path / "one.mat"
    with pytest.raises(UserError, match=r"one.mat holds a; expected a field b"):
        field({"a": 1}, "b", path)
    with pytest.raises(UserError, match="is text; expected numbers"):
        vector("hello", "a", path)
    with pytest.raises(UserError, match="is a struct or cell array"):
        vector({}, "a", path)
    with pytest.raises(UserError, match=r"shape \(2, 2\); expected one signal"):
        vector(np.eye(2), "a", path)
    with pytest.raises(UserError, match="expected one number"):
        scalar(np.arange(2), "a", path)
    with pytest.raises(UserError, match=r"a in one\.mat is nan; expected a finite number"):
        scalar(np.nan, "a", path)
    for ragged in ([np.zeros(2), np.zeros(3)], [1, 2]):
        with pytest.raises(UserError, match="is a struct or cell array; expected numbers"):
            vector(ragged, "a", path)


def test_a_field_in_other_capitals_is_the_same_unless_there_are_two(tmp_path):
    path = tmp_path / "one.mat"
    assert field({"radar_i": 1, "x": 2}, "radar_I", path) == 1
    assert field({"radar_i": 1, "radar_I": 2}, "radar_I", path) == 2
    with pytest.raises(UserError, match="holds RADAR_I, radar_i; expected a field radar_I"):
        field({"radar_i": 1, "RADAR_I": 2}, "radar_I", path)


def test_two_variables_of_one_name_are_not_chosen_between(tmp_path):
    savemat(tmp_path / "one.mat", {"a": np.eye(2)})
    content = (tmp_path / "one.mat").read_bytes()
    (tmp_path / "one.mat").write_bytes(content + content[128:])  # without its header
    with pytest.raises(UserError, match=r'Duplicate variable name "a"; expected one of each name'):
        read_matlab(tmp_path / "one.mat")
