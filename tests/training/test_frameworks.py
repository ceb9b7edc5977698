"""radarODE and MMECG in training: batches learnt by heart, runs that go on."""

import numpy as np
import pytest
import torch

from radarkit.datasets.mmecg_windows import PointWindow
from radarkit.datasets.radarode_windows import CycleWindow
from radarkit.models import ModelConfig, build_model
from radarkit.models.mu_law import decode, encode
from radarkit.mtl import build_strategy
from radarkit.training.metrics_log import read_history
from radarkit.training.objectives import objective_of
from radarkit.training.presets import load_config
from radarkit.training.step import MultiTaskStep
from radarkit.training.train import StoppedError, train

from .test_train import contents, same, stop_after

CHANNELS, ROWS = 2, 18


def hearts(samples, windows=4):
    """ECGs of hearts that differ in rate and phase, and a vibration that follows each R peak."""
    time = np.arange(samples)
    vibration, ecg = np.empty((windows, CHANNELS, samples)), np.empty((windows, samples))
    for number in range(windows):
        r_peaks = 40 + 20 * number + (120 + 15 * number) * np.arange(-1, 8)
        away = time[:, None] - r_peaks
        beats = np.exp(-0.5 * (away / 5) ** 2) + 0.3 * np.exp(-0.5 * ((away - 40) / 12) ** 2)
        ecg[number] = beats.max(1)
        wave = np.exp(-0.5 * ((away - 20) / 10) ** 2) * np.cos(0.3 * away)
        vibration[number] = wave.sum(1)
    vibration += 0.05 * np.random.default_rng(0).standard_normal(vibration.shape)
    vibration /= vibration.std(-1, keepdims=True)
    return torch.from_numpy(vibration).float(), torch.from_numpy(ecg).float()


def learn_by_heart(preset, window, *, samples, steps, rate):
    """Train on one batch; return the network, in training mode."""
    torch.manual_seed(0)
    config = ModelConfig(preset=preset, channels=CHANNELS, rows=ROWS, samples=samples)
    model, objective = build_model(config).train(), objective_of(preset, 2.0)
    step = MultiTaskStep(model, build_strategy("equal", objective.tasks), objective)
    optimiser = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.95))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps)
    for _ in range(steps):
        step([window], len(window[0]))
        optimiser.step()
        schedule.step()
    with torch.no_grad():
        return objective.predict(model, window)


def test_radarode_learns_a_batch_by_heart():
    vibration, ecg = hearts(800)
    generator = torch.Generator().manual_seed(0)
    spectrogram = torch.rand(4, CHANNELS, ROWS, 120, generator=generator)
    period = 120 + 15 * torch.arange(4.0)
    shape = torch.stack([row[:200] for row in ecg])
    window = CycleWindow(spectrogram, period, vibration, shape, ecg)
    found = learn_by_heart("radarode", window, samples=800, steps=90, rate=3e-3)
    assert (found.ecg - ecg).square().mean() < 0.1 * ecg.var()
    assert (found.shape - shape).square().mean() < 0.1 * shape.var()


def test_mmecg_learns_a_batch_by_heart():
    vibration, ecg = hearts(560)
    window = PointWindow(vibration, torch.zeros(4, CHANNELS, 3), ecg)
    found = learn_by_heart("mmecg", window, samples=560, steps=120, rate=1e-2)
    classes = found.logits.argmax(1)
    assert (classes == encode(ecg)[:, -48:]).float().mean() > 0.8
    assert (decode(classes) - ecg[:, -48:]).square().mean() < 0.02 * ecg.var()


@pytest.mark.parametrize("preset", ["radarode", "mmecg"])
def test_an_interrupted_run_goes_on_to_the_very_same_end(data, tmp_path, preset):
    settings = load_config(preset, changes={"epochs": 2, "batch_size": 8, "seed": 5})
    train(data, settings, tmp_path / "whole")
    with pytest.raises(StoppedError, match="--resume"):
        train(data, settings, tmp_path / "cut", stop=stop_after(2))
    torch.rand(7)  # another process would have drawn something else, too
    train(data, settings, tmp_path / "cut", resume=True)
    assert same(contents(tmp_path / "whole"), contents(tmp_path / "cut"))


def test_radarode_is_chosen_by_its_ecg_and_not_by_the_cycle(data, tmp_path):
    config = load_config("radarode", changes={"epochs": 3, "window.hop_s": 1.0})
    train(data, config, tmp_path / "run")
    rows = read_history(tmp_path / "run")
    first = rows[0]["validation"]["ecg"]
    assert [row["validation_score"] for row in rows] == pytest.approx(
        [row["validation"]["ecg"] / first for row in rows]
    )
