import numpy as np
import pytest

from radarkit.datasets.windows import cut_cycle, normalise_cycle
from radarkit.evaluation import assemble
from radarkit.recording import Recording

PHASE = np.linspace(0, 1, 200)
WAVES = (
    (0.15, 0.025, 0.12),
    (0.325, 0.008, -0.12),
    (0.35, 0.01, 1.0),
    (0.378, 0.01, -0.2),
    (0.65, 0.05, 0.3),
)


@pytest.fixture
def rng():
    return np.random.default_rng(1)


@pytest.fixture
def make_truth():
    """A recording whose ECG is a sum of Gaussians around R peaks `rr` samples apart."""

    def make(rr, *, subject="ann", trial="1", tail=100):
        r_peaks = np.cumsum([100, *rr])
        samples = int(r_peaks[-1]) + tail
        ecg = np.zeros(samples)
        for r, length in zip(r_peaks, [*rr, rr[-1]], strict=True):
            phase = (np.arange(samples) - r) / length + 0.35
            for centre, width, height in WAVES:
                ecg += height * np.exp(-0.5 * ((phase - centre) / width) ** 2)
        radar = np.zeros((1, samples))
        return Recording(radar, 200.0, subject, trial, ecg=ecg, r_peaks=r_peaks)

    return make


@pytest.fixture
def reconstruct():
    """What a model that knows everything would predict, with its R peaks changed at will."""

    def make(truth, *, shift=0.0, keep=slice(None), extra=()):
        lengths = np.append(np.diff(truth.r_peaks), np.diff(truth.r_peaks)[-1]).astype(float)
        pairs = zip(truth.r_peaks, lengths, strict=True)
        cycles = normalise_cycle(np.stack([cut_cycle(truth.ecg, r, n) for r, n in pairs]))
        r_peaks = np.concatenate([(truth.r_peaks + shift)[keep], np.asarray(extra, float)])
        order = np.argsort(r_peaks)
        filler = np.zeros(len(extra), int)
        rows = np.concatenate([np.arange(lengths.size)[keep], filler])[order]
        return assemble(
            r_peaks[order],
            lengths[rows],
            cycles[rows],
            truth.samples,
            amplitude_mv=float(np.ptp(truth.ecg)),
            offset_mv=float(truth.ecg.min()),
        )

    return make
