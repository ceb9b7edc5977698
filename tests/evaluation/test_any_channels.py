import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radarkit.datasets.reader import Dataset
from radarkit.datasets.windows import WindowConfig
from radarkit.evaluation.any_channels import AnyChannels, chosen_channels
from radarkit.evaluation.trial_input import TrialInput

from .runs import write_data


@given(present=st.integers(1, 60), wanted=st.integers(1, 60))
def test_every_channel_is_taken_as_often_as_any_other_and_the_first_ones_first(present, wanted):
    chosen = chosen_channels(present, wanted)
    counts = np.bincount(chosen, minlength=present)
    assert chosen.size == wanted and chosen.max() == min(present, wanted) - 1
    assert np.ptp(counts[: min(present, wanted)]) <= 1


@pytest.mark.parametrize("channels", [1, 2, 5])
def test_windows_have_the_channels_of_the_network(tmp_path, channels):
    dataset = Dataset(write_data(tmp_path / "data.h5"))
    config, numbers = WindowConfig(hop_s=2.0), np.arange(3)
    whole = TrialInput(dataset, dataset.trials[0], config).windows(numbers)
    found = AnyChannels(dataset, dataset.trials[0], config, channels=channels).windows(numbers)
    assert found.shape == (3, channels, 71, 120)
    for place in range(channels):
        np.testing.assert_array_equal(found[:, place], whole[:, place % 2])
