"""Fit and judge the decision whether there is a heartbeat.

    python docs/heartbeat.py RUN [RUN...] --people 6 --fit
    python docs/heartbeat.py RUN [RUN...] --people 8

Simulates people and noises in a temporary folder, has every run read them, and prints how many pass
for a heartbeat. With --fit the weights are printed instead, found on other people and noises.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from radarkit.datasets.build import spectrogram_of
from radarkit.datasets.live_noise import LiveNoise
from radarkit.datasets.reader import Dataset
from radarkit.datasets.recipes import load_recipe
from radarkit.datasets.simulation import SimulationConfig, simulate_dataset
from radarkit.datasets.store import create
from radarkit.evaluation.evaluate import trial_input
from radarkit.evaluation.frameworks import reconstruct
from radarkit.evaluation.heartbeat_evidence import LIKELY, NONE, Evidence, evidence_in, probability
from radarkit.evaluation.scores import score
from radarkit.recording import Recording
from radarkit.simulate.noise import ConstantNoise
from radarkit.training.checkpoint import load_model
from radarkit.training.run import BEST, RunRecord

SECONDS, RATE_HZ = 24, 200
NOISES = ("white", "brown", "tremor", "common", "fan", "walk", "bursts")
HEARTLESS = """extends = "benchmark-small"
[people.mechanics]
amplitude_m = 1e-12
[people.pulse]
height_m = 1e-12
[status.PE.people.mechanics]
amplitude_m = 1e-12
"""
EARLY = """extends = "benchmark-small"
[people.rhythm]
atrial_per_min = 6
ventricular_per_min = 3
pause_per_min = 3
"""


class Read(NamedTuple):
    """A trial that was read: what speaks for a heart, and the F1 score of its beats."""

    evidence: Evidence
    f1: float


def coloured(rng, samples, channels, slope):
    """Noise whose power falls with frequency to the power of `slope` above 0.2 Hz, of rms 1."""
    f_hz = np.maximum(np.fft.rfftfreq(samples, 1 / RATE_HZ), 0.2)
    parts = rng.normal(size=(2, channels, f_hz.size))
    x = np.fft.irfft(f_hz ** (-slope / 2) * (parts[0] + 1j * parts[1]), samples)
    return x / x.std(axis=1, keepdims=True)


def draw_noise(kind, rng, channels):
    """Displacement without a person, (channels, samples) in m."""
    samples = SECONDS * RATE_HZ
    time_s = np.arange(samples) / RATE_HZ
    white = 10 ** rng.uniform(-6, -4.5) * rng.normal(size=(channels, samples))
    if kind == "brown":
        return white + 1e-4 * coloured(rng, samples, channels, 2)
    if kind == "tremor":
        common = coloured(rng, samples, 1, 4)
        return 0.3 * white + 3e-4 * common + 3e-5 * coloured(rng, samples, channels, 4)
    if kind == "common":
        seen = rng.uniform(0.5, 1.5, (channels, 1))
        return 0.1 * white + 1e-4 * seen * coloured(rng, samples, 1, rng.uniform(0, 3))
    if kind == "fan":
        turns = rng.uniform(2, 9) * np.arange(1, 4)[:, None] * time_s
        heights = 10 ** rng.uniform(-5.5, -4, (3, 1))
        return white + (heights * np.sin(2 * np.pi * turns + rng.uniform(0, 6, (3, 1)))).sum(axis=0)
    if kind == "walk":
        return 0.1 * white + np.cumsum(1e-5 * rng.normal(size=(channels, samples)), axis=1)
    if kind == "bursts":
        at_s = rng.uniform(0, SECONDS, rng.poisson(SECONDS * rng.uniform(0.5, 3)))
        envelope = np.exp(-0.5 * ((time_s - at_s[:, None]) / 0.04) ** 2).sum(axis=0)
        return 0.1 * white + 5e-5 * envelope * rng.normal(size=(1, samples))
    return white


def make(folder: Path, people: int, seed: int) -> None:
    """Simulate everything."""
    for number, (name, text) in enumerate(
        {"hearts": "", "heartless": HEARTLESS, "early": EARLY}.items()
    ):
        recipe = "benchmark-small"
        if text:
            recipe = str(folder / f"{name}.toml")
            Path(recipe).write_text(text)
        config = SimulationConfig(recipe=load_recipe(recipe, subjects=people), seed=seed + number)
        simulate_dataset(folder / f"{name}.h5", config)
    for kind in NOISES:
        with create(folder / f"{kind}.h5", config={}, seed=seed) as writer:
            for number in range(people):
                rng = np.random.default_rng([seed, NOISES.index(kind), number])
                motion = draw_noise(kind, rng, 8).astype(np.float32)
                recording = Recording(motion, RATE_HZ, f"{kind}{number}", "1")
                writer.add(recording, spectrogram_of(recording))


def read(run: Path, data: Path, snr_db: float | None = None) -> Iterator[Read]:
    """Let a run read every trial of a data set."""
    record, model, dataset = RunRecord.load(run), load_model(run / BEST), Dataset(data)
    noise = None if snr_db is None else LiveNoise(noises=(ConstantNoise(snr_db=snr_db),))
    for header in dataset.trials:
        made = reconstruct(model, trial_input(dataset, header, record, noise), header, record)
        f1 = np.nan if header.beats is None else score(made, dataset.recording(header))["f1"]
        yield Read(evidence_in(made, 0, header.samples), float(f1))


def cases(folder: Path, run: Path) -> dict[str, list[Read]]:
    """Read everything that was made."""
    found = {"hearts": list(read(run, folder / "hearts.h5"))}
    for snr_db in (0.0, -3.0):
        found[f"hearts, {snr_db:g} dB"] = list(read(run, folder / "hearts.h5", snr_db))
    found["hearts with early beats and pauses"] = list(read(run, folder / "early.h5"))
    found["people without a heart that shows"] = list(read(run, folder / "heartless.h5"))
    return found | {kind: list(read(run, folder / f"{kind}.h5")) for kind in NOISES}


def weights(rows: dict[str, list[Read]]) -> np.ndarray:
    """Logistic regression: hearts whose beats were found, against no heart."""
    known = [each for each in rows.items() if "early" not in each[0]]
    pairs = [(each, name.startswith("hearts")) for name, reads in known for each in reads]
    pairs = [(r, y) for r, y in pairs if r.evidence != NONE and not (y and r.f1 < 0.6)]
    x, y = np.array([r.evidence for r, _ in pairs]), np.array([y for _, y in pairs])
    fitted = LogisticRegression(C=10, class_weight="balanced").fit(x, y)
    return np.append(fitted.coef_[0], fitted.intercept_)


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--fit", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        make(Path(folder), given.people, seed=100 if given.fit else 200)
        every = [cases(Path(folder), run) for run in given.runs]
    together = {name: [each for found in every for each in found[name]] for name in every[0]}
    if given.fit:
        print("weights", np.round(weights(together), 2))
        return
    print("| | recordings | pass for a heartbeat | of those with F1 > 80 % | of the rest |")
    print("|---|---|---|---|---|")
    for name, reads in together.items():
        passed = np.array([probability(each.evidence) >= LIKELY for each in reads])
        good = np.array([each.f1 > 0.8 for each in reads])
        cells = [
            f"{part.sum()} of {part.size}" if part.size else ""
            for part in (passed[good], passed[~good])
        ]
        if not name.startswith("hearts"):
            cells = ["", ""]
        print(f"| {name} | {passed.size} | {passed.sum()} | {cells[0]} | {cells[1]} |")


if __name__ == "__main__":
    main()
