import h5py
import numpy as np
import pytest

from radarkit.datasets.live_noise import LiveNoise
from radarkit.datasets.reader import Dataset
from radarkit.datasets.window_reader import WindowReader, read_window
from radarkit.datasets.windows import WindowConfig
from radarkit.errors import UserError
from radarkit.evaluation.trial_input import TrialInput
from radarkit.simulate.noise import AbruptNoise, ConstantNoise

from .runs import write_data

CONFIG = WindowConfig(hop_s=1.0)
NOISES = {
    "constant": ConstantNoise(snr_db=-3.0),
    "movement": AbruptNoise(snr_db=-9.0, length_s=2.0, share=0.5),
}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("trial") / "data.h5")


@pytest.fixture
def dataset(path):
    return Dataset(path)


def every_window(dataset, noise=None, config=CONFIG):
    radar = TrialInput(dataset, dataset.trials[0], config, noise)
    return radar.windows(np.arange(radar.starts.size))


@pytest.mark.parametrize("domain", ["signal", "spectrogram"])
@pytest.mark.parametrize("kind", NOISES)
def test_windows_are_those_that_a_training_with_this_noise_reads(dataset, domain, kind):
    noise, header = LiveNoise(noises=(NOISES[kind],), domain=domain, seed=5), dataset.trials[0]
    reader = WindowReader(dataset, [header], CONFIG, noise)
    radar = TrialInput(dataset, header, CONFIG, noise)
    hits = reader.hits(header, radar.starts.size)
    expected = [reader.read(header, int(s), h) for s, h in zip(radar.starts, hits, strict=True)]
    error = np.abs(every_window(dataset, noise) - np.stack(expected))
    # one transform of the trial, or one of every window: a few coefficients fall into another row
    assert np.quantile(error, 0.99) < 1e-3
    assert error.mean() < 1e-4


def test_noise_that_is_no_noise_leaves_the_stored_windows(dataset):
    silent = LiveNoise(noises=(ConstantNoise(snr_db=200.0),))
    header = dataset.trials[0]
    stored = np.stack([read_window(dataset, header, int(s), CONFIG) for s in range(0, 1601, 200)])
    np.testing.assert_array_equal(every_window(dataset), stored)
    error = np.abs(every_window(dataset, silent) - stored)
    assert np.quantile(error, 0.999) < 2e-3  # they are stored as halves


def test_the_noise_of_a_trial_has_its_level_and_depends_on_seed_and_name_only(dataset):
    def noisy(header, seed, config=CONFIG, snr_db=-3.0):
        noise = LiveNoise(noises=(ConstantNoise(snr_db=snr_db),), seed=seed)
        return TrialInput(dataset, header, config, noise).vibration

    first, other = dataset.trials[:2]
    clean = TrialInput(dataset, first, CONFIG).vibration
    added = noisy(first, 1) - clean
    ratio = np.mean(added**2, axis=1) / np.mean(clean**2, axis=1)
    np.testing.assert_allclose(10 * np.log10(ratio), 3.0, atol=1e-6)
    # whatever windows a framework reads
    again = noisy(first, 1, WindowConfig(length_s=3.0, hop_s=0.2))
    np.testing.assert_array_equal(again, clean + added)
    # levels differ in level alone
    np.testing.assert_allclose(
        noisy(first, 1, snr_db=3.0) - clean, added / 10**0.3, rtol=1e-6, atol=1e-9
    )
    for header, seed in ((first, 2), (other, 1)):
        another = noisy(header, seed) - TrialInput(dataset, header, CONFIG).vibration
        assert abs(np.corrcoef(another[0], added[0])[0, 1]) < 0.1


def test_noise_of_windows_leaves_no_signal_to_read(dataset):
    noise = LiveNoise(noises=(NOISES["constant"],), domain="spectrogram")
    assert TrialInput(dataset, dataset.trials[0], CONFIG, noise).vibration is None


def test_a_trial_shorter_than_a_window_is_refused(dataset):
    with pytest.raises(UserError, match=r"lasts 12.0 s; expected at least 20 s"):
        TrialInput(dataset, dataset.trials[0], WindowConfig(length_s=20.0))


def test_noise_in_the_signal_of_another_transform_is_refused(path, tmp_path):
    (tmp_path / "stft.h5").write_bytes(path.read_bytes())
    with h5py.File(tmp_path / "stft.h5", "r+") as file:
        for trial in file["trials"].values():
            trial["spectrogram"].attrs["method"] = "stft"
    noise = LiveNoise(noises=(NOISES["movement"],))
    dataset = Dataset(tmp_path / "stft.h5")
    with pytest.raises(UserError, match="made by stft; expected sst"):
        TrialInput(dataset, dataset.trials[0], CONFIG, noise)
