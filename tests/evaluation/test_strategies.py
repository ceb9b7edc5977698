"""Strategies trained alike: which trainings there are, none twice, stopped and gone on with."""

import json

import numpy as np
import pytest
import torch

from radarkit.datasets.reader import Dataset
from radarkit.datasets.splits import Split
from radarkit.errors import UserError
from radarkit.evaluation import strategies, trainings
from radarkit.evaluation.evaluate import evaluate
from radarkit.evaluation.fold_protocol import FoldProtocol
from radarkit.evaluation.frameworks import method_names
from radarkit.evaluation.scores import for_json
from radarkit.evaluation.single_tasks import join_tasks, score_single_tasks
from radarkit.evaluation.strategies import measured_strategies
from radarkit.evaluation.strategy_entries import PUBLISHED, entries
from radarkit.evaluation.strategy_files import notes, write_strategies
from radarkit.evaluation.strategy_protocol import StrategyProtocol
from radarkit.evaluation.strategy_rows import METRIC_KEYS, strategy_rows
from radarkit.mtl import STRATEGIES
from radarkit.training.checkpoint import load_model
from radarkit.training.presets import load_config
from radarkit.training.run import RunRecord
from radarkit.training.train import train

from .runs import write_data, write_run

TASKS = ("shape", "length", "anchors")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("strategies") / "data.h5")


def config(**changes):
    quick = {"epochs": 2, "batch_size": 4, "window.hop_s": 4.0}
    return load_config(changes={**quick, **changes})


@pytest.fixture
def invented(monkeypatch):
    """Scores that are made up instead of trained for; returns what was asked for."""
    asked = []
    quality = {"single-task": 1.0, "equal": 1.3, "uw": 0.8, "stch": 0.9, "ega": 1.1}

    def score(part):
        asked.append((part.entry, part.seed))
        factor = quality[part.entry.partition(":")[0]]
        if factor is None:
            raise UserError("it does not converge")
        rows = [
            {"subject": f"p{person}", **dict.fromkeys(METRIC_KEYS, factor * (1 + person / 10)),
             "pcc": 0.9}
            for person in range(3)
        ]  # fmt: skip
        return {"strategy": part.entry, "seed": part.seed, "methods": {"network": rows}}

    monkeypatch.setattr(strategies, "_train_and_score", score)
    return asked, quality


def measure(output, data, names=("equal", "uw", "stch", "ega"), *, base=None, how=None, **more):
    protocol = StrategyProtocol(data, base or config(), names, **more)
    with measured_strategies(protocol, output, **(how or {})) as found:
        return found.scores


def test_only_the_leading_strategies_ega_and_the_single_tasks_get_all_seeds(
    invented, data, tmp_path
):
    found = measure(tmp_path / "out", data, seeds=3, leading=1, base=config(seed=5))
    assert {name: list(seeds) for name, seeds in found.items()} == {
        "single-task": [5, 6, 7], "equal": [5], "uw": [5, 6, 7], "stch": [5], "ega": [5, 6, 7],
    }  # fmt: skip
    asked, _ = invented
    assert len(asked) == len(set(asked)) == 11
    assert {seed for _, seed in asked[:5]} == {5}  # before anybody can lead
    with pytest.raises(UserError, match="--leading 2 with one seed; give --seeds"):
        measure(tmp_path / "other", data, leading=2)


def test_an_output_is_extended_by_what_is_new_alone(invented, data, tmp_path):
    measure(tmp_path / "out", data)
    asked, _ = invented
    asked.clear()
    with pytest.raises(UserError, match="out exists already"):
        measure(tmp_path / "out", data, seeds=2)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UserError, match=r"begun with config = .*; give another --output"):
        measure(tmp_path / "out", data, base=config(epochs=3), how={"resume": True})
    assert sorted(tmp_path.rglob("*")) == before
    found = measure(tmp_path / "out", data, ("uw", "ega"), seeds=2, how={"resume": True})
    assert set(asked) == {("single-task", 1), ("uw", 1), ("ega", 1)} and len(asked) == 3
    assert list(found) == ["single-task", "uw", "ega"] and list(found["uw"]) == [0, 1]
    # nothing of before was lost
    assert (tmp_path / "out" / "scores" / "stch-0.json").exists()
    assert list(tmp_path.iterdir()) == [tmp_path / "out"]


def test_a_strategy_that_fails_is_named_and_the_others_are_kept(invented, data, tmp_path):
    asked, quality = invented
    quality["uw"] = None
    with pytest.raises(UserError, match=r"uw, seed 0: it does not converge"):
        measure(tmp_path / "out", data)
    assert not (tmp_path / "out").exists()
    assert [name for name, _ in asked] == ["single-task", "equal", "uw", "stch", "ega"]
    asked.clear()
    found = measure(tmp_path / "out", data, ("equal", "stch", "ega"))
    assert asked == [] and "uw" not in found


def test_a_named_split_is_that_of_every_seed_and_of_what_goes_on(
    invented, data, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    a, b, c = Dataset(data).subjects
    for name, (train_on, choose_by, test) in {"one": (a, b, c), "other": (b, c, a)}.items():
        lists = f'train = ["{train_on}"]\nvalidation = ["{choose_by}"]\ntest = ["{test}"]\n'
        (tmp_path / f"{name}.toml").write_text(lists)
    parts = []
    score = strategies._train_and_score
    monkeypatch.setattr(
        strategies, "_train_and_score", lambda part: parts.append(part) or score(part)
    )
    protocol = StrategyProtocol(data, config(), ("uw",), seeds=2, who="one.toml")
    with measured_strategies(protocol, tmp_path / "out"):
        pass
    splits = {training.split for part in parts for training in part.trainings}
    assert len(parts) == 4 and splits == {Split(train=(a,), validation=(b,), test=(c,))}
    assert protocol.seen == {} and " --split one.toml" in " ".join(protocol.words)
    for who in ("other.toml", None):
        with pytest.raises(UserError, match="out was begun with split = "):
            measure(tmp_path / "out", data, ("uw",), who=who, how={"resume": True})
    with pytest.raises(UserError, match=r"no split at none\.toml"):
        measure(tmp_path / "new", data, ("uw",), who="none.toml")
    with pytest.raises(UserError, match=r"no subject 1, 2, 5, .* in the data"):
        measure(tmp_path / "new", data, ("uw",), who="mmecg-by-subject")
    assert not (tmp_path / "new").exists()


def test_entries_share_all_but_the_strategy():
    base = config(**{"strategy.warmup_epochs": 1, "seed": 3})
    single, *found = entries((*PUBLISHED, "ega:temperature=0.5,variant=released"), base)
    assert set(PUBLISHED) < set(STRATEGIES)
    assert [each.strategy.settings["task"] for each in single.configs] == list(TASKS)
    for entry in found:
        (own,) = entry.configs
        assert own.strategy.name == entry.name.partition(":")[0]
        assert own.model_dump(exclude={"strategy"}) == base.model_dump(exclude={"strategy"})
    (last,) = found[-1].configs
    assert last.strategy.settings == {
        "temperature": 0.5, "warmup_epochs": 1, "variant": "released",
    }  # fmt: skip
    assert list(found[-1].runs(7)) == ["ega-temperature-0.5-variant-released-7"]
    assert [run.seed for run in found[0].runs(7).values()] == [7]
    assert list(single.runs(2)) == [f"single-task-{task}-2" for task in TASKS]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("magic", "no strategy 'magic'"),
        ("ega:temperature", "expected NAME or NAME:KEY=VALUE"),
        ("ega:heat=2", "settings heat for the strategy ega"),
        ("ega:temperature=-1", "temperature"),
        ("ega:temperature=1.0", "--only ega:temperature=1.0 and ega are the same"),
        ("single-task", "the single tasks are always there"),
    ],
)
def test_entries_that_are_none_are_refused(name, words):
    with pytest.raises(UserError, match=words):
        entries(("ega", name), config())


def test_a_table_with_fewer_epochs_than_the_warm_up_says_that_ega_is_aligned_mtl(data):
    told = {}
    for epochs in (6, 7):
        protocol = StrategyProtocol(data, config(epochs=epochs), ("ega", "uw"))
        told[epochs] = " ".join(notes([], protocol))
    assert "eccentric vector of ega first leaves 1 in epoch 7" in told[6]
    assert "eccentric" not in told[7]


def test_the_three_single_task_networks_are_one_by_task(data, tmp_path):
    runs = {task: write_run(tmp_path / task, data, seed=seed) for seed, task in enumerate(TASKS)}
    networks = {task: load_model(run / "best.pt") for task, run in runs.items()}
    joined = join_tasks(**networks)
    windows = torch.rand(2, *networks["shape"].window)
    with torch.no_grad():
        found = joined(windows)
        for place, task in enumerate(TASKS):
            torch.testing.assert_close(found[place], networks[task](windows)[place])
    # three times the same network is that network
    whole = evaluate(runs["shape"], data)
    expected = [trial.scores[method_names(whole.record)[0]] for trial in whole.trials]
    same = score_single_tasks(dict.fromkeys(TASKS, runs["shape"]), data)
    assert for_json(same) == for_json(expected)
    assert for_json(score_single_tasks(runs, data)) != for_json(expected)


def written(output, protocol):
    with measured_strategies(protocol, output) as found:
        write_strategies(found, strategy_rows(found.scores), protocol)
    return {
        path.relative_to(output): path.read_bytes()
        for path in output.rglob("*")
        if path.name == "strategies.json" or path.suffix == ".csv" or path.parent.name == "scores"
    }


def test_stopped_within_a_training_it_ends_as_if_it_had_not_been(data, tmp_path, monkeypatch):
    protocol = StrategyProtocol(data, config(), ("ega",))
    whole = written(tmp_path / "whole", protocol)
    began = []

    def interrupted(*args, resume, **kwargs):
        began.append((args[2].name, resume))

        def on_step(now):
            if began == [("single-task-shape-0", False), ("single-task-length-0", False)] and (
                now.epoch == 1
            ):
                raise KeyboardInterrupt

        return train(*args, resume=resume, on_step=on_step, **kwargs)

    monkeypatch.setattr(trainings, "train", interrupted)
    with pytest.raises(UserError, match="interrupted with 0 of 2 strategies and seeds done; the"):
        written(tmp_path / "out", protocol)
    assert not (tmp_path / "out").exists()
    assert (tmp_path / "out.unfinished" / "runs" / "single-task-length-0" / "last.pt").exists()
    with pytest.raises(UserError, match="begun with config"):
        written(tmp_path / "out", StrategyProtocol(data, config(epochs=1), ("ega",)))
    began.clear()
    began.append(None)
    assert written(tmp_path / "out", protocol) == whole
    assert began[1:] == [
        ("single-task-shape-0", True), ("single-task-length-0", True),
        ("single-task-anchors-0", False), ("ega-0", False),
    ]  # fmt: skip
    names = {path.name for path in (tmp_path / "out" / "runs" / "ega-0").iterdir()}
    assert names == {"run.json", "metrics.jsonl", "best.pt", "MODEL_CARD.md"}
    # all trainings of a seed have its split, and a run is one like any other
    records = [RunRecord.load(path) for path in (tmp_path / "out" / "runs").iterdir()]
    assert len(records) == 4 and len({record.split for record in records}) == 1
    network, *_ = method_names(records[0])
    found = evaluate(tmp_path / "out" / "runs" / "ega-0", data)
    kept = json.loads((tmp_path / "out" / "scores" / "ega-0.json").read_text())["methods"]
    network = method_names(found.record)[0]
    assert kept[network] == for_json([trial.scores[network] for trial in found.trials])


def test_a_run_of_the_table_is_what_training_alone_gives(data, tmp_path):
    protocol = StrategyProtocol(data, config(seed=2, epochs=1), ("uw",))
    with measured_strategies(protocol, tmp_path / "out"):
        pass
    alone = config(**{"seed": 2, "epochs": 1, "strategy.name": "uw"})
    record = train(data, alone, tmp_path / "alone")
    assert record == RunRecord.load(tmp_path / "out" / "runs" / "uw-2")
    networks = [load_model(tmp_path / run / "best.pt") for run in ("alone", "out/runs/uw-2")]
    for mine, theirs in zip(*(network.parameters() for network in networks), strict=True):
        np.testing.assert_array_equal(mine.detach(), theirs.detach())


def test_a_training_whose_asker_is_gone_stops(data, tmp_path):
    forsaken = trainings.Training(tmp_path / "run", data, config(), boss=-1)
    with pytest.raises(UserError, match="nobody waits"):
        trainings.fit(forsaken)
    assert not (tmp_path / "run").exists()


def test_people_under_several_names_are_not_parted_by_a_split_that_is_drawn(data, monkeypatch):
    assert trainings.one_name_each(["29", "30"]) == ("29", "30")
    names = ("30", "29_shared_train", "29_shared_test")
    monkeypatch.setattr(Dataset, "subjects", property(lambda _: names))
    with pytest.raises(UserError, match="29_shared_train and 29_shared_test of the data are the"):
        StrategyProtocol(data, config()).made_from()
    with pytest.raises(UserError, match="the same people under several names"):
        FoldProtocol(data, config(), "3").made_from()
