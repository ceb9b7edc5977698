"""Runs under the noises of the published tables, one finished condition after the other.

Every condition (a noise in a domain, for one run) is an evaluation of its own, so they are done in
any order and by several processes. Until all are done they wait in ``OUT.unfinished``; a call that
was stopped goes on from there if it asks for the same of the same. The output appears whole.
"""

import json
import shutil
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
from radarkit.files import atomic_file, check_output, held_folder, put_in_place
from radarkit.parallel import Failure
from radarkit.parallel import run as run_all

OnCondition = Callable[[int, int, str], None]
Scores = dict[str, list[dict[str, str | float | None]]]
_PROTOCOL, _CONDITIONS = "protocol.json", "conditions"


@dataclass(frozen=True)
class _Task:
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
    wanted = protocol.made_from()
    folder = output.with_name(f"{output.name}.unfinished")
    if force and folder.exists():
        shutil.rmtree(folder)
    with held_folder(folder):
        try:
            _begin(folder, wanted)
            yield folder, _scores(protocol, folder, jobs, on_condition)
            check_output(output, force=force)
            put_in_place(folder, output)
        finally:
            if folder.exists() and not _any_done(folder):
                shutil.rmtree(folder)


def _begin(folder: Path, wanted: dict[str, Any]) -> None:
    """Note what is measured in a new folder; check that it is the same in one that is there."""
    noted = folder / _PROTOCOL
    if not _any_done(folder):
        with atomic_file(noted, force=True) as part:
            part.write_text(json.dumps(wanted, indent=2) + "\n")
        return
    there = json.loads(noted.read_text())
    for key in wanted:
        if there.get(key) != wanted[key]:
            raise UserError(
                f"{folder} was begun with {key} = {json.dumps(there.get(key))}",
                expected=json.dumps(wanted[key]),
                do="give another --output, or --force to begin anew",
            )


def _any_done(folder: Path) -> bool:
    return any(folder.glob(f"{_CONDITIONS}/*/*.json"))


def _scores(
    protocol: Protocol, folder: Path, jobs: int, on_condition: OnCondition
) -> dict[str, dict[Condition, Scores]]:
    """Measure what is not there yet, and read everything."""
    places = {
        (name, condition): folder / _CONDITIONS / str(number) / f"{condition.key}.json"
        for number, name in enumerate(protocol.names)
        for condition in protocol.conditions
    }
    left = [key for key, place in places.items() if not place.exists()]
    tasks = [
        _Task(protocol.names[name], protocol.data, condition, protocol.seed, protocol.allow_seen)
        for name, condition in left
    ]
    done = len(places) - len(left)

    def keep(number: int, result: Scores | Failure) -> None:
        nonlocal done
        if isinstance(result, Failure):
            return
        name, condition = left[number]
        place = places[name, condition]
        place.parent.mkdir(parents=True, exist_ok=True)
        content = {"run": name, "condition": condition.key, "methods": result}
        with atomic_file(place, force=True) as part:
            part.write_text(json.dumps(content, indent=1) + "\n")
        done += 1
        on_condition(done, len(places), f"{name} {condition.key}")

    try:
        results = run_all(_measure, tasks, jobs=jobs, on_done=keep)
    except KeyboardInterrupt:
        raise UserError(
            f"interrupted with {done} of {len(places)} conditions done",
            do="the same command goes on from there",
        ) from None
    for (name, condition), result in zip(left, results, strict=True):
        if isinstance(result, Failure):
            raise UserError(f"{name}, {condition.key}: {result.reason}")
    return {
        name: {
            condition: json.loads(places[name, condition].read_text())["methods"]
            for condition in protocol.conditions
        }
        for name in protocol.names
    }


def _measure(task: _Task) -> Scores:
    found = evaluate(
        task.run,
        task.data,
        noise=task.condition.live(task.seed),
        allow_seen=task.allow_seen,
    )
    methods = found.trials[0].scores
    return {
        method: for_json([trial.scores[method] for trial in found.trials]) for method in methods
    }
