"""What a shard is called and what it was made from."""

import json
import os
from pathlib import Path

import h5py
import numpy as np
import pytest

from radarkit.datasets.resume import is_finished
from radarkit.datasets.shards import Origin, name_of, shard_paths
from radarkit.datasets.store import create
from radarkit.errors import UserError
from radarkit.extract import ExtractConfig


@pytest.fixture
def recorded(tmp_path):
    """An Infineon recording, which brings its own configuration."""
    inner = tmp_path / "ann-2" / "RadarIfxAvian_00"
    inner.mkdir(parents=True)
    np.save(inner / "radar.npy", np.full((10, 1, 4, 64), 2000, np.int16))
    shape = {
        "chirp_repetition_time_s": 0.0005,
        "start_frequency_Hz": 59.5e9,
        "end_frequency_Hz": 61.5e9,
        "frame_repetition_time_s": 0.01,
        "num_chirps_per_frame": 4,
        "num_samples_per_chirp": 64,
        "rx_antennas": [1],
        "tx_antennas": [1],
        "sample_rate_Hz": 2e6,
    }
    described = {"device_config": {"fmcw_single_shape": shape}}
    (inner / "config.json").write_text(json.dumps(described))
    return inner.parent


def origin(capture, **changes):
    return Origin.of(capture, None, ExtractConfig(**changes), None)


def test_a_capture_is_named_like_its_file_without_a_part_or_like_its_folder(recorded, monkeypatch):
    names = {
        "a/ann-1.bin": "ann-1",
        "a/ann-1_Raw_0.bin": "ann-1",
        "a/v1.2_Raw_12.bin": "v1.2",
        "ann-1.setup.json": "ann-1",
        "ann-1.npy": "ann-1",
        "a/ann-1_raw_0.BIN": "ann-1",
        "a/ann-1_Raw_0.npy": "ann-1_Raw_0",
    }
    assert {path: name_of(Path(path)) for path in names} == names
    assert name_of(recorded) == "ann-2"
    monkeypatch.chdir(recorded)
    assert name_of(Path(".")) == "ann-2"


def test_captures_of_one_name_are_both_named(tmp_path):
    with pytest.raises(UserError, match=r"a/x\.bin and b/x\.npy would both become the trial x;"):
        shard_paths([Path("a/x.bin"), Path("y.bin"), Path("b/x.npy")], tmp_path)


def test_a_name_that_no_data_set_can_hold_is_refused():
    with pytest.raises(UserError, match="is not UTF-8; rename it"):
        name_of(Path(os.fsdecode(b"ann-\xff.bin")))


def test_a_recording_that_describes_itself_leaves_its_radar_in_the_shard(recorded):
    described = origin(recorded).describe()
    assert described["radar"]["chirp"]["samples"] == 64
    assert described["capture"]["bytes"] >= 10 * 4 * 64 * 2


def test_a_shard_is_finished_only_if_it_was_made_from_the_same(recorded, tmp_path):
    shard = tmp_path / "ann-2.h5"
    assert not is_finished(shard, origin(recorded).describe())
    with create(shard, config=origin(recorded).describe(), seed=None):
        pass
    assert is_finished(shard, origin(recorded).describe())
    with pytest.raises(UserError, match=r"extract\.channels = 50; expected 7"):
        is_finished(shard, origin(recorded, channels=7).describe())
    os.utime(recorded / "RadarIfxAvian_00" / "radar.npy", (1, 2e9))
    with pytest.raises(UserError, match=r"capture\.modified_ns"):
        is_finished(shard, origin(recorded).describe())


def test_a_shard_of_another_version_is_not_kept(recorded, tmp_path):
    shard = tmp_path / "ann-2.h5"
    with create(shard, config=origin(recorded).describe(), seed=None):
        pass
    with h5py.File(shard, "r+") as file:
        file.attrs["radarkit_version"] = "0.0.1"
    with pytest.raises(UserError, match=r'version of radarkit = "0\.0\.1"; expected'):
        is_finished(shard, origin(recorded).describe())
