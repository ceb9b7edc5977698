"""Cardiac vibration of one trial with noise in it, made where it is read.

The noise is a function of the key and the name of the trial alone: whichever stretch is read, in
whatever order and by whichever process, a sample has the same noise. So windows that overlap agree
on a movement, and nothing as long as a trial is kept. Constant noise is drawn in tiles of 4 s, each
with exactly the power that the asked SNR leaves for it against the whole trial; a movement against
the vibration that it covers.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from radarkit.datasets.build import cardiac_vibration
from radarkit.datasets.reader import Dataset
from radarkit.datasets.trial_header import TrialHeader
from radarkit.recording import Float64, Recording
from radarkit.simulate.noise import (
    ConstantNoise,
    Noise,
    at_snr,
    draw_movement_spans,
    power,
)

_TILE_S = 4.0
_REACH = 3  # samples on either side that a second difference reads
_BLOCK = 2**16  # samples in memory at once where a whole trial is needed


@dataclass(frozen=True, eq=False)
class _Piece:
    """Noise on samples ``start:stop``, against a power or, without one, what is beneath it."""

    start: int
    stop: int
    snr_db: float
    key: tuple[int, ...]
    against: Float64 | None


class NoisyVibration:
    """Vibration of a trial and its noise, read by slices ``[:, start:stop]`` like an array.

    Parameters
    ----------
    dataset : Dataset
        Where the trial is.
    header : TrialHeader
        Which trial.
    noises : sequence of Noise
        Each at its own SNR against the clean vibration.
    key : sequence of int
        What the noise is drawn from, such as a seed and an epoch; not negative.
    trial_power : (channels, 1) float64, optional
        What `vibration_power` gives, where it is known; constant noise needs it.
    """

    def __init__(
        self,
        dataset: Dataset,
        header: TrialHeader,
        noises: Sequence[Noise],
        key: Sequence[int],
        trial_power: Float64 | None = None,
    ) -> None:
        self._dataset, self._header, self._noises = dataset, header, tuple(noises)
        self._key = [*key, trial_key(header)]
        if trial_power is None and any(isinstance(noise, ConstantNoise) for noise in noises):
            trial_power = vibration_power(dataset, header)
        self._power = trial_power
        self.shape = (header.channels, header.samples)

    def __getitem__(self, at: tuple[slice, slice]) -> Float64:
        start, stop, _ = at[1].indices(self.shape[1])
        return self._stretch(start, stop)[at[0]]

    def _stretch(self, start: int, stop: int) -> Float64:
        pieces = [
            piece
            for index, noise in enumerate(self._noises)
            for piece in self._pieces(noise, [*self._key, index], start, stop)
        ]
        # whole movements, for the power beneath them
        movements = [piece for piece in pieces if piece.against is None]
        low = min([start, *(piece.start for piece in movements)])
        high = max([stop, *(piece.stop for piece in movements)])
        clean = read_vibration(self._dataset, self._header, low, high)
        noisy = clean[:, start - low : stop - low].copy()
        for piece in pieces:
            length = piece.stop - piece.start
            white = np.random.default_rng(piece.key).standard_normal((len(clean), length))
            against = piece.against
            if against is None:
                against = power(clean[:, piece.start - low : piece.stop - low])
            first, last = max(piece.start, start), min(piece.stop, stop)
            added = at_snr(white, against, piece.snr_db)
            noisy[:, first - start : last - start] += added[
                :, first - piece.start : last - piece.start
            ]
        return noisy

    def _pieces(self, noise: Noise, key: list[int], low: int, high: int) -> Iterator[_Piece]:
        """List what a noise covers of the samples ``low:high``, drawn with a key each."""
        samples, rate_hz = self.shape[1], self._header.sample_rate_hz
        if isinstance(noise, ConstantNoise):
            tile = round(_TILE_S * rate_hz)
            tiles = range(low // tile * tile, high, tile)
            covered = [(at, min(at + tile, samples)) for at in tiles]
            against = self._power
        else:
            rng = np.random.default_rng([*key, 0])
            covered, against = draw_movement_spans(noise, samples, rate_hz, rng).tolist(), None
        for start, stop in covered:
            if start < high and stop > low:
                yield _Piece(start, stop, noise.snr_db, (*key, 1, start), against)


def trial_key(header: TrialHeader) -> int:
    """Make a number of a trial's name, for seeds: trials do not depend on what stands around."""
    return zlib.crc32(header.name.encode())


def read_vibration(dataset: Dataset, header: TrialHeader, start: int, stop: int) -> Float64:
    """Cardiac vibration of the samples ``start:stop``, as that of the whole trial has it."""
    low, high = max(start - _REACH, 0), min(stop + _REACH, header.samples)
    radar = dataset.radar(header, low, high)
    stretch = Recording(radar, header.sample_rate_hz, header.subject, header.trial, header.quantity)
    return cardiac_vibration(stretch)[:, start - low : stop - low].astype(np.float64)


def vibration_power(dataset: Dataset, header: TrialHeader) -> Float64:
    """Power of the cardiac vibration of a trial, (channels, 1), read block by block."""
    total = np.zeros((header.channels, 1))
    for start in range(0, header.samples, _BLOCK):
        block = read_vibration(dataset, header, start, min(start + _BLOCK, header.samples))
        total += power(block) * block.shape[1]
    return np.asarray(total / header.samples)
