"""mmWave Studio recordings (``*.setup.json``): which configuration, capture card and files.

The paths inside are those of the Windows machine that recorded; the files are looked for by name
beside the ``*.setup.json``, in any case.
"""

from pathlib import Path, PureWindowsPath
from typing import Any

from radarkit.capture.capture import Capture
from radarkit.capture.config import RadarConfig
from radarkit.capture.config_toml import validated
from radarkit.capture.json_file import JsonNode
from radarkit.capture.parts import all_parts
from radarkit.capture.ti_device import ADC_BITS, chip_lanes
from radarkit.capture.ti_json import NAMES, mmwave_values
from radarkit.errors import UserError

_LVDS_MODES = {1: 4, 2: 2}  # of the DCA1000: lanes
_DATA_FORMATS = {mode + 1: bits for mode, bits in ADC_BITS.items()}


def read_setup(path: Path) -> RadarConfig:
    """Read the configuration of a recording.

    Raises
    ------
    UserError
        When the ``*.mmwave.json`` is not there, its chip is not supported, or chip, configuration
        and capture card do not agree on the lanes or bits.
    """
    setup = JsonNode.of_file(path)
    config_path = _beside(path, setup["configUsed"], "radar configuration")
    values = mmwave_values(JsonNode.of_file(config_path))
    adc = values["adc"]
    _check_chip(setup, adc)
    if setup.has("DCA1000Config"):
        _check_card(setup["DCA1000Config"], adc)
        in_groups = adc["format"] == "complex" and adc["lanes"] == 2
        if in_groups and _is_reordered(setup["DCA1000Config"]):
            # pairs are then recorded, whatever iqSwapSel says (TI E2E 944272)
            adc["iq_order"] = "qi-pairs"
    return validated(config_path, values, NAMES)


def open_setup(
    path: Path, config: RadarConfig | None = None, *, allow_partial: bool = False
) -> Capture:
    """Open the capture of a recording: the processed file if it is there, else the raw one.

    Parameters
    ----------
    path : Path
        The ``*.setup.json``.
    config : RadarConfig, optional
        Used instead of the recording's own, for instance one with the places of the antennas.
    allow_partial : bool
        Accept a capture that ends within a frame.

    Raises
    ------
    UserError
        When no captured file is beside `path`, or as `read_setup` and `open_capture`.
    """
    from radarkit.capture.open import open_capture  # which opens ``*.setup.json`` with this

    config = read_setup(path) if config is None else config
    files = list(JsonNode.of_file(path)["capturedFiles.files"].items())
    if not files:
        raise UserError(f"{path} lists no captured files", do="name the .bin file and give -c")
    for key in ("processedFileName", "rawFileName"):
        found = [_find(path, file[key].text()) for file in files if file.has(key)]
        there = [one for one in found if one is not None]
        # parts of one capture are raw files; those that were processed one by one lack their ends
        if len(there) == len(files) and (key == "rawFileName" or len(files) == 1):
            _check_parts(path, there)
            return open_capture(there[0], config, allow_partial=allow_partial)
    names = [
        PureWindowsPath(file[key].text()).name
        for file in files
        for key in ("processedFileName", "rawFileName")
        if file.has(key)
    ]
    raise UserError(
        f"{path} lists {', '.join(names) or 'no names'}", expected=f"the capture in {path.parent}"
    )


def _check_parts(path: Path, listed: list[Path]) -> None:
    """Raise unless the files that are listed are all parts of one capture."""
    parts = {part.name for part in all_parts(listed[0])}
    other = sorted(parts ^ {one.name for one in listed})
    if other:
        raise UserError(
            f"{path} lists {len(listed)} files, {listed[0].name} is one of {len(parts)} parts: "
            f"{', '.join(other)} may be of another recording",
            expected="all parts of one capture, and no others",
            do="move the files of other recordings away, or give -c and the .bin file",
        )


def _check_chip(setup: JsonNode, adc: dict[str, Any]) -> None:
    """Raise where the chip contradicts the configuration of the radar."""
    if setup.has("captureHardware") and setup["captureHardware"].text().upper() != "DCA1000":
        hardware = setup["captureHardware"]
        raise UserError(f'{hardware.where} = "{hardware.text()}"', expected='"DCA1000"')
    if setup.has("mmWaveDevice"):
        device = setup["mmWaveDevice"]
        lanes = chip_lanes(device.where, device.text())
        if lanes is not None and lanes != adc["lanes"]:
            raise UserError(
                f'{device.where} = "{device.text()}" sends on {lanes} lanes, its configuration '
                f"(chInterleave) says {adc['lanes']}",
                do="give a configuration of the same chip",
            )


def _check_card(card: JsonNode, adc: dict[str, Any]) -> None:
    """Raise where the capture card contradicts the configuration of the radar."""
    if card.has("dataLoggingMode") and card["dataLoggingMode"].text().lower() != "raw":
        raise UserError(
            f'{card["dataLoggingMode"].where} = "{card["dataLoggingMode"].value}"',
            expected='"raw"',
        )
    for key, meanings, ours in (
        ("lvdsMode", _LVDS_MODES, "lanes"),
        ("dataFormatMode", _DATA_FORMATS, "bits"),
    ):
        if card.has(key) and card[key].choice(meanings) != adc[ours]:
            raise UserError(
                f"{card[key].where} = {card[key].value}: {card[key].choice(meanings)} {ours}",
                expected=f"the {adc[ours]} {ours} of the radar's configuration",
            )
    if card.has("dataFormatConfig") and card["dataFormatConfig"].has("MSBToggle"):
        toggle = card["dataFormatConfig.MSBToggle"]
        if toggle.integer():
            raise UserError(f"{toggle.where} = {toggle.value}", expected="0")


def _is_reordered(card: JsonNode) -> bool:
    key = "dataFormatConfig"
    if not (card.has(key) and card[key].has("reorderEnable")):
        return False
    return bool(card[key]["reorderEnable"].choice({0: False, 1: True}))


def _beside(path: Path, node: JsonNode, what: str) -> Path:
    found = _find(path, node.text())
    if found is None:
        name = PureWindowsPath(node.text()).name
        raise UserError(f"no {what} {name} beside {path}", do=f"copy {name} to {path.parent}")
    return found


def _find(path: Path, written: str) -> Path | None:
    name = PureWindowsPath(written).name.casefold()
    if not name:
        return None
    there = sorted(one for one in path.parent.iterdir() if one.name.casefold() == name)
    return there[0] if there else None
