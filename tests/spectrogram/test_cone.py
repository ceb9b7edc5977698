import numpy as np
import pytest

from radarkit.errors import UserError
from radarkit.spectrogram import DEFAULT_GRID, FrequencyGrid, cwt, sst, stft
from radarkit.spectrogram.cone import cone_of_influence_s, inside_cone
from radarkit.spectrogram.wavelet import morlet_bank

RATE_HZ, CUT_S = 200.0, 20.0


@pytest.fixture(scope="module")
def noise():
    return np.random.default_rng(0).standard_normal((6, 12_000))


def cut_out(method, x):
    """A stretch transformed by itself, and the same frames of the whole."""
    cut = method(x[:, 4000:8000], RATE_HZ)
    return cut, method(x, RATE_HZ).values[:, :, 600:1200]


def disagreement(cut, whole, where):
    return np.abs(cut.values - whole)[:, where].sum() / whole[:, where].sum()


@pytest.mark.parametrize("level", [np.exp(-1), 1e-2, 1e-3, 1e-4])
def test_a_wavelet_transform_agrees_to_the_level_inside_the_cone_and_not_outside(noise, level):
    cut, whole = cut_out(cwt, noise)
    inside = inside_cone(cut, CUT_S, level=level)
    just_outside = inside_cone(cut, CUT_S, level=min(1.5 * level, 0.9)) ^ inside
    just_inside = inside_cone(cut, CUT_S, level=level / 2) ^ inside
    assert disagreement(cut, whole, just_inside) < level
    assert disagreement(cut, whole, just_outside) > level / 2
    assert disagreement(cut, whole, inside) < level / 4


def test_squeezing_magnifies_what_reaches_in_as_the_documentation_says(noise):
    cut, whole = cut_out(sst, noise)
    level = 1e-3
    inside = inside_cone(cut, CUT_S, level=level)
    assert disagreement(cut, whole, inside_cone(cut, CUT_S, level=level / 2) ^ inside) < 40 * level
    assert disagreement(cut, whole, inside) < level
    assert disagreement(cut, whole, ~inside) > 200 * level


def test_the_level_is_what_is_left_of_the_envelope_of_the_bank_in_time():
    grid = FrequencyGrid.log(1.0, 25.0, 8)
    length = 32_000
    for row, f_hz in enumerate(grid.frequencies_hz):
        bank = morlet_bank(np.array([f_hz, 1.1 * f_hz]), RATE_HZ, length)
        spectrum = np.zeros(length, complex)
        first, last = bank.first_bin[0], bank.first_bin[0] + bank.offsets[1]
        spectrum[first:last] = bank.weights[: bank.offsets[1]]
        envelope = np.abs(np.fft.ifft(spectrum))
        for level in (np.exp(-1), 1e-2, 1e-3):
            reach_s = cone_of_influence_s(grid, level=level)[row]
            measured = np.interp(reach_s, np.arange(length // 2) / RATE_HZ, envelope[: length // 2])
            assert measured / envelope[0] == pytest.approx(level, rel=0.03)


def test_the_cone_is_as_wide_at_both_ends_and_narrows_with_the_frequency():
    picture = sst(np.zeros(3000), RATE_HZ)
    inside = inside_cone(picture, 15.0)
    starts, ends = inside.argmax(axis=1), inside.shape[1] - inside[:, ::-1].argmax(axis=1)
    assert (np.diff(starts) <= 0).all()
    np.testing.assert_allclose(starts + ends, 15.0 * 30 + 1, atol=1)
    np.testing.assert_allclose(
        starts, np.ceil(cone_of_influence_s(DEFAULT_GRID) * 30 - 1e-9), atol=0
    )


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0, float("nan")])
def test_a_level_that_no_envelope_has_is_refused(level):
    with pytest.raises(UserError, match="cone of influence at level"):
        cone_of_influence_s(DEFAULT_GRID, level=level)


def test_an_stft_has_no_cone():
    with pytest.raises(UserError, match="stft"):
        inside_cone(stft(np.zeros(3000), RATE_HZ), 15.0)
