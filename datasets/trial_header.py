"""TrialHeader: a trial of a data set before its arrays are read."""

from dataclasses import dataclass
from pathlib import Path

from radarkit.recording import Quantity


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

    @property
    def duration_s(self) -> float:
        """Length of the trial."""
        return self.samples / self.sample_rate_hz
