"""A small data set and runs on it whose networks have learnt nothing: enough for what is read."""

import torch

from radarkit.datasets.reader import Dataset
from radarkit.datasets.recipes import load_recipe
from radarkit.datasets.simulation import SimulationConfig, simulate_dataset
from radarkit.datasets.splits import Split
from radarkit.models import build_model
from radarkit.training.checkpoint import save_checkpoint
from radarkit.training.material import model_config
from radarkit.training.presets import load_config
from radarkit.training.reference import Reference
from radarkit.training.run import BEST, RunRecord


def write_data(path):
    """Three people, 12 s in front of two channels."""
    recipe = load_recipe("lying", subjects=3, duration_s=12, channels=2)
    simulate_dataset(path, SimulationConfig(recipe=recipe))
    return path


def write_run(folder, data, *, seed=0, preset="compact"):
    """A run with one subject each for training, validation and test."""
    dataset = Dataset(data)
    train, validation, test = dataset.subjects
    settings = load_config(preset)
    config = model_config(dataset, settings)
    folder.mkdir()
    RunRecord(
        train=settings,
        model=config,
        split=Split(train=(train,), validation=(validation,), test=(test,)),
        reference=Reference.learn(dataset.recording(trial) for trial in dataset.trials[:1]),
        data={"name": data.name},
        versions={},
    ).save(folder)
    torch.manual_seed(seed)
    save_checkpoint(folder / BEST, model=build_model(config), config=config, epoch=1)
    return folder
