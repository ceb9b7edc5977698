import numpy as np
import pytest

from radarkit.datasets.reader import Dataset
from radarkit.datasets.store import create
from radarkit.recording import Recording
from radarkit.spectrogram import Spectrogram

from .chests import write_chests

FREQUENCIES_HZ = np.geomspace(1, 25, 5)


def make_trial(subject, trial="1", seed=0, seconds=12.0, labelled=True):
    rng = np.random.default_rng(seed)
    samples = round(200 * seconds)
    recording = Recording(
        radar=rng.standard_normal((3, samples)),
        sample_rate_hz=200.0,
        subject=subject,
        trial=trial,
        ecg=rng.standard_normal(samples) if labelled else None,
        r_peaks=np.arange(90, samples, 170) if labelled else None,
        positions_m=rng.standard_normal((3, 3)),
        valid=rng.random(samples) > 0.02,
        status="NB",
        source="made up",
    )
    values = rng.random((3, 5, round(30 * seconds))).astype(np.float32)
    return recording, Spectrogram(values, FREQUENCIES_HZ, 30.0, "sst")


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "data.h5"
    with create(path, config={"made": "up"}, seed=7) as writer:
        for index, subject in enumerate(("anna", "ben", "carla", "dora")):
            writer.add(*make_trial(subject, seed=index))
    return path


@pytest.fixture(scope="session")
def chests(tmp_path_factory):
    return write_chests(tmp_path_factory.mktemp("chests") / "data.h5")


@pytest.fixture
def dataset(chests):
    """Chests that beat; handles are closed in every test."""
    return Dataset(chests)
