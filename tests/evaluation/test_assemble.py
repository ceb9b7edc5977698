import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from radarkit.errors import UserError
from radarkit.evaluation import assemble

RR = st.lists(st.integers(110, 250), min_size=3, max_size=12)
# the fixtures build things, they hold no state
QUICK = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def put(r_peaks, lengths, shapes, samples, amplitude_mv=1.0, offset_mv=0.0):
    return assemble(
        np.asarray(r_peaks, float),
        np.asarray(lengths, float),
        np.asarray(shapes, np.float32),
        samples,
        amplitude_mv=amplitude_mv,
        offset_mv=offset_mv,
    ).ecg_mv


@QUICK
@given(RR)
def test_perfect_cycles_give_the_true_ecg(make_truth, reconstruct, rr):
    truth = make_truth(rr)
    inside = slice(truth.r_peaks[0], truth.r_peaks[-1])
    ecg = reconstruct(truth).ecg_mv[inside]
    assert np.corrcoef(ecg, truth.ecg[inside])[0, 1] > 0.995
    # every cycle is stretched to the height of the whole, and met again at 200 points
    assert np.sqrt(np.mean((ecg - truth.ecg[inside]) ** 2)) < 0.025


def test_a_lone_cycle_is_its_shape_at_its_length_and_the_baseline_elsewhere():
    shape = np.abs(np.linspace(-1, 1, 201))  # a V with its corner at half the cycle
    ecg = put([270.0], [200.0], [shape], 800, amplitude_mv=2.0, offset_mv=-0.5)
    at = np.arange(200, 401)  # R at 35 % of 200 samples
    np.testing.assert_allclose(ecg[at], -0.5 + 2 * np.abs(at - 300) / 100, atol=1e-6)
    np.testing.assert_allclose(ecg[[0, 100, 170, 430, 799]], -0.5 + 2 * np.median(shape), atol=1e-6)


def test_without_beats_the_ecg_is_the_foot_of_a_cycle():
    ecg = put(np.empty(0), np.empty(0), np.empty((0, 200)), 50, offset_mv=-0.2)
    np.testing.assert_allclose(ecg, -0.2)


@QUICK
@given(
    st.lists(st.tuples(st.floats(-50, 850), st.floats(1, 260)), max_size=12),
    st.floats(0.1, 3),
    st.floats(-1, 1),
)
def test_the_ecg_stays_between_foot_and_top_and_scales_with_them(beats, amplitude, offset):
    r_peaks, lengths = np.array(sorted(beats)).reshape(-1, 2).T
    shapes = np.random.default_rng(0).random((len(beats), 200))
    unit = put(r_peaks, lengths, shapes, 800)
    assert unit.min() >= 0 and unit.max() <= 1 + 1e-6
    scaled = put(r_peaks, lengths, shapes, 800, amplitude, offset)
    np.testing.assert_allclose(scaled, offset + amplitude * unit, atol=1e-5)


def test_a_cycle_predicted_far_too_long_does_not_blur_the_next_r_peak():
    phase = np.linspace(0, 1, 200)
    shape = np.exp(-0.5 * ((phase - 0.35) / 0.02) ** 2)
    ecg = put([300, 450], [250, 150], [shape, shape], 800)
    assert ecg[450] > 0.9


def test_a_short_gap_is_bridged_and_a_long_one_settles():
    top = np.ones(200)
    bridged = put([135, 255], [100, 100], [top, top / 2], 400)  # cycles end at 200, start at 220
    np.testing.assert_allclose(bridged[200:221], np.linspace(1, 0.5, 21), atol=1e-6)
    settled = put([135, 635], [100, 100], [top, top / 2], 800)  # the median of both is 0.75
    np.testing.assert_allclose(settled[230:571], 0.75, atol=1e-6)
    np.testing.assert_allclose(settled[200:231], np.linspace(1, 0.75, 31), atol=1e-6)


@pytest.mark.parametrize("broken", ["r", "length", "zero", "shape"])
def test_a_diverged_network_is_named_as_such(broken):
    r, length, shape = [100.0], [150.0], np.ones((1, 200))
    if broken == "r":
        r = [np.nan]
    elif broken == "shape":
        shape[0, 3] = np.inf
    else:
        length = [np.nan if broken == "length" else 0.0]
    with pytest.raises(UserError, match=r"1 of 1 predicted cycles.*diverged"):
        put(r, length, shape, 400)


def test_the_confidence_of_the_ecg_is_that_of_the_cycle_that_lies_there():
    made = assemble(
        np.array([135.0, 235.0]),
        np.array([100.0, 100.0]),
        np.ones((2, 200), np.float32),
        400,
        amplitude_mv=1.0,
        offset_mv=0.0,
        confidence=np.array([0.8, 0.4], np.float32),
        interpolated=np.array([False, False]),
    )
    sure = made.ecg_confidence
    np.testing.assert_allclose(sure[110:199], 0.8, atol=1e-6)
    np.testing.assert_allclose(sure[202:290], 0.4, atol=1e-6)
    np.testing.assert_array_equal(sure[[0, 90, 310, 399]], 0)  # no cycle, no confidence
