"""Cross-validation by subject: everybody is scored once, by a run that has not seen them.

Each fold is a training of its own, with the same configuration and seed; the people it leaves out
are reconstructed by it alone. Their trials together make one evaluation. See
`radarkit.datasets.folds`.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from radarkit.datasets.splits import Split
from radarkit.errors import UserError
from radarkit.evaluation.evaluate import Evaluation, evaluate
from radarkit.evaluation.fold_protocol import FoldProtocol
from radarkit.evaluation.frameworks import method_names
from radarkit.evaluation.present import ManyRuns, present
from radarkit.evaluation.trainings import (
    Training,
    devices,
    drop_state,
    eval_command,
    fit,
)
from radarkit.evaluation.unfinished import do_parts, unfinished
from radarkit.files import check_output
from radarkit.parallel import Failure
from radarkit.parallel import run as run_all
from radarkit.training.metrics_log import read_history

OnFold = Callable[[int, int, str], None]
_RUNS, _FOLDS = "runs", "folds"


@dataclass(frozen=True)
class Pooled:
    """What came out.

    Attributes
    ----------
    folder : Path
        Where to write what is made of it.
    evaluation : Evaluation
        Of everybody. Its record is that of the first fold, but for a split that tests everybody.
    folds : tuple of dict
        Of each: ``fold``, whom it tests (``test``) and is chosen by (``validation``), how many
        epochs it was trained for and which was the best.
    """

    folder: Path
    evaluation: Evaluation
    folds: tuple[dict[str, Any], ...]


@contextmanager
def cross_validated(
    protocol: FoldProtocol,
    output: Path,
    *,
    jobs: int = 1,
    force: bool = False,
    on_fold: OnFold = lambda *_: None,
) -> Iterator[Pooled]:
    """Train a run a fold and score it on the people it has left out.

    Parameters
    ----------
    protocol : FoldProtocol
        What is asked for.
    output : Path
        The folder that is to be.
    jobs : int
        Processes of this machine, each with a training, and then with the scores of one.
    force : bool
        Replace the output, and begin anew what is unfinished.
    on_fold : callable
        Called after each training with how many are done, how many there are, and its name.

    Yields
    ------
    Pooled
        In a folder that becomes `output` when the block ends without an error. ``runs/`` is in it
        already.

    Raises
    ------
    UserError
        When `output` may not be written, something else was begun there, the data cannot be
        trained on or have too few people, or it is interrupted.
    """
    check_output(output, force=force)
    places, wanted = devices(protocol.device), protocol.made_from()
    parts = (f"{_FOLDS}/*.json", f"{_RUNS}/*/*.pt")
    with unfinished(output, wanted, parts=parts, force=force) as folder:
        tasks = {
            folder / _FOLDS / f"{number}.json": Training(
                folder / _RUNS / f"fold-{number}",
                protocol.data,
                protocol.config,
                split,
                places[number % len(places)],
            )
            for number, split in enumerate(protocol.splits)
        }
        found = do_parts(
            _train,
            tasks,
            unit="folds",
            name=_name,
            jobs=jobs,
            on_done=lambda done, total, training: on_fold(done, total, _name(training)),
        )
        runs = [training.folder for training in tasks.values()]
        for run in runs:
            drop_state(run)
        yield Pooled(folder, _pool(_scored(list(tasks.values()), jobs)), tuple(found))


def present_folds(pooled: Pooled, protocol: FoldProtocol, output: str = "REPORT") -> None:
    """Write scores, pictures and the page of a cross-validation, as of a run.

    Parameters
    ----------
    pooled : Pooled
        What came out, and the folder.
    protocol : FoldProtocol
        What was asked for.
    output : str
        What the command that makes it again calls the report.
    """
    evaluation, found = pooled.evaluation, pooled.folds
    record, trials = evaluation.record, evaluation.trials
    people = len(record.split.test)
    minutes = sum(trial.header.duration_s for trial in trials) / 60
    runs = ManyRuns(
        title="ECG from radar: a cross-validation by subject",
        summary=(
            f"{method_names(record)[0]}, trained {len(found)} times, each time without "
            f"{'one' if len(found) == people else 'some'} of the {people} people of the data set "
            f"{evaluation.dataset.path.name}, whose ECG it then reconstructs; a few of the others "
            f"choose the epoch. What follows is of all {len(found)} runs together: every person is "
            f"in it once, by the run that has not seen them. {len(trials)} trials, {minutes:.1f} "
            "minutes.",
        ),
        commands=(eval_command(protocol.config, protocol.data, output, *protocol.words),),
        facts={
            "folds": list(found),
            "fold_of_subject": {name: fold["fold"] for fold in found for name in fold["test"]},
        },
    )
    shutil.rmtree(pooled.folder / "figures", ignore_errors=True)  # of a call that was stopped
    present(evaluation, (), pooled.folder, runs=runs)


def _train(training: Training) -> dict[str, Any]:
    fit(training)
    history = read_history(training.folder)
    best = min(history, key=lambda row: row["validation_score"])
    assert training.split is not None  # that of the fold
    return {
        "fold": int(training.folder.name.removeprefix("fold-")),
        "test": list(training.split.test),
        "validation": list(training.split.validation),
        "epochs": len(history),
        "best_epoch": best["epoch"] + 1,
    }


def _scored(trainings: Sequence[Training], jobs: int) -> list[Evaluation]:
    """Score every fold on those it has left out, several at a time as they were trained."""
    scored: list[Evaluation] = []
    for training, result in zip(trainings, run_all(_score, trainings, jobs=jobs), strict=True):
        if isinstance(result, Failure):
            raise UserError(f"{_name(training)}: {result.reason}")
        scored.append(result)
    return scored


def _score(training: Training) -> Evaluation:
    torch.set_num_threads(1)
    return evaluate(training.folder, training.data)


def _name(training: Training) -> str:
    return training.folder.name.replace("-", " ")


def _pool(evaluations: list[Evaluation]) -> Evaluation:
    """Join the trials of all folds, in the order of the data set."""
    first = evaluations[0]
    place = {header.name: number for number, header in enumerate(first.dataset.trials)}
    trials = sorted(
        (trial for each in evaluations for trial in each.trials),
        key=lambda trial: place[trial.header.name],
    )
    everybody = tuple(sorted({trial.header.subject for trial in trials}))
    split = Split(train=(), validation=(), test=everybody)
    return Evaluation(
        first.record.model_copy(update={"split": split}), first.dataset, tuple(trials)
    )
