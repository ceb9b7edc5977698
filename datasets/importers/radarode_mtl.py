"""The released folder of radarODE-MTL: ``obj{subject}_{status}_{trial}_`` of windows of 4 s.

``sst_seg_k.npy`` (channels, 71, 120) is a window of spectrogram, normalised by itself, its first
row the highest frequency; ``ecg_seg_k.npy`` is one cardiac cycle of it in mV, as long as the
distance of its R peak to the next; ``anchor_seg_k.npy`` has ones at the R peaks, at 200 Hz or at
50 Hz. There is a window around each cycle or one every 0.8 s.

Windows overlap, so the trial they were cut from is put together again: the spectrogram by
`stitching`; the R peaks by those that neighbours share; the ECG by setting each cycle at its R
peak, where the cycles meet without a gap. What is lost is the radar signal, which is not in the
folder: it is stored as zeros, and the method of the spectrogram says so.
"""

import re
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from radarkit.datasets.importers.gaps import lost_remark
from radarkit.datasets.importers.pieces import Beats, ecg_of_cycles
from radarkit.datasets.importers.source import (
    RATE_HZ,
    SCRIPT_GRID,
    ImportConfig,
    ImportedTrial,
    Importer,
    Source,
    check_apart,
)
from radarkit.datasets.importers.stitching import Stitcher, stitched
from radarkit.errors import UserError
from radarkit.recording import Float32, Float64, Quantity, Recording
from radarkit.spectrogram import Spectrogram

METHOD = "sst, of which the signal was not released"
FRAMES, FRAME_RATE_HZ = 120, 30.0
_FOLDER = re.compile(r"obj(\d+)_(NB|IB|PE|SP)_(\d+)_?")
_SEGMENT = re.compile(r"sst_seg_(\d+)\.npy")
_SHORTEST_S = 8.0
_STEP_FRAMES = 24  # of windows every 0.8 s
_NOWHERE = -(10**9)  # of a cycle whose R peak no window shows


class _Window(NamedTuple):
    number: int
    ecg_mv: Float64
    anchors: NDArray[np.int64]  # samples at 200 Hz from the start of the window
    anchor_step: int  # samples that an anchor stands for


def find(path: Path, config: ImportConfig) -> list[Source]:
    """List the folders of trials in a folder, or the one that is given."""
    folders = [path, *path.iterdir()] if path.is_dir() else []
    sources, named = [], []
    for folder in sorted(folders):
        found = _FOLDER.fullmatch(folder.name)
        if found is not None and folder.is_dir():
            name = folder.name.rstrip("_")
            read = partial(read_trial, folder)
            sources.append(Source(name, folder, read, {"grid": "mmecg-script"}))
            named.append((folder, found[1], found[3]))
    check_apart(named)
    if not sources:
        raise UserError(
            f"no folder of a trial in {path}", expected="folders like obj1_NB_1_", do="check it"
        )
    return sources


def read_trial(path: Path) -> list[ImportedTrial]:
    """Put the windows of one folder together.

    Returns
    -------
    list of ImportedTrial
        One, or several where windows are missing.

    Raises
    ------
    UserError
        When files are missing, or do not fit the layout or each other.
    """
    found = _FOLDER.fullmatch(path.name)
    assert found is not None  # by `find`
    subject, status, trial = found.groups()
    numbers = sorted(
        int(fit[1]) for file in path.iterdir() if (fit := _SEGMENT.fullmatch(file.name))
    )
    if not numbers:
        raise UserError(f"no sst_seg_0.npy in {path}", expected="windows of radarODE-MTL")
    windows = [_read_window(path, number) for number in numbers]
    stretches = stitched(_load_spectrogram(path, number) for number in numbers)
    trials, first = [], 0
    for stretch in stretches:
        of_it = windows[first : first + len(stretch.starts)]
        first += len(of_it)
        name = trial if len(stretches) == 1 else f"{trial}_{of_it[0].number}"
        made = _trial(path, stretch, of_it, (subject, name, status))
        if made is not None:
            trials.append(made)
    if not trials:
        raise UserError(
            f"the {len(numbers)} windows of {path.name} do not overlap for {_SHORTEST_S:g} s",
            expected="all windows of a trial, cut from one spectrogram of it",
        )
    return trials


def _trial(
    path: Path, stretch: Stitcher, windows: list[_Window], names: tuple[str, str, str]
) -> ImportedTrial | None:
    """Put a stretch together; None where it is too short."""
    if stretch.starts[-1] + FRAMES < _SHORTEST_S * FRAME_RATE_HZ:
        return None
    starts = _starts(stretch.starts, windows)
    beats = Beats.of(
        [start + window.anchors for start, window in zip(starts, windows, strict=True)],
        windows[0].anchor_step,
    )
    values = stretch.whole()[:, ::-1]  # rows ascend in frequency
    samples = int(values.shape[2] * RATE_HZ / FRAME_RATE_HZ)
    cycles = [window.ecg_mv for window in windows]
    targets = _targets(starts, stretch.starts, windows, beats)
    ecg, known, r_peaks = ecg_of_cycles(cycles, targets, beats, samples, path.name)
    # from the first to the last known sample, on whole frames: 3 of them are 20 samples
    inside = np.flatnonzero(known)
    first = -(-int(inside[0]) // 20)
    last = int(inside[-1] + 1) // 20
    if (last - first) * 20 < _SHORTEST_S * RATE_HZ:
        return None
    ecg, known = ecg[20 * first : 20 * last], known[20 * first : 20 * last]
    values = np.ascontiguousarray(values[:, :, 3 * first : 3 * last])
    r_peaks = r_peaks - 20 * first
    subject, trial, status = names
    recording = Recording(
        radar=np.zeros((len(values), ecg.size), np.float32),
        sample_rate_hz=RATE_HZ,
        subject=subject,
        trial=trial,
        quantity=Quantity.VIBRATION,
        ecg=ecg.astype(np.float32),
        r_peaks=r_peaks[(r_peaks >= 0) & (r_peaks < ecg.size)],
        valid=known,
        status=status,
        source=f"radarODE-MTL {path.name}, no radar signal",
    )
    spectrogram = Spectrogram(values, np.array(SCRIPT_GRID.frequencies_hz), FRAME_RATE_HZ, METHOD)
    return ImportedTrial(recording, lost_remark(known, "ECG", RATE_HZ), spectrogram)


def _starts(frames: list[int], windows: list[_Window]) -> NDArray[np.int64]:
    """Find the samples at which windows start, counted from the first frame of the first one.

    Windows are cut at whole samples and their spectrogram at the frame before. R peaks that two
    neighbours share give the samples between their starts. How far a window starts behind its
    frame, a part of 20/3 samples, is told by when the others go on to the next frame. The windows
    that show the first frame say nothing of it: those that would begin before the trial were moved
    to sample 1 and frame 1, which are 5.7 samples apart.
    """
    rough = np.diff(frames) * RATE_HZ / FRAME_RATE_HZ
    steps = []
    for one, other, expected in zip(windows, windows[1:], rough, strict=False):
        apart = (one.anchors[:, None] - other.anchors[None, :]).reshape(-1)
        near = apart[np.abs(apart - expected) <= 2 * 20 / 3 + one.anchor_step]
        steps.append(int(np.median(near)) if near.size else round(expected))
    starts = np.concatenate([[0], np.cumsum(steps)]).astype(np.int64)
    moved = _moved(frames)
    on, seen = starts[moved:] - starts[moved], np.array(frames[moved:]) - frames[moved]
    misses = [int((((on + lead) * 3 // 20 - lead * 3 // 20) != seen).sum()) for lead in range(20)]
    lead = int(np.argmin(misses))
    first_on = round(frames[moved] * 20 / 3 + lead - (lead * 3 // 20) * 20 / 3)
    return np.asarray(starts - starts[moved] + first_on)


def _moved(frames: list[int]) -> int:
    """Count the windows that show the first frame; 0 where all do."""
    return int(np.argmax(np.array(frames) > frames[0]))


def _targets(
    starts: NDArray[np.int64], frames: list[int], windows: list[_Window], beats: Beats
) -> NDArray[np.int64]:
    """Say near which sample the R peak of each window's cycle stands.

    Windows around each cycle have it in the middle, but for those that were moved into the trial:
    their cycles are those before, one a window. Windows every 0.8 s, 24 frames, have the cycle of
    their first R peak, but for the first three: their cycle is that of the R peak nearest to sample
    400 of the trial.
    """
    if not (np.diff(frames) % _STEP_FRAMES).any():
        first = starts + np.array([window.anchors[:1].sum() for window in windows])
        return np.asarray(np.maximum(first, 400) if windows[0].number == 0 else first)
    targets = starts + 400
    moved = _moved(frames) if windows[0].number == 0 else 0
    if beats.r_peaks.size:
        beat = int(np.abs(beats.r_peaks - targets[moved]).argmin())
        for index in range(moved):
            its = beat - (windows[moved].number - windows[index].number)
            targets[index] = beats.r_peaks[its] if its >= 0 else _NOWHERE
    return np.asarray(targets)


def _load_spectrogram(path: Path, number: int) -> Float32:
    window = _load(path / f"sst_seg_{number}.npy")
    if window.ndim != 3 or window.shape[1:] != (SCRIPT_GRID.rows, FRAMES):
        raise UserError(
            f"sst_seg_{number}.npy in {path.name} has the shape {window.shape}",
            expected=f"(channels, {SCRIPT_GRID.rows}, {FRAMES})",
        )
    return window.astype(np.float32)


def _read_window(path: Path, number: int) -> _Window:
    ecg = _load(path / f"ecg_seg_{number}.npy").reshape(-1)
    marks = _load(path / f"anchor_seg_{number}.npy").reshape(-1)
    if marks.size not in (800, 200) or not np.isin(marks, (0, 1)).all():
        raise UserError(
            f"anchor_seg_{number}.npy in {path.name} has {marks.size} values from {marks.min():g} "
            f"to {marks.max():g}",
            expected="800 or 200 of zeros and ones",
        )
    step = 800 // marks.size
    return _Window(number, ecg, np.flatnonzero(marks) * step, step)


def _load(path: Path) -> Float64:
    if not path.is_file():
        raise UserError(
            f"{path.parent.name} has no {path.name}", expected="sst, ecg and anchor of each window"
        )
    try:
        array = np.load(path, allow_pickle=False)
        values = np.asarray(array, np.float64)
    except (ValueError, OSError, EOFError, TypeError) as error:
        raise UserError(f"{path} is no whole array: {error}", do="copy it again") from None
    if values.size == 0 or not np.isfinite(values).all():
        raise UserError(f"{path} is empty or holds NaN", expected="finite values")
    return values


RADARODE_MTL = Importer(
    "folders obj1_NB_1_ of sst_seg, ecg_seg and anchor_seg",
    "made from MMECG: signed agreement, non-commercial academic use, no redistribution",
    find,
)
