import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from radarkit.errors import UserError
from radarkit.spectrogram import Spectrogram, cwt, entropy, normalise, sst, stft


def picture(values):
    values = np.asarray(values, np.float32)
    return Spectrogram(values, np.arange(1.0, 1.0 + values.shape[1]), 30.0, "sst")


@given(
    arrays(
        np.float32,
        array_shapes(min_dims=3, max_dims=3, max_side=6),
        elements=st.floats(0, 1e6, width=32),
    )
)
def test_every_channel_spans_zero_to_one_in_the_order_of_its_values(values):
    scaled = normalise(values)
    assert scaled.dtype == np.float32
    for before, after in zip(values, scaled, strict=True):
        order = np.argsort(before, axis=None, kind="stable")
        assert (np.diff(after.ravel()[order]) >= 0).all()
        assert after.min() == 0
        assert after.max() == (1 if before.max() > before.min() else 0)


def test_entropy_is_that_of_the_energy():
    spread, single, silent = np.full((4, 8), 3.0), np.zeros((4, 8)), np.zeros((4, 8))
    single[2, 5] = 1e-30
    quarter = np.zeros((4, 8))
    quarter[1] = 7.0
    uneven = np.zeros((4, 8))
    uneven[0, :2] = [1.0, np.sqrt(3.0)]  # energies 1/4 and 3/4
    bits = 0.25 * np.log2(4) + 0.75 * np.log2(4 / 3)
    np.testing.assert_allclose(
        entropy(picture([spread, single, silent, quarter, uneven])),
        [1, 0, 0, 3 / 5, bits / 5],
        atol=1e-6,
    )


def test_squeezing_concentrates_heart_like_bursts_as_published():
    # published: STFT 0.94, CWT 0.90, SST 0.76
    rng = np.random.default_rng(2)
    t = np.arange(6000) / 200.0
    x = 0.02 * rng.standard_normal(t.size)
    for beat in np.cumsum(rng.normal(0.85, 0.05, 34)):
        x += np.exp(-(((t - beat) / 0.06) ** 2)) * np.cos(2 * np.pi * 15 * (t - beat))
        x += np.exp(-(((t - beat - 0.3) / 0.1) ** 2)) * np.cos(2 * np.pi * 6 * (t - beat))
    values = {method.__name__: entropy(method(x, 200.0))[0] for method in (stft, cwt, sst)}
    assert values["stft"] > values["cwt"] > values["sst"]


def test_an_axis_that_does_not_fit_the_values_is_refused():
    with pytest.raises(UserError, match="frequencies of shape"):
        Spectrogram(np.zeros((1, 3, 5), np.float32), np.arange(1.0, 5.0), 30.0, "sst")
    with pytest.raises(UserError, match="ascend"):
        Spectrogram(np.zeros((1, 3, 5), np.float32), np.array([3.0, 2.0, 1.0]), 30.0, "sst")
    with pytest.raises(UserError, match="rate"):
        Spectrogram(np.zeros((1, 3, 5), np.float32), np.array([1.0, 2.0, 3.0]), 0.0, "sst")
