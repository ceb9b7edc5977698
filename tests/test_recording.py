import numpy as np
import pytest

from radarkit.errors import UserError
from radarkit.recording import Quantity, Recording


def recording(**changes):
    given = {
        "radar": np.zeros((2, 10)),
        "sample_rate_hz": 200.0,
        "subject": "anna",
        "trial": "1",
    }
    return Recording(**(given | changes))


def test_signals_become_contiguous_float32_and_everything_is_valid_by_default():
    made = recording(radar=np.asfortranarray(np.ones((2, 10))), ecg=np.ones(10))
    assert made.radar.dtype == made.ecg.dtype == np.float32
    assert made.radar.flags.c_contiguous
    assert made.valid.all() and made.valid.shape == (10,)
    assert (made.name, made.channels, made.samples) == ("anna-1", 2, 10)
    assert made.duration_s == pytest.approx(0.05)
    assert made.quantity.unit == "m" and Quantity.ACCELERATION.unit == "m/s^2"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"radar": np.zeros(10)}, r"radar of shape \(10,\)"),
        ({"radar": np.zeros((0, 10))}, r"radar of shape \(0, 10\)"),
        ({"radar": np.array([[0, 1, np.nan, 3]])}, "1 NaN .* first at sample 2"),
        ({"sample_rate_hz": 0.0}, "sample rate 0.0 Hz"),
        ({"ecg": np.zeros(9)}, r"ecg of shape \(9,\); expected \(10,\)"),
        ({"ecg": np.full(10, np.inf)}, "10 NaN or infinite values in ecg"),
        ({"r_peaks": [3, 3]}, "not increasing"),
        ({"r_peaks": [3, 10]}, r"expected indices within 0\.\.9"),
        ({"positions_m": np.zeros((3, 3))}, r"positions_m of shape \(3, 3\); expected \(2, 3\)"),
        ({"valid": np.ones(3)}, r"valid of shape \(3,\)"),
    ],
)
def test_bad_signals_are_refused_in_one_line(changes, message):
    with pytest.raises(UserError, match=message) as caught:
        recording(**changes)
    assert "\n" not in str(caught.value)
