import numpy as np
import pytest
import wfdb

from radarkit.errors import UserError
from radarkit.simulate.ecg import Morphology, draw_ecg, t_ends_s
from radarkit.simulate.ecg_files import read_record
from radarkit.simulate.real_ecg import RealHearts
from radarkit.simulate.rhythm import Beats

from .records import write_edf, write_wfdb

SECONDS = 30
RATES_HZ = [128, 250, 257, 360, 500, 1000]
LEAD = Morphology(noise_mv=0.0, beat_spread=0.02)


def known_beats(seed=0, seconds=SECONDS):
    rng = np.random.default_rng(seed)
    times = -1.5 + np.cumsum(rng.uniform(0.75, 0.95, round((seconds + 4) / 0.85)))
    return Beats(times, np.zeros(times.size, np.int8))


def known_ecg(rate_hz, seed=0, seconds=SECONDS):
    """The same heart whatever the rate: waves narrower than the band of the slowest."""
    beats = known_beats(seed, seconds)
    silence = np.zeros(round(seconds * rate_hz))
    return draw_ecg(LEAD, beats, silence, rate_hz, np.random.default_rng(seed)).astype(np.float64)


def inside(times_s, seconds=SECONDS, margin_s=0.05):
    return times_s[(times_s > margin_s) & (times_s < seconds - margin_s)]


def annotate(path, rate_hz):
    """Annotate the known beats of a WFDB record, with remarks between them."""
    marks = [(round(at_s * rate_hz), "N") for at_s in inside(known_beats().r_times_s)]
    marks += [(at + rate_hz // 3, "+") for at, _ in marks[:3]]  # a remark, no beat
    samples, symbols = zip(*sorted(marks), strict=True)
    marked = np.array(samples), list(symbols)
    wfdb.wrann(path.name, "atr", *marked, fs=rate_hz, write_dir=str(path.parent))


def one_heart(path, seconds=SECONDS):
    return RealHearts(path).heart(0, 0, 1, float(seconds))


def check_known(heart, seed=0, annotated=True):
    true = known_ecg(200, seed)
    whole = slice(40, -40)  # what lies beyond the ends of a file is not known to the filter
    assert heart.ecg_mv.shape == true.shape
    assert np.abs(heart.ecg_mv - true)[whole].max() < 0.02 * np.ptp(true)
    beats = known_beats(seed)
    margin_s = 0.2 if annotated else 0.7
    times_s = inside(beats.r_times_s, margin_s=margin_s)
    found_s = inside(heart.r_times_s, margin_s=margin_s)
    np.testing.assert_allclose(found_s, times_s, atol=1 / 200)
    near = np.abs(heart.r_times_s[:, None] - times_s).argmin(axis=0)[1:-1]
    true_end_s = t_ends_s(LEAD, beats)[np.isin(beats.r_times_s, times_s)][1:-1]
    np.testing.assert_allclose(heart.t_end_s[near], true_end_s, atol=0.01)


@pytest.mark.parametrize("kind", ["annotated", "detected", "edf"])
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_a_known_heart_comes_back_at_any_rate(tmp_path, rate_hz, kind):
    ecg = known_ecg(rate_hz)
    if kind == "edf":
        path = write_edf(
            tmp_path, [("EEG C3", "uV", 100, np.ones(3000)), ("ECG", "uV", rate_hz, ecg * 1e3)]
        )
    else:
        path = write_wfdb(tmp_path, [("PLETH", ecg + 1), ("II", ecg)], rate_hz)
    if kind == "annotated":
        annotate(path, rate_hz)
    check_known(one_heart(path), annotated=kind == "annotated")


@pytest.mark.parametrize("annotated", [False, True])
def test_an_inverted_lead_is_turned_and_says_so(tmp_path, annotated):
    paths = [
        write_wfdb(tmp_path, [("V1", sign * known_ecg(250))], 250, name=name)
        for name, sign in (("r", 1), ("turned", -1))
    ]
    if annotated:
        for path in paths:
            annotate(path, 250)
    upright, turned = map(one_heart, paths)
    np.testing.assert_allclose(turned.ecg_mv, upright.ecg_mv, atol=1e-3)
    np.testing.assert_allclose(turned.r_times_s, upright.r_times_s, atol=1 / 200)
    assert (upright.source, turned.source) == ("r (V1)", "turned (V1, inverted)")


@pytest.mark.parametrize("kind", ["wfdb", "edf"])
def test_breath_keeps_its_phase_and_is_unit(tmp_path, kind):
    def breath(rate_hz):
        t = np.arange(60 * rate_hz) / rate_hz
        return 3.0 + 0.02 * np.sin(2 * np.pi * 0.25 * t) + 0.0005 * t  # an offset and a drift

    ecg = known_ecg(250, seconds=60)
    if kind == "edf":
        path = write_edf(tmp_path, [("ECG", "mV", 250, ecg), ("Resp chest", "", 25, breath(25))])
    else:
        path = write_wfdb(tmp_path, [("II", ecg), ("RESP", breath(250))], 250, units=["mV", "NU"])
    hearts = RealHearts(path)
    for stretch in (1, 2):
        heart = hearts.heart(0, stretch, 4, 15.0)
        assert heart.breath.mean() == pytest.approx(0, abs=1e-9)
        assert heart.breath.std() == pytest.approx(1)
        t = 15.0 * stretch + np.arange(3000) / 200
        assert np.corrcoef(heart.breath, np.sin(2 * np.pi * 0.25 * t))[0, 1] > 0.99


def test_without_a_breath_that_moves_there_is_none(tmp_path):
    ecg = known_ecg(250)
    still = one_heart(write_wfdb(tmp_path, [("II", ecg), ("RESP", np.full(ecg.size, 2.0))], 250))
    without = one_heart(write_wfdb(tmp_path, [("II", ecg)], 250, name="without"))
    assert still.breath is None
    assert without.breath is None


def test_channels_of_different_rates_keep_theirs(tmp_path):
    """As in records of monitors: one breath sample for every four of the ECG."""
    ecg, breath = known_ecg(250), np.sin(2 * np.pi * 0.25 * np.arange(SECONDS * 62.5) / 62.5)
    same = [0, 0]
    wfdb.Record(
        record_name="r",
        n_sig=2,
        fs=62.5,
        sig_len=breath.size,
        sig_name=["RESP", "II"],
        units=["NU", "mV"],
        file_name=["r.dat"] * 2,
        fmt=["16"] * 2,
        adc_gain=[1e4] * 2,
        baseline=same,
        adc_res=same,
        adc_zero=same,
        init_value=same,
        checksum=same,
        block_size=same,
        samps_per_frame=[1, 4],
        e_d_signal=[np.rint(values * 1e4).astype(int) for values in (breath, ecg)],
    ).wrsamp(write_dir=str(tmp_path), expanded=True)
    heart = one_heart(tmp_path / "r")
    check_known(heart, annotated=False)
    assert np.corrcoef(heart.breath, np.sin(2 * np.pi * 0.25 * np.arange(6000) / 200))[0, 1] > 0.99


def test_people_take_records_in_turn_and_stretches_follow_each_other(tmp_path):
    seconds, of_trial_s = 60, 10.0
    a = write_wfdb(tmp_path, [("II", known_ecg(250, 1, seconds))], 250, name="a").with_suffix(
        ".hea"
    )
    b = write_edf(tmp_path, [("ECG", "mV", 500, known_ecg(500, 2, seconds))], name="b.edf")
    hearts = RealHearts(tmp_path)
    assert hearts.records == ("a", "b")
    for first, path in enumerate((a, b)):
        whole = read_record(path)
        parts = [hearts.heart(p, k, 2, of_trial_s) for p in (first, first + 2) for k in (0, 1)]
        np.testing.assert_array_equal(
            np.concatenate([part.ecg_mv for part in parts]), whole.ecg_mv[: 4 * 2000]
        )
        own = [k * of_trial_s + part.r_times_s for k, part in enumerate(parts)]
        trial = [np.floor(times_s / of_trial_s) == k for k, times_s in enumerate(own)]
        in_order = np.concatenate([t[m] for t, m in zip(own, trial, strict=True)])
        peaks_s = whole.r_peaks / 200
        np.testing.assert_allclose(in_order, peaks_s[peaks_s < 40])
        assert parts[1].r_times_s.min() < 0  # beats around the stretch come along
        assert parts[1].r_times_s.max() > of_trial_s
    assert RealHearts(a).records == RealHearts(a.with_suffix("")).records == ("a",)


def test_a_record_that_was_written_anew_is_read_anew(tmp_path):
    path = write_wfdb(tmp_path, [("II", known_ecg(250))], 250)
    before, digest = one_heart(path), RealHearts(path).digest()
    write_wfdb(tmp_path, [("II", known_ecg(250, seed=1))], 250)
    assert RealHearts(path).digest() != digest
    check_known(one_heart(path), seed=1, annotated=False)
    check_known(before, annotated=False)


def test_gaps_too_short_to_hide_a_beat_are_bridged(tmp_path):
    ecg = known_ecg(250)
    for at_s in (5.0, 11.3, 20.02):
        ecg[round(at_s * 250)] = np.nan
    heart = one_heart(write_wfdb(tmp_path, [("II", ecg)], 250))
    assert np.abs(heart.ecg_mv - known_ecg(200))[40:-40].max() < 0.1
    assert (
        inside(heart.r_times_s, margin_s=0.7).size
        == inside(known_beats().r_times_s, margin_s=0.7).size
    )


def test_an_annotation_without_beats_is_passed_over(tmp_path):
    path = write_wfdb(tmp_path, [("II", known_ecg(250))], 250)
    wfdb.wrann("r", "atr", np.array([40]), ["+"], fs=250, write_dir=str(tmp_path))
    check_known(one_heart(path), annotated=False)  # detected
    few = np.rint(inside(known_beats().r_times_s)[::2] * 250).astype(int)
    wfdb.wrann("r", "qrs", few, ["N"] * few.size, fs=250, write_dir=str(tmp_path))
    read = read_record(path.with_suffix(".hea"))
    assert np.abs(read.r_peaks / 200 - few / 250).max() <= 1 / 200


def test_a_gap_matters_only_where_it_is(tmp_path):
    ecg = known_ecg(250)
    ecg[round(12.5 * 250) : round(13.0 * 250)] = np.nan
    hearts = RealHearts(write_wfdb(tmp_path, [("II", ecg)], 250))
    assert np.isfinite(hearts.heart(0, 0, 3, 10.0).ecg_mv).all()
    assert np.isfinite(hearts.heart(0, 2, 3, 10.0).ecg_mv).all()
    with pytest.raises(UserError, match=r"r misses 0\.5 s of lead II, the first at 12\.5"):
        hearts.heart(0, 1, 3, 10.0)


def test_an_annotated_real_record_keeps_its_beats(shared_data):
    record = shared_data / "ecg-physionet" / "100"
    heart = one_heart(record, 1800)
    notes = wfdb.rdann(str(record), "atr")
    beats_s = notes.sample[np.isin(notes.symbol, ["N", "A", "V"])] / 360
    np.testing.assert_allclose(heart.r_times_s, beats_s[beats_s < 1802], atol=0.05)
    assert np.median(np.abs(heart.r_times_s - beats_s[beats_s < 1802])) < 1 / 200
    assert 60 / np.diff(heart.r_times_s).mean() == pytest.approx(75.5, abs=0.5)
    assert np.isfinite(heart.t_end_s).mean() > 0.98
    assert heart.breath is None


def test_a_real_record_that_overflowed_is_put_back_with_its_breath(shared_data):
    folder = shared_data / "ecg-physionet"
    hearts = RealHearts(folder / "v102s")
    pulses = wfdb.rdrecord(str(folder / "v102s"), physical=False)
    assert np.abs(np.diff(pulses.d_signal[:, 0])).max() > 2048  # jumps over half of 12 bits
    for stretch in range(4):
        heart = hearts.heart(0, stretch, 4, 60.0)
        rr_s = np.diff(heart.r_times_s)
        assert 60 / rr_s.mean() == pytest.approx(103.5, abs=1.0)
        assert np.ptp(rr_s) < 0.1  # no beat is missing or too much
        assert np.percentile(heart.ecg_mv, 99.9) > 3  # while 12 bits end at 0.9 mV
        assert heart.breath.std() == pytest.approx(1)
