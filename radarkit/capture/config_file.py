"""read_config: a radar's configuration from whatever file describes it."""

from pathlib import Path

from radarkit.capture.config import RadarConfig
from radarkit.capture.config_toml import read_toml
from radarkit.files import check_input


def read_config(path: Path | str) -> RadarConfig:
    """Read a radar configuration.

    Raises
    ------
    UserError
        When the file is missing or says something impossible.
    """
    path = check_input(Path(path), "radar configuration")
    return read_toml(path)
