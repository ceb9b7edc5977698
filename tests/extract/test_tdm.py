import numpy as np

from radarkit.capture import ArrayConfig, ChirpConfig, FrameConfig, RadarConfig
from radarkit.extract.tdm import compensate_tdm, tdm_delays_s


def radar(tx_order, loops=1):
    return RadarConfig(
        chirp=ChirpConfig(
            start_frequency_hz=77e9, slope_hz_per_s=65e12, samples=64, sample_rate_hz=5e6
        ),
        frame=FrameConfig(loops=loops, tx_order=tx_order, period_s=0.005, chirp_period_s=200e-6),
        array=ArrayConfig(rx=1),
    )


def test_delays_are_those_of_the_firing_order_around_their_mean():
    np.testing.assert_allclose(tdm_delays_s(radar((2, 0, 1))), [0, 2e-4, -2e-4], atol=1e-12)
    # two loops move all transmitters alike; one that fires first and last is in the middle
    np.testing.assert_allclose(tdm_delays_s(radar((0, 1), 2)), [-1e-4, 1e-4], atol=1e-12)
    np.testing.assert_allclose(tdm_delays_s(radar((0, 1, 0))), [0, 0], atol=1e-12)
    np.testing.assert_array_equal(tdm_delays_s(radar((0,))), [0])


def test_transmitters_that_fire_one_after_the_other_see_a_moving_chest_at_one_time():
    config = radar((0, 1, 2))
    frame_s = np.arange(2000) * 0.005
    delays_s = tdm_delays_s(config)

    def phase(time_s):
        return 8 * np.sin(2 * np.pi * 0.3 * time_s) + 0.5 * np.sin(2 * np.pi * 8 * time_s)

    seen = np.exp(1j * phase(frame_s[:, None] + delays_s)).astype(np.complex64)[..., None, None]
    aligned = compensate_tdm(seen, delays_s, 0.005)
    expected = np.exp(1j * phase(frame_s))[1:-1]
    for tx in range(3):
        before = np.angle(seen[1:-1, tx, 0, 0] * expected.conj())
        after = np.angle(aligned[1:-1, tx, 0, 0] * expected.conj())
        assert np.abs(after).max() < 1e-3
        assert tx == 1 or np.abs(before).max() > 7e-3
