import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.datasets.recipes import load_recipe
from radarkit.errors import UserError
from radarkit.simulate import draw_heart, draw_subject, simulate_trial
from radarkit.spectrogram import DEFAULT_GRID, Spectrogram, cwt, sst
from radarkit.spectrogram.ridge import ridges

RATE_HZ = 200.0
STEP = DEFAULT_GRID.log_step


def rows_apart(a_hz, b_hz):
    return np.abs(np.log(a_hz / b_hz)) / STEP


def inner(picture, seconds, edge_s=2.0):
    return (picture.times_s > edge_s) & (picture.times_s < seconds - edge_s)


def chirp(seconds, low_hz, high_hz):
    """Exponential chirp and the function that gives its frequency."""
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    k = np.log(high_hz / low_hz) / seconds
    return np.cos(2 * np.pi * low_hz * np.expm1(k * t) / k), lambda s: low_hz * np.exp(k * s)


@pytest.mark.parametrize("method", [sst, cwt])
@pytest.mark.parametrize("ends_hz", [(2.0, 20.0), (22.0, 3.0)])
def test_a_ridge_follows_a_chirp_within_a_row(method, ends_hz):
    x, f_hz = chirp(30, *ends_hz)
    picture = method(1e-6 * x, RATE_HZ)
    found = ridges(picture)
    at = inner(picture, 30)
    assert rows_apart(found.frequencies_hz[0, 0, at], f_hz(picture.times_s[at])).max() < 0.6
    assert np.isin(found.frequencies_hz, picture.frequencies_hz).all()


def test_a_ridge_stays_with_a_chirp_in_noise():
    x, f_hz = chirp(60, 2.0, 18.0)
    noise = np.random.default_rng(1).standard_normal(x.size)
    picture = sst(x + noise, RATE_HZ)  # 3 dB more noise than chirp
    at = inner(picture, 60)
    apart = rows_apart(ridges(picture).frequencies_hz[0, 0, at], f_hz(picture.times_s[at]))
    loudest = picture.frequencies_hz[picture.values[0].argmax(axis=0)][at]
    assert (apart > 1).mean() < 0.05
    assert apart.max() < 3
    assert rows_apart(loudest, f_hz(picture.times_s[at])).max() > 20  # what the penalty is for


@pytest.mark.parametrize("method", [sst, cwt])
@pytest.mark.parametrize("tones_hz", [(1.05, 7.3), (24.5, 5.0), (3.0, 13.0), (1.5, 24.0)])
def test_two_tones_are_two_ridges_the_strongest_first(method, tones_hz):
    t = np.arange(4000) / RATE_HZ
    x = np.cos(2 * np.pi * np.outer(tones_hz, t))
    picture = method(np.stack([x[0] + 0.5 * x[1], 0.25 * x[0] + x[1]]), RATE_HZ)
    found = ridges(picture, count=2, half_width_rows=5 if method is sst else 11)
    at = inner(picture, 20, edge_s=3.0)
    for channel, order, amplitudes in ((0, (0, 1), (1, 0.5)), (1, (1, 0), (1, 0.25))):
        for ridge in range(2):
            true_hz = tones_hz[order[ridge]]
            assert rows_apart(found.frequencies_hz[channel, ridge, at], true_hz).max() < 1
            np.testing.assert_allclose(
                np.median(found.amplitudes[channel, ridge, at]), amplitudes[ridge], rtol=0.1
            )


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32 - 1), penalty=st.sampled_from([0.0, 0.3, 1.0, 10.0]))
def test_a_ridge_is_the_best_of_all_paths(seed, penalty):
    rows, frames = 4, 5
    values = np.random.default_rng(seed).random((1, rows, frames)).astype(np.float32)
    picture = Spectrogram(values, 2.0 ** np.arange(rows), 30.0, "sst")
    cost = -2 * np.log(values[0] / values[0].max(axis=0))

    def price(path):
        return cost[list(path), range(frames)].sum() + penalty * (np.diff(path) ** 2).sum()

    best = min(price(path) for path in itertools.product(range(rows), repeat=frames))
    path = np.log2(ridges(picture, penalty=penalty).frequencies_hz[0, 0]).astype(int)
    assert price(path) == pytest.approx(best, abs=1e-3)


def test_a_long_ridge_is_still_the_best_path():
    # the library compares sums over all frames, and in vain when they are rounded too coarsely
    rows, frames = 30, 2000
    values = np.random.default_rng(2).random((1, rows, frames)).astype(np.float32)
    picture = Spectrogram(values, np.geomspace(1, 20, rows), 30.0, "sst")
    cost = -2 * np.log(values[0].astype(float) / values[0].max(axis=0))
    moving = np.subtract.outer(np.arange(rows), np.arange(rows)) ** 2
    best = cost[:, 0]
    for frame in range(1, frames):
        best = cost[:, frame] + (best + moving).min(axis=1)
    path = np.searchsorted(picture.frequencies_hz, ridges(picture).frequencies_hz[0, 0])
    price = cost[path, range(frames)].sum() + (np.diff(path) ** 2).sum()
    assert price == pytest.approx(best.min(), rel=1e-4)


def test_silence_has_a_ridge_of_amplitude_zero():
    t = np.arange(4000) / RATE_HZ
    burst = np.where(np.abs(t - 10) < 3, np.cos(2 * np.pi * 8 * t), 0)
    picture = sst(np.stack([np.zeros(4000), burst]), RATE_HZ)
    found = ridges(picture)
    assert (found.amplitudes[0] == 0).all()
    middle = np.abs(picture.times_s - 10) < 2
    assert rows_apart(found.frequencies_hz[1, 0, middle], 8.0).max() < 1


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"count": 0}, "0 ridges"),
        ({"count": 8}, "1 to 7 ridges"),
        ({"half_width_rows": -1}, "half width of 0 or more"),
        ({"penalty": -1.0}, "penalty of -1"),
        ({"penalty": float("nan")}, "penalty of nan"),
    ],
)
def test_what_is_no_ridge_is_refused(options, says):
    picture = sst(np.ones(800), RATE_HZ)
    with pytest.raises(UserError, match=says):
        ridges(picture, **options)


@pytest.mark.parametrize("seed", range(4))
def test_the_ridge_of_a_simulated_chest_is_at_the_carrier_when_the_valve_opens(seed):
    rng = np.random.default_rng(seed)
    subject = draw_subject(load_recipe(), 3, np.random.SeedSequence(seed))
    mechanics = subject.person.mechanics
    without = mechanics.recoil.model_copy(update={"share": 0.0})  # it follows v1, lower and louder
    person = subject.person.model_copy(
        update={"mechanics": mechanics.model_copy(update={"recoil": without})}
    )
    subject = replace(subject, person=person)
    trial = simulate_trial(subject, draw_heart(subject, 20.0, rng), rng, name=("1", "1"))
    picture = sst(trial.cardiac_m, trial.recording.sample_rate_hz)
    found_hz = ridges(picture).frequencies_hz[:, 0]
    t1_s = trial.beat_times.t1_s
    t1_s = t1_s[(t1_s > 1) & (t1_s < 19)]
    burst = mechanics.v1
    # a burst is no tone: the standard deviation of its spectrum is about five rows
    width = 1 / (np.sqrt(2) * np.pi * burst.width_s * burst.frequency_hz) / STEP
    for frequencies_hz, pitch, lag_s in zip(
        found_hz, subject.points.pitch, subject.points.lag_s, strict=True
    ):
        at = np.rint((t1_s + lag_s) * picture.frame_rate_hz).astype(int)
        apart = np.log(frequencies_hz[at] / (burst.frequency_hz * pitch)) / STEP
        assert abs(np.median(apart)) < 0.6 * width
        assert np.abs(apart).max() < 1.5 * width
