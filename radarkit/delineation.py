"""The waves Q, S and T of each beat of an ECG, by windows around its R peaks.

Which waves a lead has is read from its median beat, where the noise is gone; their times from each.

Q is the lowest point in the 60 ms before R and S that of the 80 ms after it, where the ECG turns:
a lead without the wave only slopes there. T is looked for in the smoothed ECG around the place and
with the sign that it has in the median beat, at a delay to R that follows the interval before the
beat by Fridericia's cube root. T ends where the tangent at its steepest flank meets the isoelectric
line (Lepeschkin and Surawicz, Circulation 6, 1952), which is drawn straight from the PQ segment of
one beat to that of the next (Meyer and Keiser, Comput. Biomed. Res. 10, 1977).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import signal

from radarkit.ecg import check_ecg
from radarkit.errors import UserError
from radarkit.recording import Float64

LOWEST_RATE_HZ = 100.0  # below it Q and S are less than three samples wide
Q_REACH_S = 0.06
S_REACH_S = 0.08
PQ_S = (-0.09, -0.06)  # between the end of P and the start of Q
T_SPAN_S = (0.14, 0.46)  # at an interval of 1 s
T_REACH_S = 0.06  # how far the T of one beat may be from where the median beat has it
T_FLANK_S = 0.16  # the steepest flank follows the peak within this, at an interval of 1 s
T_OVER = 0.65  # of the interval to the next R: what comes then is P
T_CUTOFF_HZ = 15.0  # T lies below it, the mains and muscles above
DEEP_ENOUGH = 0.02  # Q and S in the median beat, of R: less cannot be told from the slope of R
T_FALL = 0.03  # from the top of T, of R: less cannot be told from the noise


@dataclass(frozen=True, eq=False)
class Fiducials:
    """Times of the waves of each beat; NaN where a wave was not found.

    Attributes
    ----------
    q_s, s_s, t_s : (beats,) float64
        Peaks of Q, S and T, in s from the first sample.
    t_end_s : (beats,) float64
        End of T.
    """

    q_s: Float64
    s_s: Float64
    t_s: Float64
    t_end_s: Float64


def delineate(ecg_mv: ArrayLike, sample_rate_hz: float, r_peaks: ArrayLike) -> Fiducials:
    """Find Q, S, T and the end of T of each beat.

    Parameters
    ----------
    ecg_mv : (samples,)
        ECG in mV with upright R waves.
    sample_rate_hz : float
        Its rate, 100 Hz or more.
    r_peaks : (beats,) int
        Increasing sample indices of the R peaks.

    Returns
    -------
    Fiducials
        All NaN for fewer than two beats: without an interval T's window is not known.

    Raises
    ------
    UserError
        When the ECG is not one-dimensional or holds NaN or infinity, the rate is too low, or the R
        peaks are out of order or outside of the ECG.
    """
    ecg = check_ecg(ecg_mv, sample_rate_hz, at_least_hz=LOWEST_RATE_HZ)
    peaks = np.asarray(r_peaks)
    _check_peaks(ecg, peaks)
    if peaks.size < 2:
        return Fiducials(*(np.full(peaks.size, np.nan) for _ in range(4)))
    beats = _Beats(ecg, float(sample_rate_hz), peaks.astype(np.int64))
    q = beats.dip(-Q_REACH_S, -1 / beats.rate_hz)
    s = beats.dip(1 / beats.rate_hz, S_REACH_S)
    t, t_end = beats.t_wave()
    return Fiducials(*(found / beats.rate_hz for found in (q, s, t, t_end)))


def _check_peaks(ecg: Float64, peaks: NDArray[np.int64]) -> None:
    if peaks.ndim != 1 or (peaks.size and not np.issubdtype(peaks.dtype, np.integer)):
        raise UserError(
            f"R peaks of shape {peaks.shape} and type {peaks.dtype}", expected="(beats,) integers"
        )
    wrong = np.flatnonzero((np.diff(peaks, prepend=-1) <= 0) | (peaks >= ecg.size))
    if wrong.size:
        raise UserError(
            f"R peak {wrong[0]} is at sample {peaks[wrong[0]]}",
            expected=f"increasing sample indices from 0 to {ecg.size - 1}",
        )


class _Beats:
    """An ECG and its R peaks; results are in samples, NaN where nothing was found."""

    def __init__(self, ecg: Float64, rate_hz: float, peaks: NDArray[np.int64]) -> None:
        self.ecg, self.rate_hz, self.peaks = ecg, rate_hz, peaks
        rr_s = np.diff(peaks) / rate_hz
        self.stretch = np.cbrt(np.concatenate((rr_s[:1], rr_s)))  # by the interval before
        self.next_rr_s = np.concatenate((rr_s, rr_s[-1:]))
        self.after = np.append(peaks[1:], ecg.size)
        self.pq_mv = self._pq_level()
        self.r_mv = float(np.median(np.abs(ecg[peaks] - self.pq_mv)))

    def around(
        self, first_s: Float64 | float, last_s: Float64 | float
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Sample indices of a window of each beat, (beats, widest), and which of them count.

        None does that lies outside of the ECG or beyond a neighbouring R.
        """
        first = self.peaks + np.round(np.multiply(first_s, self.rate_hz)).astype(np.int64)
        last = self.peaks + np.round(np.multiply(last_s, self.rate_hz)).astype(np.int64)
        index = first[:, None] + np.arange(max(int((last - first).max()) + 1, 1))
        before = np.append(-1, self.peaks[:-1])
        counts = (index > before[:, None]) & (index < np.minimum(last + 1, self.after)[:, None])
        return np.clip(index, 0, self.ecg.size - 1), counts

    def dip(self, first_s: float, last_s: float) -> Float64:
        """Lowest sample of each window where the ECG turns, if the lead dips there at all."""
        index, counts = self.around(first_s, last_s)
        height = np.where(counts, self.ecg[index], np.inf)
        rows, lowest = np.arange(self.peaks.size), height.argmin(axis=1)
        above_pq = np.where(counts, height - self.pq_mv[:, None], 0)
        if np.median(above_pq, axis=0).min() > -DEEP_ENOUGH * self.r_mv:
            return np.full(self.peaks.size, np.nan)
        before, after = np.maximum(lowest - 1, 0), np.minimum(lowest + 1, index.shape[1] - 1)
        # on the rim of the window, before or after is the lowest sample itself
        turns = (before < lowest) & (lowest < after) & counts[rows, before] & counts[rows, after]
        return np.where(turns, index[rows, lowest], np.nan)

    def t_wave(self) -> tuple[Float64, Float64]:
        """Peak and end of T."""
        level = self._above_isoelectric()
        before_p_s = T_OVER * self.next_rr_s
        usual_s, sign = self._usual_t(level, before_p_s)
        level = sign * level
        top = np.append(False, np.diff(level) >= 0) & np.append(np.diff(level) <= 0, False)
        near_s = usual_s * self.stretch
        first_s = np.maximum(near_s - T_REACH_S, 1 / self.rate_hz)
        index, counts = self.around(first_s, np.minimum(near_s + T_REACH_S, before_p_s))
        height = np.where(counts & top[index], level[index], -np.inf)
        peak = np.take_along_axis(index, height.argmax(axis=1)[:, None], axis=1)[:, 0]
        lowest, end = self._descent(level, peak, before_p_s)
        found = np.isfinite(height.max(axis=1)) & (level[peak] - lowest > T_FALL * self.r_mv)
        return np.where(found, peak, np.nan), np.where(found, end, np.nan)

    def _usual_t(self, level: Float64, before_p_s: Float64) -> tuple[float, float]:
        """Find T in the median beat: its delay at an interval of 1 s, and its sign (0: none).

        Of the points where the median beat turns, T is the one with the largest product of height
        and steepest return: what bends slowly is drift or U, and what is low is the ST segment.
        """
        delay_s = np.arange(T_SPAN_S[0], T_SPAN_S[1] + T_FLANK_S, 1 / self.rate_hz)
        after_r_s = delay_s * self.stretch[:, None]
        at = self.peaks[:, None] + after_r_s * self.rate_hz
        beats = np.interp(at, np.arange(level.size), level)
        beats[(after_r_s > before_p_s[:, None]) | (at > level.size - 1)] = np.nan
        known = np.isfinite(beats).sum(axis=0) >= self.peaks.size / 4
        median = np.nanmedian(beats[:, known], axis=0)
        if median.size < 3:
            return 0.0, 0.0
        slope = np.diff(median)
        turns = 1 + np.flatnonzero(slope[:-1] * slope[1:] <= 0)
        turns = turns[delay_s[turns] <= T_SPAN_S[1]]
        flank = round(T_FLANK_S * self.rate_hz)
        score = [
            abs(median[turn])
            * max(0.0, (-np.sign(median[turn]) * slope[turn : turn + flank]).max())
            for turn in turns
        ]
        if not score or max(score) == 0:
            return 0.0, 0.0
        best = turns[int(np.argmax(score))]
        return float(delay_s[best]), float(np.sign(median[best]))

    def _pq_level(self) -> Float64:
        """Level before each Q; a beat too near to the start or to another takes its neighbours'."""
        index, counts = self.around(*PQ_S)
        has = np.flatnonzero(counts.any(axis=1))
        if has.size == 0:
            return np.full(self.peaks.size, np.median(self.ecg))
        level = np.nanmedian(np.where(counts, self.ecg[index], np.nan)[has], axis=1)
        return np.asarray(np.interp(np.arange(self.peaks.size), has, level))

    def _above_isoelectric(self) -> Float64:
        """Smoothed ECG above the line from PQ to PQ."""
        middle = self.peaks + np.mean(PQ_S) * self.rate_hz
        line = np.interp(np.arange(self.ecg.size), middle, self.pq_mv)
        sos = signal.butter(2, T_CUTOFF_HZ, fs=self.rate_hz, output="sos")
        padding = min(round(self.rate_hz / 2), self.ecg.size - 1)
        return np.asarray(signal.sosfiltfilt(sos, self.ecg - line, padlen=padding))

    def _descent(
        self, level: Float64, peak: NDArray[np.int64], before_p_s: Float64
    ) -> tuple[Float64, Float64]:
        """Lowest level after each peak, and where the tangent at the steepest fall meets 0."""
        after_s = (peak - self.peaks) / self.rate_hz
        last_s = np.minimum(after_s + T_FLANK_S * self.stretch, before_p_s)
        index, counts = self.around(after_s, np.maximum(last_s, after_s))
        slope = np.gradient(level)
        # where T is over, the steepest fall may be that of a P or U of the other sign
        fall = np.where(counts & (level[index] > 0), slope[index], np.inf)
        steepest = np.take_along_axis(index, fall.argmin(axis=1)[:, None], axis=1)[:, 0]
        steep = np.minimum(slope[steepest], -1e-30)  # a flat flank ends nowhere near
        end = steepest - level[steepest] / steep
        within = (end > peak) & (end < self.after)
        lowest = np.where(counts, level[index], np.inf).min(axis=1)
        return lowest, np.where(within, end, np.nan)
