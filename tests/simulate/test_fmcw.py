import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import CubicSpline

from radarkit.capture import AdcConfig, ArrayConfig, ChirpConfig, FrameConfig, RadarConfig
from radarkit.errors import UserError
from radarkit.simulate.fmcw import DEFAULT_RADAR, MMECG_RADAR, simulate_capture
from radarkit.simulate.scene import FrontEndConfig, Reflector

LIGHT_M_PER_S = 299_792_458.0
ROW = RadarConfig(
    chirp=ChirpConfig(
        start_frequency_hz=77e9, slope_hz_per_s=65e12, samples=64, sample_rate_hz=5e6
    ),
    frame=FrameConfig(loops=2, tx_order=(0, 1), period_s=0.005, chirp_period_s=64 / 5e6 + 30e-6),
    array=ArrayConfig(rx=4),
)
BOARD = RadarConfig(
    chirp=ChirpConfig(
        start_frequency_hz=77e9, slope_hz_per_s=65e12, samples=100, sample_rate_hz=5e6
    ),
    frame=FrameConfig(loops=2, tx_order=(2, 0, 1), period_s=0.005, chirp_period_s=70e-6),
    array=ArrayConfig(rx=3, receivers=(0, 3, 1), board="awr1843boost"),
)
ALONE = {"clutter": (), "chest_counts": 1.0, "snr_db": 300.0, "chest_width_m": 0.0}


def capture(displacement_m, rate_hz, config, front_end, seed=0, **how):
    rng = np.random.default_rng(seed)
    blocks = simulate_capture(displacement_m, rate_hz, config, front_end, rng, **how)
    return np.concatenate(list(blocks))


def beat(delay_s, config):
    """The outgoing chirp mixed with its echo, by the phases of both."""
    sample_s = np.arange(config.chirp.samples) / config.chirp.sample_rate_hz

    def phase(t_s):  # integral of 2 pi (f0 + S t)
        chirp = config.chirp
        return 2 * np.pi * (chirp.start_frequency_hz * t_s + chirp.slope_hz_per_s * t_s**2 / 2)

    return np.exp(1j * (phase(sample_s) - phase(sample_s - delay_s)))


def antennas_of_board():
    """Those of the AWR1843BOOST that `BOARD` uses, typed from its user's guide, centred."""
    half_m = BOARD.wavelength_m / 2
    tx_m = half_m * np.array([[4, 0, 0], [0, 0, 0], [2, 1, 0]])  # in firing order
    rx_m = half_m * np.array([[0, 0, 0], [3, 0, 0], [1, 0, 0]])
    middle_m = np.mean([(tx + rx) / 2 for tx in tx_m for rx in rx_m], axis=0)
    return tx_m - middle_m, rx_m - middle_m


def test_beats_are_chirps_mixed_with_echoes_that_travel_from_antenna_to_antenna():
    rate_hz = 200.0
    middle_m = 0.6 * np.array(
        [
            np.sin(np.deg2rad(20)) * np.cos(np.deg2rad(-15)),
            np.sin(np.deg2rad(-15)),
            np.cos(np.deg2rad(20)) * np.cos(np.deg2rad(-15)),
        ]
    )
    positions_m = np.array([[0.05, -0.03, 0.01], [-0.08, 0.1, -0.02]])
    speeds_m_per_s = np.array([0.02, -0.03])  # a line, which a spline holds exactly
    front_end = FrontEndConfig(
        chest_range_m=0.6, chest_azimuth_deg=20, chest_elevation_deg=-15, **ALONE
    )
    motion_m = speeds_m_per_s[:, None] * np.arange(40) / rate_hz
    cube = capture(motion_m, rate_hz, BOARD, front_end, positions_m=positions_m)
    assert cube.shape == (40, 2, 3, 3, 100)
    expected = np.zeros(cube.shape, complex)
    tx_m, rx_m = antennas_of_board()
    for frame, loop, tx, rx in np.ndindex(cube.shape[:4]):
        chirp_s = min(frame * 0.005 + (3 * loop + tx) * 70e-6, 39 / rate_hz)
        for rest_m, speed in zip(middle_m + positions_m, speeds_m_per_s, strict=True):
            place_m = rest_m * (1 + speed * chirp_s / np.linalg.norm(rest_m))
            path_m = np.linalg.norm(place_m - tx_m[tx]) + np.linalg.norm(place_m - rx_m[rx])
            expected[frame, loop, tx, rx] += beat(path_m / LIGHT_M_PER_S, BOARD)
    scale = np.abs(cube).mean() / np.abs(expected).mean()
    np.testing.assert_allclose(cube / scale, expected, atol=1e-5)


def test_an_unknown_array_is_a_row_that_each_transmitter_continues():
    still = np.zeros((1, 4))
    reflector = Reflector(range_m=1.5, level_db=0, azimuth_deg=25)
    front_end = FrontEndConfig(chest_range_m=1.0, **ALONE | {"clutter": (reflector,)})
    bare = FrontEndConfig(chest_range_m=1.0, **ALONE)
    wall = capture(still, 200.0, ROW, front_end) - capture(still, 200.0, ROW, bare)
    spacing_m = ROW.wavelength_m / 2
    target_m = 1000 * np.array([np.sin(np.deg2rad(25)), np.cos(np.deg2rad(25))])  # far field
    for tx in range(2):
        for rx in range(4):
            at_m = np.array([(4 * tx + rx) * spacing_m, 0])
            extra_m = np.linalg.norm(target_m - at_m) - np.linalg.norm(target_m)
            expected = np.exp(2j * np.pi * extra_m / ROW.wavelength_m)
            ratio = wall[0, 0, tx, rx, 32] / wall[0, 0, 0, 0, 32]
            # the row is 14 mm long: its far field begins at 0.1 m, and 1.5 m is nearly that
            assert np.abs(np.angle(ratio / expected)) < 0.1


def test_a_receding_chest_raises_the_phase_by_four_pi_a_wavelength():
    motion_m = np.linspace(0, 2e-3, 400)[None]
    cube = capture(motion_m, 200.0, DEFAULT_RADAR, FrontEndConfig(**ALONE))
    middle = cube[:, 0, 0, 0, 32]
    turned = np.unwrap(np.angle(middle))
    expected = 4 * np.pi * motion_m[0] / DEFAULT_RADAR.wavelength_m
    np.testing.assert_allclose(turned - turned[0], expected, rtol=1e-3, atol=1e-3)


def test_motion_between_samples_is_the_spline_through_all_of_them_however_long_it_is():
    rng = np.random.default_rng(4)
    motion_m = 1e-5 * rng.standard_normal(6000).cumsum()  # more frames than a block holds
    rate_hz = 190.0
    cube = capture(motion_m[None], rate_hz, DEFAULT_RADAR, FrontEndConfig(**ALONE))
    frame_s = np.arange(len(cube)) / 200
    seen_m = CubicSpline(np.arange(6000) / rate_hz, motion_m)(np.minimum(frame_s, 5999 / rate_hz))
    turned = np.unwrap(np.angle(cube[:, 0, 0, 0, 32]))
    expected = 4 * np.pi * seen_m / DEFAULT_RADAR.wavelength_m
    deviation = turned - expected
    assert np.ptp(expected) > 1
    np.testing.assert_allclose(deviation - deviation[0], 0, atol=1e-4)


@given(
    points=st.integers(1, 12),
    seed=st.integers(0, 1000),
    range_m=st.floats(0.3, 1.5),
    azimuth_deg=st.floats(-40, 40),
    elevation_deg=st.floats(-40, 40),
)
@settings(max_examples=25, deadline=None)
def test_the_chest_echoes_with_the_stated_amplitude_wherever_its_points_lie(
    points, seed, range_m, azimuth_deg, elevation_deg
):
    positions_m = np.random.default_rng(seed).uniform(-0.1, 0.1, (points, 3))
    front_end = FrontEndConfig(
        **ALONE | {"chest_counts": 70.0},
        chest_range_m=range_m,
        chest_azimuth_deg=azimuth_deg,
        chest_elevation_deg=elevation_deg,
    )
    cube = capture(np.zeros((points, 2)), 200.0, BOARD, front_end, positions_m=positions_m)
    assert np.sqrt(np.mean(np.abs(cube) ** 2)) == pytest.approx(70.0, rel=1e-3)


def test_points_without_positions_spread_over_the_chest_in_a_row_or_a_surface():
    from radarkit.simulate.scene import chest_of

    row = chest_of(FrontEndConfig(chest_range_m=0.5, chest_width_m=0.2), 5).rest_m
    np.testing.assert_allclose(row[:, 0], [-0.1, -0.05, 0, 0.05, 0.1])
    np.testing.assert_allclose(row[:, 1:], [[0, 0.5]] * 5)
    surface = FrontEndConfig(chest_range_m=0.5, chest_width_m=0.2, chest_height_m=0.3)
    spread_m = chest_of(surface, 50).rest_m
    assert (np.abs(spread_m[:, :2]) <= (0.1, 0.15)).all() and (spread_m[:, 2] == 0.5).all()
    cells = np.floor((spread_m[:, :2] + (0.1, 0.15)) / (0.2 / 3, 0.3 / 3)).astype(int)
    counts = np.bincount(3 * cells[:, 0] + cells[:, 1], minlength=9)
    assert counts.min() >= 4 and counts.max() <= 8  # of nine equal cells, 5.6 points each


def test_thermal_noise_stands_at_the_stated_ratio():
    still = np.zeros((5, 400))
    scene = {"clutter": (), "chest_counts": 50.0, "chest_width_m": 0.3}
    clean = capture(still, 200.0, DEFAULT_RADAR, FrontEndConfig(snr_db=300, **scene))
    noisy = capture(still, 200.0, DEFAULT_RADAR, FrontEndConfig(snr_db=7, **scene))
    noise = noisy - clean
    assert np.var(noise) == pytest.approx(50.0**2 / 10**0.7, rel=0.02)
    assert np.var(noise.real) == pytest.approx(np.var(noise.imag), rel=0.03)


def test_real_samples_are_the_real_part_of_the_complex_ones():
    motion_m = 1e-3 * np.sin(np.arange(30) / 5)[None]
    real = MMECG_RADAR.model_copy(update={"adc": AdcConfig(format="real")})
    both = [capture(motion_m, 200.0, config, FrontEndConfig()) for config in (MMECG_RADAR, real)]
    assert both[1].dtype == np.float32 and both[1].flags.c_contiguous
    np.testing.assert_array_equal(both[1], both[0].real)


def test_the_same_seed_gives_the_same_samples_and_another_does_not():
    motion_m = 1e-3 * np.sin(np.arange(100) / 30)[None]
    first, again, other = (
        capture(motion_m, 200.0, DEFAULT_RADAR, FrontEndConfig(), seed) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_static_reflectors_do_not_move_and_have_their_levels_and_directions():
    still = np.zeros((1, 20))
    aside = Reflector(range_m=0.9, level_db=20, azimuth_deg=-30, elevation_deg=40)
    scene = ALONE | {"clutter": (aside,)}
    cube = capture(still, 200.0, BOARD, FrontEndConfig(**scene))
    cube -= capture(still, 200.0, BOARD, FrontEndConfig(**ALONE))
    np.testing.assert_allclose(cube, np.broadcast_to(cube[:1, :1], cube.shape), atol=1e-5)
    x, y = -np.sin(np.deg2rad(30)) * np.cos(np.deg2rad(40)), np.sin(np.deg2rad(40))
    place_m = 0.9 * np.array([x, y, np.sqrt(1 - x**2 - y**2)])
    tx_m, rx_m = antennas_of_board()
    for tx, rx in np.ndindex(3, 3):
        path_m = np.linalg.norm(place_m - tx_m[tx]) + np.linalg.norm(place_m - rx_m[rx])
        expected = 10 * beat(path_m / LIGHT_M_PER_S, BOARD)
        np.testing.assert_allclose(cube[3, 1, tx, rx], expected, atol=1e-4)


@pytest.mark.parametrize(
    ("motion_m", "front_end", "positions_m", "says"),
    [
        (np.zeros((1, 0)), FrontEndConfig(), None, "shorter than a frame"),
        (np.zeros((1, 9)), FrontEndConfig(chest_range_m=3.2), None, "echo from 3.2 m"),
        (np.full((1, 9), 2.5), FrontEndConfig(), None, "echo from 3.2 m"),
        (np.full((1, 9), -0.8), FrontEndConfig(), None, "0.1 m behind the radar"),
        (np.full((2, 9), np.nan), FrontEndConfig(), None, "18 NaN or infinite values"),
        (np.zeros((2, 9)), FrontEndConfig(), np.zeros((3, 3)), r"shape \(3, 3\).*\(2, 3\)"),
        (np.zeros((1, 9)), FrontEndConfig(), [[0, np.inf, 0]], "position that is not finite"),
    ],
)
def test_an_impossible_scene_is_refused(motion_m, front_end, positions_m, says):
    with pytest.raises(UserError, match=says):
        capture(motion_m, 200.0, DEFAULT_RADAR, front_end, positions_m=positions_m)
