"""Which array is what: the mapping TOML of the generic importer.

    [files]
    pattern = "*.npz"                # below the folder; by default every kind that can be read
    name = '(?P<subject>[a-z]+)_(?P<trial>[0-9]+)'     # in the path; may give status too

    [radar]
    array = "disp"                   # or a list of names, one a channel
    quantity = "displacement"        # velocity, acceleration, vibration, phase or iq
    unit = "mm"
    rate_hz = 500.0                  # or the name of what holds it
    time_s = "t"                     # instead of it: the array of the times of the samples
    axes = "channels, samples"       # or "samples, channels"
    wavelength_m = 0.0124            # of phase and iq
    positions = "xyz"                # (channels, 3) in m; may be left out

    [ecg]                            # may be left out
    file = "{stem}_ecg.mat"          # beside the file of the radar; the same one by default
    array = "ecg"
    unit = "mV"
    rate_hz = 500.0                  # or time_s, as above
    inverted = false

Other keys are refused.
"""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from radarkit.datasets.toml_file import read_toml
from radarkit.errors import UserError

UNITS = {
    "displacement": {"m": 1.0, "mm": 1e-3, "um": 1e-6},
    "velocity": {"m/s": 1.0, "mm/s": 1e-3},
    "acceleration": {"m/s^2": 1.0, "mm/s^2": 1e-3, "g": 9.80665},
    "vibration": {"arbitrary": 1.0},
    "phase": {"rad": 1.0, "deg": 0.017453292519943295},
    "iq": {"arbitrary": 1.0},
}
ECG_UNITS = {"mV": 1.0, "V": 1e3, "uV": 1e-3}
_PARTS = ("subject", "trial", "status")

Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)] | str
Name = Annotated[str, Field(min_length=1)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FilesTable(_Table):
    """Which files there are, and what their names say.

    Attributes
    ----------
    pattern : str
        Of the files below the folder, such as ``*/*.csv``.
    name : str
        Regular expression with the groups ``subject`` and ``trial``, and perhaps ``status``,
        searched in the path without suffix. Without it ``ann-2.npz`` is trial 2 of ann, as for raw
        captures.
    """

    pattern: Name = "**/*"
    name: str | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.name is None:
            return self
        try:
            groups = set(re.compile(self.name).groupindex)
        except re.error as error:
            raise UserError(f"name = {self.name!r} is no regular expression: {error}") from None
        if not {"subject", "trial"} <= groups <= set(_PARTS):
            raise UserError(
                f"name = {self.name!r} has the groups {', '.join(sorted(groups)) or 'none'}",
                expected="(?P<subject>...) and (?P<trial>...), and perhaps (?P<status>...)",
            )
        return self

    def parts(self, place: str) -> dict[str, str]:
        """Tell subject, trial and status from the path of a file without its suffix.

        Raises
        ------
        UserError
            When it does not say.
        """
        if self.name is None:
            subject, _, trial = place.partition("-")
            found: dict[str, str] = {"subject": subject, "trial": trial or "1"}
        else:
            fit = re.search(self.name, place)
            if fit is None:
                raise UserError(
                    f"{place} does not fit the name {self.name!r}", do="change files.name"
                )
            found = fit.groupdict()
        parts = {name: (found.get(name) or "").replace("/", "_") for name in _PARTS}
        if not parts["subject"] or not parts["trial"]:
            raise UserError(f"{place} has no subject or no trial in its name", do="set files.name")
        return parts


class _Sampled(_Table):
    """How a signal is sampled: at a rate, or at the times of an array."""

    rate_hz: Rate | None = None
    time_s: Name | None = None

    @model_validator(mode="after")
    def _check_sampling(self) -> Self:
        if (self.rate_hz is None) == (self.time_s is None):
            both = "neither rate_hz nor" if self.rate_hz is None else "both rate_hz and"
            raise UserError(f"{both} time_s of the same signal", expected="one of the two")
        return self

    @property
    def names(self) -> list[str]:
        """Names of the arrays that the sampling is read from."""
        return [name for name in (self.rate_hz, self.time_s) if isinstance(name, str)]


class RadarTable(_Sampled):
    """Where the radar is and what it holds; see the module for the keys."""

    array: Name | Annotated[list[Name], Field(min_length=1)]
    quantity: Literal["displacement", "velocity", "acceleration", "vibration", "phase", "iq"]
    unit: str = ""
    axes: Literal["channels, samples", "samples, channels"] = "channels, samples"
    wavelength_m: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    positions: str | None = None

    @property
    def names(self) -> list[str]:
        """Names of the arrays that the radar is read from."""
        arrays = [self.array] if isinstance(self.array, str) else list(self.array)
        return arrays + ([self.positions] if self.positions else []) + super().names

    @property
    def scale(self) -> float:
        """What a value is multiplied by for SI units."""
        return UNITS[self.quantity][self.unit or next(iter(UNITS[self.quantity]))]

    @model_validator(mode="after")
    def _check(self) -> Self:
        units = UNITS[self.quantity]
        if self.unit not in units and (self.unit or len(units) > 1):
            raise UserError(
                f"radar.unit {self.unit or 'left out'} of a {self.quantity}",
                expected=f"one of {', '.join(units)}",
            )
        if (self.wavelength_m is not None) != (self.quantity in ("phase", "iq")):
            raise UserError(
                f"{'a' if self.wavelength_m else 'no'} radar.wavelength_m with a {self.quantity}",
                expected="one with phase and iq, and with nothing else",
            )
        if isinstance(self.array, list) and len(set(self.array)) < len(self.array):
            twice = next(name for name in self.array if self.array.count(name) > 1)
            raise UserError(f"radar.array has {twice} twice", expected="an array a channel")
        if self.quantity == "iq" and isinstance(self.array, list) and len(self.array) != 2:
            raise UserError(
                f"{len(self.array)} arrays of I and Q", expected="two real ones or a complex one"
            )
        return self


class EcgTable(_Sampled):
    """Where the ECG is; see the module for the keys."""

    array: Name
    unit: Literal["mV", "V", "uV"] = "mV"
    inverted: bool = False
    file: Name | None = None

    @property
    def scale(self) -> float:
        """What a value is multiplied by for mV with upright R waves."""
        return ECG_UNITS[self.unit] * (-1 if self.inverted else 1)

    @property
    def names(self) -> list[str]:
        """Names of the arrays that the ECG is read from."""
        return [self.array, *super().names]

    def path(self, radar: Path, parts: dict[str, str]) -> Path:
        """Say which file holds the ECG of a file of the radar."""
        if self.file is None:
            return radar
        return radar.parent / self.file.format(stem=radar.stem, **parts)

    @model_validator(mode="after")
    def _check_file(self) -> Self:
        try:
            self.path(Path("x"), dict.fromkeys(_PARTS, "x"))
        except (KeyError, IndexError, ValueError, AttributeError):
            raise UserError(
                f"ecg.file = {self.file!r}",
                expected=f"a name, perhaps with {{stem}}, {{{'}, {'.join(_PARTS)}}}",
            ) from None
        return self


class Mapping(_Table):
    """Which array of a file is what."""

    files: FilesTable = FilesTable()
    radar: RadarTable
    ecg: EcgTable | None = None

    @model_validator(mode="after")
    def _check_apart(self) -> Self:
        radar = self.radar.array
        if (
            self.ecg is not None
            and self.ecg.file is None
            and self.ecg.array in ([radar] if isinstance(radar, str) else radar)
        ):
            raise UserError(
                f"{self.ecg.array} is both radar.array and ecg.array", expected="different arrays"
            )
        return self

    def ecg_path(self, radar: Path, parts: dict[str, str]) -> Path:
        """Say which file holds the ECG of a file of the radar; that itself where it is not said."""
        return self.ecg.path(radar, parts) if self.ecg is not None else radar


def read_mapping(path: Path) -> Mapping:
    """Read a mapping.

    Raises
    ------
    UserError
        When it is missing, no TOML, or has keys or values that do not fit.
    """
    return read_toml(path, "mapping", Mapping)
