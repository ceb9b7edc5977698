"""The command that a report prints makes the same training again."""

import shlex

import pytest

from radarkit.datasets.published_splits import SPLITS
from radarkit.datasets.splits import Split, split_by_subject
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


def test_a_split_that_was_not_drawn_is_part_of_the_command():
    config = load_config(changes={"seed": 3})
    people = [f"p{number}" for number in range(9)]
    drawn = split_by_subject(people, seed=3)
    assert "--split" not in train_command(config, "data", "out", drawn)
    for split, name in (
        (SPLITS["mmecg-by-subject"], "mmecg-by-subject"),
        (split_by_subject(people, seed=4), "SPLIT.toml"),
        (Split(train=("a",), validation=("b",), test=()), "SPLIT.toml"),
    ):
        assert train_command(config, "data", "out", split).endswith(f" --split {name}")
