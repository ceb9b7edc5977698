import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from radarkit.models.mu_law import CLASSES, decode, encode

EVERY_CLASS = torch.arange(CLASSES)
ECG = st.floats(-0.25, 1.25, width=32)  # the range that classes cover


def companded(ecg):
    """ITU-T G.711, mu = 255, of a range from -0.25 to 1.25."""
    x = (ecg - 0.5) / 0.75
    return math.copysign(math.log(1 + 255 * abs(x)) / math.log(256), x)


@given(ECG)
def test_a_sample_has_the_class_nearest_to_it_in_the_companded_range(ecg):
    nearest = round((companded(ecg) + 1) / 2 * 255, 3)
    (found,) = encode(torch.tensor([ecg])).tolist()
    assert abs(found - nearest) <= 0.501


@given(ECG)
def test_the_way_there_and_back_loses_half_a_class(ecg):
    (back,) = decode(encode(torch.tensor([ecg]))).tolist()
    assert abs(companded(back) - companded(ecg)) <= 1 / 255 + 1e-4


@given(st.lists(st.floats(-3, 4, width=32), min_size=2))
def test_a_higher_sample_has_no_lower_class_and_what_lies_beyond_is_at_the_end(ecg):
    ecg = torch.tensor(ecg).sort().values
    classes = encode(ecg)
    assert (classes.diff() >= 0).all()
    assert (classes[ecg <= -0.25] == 0).all() and (classes[ecg >= 1.25] == CLASSES - 1).all()


def test_every_class_comes_back_and_the_middle_ones_are_the_finest():
    assert torch.equal(encode(decode(EVERY_CLASS)), EVERY_CLASS)
    steps = np.diff(decode(EVERY_CLASS).double().numpy())
    assert steps.min() == pytest.approx(steps[127]) and steps[0] == pytest.approx(steps.max())
    assert decode(EVERY_CLASS)[[0, -1]].tolist() == pytest.approx([-0.25, 1.25])
