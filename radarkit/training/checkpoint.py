"""Checkpoints: tensors and plain values only, so that loading one never runs its code.

format        what this is
model_config  what `build_model` made the network from
model         its weights
epoch         epochs finished
training      what a training needs to go on: state of optimiser, schedule and strategy, and where
              it stands; absent in a checkpoint that is only for use
"""

import pickle
from pathlib import Path
from typing import Any

import torch

from radarkit.errors import UserError
from radarkit.files import atomic_file
from radarkit.models import ModelConfig, Network, build_model

FORMAT = "radarkit checkpoint 2"


def save_checkpoint(
    path: Path,
    *,
    model: Network,
    config: ModelConfig,
    epoch: int,
    training: dict[str, Any] | None = None,
) -> None:
    """Write a checkpoint atomically.

    Parameters
    ----------
    path : Path
        The file; replaced when it exists.
    model : Network
        Network whose weights are kept.
    config : ModelConfig
        What `build_model` made it from.
    epoch : int
        Epochs finished.
    training : dict, optional
        State of the training, of tensors and plain values.
    """
    content: dict[str, Any] = {
        "format": FORMAT,
        "model_config": config.model_dump(),
        "model": model.state_dict(),
        "epoch": epoch,
    }
    if training is not None:
        content["training"] = training
    with atomic_file(path, force=True) as part:
        torch.save(content, part)


def read_checkpoint(path: Path) -> dict[str, Any]:
    """Read what `save_checkpoint` wrote, onto the CPU.

    Raises
    ------
    UserError
        When the file is missing or damaged, or carries pickled objects.
    """
    if not path.is_file():
        raise UserError(f"no checkpoint at {path}", do="train first")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise UserError(
            f"{path} carries objects that are not tensors or plain values, or is damaged",
            expected="a radarkit checkpoint",
            do="do not open it by other means unless you trust where it comes from",
        ) from error
    except (RuntimeError, EOFError, OSError, ValueError) as error:
        raise UserError(f"{path} is damaged: {error}", expected="a radarkit checkpoint") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise UserError(f"{path} is no radarkit checkpoint", expected=f"format {FORMAT!r}")
    return content


def load_model(path: Path) -> Network:
    """Build the network of a checkpoint, in evaluation mode.

    Raises
    ------
    UserError
        As `read_checkpoint`, and when the weights do not fit the network.
    """
    content = read_checkpoint(path)
    try:
        model = build_model(ModelConfig.model_validate(content["model_config"]))
        model.load_state_dict(content["model"])
    except (KeyError, ValueError, RuntimeError) as error:
        raise UserError(f"{path} does not fit its network: {error}") from error
    return model.eval()
