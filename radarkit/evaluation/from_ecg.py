"""The beats of a reconstructed ECG, for frameworks that draw the ECG and nothing else.

R peaks are found as they are in a true ECG; a cycle lasts to the next R peak, the last one as long
as the median; cycles are cut out and normalised as the true ones are.
"""

import numpy as np

from radarkit.datasets.windows import LENGTH_CLASSES, TARGET_RATE_HZ, cut_cycle, normalise_cycle
from radarkit.ecg import find_r_peaks
from radarkit.evaluation.assemble import Reconstruction
from radarkit.peaks import between_samples
from radarkit.recording import Float32


def beats_of(ecg_mv: Float32, typical_length: float) -> Reconstruction:
    """Find the beats of an ECG.

    Parameters
    ----------
    ecg_mv : (samples,) float32
        At 200 Hz.
    typical_length : float
        Of a cycle in samples, said of a lonely beat.

    Returns
    -------
    Reconstruction
        Cycles are at most `LENGTH_CLASSES` samples long, as a network's are.
    """
    curve = ecg_mv.astype(np.float64)
    r_peaks = between_samples(curve, find_r_peaks(curve, TARGET_RATE_HZ))
    gaps = np.diff(r_peaks)
    last = np.full(min(r_peaks.size, 1), np.median(gaps) if gaps.size else typical_length)
    lengths = np.minimum(np.append(gaps, last), LENGTH_CLASSES)
    cycles = [cut_cycle(ecg_mv, r, n) for r, n in zip(r_peaks, lengths, strict=True)]
    shapes = normalise_cycle(np.stack(cycles)) if cycles else np.empty((0, 200), np.float32)
    return Reconstruction(r_peaks, lengths, shapes, ecg_mv)
