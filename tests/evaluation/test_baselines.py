import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.evaluation import classical_beats, mean_beat, metrics
from radarkit.training.classical import classical_peaks, estimate_delay_s
from radarkit.training.reference import Reference

SHAPE = np.exp(-0.5 * ((np.linspace(0, 1, 200) - 0.35) / 0.02) ** 2)
REFERENCE = Reference(
    mean_beat=tuple(SHAPE),
    amplitude_mv=1.5,
    offset_mv=-0.25,
    mean_length=160.0,
    delay_s=0.1,
)


def chest(rng, *, rate_per_min, delay_s, channels=6, duration_s=40.0, alternans=0.0):
    """Two vibrations a beat (radarODE-MTL, "Signal Model"), in noise as strong as they are."""
    rr = rng.normal(12000 / rate_per_min, 4, int(duration_s * 3))
    rr[::2] += alternans
    rr[1::2] -= alternans
    r_peaks = np.cumsum(rr) + 30
    samples = int(duration_s * 200)
    r_peaks = r_peaks[r_peaks < samples - 120]
    t = np.arange(samples)[:, None] / 200 - r_peaks / 200
    x = rng.normal(0, 0.3, (channels, samples))
    for channel in range(channels):
        f1, f2, phase = rng.uniform(15, 20), rng.uniform(10, 14), rng.uniform(0, 6)
        for delay, f, b, a in ((delay_s, f1, 0.05, 1.0), (delay_s + 0.3, f2, 0.06, 0.6)):
            burst = np.cos(2 * np.pi * f * (t - delay) + phase) * np.exp(-(((t - delay) / b) ** 2))
            x[channel] += a * burst.sum(axis=1)
    return (1e-3 * x).astype(np.float32), r_peaks


@settings(max_examples=12)
@given(st.integers(0, 2**32 - 1), st.floats(50, 110), st.floats(0.02, 0.2))
def test_the_classical_detector_finds_the_beats_of_a_burst_train(seed, rate_per_min, delay_s):
    rng = np.random.default_rng(seed)
    seen, seen_r = chest(rng, rate_per_min=75, delay_s=delay_s)
    delay = estimate_delay_s([classical_peaks(seen)], [seen_r])
    assert delay == pytest.approx(delay_s, abs=0.015)
    vibration, r_peaks = chest(rng, rate_per_min=rate_per_min, delay_s=delay_s)
    found = classical_peaks(vibration, delay_s=delay)
    pairs = metrics.match_beats(found, r_peaks)
    assert metrics.f1(len(pairs), found.size, r_peaks.size) > 0.95
    assert metrics.r_timing_error_ms(found[pairs[:, 0]], r_peaks[pairs[:, 1]]) < 20


def test_the_classical_detector_listens_to_the_channels_that_beat():
    rng = np.random.default_rng(3)
    vibration, r_peaks = chest(rng, rate_per_min=70, delay_s=0.1, channels=2)
    noise = rng.normal(0, 5e-3, (10, vibration.shape[1]))
    found = classical_peaks(np.vstack([noise, vibration]).astype(np.float32), delay_s=0.1)
    pairs = metrics.match_beats(found, r_peaks)
    assert metrics.f1(len(pairs), found.size, r_peaks.size) > 0.95


def test_a_rhythm_that_repeats_better_after_two_beats_is_still_counted_beat_by_beat():
    vibration, r_peaks = chest(np.random.default_rng(2), rate_per_min=75, delay_s=0.1, alternans=5)
    found = classical_peaks(vibration, delay_s=0.1)
    pairs = metrics.match_beats(found, r_peaks)
    assert metrics.f1(len(pairs), found.size, r_peaks.size) > 0.95


@pytest.mark.parametrize("channels", [np.zeros((3, 8000)), np.ones((1, 8000)), np.eye(2, 100)])
def test_where_nothing_can_be_heard_no_beats_are_found(channels):
    assert classical_peaks(channels.astype(np.float32)).size == 0
    made = classical_beats(REFERENCE, channels.astype(np.float32))
    np.testing.assert_allclose(made.ecg_mv, -0.25)


def test_the_delay_is_the_commonest_one_whatever_is_missed_or_invented():
    r_peaks = np.cumsum(np.random.default_rng(0).uniform(140, 200, 60))
    late = r_peaks + 24
    rough = np.sort(np.concatenate([late[::2], late[::5] + 70, late[:20] - 45]))
    assert estimate_delay_s([rough, late], [r_peaks, r_peaks]) == pytest.approx(0.12, abs=2e-3)
    assert estimate_delay_s([], []) == 0
    assert estimate_delay_s([np.array([900.0])], [np.array([10.0])]) == 0


def test_the_mean_beat_keeps_the_models_peaks_and_lengths_and_changes_only_the_shape():
    r_peaks, lengths = np.array([200.5, 371.25]), np.array([165.5, 170.0])
    made = mean_beat(REFERENCE, r_peaks, 700, lengths)
    np.testing.assert_array_equal(made.r_peaks, r_peaks)
    np.testing.assert_array_equal(made.lengths, lengths)
    np.testing.assert_allclose(made.shapes, np.tile(SHAPE, (2, 1)), atol=1e-6)
    assert made.ecg_mv.max() == pytest.approx(1.25, abs=0.1)
    assert np.abs(made.ecg_mv.argmax() - r_peaks).min() < 1


def test_classical_cycles_last_until_the_next_beat_and_no_longer_than_a_models():
    vibration, _ = chest(np.random.default_rng(5), rate_per_min=80, delay_s=0.1)
    vibration[:, 3000:3800] = 0  # beats are lost here
    made = classical_beats(REFERENCE, vibration)
    gaps = np.diff(made.r_peaks)
    assert gaps.max() > 260
    np.testing.assert_array_equal(made.lengths[:-1], np.minimum(gaps, 260))
    assert made.lengths[-1] == pytest.approx(np.median(gaps))
