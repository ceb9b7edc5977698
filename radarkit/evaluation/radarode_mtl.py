"""A trial by radarODE-MTL: R peaks, lengths and cycles of overlapping windows, assembled."""

import numpy as np
import torch

from radarkit.datasets.trial_header import TrialHeader
from radarkit.evaluation.assemble import Reconstruction, assemble
from radarkit.evaluation.bridge import between_neighbours, bridge
from radarkit.evaluation.decode import (
    anchor_confidence,
    cycles_at,
    decode_length,
    overlap_average,
    pick_anchors,
)
from radarkit.evaluation.trial_input import TrialInput
from radarkit.models import RadarOdeMtl
from radarkit.training.run import RunRecord

_BATCH = 32


@torch.no_grad()
def reconstruct_by_tasks(
    model: RadarOdeMtl, radar: TrialInput, header: TrialHeader, record: RunRecord
) -> Reconstruction:
    """Reconstruct the ECG of one trial from its radar alone."""
    starts = radar.starts
    numbers = np.arange(starts.size)
    outputs = [
        model(torch.from_numpy(radar.windows(batch)))
        for batch in np.array_split(numbers, -(-starts.size // _BATCH))
    ]
    shapes, logits, anchors = (torch.cat(parts).numpy() for parts in zip(*outputs, strict=True))
    curve = overlap_average(anchors, starts, header.samples)
    r_peaks, interpolated = bridge(pick_anchors(curve), radar.vibration)
    window = record.train.window.samples
    predicted = cycles_at(r_peaks, starts, window, decode_length(logits), shapes)
    lengths, cycles = between_neighbours(*predicted, r_peaks, interpolated)
    confidence = anchor_confidence(curve, r_peaks)
    confidence[interpolated] = 0
    return assemble(
        r_peaks,
        lengths,
        cycles,
        header.samples,
        amplitude_mv=record.reference.amplitude_mv,
        offset_mv=record.reference.offset_mv,
        anchor_curve=curve,
        confidence=confidence,
        interpolated=interpolated,
    )
