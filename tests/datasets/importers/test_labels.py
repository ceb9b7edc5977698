"""What is said of an ECG whose unit or sign nobody wrote down."""

import numpy as np
import pytest

from radarkit.datasets.importers.labels import label, label_of_unknown_unit

from .fabricate import beats, ecg_of

RATE_HZ = 200
TIME_S = np.arange(20 * RATE_HZ) / RATE_HZ
R_S = beats(20.0, np.random.default_rng(8))
ECG_MV = ecg_of(R_S, TIME_S)


@pytest.mark.parametrize(("scale", "unit"), [(1.0, None), (1e-3, "V"), (1e3, "uV")])
def test_the_unit_is_told_by_the_height_of_r_waves(scale, unit):
    ecg_mv, r_peaks, remarks = label_of_unknown_unit(scale * ECG_MV, RATE_HZ)
    np.testing.assert_allclose(ecg_mv, ECG_MV, rtol=1e-12)
    assert np.abs(r_peaks / RATE_HZ - R_S).max() <= 1 / RATE_HZ
    assert len(remarks) == (unit is not None)
    if unit:
        assert remarks[0].endswith(f"is taken for one in {unit}")


@pytest.mark.parametrize("scale", [0.03, 30.0, 1e5])
def test_an_ecg_of_no_unit_is_kept_as_it_is_and_remarked_upon(scale):
    """Such as counts of a converter."""
    ecg, _, remarks = label_of_unknown_unit(scale * ECG_MV, RATE_HZ)
    np.testing.assert_array_equal(ecg, scale * ECG_MV)
    assert any("is the ECG in mV" in remark for remark in remarks)


def test_an_ecg_that_stands_on_its_head_is_remarked_upon():
    _, remarks = label(-ECG_MV, RATE_HZ)
    assert any(remark.endswith("is the ECG upside down?") for remark in remarks)
    assert label(ECG_MV, RATE_HZ)[1] == ()


def test_a_deep_s_wave_alone_is_no_reason_for_a_remark():
    s_waves = sum(np.exp(-(((TIME_S - r - 0.04) / 0.012) ** 2)) for r in R_S)
    assert label(ECG_MV - 1.2 * s_waves, RATE_HZ)[1] == ()
