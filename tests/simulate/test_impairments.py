import runpy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from radarkit.capture import (
    AdcConfig,
    ArrayConfig,
    FrameConfig,
    HealthMeter,
    open_capture,
    write_dca1000,
)
from radarkit.extract import extract
from radarkit.simulate.fmcw import DEFAULT_RADAR, MMECG_RADAR, simulate_capture
from radarkit.simulate.impairments import Leakage, Mixers, draw_mixers
from radarkit.simulate.scene import REALISTIC, FrontEndConfig, Reflector

LIGHT_M_PER_S = 299_792_458.0
ALONE = {"clutter": (), "chest_counts": 100.0, "snr_db": 300.0, "chest_width_m": 0.0}


def capture(front_end, config=DEFAULT_RADAR, frames=40, seed=0, motion_m=None):
    motion_m = np.zeros((1, frames)) if motion_m is None else motion_m
    rng = np.random.default_rng(seed)
    return np.concatenate(list(simulate_capture(motion_m, 200.0, config, front_end, rng)))


@given(gain_db=st.floats(-3, 3), phase_deg=st.floats(-30, 30))
@settings(max_examples=20, deadline=None)
def test_the_image_is_as_weak_as_gain_and_quadrature_say(gain_db, phase_deg):
    clean = capture(FrontEndConfig(**ALONE), frames=2).ravel()
    mixers = Mixers(gain_db=gain_db, phase_deg=phase_deg)
    bent = capture(FrontEndConfig(**ALONE, mixers=mixers), frames=2).ravel()
    parts = np.column_stack([clean, clean.conj()])  # a beat and its mirrored one
    (echo, image), *_ = np.linalg.lstsq(parts, bent, rcond=None)
    np.testing.assert_allclose(parts @ [echo, image], bent, atol=1e-3)
    gain, phase = 10 ** (gain_db / 20), np.deg2rad(phase_deg)
    apart = 2 * gain * np.cos(phase)
    expected = (1 + gain**2 - apart) / (1 + gain**2 + apart)
    assert abs(image / echo) ** 2 == pytest.approx(expected, rel=1e-3, abs=1e-10)


def test_offsets_stand_at_distance_zero_and_a_single_mixer_knows_that_of_i_alone():
    mixers = Mixers(dc_i_counts=12, dc_q_counts=-7)
    for adc in (AdcConfig(), AdcConfig(format="real")):
        config = DEFAULT_RADAR.model_copy(update={"adc": adc})
        clean = capture(FrontEndConfig(**ALONE), config)
        off = capture(FrontEndConfig(**ALONE, mixers=mixers), config)
        profiles = np.fft.fft(off - clean, axis=-1) / 64
        expected = 12 - 7j if adc.format == "complex" else 12
        np.testing.assert_allclose(profiles[..., 0], expected, atol=1e-3)
        np.testing.assert_allclose(profiles[..., 1:], 0, atol=1e-3)


def test_receivers_that_are_not_alike_draw_errors_of_the_stated_spread():
    mixers = Mixers(gain_db=0.3, phase_deg=2, dc_i_counts=5, dc_q_counts=9, alike=False)
    drawn = draw_mixers(mixers, 20_000, np.random.default_rng(1))
    gain = np.hypot(drawn.q_of_i, drawn.q_of_q)
    phase_deg = np.rad2deg(np.arctan2(drawn.q_of_i, drawn.q_of_q))
    for found, spread in (
        (20 * np.log10(gain), 0.3),
        (phase_deg, 2),
        (drawn.dc_i, 5),
        (drawn.dc_q, 9),
    ):
        assert found.std() == pytest.approx(spread, rel=0.02)
        assert abs(found.mean()) < 0.03 * spread
    cube = capture(FrontEndConfig(**ALONE, mixers=Mixers(dc_i_counts=9, alike=False)))
    offsets = (cube - capture(FrontEndConfig(**ALONE))).mean(axis=(0, 1, 2, 4)).real
    assert len(set(np.round(offsets, 2))) == 4
    np.testing.assert_array_less(1e-3, np.abs(offsets))


@pytest.mark.parametrize("range_m", [0.7, 3.0, 6.0])
def test_phase_noise_of_an_echo_has_the_spectrum_of_range_correlation(range_m):
    """L(f) 4 sin^2(pi f tau), as what a chirp turns against the same chirp without noise."""
    level_dbc_hz = -85.0
    config = MMECG_RADAR.model_copy(
        update={
            "array": ArrayConfig(rx=1),
            "frame": FrameConfig(tx_order=(0,), loops=1, period_s=5e-3),
        }
    )
    scene = FrontEndConfig(**ALONE, chest_range_m=range_m)
    clean = capture(scene, config, 4000)
    noisy = capture(
        scene.model_copy(update={"phase_noise_dbc_hz": level_dbc_hz}), config, 4000, seed=1
    )
    turned = np.angle(noisy * clean.conj())[:, 0, 0, 0]
    rate_hz = config.chirp.sample_rate_hz
    density = (np.abs(np.fft.fft(turned, axis=-1)) ** 2).mean(axis=0) / (256 * rate_hz)
    offset_hz = np.fft.fftfreq(256, 1 / rate_hz)
    delay_s = 2 * range_m / LIGHT_M_PER_S
    above = offset_hz > 0
    oscillator = 10 ** (level_dbc_hz / 10) * (1e6 / offset_hz[above]) ** 2
    expected = oscillator * 4 * np.sin(np.pi * offset_hz[above] * delay_s) ** 2
    ratio = density[above] / expected
    # 4000 chirps: 1.6 % of scatter in each of 127 lines, 0.6 % in the mean of eight of them
    np.testing.assert_allclose(ratio[:120].reshape(-1, 8).mean(axis=1), 1, atol=0.035)
    assert ratio.mean() == pytest.approx(1, abs=0.015)
    slow = turned.mean(axis=1)
    expected_var = (2 * np.pi * 1e6 * delay_s) ** 2 * 10 ** (level_dbc_hz / 10) * rate_hz / 256
    assert slow.var() == pytest.approx(expected_var, rel=0.1)
    neighbours = np.mean(slow[1:] * slow[:-1]) / slow.var()
    assert abs(neighbours) < 0.06  # chirps do not know of each other


def test_echoes_share_an_oscillator_and_turn_in_proportion_to_their_delays():
    def turned(range_m):
        scene = FrontEndConfig(**ALONE, chest_range_m=range_m)
        noisy = scene.model_copy(update={"phase_noise_dbc_hz": -90.0})
        return np.angle(capture(noisy, MMECG_RADAR, 20) * capture(scene, MMECG_RADAR, 20).conj())

    near, far = turned(1.0), turned(3.0)
    rms = near.std()
    np.testing.assert_allclose(far, 3 * near, atol=0.02 * rms)
    for receiver in range(1, 4):
        np.testing.assert_allclose(near[..., receiver, :], near[..., 0, :], atol=0.02 * rms)
    one, other = near[0, 0, 0, 0], near[0, 0, 1, 0]  # transmitters fire one after the other
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.3

    wall = Reflector(range_m=3.0, level_db=0)
    alone = FrontEndConfig(**ALONE, chest_range_m=1.0, phase_noise_dbc_hz=-90.0)
    both = capture(alone.model_copy(update={"clutter": (wall,)}), MMECG_RADAR, 20)
    echo = both - capture(alone, MMECG_RADAR, 20)
    turn = np.angle(echo * echo.mean(axis=(0, 1), keepdims=True).conj())
    assert turn.std() == pytest.approx(3 * rms, rel=0.05)


def test_leakage_is_static_near_and_of_its_own_phase_for_each_pair_of_antennas():
    frame = FrameConfig(loops=1, tx_order=(2, 0, 0), period_s=5e-3, chirp_period_s=70e-6)
    config = MMECG_RADAR.model_copy(update={"frame": frame})
    bare = FrontEndConfig(**ALONE)
    leaking = bare.model_copy(update={"leakage": Leakage(level_db=20, range_m=0.15, spread_db=0)})
    leaked = capture(leaking, config) - capture(bare, config)
    np.testing.assert_allclose(leaked, np.broadcast_to(leaked[:1], leaked.shape), atol=1e-2)
    np.testing.assert_allclose(np.abs(leaked), 1000, rtol=1e-3)
    np.testing.assert_allclose(leaked[:, :, 1], leaked[:, :, 2], atol=1e-2)  # fired twice
    beat = np.unwrap(np.angle(leaked[0, 0]), axis=-1)
    turns_per_s = (beat[..., -1] - beat[..., 0]) / (2 * np.pi * 255 / 5e6)
    range_m = turns_per_s * LIGHT_M_PER_S / (2 * 65e12)
    np.testing.assert_allclose(range_m, 0.15, atol=0.003)
    phases = np.exp(1j * beat[:2, :, 0]).ravel()
    assert abs(phases.mean()) < 0.8 and len(set(np.round(np.angle(phases), 3))) == 8
    spread = leaking.model_copy(update={"leakage": Leakage(level_db=20, spread_db=6)})
    levels_db = [
        20 * np.log10(np.abs(capture(spread, config, 1, seed)[0, 0, :2, :, 0]) / 100)
        for seed in range(60)
    ]
    assert np.std(levels_db) == pytest.approx(6, rel=0.12)
    assert np.mean(levels_db) == pytest.approx(20, abs=1)


def test_what_the_front_end_adds_leaves_thermal_noise_as_it_was():
    plain = FrontEndConfig(snr_db=5)
    silent = FrontEndConfig(snr_db=300)
    leakage = {"leakage": Leakage(level_db=30), "phase_noise_dbc_hz": -90.0}
    noise = capture(plain) - capture(silent)
    noise_with = capture(plain.model_copy(update=leakage)) - capture(
        silent.model_copy(update=leakage)
    )
    np.testing.assert_allclose(noise_with, noise, atol=0.02)


def test_a_single_mixer_samples_what_two_have_for_i():
    front_end = REALISTIC.model_copy(update={"snr_db": 20})
    real = MMECG_RADAR.model_copy(update={"adc": AdcConfig(format="real")})
    motion_m = 1e-3 * np.sin(np.arange(30) / 5)[None]
    both = [capture(front_end, config, motion_m=motion_m) for config in (MMECG_RADAR, real)]
    np.testing.assert_array_equal(both[1], both[0].real)


def test_clipping_is_told_from_a_simulated_capture(tmp_path):
    config = DEFAULT_RADAR.model_copy(update={"adc": AdcConfig(bits=12)})
    time_s = np.arange(4000) / 200
    motion_m = 2e-3 * np.sin(2 * np.pi * 0.25 * time_s) + 1e-4 * np.sin(2 * np.pi * 1.2 * time_s)
    loud = REALISTIC.model_copy(update={"leakage": Leakage(level_db=14)})
    clean = capture(loud, config, motion_m=motion_m[None])
    write_dca1000(tmp_path / "loud.bin", [clean], config)
    recorded = open_capture(tmp_path / "loud.bin", config)
    assert recorded.limits == (-2048, 2047)
    meter = HealthMeter(config, recorded.limits)
    meter.add(recorded.read())
    parts = np.rint(np.ascontiguousarray(clean).view(np.float32)).reshape(*clean.shape, 2)
    reached = ((parts <= -2048) | (parts >= 2047)).any(axis=-1)
    assert meter.clipped_fraction == reached.mean() > 0.01
    report = extract(recorded).report
    assert any("of the samples are clipped" in line for line in report.warnings)
    quiet = REALISTIC.model_copy(update={"leakage": None})
    write_dca1000(tmp_path / "quiet.bin", [capture(quiet, config, motion_m=motion_m[None])], config)
    report = extract(open_capture(tmp_path / "quiet.bin", config)).report
    assert not any("clipped" in line for line in report.warnings)
    assert report.range_m == pytest.approx(0.7, abs=0.05)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Mixers(phase_deg=90),
        lambda: Leakage(level_db=np.nan),
        lambda: Leakage(level_db=0, range_m=-1),
        lambda: FrontEndConfig(phase_noise_dbc_hz=0),
    ],
)
def test_an_impossible_front_end_is_refused(wrong):
    with pytest.raises(ValidationError):
        wrong()


@pytest.mark.slow
def test_a_flaw_that_range_does_not_keep_apart_harms_and_the_others_do_not():
    """The page of the documents about it, as it stands there."""
    page = Path(__file__).parents[2] / "docs" / "examples" / "front_end.py"
    shown = runpy.run_path(str(page))
    errors_um, apart = shown["errors_um"], [*shown["NAMES"].values(), "all"]
    assert len(apart) == 5
    assert all(errors_um[name] < 1.2 * errors_um["none"] < 0.2 for name in apart)
    assert errors_um["desk 0.15 m below, 6 dB a way"] > 2 * errors_um["none"]
    assert errors_um["leakage 40 dB over it, clipped"] > 4 * errors_um["none"]
