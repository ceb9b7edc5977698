"""Pictures of how the best point moves: over time, and its spectrum.

As `radarkit.extract.report_figures`: a `Figure`, or None where there is nothing to show.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt, welch

from radarkit.extract.movement import during
from radarkit.extract.report import ExtractionReport
from radarkit.extract.report_pictures import Pictures, decibels
from radarkit.recording import Float64
from radarkit.style import MODEL, PICKED, SERIES, legend_above, new_figure

VIBRATION_HZ = (0.8, 25.0)  # where the heart is and breathing is not
_ZOOM_S = 10.0
_SPECTRUM_HZ = 4.0
_SEGMENT_S = 30.0
_LOST, _MOVED, _ZOOMED = "#e69f00", "#cc79a7", "#e8eef2"


def motion_figure(pictures: Pictures, report: ExtractionReport) -> Figure | None:
    """Draw the motion of the best point, and ten seconds of what the heart adds to it."""
    if pictures.displacement_m is None or np.size(pictures.displacement_m) < 2:
        return None
    rate_hz = pictures.sample_rate_hz
    motion_m = np.nan_to_num(np.asarray(pictures.displacement_m, np.float64))
    times_s = np.arange(motion_m.size) / rate_hz
    figure, (whole, zoom) = new_figure(2, 2.1)
    whole.plot(times_s, 1e3 * motion_m, color=MODEL, linewidth=0.9)
    whole.set(xlabel="time (s)", ylabel="displacement (mm)", xlim=(0, motion_m.size / rate_hz))
    length = min(round(_ZOOM_S * rate_hz), motion_m.size)
    start = _still_stretch(_spoilt(pictures, report, motion_m.size), length)
    stop = start + length
    whole.axvspan(times_s[start], times_s[stop - 1], color=_ZOOMED, zorder=0, label="shown below")
    lost = np.zeros(0, np.bool_) if pictures.valid is None else ~pictures.valid
    for first_s, last_s in _stretches(lost) / rate_hz:
        whole.axvspan(first_s, last_s, color=_LOST, alpha=0.4, linewidth=0, label="lost frames")
    for segment in report.motion_segments:
        whole.axvspan(
            segment.start_s, segment.stop_s, color=_MOVED, alpha=0.35, linewidth=0, label="movement"
        )
    _legend_of_kinds(whole)
    high_hz = min(VIBRATION_HZ[1], 0.45 * min(rate_hz, report.capture.frame_rate_hz))
    vibration_um = 1e6 * _band(motion_m, rate_hz, high_hz)[start:stop]
    zoom.plot(times_s[start:stop], vibration_um, color=MODEL, linewidth=0.9)
    zoom.set(xlabel="time (s)", ylabel=f"{VIBRATION_HZ[0]:g} to {high_hz:g} Hz (µm)")
    zoom.set_xlim(times_s[start], times_s[stop - 1])
    return figure


def spectrum_figure(pictures: Pictures, report: ExtractionReport) -> Figure | None:
    """Draw the spectrum of the motion of the best point with the rates that were found."""
    if pictures.displacement_m is None or np.size(pictures.displacement_m) < 16:
        return None
    rate_hz = pictures.sample_rate_hz
    motion_m = np.nan_to_num(np.asarray(pictures.displacement_m, np.float64))
    motion_m = motion_m[_longest_quiet(_spoilt(pictures, report, motion_m.size))]
    length = min(motion_m.size, round(_SEGMENT_S * rate_hz))
    density = welch(motion_m, rate_hz, nperseg=length, nfft=4 * length, detrend="linear")
    frequencies_hz, power = (np.asarray(part) for part in density)
    shown = (frequencies_hz > 0.03) & (frequencies_hz <= min(_SPECTRUM_HZ, rate_hz / 2))
    figure, (axes,) = new_figure(1, 2.3)
    level_db = decibels(power[shown] * 1e12)
    axes.plot(frequencies_hz[shown], level_db, color=MODEL, linewidth=1)
    for rate, name, color in (
        (report.breathing_rate_per_min, "breathing", SERIES[2]),
        (report.heart_rate_per_min, "heart", PICKED),
    ):
        if rate is None:
            continue
        axes.axvline(rate / 60, color=color, linewidth=1.4, label=f"{name} {rate:.1f} /min")
        for order in (2, 3):
            axes.axvline(order * rate / 60, color=color, linewidth=0.9, linestyle=":")
    axes.set(xlabel="frequency (Hz)", ylabel="power (dB of 1 µm²/Hz)", xlim=(0, _SPECTRUM_HZ))
    if axes.get_legend_handles_labels()[0]:
        legend_above(axes)
    return figure


def _band(motion_m: Float64, rate_hz: float, high_hz: float) -> Float64:
    """Keep what lies between 0.8 Hz and `high_hz`."""
    if high_hz <= VIBRATION_HZ[0] or motion_m.size <= 30:
        return np.asarray(motion_m - motion_m.mean())
    sos = butter(3, (VIBRATION_HZ[0], high_hz), "bandpass", fs=rate_hz, output="sos")
    return np.asarray(sosfiltfilt(sos, motion_m))


def _spoilt(pictures: Pictures, report: ExtractionReport, samples: int) -> NDArray[np.bool_]:
    """Mark the samples that were lost or in which the body moves."""
    moved = during(report.motion_segments, samples, pictures.sample_rate_hz)
    return moved if pictures.valid is None else moved | ~pictures.valid


def _still_stretch(spoilt: NDArray[np.bool_], length: int) -> int:
    """First sample of the stretch nearest the middle in which least is spoilt."""
    total = np.concatenate([[0], np.cumsum(spoilt)])
    bad = total[length:] - total[:-length]
    starts = np.flatnonzero(bad == bad.min())
    return int(starts[np.abs(starts - (spoilt.size - length) / 2).argmin()])


def _longest_quiet(spoilt: NDArray[np.bool_]) -> slice:
    """Longest stretch of which nothing is spoilt, or all where it is too short for a spectrum."""
    quiet = _stretches(~spoilt)
    if quiet.size == 0:
        return slice(None)
    first, behind = quiet[np.diff(quiet, axis=1).argmax()]
    return slice(int(first), int(behind)) if behind - first >= spoilt.size // 4 else slice(None)


def _stretches(marks: NDArray[np.bool_]) -> NDArray[np.int64]:
    """First index of each stretch of true, and the one behind it: (stretch, 2)."""
    return np.flatnonzero(np.diff(np.pad(marks, 1).astype(np.int8))).reshape(-1, 2)


def _legend_of_kinds(axes: Axes) -> None:
    """Name each kind of shading once."""
    handles, labels = axes.get_legend_handles_labels()
    kinds = dict(zip(labels, handles, strict=True))
    axes.legend(
        list(kinds.values()),
        list(kinds),
        loc="lower left",
        bbox_to_anchor=(0.0, 1.02),
        ncols=3,
        frameon=False,
        fontsize=8,
        borderaxespad=0.2,
    )
