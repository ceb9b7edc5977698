"""Options of a training's configuration, for every command that trains."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from radarkit.training.config import TrainConfig

# called where a command names its options, with what is said of them there
preset_option = partial(typer.Option, help="Network: compact, paper, radarode, mmecg, ...")
config_option = partial(
    typer.Option, "--config", "-c", help="TOML with settings; see docs/training.md."
)
settings_option = partial(
    typer.Option, "--set", metavar="KEY=VALUE", help="Any setting, such as clip_norm=0."
)
epochs_option = partial(typer.Option, help="Passes over the training windows.")
device_option = partial(typer.Option, help="auto, cpu or cuda.")
split_option = partial(
    typer.Option,
    "--split",
    help="Who is for what: a .toml file, mmecg-by-subject or mmecg-as-published; drawn from the "
    "seed by default.",
)

# what an option is called in a configuration
_KEYS = {
    "strategy": "strategy.name",
    "temperature": "strategy.temperature",
    "learning_rate": "optimiser.learning_rate",
}


def train_config(
    preset: str | None,
    config: Path | None,
    settings: list[str] | None,
    options: Mapping[str, Any],
    base: "TrainConfig | None" = None,
) -> "TrainConfig":
    """Resolve a configuration from the options of a command.

    Parameters
    ----------
    preset, config, settings
        As given for `preset_option`, `config_option` and `settings_option`.
    options : mapping
        Other options by name; those that are None were not given.
    base : TrainConfig, optional
        What to start from instead of a preset.

    Raises
    ------
    UserError
        Naming the option that does not fit.
    """
    from radarkit.training.presets import load_config, parse_settings

    changes = {_KEYS.get(key, key): value for key, value in options.items() if value is not None}
    names = {_KEYS.get(key, key): f"--{key.replace('_', '-')}" for key in options}
    return load_config(preset, config, changes | parse_settings(settings or ()), names, base)
