"""What `radarkit eval` leaves: ``metrics.json``, ``figures/*.png`` and ``report.html``."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from radarkit.evaluation.evaluate import Evaluation, TrialResult, method_names
from radarkit.evaluation.figures import (
    anchors_figure,
    cycles_figure,
    ecg_figure,
    spectrogram_figure,
    timing_figure,
)
from radarkit.evaluation.peak_errors import WAVES, peak_errors_ms
from radarkit.evaluation.peak_figure import peaks_figure
from radarkit.evaluation.report import ReportContent, ReportFigure, write_report
from radarkit.evaluation.scores import Row, compare, for_json, summarise, summarise_by
from radarkit.evaluation.window_figures import WINDOW_S, rank_windows, windows_figure
from radarkit.recording import Float64
from radarkit.style import DPI

_SHOWN_FROM_S = 10.0  # well inside the trial, where every beat is scored


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


def present(
    evaluation: Evaluation,
    history: Sequence[Mapping[str, Any]],
    folder: Path,
    *,
    title: str | None = None,
    summary: Sequence[str] = (),
    facts: Mapping[str, Any] | None = None,
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
    title : str, optional
        Instead of that of a single run.
    summary : sequence of str
        Instead of the paragraphs about a single run.
    facts : mapping, optional
        What ``metrics.json`` says besides.
    """
    found, states = summaries(evaluation), by_status(evaluation)
    record, data = evaluation.record, evaluation.dataset
    content = {
        "methods": {
            method: {
                "all": for_json(rows[:1])[0],
                "subjects": for_json(rows[1:]),
                "statuses": for_json(states.get(method, [])),
                "trials": for_json([trial.scores[method] for trial in evaluation.trials]),
            }
            for method, rows in found.items()
        },
        "data": data.path.name,
        "subjects_seen_in_training": list(evaluation.seen),
        "run": record.model_dump(mode="json", exclude={"reference"}),
        **(facts or {}),
    }
    (folder / "metrics.json").write_text(json.dumps(content, indent=2) + "\n")

    pictures = _pictures(evaluation)
    (folder / "figures").mkdir()
    for picture in pictures:
        name = picture.title.lower().replace(",", "").replace(" ", "-")
        picture.figure.savefig(folder / "figures" / f"{name}.png", dpi=DPI)

    subjects = list(dict.fromkeys(trial.header.subject for trial in evaluation.trials))
    seconds = sum(trial.header.duration_s for trial in evaluation.trials)
    network = method_names(record)[0]
    write_report(
        folder / "report.html",
        ReportContent(
            title=title
            or f"ECG from radar: a run on people it has {'' if evaluation.seen else 'not '}seen",
            summary=summary
            or (
                *_warning(evaluation.seen),
                f"{network}, trained on {len(record.split.train)} people of the data set "
                f"{record.data['name']} and chosen on {len(record.split.validation)} more, "
                f"reconstructs the ECG of {len(subjects)} "
                f"{'people' if evaluation.seen else 'others'} ({', '.join(subjects)}) in the data "
                f"set {data.path.name}: {len(evaluation.trials)} trials, {seconds / 60:.1f} "
                "minutes.",
                "R peaks, cycles and the long-term ECG come from the radar alone. No true R peak, "
                "offset or length enters a reconstruction.",
            ),
            methods=found,
            statuses=states,
            figures=pictures,
            configuration=record.model_dump(mode="json", exclude={"reference", "versions"}),
            versions=record.versions,
            seed=record.train.seed,
            history=history,
        ),
    )


def _warning(seen: Sequence[str]) -> list[str]:
    if not seen:
        return []
    return [
        f"Not a test: the network has learnt from {', '.join(seen)}, or was chosen by them, and "
        "may remember them. How good it is on anybody else does not follow from this page."
    ]


def _pictures(evaluation: Evaluation) -> list[ReportFigure]:
    methods = method_names(evaluation.record)
    trial = _typical(evaluation.trials, methods[0])
    header, truth = trial.header, trial.truth
    network = trial.reconstructions[methods[0]]
    start_s = min(_SHOWN_FROM_S, max(0.0, truth.duration_s - 10))
    true = np.asarray([] if truth.r_peaks is None else truth.r_peaks, np.float64)
    values = evaluation.dataset.frames(header, 0, header.frames).astype(np.float32)
    assert network.anchor_curve is not None  # `reconstruct` keeps it
    errors = {
        method: np.concatenate(
            [
                compare(each.reconstructions[method], each.truth).timing_error_ms
                for each in evaluation.trials
            ]
        )
        for method in methods
        if method != methods[1]  # the mean beat sits on the network's own anchors
    }
    name = header.name
    return [
        ReportFigure(
            "Spectrogram",
            f"Mean over the channels of {name}: what the network reads.",
            spectrogram_figure(
                values.mean(axis=0),
                evaluation.dataset.frequencies_hz(header),
                header.frame_rate_hz,
                network.r_peaks,
                true,
                start_s=start_s,
            ),
        ),
        ReportFigure(
            "Anchors",
            f"What the network says of R peaks in {name}, averaged over overlapping windows.",
            anchors_figure(network.anchor_curve, network.r_peaks, true, start_s=start_s),
        ),
        ReportFigure(
            "Single cycles",
            f"Beats spread evenly over {name}.",
            cycles_figure(compare(network, truth)),
        ),
        ReportFigure(
            "Long-term ECG",
            f"{name}, assembled from predictions alone, over the truth.",
            ecg_figure(network, truth, start_s=start_s),
        ),
        ReportFigure(
            "R timing", "All matched beats of all trials, nothing aligned.", timing_figure(errors)
        ),
        ReportFigure(
            "Peaks of Q, R, S and T",
            "Matched beats of all trials; what is missing to 1 was not found in one of the ECGs.",
            peaks_figure(_peak_errors(evaluation.trials, methods)),
        ),
        ReportFigure(
            "Best and worst windows",
            f"Of all windows of {WINDOW_S:g} s, those with the highest (left) and the lowest "
            "(right) correlation, nothing aligned.",
            windows_figure(
                rank_windows(
                    [(each.reconstructions[methods[0]], each.truth) for each in evaluation.trials]
                )
            ),
        ),
    ]


def _peak_errors(
    trials: Sequence[TrialResult], methods: Sequence[str]
) -> dict[str, dict[str, Float64]]:
    """Signed errors of all matched beats, by method and wave."""
    found = {
        method: [peak_errors_ms(each.reconstructions[method], each.truth) for each in trials]
        for method in methods
    }
    return {
        method: {wave: np.concatenate([each[wave] for each in of_trials]) for wave in WAVES}
        for method, of_trials in found.items()
    }


def _typical(trials: Sequence[TrialResult], method: str) -> TrialResult:
    """Pick the trial whose correlation is the median one: neither the best nor the worst."""
    by_quality = sorted(trials, key=lambda trial: float(trial.scores[method]["ecg_pcc"]))
    return by_quality[len(by_quality) // 2]
