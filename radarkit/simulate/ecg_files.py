"""ECG records from files: WFDB records (the package ``wfdb``) and EDF files (``edfio``).

The lead is chosen by its name and brought to mV at 200 Hz; a respiration channel comes along.
Beats are those of the record's annotation, or detected; either way they stand where the ECG is
highest. Missing samples that are too few to hide a QRS complex are bridged.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from radarkit.ecg import REACH_S, find_r_peaks, to_local_maximum
from radarkit.errors import UserError
from radarkit.recording import Float32, Float64
from radarkit.simulate.ecg_channels import Channel, read_edf, read_wfdb
from radarkit.simulate.heart import SAMPLE_RATE_HZ

_LEADS = (  # the first that is there is taken
    r"ML?II|II",
    r"(ECG|EKG).*",
    r"ML?I|I",
    r"V[1-6]?",
    r"ML?III|III|AV[RLF]|C[MS]\d|D[1-4]",
)
_BREATH = r"RESP.*|THOR.*|ABDO.*|CHEST.*|IMP.*"
_TO_MV = {"mv": 1.0, "uv": 1e-3, "µv": 1e-3, "μv": 1e-3, "v": 1e3}
_SLOWEST_HZ = 100.0
_BRIDGED_S = 0.05
_R_WAVES_MV = (0.02, 50.0)  # of any lead of any chest, with room to spare
_INVERTED = 1.3  # how much deeper than high the QRS complexes of an inverted lead are


@dataclass(frozen=True, eq=False)
class EcgRecord:
    """One record.

    Attributes
    ----------
    name : str
        Of its file, without the extension.
    lead : str
        The channel, and whether it was inverted.
    ecg_mv : (samples,) float32
        At `SAMPLE_RATE_HZ`; a straight line where samples are missing, zero where all are.
    missing : (samples,) bool
        Where so much is missing that a QRS complex may be.
    r_peaks : (beats,) int64
        Increasing sample indices.
    breath : (samples,) float64, optional
        Respiration channel in any unit.
    """

    name: str
    lead: str
    ecg_mv: Float32
    missing: NDArray[np.bool_]
    r_peaks: NDArray[np.int64]
    breath: Float64 | None


def record_paths(path: Path) -> tuple[Path, ...]:
    """List the records at a path: itself, or all in a folder, by their headers.

    Raises
    ------
    UserError
        When there is none.
    """
    if path.is_dir():
        found = [*path.glob("*.hea"), *path.glob("*.edf"), *path.glob("*.EDF")]
        if not found:
            raise UserError(f"no ECG record in {path}", expected="WFDB (.hea) or EDF files")
        return tuple(sorted(found))
    if path.suffix == ".dat":
        path = path.with_suffix("")
    is_header = path.suffix == ".hea" or path.suffix.lower() == ".edf"
    header = path if is_header else path.with_name(f"{path.name}.hea")
    if not header.is_file():
        raise UserError(
            f"no ECG record at {path}", expected=f"{header.name} (WFDB) or an .edf file"
        )
    return (header,)


def read_record(header: Path) -> EcgRecord:
    """Read a record, given its WFDB header or its EDF file.

    Raises
    ------
    UserError
        When the package for it is missing, the file is damaged, or no channel is an ECG.
    """
    channels, beats_s = read_edf(header) if header.suffix.lower() == ".edf" else read_wfdb(header)
    lead = _lead(channels, header.stem)
    ecg_mv, missing = _to_mv(channels[lead], f"{lead} of {header.stem}")
    rough = None if beats_s is None else np.rint(beats_s * SAMPLE_RATE_HZ).astype(np.int64)
    inverted = _is_inverted(ecg_mv, rough)
    if inverted:
        ecg_mv = -ecg_mv
    if rough is None:
        peaks = find_r_peaks(ecg_mv, SAMPLE_RATE_HZ)
    else:
        peaks = to_local_maximum(ecg_mv.astype(np.float64), rough, round(REACH_S * SAMPLE_RATE_HZ))
    _check_height(ecg_mv, peaks, f"{lead} of {header.stem}")
    breath = next((c for name, c in channels.items() if _is(_BREATH, name)), None)
    return EcgRecord(
        header.stem,
        f"{lead}, inverted" if inverted else lead,
        ecg_mv,
        missing,
        peaks,
        None if breath is None else _breath(breath, ecg_mv.size),
    )


def _check_height(ecg_mv: Float32, peaks: NDArray[np.int64], what: str) -> None:
    """Raise where the R waves are so high or low that the header must name a wrong unit or gain."""
    inside = peaks[(peaks >= 0) & (peaks < ecg_mv.size)]
    if inside.size == 0:
        return
    height_mv = float(np.median(ecg_mv[inside]) - np.median(ecg_mv))
    if not _R_WAVES_MV[0] <= height_mv <= _R_WAVES_MV[1]:
        raise UserError(
            f"{what} has R waves of {height_mv:.3g} mV",
            expected=f"{_R_WAVES_MV[0]:g} to {_R_WAVES_MV[1]:g} mV",
            do="correct gain and unit in its header",
        )


def _lead(channels: Mapping[str, Channel], name: str) -> str:
    for pattern in _LEADS:
        for label in channels:
            if _is(pattern, label):
                return label
    volts = [label for label, channel in channels.items() if channel.unit.lower() in _TO_MV]
    if len(volts) == 1:
        return volts[0]
    raise UserError(
        f"no ECG among the channels of {name}: {', '.join(channels) or 'none'}",
        expected="one named ECG, EKG, or like a lead (II, MLII, V5)",
    )


def _is(pattern: str, label: str) -> bool:
    return re.fullmatch(pattern, label.strip().upper()) is not None


def _to_mv(channel: Channel, what: str) -> tuple[Float32, NDArray[np.bool_]]:
    """Bring an ECG to mV at the rate of simulated signals; also what is missing of it."""
    if channel.unit.lower() not in _TO_MV:
        raise UserError(f"{what} is given in {channel.unit or 'no unit'}", expected="mV, uV or V")
    if not channel.rate_hz >= _SLOWEST_HZ:
        raise UserError(
            f"{what} is sampled at {channel.rate_hz:g} Hz", expected=f"{_SLOWEST_HZ:g} Hz or more"
        )
    bridged, lost = _bridge(channel.values, round(_BRIDGED_S * channel.rate_hz))
    ecg = _resample(bridged, channel.rate_hz) * _TO_MV[channel.unit.lower()]
    at = np.arange(ecg.size) * (channel.rate_hz / SAMPLE_RATE_HZ)
    missing = lost[np.minimum(np.rint(at).astype(np.int64), lost.size - 1)]
    return ecg.astype(np.float32), missing


def _bridge(values: Float64, longest: int) -> tuple[Float64, NDArray[np.bool_]]:
    """Draw straight lines over missing samples; also say where more than `longest` follow."""
    bad = ~np.isfinite(values)
    if not bad.any():
        return values, bad
    if bad.all():
        return np.zeros_like(values), bad
    at = np.arange(values.size)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], bad, [False]]).astype(np.int8)))
    lost = np.zeros_like(bad)
    for start, stop in edges.reshape(-1, 2):
        lost[start:stop] = stop - start > longest
    return np.interp(at, at[~bad], values[~bad]), lost


def _resample(values: Float64, rate_hz: float) -> Float64:
    if np.ptp(values) == 0:  # the filter's ripple would look like beats
        return np.full(int(np.ceil(values.size * SAMPLE_RATE_HZ / rate_hz)), values[0])
    ratio = Fraction(SAMPLE_RATE_HZ / rate_hz).limit_denominator(10_000)
    return np.asarray(
        signal.resample_poly(values, ratio.numerator, ratio.denominator, padtype="line")
    )


def _breath(channel: Channel, samples: int) -> Float64:
    bridged, _ = _bridge(channel.values, channel.values.size)
    at = np.arange(samples) * (channel.rate_hz / SAMPLE_RATE_HZ)
    return np.asarray(np.interp(at, np.arange(bridged.size), bridged))  # slower than either rate


def _is_inverted(ecg_mv: Float32, beats: NDArray[np.int64] | None) -> bool:
    """Whether the QRS complexes are deeper than high."""
    if beats is None:
        beats = find_r_peaks(ecg_mv, SAMPLE_RATE_HZ)
    reach = round(REACH_S * SAMPLE_RATE_HZ)
    beats = beats[(beats > reach) & (beats < ecg_mv.size - reach)]
    if beats.size == 0:
        return False
    around = ecg_mv[beats[:, None] + np.arange(-reach, reach + 1)]
    around = around - np.median(ecg_mv)
    return bool(np.median(-around.min(axis=1)) > _INVERTED * np.median(around.max(axis=1)))
