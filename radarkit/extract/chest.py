"""Chest: the range profiles around one chest, for any frames of a capture.

Reads only what is asked for, so that a capture may be larger than memory: each block of frames is
transformed to the few range bins around the chest, its transmitters brought to one time, and a
chest that wanders followed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from radarkit.capture import Capture, HealthMeter, RadarConfig, Samples
from radarkit.extract.candidates import Candidates
from radarkit.extract.follow import follow_range
from radarkit.extract.range import (
    RangeProfiles,
    chirps_to_profiles,
    range_gate,
    range_transform,
)
from radarkit.extract.survey import Survey
from radarkit.extract.tdm import compensate_tdm, tdm_delays_s
from radarkit.parallel import in_order
from radarkit.recording import Float64

HALF_DEPTH_M = 0.12  # echoes farther than this from the chest's range are ghosts or somebody else
_MARGIN_BINS = 3  # what a range between bins is made of


@dataclass(frozen=True, eq=False)
class Chest:
    """A chest in a capture; make one with `Chest.of`.

    Attributes
    ----------
    capture : Capture
        Which it is in.
    range_m : float
        Its distance.
    bins : (bin,) int64
        Range bins that it is seen in.
    transform : (sample, bin) complex64
        From chirps to these bins.
    delays_s : (tx,) float64
        Of the transmitters.
    track_m : (frame,) float64, optional
        Its distance at each frame, if it wanders.
    static : (tx, rx, bin) complex64, optional
        What stands still, if it wanders.
    """

    capture: Capture
    range_m: float
    bins: NDArray[np.int64]
    transform: NDArray[np.complex64]
    delays_s: Float64
    track_m: Float64 | None = None
    static: NDArray[np.complex64] | None = None

    @classmethod
    def of(cls, capture: Capture, found: Survey) -> "Chest":
        """Look around the chest that a survey found.

        Raises
        ------
        UserError
            When it found none.
        """
        radar = capture.config
        range_m = found.chest_range_m
        at_runs_m = found.track_m()
        places_m = np.array([range_m]) if at_runs_m is None else at_runs_m
        width_m = half_width_m(radar)
        bins = range_gate(
            radar,
            max(0.0, float(places_m.min()) - width_m),
            min(radar.max_range_m, float(places_m.max()) + width_m),
        )
        track_m = static = None
        if at_runs_m is not None:
            frames_s = np.arange(capture.frames) * radar.frame.period_s
            track_m = np.interp(frames_s, found.times_s, at_runs_m)
            range_m = float(track_m.mean())
            surveyed = np.round(found.ranges_m / radar.range_bin_m).astype(np.int64)
            bins, _, there = np.intersect1d(bins, surveyed, return_indices=True)
            static = found.echo[..., there]
        transform = range_transform(radar, bins)
        return cls(capture, range_m, bins, transform, tdm_delays_s(radar), track_m, static)

    def profiles(self, start: int, stop: int) -> RangeProfiles:
        """Range profiles of the frames ``start`` to ``stop - 1``."""
        step = self.capture.frames_per_block
        starts = range(start, stop, step)
        blocks = in_order(lambda at: self._block(at, min(at + step, stop))[1], starts)
        parts = list(blocks)
        values = np.concatenate([part.values for part in parts])
        return RangeProfiles(values, parts[0].ranges_m, self.capture.valid[start:stop])

    def listen(self, places: Candidates, health: HealthMeter) -> NDArray[np.complex64]:
        """Hear some places over the whole capture, block by block in threads.

        Parameters
        ----------
        places : Candidates
            For the ranges of `profiles`.
        health : HealthMeter
            Sees every block.

        Returns
        -------
        (place, frame) complex64
        """
        capture = self.capture
        step = capture.frames_per_block
        echo = np.empty((len(places), capture.frames), np.complex64)

        def work(start: int) -> Samples:
            block, profiles = self._block(start, min(start + step, capture.frames))
            echo[:, start : start + len(block)] = places.listen(profiles.values)
            return block

        starts = range(0, capture.frames, step)
        for start, block in zip(starts, in_order(work, starts), strict=True):
            health.add(block, capture.valid[start : start + len(block)])
        return echo

    def _block(self, start: int, stop: int) -> tuple[Samples, RangeProfiles]:
        """Read the samples of some frames, and their range profiles."""
        radar, frames = self.capture.config, self.capture.frames
        before = int(start > 0 and self.delays_s.any())  # what a delay is interpolated from
        behind = int(stop < frames and self.delays_s.any())
        block = self.capture.read(start - before, stop + behind)
        values = chirps_to_profiles(block, radar.frame.tx_order, self.transform)
        inside = slice(before, before + stop - start)
        values = compensate_tdm(values, self.delays_s, radar.frame.period_s)[inside]
        ranges_m = np.asarray(self.bins * radar.range_bin_m, np.float64)
        profiles = RangeProfiles(values, ranges_m, self.capture.valid[start:stop])
        if self.track_m is not None:
            track_m = self.track_m[start:stop]
            profiles = follow_range(
                profiles, track_m, self.range_m, half_width_m(radar), self.static
            )
        return block[inside], profiles


def half_width_m(radar: RadarConfig) -> float:
    """How far to look to either side of a chest."""
    return HALF_DEPTH_M + _MARGIN_BINS * radar.range_bin_m
