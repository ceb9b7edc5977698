import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.extract.candidates import Candidates, range_channels, voxels
from radarkit.extract.focus import focus, quietest
from radarkit.extract.range import RangeProfiles
from radarkit.extract.survey import Survey
from radarkit.simulate.fmcw import DEFAULT_RADAR, MMECG_RADAR

WAVELENGTH_M = 4.9e-3


def one_a_channel(channels):
    """Candidates that listen to one receiver each, in one bin."""
    return Candidates(
        weights=np.eye(channels, dtype=np.complex64)[:, None, :],
        bin_weights=np.ones((channels, 1), np.float32),
        ranges_m=0.5 + 0.01 * np.arange(channels),
    )


def profiles_of(motion_m, strength=1.0):
    """What receivers hear from points that move: (frame, 1, receiver, 1)."""
    echo = np.asarray(strength) * np.exp(4j * np.pi * motion_m / WAVELENGTH_M).T
    values = echo[:, None, :, None].astype(np.complex64)
    return RangeProfiles(values, np.array([0.5]), np.ones(len(values), bool))


def test_places_that_beat_are_chosen_before_places_that_only_breathe(chest):
    rng = np.random.default_rng(0)
    motion_m = np.stack(
        [chest(rng, seconds=40, heart_mm=0.2 if place % 3 == 0 else 0.0)[0] for place in range(12)]
    )
    noise = 0.01 * rng.standard_normal((8000, 1, 12, 1, 2)).view(np.complex128)[..., 0]
    profiles = profiles_of(motion_m)
    noisy = RangeProfiles(
        profiles.values + noise.astype(np.complex64), profiles.ranges_m, profiles.valid
    )
    chosen = focus(noisy, one_a_channel(12), WAVELENGTH_M, 200.0, 12)
    assert set(chosen.places[:4]) == {0, 3, 6, 9}
    assert (np.diff(chosen.score) <= 0).all()


def test_faint_places_are_left_out_where_there_are_enough(chest):
    motion_m, _ = chest(np.random.default_rng(1), seconds=20)
    strength = np.where(np.arange(30) < 10, 1.0, 0.1)
    profiles = profiles_of(np.tile(motion_m, (30, 1)), strength)
    assert set(focus(profiles, one_a_channel(30), WAVELENGTH_M, 200.0, 6).places) <= set(range(10))
    many = focus(profiles, one_a_channel(30), WAVELENGTH_M, 200.0, 20).places
    assert set(range(10)) < set(many) and len(set(many)) == 20


def test_there_are_never_more_points_than_candidates(chest):
    motion_m, _ = chest(np.random.default_rng(2), seconds=20)
    profiles = profiles_of(np.tile(motion_m, (3, 1)))
    assert len(focus(profiles, one_a_channel(3), WAVELENGTH_M, 200.0, 50).places) == 3


@settings(max_examples=40)
@given(still_from_s=st.floats(0, 120), minutes=st.floats(3.0, 5.0))
def test_the_quietest_minute_is_where_the_chest_moves_least(still_from_s, minutes):
    times_s = np.arange(0.4, 60 * minutes, 0.8)
    still = (times_s >= still_from_s) & (times_s <= still_from_s + 60)
    nothing = np.zeros((1, 1, 1))
    found = Survey(
        ranges_m=np.zeros(1),
        times_s=times_s,
        static=np.zeros(1),
        moving=nothing,
        noise=nothing,
        motion_db=nothing,
        power=np.zeros((times_s.size, 1)),
        speed=np.where(still, 1.0, 10.0),
        echo=nothing.astype(np.complex64),
    )
    frames = int(60 * minutes * 200)
    minute = quietest(found, frames, 200.0)
    assert minute.stop - minute.start == 12_000 and minute.start >= 0 and minute.stop <= frames
    assert minute.start / 200 == pytest.approx(still_from_s, abs=1.7)


def test_a_short_capture_is_judged_by_all_of_it():
    assert quietest(None, 11_999, 200.0) == slice(0, 11_999)


@pytest.mark.parametrize(("radar", "known"), [(MMECG_RADAR, True), (DEFAULT_RADAR, False)])
@pytest.mark.parametrize("points", [1, 8, 50])
def test_candidates_lie_around_the_chest_and_are_enough(radar, known, points):
    ranges_m = np.arange(6, 20) * radar.range_bin_m
    shape = (20, len(radar.transmitters), radar.array.rx, ranges_m.size)
    rng = np.random.default_rng(0)
    values = rng.standard_normal((*shape, 2)).astype(np.float32).view(np.complex64)[..., 0]
    profiles = RangeProfiles(values, ranges_m, np.ones(20, bool))
    chest_m = float(ranges_m[6])
    found = (
        voxels(profiles, radar, chest_m, 0.12)
        if known
        else range_channels(profiles, radar, chest_m, 0.12, 2 * points)
    )
    assert len(found) >= 2 * points
    assert np.abs(found.ranges_m - chest_m).max() <= 0.12 + 1e-9
    assert (found.positions_m is not None) == known == (found.channels is None)
    some = found.take(np.array([0, len(found) - 1]))
    np.testing.assert_allclose(some.listen(values), found.listen(values)[[0, -1]], atol=1e-5)
