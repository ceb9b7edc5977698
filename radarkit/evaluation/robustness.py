"""Runs under the noises of the published tables, one finished condition after the other.

Every condition (a noise in a domain, for one run) is an evaluation of its own, so they are done in
any order and by several processes. Until all are done they wait in ``OUT.unfinished``; a call that
was stopped goes on from there if it asks for the same of the same. The output appears whole.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radarkit.errors import UserError
from radarkit.evaluation.evaluate import evaluate
from radarkit.evaluation.noise_conditions import Condition
from radarkit.evaluation.noise_protocol import Protocol
from radarkit.evaluation.scores import for_json
from radarkit.evaluation.unfinished import do_parts, unfinished
from radarkit.files import check_output

OnCondition = Callable[[int, int, str], None]
Scores = dict[str, list[dict[str, str | float | None]]]
_CONDITIONS = "conditions"


@dataclass(frozen=True)
class _Task:
    name: str
    run: Path
    data: Path
    condition: Condition
    seed: int
    allow_seen: bool


@contextmanager
def measured(
    protocol: Protocol,
    output: Path,
    *,
    jobs: int = 1,
    force: bool = False,
    on_condition: OnCondition = lambda *_: None,
) -> Iterator[tuple[Path, dict[str, dict[Condition, Scores]]]]:
    """Score every run under every condition.

    Parameters
    ----------
    protocol : Protocol
        What is asked for.
    output : Path
        The folder that is to be.
    jobs : int
        Processes of this machine.
    force : bool
        Replace the output, and begin anew what is unfinished.
    on_condition : callable
        Called after each condition with how many are done, how many there are, and its name.

    Yields
    ------
    folder : Path
        Where to write what is made of the scores; it becomes `output` when the block ends without
        an error. The scores of every trial are in it already: ``conditions/0/`` holds those of the
        first run.
    scores : dict
        By run and condition, the rows of all trials by each method.

    Raises
    ------
    UserError
        As `Protocol.made_from`; when `output` may not be written; when something else was begun
        there; when it is interrupted.
    """
    if len(protocol.names) < len(protocol.runs):
        raise UserError("the same run twice", expected="different runs")
    check_output(output, force=force)
    parts = (f"{_CONDITIONS}/*/*.json",)
    with unfinished(output, protocol.made_from(), parts=parts, force=force) as folder:
        yield folder, _scores(protocol, folder, jobs, on_condition)


def _scores(
    protocol: Protocol, folder: Path, jobs: int, on_condition: OnCondition
) -> dict[str, dict[Condition, Scores]]:
    """Measure what is not there yet, and read everything."""
    tasks = {
        folder / _CONDITIONS / str(number) / f"{condition.key}.json": _Task(
            name, run, protocol.data, condition, protocol.seed, protocol.allow_seen
        )
        for number, (name, run) in enumerate(protocol.names.items())
        for condition in protocol.conditions
    }
    contents = do_parts(
        _measure,
        tasks,
        unit="conditions",
        name=lambda task: f"{task.name}, {task.condition.key}",
        jobs=jobs,
        on_done=lambda done, total, task: on_condition(
            done, total, f"{task.name} {task.condition.key}"
        ),
    )
    scores: dict[str, dict[Condition, Scores]] = {name: {} for name in protocol.names}
    for task, content in zip(tasks.values(), contents, strict=True):
        scores[task.name][task.condition] = content["methods"]
    return scores


def _measure(task: _Task) -> dict[str, Any]:
    found = evaluate(
        task.run,
        task.data,
        noise=task.condition.live(task.seed),
        allow_seen=task.allow_seen,
    )
    methods = found.trials[0].scores
    return {
        "run": task.name,
        "condition": task.condition.key,
        "methods": {
            method: for_json([trial.scores[method] for trial in found.trials]) for method in methods
        },
    }
