"""The decoder of MMECG: what a sample is drawn from, and that drawing is what was learnt."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.models.autoregressive import RECEPTIVE_FIELD, AutoregressiveDecoder

SAMPLES, CLASSES, FEATURES = 700, 6, 3


def random(seed):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def decoder():
    """With weights large enough that what is far away is heard."""
    torch.manual_seed(0)
    decoder = AutoregressiveDecoder(FEATURES, CLASSES).double()
    with torch.no_grad():
        for parameter in decoder.parameters():
            parameter *= 3
    return decoder


@pytest.fixture(scope="module")
def condition():
    return torch.randn(1, FEATURES, SAMPLES, dtype=torch.float64, generator=random(1))


@pytest.fixture(scope="module")
def ecg():
    return torch.randint(CLASSES, (1, SAMPLES), generator=random(2))


def heard(one, other):
    """First and last sample whose logits differ."""
    where = (one != other).any(1).flatten().nonzero().flatten()
    return int(where[0]), int(where[-1])


@settings(max_examples=8)
@given(at=st.integers(0, SAMPLES - 2))
def test_a_sample_is_drawn_from_the_512_before_it(decoder, condition, ecg, at):
    changed = ecg.clone()
    changed[0, at] = (changed[0, at] + 1) % CLASSES
    with torch.no_grad():
        first, last = heard(*(decoder(condition, each, SAMPLES) for each in (ecg, changed)))
    assert first == at + 1
    assert last == min(at + RECEPTIVE_FIELD, SAMPLES - 1)


@settings(max_examples=8)
@given(at=st.integers(0, SAMPLES - 1))
def test_it_hears_radar_of_every_second_sample_back_to_510(decoder, condition, ecg, at):
    """The taps next to each other are those of the first block, whose input radar is not in."""
    radar = condition.clone().requires_grad_()
    (slope,) = torch.autograd.grad(decoder(radar, ecg, SAMPLES)[0, :, at].sum(), radar)
    heard_at = slope[0].any(0).nonzero().flatten()
    assert (at - heard_at).tolist()[::-1] == list(range(0, min(at, RECEPTIVE_FIELD - 1) + 1, 2))


def test_the_last_logits_are_those_of_all_logits(decoder, condition, ecg):
    with torch.no_grad():
        whole, last = (decoder(condition, ecg, n) for n in (SAMPLES, 188))
    torch.testing.assert_close(last, whole[:, :, -188:])


def test_free_running_draws_the_likeliest_class_given_what_it_drew_before(decoder):
    condition = torch.randn(3, FEATURES, SAMPLES, dtype=torch.float64, generator=random(3))
    drawn = decoder.generate(condition)
    with torch.no_grad():
        given = decoder(condition, drawn, SAMPLES)
    assert torch.equal(given.argmax(1), drawn)
    assert all(len(row.unique()) > 2 for row in drawn)  # it does draw something
    assert not torch.equal(drawn[0], drawn[1])
