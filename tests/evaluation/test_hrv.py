import neurokit2 as nk
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radarkit.evaluation.hrv import FEWEST_FOR_HRV, heart_rate_variability, normal_intervals


def beats(rng, count, *, rate_hz=200.0):
    """R peaks of a heart at 75 per minute whose intervals vary as hearts do."""
    at = np.arange(count)
    rr_s = 0.8 + 0.03 * np.sin(2 * np.pi * 0.25 * at) + 0.02 * rng.standard_normal(count)
    return np.cumsum(rr_s) * rate_hz


@pytest.mark.parametrize("seed", range(5))
def test_a_steady_record_has_the_numbers_of_neurokit(seed):
    r_peaks = np.rint(beats(np.random.default_rng(seed), 120))
    ours = heart_rate_variability(r_peaks)
    theirs = nk.hrv_time(r_peaks.astype(int), sampling_rate=200)
    assert (ours.intervals, ours.excluded) == (119, 0)
    assert ours.sdnn_ms == pytest.approx(theirs["HRV_SDNN"][0], rel=1e-9)
    assert ours.rmssd_ms == pytest.approx(theirs["HRV_RMSSD"][0], rel=1e-9)
    assert ours.pnn50_percent == pytest.approx(theirs["HRV_pNN50"][0], rel=1e-9)
    assert ours.heart_rate_per_min == pytest.approx(60_000 / theirs["HRV_MeanNN"][0], rel=1e-9)


@given(seed=st.integers(0, 99), at=st.integers(3, 100), kind=st.sampled_from(["lost", "invented"]))
def test_a_missed_or_invented_beat_changes_no_number_by_much(seed, at, kind):
    r_peaks = beats(np.random.default_rng(seed), 120)
    if kind == "lost":
        wrong = np.delete(r_peaks, at)
    else:
        wrong = np.insert(r_peaks, at + 1, r_peaks[at] + 0.45 * (r_peaks[at + 1] - r_peaks[at]))
    clean, found = heart_rate_variability(r_peaks), heart_rate_variability(wrong)
    assert found.excluded == {"lost": 1, "invented": 2}[kind]
    assert found.heart_rate_per_min == pytest.approx(clean.heart_rate_per_min, rel=0.002)
    assert found.sdnn_ms == pytest.approx(clean.sdnn_ms, rel=0.05)
    assert found.rmssd_ms == pytest.approx(clean.rmssd_ms, rel=0.08)


def test_differences_are_taken_of_intervals_that_share_a_beat():
    rr_ms = np.full(40, 800.0)
    rr_ms[20:] = 900.0  # the only step, and the interval before it is broken
    r_peaks = np.cumsum(np.append(0, rr_ms)) / 5
    broken = np.arange(40) == 19
    whole, without = heart_rate_variability(r_peaks), heart_rate_variability(r_peaks, broken=broken)
    assert whole.rmssd_ms == pytest.approx(100 / np.sqrt(39)) and whole.pnn50_percent == 2.5
    assert without.rmssd_ms == 0 and without.pnn50_percent == 0
    assert (without.intervals, without.excluded) == (39, 1)


@pytest.mark.parametrize("intervals", [0, 1, 4, 5, FEWEST_FOR_HRV - 1, FEWEST_FOR_HRV])
def test_few_intervals_give_no_number(intervals):
    found = heart_rate_variability(160.0 * np.arange(intervals + 1))
    assert (found.heart_rate_per_min is None) == (intervals < 5)
    assert (found.rmssd_ms is None) == (found.sdnn_ms is None) == (intervals < FEWEST_FOR_HRV)
    assert heart_rate_variability(np.empty(0)).intervals == 0


def test_jitter_of_the_r_peaks_raises_rmssd_by_what_the_module_says():
    rng = np.random.default_rng(8)
    r_peaks = beats(rng, 4000)
    jittered = r_peaks + 6e-3 * 200 * rng.standard_normal(r_peaks.size)
    clean, found = heart_rate_variability(r_peaks), heart_rate_variability(jittered)
    expected = np.sqrt(clean.rmssd_ms**2 + 6 * 6**2)
    assert found.rmssd_ms == pytest.approx(expected, rel=0.02) and found.rmssd_ms > clean.rmssd_ms


def test_an_ectopic_beat_and_its_pause_do_not_count():
    rr_ms = np.full(40, 800.0)
    rr_ms[10:12] = 520.0, 1080.0
    normal = normal_intervals(rr_ms)
    assert np.flatnonzero(~normal).tolist() == [10, 11]
