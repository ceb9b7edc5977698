import numpy as np
import pytest

from radarkit.capture import ArrayConfig, ChirpConfig, FrameConfig, RadarConfig
from radarkit.errors import UserError
from radarkit.simulate.fmcw import DEFAULT_RADAR, FrontEndConfig, Reflector, simulate_capture

LIGHT_M_PER_S = 299_792_458.0
RADAR = RadarConfig(
    chirp=ChirpConfig(
        start_frequency_hz=77e9, slope_hz_per_s=65e12, samples=64, sample_rate_hz=5e6
    ),
    frame=FrameConfig(loops=2, tx_order=(0, 1), period_s=0.005, chirp_period_s=64 / 5e6 + 30e-6),
    array=ArrayConfig(rx=4),
)
ALONE = {"clutter": (), "chest_counts": 1.0, "snr_db": 300.0, "chest_width_m": 0.0}


def capture(displacement_m, rate_hz, config, front_end, seed=0):
    rng = np.random.default_rng(seed)
    blocks = simulate_capture(displacement_m, rate_hz, config, front_end, rng)
    return np.concatenate(list(blocks))


def test_a_beat_is_the_outgoing_chirp_mixed_with_its_echo():
    def phase_of_chirp(t_s):  # integral of 2 pi (f0 + S t)
        return 2 * np.pi * (77e9 * t_s + 65e12 * t_s**2 / 2)

    rate_hz = 200.0
    time_s = np.arange(40) / rate_hz
    motion_m = 0.02 * time_s  # a line, which a spline holds exactly
    front_end = FrontEndConfig(chest_range_m=0.83, **ALONE)
    cube = capture(motion_m[None], rate_hz, RADAR, front_end)
    assert cube.shape == (40, 2, 2, 4, 64)
    sample_s = np.arange(64) / 5e6
    for frame, loop, tx in ((0, 0, 0), (7, 1, 0), (21, 0, 1), (38, 1, 1)):
        chirp_s = frame * 0.005 + (2 * loop + tx) * (64 / 5e6 + 30e-6)
        delay_s = 2 * (0.83 + 0.02 * chirp_s) / LIGHT_M_PER_S
        beat = np.exp(1j * (phase_of_chirp(sample_s) - phase_of_chirp(sample_s - delay_s)))
        for rx in range(4):  # straight ahead every receiver sees the same
            np.testing.assert_allclose(cube[frame, loop, tx, rx], beat, atol=2e-4)


def test_virtual_receivers_see_the_path_that_geometry_gives():
    still = np.zeros((1, 4))
    reflector = Reflector(range_m=1.5, level_db=0, azimuth_deg=25)
    front_end = FrontEndConfig(chest_range_m=1.0, **ALONE | {"clutter": (reflector,)})
    bare = FrontEndConfig(chest_range_m=1.0, **ALONE)
    wall = capture(still, 200.0, RADAR, front_end) - capture(still, 200.0, RADAR, bare)
    spacing_m = RADAR.wavelength_m / 2
    target_m = 1000 * np.array([np.sin(np.deg2rad(25)), np.cos(np.deg2rad(25))])  # far field
    for tx in range(2):
        for rx in range(4):
            at_m = np.array([(4 * tx + rx) * spacing_m, 0])
            extra_m = np.linalg.norm(target_m - at_m) - np.linalg.norm(target_m)
            expected = np.exp(2j * np.pi * extra_m / RADAR.wavelength_m)
            ratio = wall[0, 0, tx, rx] / wall[0, 0, 0, 0]
            np.testing.assert_allclose(ratio, expected, atol=2e-3)


def test_a_receding_chest_raises_the_phase_by_four_pi_a_wavelength():
    motion_m = np.linspace(0, 2e-3, 400)[None]
    cube = capture(motion_m, 200.0, DEFAULT_RADAR, FrontEndConfig(**ALONE))
    middle = cube[:, 0, 0, 0, 32]
    turned = np.unwrap(np.angle(middle))
    expected = 4 * np.pi * motion_m[0] / DEFAULT_RADAR.wavelength_m
    np.testing.assert_allclose(turned - turned[0], expected, rtol=1e-3, atol=1e-3)


def test_thermal_noise_stands_at_the_stated_ratio():
    still = np.zeros((5, 400))
    scene = {"clutter": (), "chest_counts": 50.0, "chest_width_m": 0.3}
    clean = capture(still, 200.0, DEFAULT_RADAR, FrontEndConfig(snr_db=300, **scene))
    noisy = capture(still, 200.0, DEFAULT_RADAR, FrontEndConfig(snr_db=7, **scene))
    noise = noisy - clean
    assert np.var(noise) == pytest.approx(50.0**2 / 10**0.7, rel=0.02)
    assert np.var(noise.real) == pytest.approx(np.var(noise.imag), rel=0.03)


def test_the_same_seed_gives_the_same_samples_and_another_does_not():
    motion_m = 1e-3 * np.sin(np.arange(100) / 30)[None]
    first, again, other = (
        capture(motion_m, 200.0, DEFAULT_RADAR, FrontEndConfig(), seed) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_static_reflectors_do_not_move():
    still = np.zeros((1, 50))
    cube = capture(still, 200.0, DEFAULT_RADAR, FrontEndConfig(snr_db=300.0))
    np.testing.assert_allclose(cube, np.broadcast_to(cube[:1], cube.shape), atol=1e-2)


@pytest.mark.parametrize(
    ("samples", "front_end", "says"),
    [
        (0.5, FrontEndConfig(), "shorter than a frame"),
        (10, FrontEndConfig(chest_range_m=3.2), "echo from 3.2 m"),
    ],
)
def test_an_impossible_scene_is_refused(samples, front_end, says):
    still = np.zeros((1, max(1, int(samples))))
    rate_hz = 200.0 if samples >= 1 else 1000.0
    with pytest.raises(UserError, match=says):
        capture(still, rate_hz, DEFAULT_RADAR, front_end)
