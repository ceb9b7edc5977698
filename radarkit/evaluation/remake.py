"""The commands that make a run and its report again."""

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from radarkit.datasets.published_splits import SPLITS
from radarkit.datasets.splits import Split, split_by_subject
from radarkit.training.config import TrainConfig
from radarkit.training.presets import load_config


def train_command(config: TrainConfig, data: str, run: str, split: Split | None = None) -> str:
    """Write the command line that trains with a configuration.

    Parameters
    ----------
    config : TrainConfig
    data, run : str
        Paths of the data set and of the folder it makes.
    split : Split, optional
        Who was for what.

    Returns
    -------
    str
        For a shell: the preset, a ``--set`` for all that is different from it, and a ``--split``
        that was not drawn: its name, or ``SPLIT.toml`` for one of the user's.
    """
    preset = load_config(config.preset).model_dump(mode="json")
    words = ["radarkit", "train", data, "-o", run, "--preset", config.preset]
    for key, value in _changes(preset, config.model_dump(mode="json")):
        words += ["--set", f"{key}={_toml(value)}"]
    if split is not None and not _drawn(split, config.seed):
        alike = (name for name in SPLITS if SPLITS[name].parts == split.parts)
        words += ["--split", next(alike, "SPLIT.toml")]
    return shlex.join(words)


def _drawn(split: Split, seed: int) -> bool:
    everybody = [name for names in split.parts.values() for name in names]
    return len(everybody) > 2 and split == split_by_subject(everybody, seed=seed)


def _changes(
    base: Mapping[str, Any], wanted: Mapping[str, Any], path: str = ""
) -> Iterator[tuple[str, Any]]:
    """Find the settings that are different, those of a table under ``table.key``."""
    # a table of another name takes nothing over from the one it replaces
    replaced = base.get("name") != wanted.get("name")
    for key, value in wanted.items():
        if value == base.get(key) and not replaced:
            continue
        if isinstance(value, Mapping):
            yield from _changes(base.get(key) or {}, value, f"{path}{key}.")
        elif value is not None:  # what may be None is so in all presets
            yield path + key, value


def _toml(value: Any) -> str:
    """Write a value as TOML does; a word as it is, which `--set` takes for text."""
    if isinstance(value, str) and value.replace("-", "").isalnum() and value[0].isalpha():
        return value
    return _inline(value)


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{key} = {_inline(x)}" for key, x in value.items() if x is not None)
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return json.dumps(value)
