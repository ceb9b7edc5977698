"""What `radarkit eval` leaves: ``metrics.json``, ``figures/*.png`` and ``report.html``."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radarkit.datasets.splits import seen_in_words
from radarkit.evaluation.evaluate import Evaluation
from radarkit.evaluation.frameworks import method_names
from radarkit.evaluation.pictures import pictures
from radarkit.evaluation.remake import train_command
from radarkit.evaluation.report import ReportContent, write_report
from radarkit.evaluation.scores import Row, for_json, summarise, summarise_by
from radarkit.evaluation.verdicts import Verdict, in_words, verdicts

_FROM_RADAR_ALONE = (
    "R peaks, cycles and the long-term ECG come from the radar alone. No true R peak, offset or "
    "length enters a reconstruction."
)


def summaries(evaluation: Evaluation) -> dict[str, list[Row]]:
    """Medians over trials for each method: first of everybody, then of each subject."""
    methods = method_names(evaluation.record)
    return {
        method: summarise([trial.scores[method] for trial in evaluation.trials])
        for method in methods
    }


def by_status(evaluation: Evaluation) -> dict[str, list[Row]]:
    """Medians over trials for each method and each state of the people, where states are known."""
    if not any(trial.header.status for trial in evaluation.trials):
        return {}
    return {
        method: summarise_by(
            [
                {**trial.scores[method], "status": trial.header.status or "unknown"}
                for trial in evaluation.trials
            ],
            "status",
        )
        for method in method_names(evaluation.record)
    }


def judged(evaluation: Evaluation) -> dict[str, list[Verdict]]:
    """Whether the network is better than each baseline, metric by metric."""
    return verdicts(_trials(evaluation))


def verdict_lines(evaluation: Evaluation) -> list[str]:
    """Say the same in a line for each baseline."""
    return [
        f"beside {baseline} the network is {in_words(found)}"
        for baseline, found in judged(evaluation).items()
    ]


@dataclass(frozen=True)
class ManyRuns:
    """What a report says of several runs together, in place of what it says of one.

    Attributes
    ----------
    title : str
    summary : sequence of str
        Paragraphs under the title.
    commands : sequence of str
        That make it again.
    facts : mapping
        What ``metrics.json`` says besides.
    """

    title: str
    summary: Sequence[str]
    commands: Sequence[str]
    facts: Mapping[str, Any]


def present(
    evaluation: Evaluation,
    history: Sequence[Mapping[str, Any]],
    folder: Path,
    *,
    run: str = "RUN",
    output: str = "REPORT",
    runs: ManyRuns | None = None,
) -> None:
    """Write scores, pictures and the page.

    Parameters
    ----------
    evaluation : Evaluation
        What to show.
    history : sequence of mapping
        Epochs of the run, for its course of training.
    folder : Path
        An existing folder without these files.
    run, output : str
        What the commands that make it again call the run and the report.
    runs : ManyRuns, optional
        Where the trials are of several runs.
    """
    found, states, trials = summaries(evaluation), by_status(evaluation), _trials(evaluation)
    record, data = evaluation.record, evaluation.dataset
    content = {
        "methods": {
            method: {
                "all": for_json(rows[:1])[0],
                "subjects": for_json(rows[1:]),
                "statuses": for_json(states.get(method, [])),
                "trials": for_json(trials[method]),
            }
            for method, rows in found.items()
        },
        "beside": {
            baseline: for_json([_verdict_row(each) for each in of_baseline])
            for baseline, of_baseline in judged(evaluation).items()
        },
        "data": data.path.name,
        "subjects_seen_in_training": list(evaluation.seen),
        "run": record.model_dump(mode="json", exclude={"reference"}),
        **(runs.facts if runs else {}),
    }
    (folder / "metrics.json").write_text(json.dumps(content, indent=2) + "\n")

    drawn = pictures(evaluation, history)
    (folder / "figures").mkdir()
    for picture in (picture for section in drawn.values() for picture in section):
        name = picture.title.lower().replace(",", "").replace(" ", "-")
        (folder / "figures" / f"{name}.png").write_bytes(picture.png)

    write_report(
        folder / "report.html",
        ReportContent(
            title=runs.title
            if runs
            else f"ECG from radar: a run on people it has {'' if evaluation.seen else 'not '}seen",
            summary=[*(runs.summary if runs else _summary(evaluation)), _FROM_RADAR_ALONE],
            trials=trials,
            methods=found,
            statuses=states,
            figures=drawn,
            configuration=_configuration(evaluation),
            versions=record.versions,
            seed=record.train.seed,
            commands=runs.commands
            if runs
            else (
                train_command(record.train, str(record.data["name"]), run, record.split),
                _eval_command(evaluation, run, output),
            ),
        ),
    )


def _trials(evaluation: Evaluation) -> dict[str, list[Row]]:
    return {
        method: [trial.scores[method] for trial in evaluation.trials]
        for method in method_names(evaluation.record)
    }


def _verdict_row(verdict: Verdict) -> Row:
    return {
        "metric": verdict.metric.key,
        "verdict": verdict.word,
        "difference": verdict.difference,
        "low": verdict.low,
        "high": verdict.high,
        "trials": verdict.trials,
        "people": verdict.people,
    }


def _summary(evaluation: Evaluation) -> list[str]:
    record, trials = evaluation.record, evaluation.trials
    people = len({trial.header.subject for trial in trials})
    minutes = sum(trial.header.duration_s for trial in trials) / 60
    told = []
    if evaluation.seen:
        told.append(
            f"Not a test: the network has learnt from {seen_in_words(evaluation.seen)}, or was "
            "chosen by them, and may remember them. How good it is on anybody else does not follow "
            "from this page."
        )
    return [
        *told,
        f"{method_names(record)[0]}, trained on {len(record.split.train)} people of the data set "
        f"{record.data['name']} and chosen on {len(record.split.validation)} more, reconstructs "
        f"the ECG of {people} {'people' if evaluation.seen else 'others'} in the data set "
        f"{evaluation.dataset.path.name}: {len(trials)} trials, {minutes:.1f} minutes.",
    ]


def _configuration(evaluation: Evaluation) -> dict[str, Any]:
    """Show what the run was made from; what its data set says as JSON is laid open."""
    record = evaluation.record.model_dump(mode="json", exclude={"reference", "versions"})
    record["data"] = {
        name.removesuffix("_json"): json.loads(value) if name.endswith("_json") else value
        for name, value in record["data"].items()
    }
    return dict(record)


def _eval_command(evaluation: Evaluation, run: str, output: str) -> str:
    words = ["radarkit", "eval", run, str(evaluation.dataset.path), "-o", output]
    # a published split that shares people tests them without being allowed to
    allowed = not evaluation.seen.keys() <= set(evaluation.record.split.test)
    return shlex.join([*words, *(["--allow-seen"] if allowed else [])])
