import pytest
import torch

from radarkit.errors import UserError
from radarkit.mtl import STRATEGIES, EGAWeighting, build_weighting


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("name", STRATEGIES)
def test_orthogonal_gradients_of_equal_length_are_summed_by_every_strategy(name, dtype):
    weights = build_weighting(name, 3)(4.0 * torch.eye(3, dtype=dtype))
    torch.testing.assert_close(weights, torch.ones(3, dtype=dtype))


def test_equal_sums_whatever_the_gradients_are():
    G = torch.tensor([[3.0, 0.1], [0.2, -9.0]])
    assert torch.equal(build_weighting("equal", 2)(G @ G.T), torch.ones(2))


def test_ega_in_its_warm_up_is_aligned_mtl():
    torch.manual_seed(0)
    G = torch.randn(3, 10)
    weights = [build_weighting(name, 3)(G @ G.T) for name in ("ega", "aligned-mtl")]
    torch.testing.assert_close(*weights)


def test_settings_reach_the_strategy():
    ega = build_weighting("ega", 3, temperature=0.1, warmup_epochs=2)
    assert isinstance(ega, EGAWeighting)
    assert (ega.temperature, ega.warmup_epochs) == (0.1, 2)


def test_an_unknown_strategy_is_answered_with_those_there_are():
    with pytest.raises(UserError, match=r"'ewa'.*ega, aligned-mtl, equal"):
        build_weighting("ewa", 3)


def test_a_setting_that_a_strategy_does_not_have_is_named():
    with pytest.raises(UserError, match=r"warmth.*temperature, warmup_epochs"):
        build_weighting("ega", 3, warmth=1.0)
    with pytest.raises(UserError, match=r"temperature.*equal.*none"):
        build_weighting("equal", 3, temperature=1.0)
