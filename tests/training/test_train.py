"""Runs: interrupted and resumed, alone and together, with bad steps and with patience."""

import json

import pytest
import torch

from radarkit.errors import UserError
from radarkit.models import PRESETS
from radarkit.mtl import STRATEGIES
from radarkit.training import trainer as trainer_module
from radarkit.training.checkpoint import read_checkpoint
from radarkit.training.metrics_log import read_history
from radarkit.training.presets import load_config
from radarkit.training.run import RunRecord
from radarkit.training.step import BadStepError, MultiTaskStep
from radarkit.training.train import StoppedError, train

WITH_SETTINGS = {"single-task": {"strategy.task": "anchors"}}


def config(**changes):
    return load_config(changes={"epochs": 3, "batch_size": 8, "seed": 5, **changes})


def stop_after(steps):
    """Say when to stop: after so many steps."""
    left = iter(range(steps - 1))
    return lambda: next(left, None) is None


def same(one, other):
    """Whether two checkpoints hold the same, to the bit."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, torch.Tensor):  # NaN stands for what a strategy does not know yet
        return one.dtype == other.dtype and torch.equal(one.nan_to_num(-1), other.nan_to_num(-1))
    return one == other


def contents(run):
    """All of a run but the time it took."""
    rows = read_history(run)
    for row in rows:
        del row["windows_per_s"]
    return rows, read_checkpoint(run / "last.pt"), read_checkpoint(run / "best.pt")


@pytest.mark.parametrize("name", ["ega", "graddrop", "imtl", "moco"])
def test_an_interrupted_run_goes_on_to_the_very_same_end(data, tmp_path, name):
    settings = config(**{"strategy.name": name, "strategy.warmup_epochs": 1} if name == "ega" else
                      {"strategy.name": name})  # fmt: skip
    train(data, settings, tmp_path / "whole")
    steps = 0

    def count(_):
        nonlocal steps
        steps += 1

    train(data, settings, tmp_path / "counted", on_step=count)
    assert steps % 3 == 0 and steps > 5
    # within the second epoch, then at its very end, then within the third
    for more, resume in ((steps // 3 + 1, False), (steps // 3 - 1, True), (2, True)):
        with pytest.raises(StoppedError, match="--resume"):
            train(data, settings, tmp_path / "cut", stop=stop_after(more), resume=resume)
    torch.rand(7)  # another process would have drawn something else, too
    train(data, settings, tmp_path / "cut", resume=True)
    assert same(contents(tmp_path / "whole"), contents(tmp_path / "cut"))
    assert same(contents(tmp_path / "whole"), contents(tmp_path / "counted"))


def test_resuming_a_finished_run_changes_nothing(data, tmp_path):
    train(data, config(), tmp_path / "run")
    before = {path.name: path.read_bytes() for path in (tmp_path / "run").glob("*.pt")}
    train(data, config(), tmp_path / "run", resume=True)
    assert before == {path.name: path.read_bytes() for path in (tmp_path / "run").glob("*.pt")}


def test_a_run_goes_on_only_with_its_own_settings_and_data(data, tmp_path):
    with pytest.raises(StoppedError):
        train(data, config(), tmp_path / "run", stop=stop_after(2))
    with pytest.raises(UserError, match=r"batch_size 4 .* begun with 8"):
        train(data, config(batch_size=4), tmp_path / "run", resume=True)
    with pytest.raises(UserError, match="is no run"):
        train(data, config(), tmp_path / "nothing", resume=True)
    assert not (tmp_path / "nothing").exists()
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    record["data"]["seed"] = 99
    (tmp_path / "run" / "run.json").write_text(json.dumps(record))
    with pytest.raises(UserError, match="is not what"):
        train(data, config(), tmp_path / "run", resume=True)


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_trains_and_is_saved_with_all_its_settings(data, tmp_path, name):
    changes = {"strategy.name": name, "epochs": 2, **WITH_SETTINGS.get(name, {})}
    train(data, config(**changes), tmp_path / "run")
    first, *_, last = read_history(tmp_path / "run")
    tasks = ("anchors",) if name == "single-task" else ("shape", "length", "anchors")
    assert sum(last["train"][task] / first["train"][task] for task in tasks) < len(tasks)
    record = RunRecord.load(tmp_path / "run")
    assert record.train.strategy.name == name
    assert record.train == config(**changes)


def fail(times):
    """Make the first steps impossible, but leave their traces in the network."""
    left = [times]
    whole = MultiTaskStep.__call__

    def step(self, parts, batch_size, key=()):
        losses = whole(self, parts, batch_size, key)
        if left[0]:
            left[0] -= 1
            raise BadStepError("losses of nan, 1, 1")
        return losses

    return step


def test_steps_that_cannot_be_taken_are_left_out_and_counted(data, tmp_path, monkeypatch):
    monkeypatch.setattr(MultiTaskStep, "__call__", fail(3))
    train(data, config(), tmp_path / "run")
    assert [row["skipped_steps"] for row in read_history(tmp_path / "run")] == [3, 0, 0]


def test_too_many_such_steps_end_the_training_with_the_reason(data, tmp_path, monkeypatch):
    monkeypatch.setattr(trainer_module, "_MOST_BAD_STEPS", 4)
    monkeypatch.setattr(MultiTaskStep, "__call__", fail(4))
    with pytest.raises(UserError, match=r"4 steps in a row.*epoch 1, step 4: losses of nan, 1, 1"):
        train(data, config(), tmp_path / "run")
    assert not (tmp_path / "run").exists()  # it had no checkpoint yet


def test_patience_ends_a_training_that_does_not_improve(data, tmp_path):
    settings = config(**{"epochs": 50, "patience": 2, "optimiser.learning_rate": 1e-12})
    train(data, settings, tmp_path / "run")
    scores = [row["validation_score"] for row in read_history(tmp_path / "run")]
    assert len(scores) < 50
    assert min(scores[-2:]) >= min(scores[:-2])


def test_the_best_checkpoint_is_that_of_the_lowest_validation_score(data, tmp_path):
    train(data, config(epochs=5), tmp_path / "run")
    scores = [row["validation_score"] for row in read_history(tmp_path / "run")]
    best = read_checkpoint(tmp_path / "run" / "best.pt")
    assert best["epoch"] == scores.index(min(scores)) + 1
    assert "training" not in best


@pytest.mark.parametrize("preset", PRESETS)
def test_the_presets_are_whole_configurations(preset):
    settings = load_config(preset)
    assert settings.preset == preset
    assert load_config(base=settings) == settings


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["paper", "paper-temporal"])
def test_the_published_network_trains_as_published(data, tmp_path, preset):
    settings = load_config(preset, changes={"epochs": 1, "batch_size": 8})
    train(data, settings, tmp_path / "run")
    assert (tmp_path / "run" / "best.pt").exists()
