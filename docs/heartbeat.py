"""Fit and judge the decision whether there is a heartbeat.

    python docs/heartbeat.py RUN [RUN...] --people 6 --fit     # RUN: a folder, or `shipped`
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
from radarkit.datasets.frames import seen_in_frames
from radarkit.datasets.live_noise import LiveNoise
from radarkit.datasets.reader import Dataset
from radarkit.datasets.recipes import load_recipe
from radarkit.datasets.simulation import SimulationConfig, simulate_dataset
from radarkit.datasets.store import create
from radarkit.evaluation.any_channels import AnyChannels
from radarkit.evaluation.evaluate import HOP_S, trial_input
from radarkit.evaluation.heartbeat_evidence import LIKELY, NONE, Evidence, evidence_in, probability
from radarkit.evaluation.own_rate import UNKNOWN, own_rate
from radarkit.evaluation.radarode_mtl import reconstruct_guided
from radarkit.evaluation.scores import score
from radarkit.extract.heart import HeartRate
from radarkit.pretrained import run_folder
from radarkit.recording import Recording
from radarkit.simulate.noise import ConstantNoise
from radarkit.training.checkpoint import load_model
from radarkit.training.run import BEST, RunRecord

SECONDS, RATE_HZ, FEW_HZ = 24, 200, 20
NOISES = ("white", "brown", "tremor", "common", "fan", "walk", "bursts")
NO_HEART = """
[people.mechanics]
amplitude_m = 1e-12
[people.pulse]
height_m = 1e-12
[status.PE.people.mechanics]
amplitude_m = 1e-12
"""
FEW_FRAMES = f"[trial]\nframe_rate_hz = {FEW_HZ}\n"
BENCHMARK = 'extends = "benchmark-small"\n'
SEATED = 'extends = "default"\ntrials = ["NB", "IB", "SP", "PE"]\nduration_s = 24\n'
EARLY = "[people.rhythm]\natrial_per_min = 6\nventricular_per_min = 3\npause_per_min = 3\n"
UNEVEN = "[people.rhythm]\natrial_per_min = 20\nventricular_per_min = 15\npause_per_min = 5\n"
# quiet people whose valves hardly show, at one point, 20 frames a second
FAINT = """extends = "lying"
trials = ["NB", "SP", "PE"]
duration_s = 30
channels = 1
[people.mechanics]
amplitude_m = { lognormal = [1.2e-5, 1.4], within = [4e-6, 4e-5] }
[status.PE.people.mechanics]
amplitude_m = { lognormal = [1.5e-5, 1.4], within = [4e-6, 4e-5] }
[people.respiration]
amplitude_m = { lognormal = [1.5e-3, 1.3], within = [5e-4, 3e-3] }
[trial]
frame_rate_hz = 20
"""
PEOPLE = {
    "hearts": BENCHMARK,
    "hearts, seated people": SEATED,
    "hearts, 20 frames/s": BENCHMARK + FEW_FRAMES,
    "hearts, one channel": 'extends = "benchmark-small"\nchannels = 1\n',
    "hearts with early beats and pauses": BENCHMARK + EARLY,
    "hearts as uneven as if they fibrillated": BENCHMARK + UNEVEN,
    "people without a heart that shows": BENCHMARK + NO_HEART,
    "the same, 20 frames/s": BENCHMARK + FEW_FRAMES + NO_HEART,
    "hearts, faint, one channel, 20 frames/s": FAINT,
}
LEARNT = (
    "hearts",
    "hearts, seated people",
    "hearts, 20 frames/s",
    "hearts, one channel",
    "hearts, faint, one channel, 20 frames/s",
)
KNOCKS = "a machine that knocks once a second"  # nobody can tell that from a heart


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


def draw_knocks(rng):
    """Displacement of a machine that knocks as evenly as a heart, (8, samples) in m."""
    time_s = np.arange(SECONDS * RATE_HZ) / RATE_HZ
    at_s = np.arange(rng.uniform(0, 0.5), SECONDS, rng.uniform(0.6, 1.2))
    at_s += 0.02 * rng.normal(size=at_s.size)
    since_s = time_s - at_s[:, None]
    ringing = np.exp(-since_s / 0.06) * np.sin(2 * np.pi * rng.uniform(8, 20) * since_s)
    knocks = np.where(since_s > 0, ringing, 0.0).sum(axis=0)
    return 5e-5 * knocks + 3e-6 * rng.normal(size=(8, time_s.size))


def make(folder: Path, people: int, seed: int) -> None:
    """Simulate everything."""
    for number, (name, text) in enumerate(PEOPLE.items()):
        (folder / "recipe.toml").write_text(text)
        recipe = load_recipe(str(folder / "recipe.toml"), subjects=people)
        config = SimulationConfig(recipe=recipe, seed=seed + number)
        simulate_dataset(folder / f"{name}.h5".replace("/", " per "), config)
    for kind in (*NOISES, KNOCKS):
        with create(folder / f"{kind}.h5", config={}, seed=seed) as writer:
            for number in range(people):
                rng = np.random.default_rng([seed, [*NOISES, KNOCKS].index(kind), number])
                motion = draw_knocks(rng) if kind == KNOCKS else draw_noise(kind, rng, 8)
                recording = Recording(motion.astype(np.float32), RATE_HZ, f"{kind}{number}", "1")
                if number % 2 and kind != KNOCKS:
                    recording = seen_in_frames(recording, FEW_HZ)
                writer.add(recording, spectrogram_of(recording))


def no_rate(first: int, last: int) -> HeartRate:
    """Know no heart rate."""
    return UNKNOWN


def read(run: Path, data: Path, snr_db: float | None = None) -> Iterator[Read]:
    """Let a run read every trial of a data set."""
    record, model, dataset = RunRecord.load(run), load_model(run / BEST), Dataset(data)
    noise = None if snr_db is None else LiveNoise(noises=(ConstantNoise(snr_db=snr_db),))
    window = record.train.window.model_copy(update={"hop_s": HOP_S})
    for header in dataset.trials:
        radar = AnyChannels(dataset, header, window, channels=record.model.channels)
        rate_of = own_rate(dataset, header)
        if noise is not None:  # which is in the vibration, not in the motion
            radar, rate_of = trial_input(dataset, header, record, noise), no_rate
        made, _ = reconstruct_guided(model, radar, header, record, rate_of)
        f1 = np.nan if header.beats is None else score(made, dataset.recording(header))["f1"]
        yield Read(evidence_in(made, 0, header.samples), float(f1))


def cases(folder: Path, run: Path) -> dict[str, list[Read]]:
    """Read everything that was made."""
    found = {}
    for name in (*PEOPLE, *NOISES, KNOCKS):
        data = folder / f"{name}.h5".replace("/", " per ")
        found[name] = list(read(run, data))
        if name == "hearts":
            for snr_db in (0.0, -3.0):
                found[f"hearts, {snr_db:g} dB"] = list(read(run, data, snr_db))
    return found


def weights(rows: dict[str, list[Read]]) -> np.ndarray:
    """Logistic regression: hearts whose beats were found, against no heart."""
    pairs = []
    for name, reads in rows.items():
        if name in LEARNT or name.endswith("dB"):
            pairs += [(each.evidence, True) for each in reads if each.f1 >= 0.6]
        elif not name.startswith("hearts") and name != KNOCKS:
            pairs += [(each.evidence, False) for each in reads]
    pairs = [(evidence, heart) for evidence, heart in pairs if evidence != NONE]
    x, y = np.array([evidence for evidence, _ in pairs]), np.array([heart for _, heart in pairs])
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
        every = [cases(Path(folder), run_folder(run)) for run in given.runs]
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
