import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.simulate.ecg import Morphology, draw_ecg
from radarkit.simulate.overflow import overflows, undo_overflow
from radarkit.simulate.rhythm import Beats

RATE_HZ = 250.0


def tall_ecg(rr_s, height, bits, drift=0.0):
    """ECG whose R waves are `height` ranges of the bits high, in units of the converter."""
    beats = Beats(0.3 + rr_s * np.arange(20), np.zeros(20, np.int8))
    silence = np.zeros(round((20 * rr_s + 0.3) * RATE_HZ))
    ecg = draw_ecg(Morphology(), beats, silence, RATE_HZ, np.random.default_rng(0))
    swing = drift * np.sin(2 * np.pi * 0.25 * np.arange(ecg.size) / RATE_HZ)
    return np.rint((ecg * height + swing) * 2**bits).astype(np.int64)


def wrapped(values, bits):
    return (values + 2 ** (bits - 1)) % 2**bits - 2 ** (bits - 1)


@settings(max_examples=40)
@given(
    rr_s=st.floats(0.45, 1.2),
    height=st.floats(-2.0, 2.0),
    drift=st.floats(0.0, 0.3),
    bits=st.sampled_from([10, 12]),
)
def test_what_overflowed_comes_back_as_it_was(rr_s, height, drift, bits):
    true = tall_ecg(rr_s, height, bits, drift)
    restored = undo_overflow(wrapped(true, bits), bits, RATE_HZ)
    known = np.isfinite(restored)  # two lowest values in a row cannot be told from a gap
    assert known.mean() > 0.99
    np.testing.assert_array_equal(restored[known], true[known])


def test_a_baseline_may_leave_the_range_for_seconds():
    true = tall_ecg(0.8, 0.9, 12)
    t = np.arange(true.size) / RATE_HZ
    true += np.rint(0.8 * 4096 * np.exp(-0.5 * ((t - 8) / 1.5) ** 2)).astype(np.int64)
    np.testing.assert_array_equal(undo_overflow(wrapped(true, 12), 12, RATE_HZ), true)


def test_what_fits_does_not_overflow_even_with_samples_missing():
    fits = tall_ecg(0.8, 0.45, 12)
    assert not overflows(fits, 12)
    fits[500:520] = -2048  # how a missing sample is stored
    assert not overflows(fits, 12)
    assert overflows(wrapped(tall_ecg(0.8, 1.5, 12), 12), 12)


def test_a_single_lowest_value_is_restored_and_a_gap_stays_one():
    true = tall_ecg(0.8, 1.5, 12)
    true[300] += 2048 - wrapped(true, 12)[300] - 4096 * (wrapped(true, 12)[300] < 0)
    assert wrapped(true, 12)[300] == -2048
    stored = wrapped(true, 12)
    restored = undo_overflow(stored, 12, RATE_HZ)
    assert np.isfinite(restored).all()
    stored[340:343] = -2048
    restored = undo_overflow(stored, 12, RATE_HZ)
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(restored)), [340, 341, 342])


@pytest.mark.parametrize("glitch", [2000, -1900])
def test_a_mistake_does_not_go_on(glitch):
    true = tall_ecg(0.8, 1.2, 12)
    stored = wrapped(true, 12)
    stored[1000] = wrapped(stored[1000] + glitch, 12)
    restored = undo_overflow(stored, 12, RATE_HZ)
    assert (restored == true).mean() > 0.95
    np.testing.assert_array_equal(wrapped(restored.astype(np.int64), 12), stored)
