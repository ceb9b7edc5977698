import dataclasses

import numpy as np
import pytest

from radarkit.capture import Capture, HealthMeter
from radarkit.extract.candidates import voxels
from radarkit.extract.chest import Chest
from radarkit.extract.range import range_gate, range_profiles
from radarkit.extract.survey import survey
from radarkit.extract.tdm import compensate_tdm, tdm_delays_s
from radarkit.simulate.fmcw import MMECG_RADAR
from radarkit.simulate.scene import FrontEndConfig


@pytest.fixture
def capture(chest, capture_of_chest):
    motion_m, _ = chest(np.random.default_rng(0), seconds=12)
    return capture_of_chest(motion_m, MMECG_RADAR, FrontEndConfig(chest_range_m=0.45))


class InPieces(Capture):
    """A capture whose blocks are short, and not whole at the end."""

    frames_per_block = 97


def test_a_chest_read_in_pieces_is_the_chest_read_at_once(capture):
    capture = InPieces(**{f.name: getattr(capture, f.name) for f in dataclasses.fields(capture)})
    seen = Chest.of(capture, survey(capture, range_gate(MMECG_RADAR, 0.2, 1.0)))
    assert seen.track_m is None
    whole = range_profiles(capture, seen.bins)
    aligned = compensate_tdm(whole.values, tdm_delays_s(MMECG_RADAR), 0.005)
    found = seen.profiles(0, capture.frames)
    np.testing.assert_allclose(found.values, aligned, atol=1e-4 * np.abs(aligned).max())
    np.testing.assert_array_equal(found.ranges_m, whole.ranges_m)
    part = seen.profiles(500, 777)
    np.testing.assert_allclose(part.values, aligned[500:777], atol=1e-4 * np.abs(aligned).max())
    places = voxels(found, MMECG_RADAR, seen.range_m, 0.1).take(np.arange(0, 60, 7))
    health = HealthMeter(MMECG_RADAR)
    echo = seen.listen(places, health)
    np.testing.assert_allclose(echo, places.listen(aligned), atol=1e-3 * np.abs(echo).max())
    assert health.frames == capture.frames
