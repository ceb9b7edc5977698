import numpy as np
import pytest

from radarkit.capture import ArrayConfig, ChirpConfig, FrameConfig, RadarConfig
from radarkit.errors import UserError
from radarkit.extract.range import range_gate
from radarkit.extract.survey import survey
from radarkit.simulate.fmcw import DEFAULT_RADAR
from radarkit.simulate.scene import FrontEndConfig, Reflector

SLOW = RadarConfig(
    chirp=ChirpConfig(
        start_frequency_hz=60.36e9, slope_hz_per_s=60e12, samples=100, sample_rate_hz=4e6
    ),
    frame=FrameConfig(loops=1, tx_order=(0,), period_s=0.05),
    array=ArrayConfig(rx=2),
)


def gate(radar):
    return range_gate(radar, 0.2, 2.5)


@pytest.mark.parametrize("radar", [DEFAULT_RADAR, SLOW], ids=["200 Hz", "20 Hz"])
@pytest.mark.parametrize("snr_db", [10, -10])
def test_the_chest_is_found_beside_things_a_hundred_times_as_strong(
    chest, capture_of_chest, radar, snr_db
):
    motion_m, _ = chest(np.random.default_rng(0), seconds=20)
    wall = (Reflector(range_m=0.3, level_db=20), Reflector(range_m=1.6, level_db=20))
    scene = FrontEndConfig(chest_range_m=0.83, snr_db=snr_db, clutter=wall)
    found = survey(capture_of_chest(motion_m, radar, scene), gate(radar))
    assert found.static[found.chest_bin] < 0.1 * found.static.max()  # strength would not do
    assert found.chest_range_m == pytest.approx(0.83, abs=0.4 * radar.range_bin_m)
    assert found.track_m() is None


@pytest.mark.parametrize("radar", [DEFAULT_RADAR, SLOW], ids=["200 Hz", "20 Hz"])
def test_noise_stands_at_0_db_and_its_power_is_told(capture_of, radar):
    rng = np.random.default_rng(1)
    cube = rng.standard_normal((3000, *radar.frame_shape, 2)).astype(np.float32)
    cube = cube.view(np.complex64)[..., 0]
    found = survey(capture_of(cube, radar), gate(radar))
    assert np.median(found.motion_db) == pytest.approx(0, abs=0.3)
    assert found.motion_db.max() < 3
    # Hann's window lets through 1.5 times the noise of a bin, N times less than a sample's
    np.testing.assert_allclose(found.noise, 2 * 1.5 / radar.chirp.samples, rtol=0.2)
    with pytest.raises(UserError, match="no moving chest"):
        _ = found.chest_bin


def test_a_chest_that_wanders_is_tracked(chest, capture_of_chest):
    motion_m, _ = chest(np.random.default_rng(2), seconds=60)
    lean_m = 0.08 * np.sin(2 * np.pi * np.arange(motion_m.size) / motion_m.size)
    scene = FrontEndConfig(chest_range_m=0.8, snr_db=10)
    found = survey(capture_of_chest(motion_m + lean_m, DEFAULT_RADAR, scene), gate(DEFAULT_RADAR))
    track_m = found.track_m()
    true_m = np.interp(found.times_s, np.arange(motion_m.size) / 200, lean_m)
    error_m = track_m - 0.8 - true_m
    assert np.abs(error_m).max() < 0.5 * DEFAULT_RADAR.range_bin_m


def test_lost_frames_are_not_looked_at(chest, capture_of_chest):
    motion_m, _ = chest(np.random.default_rng(3), seconds=20)
    valid = np.ones(4000, bool)
    valid[500:900] = False
    scene = FrontEndConfig(chest_range_m=0.8)
    capture = capture_of_chest(motion_m, DEFAULT_RADAR, scene, valid=valid)
    whole = survey(capture, gate(DEFAULT_RADAR)).chest_range_m
    capture.reader.cube[~valid] = 0
    holed = survey(capture, gate(DEFAULT_RADAR))
    assert holed.chest_range_m == whole
    capture.valid[:] = False
    with pytest.raises(UserError, match="only 0 stretches of 16 frames without a loss"):
        survey(capture, gate(DEFAULT_RADAR))
