"""I and Q to displacement, against the motion they were made of."""

import numpy as np
import pytest

from radarkit.datasets.importers.sixport import displacement_of_iq
from radarkit.errors import UserError

from .fabricate import iq_of

WAVELENGTH_M = 0.0124


def breathing(height_m=4e-3, seconds=20, rate_hz=500):
    time_s = np.arange(seconds * rate_hz) / rate_hz
    heart = 5e-5 * np.sin(2 * np.pi * 1.3 * time_s)
    return height_m * np.sin(2 * np.pi * 0.2 * time_s) + heart


def error_m(found, truth):
    difference = found - (truth - truth.mean())
    return np.sqrt(np.mean((difference - difference.mean()) ** 2))


def test_unlike_channels_and_clutter_are_taken_out():
    motion = breathing()
    i, q = iq_of(motion, np.random.default_rng(1), skew_rad=0.2, ratio=1.4)
    found, known, remarks = displacement_of_iq(i, q, WAVELENGTH_M)
    assert known.all() and remarks == ()
    assert error_m(found, motion) < 5e-6
    # the angle around the mean of the samples would be off by a lot more
    naive = np.unwrap(np.angle(i - i.mean() + 1j * (q - q.mean()))) * WAVELENGTH_M / (4 * np.pi)
    assert error_m(naive - naive.mean(), motion) > 1e-4


def test_lost_samples_are_marked_and_bridged():
    motion = breathing()
    i, q = iq_of(motion, np.random.default_rng(2))
    i[3000:3020] = np.nan
    q[3010:3030] = np.nan
    found, known, _ = displacement_of_iq(i, q, WAVELENGTH_M)
    assert np.flatnonzero(~known).tolist() == list(range(3000, 3030))
    assert np.isfinite(found).all() and error_m(found, motion) < 5e-6


def test_a_held_breath_takes_a_circle_and_says_so():
    motion = breathing(height_m=3e-4)
    i, q = iq_of(motion, np.random.default_rng(3), ratio=1.1)
    found, _, (remark,) = displacement_of_iq(i, q, WAVELENGTH_M)
    assert "too short for an ellipse" in remark
    assert np.polyfit(motion - motion.mean(), found, 1)[0] == pytest.approx(1, abs=0.25)


def test_more_lost_than_kept_is_refused():
    i, q = iq_of(breathing(), np.random.default_rng(4))
    i[: i.size // 2 + 100] = np.nan
    with pytest.raises(UserError, match="5100 of 10000 samples of I and Q, row 1 of 2, are NaN"):
        displacement_of_iq(i, q, WAVELENGTH_M)
