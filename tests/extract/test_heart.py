import numpy as np
import pytest

from radarkit.datasets.recipes import load_recipe
from radarkit.extract.evidence import of_spectrum
from radarkit.extract.heart import heart_rate
from radarkit.extract.rates import Rate, breathing_rate
from radarkit.simulate import ConstantNoise, Recipe, draw_heart, draw_subject, simulate_trial
from radarkit.simulate.recipe import merge

from .chests import breath, drift, seen
from .conftest import chest


def heart_of(channels_m, rate_hz, valid=None):
    breathing = breathing_rate(channels_m, rate_hz, valid)
    return heart_rate(channels_m, rate_hz, breathing, valid)


@pytest.mark.parametrize("heart_per_min", [50, 64, 75, 88, 115, 135])
@pytest.mark.parametrize("rate_hz", [20.0, 66.7, 200.0])
def test_the_rate_of_a_minute_is_found_with_confidence(heart_per_min, rate_hz):
    rng = np.random.default_rng(heart_per_min)
    motion_m, truth = chest(rng, rate_hz=rate_hz, heart_per_min=heart_per_min)
    found = heart_of(seen(rng, motion_m), rate_hz)
    assert found.per_min == pytest.approx(truth, abs=2)
    assert found.confidence > 0.75  # least at 135: half of it is a rate, too
    assert found.method


@pytest.mark.parametrize("rate_hz", [20.0, 200.0])
@pytest.mark.parametrize("offset_per_min", [-3, 0, 3])
@pytest.mark.parametrize("harmonic", [4, 5, 6, 7, 8])
def test_a_harmonic_of_breathing_on_the_heart_does_not_move_its_rate(
    harmonic, offset_per_min, rate_hz
):
    rng = np.random.default_rng(100 * harmonic + offset_per_min)
    motion_m, truth = chest(
        rng,
        rate_hz=rate_hz,
        breathing_per_min=(72 + offset_per_min) / harmonic,
        heart_per_min=72,
        breathing_mm=5,
    )
    assert heart_of(seen(rng, motion_m), rate_hz).per_min == pytest.approx(truth, abs=2)


@pytest.mark.parametrize("shape", ["triangular", "lopsided"])
def test_nor_does_a_harmonic_of_a_breath_with_corners(shape):
    said = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        harmonic, per_min = 4 + seed % 5, rng.uniform(60, 90)
        motion_m, truth = chest(rng, rate_hz=20.0, heart_per_min=per_min, breathing_mm=0)
        motion_m = motion_m + breath(rng, 60, 20.0, per_min / harmonic, shape)
        found = heart_of(seen(rng, motion_m), 20.0).per_min
        if found is not None:
            said.append(abs(found - truth) <= 3)
    assert len(said) >= 17
    assert all(said)


@pytest.mark.parametrize("seconds", [20.0, 60.0])
def test_a_chest_without_a_heart_has_no_heart_rate(seconds):
    said = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        if seed % 2:
            motion_m, _ = chest(
                rng, seconds=seconds, rate_hz=20.0, heart_mm=0, breathing_per_min=rng.uniform(9, 20)
            )
        else:
            shape = ("triangular", "lopsided")[seed // 2 % 2]
            motion_m = breath(rng, seconds, 20.0, rng.uniform(9, 20), shape)
            motion_m += drift(rng, seconds, 20.0, 2e-4)
        found = heart_of(seen(rng, motion_m, noise_m=10 ** rng.uniform(-5.7, -4.5)), 20.0)
        assert (found.per_min is None) == (found.confidence < 0.5)
        said += found.per_min is not None
    assert said <= 4  # in the long run 3 of 100 at 20 s and 4 at 60 s


@pytest.mark.parametrize("rate_hz", [20.0, 200.0])
def test_a_rate_given_for_20_s_is_within_3_per_min_in_19_of_20_people(rate_hz):
    # whose intervals vary by 30 ms; the mean of a rate that varies more is less well defined
    varying = {"lf_s": 0.021, "hf_s": 0.021}
    recipe = load_recipe()
    people = merge(recipe.people, {"rhythm": varying})
    recipe = Recipe(**recipe.model_dump() | {"people": people})
    errors = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        subject = draw_subject(recipe, 8, np.random.SeedSequence(seed))
        trial = simulate_trial(
            subject,
            draw_heart(subject, 20.0, rng),
            rng,
            name=("s", "1"),
            noises=(ConstantNoise(snr_db=6),),
        )
        recording = trial.recording
        truth = 60 * 200 / np.diff(recording.r_peaks).mean()
        found = heart_of(recording.radar[:, :: round(200 / rate_hz)], rate_hz).per_min
        if found is not None:
            errors.append(abs(found - truth))
    assert len(errors) >= 32
    assert np.mean(np.array(errors) <= 3) >= 0.95


def test_neither_noise_nor_a_wall_nor_an_instant_has_a_heart():
    rng = np.random.default_rng(0)
    unsure = Rate(None, 0.0)
    for still in (np.zeros((2, 1200)), np.ones((3, 4000)), rng.standard_normal((1, 40))):
        assert heart_rate(still, 20.0, unsure) == (None, 0.0, "")
    noise = [heart_of(rng.normal(0, 1e-5, (4, 1200)), 20.0).per_min for _ in range(30)]
    assert sum(rate is not None for rate in noise) <= 1


def test_channels_of_noise_do_not_hide_a_heart_that_one_channel_sees():
    rng = np.random.default_rng(2)
    motion_m, truth = chest(rng, seconds=40, rate_hz=20.0)
    walk = np.cumsum(rng.normal(0, 2e-4, (2, motion_m.size)), axis=1)
    channels_m = np.vstack([walk, motion_m + rng.normal(0, 1e-5, (1, motion_m.size)), 0 * walk])
    assert heart_of(channels_m, 20.0).per_min == pytest.approx(truth, abs=2)


def test_one_channel_on_twice_the_heart_rate_does_not_outvote_the_others():
    rng = np.random.default_rng(5)
    motion_m, truth = chest(rng, heart_per_min=66)
    channels_m = seen(rng, motion_m)
    channels_m[2] += 5e-4 * np.sin(2 * np.pi * 2 * truth / 60 * np.arange(motion_m.size) / 200)
    assert heart_of(channels_m, 200.0).per_min == pytest.approx(truth, abs=2)


def test_slips_of_the_phase_and_lost_frames_do_not_hide_the_heart():
    rng = np.random.default_rng(4)
    motion_m, truth = chest(rng, seconds=30, rate_hz=20.0, heart_per_min=81)
    channels_m = seen(rng, motion_m)
    valid = np.ones(motion_m.size, bool)
    valid[100:108] = valid[-12:] = False
    channels_m[:, ~valid] = 0.3
    for row in channels_m:
        for at in rng.integers(20, motion_m.size - 20, 4):
            row[at:] += 2.4e-3 * rng.choice([-1, 1])
    assert heart_of(channels_m, 20.0, valid).per_min == pytest.approx(truth, abs=2)


@pytest.mark.parametrize("seed", range(4))
def test_bursts_are_enough_where_other_motion_drowns_the_pulse(seed):
    rng = np.random.default_rng(seed)
    motion_m, truth = chest(rng, seconds=30, heart_per_min=61)
    below_6_hz = np.fft.rfftfreq(motion_m.size, 1 / 200) < 6
    other = np.fft.irfft(np.fft.rfft(rng.standard_normal(motion_m.size)) * below_6_hz)
    channels_m = seen(rng, motion_m + 2e-4 * other / other.std(), noise_m=3e-7)
    assert heart_of(channels_m[:, ::10], 20.0).per_min is None
    found = heart_of(channels_m, 200.0)
    assert found.per_min == pytest.approx(truth, abs=3)
    assert "bursts" in found.method


def test_a_rate_does_not_stick_to_the_grid():
    rng = np.random.default_rng(1)
    motion_m, _ = chest(rng, rate_hz=20.0)
    found = {heart_of(seen(rng, motion_m), 20.0).per_min * 2 % 1 for _ in range(5)}
    assert len(found) == 5


def test_a_motion_without_noise_gives_no_boundless_evidence():
    # a smooth spectrum is its own running median: nothing deviates from it by chance
    course = np.abs(np.linspace(0, 30, 600) - 11)[None]
    assert np.abs(of_spectrum(course, 20.0, None)).max() < 50
