"""Trivial baselines that a model has to beat.

*Mean beat*: every cycle is the mean cycle of the training subjects, placed on the R peaks and
lengths that the model predicts, so that only the shape differs. A strong baseline, as most hearts
look alike.

*Classical beats*: the mean beat on the R peaks that `classical_peaks` finds in the radar signal:
what can be had without learning anything but a template and a delay.
"""

import numpy as np

from radarkit.datasets.windows import LENGTH_CLASSES
from radarkit.evaluation.assemble import Reconstruction, assemble
from radarkit.recording import Float32, Float64
from radarkit.training.classical import classical_peaks
from radarkit.training.reference import Reference


def mean_beat(
    reference: Reference, r_peaks: Float64, samples: int, lengths: Float64
) -> Reconstruction:
    """Place the mean beat of the training subjects on given R peaks.

    Parameters
    ----------
    reference : Reference
        Mean beat, amplitude and offset of the training subjects.
    r_peaks : (beats,) float64
        Predicted positions in samples.
    samples : int
        Samples of the trial.
    lengths : (beats,) float64
        Predicted cycle lengths in samples.
    """
    shape = np.array(reference.mean_beat, np.float32)
    return assemble(
        r_peaks,
        lengths,
        np.tile(shape, (r_peaks.size, 1)),
        samples,
        amplitude_mv=reference.amplitude_mv,
        offset_mv=reference.offset_mv,
    )


def classical_beats(reference: Reference, vibration: Float32) -> Reconstruction:
    """Place the mean beat on the R peaks of the classical detector.

    A cycle is as long as the distance to the next R peak, at most `LENGTH_CLASSES` samples as for a
    model; the last one has the median length.

    Parameters
    ----------
    reference : Reference
        Mean beat, amplitude, offset and delay of the training subjects.
    vibration : (channels, samples) float32
        Acceleration of the chest at 200 Hz.
    """
    r_peaks = classical_peaks(vibration, delay_s=reference.delay_s)
    gaps = np.diff(r_peaks)
    last = np.full(min(r_peaks.size, 1), np.median(gaps) if gaps.size else reference.mean_length)
    lengths = np.minimum(np.append(gaps, last), LENGTH_CLASSES)
    return mean_beat(reference, r_peaks, vibration.shape[1], lengths)
