"""Simulated data sets: the same bytes from the same seed, and work that can be stopped."""

import hashlib

import h5py
import numpy as np
import pytest

from radarkit.datasets import Dataset
from radarkit.datasets.raw import RawConfig
from radarkit.datasets.recipes import load_recipe
from radarkit.datasets.simulation import SimulationConfig, simulate_dataset
from radarkit.errors import UserError


def config(subjects=3, seed=5, **changes):
    short = {"duration_s": 10.0, "channels": 2, "trials": ("NB", "PE")}
    recipe = load_recipe("benchmark-small", subjects=subjects, **(short | changes))
    return SimulationConfig(recipe=recipe, seed=seed)


def hashes(folder):
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.glob("*.h5")}


def test_the_same_seed_gives_the_same_bytes_whatever_the_number_of_jobs_and_of_people(tmp_path):
    simulate_dataset(tmp_path / "one", config())
    simulate_dataset(tmp_path / "two", config(), jobs=2)
    simulate_dataset(tmp_path / "few", config(subjects=2))
    simulate_dataset(tmp_path / "other", config(seed=6))
    one = hashes(tmp_path / "one")
    assert len(one) == 3 and len(set(one.values())) == 3
    assert hashes(tmp_path / "two") == one
    assert hashes(tmp_path / "few").items() < one.items()
    assert set(hashes(tmp_path / "other").values()).isdisjoint(one.values())


def test_one_file_holds_the_same_signals_as_a_folder(tmp_path):
    simulate_dataset(tmp_path / "all.h5", config())
    simulate_dataset(tmp_path / "each", config())
    one, many = Dataset(tmp_path / "all.h5"), Dataset(tmp_path / "each")
    assert [t.name for t in one.trials] == [t.name for t in many.trials]
    assert [t.status for t in one.trials] == ["NB", "PE"] * 3
    for a, b in zip(one.trials, many.trials, strict=True):
        np.testing.assert_array_equal(one.frames(a, 0, 300), many.frames(b, 0, 300))
        np.testing.assert_array_equal(one.recording(a).ecg, many.recording(b).ecg)


def test_work_that_was_stopped_goes_on_without_loss_or_repetition(tmp_path):
    whole = tmp_path / "whole"
    simulate_dataset(whole, config())

    def stop(done, *_):
        if done == 2:
            raise KeyboardInterrupt

    folder = tmp_path / "stopped"
    with pytest.raises(UserError, match=r"2 of 3 people done; the same command goes on"):
        simulate_dataset(folder, config(), on_trial=stop)
    written = {p.name: p.stat().st_mtime_ns for p in folder.iterdir()}
    assert len(written) == 2
    assert simulate_dataset(folder, config()) == 2
    assert hashes(folder) == hashes(whole)
    assert {p.name: p.stat().st_mtime_ns for p in folder.iterdir()}.items() > written.items()


def test_a_folder_of_other_people_is_not_added_to(tmp_path):
    simulate_dataset(tmp_path / "data", config(subjects=1))
    other = config(subjects=2, duration_s=12.0)
    with pytest.raises(UserError, match=r"recipe\.duration_s = 10\.0; expected 12\.0"):
        simulate_dataset(tmp_path / "data", other)
    assert len(list((tmp_path / "data").iterdir())) == 1


def test_the_truth_of_each_beat_is_in_the_file(tmp_path):
    simulate_dataset(tmp_path / "all.h5", config(subjects=1))
    with h5py.File(tmp_path / "all.h5") as file:
        (_, trial), *_ = file["trials"].items()
        truth = {name: values[()] for name, values in trial["truth"].items()}
        peaks = trial["r_peaks"][()]
    assert set(truth) == {"r_s", "t1_s", "t2_s"}
    assert np.isin(peaks, np.round(truth["r_s"] * 200)).all()
    assert (truth["r_s"] < truth["t1_s"]).all() and (truth["t1_s"] < truth["t2_s"]).all()


def test_a_full_disk_is_one_line_and_finished_people_stay(tmp_path, monkeypatch):
    import errno

    from radarkit.datasets import simulation

    real, calls = simulation.spectrogram_of, []

    def full(recording):
        calls.append(recording.name)
        if len(calls) > 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(recording)

    monkeypatch.setattr(simulation, "spectrogram_of", full)
    with pytest.raises(UserError, match=r"2 of 3 people could not be written: No space left"):
        simulate_dataset(tmp_path / "data", config())
    assert [p.suffix for p in (tmp_path / "data").iterdir()] == [".h5"]
    monkeypatch.undo()
    assert simulate_dataset(tmp_path / "data", config()) == 1


def test_a_record_that_changed_makes_other_hearts_and_one_that_moved_the_same(tmp_path):
    from radarkit.simulate.real_ecg import RealHearts

    hearts = []
    for folder, level in (("here", 1.0), ("there", 1.0), ("changed", 1.1)):
        (tmp_path / folder).mkdir()
        write_wfdb(tmp_path / folder, level)
        hearts.append(RealHearts(tmp_path / folder).digest())
    assert hearts[0] == hearts[1] != hearts[2]


def write_wfdb(folder, level):
    import wfdb

    ecg = np.tile(np.hanning(250) ** 30, 20)[:, None] * level
    wfdb.wrsamp("r", 250, ["mV"], ["II"], ecg, fmt=["16"], write_dir=str(folder))


def test_captures_that_are_not_there_are_made_again(tmp_path):
    people, raw = config(subjects=2), (tmp_path / "raw", RawConfig())
    simulate_dataset(tmp_path / "data", people, raw=raw)
    made = {p.name: p.read_bytes() for p in raw[0].iterdir()}
    shards = hashes(tmp_path / "data")
    (raw[0] / "sim5_02-1.bin").unlink()
    assert simulate_dataset(tmp_path / "data", people, raw=raw) == 1
    assert {p.name: p.read_bytes() for p in raw[0].iterdir()} == made
    elsewhere = tmp_path / "elsewhere"
    assert simulate_dataset(tmp_path / "data", people, raw=(elsewhere, RawConfig())) == 0
    assert {p.name: p.read_bytes() for p in elsewhere.iterdir()} == made
    assert hashes(tmp_path / "data") == shards


def test_captures_stopped_before_anybody_is_finished_go_on_with_the_same_command(
    tmp_path, monkeypatch
):
    from radarkit.datasets import simulation

    people, raw = config(subjects=2), (tmp_path / "raw", RawConfig())

    def stop(_):
        (raw[0] / "sim5_01-1.bin.part").touch()  # as a killed process would leave it
        raise KeyboardInterrupt

    monkeypatch.setattr(simulation, "spectrogram_of", stop)
    with pytest.raises(UserError, match="0 of 2 people done; the same command goes on"):
        simulate_dataset(tmp_path / "data", people, raw=raw)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    assert simulate_dataset(tmp_path / "data", people, raw=raw) == 0
    assert len(list(raw[0].glob("*.bin"))) == 4


@pytest.mark.parametrize(("output", "kept"), [("raw/p.h5", "sim.bin"), ("p.h5", "thesis.tex")])
def test_a_folder_of_captures_never_replaces_anything_else(tmp_path, output, kept):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / kept).touch()
    with pytest.raises(UserError, match=r"lies in the folder of the captures|is no capture"):
        simulate_dataset(
            tmp_path / output, config(subjects=1), raw=(tmp_path / "raw", RawConfig()), force=True
        )
    assert [p.name for p in (tmp_path / "raw").iterdir()] == [kept]
    assert [p.name for p in tmp_path.iterdir()] == ["raw"]
