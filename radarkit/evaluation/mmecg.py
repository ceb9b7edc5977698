"""A trial by MMECG, free-running; and what it would draw if it were told the true ECG so far.

Free-running, every window draws its own past: of the 640 samples that it draws one after the other
the first 512, the receptive field, only lead in, and the last 128 count. Windows lie 64 samples
apart and their ends are averaged.

Teacher-forced, every sample is drawn from the true ones before it. That is how the network learns
and no reconstruction: the true ECG of the moment before says nearly all. How little the network has
to add shows beside it: a copy of the previous true sample.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from radarkit.datasets.signal_windows import ecg_scale, standardise
from radarkit.datasets.trial_header import TrialHeader
from radarkit.evaluation.assemble import Reconstruction
from radarkit.evaluation.decode import overlap_average
from radarkit.evaluation.from_ecg import beats_of
from radarkit.evaluation.labels import labels
from radarkit.evaluation.trial_input import TrialInput
from radarkit.models import Mmecg
from radarkit.models.mu_law import decode, encode
from radarkit.recording import Float32, Float64, Recording
from radarkit.training.run import RunRecord

_BATCH = 16  # windows encoded at once
FORCED = "teacher-forced (is told the true ECG)"
COPY = "copy of the previous true sample"


@torch.no_grad()
def reconstruct_by_samples(
    model: Mmecg, radar: TrialInput, header: TrialHeader, record: RunRecord
) -> Reconstruction:
    """Reconstruct the ECG of one trial from its radar alone."""
    starts = _starts(header.samples, model.useful // 2)
    drawn = model.decoder.generate(_conditions(model, radar, starts))
    ecg = _joined(drawn[:, -model.useful :], starts, header.samples)
    reference = record.reference
    ecg_mv = reference.offset_mv + reference.amplitude_mv * ecg
    return beats_of(ecg_mv.astype(np.float32), reference.mean_length)


@torch.no_grad()
def with_the_truth(
    model: Mmecg, radar: TrialInput, truth: Recording, record: RunRecord
) -> dict[str, Reconstruction]:
    """Draw a trial from its radar and its true ECG; see the module."""
    ecg, r_peaks = labels(truth)
    foot, height = ecg_scale(ecg, r_peaks.astype(np.int64))
    lead = model.samples - model.useful
    starts = _starts(truth.samples, model.useful)
    known = np.pad(((ecg - foot) / height).astype(np.float32), (lead, model.useful), mode="reflect")
    classes = encode(torch.from_numpy(_windows(known[None], starts, model.samples)[:, 0]))
    logits = model.decoder(_conditions(model, radar, starts), classes, model.useful)
    forced = foot + height * _joined(logits.argmax(1), starts, truth.samples)
    copied = np.concatenate([ecg[:1], ecg[:-1]])
    length = record.reference.mean_length
    return {
        FORCED: beats_of(forced.astype(np.float32), length),
        COPY: beats_of(copied.astype(np.float32), length),
    }


def _starts(samples: int, hop: int) -> NDArray[np.int64]:
    """Where the samples that count begin, window by window."""
    return np.arange(0, samples, hop, dtype=np.int64)


def _conditions(model: Mmecg, radar: TrialInput, starts: NDArray[np.int64]) -> Tensor:
    """Encode what radar saw of windows whose counted samples start at `starts`."""
    lead = model.samples - model.useful
    padded = np.pad(radar.signal(), ((0, 0), (lead, model.useful)), mode="reflect")
    places = torch.from_numpy(radar.places)
    seen = []
    for batch in np.array_split(starts, -(-starts.size // _BATCH)):
        vibration = torch.from_numpy(standardise(_windows(padded, batch, model.samples)))
        seen.append(model.condition(vibration, places.expand(len(batch), -1, -1)))
    return torch.cat(seen)


def _windows(
    padded: Float64 | Float32, starts: NDArray[np.int64], samples: int
) -> NDArray[np.floating]:
    return np.stack([padded[:, start : start + samples] for start in starts])


def _joined(classes: Tensor, starts: NDArray[np.int64], samples: int) -> Float32:
    return overlap_average(decode(classes).numpy(), starts, samples)
