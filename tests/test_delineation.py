import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from radarkit.datasets.recipes import load_recipe
from radarkit.delineation import delineate
from radarkit.ecg import find_r_peaks
from radarkit.errors import UserError
from radarkit.simulate.ecg import Morphology, Wave, draw_ecg, t_ends_s
from radarkit.simulate.respiration import draw_breath
from radarkit.simulate.rhythm import VENTRICULAR, Beats, draw_beats, intervals_before

RATE_HZ = 200
QUIET = {"beat_spread": 0.0, "noise_mv": 0.0}


def true_times(morphology, beats):
    r, stretch = beats.r_times_s, np.cbrt(intervals_before(beats.r_times_s))
    return {
        "q_s": r + morphology.q.delay_s,
        "s_s": r + morphology.s.delay_s,
        "t_s": r + morphology.t.delay_s * stretch,
        "t_end_s": t_ends_s(morphology, beats),
    }


def regular(morphology, rr_s=0.8, beats=12, rate_hz=RATE_HZ):
    """ECG of beats at one interval, from 0.4 s before the first R to 0.6 s after the last."""
    times = 0.4 + rr_s * np.arange(beats)
    beats = Beats(times, np.zeros(beats, np.int8))
    silence = np.zeros(round((times[-1] + 0.6) * rate_hz))
    ecg = draw_ecg(morphology, beats, silence, rate_hz, np.random.default_rng(0))
    return ecg, np.rint(times * rate_hz).astype(int), true_times(morphology, beats)


@pytest.mark.parametrize("status", ["NB", "IB", "SP", "PE"])
def test_the_waves_of_simulated_people_are_found_where_they_are(status):
    recipe = load_recipe("default")
    errors = {"q_s": [], "s_s": [], "t_s": [], "t_end_s": []}
    for seed in range(15):
        person, rng = (
            recipe.person(np.random.SeedSequence(seed), status),
            np.random.default_rng(seed),
        )
        breath = draw_breath(person.respiration, 60 * RATE_HZ, RATE_HZ, rng)
        beats = draw_beats(person.rhythm, breath, rng)
        ecg = draw_ecg(person.ecg, beats, breath, RATE_HZ, rng)
        peaks = find_r_peaks(ecg, RATE_HZ)
        found = delineate(ecg, RATE_HZ, peaks)
        whole = (beats.r_times_s > 1) & (beats.r_times_s < 59) & (beats.kinds != VENTRICULAR)
        nearest = np.abs(peaks / RATE_HZ - beats.r_times_s[whole, None]).argmin(axis=1)
        gain = person.ecg.gain
        rr_s = intervals_before(beats.r_times_s)[whole]
        t_mv = gain * person.ecg.t.amplitude_mv * np.median(rr_s) ** person.ecg.t_rate_exponent
        for name, true_s in true_times(person.ecg, beats).items():
            height_mv, least_mv = t_mv, 0.08
            if name in ("q_s", "s_s"):
                height_mv, least_mv = gain * getattr(person.ecg, name[0]).amplitude_mv, 0.05
            if abs(height_mv) > least_mv:
                errors[name].append(getattr(found, name)[nearest] - true_s[whole])
    for name, limit_s in {"q_s": 0.007, "s_s": 0.007, "t_s": 0.007, "t_end_s": 0.008}.items():
        assert len(errors[name]) > 5  # people with the wave
        of_all_s = np.concatenate(errors[name])
        assert np.isfinite(of_all_s).mean() > 0.99
        assert np.nanmedian(np.abs(of_all_s)) < limit_s
        assert np.nanpercentile(np.abs(of_all_s), 95) < 2.5 * limit_s


@settings(max_examples=40)
@given(
    rr_s=st.floats(0.45, 1.4),
    rate_hz=st.sampled_from([128.0, 200.0, 257.0, 500.0, 1000.0]),
    t=st.builds(
        Wave,
        amplitude_mv=st.floats(0.1, 0.5).flatmap(lambda mv: st.sampled_from([mv, -mv])),
        delay_s=st.floats(0.24, 0.32),
        width_s=st.floats(0.03, 0.05),
    ),
)
def test_a_symmetric_t_wave_is_found_upright_and_inverted_at_any_rate(rr_s, rate_hz, t):
    ecg, peaks, true = regular(Morphology(t=t, t_rise=1.0, **QUIET), rr_s, rate_hz=rate_hz)
    assume(true["t_end_s"][0] < true["q_s"][1] - 0.2)  # T over before the next P
    found = delineate(ecg, rate_hz, peaks)
    assert np.abs(found.t_s - true["t_s"]).max() < 0.005 + 1 / rate_hz
    assert np.abs(found.t_end_s - true["t_end_s"]).max() < 0.01 + 1 / rate_hz


@pytest.mark.parametrize("missing", ["q", "s", "t"])
def test_a_wave_that_the_lead_does_not_have_is_not_found(missing):
    flat = Wave(amplitude_mv=0.0, delay_s=0.0, width_s=0.01)
    ecg, peaks, true = regular(Morphology(**{missing: flat}, noise_mv=0.003))
    found = delineate(ecg, RATE_HZ, peaks)
    assert np.isnan(getattr(found, f"{missing}_s")).all()
    for name in {"q", "s", "t"} - {missing}:
        assert np.abs(getattr(found, f"{name}_s") - true[f"{name}_s"]).max() < 0.015
    if missing == "t":
        assert np.isnan(found.t_end_s).all()


def test_the_tall_p_of_a_fast_heart_is_not_taken_for_its_low_t():
    p = Wave(amplitude_mv=0.3, delay_s=-0.16, width_s=0.022)
    t = Wave(amplitude_mv=0.15, delay_s=0.28, width_s=0.04)
    ecg, peaks, true = regular(Morphology(p=p, t=t, **QUIET), rr_s=0.55)
    found = delineate(ecg, RATE_HZ, peaks)
    assert np.abs(found.t_s - true["t_s"]).max() < 0.01


def test_waves_that_an_end_cuts_off_are_not_found_and_the_others_are():
    ecg, peaks, true = regular(Morphology(**QUIET))
    cut = slice(peaks[0] - 2, peaks[-1] + 20)  # within the first Q and before the last T
    found = delineate(ecg[cut], RATE_HZ, peaks - peaks[0] + 2)
    start_s = (peaks[0] - 2) / RATE_HZ
    for name, missing in {"q_s": 0, "s_s": None, "t_s": -1, "t_end_s": -1}.items():
        expected = true[name] - start_s
        if missing is not None:
            expected[missing] = np.nan
        np.testing.assert_allclose(getattr(found, name), expected, atol=0.01)


@pytest.mark.parametrize("beats", [0, 1, 2])
def test_few_beats_are_delineated_from_two_on(beats):
    ecg, peaks, true = regular(Morphology(**QUIET), beats=2)
    found = delineate(ecg, RATE_HZ, peaks[:beats])
    for name in ("q_s", "s_s", "t_s", "t_end_s"):
        times_s = getattr(found, name)
        assert times_s.shape == (beats,)
        expected = true[name] if beats == 2 else np.full(beats, np.nan)
        np.testing.assert_allclose(times_s, expected, atol=0.01)


@st.composite
def anything(draw):
    """Any ECG with any beats in it."""
    ecg = draw(
        st.one_of(
            arrays(np.float64, st.integers(2, 600), elements=st.floats(-1e3, 1e3)),
            st.integers(2, 2000).map(lambda n: np.random.default_rng(n).standard_normal(n)),
            st.integers(2, 2000).map(lambda n: np.full(n, 0.7)),
        )
    )
    peaks = draw(st.lists(st.integers(0, ecg.size - 1), max_size=12, unique=True).map(sorted))
    return ecg, np.array(peaks, np.int64)


@settings(max_examples=100)
@given(given=anything(), rate_hz=st.sampled_from([100.0, 128.0, 199.87, 1000.0]))
def test_whatever_comes_in_each_time_lies_between_the_neighbouring_beats(given, rate_hz):
    ecg, peaks = given
    found = delineate(ecg, rate_hz, peaks)
    before, here = np.append(-1, peaks[:-1]), peaks
    after = np.append(peaks[1:], ecg.size)
    sides = {"q_s": (before, here), "s_s": (here, after), "t_s": (here, after)}
    for name, (low, high) in {**sides, "t_end_s": (here, after)}.items():
        at = getattr(found, name) * rate_hz
        assert at.shape == peaks.shape
        known = np.isfinite(at)
        assert (at[known] > low[known]).all()
        assert (at[known] < high[known]).all()
        if np.ptp(ecg) == 0:
            assert not known.any()
    both = np.isfinite(found.t_end_s)
    assert (found.t_end_s[both] > found.t_s[both]).all()


@pytest.mark.parametrize("lead", [0, 1])
def test_both_leads_of_a_real_heart_agree_on_its_inverted_t_wave(shared_data, lead):
    wfdb = pytest.importorskip("wfdb")
    record = str(shared_data / "ecg-physionet" / "100")
    ecg = wfdb.rdsamp(record)[0][:, lead]
    notes = wfdb.rdann(record, "atr")
    peaks = notes.sample[np.isin(notes.symbol, ["N", "A", "V"])]
    found = delineate(ecg, 360, peaks)
    assert np.isfinite(found.t_end_s).mean() > 0.98
    # read off the average beat: T at 0.26 s, over at 0.30 to 0.32 s
    assert np.nanmedian(found.t_s - peaks / 360) == pytest.approx(0.26, abs=0.01)
    assert np.nanmedian(found.t_end_s - peaks / 360) == pytest.approx(0.31, abs=0.015)
    qt_s = found.t_end_s - found.q_s
    assert np.nanpercentile(qt_s, 95) - np.nanpercentile(qt_s, 5) < 0.08


@pytest.mark.parametrize(
    ("ecg", "rate_hz", "peaks", "says"),
    [
        (np.zeros((2, 900)), 200.0, [1, 5], r"shape \(2, 900\)"),
        (np.zeros(900), 50.0, [1, 5], "sampled at 50 Hz; expected at least 100 Hz"),
        (np.zeros(900), np.nan, [1, 5], "at least 100 Hz"),
        ([0.0, np.nan, np.inf], 200.0, [1], "2 NaN or infinite values .* sample 1"),
        (np.zeros(900), 200.0, [1.0, 5.0], "float64; expected .* integers"),
        (np.zeros(900), 200.0, [[1, 5]], r"shape \(1, 2\)"),
        (np.zeros(900), 200.0, [5, 3], "R peak 1 is at sample 3; expected increasing"),
        (np.zeros(900), 200.0, [-1, 3], "R peak 0 is at sample -1"),
        (np.zeros(900), 200.0, [3, 900], "R peak 1 is at sample 900; .* 0 to 899"),
    ],
)
def test_what_cannot_be_delineated_is_refused_in_one_line(ecg, rate_hz, peaks, says):
    with pytest.raises(UserError, match=says) as caught:
        delineate(ecg, rate_hz, peaks)
    assert "\n" not in str(caught.value)
