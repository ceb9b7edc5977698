import itertools
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radarkit.capture import (
    AdcConfig,
    ArrayConfig,
    ChirpConfig,
    FrameConfig,
    HealthMeter,
    IQOrder,
    RadarConfig,
)

LIMITS = (-32768.0, 32767.0)


def radar(samples=64, rx=4, tx=(0,), loops=1, **adc):
    return RadarConfig(
        chirp=ChirpConfig(
            start_frequency_hz=60e9, slope_hz_per_s=60e12, samples=samples, sample_rate_hz=4e6
        ),
        frame=FrameConfig(loops=loops, tx_order=tx, period_s=0.05),
        array=ArrayConfig(rx=rx),
        adc=AdcConfig(**adc),
    )


def room(config, frames=300, *, snr_db=20.0, real=False, seed=0):
    """A still room with a moving chest: (frame, loop, tx, rx, sample), made without the package."""
    rng = np.random.default_rng(seed)
    _, _, rx, samples = config.frame_shape
    order = list(config.frame.tx_order)
    n = np.arange(samples) / samples
    cube = np.zeros((frames, *config.frame_shape), np.complex128)
    for bin_, amplitude in ((1.3, 400), (5.6, 90), (9.2, 60)):
        seen = rng.uniform(0, 2 * np.pi, (3, rx, 1))[order]  # every antenna stands elsewhere
        cube += amplitude * np.exp(1j * (2 * np.pi * bin_ * n + seen))
    breath = 6 * np.sin(2 * np.pi * 0.0125 * np.arange(frames))[:, None, None, None, None]
    cube += 100 * np.exp(1j * (2 * np.pi * 7.1 * n + breath))
    noise = 100 * 10 ** (-snr_db / 20) * rng.standard_normal((*cube.shape, 2)).view(complex)[..., 0]
    cube = np.rint(cube + noise)
    return cube.real.astype(np.float32) if real else cube.astype(np.complex64)


def words(cube):
    """The int16 words of a 2-lane stream, I first."""
    if not np.iscomplexobj(cube):
        return cube.ravel().astype("<i2")
    pairs = cube.reshape(-1, 2)
    return np.stack([pairs.real, pairs.imag], axis=1).ravel().astype("<i2")


def cut(samples, config):
    """Whole frames of a stream of samples, as a reader with this configuration cuts them."""
    per_frame = int(np.prod(config.frame_shape))
    whole = samples[: samples.size // per_frame * per_frame]
    return whole.reshape(-1, *config.frame_shape)


def read_two_lanes(stream, config):
    if config.adc.format == "real":
        return cut(stream.astype(np.float32), config)
    pairs = stream.astype(np.float32).reshape(-1, 2, 2)
    return cut((pairs[:, 0] + 1j * pairs[:, 1]).astype(np.complex64).ravel(), config)


def warnings_of(blocks, config):
    meter = HealthMeter(config, LIMITS)
    for start in range(0, len(blocks), 70):
        meter.add(blocks[start : start + 70])
    return meter.warnings


@pytest.mark.parametrize("real", [False, True])
def test_clipped_samples_frames_and_runs_are_counted(real):
    config = radar(samples=8, rx=1, format="real" if real else "complex")
    block = np.ones((5, 1, 1, 1, 8), np.float32 if real else np.complex64)
    block[1, ..., 2:5] = 32767
    block[3, ..., 0] = -32768 if real else 1 - 32768j
    meter = HealthMeter(config, LIMITS)
    meter.add(block)
    assert meter.clipped_fraction == 4 / 40
    assert (meter.clipped_frames, meter.longest_clipped_run) == (2, 3)
    assert "10 % of the samples are clipped, in 2 of 5 frames and up to 3 in a row" in "".join(
        meter.warnings
    )
    unlimited = HealthMeter(config)
    unlimited.add(block)
    assert np.isnan(unlimited.clipped_fraction)
    assert not any("clipped" in line for line in unlimited.warnings)


@given(cuts=st.lists(st.integers(1, 29), max_size=4), seed=st.integers(0, 99))
def test_health_does_not_depend_on_how_the_capture_is_cut(cuts, seed):
    config = radar(samples=16, rx=2)
    rng = np.random.default_rng(seed)
    cube = rng.integers(-40000, 40000, (30, *config.frame_shape, 2)).clip(*LIMITS)
    cube = cube.astype(np.float32).view(np.complex64)[..., 0]
    cube[7] = cube[6]
    valid = rng.random(30) < 0.8
    whole, parts = HealthMeter(config, LIMITS), HealthMeter(config, LIMITS)
    whole.add(cube, valid)
    for start, stop in itertools.pairwise(sorted({0, 30, *cuts})):
        parts.add(cube[start:stop], valid[start:stop])
    at_limit = np.isin(cube.real, LIMITS) | np.isin(cube.imag, LIMITS)
    assert whole.clipped_fraction == (at_limit[valid].mean() if valid.any() else 0)
    assert whole.repeated_frames == int(valid[6] and valid[7])
    for name in ("frames", "clipped_fraction", "longest_clipped_run", "repeated_frames"):
        assert getattr(whole, name) == getattr(parts, name)
    np.testing.assert_allclose(whole.dc, parts.dc, atol=0.1)
    np.testing.assert_allclose(whole.negative_half_db, parts.negative_half_db, atol=1e-3)


def test_frames_that_were_lost_do_not_count():
    config = radar()
    cube = room(config, 60)
    cube[20:40] = 0
    valid = np.ones(60, np.bool_)
    valid[20:40] = False
    meter, alone = HealthMeter(config, LIMITS), HealthMeter(config, LIMITS)
    meter.add(cube, valid)
    alone.add(cube[:20])
    alone.add(cube[40:])
    assert (meter.frames, meter.repeated_frames, meter.warnings) == (40, 0, [])
    np.testing.assert_allclose(meter.dc, alone.dc)


@pytest.mark.parametrize("order", IQOrder)
def test_dead_receivers_dc_and_swapped_i_and_q_are_found(order):
    config = radar(iq_order=order)
    cube = room(config)
    cube[:, :, :, 1] = 7 - 5j
    cube[:, :, :, 2] += 2000
    right, swapped = HealthMeter(config), HealthMeter(config)
    right.add(cube)
    swapped.add(1j * cube.conj())
    assert right.dead_receivers == [1]
    np.testing.assert_allclose(right.dc, cube[:256].mean(axis=(0, 1, 2, 4)), rtol=0.01)
    assert right.negative_half_db < -15
    assert right.warnings == ["receivers without a signal: 1 of 4"]
    assert any(f'iq_order = "{order.swapped}" under [adc]' in line for line in swapped.warnings)


def test_a_capture_of_one_value_and_an_empty_one_say_so():
    config = radar()
    meter = HealthMeter(config, LIMITS)
    assert meter.warnings == ["no frame is whole"]
    for _ in range(2):
        meter.add(np.full((100, *config.frame_shape), -3, np.complex64))
    assert meter.constant == -3
    assert meter.warnings == ["all samples are -3: nothing was recorded"]
    meter.add(room(config, 2))
    assert meter.constant is None


@pytest.mark.parametrize(
    ("config", "real"),
    [
        (radar(), False),
        (radar(samples=100, rx=3, tx=(0, 2, 1), loops=2), False),
        (radar(rx=1, tx=(0, 0, 1)), False),
        (radar(rx=2, tx=(1, 1)), False),
        (radar(rx=1, tx=(0, 2, 0, 2)), False),
        (radar(rx=2, format="real"), True),
        (radar(lanes=4), False),
        (radar(rx=3, tx=(0, 1), lanes=4, format="real"), True),
    ],
)
def test_a_capture_of_the_shape_that_the_configuration_says_is_not_accused(config, real):
    for seed in range(5):
        assert warnings_of(room(config, real=real, seed=seed), config) == []


def test_noise_and_a_scene_that_never_repeats_accuse_no_shape():
    config = radar()
    turned = np.exp(1j * np.random.default_rng(1).uniform(0, 6, (300, 1, 1, 1, 1)))
    moving = (room(config) * turned).astype(np.complex64)
    assert warnings_of(moving, config) == []
    noise = room(config, snr_db=-30)
    for shape in (config, radar(samples=80), radar(rx=2), radar(samples=128, rx=2)):
        assert warnings_of(cut(noise.ravel(), shape), shape) == []


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (radar(samples=80), "repeats every 256 samples, not every 320"),
        (radar(samples=66), "repeats every 256 samples"),
        (radar(samples=32), "repeats every 256 samples, not every 128"),
        (radar(samples=128, rx=2), "a chirp seems to begin at sample 6[45]"),
        (radar(rx=2), "repeats every 256 samples, not every 128"),
        (radar(rx=3), "repeats every 256 samples, not every 192"),
        (radar(tx=(0, 1), rx=3), "repeats every 256 samples, not every 384"),
        (radar(format="real"), "repeats every 512 samples, not every 256"),
    ],
)
def test_a_wrong_shape_is_told_from_the_samples(wrong, says):
    stream = words(room(radar(), seed=3))
    (found,) = [
        x for x in warnings_of(read_two_lanes(stream, wrong), wrong) if "check chirp.samples" in x
    ]
    assert re.search(says, found)


def test_a_stream_of_four_lanes_read_as_one_of_two_is_told_and_the_other_way_round():
    cube = room(radar(), seed=4)
    lanes = np.moveaxis(cube, -1, -2)  # all receivers of a sample side by side
    stream = np.stack([lanes.real, lanes.imag], axis=-2).ravel().astype("<i2")
    assert any(
        "check chirp.samples" in x
        for x in warnings_of(read_two_lanes(stream, radar(samples=80)), radar(samples=80))
    )
    sent = words(cube).astype(np.float32).reshape(-1, 2, 4)
    as_lanes = (sent[:, 0] + 1j * sent[:, 1]).astype(np.complex64)
    found = np.moveaxis(as_lanes.reshape(-1, 1, 1, 64, 4), -1, -2)
    assert any("check chirp.samples" in x for x in warnings_of(found, radar(lanes=4)))


@pytest.mark.parametrize(
    ("samples", "rx", "wrong"),
    [
        (100, 4, False),
        (128, 4, True),
        (50, 4, True),
        (50, 8, True),
        (200, 2, True),
        (200, 4, True),
        (100, 2, True),
        (100, 3, True),
        (100, 8, True),
    ],
)
def test_a_wrong_shape_of_the_real_capture_is_told(shared_data, samples, rx, wrong):
    config = radar(samples=samples, rx=rx)
    stream = np.fromfile(shared_data / "iwr6843-seated" / "demo.bin", "<i2")
    found = warnings_of(read_two_lanes(stream, config), config)
    assert any("check chirp.samples" in line for line in found) == wrong
    if not wrong:
        assert found == []
