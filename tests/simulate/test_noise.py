import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from radarkit.errors import UserError
from radarkit.simulate.noise import (
    CONSTANT_LEVELS_DB,
    EXTENSIVE_DB,
    MILD_DB,
    AbruptNoise,
    ConstantNoise,
    add_noise,
    draw_movement_spans,
)
from radarkit.simulate.spectrogram_noise import add_spectrogram_noise, draw_hits


def rng(seed=0):
    return np.random.default_rng(seed)


def vibration(seed, samples=12_000, channels=3):
    """Bursts whose power differs from second to second and from channel to channel."""
    height = 10 ** rng(seed).uniform(-7, -4, (channels, 1))
    return (
        height
        * rng(seed + 1).standard_normal((channels, samples))
        * np.sin(np.arange(samples) / 97)
    )


def decibels(signal, noise, axis=1):
    return 10 * np.log10(np.mean(signal**2, axis=axis) / np.mean(noise**2, axis=axis))


def stretches(moving):
    """First and past-the-last sample of each run of true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], moving.astype(int), [0]])))
    return edges.reshape(-1, 2)


@settings(max_examples=25)
@given(st.sampled_from(CONSTANT_LEVELS_DB) | st.floats(-40, 40), st.integers(0, 100))
def test_constant_noise_has_the_asked_snr_on_every_channel(snr_db, seed):
    clean = vibration(seed)
    noise = add_noise(clean, [ConstantNoise(snr_db=snr_db)], 200.0, rng(seed)) - clean
    np.testing.assert_allclose(decibels(clean, noise), snr_db, atol=1e-6)
    assert abs(np.corrcoef(noise)[0, 1]) < 0.1  # each channel has its own


@settings(max_examples=40)
@given(
    st.sampled_from([MILD_DB, EXTENSIVE_DB]),
    st.sampled_from([0.5, 1.0, 2.0, 3.0]),
    st.sampled_from([0.05, 0.2, 0.4]),
    st.integers(4, 45),
    st.integers(0, 799),
    st.integers(0, 1000),
)
def test_movements_cover_the_asked_seconds_of_the_asked_share_at_the_asked_snr(
    snr_db, length_s, share, windows, rest, seed
):
    clean = vibration(seed, windows * 800 + rest)
    noise = AbruptNoise(snr_db=snr_db, length_s=length_s, share=share)
    added = add_noise(clean, [noise], 200.0, rng(seed)) - clean
    moving = added != 0
    assert (moving == moving[0]).all()  # all channels at once
    length = round(length_s * 200)
    assert moving[0].sum() == max(1, round(share * windows)) * length
    hit = np.flatnonzero(moving[0, : windows * 800].reshape(windows, 800).any(axis=1))
    assert hit.size == max(1, round(share * windows))
    for window in hit:
        inside = slice(window * 800, (window + 1) * 800)
        ((start, stop),) = stretches(moving[0, inside]) + window * 800
        assert stop - start == length
        np.testing.assert_allclose(
            decibels(clean[:, start:stop], added[:, start:stop]), snr_db, atol=1e-6
        )


def test_movements_come_anywhere_in_a_window_and_in_any_window():
    noise = AbruptNoise(snr_db=0, length_s=3.0)
    starts = np.concatenate(
        [draw_movement_spans(noise, 8000, 200.0, rng(seed))[:, 0] for seed in range(600)]
    )
    assert set(starts // 800) == set(range(10))
    assert starts.min() % 800 < 20 and (starts % 800).max() > 180
    assert abs((starts % 800).mean() - 100) < 10


def test_noises_keep_their_own_snr_against_a_reference_of_its_own():
    clean = vibration(1)
    breathing = 1e-3 * np.sin(np.arange(12_000) / 600) + clean
    constant = ConstantNoise(snr_db=3.0)
    abrupt = AbruptNoise(snr_db=EXTENSIVE_DB, length_s=2.0)
    both = add_noise(breathing, [constant, abrupt], 200.0, rng(2), clean) - breathing
    only = add_noise(breathing, [constant], 200.0, rng(2), clean) - breathing
    np.testing.assert_allclose(decibels(clean, only), 3.0, atol=1e-6)
    moved = both - only
    moving = np.abs(moved[0]) > 1e-15
    assert moving.sum() == 3 * 400
    for start, stop in stretches(moving):
        np.testing.assert_allclose(
            decibels(clean[:, start:stop], moved[:, start:stop]), EXTENSIVE_DB, atol=1e-3
        )


def test_a_silent_channel_stays_silent_and_the_others_are_not_disturbed():
    clean = vibration(3)
    clean[1] = 0
    noisy = add_noise(
        clean, [ConstantNoise(snr_db=0), AbruptNoise(snr_db=0, length_s=1)], 200.0, rng()
    )
    assert not noisy[1].any() and np.isfinite(noisy).all() and (noisy[0] != clean[0]).all()


def test_no_share_is_no_movement_and_a_short_trial_is_one_window():
    still = AbruptNoise(snr_db=0, length_s=1, share=0)
    assert draw_movement_spans(still, 8000, 200.0, rng()).shape == (0, 2)
    whole = AbruptNoise(snr_db=0, length_s=3)
    np.testing.assert_array_equal(draw_movement_spans(whole, 500, 200.0, rng()), [[0, 500]])


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        (np.ones((2, 9)), r"reference of shape \(2, 9\) on a signal of shape \(2, 10\)"),
        (np.full((2, 10), np.nan), "20 NaN or infinite values in the reference"),
    ],
)
def test_a_reference_that_does_not_fit_is_refused(reference, message):
    with pytest.raises(UserError, match=message):
        add_noise(np.ones((2, 10)), [ConstantNoise(snr_db=0)], 200.0, rng(), reference)


def test_impossible_noise_is_refused():
    with pytest.raises(UserError, match=r"movements of 5 s in windows of 4 s; expected"):
        AbruptNoise(snr_db=0, length_s=5)
    for wrong in ({"share": 1.2}, {"length_s": 0}, {"window_s": math.inf}, {"per_min": 3}):
        with pytest.raises(ValidationError):
            AbruptNoise(**({"snr_db": 0, "length_s": 1} | wrong))
    with pytest.raises(ValidationError):
        ConstantNoise(snr_db=math.nan)


# the spectrogram, as published


def picture(seed=0):
    """A normalised window whose power differs from channel to channel and frame to frame."""
    values = rng(seed).random((50, 71, 120)) ** rng(seed).uniform(1, 9, (50, 1, 1))
    return (values * np.linspace(0.2, 1, 120)).astype(np.float32)


@pytest.mark.parametrize("snr_db", CONSTANT_LEVELS_DB)
def test_constant_noise_of_a_spectrogram_is_relative_to_its_mean_square(snr_db):
    clean = picture().astype(np.float64)
    noisy = add_spectrogram_noise(picture(), [ConstantNoise(snr_db=snr_db)], 30.0, rng(1))
    noise = noisy - clean
    # 8520 cells a channel: 0.07 dB one standard deviation, and 50 channels
    realised = decibels(clean, noise, (1, 2))
    assert abs(realised.mean() - snr_db) < 0.03 and np.abs(realised - snr_db).max() < 0.3
    assert noisy.min() < 0 and noisy.max() > 1  # nothing is clipped
    assert (noise != 0).mean() > 0.999
    assert abs(noise.mean()) < 0.01
    whitened = noise / noise.std(axis=(1, 2), keepdims=True)
    assert np.mean(whitened**4) == pytest.approx(3, abs=0.05)  # Gaussian
    for lag in ((1, 0, 0), (0, 1, 0), (0, 0, 1)):
        assert abs(np.mean(whitened * np.roll(whitened, lag, (0, 1, 2)))) < 0.01


@pytest.mark.parametrize("snr_db", [MILD_DB, EXTENSIVE_DB])
@pytest.mark.parametrize(("length_s", "frames"), [(0.5, 15), (1, 30), (2.3, 69), (2.99, 89)])
def test_a_movement_in_a_spectrogram_is_one_block_of_all_channels_and_rows(
    snr_db, length_s, frames
):
    noise = AbruptNoise(snr_db=snr_db, length_s=length_s)
    clean = picture()
    added = add_spectrogram_noise(clean, [noise], 30.0, rng(2)) - clean
    moving = (added != 0).mean(axis=(0, 1))
    ((start, stop),) = stretches(moving > 0)
    assert stop - start == frames and (moving[start:stop] > 0.99).all()
    block = np.s_[:, :, start:stop]
    realised = decibels(clean[block].astype(np.float64), added[block], (1, 2))
    assert abs(realised.mean() - snr_db) < 0.1


def test_blocks_start_anywhere():
    noise = AbruptNoise(snr_db=0, length_s=3)
    small = picture()[:1, :2]
    starts = {
        int((add_spectrogram_noise(small, [noise], 30.0, rng(seed)) != small).any((0, 1)).argmax())
        for seed in range(400)
    }
    assert starts == set(range(31))


@given(st.integers(0, 300), st.integers(0, 50))
def test_a_fixed_share_of_the_windows_of_a_trial_is_hit(windows, seed):
    noises = [ConstantNoise(snr_db=0), AbruptNoise(snr_db=0, length_s=1)]
    hits = draw_hits(noises, windows, rng(seed))
    assert hits.shape == (windows, 2) and hits[:, 0].all()
    assert hits[:, 1].sum() == min(windows, max(1, round(0.2 * windows)))


def test_noise_that_does_not_hit_leaves_a_window_alone():
    noises = [ConstantNoise(snr_db=0), AbruptNoise(snr_db=0, length_s=1)]
    clean = picture()
    np.testing.assert_array_equal(
        add_spectrogram_noise(clean, noises, 30.0, rng(), [False, False]), clean
    )
