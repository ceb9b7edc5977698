"""read_config: a radar's configuration from whatever file describes it."""

from collections.abc import Callable
from pathlib import Path

from radarkit.capture.array import BOARDS
from radarkit.capture.config import RadarConfig
from radarkit.capture.config_toml import read_toml, validated
from radarkit.capture.infineon import read_infineon
from radarkit.capture.json_file import JsonNode
from radarkit.capture.regular import check_regular
from radarkit.capture.setup_json import read_setup
from radarkit.capture.ti_cfg import L_SDK_COMMANDS, read_cfg
from radarkit.capture.ti_json import read_mmwave
from radarkit.errors import UserError
from radarkit.files import check_input

_KINDS = (
    ".toml of radarkit, .cfg of TI's command line, .mmwave.json or .setup.json of mmWave Studio, "
    "or config.json of Infineon"
)
_MOST_BYTES = 2**20  # of a configuration
_JSON_KINDS = {
    "mmWaveDevices": read_mmwave,
    "configUsed": read_setup,
    "device_config": read_infineon,
}


def read_config(path: Path | str, *, board: str | None = None) -> RadarConfig:
    """Read a radar configuration.

    Parameters
    ----------
    path : Path
        A ``.toml``, ``.cfg``, ``.mmwave.json``, ``.setup.json`` or Infineon ``config.json``, or
        the folder of an Infineon recording. Files with other names are told by what is in them.
    board : str, optional
        One of `BOARDS`: where the antennas stand, for files that do not say it.

    Raises
    ------
    UserError
        When the file is missing or says something impossible, the radar is not supported, or
        `board` is unknown or contradicts the file.
    """
    path = check_input(Path(path), "radar configuration")
    config = _reader(path)(path)
    return config if board is None else _on_board(path, config, board)


def _reader(path: Path) -> Callable[[Path], RadarConfig]:
    if path.is_dir():
        return read_infineon
    check_regular(path, "radar configuration")
    size = path.stat().st_size
    if size > _MOST_BYTES:
        raise UserError(f"{path} is no radar configuration: it has {size} bytes", expected=_KINDS)
    by_suffix = {".toml": read_toml, ".cfg": read_cfg}
    if path.suffix.lower() in by_suffix:
        return by_suffix[path.suffix.lower()]
    try:
        text = path.read_text("utf-8-sig", errors="replace")
    except OSError as error:
        raise UserError(
            f"{path} cannot be read ({error})", expected="a radar configuration"
        ) from None
    words = text.split()
    if path.suffix.lower() == ".json" or text.lstrip().startswith("{"):
        return _json_reader(path)
    if any(command in words for command in ("profileCfg", *L_SDK_COMMANDS)):
        return read_cfg
    if "[chirp]" in words:
        return read_toml
    raise UserError(f"{path} is no radar configuration that is known", expected=_KINDS)


def _json_reader(path: Path) -> Callable[[Path], RadarConfig]:
    root = JsonNode.of_file(path)
    for key, reader in _JSON_KINDS.items():
        if root.has(key):
            return reader
    if root.has("DCA1000Config"):
        raise UserError(
            f"{path} configures the DCA1000, which does not know the chirps",
            do="give the configuration of the radar: a .cfg or .mmwave.json",
        )
    raise UserError(f"{path} is no radar configuration that is known", expected=_KINDS)


def _on_board(path: Path, config: RadarConfig, board: str) -> RadarConfig:
    if board not in BOARDS:
        raise UserError(f"board {board}", expected=f"one of {', '.join(BOARDS)}")
    if config.array.known:
        raise UserError(f"{path} already says where the antennas stand", do="leave --board out")
    values = config.model_dump(exclude_none=True)
    values["array"]["board"] = board
    return validated(path, values)
