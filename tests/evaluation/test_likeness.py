import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radarkit.errors import UserError
from radarkit.evaluation.burst_shape import shape_of
from radarkit.evaluation.likeness import likeness, over_channels, summary
from radarkit.evaluation.locking import band_envelope, beats_around, locked_share
from radarkit.evaluation.real_chests import STATISTICS
from radarkit.recording import Recording

RATE_HZ = 200.0
SAMPLES = 12000


def peaks_at(rr_s, samples=SAMPLES):
    """R peaks with intervals drawn around 0.85 s."""
    times = 0.4 + np.cumsum(rr_s)
    return np.round(times[times < samples / RATE_HZ] * RATE_HZ).astype(int)


@pytest.fixture
def peaks(rng):
    return peaks_at(rng.normal(0.85, 0.04, 90))


def bursts(
    peaks, rng, *, frequency_hz=15.0, width_s=0.06, after_s=0.1, phase=None, samples=SAMPLES
):
    """One Gaussian burst a beat, of random carrier phase unless one is given."""
    t = np.arange(samples) / RATE_HZ
    out = np.zeros(samples)
    for peak in peaks:
        u = t - peak / RATE_HZ - after_s
        carrier = rng.uniform(0, 2 * np.pi) if phase is None else phase
        out += np.cos(2 * np.pi * frequency_hz * u + carrier) * np.exp(-((u / width_s) ** 2))
    return out


def share(course, peaks):
    return locked_share(beats_around(course, peaks, RATE_HZ))


@pytest.fixture
def chest(peaks, rng):
    """A recording of two channels: breath, a pulse, bursts and noise; the second twice as far."""
    t = np.arange(SAMPLES) / RATE_HZ
    lobes = np.exp(-0.5 * ((t[:, None] - peaks / RATE_HZ - 0.13) / 0.06) ** 2).sum(axis=1)
    motion = 3e-3 * np.sin(2 * np.pi * 0.2 * t) + 8e-5 * lobes
    motion += 1e-5 * bursts(peaks, rng) + rng.normal(0, 2e-6, SAMPLES)
    return Recording(
        radar=np.stack([motion, 2 * motion]),
        sample_rate_hz=RATE_HZ,
        subject="a",
        trial="1",
        ecg=rng.normal(0, 0.1, SAMPLES),
        r_peaks=peaks,
    )


def test_what_repeats_exactly_is_all_locked(peaks):
    # a second apart, so that beats of 0.8 s do not overlap
    far = np.arange(200, SAMPLES - 200, 200)
    beat = np.random.default_rng(2).normal(size=160)
    course = np.zeros(SAMPLES)
    for peak in far:
        course[peak - 40 : peak + 120] = beat
    assert share(course, far) == pytest.approx(1)


@given(st.integers(10, 60), st.floats(-5, 5))
def test_noise_is_not_locked_on_average_however_few_the_beats(beats, offset):
    rng = np.random.default_rng(beats)
    shares = [locked_share(rng.normal(offset, 1, (beats, 160))) for _ in range(200)]
    # the mean of 200 draws of a share whose spread is 1.4 / (beats sqrt(160))
    assert abs(np.mean(shares)) < 5 * 1.5 / beats / np.sqrt(160 * 200)


def test_beats_that_each_sit_higher_or_lower_do_not_pass_for_locked(rng):
    shares = [
        locked_share(rng.normal(0, 3, (20, 1)) + rng.normal(0, 1, (20, 160))) for _ in range(200)
    ]
    assert abs(np.mean(shares)) < 1e-3


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_repeating_part_has_its_share_of_the_variance(rng, part):
    beat = np.sin(2 * np.pi * np.arange(160) / 160)
    noise = rng.normal(size=(400, 160))
    beats = np.sqrt(2 * part) * beat + np.sqrt(1 - part) * noise
    assert locked_share(beats) == pytest.approx(part, abs=0.01)


def test_bursts_of_random_phase_are_locked_in_envelope_not_in_waveform(peaks, rng):
    course = bursts(peaks, rng)
    assert abs(share(course, peaks)) < 0.03
    assert share(band_envelope(course, RATE_HZ, 8, 25), peaks) > 0.9
    same = bursts(peaks, rng, phase=0.3)
    assert share(same, peaks) > 0.9


def test_beats_with_invalid_samples_or_cut_by_an_end_are_left_out():
    at = np.arange(10, SAMPLES, 200)
    valid = np.ones(SAMPLES, bool)
    valid[at[7] + 100] = False
    course = np.arange(SAMPLES, dtype=float)
    beats = beats_around(course, at, RATE_HZ, valid=valid)
    assert beats[:, 40].astype(int).tolist() == np.delete(at, [0, 7]).tolist()


def test_two_bursts_give_interval_width_level_and_depth_by_closed_form():
    t = np.arange(180) / RATE_HZ
    v1, v2, sigma, rest = 0.35 * 0.9, 0.35 * 0.9 + 0.23, 0.03, 0.4

    def rise(at, width_s):
        return np.exp(-0.5 * ((t - at) / width_s) ** 2)

    sharp = rest + 2 * rise(v1, sigma) + 0.8 * rise(v2, sigma)
    broad = 0.2 + rise(v1 + 0.12, 0.1)
    shape = shape_of(sharp, broad, RATE_HZ, lag_s=0.1)
    fwhm = 2 * np.sqrt(2 * np.log(2))
    assert shape.v2_delay_s == pytest.approx(0.23, abs=0.005)
    assert shape.v1_width_s == pytest.approx(fwhm * sigma, abs=0.001)
    assert shape.broad_width_s == pytest.approx(fwhm * 0.1, abs=0.003)
    assert shape.broad_delay_s == pytest.approx(0.12, abs=0.005)
    mean = rest + 2.8 * sigma * np.sqrt(2 * np.pi) / 0.9
    assert shape.v1_level == pytest.approx(2.4 / mean, rel=0.01)
    assert shape.v2_level == pytest.approx(1.2 / mean, rel=0.01)
    assert shape.rest_level == pytest.approx(rest / mean, rel=0.01)
    assert shape.depth == pytest.approx(6, rel=0.01)


def test_a_second_vibration_without_a_maximum_is_found_by_its_bend():
    t = np.arange(180) / RATE_HZ
    v1 = 0.35 * 0.9
    sharp = 0.4 + 2 * np.exp(-0.5 * ((t - v1) / 0.09) ** 2)
    sharp += 0.45 * np.exp(-0.5 * ((t - v1 - 0.2) / 0.04) ** 2)
    falling = np.diff(sharp[round(v1 * RATE_HZ) + 2 :])
    assert (falling < 0).all()  # a shoulder indeed
    shape = shape_of(sharp, sharp, RATE_HZ, lag_s=0.1)
    assert shape.v2_delay_s == pytest.approx(0.2, abs=0.015)


def test_a_channel_is_measured_with_all_statistics(chest):
    values = likeness(chest, 0).values
    assert set(values) == {statistic.key for statistic in STATISTICS}
    assert values["breathing_per_min"] == pytest.approx(12, abs=0.3)
    assert values["phase_span_rad"] == pytest.approx(6e-3 * 4 * np.pi / 5e-3, rel=0.03)
    assert values["v1_lag_s"] == pytest.approx(0.1, abs=0.03)
    assert values["ecg_std_mv"] == pytest.approx(0.1, rel=0.05)
    assert values["waveform_1.5_5"] > 0.9
    assert values["envelope_10_20"] > 0.6 > 0.1 > values["waveform_10_20"]


def test_size_scales_sizes_and_leaves_shares_and_times(chest):
    near, far = likeness(chest, 0).values, likeness(chest, 1).values
    sizes = {"phase_span_rad", "cardiac_rad", "cardiac_um"}
    for key, value in near.items():
        factor = 2 if key in sizes else 1
        assert far[key] == pytest.approx(factor * value, rel=1e-3, abs=1e-4), key
    assert over_channels(chest).values["cardiac_um"] == pytest.approx(1.5 * near["cardiac_um"])


def test_the_summary_takes_the_best_third_where_the_real_figures_do(chest, rng):
    noise = rng.normal(0, 3e-4, (2, SAMPLES))
    worse = Recording(
        radar=chest.radar + noise,
        sample_rate_hz=RATE_HZ,
        subject="b",
        trial="1",
        r_peaks=chest.r_peaks,
    )
    rows = {row.statistic.key: row for row in summary([worse, chest, worse])}
    best = over_channels(chest).values
    assert rows["envelope_10_20"].median == best["envelope_10_20"]
    assert rows["cardiac_um"].median > 2 * best["cardiac_um"]
    assert rows["ecg_std_mv"].median == best["ecg_std_mv"]  # of those that have one
    assert rows["breathing_per_min"].within
    assert not rows["waveform_1.5_5"].within  # a pulse in hardly any noise


def test_a_recording_that_cannot_be_measured_is_refused_in_one_line(chest, peaks):
    def made(**changes):
        fields = {"radar": chest.radar, "r_peaks": peaks, "sample_rate_hz": RATE_HZ}
        return Recording(**(fields | changes), subject="a", trial="1")

    still = chest.radar.copy()
    still[0] = 1e-3
    for recording, found in (
        (made(quantity="acceleration"), "acceleration"),
        (made(r_peaks=None), "no R peaks"),
        (made(r_peaks=peaks[:8]), "8 whole beats"),
        (made(r_peaks=peaks[:2]), "2 R peaks"),
        (made(sample_rate_hz=60.0), "60 Hz"),
        (made(radar=still), "channel 0 does not move"),
    ):
        with pytest.raises(UserError, match=found):
            likeness(recording, 0)
    with pytest.raises(UserError, match="no recordings"):
        summary([])
