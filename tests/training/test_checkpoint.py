import os

import pytest
import torch

from radarkit.errors import UserError
from radarkit.models import ModelConfig, build_model
from radarkit.training.checkpoint import load_model, save_checkpoint


@pytest.fixture
def saved(tmp_path):
    torch.manual_seed(0)
    config = ModelConfig(preset="compact", channels=2)
    model = build_model(config)
    path = tmp_path / "best.pt"
    save_checkpoint(path, model=model, config=config, epoch=3)
    return path, model


def test_a_loaded_model_predicts_what_the_saved_one_did(saved):
    path, model = saved
    window = torch.rand(2, 2, 71, 120)
    with torch.no_grad():
        for before, after in zip(model.eval()(window), load_model(path)(window), strict=True):
            torch.testing.assert_close(before, after, rtol=0, atol=0)


class Malicious:
    def __reduce__(self):
        return os.system, ("touch /tmp/radarkit-was-here",)


def carries_code(path):
    torch.save({"format": "radarkit checkpoint 2", "epoch": Malicious()}, path)


def truncated(path):
    path.write_bytes(path.read_bytes()[:1000])


def emptied(path):
    path.write_bytes(b"")


def foreign(path):
    torch.save({"state_dict": {}}, path)


def for_another_network(path):
    content = torch.load(path, weights_only=True)
    content["model_config"]["channels"] = 5
    torch.save(content, path)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (carries_code, "objects that are not tensors"),
        (truncated, "damaged"),
        (emptied, "damaged"),
        (foreign, "no radarkit checkpoint"),
        (for_another_network, "does not fit its network"),
        (os.unlink, "no checkpoint at"),
    ],
)
def test_a_bad_checkpoint_is_refused_in_one_line_and_never_run(saved, spoil, message):
    path, _ = saved
    spoil(path)
    with pytest.raises(UserError, match=message) as caught:
        load_model(path)
    assert "\n" not in str(caught.value)
    assert not os.path.exists("/tmp/radarkit-was-here")
