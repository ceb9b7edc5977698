"""What can be learnt from the training subjects without a network.

The mean beat is the trivial baseline every network has to beat; the amplitude gives reconstructed
ECGs their mV; the delay leads from the vibrations that classical peak picking finds to R peaks.
Each subject weighs the same, however many trials they have.
"""

from collections.abc import Iterable
from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict

from radarkit.datasets.build import cardiac_vibration
from radarkit.datasets.windows import LENGTH_CLASSES, cut_cycle, normalise_cycle
from radarkit.errors import UserError
from radarkit.recording import Float32, Float64, Recording
from radarkit.training.classical import classical_peaks, estimate_delay_s


class Reference(BaseModel):
    """Constants of the training subjects.

    Attributes
    ----------
    mean_beat : tuple of float
        Mean normalised cycle, 200 points.
    amplitude_mv, offset_mv : float
        Median height and lowest value of a cycle.
    mean_length : float
        Mean cycle, in samples at 200 Hz.
    delay_s : float
        R peak to the strongest vibration; see `classical_peaks`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    mean_beat: tuple[float, ...]
    amplitude_mv: float
    offset_mv: float
    mean_length: float
    delay_s: float

    @classmethod
    def learn(cls, recordings: Iterable[Recording]) -> Self:
        """Learn from labelled recordings of the training subjects, at 200 Hz.

        Raises
        ------
        UserError
            When there is not one cycle in them.
        """
        cycles_of: dict[str, list[Float32]] = {}
        lengths_of: dict[str, list[float]] = {}
        found: list[Float64] = []
        true: list[Float64] = []
        for recording in recordings:
            ecg, r_peaks = recording.ecg, recording.r_peaks
            if ecg is None or r_peaks is None:
                continue
            for peak, length in zip(r_peaks[:-1], np.diff(r_peaks), strict=True):
                if length <= LENGTH_CLASSES:
                    cycle = cut_cycle(ecg, peak, length)
                    cycles_of.setdefault(recording.subject, []).append(cycle)
                    lengths_of.setdefault(recording.subject, []).append(length)
            found.append(classical_peaks(cardiac_vibration(recording)))
            true.append(r_peaks.astype(np.float64))
        if not cycles_of:
            raise UserError("no cardiac cycle in the training subjects", expected="ECG and R peaks")
        people = [np.stack(cycles) for cycles in cycles_of.values()]
        beats = np.stack([normalise_cycle(cycles).mean(axis=0) for cycles in people])
        return cls(
            mean_beat=tuple(beats.mean(axis=0).tolist()),
            amplitude_mv=float(np.median([np.median(np.ptp(c, axis=1)) for c in people])),
            offset_mv=float(np.median([np.median(c.min(axis=1)) for c in people])),
            mean_length=float(np.mean([np.mean(each) for each in lengths_of.values()])),
            delay_s=estimate_delay_s(found, true),
        )
