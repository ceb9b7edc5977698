import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.capture import AdcConfig, ArrayConfig, ChirpConfig, FrameConfig, RadarConfig
from radarkit.errors import UserError
from radarkit.extract.range import chirps_to_profiles, range_gate, range_transform

LIGHT_M_PER_S = 299_792_458.0


def radar(samples=64, *, loops=1, tx=(0,), rx=1, kind="complex"):
    return RadarConfig(
        chirp=ChirpConfig(
            start_frequency_hz=77e9, slope_hz_per_s=65e12, samples=samples, sample_rate_hz=5e6
        ),
        frame=FrameConfig(loops=loops, tx_order=tx, period_s=0.01),
        array=ArrayConfig(rx=rx),
        adc=AdcConfig(format=kind),
    )


def beat(config, range_m):
    """One chirp's echo of amplitude 1 from a distance: (sample,)."""
    delay_s = 2 * range_m / LIGHT_M_PER_S
    time_s = np.arange(config.chirp.samples) / config.chirp.sample_rate_hz
    slope = config.chirp.slope_hz_per_s
    turns = 77e9 * delay_s + slope * delay_s * time_s - slope * delay_s**2 / 2
    beat = np.exp(2j * np.pi * turns).astype(np.complex64)
    return beat if config.adc.format == "complex" else np.ascontiguousarray(beat.real)


@pytest.mark.parametrize("kind", ["complex", "real"])
def test_an_echo_of_amplitude_one_gives_one_at_its_bin(kind):
    config = radar(kind=kind)
    range_m = 9 * config.range_bin_m
    block = beat(config, range_m)[None, None, None, None]
    transform = range_transform(config, np.arange(2, 30))
    profile = chirps_to_profiles(block, config.frame.tx_order, transform)
    assert profile.shape == (1, 1, 1, 28)
    assert np.abs(profile[0, 0, 0]).argmax() == 9 - 2
    assert np.abs(profile[0, 0, 0, 9 - 2]) == pytest.approx(1, abs=0.01)


def test_the_transform_is_the_windowed_fft_with_its_phase_counted_from_the_middle():
    config = radar(samples=50)
    rng = np.random.default_rng(0)
    chirps = rng.standard_normal((7, 50, 2)).view(np.complex128)[..., 0]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(50) / 50)
    bins = np.arange(3, 20)
    expected = np.fft.fft(chirps * window / window.sum(), axis=1)[:, 3:20] * (-1.0) ** bins
    block = chirps.astype(np.complex64)[:, None, None, None]
    found = chirps_to_profiles(block, (0,), range_transform(config, np.arange(3, 20)))
    np.testing.assert_allclose(found[:, 0, 0], expected, atol=1e-6)


@settings(max_examples=50)
@given(place=st.floats(6, 20))
def test_neighbouring_bins_show_one_phase_which_is_that_of_the_distance(place):
    config = radar()
    range_m = place * config.range_bin_m
    transform = range_transform(config, np.arange(0, 30))
    profile = chirps_to_profiles(beat(config, range_m)[None, None, None, None], (0,), transform)
    low = int(place)
    delay_s = 2 * range_m / LIGHT_M_PER_S
    residual = np.pi * config.chirp.slope_hz_per_s * delay_s**2  # the video phase, 0.1 rad here
    expected = np.exp(1j * (4 * np.pi * range_m / config.wavelength_m - residual))
    for value in profile[0, 0, 0, low : low + 2]:
        assert abs(np.angle(value * expected.conj())) < 2e-3


def test_chirps_of_a_transmitter_are_averaged_and_transmitters_come_in_ascending_order():
    config = radar(samples=8, loops=2, tx=(2, 0, 2), rx=2)
    rng = np.random.default_rng(1)
    block = rng.standard_normal((5, *config.frame_shape, 2)).astype(np.float32)
    block = block.view(np.complex64)[..., 0]
    transform = range_transform(config, np.arange(0, 8))
    found = chirps_to_profiles(block, config.frame.tx_order, transform)
    for tx, places in ((0, [1]), (1, [0, 2])):
        mean = block[:, :, places].mean(axis=(1, 2))
        np.testing.assert_allclose(found[:, tx], mean @ transform, atol=1e-6)


def test_the_gate_holds_the_bins_between_two_distances():
    config = radar()
    gate = range_gate(config, 1.0, 2.0)
    ranges_m = gate * config.range_bin_m
    assert ranges_m[0] - config.range_bin_m < 1.0 <= ranges_m[0]
    assert ranges_m[-1] <= 2.0 < ranges_m[-1] + config.range_bin_m
    with pytest.raises(UserError, match="no range bin between 20 and 30 m"):
        range_gate(config, 20, 30)
    real = radar(kind="real")  # beats beyond half the rate are the mirror image of nearer ones
    assert range_gate(real, 0, 100).max() == 31
