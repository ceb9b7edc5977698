"""A run and data it has not seen, to scores, pictures and a report.

Every trial of the unseen subjects is reconstructed from its radar alone, by the network and by the
trivial baselines; only then are the labels read and the reconstructions scored.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from radarkit.datasets.live_noise import LiveNoise
from radarkit.datasets.reader import Dataset
from radarkit.datasets.splits import left_out_subjects, seen_subjects, unseen_subjects
from radarkit.datasets.trial_header import TrialHeader
from radarkit.datasets.windows import TARGET_RATE_HZ
from radarkit.errors import UserError
from radarkit.evaluation.assemble import Reconstruction
from radarkit.evaluation.baselines import classical_beats, mean_beat
from radarkit.evaluation.frameworks import method_names, reconstruct, told_the_truth
from radarkit.evaluation.scores import Row, score
from radarkit.evaluation.trial_input import TrialInput
from radarkit.models import Network
from radarkit.recording import Recording
from radarkit.training.checkpoint import load_model
from radarkit.training.run import BEST, RunRecord

HOP_S = 0.2  # windows overlap twentyfold, so every beat is seen from several sides
OnTrial = Callable[[int, int, str], None]


@dataclass(frozen=True, eq=False)
class TrialResult:
    """One trial, reconstructed and scored.

    Attributes
    ----------
    header : TrialHeader
        Which trial.
    truth : Recording
        Its signals and labels.
    reconstructions : dict of str to Reconstruction
        What each method made of it, the network first. MMECG comes with two that were told the
        true ECG; their names say so.
    scores : dict of str to dict
        How good each is; see `radarkit.evaluation.scores`.
    """

    header: TrialHeader
    truth: Recording
    reconstructions: dict[str, Reconstruction]
    scores: dict[str, Row]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A run on data it has not seen.

    Attributes
    ----------
    record : RunRecord
        The run.
    dataset : Dataset
        The data.
    trials : tuple of TrialResult
        The trials of its unseen subjects, or of all where that was allowed.
    noise : LiveNoise, optional
        What was added to the radar.
    """

    record: RunRecord
    dataset: Dataset
    trials: tuple[TrialResult, ...]
    noise: LiveNoise | None = None

    @property
    def seen(self) -> dict[str, str]:
        """Scored subjects that the run was trained on or chosen by: them it may remember.

        The name under which the run knows each is that of
        `radarkit.datasets.splits.seen_subjects`.
        """
        scored = dict.fromkeys(trial.header.subject for trial in self.trials)
        return seen_subjects(tuple(scored), self.record.split)

    @property
    def lost_s(self) -> float:
        """How much of the scored trials rests on samples that radar or ECG lost."""
        return float(
            sum((~trial.truth.valid).sum() / trial.truth.sample_rate_hz for trial in self.trials)
        )

    @property
    def left_out(self) -> tuple[str, ...]:
        """Subjects of the data who are not scored, being in no part of the split of the run."""
        scored = {trial.header.subject for trial in self.trials}
        return left_out_subjects(self.dataset.subjects, self.record.split, scored)


def evaluate(
    run: Path,
    data: Path,
    on_trial: OnTrial = lambda *_: None,
    *,
    noise: LiveNoise | None = None,
    allow_seen: bool = False,
) -> Evaluation:
    """Score the best checkpoint of a run on the subjects it has not seen.

    Parameters
    ----------
    run : Path
        Folder of the run.
    data : Path
        Labelled data set; subjects the run trained on or was chosen by are left out, and those in
        no part of its split.
    on_trial : callable
        Called after each trial with its number, the number of trials, and its name.
    noise : LiveNoise, optional
        Added to what is reconstructed from, never to the truth. It is the same for every run.
    allow_seen : bool
        Score on all subjects of the data, those of the training among them; `Evaluation.seen` says
        which they were.

    Raises
    ------
    UserError
        When the run or the data cannot be used, or do not fit each other.
    """
    record = RunRecord.load(run)
    model = load_model(run / BEST)
    dataset = Dataset(data)
    headers = scored_trials(dataset, record, allow_seen=allow_seen)
    trials = []
    for number, header in enumerate(headers, start=1):
        seen_of_it = trial_input(dataset, header, record, noise)
        made = reconstructions(model, seen_of_it, header, record)
        recording = dataset.recording(header)
        made |= told_the_truth(model, seen_of_it, recording, record)
        name: Row = {"subject": header.subject, "trial": header.trial}
        scores = {method: {**name, **score(found, recording)} for method, found in made.items()}
        trials.append(TrialResult(header, recording, made, scores))
        on_trial(number, len(headers), header.name)
    return Evaluation(record, dataset, tuple(trials), noise)


def scored_trials(
    dataset: Dataset, record: RunRecord, *, allow_seen: bool = False
) -> list[TrialHeader]:
    """List the trials that a run may be scored on.

    Raises
    ------
    UserError
        When every subject was used in training the run, or a trial does not fit its network.
    """
    wanted = dataset.subjects if allow_seen else unseen_subjects(dataset.subjects, record.split)
    headers = [header for header in dataset.trials if header.subject in wanted]
    for header in headers:
        _check_fit(header, record)
    return headers


def trial_input(
    dataset: Dataset, header: TrialHeader, record: RunRecord, noise: LiveNoise | None = None
) -> TrialInput:
    """Open what a run may see of a trial."""
    config = record.train.window.model_copy(update={"hop_s": HOP_S})
    return TrialInput(dataset, header, config, noise)


def reconstructions(
    model: Network, radar: TrialInput, header: TrialHeader, record: RunRecord
) -> dict[str, Reconstruction]:
    """Reconstruct a trial by the network and by the baselines, in the order of `method_names`.

    Classical peaks are left out where the noise is not in the signal that they are picked from.
    """
    network, mean, classical = method_names(record)[:3]
    found = reconstruct(model, radar, header, record)
    made = {
        network: found,
        mean: mean_beat(record.reference, found.r_peaks, header.samples, found.lengths),
    }
    if radar.vibration is not None:
        made[classical] = classical_beats(record.reference, radar.vibration.astype(np.float32))
    return made


def _check_fit(header: TrialHeader, record: RunRecord) -> None:
    found = (header.channels, header.rows, header.sample_rate_hz)
    wanted = (record.model.channels, record.model.rows, TARGET_RATE_HZ)
    if found != wanted:
        raise UserError(
            f"trial {header.name} has {found[0]} channels, {found[1]} rows and {found[2]:g} Hz",
            expected=f"{wanted[0]} channels, {wanted[1]} rows and {wanted[2]:g} Hz, as in training",
        )
    check_rows(header, record)


def check_rows(header: TrialHeader, record: RunRecord) -> None:
    """Refuse a trial whose rows stand for other frequencies than those the run has learnt from.

    As many rows of another band would be read as if they were of the known one.
    """
    found, wanted = (header.low_hz, header.high_hz), record.rows_hz
    if not np.allclose(found, wanted, atol=0, rtol=1e-3):
        raise UserError(
            f"the spectrogram of trial {header.name} has rows from {found[0]:.3g} to "
            f"{found[1]:.3g} Hz",
            expected=f"{wanted[0]:.3g} to {wanted[1]:.3g} Hz, as in training",
            do="import the data with the --grid of the training",
        )
