"""Every strategy trained alike and scored on the same unseen people: radarODE-MTL's Table II.

A strategy and a seed are one part of the work: a training of its own, or the three of the
single-task baseline, and the scores of every trial. All trainings of a seed share its split, its
initial weights and the order of its windows, as ``radarkit train --seed`` gives them; a split that
is named is that of all seeds. With
`leading` every strategy gets the first seed, and only the best of those get the others; being
chosen by its first seed flatters a strategy in it, so a table gives means over seeds.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radarkit.errors import UserError
from radarkit.evaluation.evaluate import evaluate
from radarkit.evaluation.scores import for_json
from radarkit.evaluation.single_tasks import score_single_tasks
from radarkit.evaluation.strategy_entries import SINGLE
from radarkit.evaluation.strategy_interval import Trial
from radarkit.evaluation.strategy_protocol import StrategyProtocol
from radarkit.evaluation.strategy_rows import ranked, reference_of, strategy_rows
from radarkit.evaluation.trainings import Training, devices, drop_state, fit
from radarkit.evaluation.unfinished import do_parts, unfinished
from radarkit.files import check_output
from radarkit.training.losses import TASKS

OnStrategy = Callable[[int, int, str], None]
_RUNS, _SCORES = "runs", "scores"


@dataclass(frozen=True)
class _Part:
    """A strategy and a seed."""

    entry: str
    seed: int
    trainings: tuple[Training, ...]


@dataclass(frozen=True)
class Measured:
    """What came out.

    Attributes
    ----------
    folder : Path
        Where to write what is made of it.
    scores : dict of str to dict
        By entry and seed, the row of every trial.
    runs : dict of str to dict
        By entry and seed, the folders of the runs.
    """

    folder: Path
    scores: dict[str, dict[int, list[Trial]]]
    runs: dict[str, dict[int, tuple[Path, ...]]]


@contextmanager
def measured_strategies(
    protocol: StrategyProtocol,
    output: Path,
    *,
    jobs: int = 1,
    force: bool = False,
    resume: bool = False,
    on_done: OnStrategy = lambda *_: None,
) -> Iterator[Measured]:
    """Train and score every strategy with its seeds.

    Parameters
    ----------
    protocol : StrategyProtocol
        What is asked for.
    output : Path
        The folder that is to be.
    jobs : int
        Processes of this machine, each with a training.
    force : bool
        Replace the output, and begin anew what is unfinished.
    resume : bool
        Go on from an output that is there, with more seeds or strategies.
    on_done : callable
        Called after each strategy and seed with how many are done, how many there are so far, and
        its name.

    Yields
    ------
    Measured
        In a folder that becomes `output` when the block ends without an error. ``runs/`` and
        ``scores/`` are in it already.

    Raises
    ------
    UserError
        When `output` may not be written, something else was begun there, a strategy or the data
        cannot be used, or it is interrupted.
    """
    if protocol.leading is not None and protocol.seeds == 1:
        raise UserError(
            f"--leading {protocol.leading} with one seed", do="give --seeds, or leave it out"
        )
    check_output(output, force=force or resume)
    places, seeds = devices(protocol.device), protocol.all_seeds
    lines, wanted = protocol.entries, protocol.made_from()
    parts = (f"{_SCORES}/*.json", f"{_RUNS}/*/*.pt")
    with unfinished(output, wanted, parts=parts, force=force, resume=resume) as folder:

        def done(asked: Mapping[str, range]) -> Measured:
            return _measured(protocol, folder, asked, places, jobs, on_done)

        if protocol.leading is None or len(seeds) == 1:
            yield done({entry.name: seeds for entry in lines})
            return
        found = done({entry.name: seeds[:1] for entry in lines})
        best = ranked(strategy_rows(found.scores))[: protocol.leading]
        chosen = {SINGLE, reference_of(list(found.scores)), *best}
        yield done({e.name: seeds if e.name in chosen else seeds[:1] for e in lines})


def _measured(
    protocol: StrategyProtocol,
    folder: Path,
    asked: Mapping[str, range],
    places: tuple[str, ...],
    jobs: int,
    on_done: OnStrategy,
) -> Measured:
    """Train and score what is not there yet, the first seeds first, and read everything."""
    tasks: dict[Path, _Part] = {}
    for seed in protocol.all_seeds:
        for entry in protocol.entries:
            if seed in asked[entry.name]:
                trainings = tuple(
                    Training(
                        folder / _RUNS / name,
                        protocol.data,
                        config,
                        protocol.split,
                        device=places[len(tasks) % len(places)],
                    )
                    for name, config in entry.runs(seed).items()
                )
                place = folder / _SCORES / f"{entry.slug}-{seed}.json"
                tasks[place] = _Part(entry.name, seed, trainings)

    def scored(done: int, total: int, part: _Part) -> None:
        for training in part.trainings:
            drop_state(training.folder)
        on_done(done, total, _name(part))

    contents = do_parts(
        _train_and_score,
        tasks,
        unit="strategies and seeds",
        name=_name,
        jobs=jobs,
        on_done=scored,
    )
    found = Measured(folder, {name: {} for name in asked}, {name: {} for name in asked})
    for part, content in zip(tasks.values(), contents, strict=True):
        found.scores[part.entry][part.seed] = next(iter(content["methods"].values()))
        found.runs[part.entry][part.seed] = tuple(each.folder for each in part.trainings)
    return found


def _name(part: _Part) -> str:
    return f"{part.entry}, seed {part.seed}"


def _train_and_score(part: _Part) -> dict[str, Any]:
    for training in part.trainings:
        fit(training)
    first = part.trainings[0]
    if len(part.trainings) == 1:
        trials = evaluate(first.folder, first.data).trials
        methods = {
            method: for_json([trial.scores[method] for trial in trials])
            for method in trials[0].scores
        }
    else:
        runs = dict(zip(TASKS, (each.folder for each in part.trainings), strict=True))
        methods = {"single-task networks": for_json(score_single_tasks(runs, first.data))}
    return {"strategy": part.entry, "seed": part.seed, "methods": methods}
