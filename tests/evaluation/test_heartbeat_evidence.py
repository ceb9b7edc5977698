"""Whether it looks like a heartbeat, on hearts and noises as networks have drawn them."""

from dataclasses import replace

import numpy as np
import pytest

from radarkit.datasets import Dataset
from radarkit.datasets.build import spectrogram_of
from radarkit.datasets.recipes import load_recipe
from radarkit.datasets.simulation import SimulationConfig, simulate_person
from radarkit.datasets.store import create
from radarkit.evaluation import assemble
from radarkit.evaluation.heartbeat_evidence import (
    FEWEST,
    LIKELY,
    NONE,
    Evidence,
    evidence_in,
    probability,
)
from radarkit.evaluation.own_rate import UNKNOWN, own_rate
from radarkit.evaluation.stretches import judge, only_heartbeats, variability
from radarkit.recording import Quantity

RATE_HZ = 200


def drawn(r_peaks, lengths, confidence, seconds, *, interpolated=()):
    r_peaks = np.asarray(r_peaks, float)
    return assemble(
        r_peaks,
        np.asarray(lengths, float),
        np.tile(np.hanning(200).astype(np.float32), (r_peaks.size, 1)),
        round(seconds * RATE_HZ),
        amplitude_mv=1.0,
        offset_mv=0.0,
        anchor_curve=np.zeros(round(seconds * RATE_HZ), np.float32),
        confidence=np.broadcast_to(np.float32(confidence), r_peaks.shape).copy(),
        interpolated=np.isin(np.arange(r_peaks.size), interpolated),
    )


def heart(seconds, *, start_s=0.0, per_min=75.0, seed=0):
    """R peaks and lengths as a network finds them in a clear recording."""
    rng = np.random.default_rng(seed)
    beats = int(seconds * per_min / 60)
    rr = 60 * RATE_HZ / per_min * (1 + 0.04 * rng.standard_normal(beats))
    r_peaks = start_s * RATE_HZ + np.cumsum(rr)
    return r_peaks, np.append(np.diff(r_peaks), rr[-1]) + 3 * rng.standard_normal(beats)


def noise(seconds, *, start_s=0.0, seed=0):
    """R peaks at random, and lengths that a network says when it sees nothing."""
    rng = np.random.default_rng(seed)
    rr = RATE_HZ * rng.uniform(0.35, 1.4, int(seconds / 0.9))
    return start_s * RATE_HZ + np.cumsum(rr), 150 + 15 * rng.standard_normal(rr.size)


@pytest.mark.parametrize("seed", range(20))
def test_random_beats_do_not_pass_and_a_heart_does(seed):
    beating, empty = heart(30, seed=seed), noise(30, seed=seed)
    (found,) = judge(drawn(*beating, 0.75, 31))
    assert found.heartbeat and found.probability > 0.9
    assert found.heart_rate_per_min == pytest.approx(75, abs=2)
    (nothing,) = judge(drawn(*empty, 0.5, 31))
    assert not nothing.heartbeat and nothing.probability < 0.2
    assert (nothing.beats, nothing.confidence, nothing.heart_rate_per_min) == (0, 0, None)


@pytest.mark.parametrize("name", Evidence._fields)
def test_more_of_any_evidence_makes_a_heart_likelier(name):
    some = Evidence(confidence=0.6, agreement=0.6, steadiness=0.6)
    more = some._replace(**{name: 0.9})
    assert probability(NONE) == 0 < probability(some) < probability(more) < 1


def test_no_single_evidence_makes_a_heart_by_itself():
    for name in Evidence._fields:
        assert probability(NONE._replace(**{name: 1.0})) < LIKELY


@pytest.mark.parametrize("beats", [0, 1, FEWEST, FEWEST + 1])
def test_few_beats_tell_nothing_however_clear(beats):
    made = drawn(100 + 160.0 * np.arange(beats), np.full(beats, 160.0), 0.9, 12)
    assert (evidence_in(made, 0, made.ecg_mv.size) != NONE) == (beats > FEWEST)
    assert judge(made)[0].heartbeat == (beats > FEWEST)


def test_what_was_put_between_is_no_evidence():
    r_peaks, lengths = heart(30)
    clear = evidence_in(drawn(r_peaks, lengths, 0.8, 31), 0, 6200)
    lost = drawn(r_peaks, lengths, 0.8, 31, interpolated=np.arange(1, 37, 2))
    assert evidence_in(lost, 0, 6200).agreement < 0.2 < clear.agreement


@pytest.mark.parametrize("quantity", [Quantity.DISPLACEMENT, Quantity.VIBRATION])
def test_the_motion_of_a_chest_shows_its_rate_where_it_is_a_displacement(quantity, tmp_path):
    recipe = load_recipe("lying", subjects=1, channels=4, duration_s=30)
    person = simulate_person(SimulationConfig(recipe=recipe, seed=3), 0, 0).recording
    recording = replace(person, quantity=quantity)
    with create(tmp_path / "one.h5", config={}, seed=0) as writer:
        writer.add(recording, spectrogram_of(recording))
    data = Dataset(tmp_path / "one.h5")
    found = own_rate(data, data.trials[0])(0, recording.samples)
    if quantity is Quantity.VIBRATION:
        assert found == UNKNOWN
    else:
        true_per_min = 60 * RATE_HZ / np.diff(person.r_peaks).mean()
        assert found.per_min == pytest.approx(true_per_min, abs=3) and found.confidence > 0.5


@pytest.fixture
def night():
    """Two minutes: a heart, an empty room for half a minute, and a heart again."""
    parts = [heart(59, seed=1), noise(29, start_s=60.4, seed=2), heart(29, start_s=90.4, seed=3)]
    r_peaks, lengths = (np.concatenate(each) for each in zip(*parts, strict=True))
    order = np.argsort(r_peaks)
    sure = np.where((r_peaks >= 12_000) & (r_peaks < 18_000), 0.5, 0.8)[order]
    return drawn(r_peaks[order], lengths[order], sure, 120)


def test_beats_and_ecg_are_kept_where_there_is_a_heart_only(night):
    stretches = judge(night)
    assert [each.heartbeat for each in stretches] == [True, True, False, True]
    assert [each.start_s for each in stretches] == [0, 30, 60, 90]
    kept = only_heartbeats(night, stretches)
    empty = np.zeros(24_000, bool)
    empty[12_000:18_000] = True
    np.testing.assert_array_equal(np.isnan(kept.ecg_mv), empty)
    np.testing.assert_array_equal(kept.ecg_mv[~empty], night.ecg_mv[~empty])
    assert not ((kept.r_peaks >= 12_000) & (kept.r_peaks < 18_000)).any()
    assert sum(each.beats for each in stretches) == kept.r_peaks.size == kept.confidence.size
    assert kept.ecg_confidence[empty].max() == 0


def test_intervals_count_where_they_were_found_whole(night):
    kept = only_heartbeats(night, judge(night))
    every = variability(kept)
    assert every.excluded == 1  # the one across the empty room
    assert every.heart_rate_per_min == pytest.approx(75, abs=2)
    lost = np.ones(24_000, bool)
    lost[2_000:2_010] = False  # ten samples that the radar did not see
    assert variability(kept, lost).excluded == 2
    made_up = drawn(night.r_peaks[:30], night.lengths[:30], 0.8, 30, interpolated=[10])
    assert variability(made_up).excluded == 2
    unsure = np.where(np.arange(30) == 12, 0.4, 0.8)
    assert variability(drawn(night.r_peaks[:30], night.lengths[:30], unsure, 30)).excluded == 2


def test_distances_that_a_rate_chose_say_nothing_of_how_they_vary(night):
    parts = judge(night)
    kept = only_heartbeats(night, parts)
    free = variability(kept, stretches=parts)
    assert free == variability(kept)
    led = [parts[0]._replace(guided_per_min=75.0), *parts[1:]]
    inside = (kept.r_peaks[1:] >= parts[0].end_s * RATE_HZ).sum() - 1  # less that to the first
    found = variability(kept, stretches=led)
    assert 30 < found.intervals == inside - free.excluded < free.intervals


def test_a_trial_is_divided_evenly():
    for seconds, count in ((4, 1), (44, 1), (46, 2), (100, 3), (3600, 120)):
        stretches = judge(drawn([], [], 0.5, seconds))
        assert len(stretches) == count and stretches[-1].end_s == seconds
        lengths = [each.end_s - each.start_s for each in stretches]
        assert max(lengths) - min(lengths) <= 2 / RATE_HZ
