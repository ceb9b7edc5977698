"""A recording without labels to a long-term ECG, and how far it can be believed."""

import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radarkit.datasets.reader import Dataset
from radarkit.datasets.trial_header import TrialHeader
from radarkit.datasets.windows import TARGET_RATE_HZ
from radarkit.errors import UserError
from radarkit.evaluation.any_channels import AnyChannels
from radarkit.evaluation.assemble import Reconstruction
from radarkit.evaluation.evaluate import HOP_S, OnTrial, check_rows
from radarkit.evaluation.frameworks import method_names
from radarkit.evaluation.hrv import Hrv
from radarkit.evaluation.own_rate import own_rate
from radarkit.evaluation.radarode_mtl import reconstruct_guided
from radarkit.evaluation.stretches import Stretch, judge, only_heartbeats, variability
from radarkit.models import Network, RadarOdeMtl
from radarkit.training.checkpoint import load_model
from radarkit.training.run import BEST, RunRecord


@dataclass(frozen=True, eq=False)
class Reading:
    """What was read off a radar.

    Attributes
    ----------
    header : TrialHeader
        Of which trial.
    kept : Reconstruction
        Beats and ECG, only where there is a heartbeat; elsewhere the ECG is NaN.
    stretches : tuple of Stretch
        Where there is one, and how sure that is.
    hrv : Hrv
        Heart rate and variability.
    method : str
        What made it.
    channels_read : int
        Different channels that the network saw.
    """

    header: TrialHeader
    kept: Reconstruction
    stretches: tuple[Stretch, ...]
    hrv: Hrv
    method: str
    channels_read: int

    @property
    def beats(self) -> int:
        """How many there are."""
        return sum(each.beats for each in self.stretches)

    @property
    def interpolated(self) -> int:
        """How many of them were put between their neighbours."""
        return sum(each.interpolated for each in self.stretches)

    @property
    def guided(self) -> int:
        """How many of them are of stretches that were guided by the rate of the motion."""
        return sum(each.beats for each in self.stretches if each.guided_per_min is not None)

    @property
    def heartbeat_found(self) -> bool:
        """Whether any stretch looks like a heartbeat."""
        return any(each.heartbeat for each in self.stretches)

    @property
    def confidence(self) -> float:
        """Median over the stretches with a heartbeat, each as long as it is; 0 without."""
        beating = [each for each in self.stretches if each.heartbeat]
        weight = sum(each.end_s - each.start_s for each in beating)
        total = sum(each.confidence * (each.end_s - each.start_s) for each in beating)
        return total / weight if weight else 0.0

    @property
    def share_with_heartbeat(self) -> float:
        """Share of the time."""
        beating = sum(each.end_s - each.start_s for each in self.stretches if each.heartbeat)
        return beating / self.header.duration_s

    def as_json(self) -> dict[str, Any]:
        """Everything but the ECG and the beats, ready for JSON."""
        return {
            "name": self.header.name,
            "heartbeat_found": self.heartbeat_found,
            "duration_s": self.header.duration_s,
            "share_with_heartbeat": self.share_with_heartbeat,
            "confidence": self.confidence,
            "beats": self.beats,
            "interpolated": self.interpolated,
            "guided": self.guided,
            **self.hrv._asdict(),
            "channels": self.header.channels,
            "channels_read": self.channels_read,
            "method": self.method,
            "stretches": [each._asdict() for each in self.stretches],
        }

    def line(self) -> str:
        """Say it in one line."""
        name, hrv = self.header.name, self.hrv
        if not self.heartbeat_found:
            likely = max(each.probability for each in self.stretches)
            return (
                f"{name}: no heartbeat found in {self.header.duration_s:.0f} s, this does not look "
                f"like one (probability {likely:.2f}); no ECG is drawn"
            )
        parts = [f"{name}: {self.beats} beats"]
        if self.interpolated:
            parts[0] += f", {self.interpolated} of them interpolated"
        if self.guided:
            led = "all" if self.guided == self.beats else self.guided
            parts[0] += f", {led} of them guided by the rate of the motion"
        if hrv.heart_rate_per_min is not None:
            parts.append(f"{hrv.heart_rate_per_min:.1f} per minute")
        elif rates := [s.heart_rate_per_min for s in self.stretches if s.heart_rate_per_min]:
            parts.append(f"about {statistics.median(rates):.0f} per minute, of unsure beats")
        if hrv.rmssd_ms is not None:
            parts.append(
                f"SDNN {hrv.sdnn_ms:.0f} ms, RMSSD {hrv.rmssd_ms:.0f} ms, "
                f"pNN50 {hrv.pnn50_percent:.0f} % of {hrv.intervals} intervals"
            )
        parts.append(f"confidence {self.confidence:.2f}")
        if self.share_with_heartbeat < 1:
            without = 1 - self.share_with_heartbeat
            parts.append(f"no heartbeat found in {100 * without:.0f} % of the time")
        return "; ".join(parts)


def read_all(run: Path, data: Path, on_trial: OnTrial = lambda *_: None) -> list[Reading]:
    """Read the ECG of every trial of a data set off its radar, labels or no labels.

    Parameters
    ----------
    run : Path
        Folder of the run.
    data : Path
        Data set; labels in it are not looked at.
    on_trial : callable
        Called after each trial with its number, the number of trials, and its name.

    Raises
    ------
    UserError
        When the run or the data cannot be used, or do not fit each other.
    """
    record = RunRecord.load(run)
    model = load_model(run / BEST)
    dataset = Dataset(data)
    for header in dataset.trials:
        check_fit(header, record)
    readings = []
    for number, header in enumerate(dataset.trials, start=1):
        readings.append(read(model, record, dataset, header))
        on_trial(number, len(dataset.trials), header.name)
    return readings


def read(model: Network, record: RunRecord, dataset: Dataset, header: TrialHeader) -> Reading:
    """Read the ECG of one trial off its radar alone.

    Raises
    ------
    UserError
        When the framework of the run does not tell how sure it is.
    """
    if not isinstance(model, RadarOdeMtl):
        raise UserError(
            f"a run of {record.model.framework}, which does not say how sure it is of a beat",
            expected="a run of radarODE-MTL",
            do="radarkit eval scores it all the same",
        )
    window = record.train.window.model_copy(update={"hop_s": HOP_S})
    radar = AnyChannels(dataset, header, window, channels=record.model.channels)
    made, guides = reconstruct_guided(model, radar, header, record, own_rate(dataset, header))
    stretches = judge(made, guides)
    kept = only_heartbeats(made, stretches)
    hrv = variability(kept, dataset.valid(header), stretches)
    network = method_names(record)[0]
    return Reading(
        header, kept, stretches, hrv, network, min(header.channels, record.model.channels)
    )


def check_fit(header: TrialHeader, record: RunRecord) -> None:
    """Raise `UserError` when the network of a run cannot read a trial; channels may differ."""
    frames = round(record.train.window.length_s * header.frame_rate_hz)
    found = (header.rows, frames, header.sample_rate_hz)
    wanted = (record.model.rows, record.model.frames, TARGET_RATE_HZ)
    if found != wanted:
        raise UserError(
            f"trial {header.name} has {found[0]} rows, {found[1]} frames in a window and "
            f"{found[2]:g} Hz",
            expected=f"{wanted[0]} rows, {wanted[1]} frames and {wanted[2]:g} Hz, as in training",
        )
    check_rows(header, record)
