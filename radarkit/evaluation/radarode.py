"""A trial by radarODE: the ECGs of overlapping windows, averaged."""

import numpy as np
import torch

from radarkit.datasets.radarode_windows import period_of
from radarkit.datasets.signal_windows import standardise
from radarkit.datasets.trial_header import TrialHeader
from radarkit.evaluation.assemble import Reconstruction
from radarkit.evaluation.decode import overlap_average
from radarkit.evaluation.from_ecg import beats_of
from radarkit.evaluation.trial_input import TrialInput
from radarkit.models import RadarOde
from radarkit.recording import Float32
from radarkit.training.run import RunRecord

_BATCH = 32


@torch.no_grad()
def reconstruct_by_stages(
    model: RadarOde, radar: TrialInput, header: TrialHeader, record: RunRecord
) -> Reconstruction:
    """Reconstruct the ECG of one trial from its radar alone."""
    vibration, starts = radar.signal(), radar.starts
    ecgs: list[Float32] = []
    for batch in np.array_split(np.arange(starts.size), -(-starts.size // _BATCH)):
        pictures = radar.windows(batch)
        periods = np.array([period_of(each, header.frame_rate_hz) for each in pictures], np.float32)
        stretches = np.stack([vibration[:, s : s + model.samples] for s in starts[batch]])
        inputs = (pictures, periods, standardise(stretches))
        ecgs.append(model(*map(torch.from_numpy, inputs)).ecg.numpy())
    reference = record.reference
    ecg = overlap_average(np.concatenate(ecgs), starts, header.samples)
    ecg_mv = reference.offset_mv + reference.amplitude_mv * ecg
    return beats_of(ecg_mv.astype(np.float32), reference.mean_length)
