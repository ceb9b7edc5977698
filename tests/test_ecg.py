import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from radarkit.ecg import find_r_peaks
from radarkit.errors import UserError

# height in mV, place in s after the R peak, width in s
WAVES = [
    (0.12, -0.18, 0.025),
    (-0.12, -0.035, 0.010),
    (1.1, 0.0, 0.011),
    (-0.25, 0.035, 0.010),
    (0.3, 0.25, 0.045),
]


def gaussian_ecg(peaks, samples, rate_hz):
    t = np.arange(samples) / rate_hz
    ecg = 0.15 * np.sin(2 * np.pi * 0.25 * t)  # baseline wander
    for peak in peaks:
        for height, place, width in WAVES:
            ecg += height * np.exp(-0.5 * ((t - peak / rate_hz - place) / width) ** 2)
    return ecg


@settings(max_examples=25)
@given(
    rr_s=st.lists(st.floats(0.5, 1.3), min_size=8, max_size=20),
    start_s=st.floats(0.1, 1.0),
    rate_hz=st.sampled_from([200.0, 250.0, 360.0, 1000.0]),
    noise_mv=st.sampled_from([0.0, 0.005]),
)
def test_every_beat_of_a_known_rhythm_is_found_where_it_is(rr_s, start_s, rate_hz, noise_mv):
    beats = np.rint((start_s + np.cumsum([0.0, *rr_s])) * rate_hz).astype(int)
    samples = beats[-1] + round((1.1 - start_s) * rate_hz)
    rng = np.random.default_rng(0)
    ecg = gaussian_ecg(beats, samples, rate_hz) + noise_mv * rng.standard_normal(samples)
    found = find_r_peaks(ecg, rate_hz)
    assert found.dtype == np.int64
    assert found.size == beats.size
    assert np.abs(found - beats).max() <= max(1, 0.004 * rate_hz)


def test_the_annotated_beats_of_a_real_record_are_found(shared_data):
    wfdb = pytest.importorskip("wfdb")
    record = wfdb.rdrecord(str(shared_data / "ecg-physionet" / "100"))
    notes = wfdb.rdann(str(shared_data / "ecg-physionet" / "100"), "atr")
    beats = notes.sample[np.isin(notes.symbol, ["N", "A", "V"])]
    found = find_r_peaks(record.p_signal[:, 0], record.fs)
    distance_s = np.abs(found[:, None] - beats[None, :]) / record.fs
    assert beats.size == 2273
    assert (distance_s.min(axis=0) <= 0.05).mean() > 0.99  # sensitivity
    assert (distance_s.min(axis=1) <= 0.05).mean() > 0.99  # precision
    ecg = record.p_signal[:, 0]
    reach = round(0.05 * record.fs)
    inner = found[(found >= reach) & (found < ecg.size - reach)]
    around = ecg[inner[:, None] + np.arange(-reach, reach + 1)]
    assert (ecg[inner] == around.max(axis=1)).mean() > 0.99


@pytest.mark.parametrize(
    "ecg",
    [
        np.zeros(0),
        np.zeros(4000),
        np.full(4000, 7.3),
        np.arange(4000.0),
        gaussian_ecg([60], 150, 200.0),  # less than a second
        np.sin(np.arange(1000) / 400),
    ],
)
def test_an_ecg_without_beats_has_no_peaks(ecg):
    found = find_r_peaks(ecg, 200.0)
    assert found.shape == (0,)
    assert found.dtype == np.int64


@settings(max_examples=40)
@given(
    ecg=st.one_of(
        arrays(np.float64, st.integers(0, 900), elements=st.floats(-1e3, 1e3)),
        st.integers(200, 3000).map(lambda n: np.random.default_rng(n).standard_normal(n)),
        st.integers(200, 3000).map(lambda n: np.eye(1, n, n // 2)[0]),
    ),
    rate_hz=st.sampled_from([50.0, 128.0, 199.87, 360.0]),
)
def test_whatever_comes_in_increasing_indices_within_it_come_out(ecg, rate_hz):
    found = find_r_peaks(ecg, rate_hz)
    assert (np.diff(found) > 0).all()
    assert ((found > 0) & (found < ecg.size - 1)).all()


@pytest.mark.parametrize(
    ("ecg", "rate_hz", "says"),
    [
        ([0.0, np.nan, 1.0, np.inf], 200.0, "2 NaN or infinite values in the ECG.* sample 1"),
        (np.zeros((2, 900)), 200.0, "shape"),
        (np.zeros(900), 20.0, "50 Hz"),
        (np.zeros(900), np.nan, "50 Hz"),
    ],
)
def test_an_ecg_that_cannot_be_read_is_refused(ecg, rate_hz, says):
    with pytest.raises(UserError, match=says):
        find_r_peaks(ecg, rate_hz)
