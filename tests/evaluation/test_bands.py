"""71 rows of another band are not the rows that a network has learnt from."""

import json

import pytest

from radarkit.datasets.importers.importing import import_data
from radarkit.datasets.importers.source import SCRIPT_GRID, ImportConfig
from radarkit.datasets.reader import Dataset
from radarkit.errors import UserError
from radarkit.evaluation.evaluate import scored_trials
from radarkit.evaluation.reading import check_fit
from radarkit.spectrogram.grid import DEFAULT_GRID
from radarkit.training.export import describe
from radarkit.training.material import describe as describe_data
from radarkit.training.material import model_config
from radarkit.training.presets import load_config
from radarkit.training.run import RunRecord

from ..datasets.importers import fabricate as make
from .runs import write_run


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Three people in either band, and a run on each."""
    folder = tmp_path_factory.mktemp("bands")
    make.write_mmecg(folder / "mmecg", (1, 3, 5), seconds=9.0)
    for grid in ("default", "mmecg-script"):
        import_data("mmecg", folder / "mmecg", folder / grid, ImportConfig(grid=grid))
        run = write_run(folder / f"run-{grid}", folder / grid)
        record = json.loads((run / "run.json").read_text())
        record["data"] = describe_data(Dataset(folder / grid))
        (run / "run.json").write_text(json.dumps(record))
    return folder


def record_of(place, grid):
    return RunRecord.load(place / f"run-{grid}")


def test_a_run_reads_its_own_band_alone(place):
    for own, other in (("default", "mmecg-script"), ("mmecg-script", "default")):
        record = record_of(place, own)
        assert len(scored_trials(Dataset(place / own), record)) == 1
        with pytest.raises(UserError, match=r"has rows from .* Hz; expected .*, as in training"):
            scored_trials(Dataset(place / other), record)
        check_fit(Dataset(place / own).trials[0], record)
        with pytest.raises(UserError, match=r"has rows from .* Hz; expected .*, as in training"):
            check_fit(Dataset(place / other).trials[0], record)


def test_a_run_that_does_not_say_its_band_has_the_usual_one(place):
    record = record_of(place, "mmecg-script").model_copy(update={"data": {"name": "old"}})
    assert scored_trials(Dataset(place / "default"), record)
    with pytest.raises(UserError, match=r"rows from 0\.725 to 100 Hz; expected 1 to 25 Hz"):
        scored_trials(Dataset(place / "mmecg-script"), record)


def test_trials_of_two_bands_are_not_trained_on_together(place, tmp_path):
    for grid, name in (("default", "001"), ("mmecg-script", "005")):
        (tmp_path / f"{name}.h5").write_bytes((place / grid / f"{name}.h5").read_bytes())
    with pytest.raises(UserError, match=r"from 0\.725 to 100 Hz and 1 to 25 Hz; expected one"):
        model_config(Dataset(tmp_path), load_config("compact"))


def test_an_exported_network_is_described_with_the_rows_it_reads(place):
    for grid, wanted in (("default", DEFAULT_GRID), ("mmecg-script", SCRIPT_GRID)):
        found = describe(record_of(place, grid))["input"]["frequencies_hz"]
        assert found == list(wanted.frequencies_hz)
    record = record_of(place, "default")
    other = record.model_copy(update={"data": {"name": "mine", "rows_hz": [2.0, 30.0]}})
    assert describe(other)["input"]["frequencies_hz"] is None
