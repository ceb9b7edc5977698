"""Everybody scored once, by a run that has not seen them."""

import pytest

from radarkit.datasets.published_splits import published_subject
from radarkit.datasets.reader import Dataset
from radarkit.errors import UserError
from radarkit.evaluation import trainings
from radarkit.evaluation.cross_validate import cross_validated
from radarkit.evaluation.evaluate import evaluate
from radarkit.evaluation.fold_protocol import FoldProtocol
from radarkit.evaluation.frameworks import method_names
from radarkit.evaluation.scores import for_json
from radarkit.training.presets import load_config
from radarkit.training.run import RunRecord
from radarkit.training.train import train

from .runs import write_data


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("cross-validate") / "data.h5")


def config(**changes):
    quick = {"epochs": 2, "batch_size": 4, "window.hop_s": 4.0}
    return load_config(changes={**quick, **changes})


def rows_of(output, protocol):
    """The network's rows of all trials, and the folds."""
    with cross_validated(protocol, output) as pooled:
        network = method_names(pooled.evaluation.record)[0]
        rows = [trial.scores[network] for trial in pooled.evaluation.trials]
        assert not pooled.evaluation.seen
        return for_json(rows), pooled.folds


def test_everybody_is_scored_once_by_a_run_that_has_not_seen_them(data, tmp_path, monkeypatch):
    protocol = FoldProtocol(data, config(), "loso")
    whole, folds = rows_of(tmp_path / "whole", protocol)
    runs = sorted((tmp_path / "whole" / "runs").iterdir())
    assert [run.name for run in runs] == ["fold-0", "fold-1", "fold-2"]
    trials = []
    for run, fold in zip(runs, folds, strict=True):
        split = RunRecord.load(run).split
        assert len(split.test) == len(split.validation) == len(split.train) == 1
        assert fold["test"] == list(split.test) and fold["validation"] == list(split.validation)
        assert fold["epochs"] == 2 and not (run / "last.pt").exists()
        found = evaluate(run, data)
        network = method_names(found.record)[0]
        trials += for_json([trial.scores[network] for trial in found.trials])
    assert len(trials) == 3
    assert whole == sorted(trials, key=lambda row: row["subject"])

    # stopped in the second fold it ends as if it had not been
    def interrupted(*args, **kwargs):
        if args[2].name == "fold-1":
            raise KeyboardInterrupt
        return train(*args, **kwargs)

    monkeypatch.setattr(trainings, "train", interrupted)
    with pytest.raises(UserError, match="interrupted with 1 of 3 folds done; the same command"):
        rows_of(tmp_path / "out", protocol)
    assert not (tmp_path / "out").exists()
    with pytest.raises(UserError, match="begun with config"):
        rows_of(tmp_path / "out", FoldProtocol(data, config(seed=1), "loso"))
    monkeypatch.undo()
    assert rows_of(tmp_path / "out", protocol) == (whole, folds)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "whole"]


@pytest.mark.parametrize("k", ["loso", "5"])
def test_all_trials_of_a_person_of_mmecg_are_tested_together(data, monkeypatch, k):
    person = {trial: str(published_subject(trial)) for trial in range(1, 92)}
    people = tuple(dict.fromkeys(person.values()))
    monkeypatch.setattr(Dataset, "subjects", property(lambda _: people))
    splits = FoldProtocol(data, config(), k).splits
    assert len(splits) == (11 if k == "loso" else 5)
    tested = [trial for split in splits for trial in person if person[trial] in split.test]
    assert sorted(tested) == list(range(1, 92))
    for split in splits:
        learnt = {trial for trial in person if person[trial] in (*split.train, *split.validation)}
        assert not {person[trial] for trial in learnt} & set(split.test)
        assert len(learnt) + sum(person[trial] in split.test for trial in person) == 91


@pytest.mark.parametrize(
    ("folds", "words"),
    [
        ("one", "--cross-validate one; expected a number of folds, or loso"),
        ("2.5", "--cross-validate 2.5; expected a number of folds, or loso"),
        ("1", r"1 fold\(s\) of 3 subject\(s\); expected 2 to 3 folds"),
        ("4", r"4 fold\(s\) of 3 subject\(s\); expected 2 to 3 folds"),
        ("2", "leaves nobody to train on"),
    ],
)
def test_folds_that_cannot_be_leave_nothing(data, tmp_path, folds, words):
    with pytest.raises(UserError, match=words):
        rows_of(tmp_path / "out", FoldProtocol(data, config(), folds))
    assert list(tmp_path.iterdir()) == []
