"""The pictures of a report, with what each shows in words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from radarkit.evaluation.ecg_figure import ecg_figure
from radarkit.evaluation.error_figures import beat_errors, error_curves_figure, timing_figure
from radarkit.evaluation.evaluate import Evaluation, TrialResult
from radarkit.evaluation.figures import anchors_figure, cycles_figure, spectrogram_figure
from radarkit.evaluation.frameworks import method_names
from radarkit.evaluation.judged_beats import judge_beats
from radarkit.evaluation.peak_errors import WAVES, peak_errors_ms
from radarkit.evaluation.peak_figure import peaks_figure
from radarkit.evaluation.report import ReportFigure
from radarkit.evaluation.scores import Comparison, compare
from radarkit.evaluation.training_figures import ECCENTRIC, eccentric_figure, history_figure
from radarkit.evaluation.window_figures import WINDOW_S, rank_windows, windows_figure
from radarkit.recording import Float64

_SHOWN_FROM_S = 10.0  # well inside the trial, where every beat is scored
_STRETCH_S, _PHONE_STRETCH_S = 10.0, 5.0

History = Sequence[Mapping[str, Any]]


def pictures(evaluation: Evaluation, history: History) -> dict[str, list[ReportFigure]]:
    """Draw everything, under the headings of a report.

    Parameters
    ----------
    evaluation : Evaluation
    history : sequence of mapping
        Epochs of the run, for its course of training, or none.
    """
    typical, worst = _typical_and_worst(evaluation.trials, method_names(evaluation.record)[0])
    sections = {
        "The ECG": _of_ecg(evaluation, typical, worst),
        "The errors": _of_errors(evaluation),
        "Inside the network": [*_of_input(evaluation, typical), *_of_training(evaluation, history)],
    }
    return {heading: found for heading, found in sections.items() if found}


def _both(title: str, caption: str, draw: Callable[[bool], Figure]) -> ReportFigure:
    """Draw a picture for a page and for a phone."""
    return ReportFigure(title, caption, draw(False), draw(True))


def _of_ecg(evaluation: Evaluation, typical: TrialResult, worst: TrialResult) -> list[ReportFigure]:
    network = method_names(evaluation.record)[0]
    made = typical.reconstructions[network]
    ranked = rank_windows(
        [(each.reconstructions[network], each.truth) for each in evaluation.trials]
    )
    shown = [_long_term("Long-term ECG", "the trial of median ECG PCC", typical, network)]
    if worst is not typical:
        shown.append(
            _long_term("Where it goes wrong", "the trial of lowest ECG PCC", worst, network)
        )
    return [
        *shown,
        _both(
            "Best and worst windows",
            f"Of all windows of {WINDOW_S:g} s, those with the highest and the lowest correlation, "
            "nothing aligned. Marks as above.",
            lambda phone: windows_figure(ranked, phone=phone),
        ),
        _both(
            "Single cycles",
            f"Beats spread evenly over {typical.header.name}, each predicted cycle scaled to the "
            "height of the true one, as RMSE and PCC take them.",
            lambda phone: cycles_figure(compare(made, typical.truth), phone=phone),
        ),
    ]


def _long_term(title: str, which: str, trial: TrialResult, network: str) -> ReportFigure:
    made, pcc = trial.reconstructions[network], float(trial.scores[network]["ecg_pcc"])
    counts = judge_beats(made, trial.truth).in_words
    sure = " The band at the bottom is the confidence." if made.ecg_confidence is not None else ""
    return _both(
        title,
        f"{trial.header.name}, {which} ({pcc:.2f}), assembled from predictions alone: {counts}. "
        f"The upper marks are what the radar says, the lower ones the truth.{sure} What is shaded "
        "is not scored.",
        lambda phone: ecg_figure(made, trial.truth, phone=phone),
    )


def _of_errors(evaluation: Evaluation) -> list[ReportFigure]:
    methods = method_names(evaluation.record)
    compared = _compared(evaluation.trials, methods)
    errors = {name: beat_errors(found) for name, found in compared.items()}
    timing = {
        name: np.concatenate([each.timing_error_ms for each in found])
        for name, found in compared.items()
    }
    peaks = _peak_errors(evaluation.trials, methods)
    return [
        _both(
            "Errors beat by beat",
            "Which share of all true beats comes within an error; left is better, and what is "
            "missing to 1 was missed or lies farther out. Circles: half of the beats; squares: "
            "nine in ten. Their values stand in the corners, a dash where missed beats leave none.",
            lambda phone: error_curves_figure(errors, phone=phone),
        ),
        _both(
            "R timing, early and late",
            "Matched beats of all trials, nothing aligned.",
            lambda phone: timing_figure(timing, phone=phone),
        ),
        _both(
            "Peaks of Q, R, S and T",
            "Matched beats of all trials; what is missing to 1 was not found in one of the ECGs.",
            lambda phone: peaks_figure(peaks, phone=phone),
        ),
    ]


def _of_input(evaluation: Evaluation, trial: TrialResult) -> list[ReportFigure]:
    header, truth, dataset = trial.header, trial.truth, evaluation.dataset
    made = trial.reconstructions[method_names(evaluation.record)[0]]
    start_s = min(_SHOWN_FROM_S, max(0.0, truth.duration_s - _STRETCH_S))
    true = np.asarray([] if truth.r_peaks is None else truth.r_peaks, np.float64)
    values = dataset.frames(header, 0, header.frames).astype(np.float32).mean(axis=0)
    reads = evaluation.record.model.framework != "MMECG"
    shown = [
        _both(
            "Spectrogram",
            f"Mean over the channels of {header.name}"
            + (": what the network reads." if reads else "; the network reads the vibration."),
            lambda phone: spectrogram_figure(
                values,
                dataset.frequencies_hz(header),
                header.frame_rate_hz,
                made.r_peaks,
                true,
                start_s=start_s,
                duration_s=_PHONE_STRETCH_S if phone else _STRETCH_S,
                phone=phone,
            ),
        )
    ]
    curve = made.anchor_curve
    if curve is not None:
        shown.append(
            _both(
                "Anchors",
                f"What the network says of R peaks in {header.name}, averaged over overlapping "
                "windows.",
                lambda phone: anchors_figure(
                    curve,
                    made.r_peaks,
                    true,
                    start_s=start_s,
                    duration_s=_PHONE_STRETCH_S if phone else _STRETCH_S,
                    phone=phone,
                ),
            )
        )
    return shown


def _of_training(evaluation: Evaluation, history: History) -> list[ReportFigure]:
    if not history:
        return []
    shown = [
        _both(
            "Training",
            "Means over each epoch, counted from 0.",
            lambda phone: history_figure(history, phone=phone),
        )
    ]
    warmup = evaluation.record.train.strategy.settings.get("warmup_epochs")
    if warmup is not None and any(ECCENTRIC in row for row in history):
        shown.append(
            _both(
                "Eccentric vector of EGA",
                f"How much each task weighs. The warm-up is over before epoch {warmup}, whose "
                "losses are the reference; a task whose loss has since fallen less than those of "
                "the others rises above 1.",
                lambda phone: eccentric_figure(history, warmup, phone=phone),
            )
        )
    return shown


def _compared(trials: Sequence[TrialResult], methods: Sequence[str]) -> dict[str, list[Comparison]]:
    return {
        method: [compare(each.reconstructions[method], each.truth) for each in trials]
        for method in methods
    }


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


def _typical_and_worst(
    trials: Sequence[TrialResult], method: str
) -> tuple[TrialResult, TrialResult]:
    """Pick the trial whose correlation is the median one, and the one whose is the lowest."""
    by_quality = sorted(trials, key=lambda trial: float(trial.scores[method]["ecg_pcc"]))
    return by_quality[len(by_quality) // 2], by_quality[0]
