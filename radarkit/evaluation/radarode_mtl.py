"""A trial by radarODE-MTL: R peaks, lengths and cycles of overlapping windows, assembled."""

from collections.abc import Callable

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
from radarkit.evaluation.trial_input import TrialInput
from radarkit.models import RadarOdeMtl
from radarkit.recording import Float32, Float64
from radarkit.training.run import RunRecord

_BATCH = 32


@torch.no_grad()
def reconstruct_by_tasks(
    model: RadarOdeMtl,
    radar: TrialInput,
    header: TrialHeader,
    record: RunRecord,
    pick: Callable[[Float32], Float64] = pick_anchors,
) -> Reconstruction:
    """Reconstruct the ECG of one trial from its radar alone.

    Parameters
    ----------
    model, radar, header, record
        Network, windows, trial and run.
    pick : callable
        Finds the R peaks in the averaged anchor curve, (samples,) at 200 Hz.
    """
    starts, average = radar.starts, OverlapAverage(header.samples)
    window_lengths = np.empty(starts.size)
    window_shapes = np.empty((starts.size, SHAPE_POINTS), np.float32)
    # what a window says is boiled down at once: anchors and logits of a night would fill memory
    for batch in np.array_split(np.arange(starts.size), -(-starts.size // _BATCH)):
        said = model(torch.from_numpy(radar.windows(batch)))
        average.add(said.anchors.numpy(), starts[batch])
        window_lengths[batch] = decode_length(said.length_logits.numpy())
        window_shapes[batch] = said.shape.numpy()
    curve = average.mean()
    r_peaks, interpolated = bridge(pick(curve), radar.vibration)
    window = record.train.window.samples
    predicted = cycles_at(r_peaks, starts, window, window_lengths, window_shapes)
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
