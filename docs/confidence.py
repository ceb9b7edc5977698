"""What a confidence is worth, and what putting beats back brings: tables of evaluation.md.

    python docs/confidence.py RUN DATA

reads the people of DATA that RUN has not seen, clean and under noise in the signal. RUN is a
folder, or `shipped`. Some minutes of one thread.
"""

import argparse
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import numpy as np

from radarkit.datasets import Dataset, LiveNoise
from radarkit.datasets.trial_header import TrialHeader
from radarkit.evaluation import radarode_mtl
from radarkit.evaluation.assemble import Reconstruction
from radarkit.evaluation.bridge import bridge
from radarkit.evaluation.evaluate import scored_trials, trial_input
from radarkit.evaluation.frameworks import reconstruct
from radarkit.evaluation.metrics import TOLERANCE_S, match_beats
from radarkit.evaluation.scores import score
from radarkit.evaluation.trial_input import TrialInput
from radarkit.models import Network
from radarkit.pretrained import run_folder
from radarkit.recording import Float64
from radarkit.simulate import AbruptNoise, ConstantNoise
from radarkit.training.checkpoint import load_model
from radarkit.training.run import BEST, RunRecord

NOISES = {
    "clean": None,
    "0 dB": ConstantNoise(snr_db=0),
    "-3 dB": ConstantNoise(snr_db=-3),
    "extensive 1 s": AbruptNoise(snr_db=-9, length_s=1, share=0.2),
    "extensive 3 s": AbruptNoise(snr_db=-9, length_s=3, share=0.2),
}
EDGES = (0.0, 0.4, 0.6, 0.8, 1.01)


def read_twice(
    model: Network, radar: TrialInput, header: TrialHeader, record: RunRecord
) -> tuple[Reconstruction, Reconstruction]:
    """Reconstruct a trial without and with beats put back."""
    alone = patch.object(radarode_mtl, "bridge", lambda found, _: bridge(found, None))
    with alone:
        without = reconstruct(model, radar, header, record)
    return without, reconstruct(model, radar, header, record)


def beats_of(made: Reconstruction, true: Float64) -> Float64:
    """Confidence, whether it is right and timing error in ms of every found beat; NaN if wrong."""
    assert made.interpolated is not None and made.confidence is not None  # it is radarODE-MTL
    found = ~made.interpolated
    r_peaks = made.r_peaks[found]
    error_ms = np.full(r_peaks.size, np.nan)
    pairs = match_beats(r_peaks, true)
    late_ms = 5 * (r_peaks[pairs[:, 0]] - true[pairs[:, 1]])
    error_ms[pairs[:, 0]] = np.abs(late_ms - np.median(late_ms)) if pairs.size else 0
    return np.stack([made.confidence[found], np.isfinite(error_ms), error_ms])


def put_back(made: Reconstruction, true: Float64) -> tuple[int, int]:
    """How many beats were put back, and how many of them are wrong."""
    assert made.interpolated is not None
    right = np.zeros(made.r_peaks.size, np.bool_)
    right[match_beats(made.r_peaks, true)[:, 0]] = True
    return int(made.interpolated.sum()), int((made.interpolated & ~right).sum())


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description="Judge confidences and beats that are put back.")
    parser.add_argument("run", type=Path, help="folder of a run of radarODE-MTL, or `shipped`")
    parser.add_argument("data", type=Path, help="labelled data set")
    given = parser.parse_args()
    run, data = run_folder(given.run), Dataset(given.data)
    record, model = RunRecord.load(run), load_model(run / BEST)
    headers = scored_trials(data, record)
    rows = []
    for name, noise in NOISES.items():
        live = None if noise is None else LiveNoise(noises=(noise,))
        beats, f1, counts = [], [], []
        for header in headers:
            truth = data.recording(header)
            true = truth.r_peaks.astype(float)
            radar = trial_input(data, header, record, live)
            without, made = read_twice(model, radar, header, record)
            beats.append(beats_of(made, true))
            f1.append([score(each, truth)["f1"] for each in (without, made)])
            counts.append(put_back(made, true))
        before, after = 100 * np.mean(f1, axis=0)
        back, wrong = np.sum(counts, axis=0)
        rows.append(f"| {name} | {before:.1f} / {after:.1f} | {wrong} of {back} |")
        print(f"\n{name}: R peaks within {1e3 * TOLERANCE_S:g} ms of a true one")
        print("| confidence | found | right | mean timing error (ms) |\n|---|---|---|---|")
        sure, right, error_ms = np.concatenate(beats, axis=1)
        for low, high in reversed(list(pairwise(EDGES))):
            inside = (sure >= low) & (sure < high)
            if inside.any():
                share, late = 100 * right[inside].mean(), np.nanmean(error_ms[inside])
                print(f"| from {low:g} | {inside.sum()} | {share:.1f} % | {late:.1f} |")
    print(f"\n| {len(headers)} trials | F1 (%), without / with | wrong of those put back |")
    print("\n".join(["|---|---|---|", *rows]))


if __name__ == "__main__":
    main()
