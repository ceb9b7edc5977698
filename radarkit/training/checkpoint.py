"""Checkpoints: tensors and plain values only, so that loading one never runs its code."""

import pickle
from pathlib import Path
from typing import Any

import torch

from radarkit.errors import UserError
from radarkit.files import atomic_file
from radarkit.models import ModelConfig, RadarOdeMtl, build_model

FORMAT = "radarkit checkpoint 1"


def save_checkpoint(
    path: Path, *, model: RadarOdeMtl, config: ModelConfig, weighting: dict[str, Any], epoch: int
) -> None:
    """Write a checkpoint atomically.

    Parameters
    ----------
    path : Path
        The file; replaced when it exists.
    model : RadarOdeMtl
        Network whose weights are kept.
    config : ModelConfig
        What `build_model` made it from.
    weighting : dict
        State of the strategy (EGA's warm-up losses and eccentric vector).
    epoch : int
        Epochs finished, minus one.
    """
    content = {
        "format": FORMAT,
        "model_config": config.model_dump(),
        "model": model.state_dict(),
        "weighting": weighting,
        "epoch": epoch,
    }
    with atomic_file(path, force=True) as part:
        torch.save(content, part)


def load_model(path: Path) -> RadarOdeMtl:
    """Build the network of a checkpoint, in evaluation mode.

    Raises
    ------
    UserError
        When the file is missing or damaged, carries pickled objects, or does not fit its network.
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
    try:
        model = build_model(ModelConfig.model_validate(content["model_config"]))
        model.load_state_dict(content["model"])
    except (KeyError, ValueError, RuntimeError) as error:
        raise UserError(f"{path} does not fit its network: {error}") from error
    return model.eval()
