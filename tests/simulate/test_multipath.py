import numpy as np
import pytest
from scipy.optimize import minimize

from radarkit.capture import ArrayConfig, ChirpConfig, FrameConfig, RadarConfig
from radarkit.errors import UserError
from radarkit.simulate.fmcw import DEFAULT_RADAR, MMECG_RADAR, simulate_capture
from radarkit.simulate.multipath import Mirror
from radarkit.simulate.scene import FrontEndConfig, antennas_of

LIGHT_M_PER_S = 299_792_458.0
BOARD = RadarConfig(
    chirp=ChirpConfig(
        start_frequency_hz=77e9, slope_hz_per_s=65e12, samples=100, sample_rate_hz=5e6
    ),
    frame=FrameConfig(loops=1, tx_order=(2, 0), period_s=0.005, chirp_period_s=70e-6),
    array=ArrayConfig(rx=2, receivers=(0, 3), board="awr1843boost"),
)
ALONE = {"clutter": (), "chest_counts": 1.0, "snr_db": 300.0, "chest_width_m": 0.0}


def capture(motion_m, config, front_end):
    blocks = simulate_capture(motion_m, 200.0, config, front_end, np.random.default_rng(0))
    return np.concatenate(list(blocks))


def shortest_m(from_m, to_m, mirror):
    """Way over a plane by Fermat: the shortest one that touches it, found by trying."""
    azimuth, elevation = np.deg2rad([mirror.azimuth_deg, mirror.elevation_deg])
    normal = np.array(
        [
            np.cos(elevation) * np.sin(azimuth),
            np.sin(elevation),
            np.cos(elevation) * np.cos(azimuth),
        ]
    )
    one, other = np.linalg.svd(normal[None])[2][1:]  # in the plane

    def way_m(at):
        touch_m = mirror.distance_m * normal + at[0] * one + at[1] * other
        return np.linalg.norm(touch_m - from_m) + np.linalg.norm(touch_m - to_m)

    return minimize(way_m, [0.1, 0.1], tol=1e-14, options={"gtol": 1e-10}).fun


def test_every_way_out_joins_every_way_back_and_ways_over_a_mirror_are_the_shortest():
    mirrors = (
        Mirror(distance_m=0.8, loss_db=6, azimuth_deg=70, elevation_deg=10),
        Mirror(distance_m=0.7, loss_db=9, azimuth_deg=-20, elevation_deg=-80),
    )
    front_end = FrontEndConfig(
        chest_range_m=0.6, chest_azimuth_deg=15, chest_elevation_deg=5, **ALONE
    )
    motion_m = 0.03 * np.sin(np.arange(3))[None]
    # frames and samples fall together, and the second transmitter fires 70 us later
    direct = capture(motion_m, BOARD, front_end)
    cube = capture(motion_m, BOARD, front_end.model_copy(update={"mirrors": mirrors}))

    tx_m, rx_m = antennas_of(BOARD)
    azimuth, elevation = np.deg2rad([15, 5])
    sight = np.array(
        [
            np.cos(elevation) * np.sin(azimuth),
            np.sin(elevation),
            np.cos(elevation) * np.cos(azimuth),
        ]
    )
    sample_s = np.arange(100) / 5e6
    for frame in range(3):
        chest_m = (0.6 + motion_m[0, frame]) * sight
        for rx in range(2):
            out = [np.linalg.norm(chest_m - tx_m[0])]
            back = [np.linalg.norm(chest_m - rx_m[rx])]
            out += [shortest_m(tx_m[0], chest_m, mirror) for mirror in mirrors]
            back += [shortest_m(chest_m, rx_m[rx], mirror) for mirror in mirrors]
            expected = np.zeros(100, complex)
            for one, out_m in enumerate(out):
                for two, back_m in enumerate(back):
                    level = 10 ** (-(np.array([0, 6, 9])[[one, two]].sum()) / 20)
                    delay_s = (out_m + back_m) / LIGHT_M_PER_S
                    turns = 77e9 * delay_s + 65e12 * delay_s * (sample_s - delay_s / 2)
                    expected += level * np.exp(2j * np.pi * turns)
            scale = np.abs(direct).mean()
            np.testing.assert_allclose(cube[frame, 0, 0, rx] / scale, expected, atol=1e-4)


def test_a_ghost_stands_at_the_mean_of_both_ways_and_moves_with_the_mean_of_both_sights():
    """A wall 2 m to the right of a chest 1.5 m away: its image lies at (4, 0, 1.5) m."""
    wall = Mirror(distance_m=2.0, loss_db=10, azimuth_deg=90)
    motion_m = np.linspace(0, 0.5e-3, 50)[None]
    front_end = FrontEndConfig(chest_range_m=1.5, **ALONE)
    with_wall = front_end.model_copy(update={"mirrors": (wall,)})
    ghost = capture(motion_m, MMECG_RADAR, with_wall) - capture(motion_m, MMECG_RADAR, front_end)
    spectrum = np.fft.fft(ghost[:, 0, 0, 0] * np.hanning(256), 4096, axis=-1)
    ranges_m = np.arange(4096) * MMECG_RADAR.range_bin_m / 16
    image_m = np.hypot(4.0, 1.5)
    power = np.abs(spectrum[0]) ** 2
    near = np.where(ranges_m < image_m - 0.3, power, 0)
    assert ranges_m[near.argmax()] == pytest.approx((1.5 + image_m) / 2, abs=0.01)
    # both ways it stands at the image, 10 dB below the two of one way, which add up to 6 dB more
    far = np.where(ranges_m > image_m - 0.3, power, 0)
    assert ranges_m[far.argmax()] == pytest.approx(image_m, abs=0.01)
    assert 10 * np.log10(near.max() / far.max()) == pytest.approx(16.0, abs=0.5)
    turned = np.unwrap(np.angle(spectrum[:, near.argmax()]))
    metres = MMECG_RADAR.wavelength_m / (4 * np.pi) * np.ptp(turned)
    assert metres == pytest.approx(0.5e-3 * (1 + 1.5 / image_m) / 2, rel=5e-3)


@pytest.mark.parametrize(
    ("mirror", "motion_m", "says"),
    [
        (Mirror(distance_m=0.6, loss_db=9), 0.0, "reaches 0.7 m towards a mirror 0.6 m away"),
        (Mirror(distance_m=0.75, loss_db=9), 0.1, "reaches 0.8 m towards a mirror 0.75 m away"),
        (Mirror(distance_m=2.9, loss_db=9, azimuth_deg=90), 0.0, "an echo from 5.84 m"),
    ],
)
def test_an_impossible_mirror_is_refused(mirror, motion_m, says):
    front_end = FrontEndConfig(mirrors=(mirror,), **ALONE)
    with pytest.raises(UserError, match=says):
        capture(np.full((1, 9), motion_m), DEFAULT_RADAR, front_end)
