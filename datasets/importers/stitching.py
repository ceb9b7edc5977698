"""Windows of one spectrogram, each normalised by itself, put together again.

Window i is, channel by channel, an affine image of the whole, w_i = (s - m_i) / p_i, and overlaps
its neighbour. Where both show the same frames they are affine images of each other, with a
correlation of 1, which tells how many frames lie between them; the straight line through their
values brings one to the scale of the other. What comes out is the whole up to one affine map a
channel, and min-max normalisation of the trial takes that away.
"""

from collections.abc import Iterable

import numpy as np

from radarkit.errors import UserError
from radarkit.recording import Float32, Float64

_SAME = 0.999  # correlation of frames that are the same
_SHORTEST_OVERLAP = 10  # frames; fewer may be alike by chance
_LOOKED_AT = 4  # channels that tell the shift
_USUAL = 24  # frames, 0.8 s: where the search begins


class Stitcher:
    """Windows of one trial, added in their order.

    Attributes
    ----------
    starts : list of int
        Frame at which each window starts.
    """

    def __init__(self) -> None:
        self.starts: list[int] = []
        self._frames: list[Float64] = []  # what each window adds
        self._last: Float64 | None = None  # the last window, in the scale of the first

    def add(self, window: Float32) -> bool:
        """Add the next window.

        Parameters
        ----------
        window : (channels, rows, frames) float32

        Returns
        -------
        bool
            False when it shares no frames with the last one, and was not added.
        """
        values = window.astype(np.float64)
        if self._last is None:
            self.starts, self._frames = [0], [values]
            self._last = values
            return True
        if values.shape != self._last.shape:
            raise UserError(
                f"windows of shape {self._last.shape} and {values.shape}", expected="one shape"
            )
        usual = self.starts[-1] - self.starts[-2] if len(self.starts) > 1 else _USUAL
        shift = shift_between(self._last, values, usual)
        if shift is None:
            return False
        frames = values.shape[2]
        scaled = _to_scale(values, values[:, :, : frames - shift], self._last[:, :, shift:])
        self.starts.append(self.starts[-1] + shift)
        self._frames.append(scaled[:, :, frames - shift :])
        self._last = scaled
        return True

    def whole(self) -> Float32:
        """Give the frames of all windows, (channels, rows, frames)."""
        return np.concatenate(self._frames, axis=2).astype(np.float32)


def shift_between(first: Float64, second: Float64, usual: int = _USUAL) -> int | None:
    """Frames between the starts of two windows, from what they share.

    Parameters
    ----------
    first, second : (channels, rows, frames) float64
    usual : int
        Looked at first, then what is near it.

    Returns
    -------
    int or None
        None when no shift makes them affine images of each other.
    """
    moving = np.flatnonzero(np.ptp(first, axis=(1, 2)) > 0)[:_LOOKED_AT]
    if moving.size == 0:
        return None
    a, b = first[moving], second[moving]
    frames = a.shape[2]
    shifts = range(frames - _SHORTEST_OVERLAP + 1)
    for shift in sorted(shifts, key=lambda one: abs(one - usual)):
        if _correlation(a[:, :, shift:], b[:, :, : frames - shift]) >= _SAME:
            return shift
    return None


def _correlation(a: Float64, b: Float64) -> float:
    """Lowest correlation over the channels."""
    a = a - a.mean(axis=(1, 2), keepdims=True)
    b = b - b.mean(axis=(1, 2), keepdims=True)
    power = np.sqrt((a * a).sum(axis=(1, 2)) * (b * b).sum(axis=(1, 2)))
    return float(((a * b).sum(axis=(1, 2)) / np.where(power > 0, power, np.inf)).min(initial=1.0))


def _to_scale(window: Float64, seen: Float64, wanted: Float64) -> Float64:
    """Map a window by the line that takes what is seen in it to what is wanted, a channel each."""
    axes = (1, 2)
    mean, target = seen.mean(axis=axes, keepdims=True), wanted.mean(axis=axes, keepdims=True)
    spread = ((seen - mean) ** 2).sum(axis=axes, keepdims=True)
    slope = ((seen - mean) * (wanted - target)).sum(axis=axes, keepdims=True)
    slope = np.where(spread > 0, slope / np.where(spread > 0, spread, 1), 1)
    return np.asarray(target + slope * (window - mean))


def stitched(windows: Iterable[Float32]) -> list[Stitcher]:
    """Put windows together; where two in a row share nothing a new stretch begins."""
    stretches: list[Stitcher] = []
    for window in windows:
        if not stretches or not stretches[-1].add(window):
            stretches.append(Stitcher())
            stretches[-1].add(window)
    return stretches
