"""A run and data it has not seen, to scores, pictures and a report.

Every trial of the unseen subjects is reconstructed from its spectrogram alone, by the network and
by the trivial baselines; only then are the labels read and the reconstructions scored.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from radarkit.datasets.build import cardiac_vibration
from radarkit.datasets.reader import Dataset
from radarkit.datasets.splits import unseen_subjects
from radarkit.datasets.trial_header import TrialHeader
from radarkit.datasets.window_reader import read_window
from radarkit.datasets.windows import TARGET_RATE_HZ, window_starts
from radarkit.errors import UserError
from radarkit.evaluation.assemble import Reconstruction, assemble
from radarkit.evaluation.baselines import classical_beats, mean_beat
from radarkit.evaluation.decode import average_anchors, cycles_at, decode_length, pick_anchors
from radarkit.evaluation.scores import Row, score
from radarkit.models import RadarOdeMtl
from radarkit.recording import Recording
from radarkit.training.checkpoint import load_model
from radarkit.training.run import BEST, RunRecord

HOP_S = 0.2  # windows overlap twentyfold, so every beat is seen from several sides
_BATCH = 32
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
        What each method made of it, the network first.
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
        The trials of its unseen subjects.
    """

    record: RunRecord
    dataset: Dataset
    trials: tuple[TrialResult, ...]


def evaluate(run: Path, data: Path, on_trial: OnTrial = lambda *_: None) -> Evaluation:
    """Score the best checkpoint of a run on the subjects it has not seen.

    Parameters
    ----------
    run : Path
        Folder of the run.
    data : Path
        Labelled data set; subjects the run trained on or was chosen by are left out.
    on_trial : callable
        Called after each trial with its number, the number of trials, and its name.

    Raises
    ------
    UserError
        When the run or the data cannot be used, or do not fit each other.
    """
    record = RunRecord.load(run)
    model = load_model(run / BEST)
    dataset = Dataset(data)
    unseen = unseen_subjects(dataset.subjects, record.split)
    headers = [header for header in dataset.trials if header.subject in unseen]
    methods = method_names(record)
    trials = []
    for number, header in enumerate(headers, start=1):
        _check_fit(header, record)
        network = reconstruct(model, dataset, header, record)
        recording = dataset.recording(header)
        baselines = (
            mean_beat(record.reference, network.r_peaks, header.samples, network.lengths),
            classical_beats(record.reference, cardiac_vibration(recording)),
        )
        made = dict(zip(methods, (network, *baselines), strict=True))
        name: Row = {"subject": header.subject, "trial": header.trial}
        scores = {method: {**name, **score(found, recording)} for method, found in made.items()}
        trials.append(TrialResult(header, recording, made, scores))
        on_trial(number, len(headers), header.name)
    return Evaluation(record, dataset, tuple(trials))


@torch.no_grad()
def reconstruct(
    model: RadarOdeMtl, dataset: Dataset, header: TrialHeader, record: RunRecord
) -> Reconstruction:
    """Reconstruct the ECG of one trial from its spectrogram alone."""
    config = record.train.window.model_copy(update={"hop_s": HOP_S})
    starts = window_starts(header.samples, header.frame_rate_hz, config)
    if starts.size == 0:
        raise UserError(
            f"trial {header.name} lasts {header.duration_s:.1f} s",
            expected=f"at least {config.length_s:g} s",
        )
    outputs = []
    for batch in np.array_split(starts, -(-starts.size // _BATCH)):
        windows = np.stack([read_window(dataset, header, int(start), config) for start in batch])
        outputs.append(model(torch.from_numpy(windows)))
    shapes, logits, anchors = (torch.cat(parts).numpy() for parts in zip(*outputs, strict=True))
    curve = average_anchors(anchors, starts, header.samples)
    r_peaks = pick_anchors(curve)
    lengths, cycles = cycles_at(r_peaks, starts, config.samples, decode_length(logits), shapes)
    return assemble(
        r_peaks,
        lengths,
        cycles,
        header.samples,
        amplitude_mv=record.reference.amplitude_mv,
        offset_mv=record.reference.offset_mv,
        anchor_curve=curve,
    )


def method_names(record: RunRecord) -> tuple[str, str, str]:
    """Name the network of a run and the two baselines, in the order of every table."""
    return (
        f"radarODE-MTL ({record.model.preset}, {record.train.strategy.name})",
        "mean beat at the network's anchors",
        "classical peaks and mean beat",
    )


def _check_fit(header: TrialHeader, record: RunRecord) -> None:
    found = (header.channels, header.rows, header.sample_rate_hz)
    wanted = (record.model.channels, record.model.rows, TARGET_RATE_HZ)
    if found != wanted:
        raise UserError(
            f"trial {header.name} has {found[0]} channels, {found[1]} rows and {found[2]:g} Hz",
            expected=f"{wanted[0]} channels, {wanted[1]} rows and {wanted[2]:g} Hz, as in training",
        )
