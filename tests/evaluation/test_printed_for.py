"""What noise tables say the printed rows are of: never that other people were measured if not."""

import pytest

from radarkit.datasets.importers.importing import import_data
from radarkit.datasets.importers.source import ImportConfig
from radarkit.datasets.published_splits import SPLITS
from radarkit.datasets.reader import Dataset
from radarkit.evaluation.noise_protocol import printed_for

from ..datasets.importers import fabricate as make
from .runs import write_data


@pytest.fixture(scope="module")
def mmecg(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mmecg")
    make.write_mmecg(folder / "mmecg", (1, 57, 75), seconds=9.0)
    import_data("mmecg", folder / "mmecg", folder / "data", ImportConfig(share_people=True))
    return Dataset(folder / "data")


def test_simulated_people_are_other_people(tmp_path):
    dataset = Dataset(write_data(tmp_path / "data.h5"))
    assert printed_for(dataset, dataset.subjects) == "MMECG data set, other people"


def test_mmecg_itself_is_not_said_to_be_of_other_people(mmecg):
    published, own = (SPLITS[name].test for name in ("mmecg-as-published", "mmecg-by-subject"))
    same, another = printed_for(mmecg, published), printed_for(mmecg, own)
    assert "the trials that the runs are scored on" in same
    assert another == "MMECG data set, as the runs, with another test"
    assert "other people" not in same + another
