"""What a framework may see of a trial: its radar, clean or with noise in it, never its labels.

Noise of a fixed level in the signal belongs to the trial, so its spectrogram is made once, from the
whole noisy vibration, and cut into windows afterwards, as the stored one was. Every other noise
belongs to the windows and is added as they are read. Either depends on the seed of the noise, the
name of the trial and the noise alone: whoever reads a trial meets the same noise in it. Levels of
one kind share their random numbers, so that a curve over levels shows the level and not the draw.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from radarkit.datasets.live_noise import LiveNoise
from radarkit.datasets.mmecg_windows import places_of
from radarkit.datasets.noisy_vibration import NoisyVibration
from radarkit.datasets.reader import Dataset
from radarkit.datasets.trial_header import TrialHeader
from radarkit.datasets.window_reader import WindowReader, read_window
from radarkit.datasets.windows import TARGET_RATE_HZ, WindowConfig, window_starts
from radarkit.errors import UserError
from radarkit.recording import Float32, Float64
from radarkit.spectrogram import sst
from radarkit.spectrogram.grid import FrequencyGrid
from radarkit.spectrogram.spectrogram import normalise

_AT_ONCE = 2**18  # samples of a vibration that are made at a time, 22 minutes


class TrialInput:
    """The radar of one trial, in the forms that frameworks read.

    Parameters
    ----------
    dataset : Dataset
        Where the trial is.
    header : TrialHeader
        Which trial.
    config : WindowConfig
        How windows are cut, and how far they are apart.
    noise : LiveNoise, optional
        What to add; without it everything is as it was stored.

    Attributes
    ----------
    starts : (windows,) int64
        Sample at which each window starts.

    Raises
    ------
    UserError
        When the trial is shorter than a window, or noise in the signal is asked for and its
        spectrogram is no SST.
    """

    def __init__(
        self,
        dataset: Dataset,
        header: TrialHeader,
        config: WindowConfig,
        noise: LiveNoise | None = None,
    ) -> None:
        self._dataset, self._header, self._config, self._noise = dataset, header, config, noise
        self.starts = window_starts(header.samples, header.frame_rate_hz, config)
        if self.starts.size == 0:
            raise UserError(
                f"trial {header.name} lasts {header.duration_s:.1f} s",
                expected=f"at least {config.length_s:g} s",
            )
        self._reader = None if noise is None else WindowReader(dataset, [header], config, noise)

    def windows(self, numbers: NDArray[np.int64]) -> Float32:
        """Read windows by their numbers.

        Parameters
        ----------
        numbers : (n,) int64
            Indices into `starts`.

        Returns
        -------
        (n, channels, rows, frames) float32
            Normalised as by `radarkit.datasets.window_reader.read_window`.
        """
        if self._reader is None:
            read = [self._stored(int(start)) for start in self.starts[numbers]]
        elif self._in_the_trial:
            read = [self._cut(int(start)) for start in self.starts[numbers]]
        else:
            hits = self._reader.hits(self._header, self.starts.size)
            read = [
                self._reader.read(self._header, int(self.starts[number]), hits[number])
                for number in numbers
            ]
        return np.stack(read)

    @cached_property
    def vibration(self) -> Float64 | None:
        """Acceleration of the chest with its noise, in m/s^2.

        Returns
        -------
        (channels, samples) float64 or None
            None when the noise belongs to the windows: the signal has none of it then, and whoever
            reads the signal cannot be held against those who read the windows.
        """
        if self._noise is not None and not self._in_the_trial:
            return None
        noises = () if self._noise is None else self._noise.draw(np.random.default_rng(0))
        seed = 0 if self._noise is None else self._noise.seed
        # the key of epoch 0, as `WindowReader` has it
        noisy = NoisyVibration(self._dataset, self._header, noises, (seed, 0))
        vibration = np.empty(noisy.shape)
        for start in range(0, self._header.samples, _AT_ONCE):  # no second copy of a night
            few = slice(start, start + _AT_ONCE)
            vibration[:, few] = noisy[:, few]
        return vibration

    def signal(self) -> Float64:
        """Return `vibration`, for frameworks that cannot do without it.

        Raises
        ------
        UserError
            When the noise belongs to the windows.
        """
        if self.vibration is None:
            raise UserError(
                "noise in the spectrogram for a framework that reads the signal, which has none",
                expected="noise in the signal",
            )
        return self.vibration

    @property
    def places(self) -> Float32:
        """Places of the channels on the chest; see `radarkit.datasets.mmecg_windows.places_of`."""
        return places_of(self._dataset, self._header)

    @property
    def _in_the_trial(self) -> bool:
        noise = self._noise
        return noise is not None and noise.domain == "signal" and not noise.of_windows

    @cached_property
    def _noisy(self) -> Float32:
        """Spectrogram of the whole noisy vibration, on the rows of the stored one."""
        vibration = self.vibration
        assert vibration is not None  # the noise is in the trial
        grid = FrequencyGrid(
            frequencies_hz=tuple(self._dataset.frequencies_hz(self._header).tolist())
        )
        rate_hz = self._header.sample_rate_hz
        return sst(vibration, rate_hz, grid=grid, frame_rate_hz=self._header.frame_rate_hz).values

    def _stored(self, start: int) -> Float32:
        return read_window(self._dataset, self._header, start, self._config)

    def _cut(self, start: int) -> Float32:
        first = round(start * self._header.frame_rate_hz / TARGET_RATE_HZ)
        frames = self._config.frames(self._header.frame_rate_hz)
        values = normalise(self._noisy[:, :, first : first + frames])
        return np.asarray(np.pad(values, ((0, 0), (0, 0), (0, frames - values.shape[2]))))
