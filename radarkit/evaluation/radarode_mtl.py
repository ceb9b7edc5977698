"""A trial by radarODE-MTL: R peaks, lengths and cycles of overlapping windows, assembled."""

from typing import NamedTuple

import numpy as np
import torch

from radarkit.datasets.trial_header import TrialHeader
from radarkit.datasets.windows import SHAPE_POINTS
from radarkit.evaluation.assemble import Reconstruction, assemble
from radarkit.evaluation.bridge import between_neighbours, bridge
from radarkit.evaluation.decode import (
    OverlapAverage,
    anchor_confidence,
    cycles_at,
    decode_length,
    pick_anchors,
)
from radarkit.evaluation.guided_beats import pick_guided
from radarkit.evaluation.own_rate import OwnRate
from radarkit.evaluation.trial_input import TrialInput
from radarkit.models import RadarOdeMtl
from radarkit.recording import Float32, Float64
from radarkit.training.run import RunRecord

_BATCH = 32


class Said(NamedTuple):
    """What a network said about a trial.

    Attributes
    ----------
    curve : (samples,) float32
        Anchor curve at 200 Hz, averaged over the windows.
    lengths : (windows,) float64
        Cycle lengths in samples.
    shapes : (windows, points) float32
        Cycles in the normalised unit.
    """

    curve: Float32
    lengths: Float64
    shapes: Float32


def reconstruct_by_tasks(
    model: RadarOdeMtl, radar: TrialInput, header: TrialHeader, record: RunRecord
) -> Reconstruction:
    """Reconstruct the ECG of one trial from its radar alone.

    Parameters
    ----------
    model, radar, header, record
        Network, windows, trial and run.
    """
    said = _listen(model, radar, header.samples)
    return _draw(said, pick_anchors(said.curve), radar, header, record)


def reconstruct_guided(
    model: RadarOdeMtl, radar: TrialInput, header: TrialHeader, record: RunRecord, rate_of: OwnRate
) -> tuple[Reconstruction, tuple[float | None, ...]]:
    """Do the same, guided by the heart rate of the motion where the network is unsure.

    Parameters
    ----------
    model, radar, header, record
        Network, windows, trial and run.
    rate_of : callable
        Gives the heart rate that the motion shows by itself.

    Returns
    -------
    reconstruction : Reconstruction
    guided_per_min : tuple of float or None
        See `radarkit.evaluation.guided_beats.Picked`.
    """
    said = _listen(model, radar, header.samples)
    picked = pick_guided(said.curve, rate_of)
    return _draw(said, picked.r_peaks, radar, header, record), picked.guided_per_min


@torch.no_grad()
def _listen(model: RadarOdeMtl, radar: TrialInput, samples: int) -> Said:
    starts, average = radar.starts, OverlapAverage(samples)
    lengths = np.empty(starts.size)
    shapes = np.empty((starts.size, SHAPE_POINTS), np.float32)
    # what a window says is boiled down at once: anchors and logits of a night would fill memory
    for batch in np.array_split(np.arange(starts.size), -(-starts.size // _BATCH)):
        said = model(torch.from_numpy(radar.windows(batch)))
        average.add(said.anchors.numpy(), starts[batch])
        lengths[batch] = decode_length(said.length_logits.numpy())
        shapes[batch] = said.shape.numpy()
    return Said(average.mean(), lengths, shapes)


def _draw(
    said: Said, picked: Float64, radar: TrialInput, header: TrialHeader, record: RunRecord
) -> Reconstruction:
    r_peaks, interpolated = bridge(picked, radar.vibration)
    window = record.train.window.samples
    predicted = cycles_at(r_peaks, radar.starts, window, said.lengths, said.shapes)
    lengths, cycles = between_neighbours(*predicted, r_peaks, interpolated)
    confidence = anchor_confidence(said.curve, r_peaks)
    confidence[interpolated] = 0
    return assemble(
        r_peaks,
        lengths,
        cycles,
        header.samples,
        amplitude_mv=record.reference.amplitude_mv,
        offset_mv=record.reference.offset_mv,
        anchor_curve=said.curve,
        confidence=confidence,
        interpolated=interpolated,
    )
