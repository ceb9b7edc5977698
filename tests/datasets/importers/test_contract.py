"""What holds for every importer: same trials, rates, shapes, subjects; finite; there and back."""

import numpy as np
import pytest

from radarkit.datasets import Dataset
from radarkit.datasets.importers import IMPORTERS
from radarkit.datasets.importers.importing import import_data
from radarkit.datasets.importers.source import ImportConfig
from radarkit.errors import UserError

from .cases import CASES
from .fabricate import MAPPING


def config_of(name, folder):
    if name != "generic":
        return ImportConfig()
    path = folder / "mapping.toml"
    path.write_text(MAPPING)
    return ImportConfig(mapping=path)


def bring_in(name, folder, **options):
    given = (name, folder / "files", folder / "out")
    return import_data(*given, config_of(name, folder), **options)


@pytest.fixture(scope="module", params=sorted(CASES))
def imported(request, tmp_path_factory):
    """Name of the importer, its case, the folder it was tried in, and what it said."""
    name = request.param
    folder = tmp_path_factory.mktemp(name)
    CASES[name].write(folder / "files")
    return name, CASES[name], folder, bring_in(name, folder)


def test_every_importer_has_a_case():
    assert set(CASES) == set(IMPORTERS)


def test_trials_subjects_and_statuses_are_those_of_the_files(imported):
    _, case, folder, said = imported
    dataset = Dataset(folder / "out")
    found = {trial.name: (trial.subject, trial.status) for trial in dataset.trials}
    assert found == case.trials
    assert said.trials == len(case.trials) and said.failures == {} and said.kept == 0
    assert set(said.subjects) == {subject for subject, _ in case.trials.values()}
    assert not [path for path in (folder / "out").iterdir() if path.suffix != ".h5"]


def test_signals_are_finite_at_200_hz_and_of_one_length(imported):
    _, case, folder, _ = imported
    dataset = Dataset(folder / "out")
    for header in dataset.trials:
        recording = dataset.recording(header)  # refuses what is not finite
        assert recording.sample_rate_hz == 200
        assert recording.radar.shape == (case.channels, header.samples)
        assert recording.duration_s > 8 and recording.ecg.size == header.samples
        frames = dataset.frames(header, 0, header.frames)
        assert frames.shape == (case.channels, 71, -(-header.samples * 3 // 20))
        np.testing.assert_array_equal(frames.max(axis=(1, 2)), 1)
        assert header.source


def test_r_peaks_are_those_of_the_heart(imported):
    _, case, folder, _ = imported
    if case.r_s is None:
        pytest.skip("has a test of its own")
    dataset = Dataset(folder / "out")
    for header in dataset.trials:
        ecg, r_peaks = dataset.labels(header)
        wanted = case.r_s(header.name)
        assert r_peaks.size == wanted.size
        assert np.abs(r_peaks / 200 - wanted).max() <= 1 / 200
        assert ecg[r_peaks] == pytest.approx(0.3 if "GDN0006" in header.name else 1.0, abs=0.15)


def test_what_is_stored_is_what_was_read(imported):
    name, _, folder, _ = imported
    dataset = Dataset(folder / "out")
    by_name = {header.name: header for header in dataset.trials}
    for source in IMPORTERS[name].find(folder / "files", config_of(name, folder)):
        for trial in source.read():
            stored = dataset.recording(by_name[trial.recording.name])
            for key, value in vars(trial.recording).items():
                np.testing.assert_array_equal(getattr(stored, key), value, err_msg=key)


def test_a_second_import_keeps_everything_and_says_the_same(imported):
    name, _, folder, said = imported
    times = {path: path.stat().st_mtime_ns for path in (folder / "out").iterdir()}
    again = bring_in(name, folder)
    assert again.kept == len(times) and again.remarks == said.remarks
    assert (again.trials, again.subjects) == (said.trials, said.subjects)
    assert {path: path.stat().st_mtime_ns for path in (folder / "out").iterdir()} == times


def test_licence_and_source_stand_in_every_shard(imported):
    name, _, folder, _ = imported
    config = Dataset(folder / "out").attributes["config_json"]
    assert IMPORTERS[name].licence in config and f'"importer": "{name}"' in config


@pytest.mark.parametrize("name", sorted(CASES))
@pytest.mark.parametrize("how", ["empty", "another", "missing"])
def test_a_folder_of_something_else_is_refused(name, how, tmp_path):
    if how != "missing":
        (tmp_path / "files").mkdir()
    if how == "another":
        (tmp_path / "files" / "notes.txt").write_text("nothing here")
    with pytest.raises(UserError):
        bring_in(name, tmp_path)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", sorted(CASES))
def test_files_that_are_cut_off_are_refused_one_by_one(name, tmp_path):
    """The first of them at least; the others are imported."""
    CASES[name].write(tmp_path / "files")
    files = sorted(path for path in (tmp_path / "files").rglob("*.*") if path.is_file())
    whole = files[0].read_bytes()
    files[0].write_bytes(whole[: len(whole) // 2])
    said = bring_in(name, tmp_path)
    assert said.trials == len(CASES[name].trials) - 1
    (reason,) = said.failures.values()
    assert files[0].name in reason and "\n" not in reason
    files[0].write_bytes(whole)
    assert bring_in(name, tmp_path).kept == len(list((tmp_path / "out").iterdir())) - 1
    assert len(Dataset(tmp_path / "out").trials) == len(CASES[name].trials)


@pytest.mark.parametrize("name", ["schellenberger", "shi"])
def test_a_file_of_another_name_is_listed_and_the_others_imported(name, tmp_path):
    CASES[name].write(tmp_path / "files")
    first = next((tmp_path / "files").rglob("*.mat"))
    first.rename(first.with_name("unknown.mat"))
    said = bring_in(name, tmp_path)
    assert said.trials == len(CASES[name].trials) - 1
    (reason,) = said.failures.values()
    assert reason.startswith("unknown.mat is left out; expected files like")


def test_a_changed_file_is_not_mixed_with_the_old_one(tmp_path):
    CASES["schellenberger"].write(tmp_path / "files")
    bring_in("schellenberger", tmp_path)
    first = next((tmp_path / "files").rglob("*.mat"))
    first.write_bytes(first.read_bytes() + b" ")
    with pytest.raises(UserError, match="was made with source"):
        bring_in("schellenberger", tmp_path)


def test_the_rows_are_those_that_were_asked_for(tmp_path):
    CASES["mmecg"].write(tmp_path / "files")
    given = ("mmecg", tmp_path / "files", tmp_path / "out")
    import_data(*given, ImportConfig(grid="mmecg-script"))
    dataset = Dataset(tmp_path / "out")
    for header in dataset.trials:
        rows_hz = dataset.frequencies_hz(header)
        assert rows_hz[[0, -1]] == pytest.approx([0.7246, 100])
        np.testing.assert_allclose(rows_hz[1:] / rows_hz[:-1], 1.0729, atol=1e-4)
    with pytest.raises(UserError, match="was made with grid"):
        import_data(*given, ImportConfig())


@pytest.mark.slow
def test_two_processes_make_the_same_trials_as_one(tmp_path):
    CASES["mmecg"].write(tmp_path / "files")
    for out, jobs in (("one", 1), ("two", 2)):
        given = ("mmecg", tmp_path / "files", tmp_path / out)
        import_data(*given, ImportConfig(), jobs=jobs)
    one, two = Dataset(tmp_path / "one"), Dataset(tmp_path / "two")
    for header, other in zip(one.trials, two.trials, strict=True):
        np.testing.assert_array_equal(
            one.frames(header, 0, header.frames), two.frames(other, 0, header.frames)
        )
