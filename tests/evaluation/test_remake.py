"""The command that a report prints makes the same training again."""

import shlex

import pytest

from radarkit.evaluation.remake import train_command
from radarkit.training.presets import load_config, parse_settings

NOISE = {
    "domain": "signal",
    "clean_share": 0.3,
    "noises": [
        {"snr_db": [-4.0, 10.0]},
        {"snr_db": [-10.0, 0.0], "length_s": [1.0, 3.0], "share": 0.3},
    ],
}


@pytest.mark.parametrize(
    ("preset", "changes"),
    [
        ("compact", {}),
        ("compact", {"seed": 7, "epochs": 3, "optimiser.learning_rate": 1e-5}),
        ("compact", {"noise": NOISE, "patience": 4}),
        ("compact", {"strategy.name": "uw", "precision": "bfloat16"}),
        ("compact", {"strategy": {"name": "ega", "warmup_epochs": 0, "variant": "algorithm"}}),
        ("compact", {"optimiser": {"name": "sgd", "momentum": 0.5}}),
        ("paper", {"strategy.name": "graddrop", "window.anchor_sigma_s": 0.03}),
        ("paper-temporal", {"gradient_space": "features"}),
    ],
)
def test_a_command_is_read_back_as_the_configuration_it_came_from(preset, changes):
    config = load_config(preset, changes=changes)
    words = shlex.split(train_command(config, "my data", "out"))
    assert words[:5] == ["radarkit", "train", "my data", "-o", "out"]
    assert words[5] == "--preset"
    settings = [
        value for flag, value in zip(words[7::2], words[8::2], strict=True) if flag == "--set"
    ]
    assert load_config(words[6], changes=parse_settings(settings)) == config
    if not changes:
        assert not settings
