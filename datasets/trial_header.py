"""TrialHeader: a trial of a data set before its arrays are read."""

from dataclasses import dataclass
from pathlib import Path

from radarkit.recording import Quantity
from radarkit.spectrogram.grid import DEFAULT_GRID


@dataclass(frozen=True)
class TrialHeader:
    """What is known of a trial without reading its arrays.

    Attributes
    ----------
    path : Path
        File that holds it.
    name, subject, trial, status, source : str
        As in `Recording`; `name` is its group.
    channels, samples, rows, frames : int
        Sizes.
    beats : int or None
        Labelled R peaks; None for an unlabelled trial.
    sample_rate_hz, frame_rate_hz : float
        Rates of signals and spectrogram.
    quantity : Quantity
        What `radar` holds.
    method : str
        How the spectrogram was made.
    low_hz, high_hz : float
        Frequencies of its first and last row.
    """

    path: Path
    name: str
    subject: str
    trial: str
    status: str
    source: str
    channels: int
    samples: int
    rows: int
    frames: int
    beats: int | None
    sample_rate_hz: float
    frame_rate_hz: float
    quantity: Quantity
    method: str
    low_hz: float = DEFAULT_GRID.low_hz
    high_hz: float = DEFAULT_GRID.high_hz

    @property
    def duration_s(self) -> float:
        """Length of the trial."""
        return self.samples / self.sample_rate_hz
