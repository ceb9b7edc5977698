"""Spectrogram windows as a network reads them: the stored ones, or with noise added on the fly."""

import numpy as np
from numpy.typing import NDArray

from radarkit.datasets.live_noise import LiveNoise
from radarkit.datasets.noisy_vibration import NoisyVibration, trial_key, vibration_power
from radarkit.datasets.reader import Dataset
from radarkit.datasets.trial_header import TrialHeader
from radarkit.datasets.windows import TARGET_RATE_HZ, WindowConfig
from radarkit.errors import UserError
from radarkit.recording import Float32, Float64
from radarkit.simulate.noise import Noise
from radarkit.simulate.spectrogram_noise import add_spectrogram_noise, draw_hits
from radarkit.spectrogram.grid import FrequencyGrid
from radarkit.spectrogram.spectrogram import normalise
from radarkit.spectrogram.stretch import Stretch, continued, sst_stretch

_INFINITY = 0x7C00  # bits of a half


def read_window(dataset: Dataset, header: TrialHeader, start: int, config: WindowConfig) -> Float32:
    """Spectrogram of the window that starts at sample `start`, min-max normalised per channel.

    Returns
    -------
    (channels, rows, frames) float32
        In [0, 1]; frames beyond the end of the trial are zero.
    """
    from radarkit.datasets.halves_numba import normalise_halves  # numba loads with the first call

    first, frames = _frames_of(header, start, config)
    stored = dataset.frames(header, first, first + frames)
    values = np.empty(stored.shape, np.float32)
    bits = stored.view(np.uint16).reshape(len(stored), -1)
    largest = normalise_halves(bits, values.reshape(bits.shape))
    if largest >= _INFINITY:  # a negative one: not by this toolkit
        values = normalise(stored.astype(np.float32))
    return _filled(values, frames)


class WindowReader:
    """Reads windows with noise; its memory does not grow with the data set.

    Parameters
    ----------
    dataset : Dataset
        Where the trials are.
    headers : sequence of TrialHeader
        The trials that will be read, sampled at 200 Hz. Constant noise in the signal is relative to
        the power of a whole trial, so each is read once here.
    config : WindowConfig
        How windows are cut.
    noise : LiveNoise
        What to add.

    Raises
    ------
    UserError
        When noise in the signal is asked for and the spectrogram of a trial is no SST.
    """

    def __init__(
        self,
        dataset: Dataset,
        headers: list[TrialHeader],
        config: WindowConfig,
        noise: LiveNoise,
    ) -> None:
        self._dataset, self._config, self._noise = dataset, config, noise
        self._powers: dict[str, Float64] = {}
        self._stretches: dict[str, Stretch] = {}
        if noise.domain == "spectrogram":
            return
        for header in headers:
            _check_method(header)
            rows_hz = dataset.frequencies_hz(header).tolist()
            self._stretches[header.name] = Stretch(
                FrequencyGrid(frequencies_hz=tuple(rows_hz)),
                header.sample_rate_hz,
                header.frame_rate_hz,
                config.frames(header.frame_rate_hz),
            )
            if noise.is_constant:
                self._powers[header.name] = vibration_power(dataset, header)

    def stretch(self) -> Stretch:
        """How the vibration of every window lies around it, where that is the same in all trials.

        Raises
        ------
        UserError
            When it is not, or the noise is not in the signal.
        """
        layouts = list(dict.fromkeys(self._stretches.values()))
        if not layouts:
            raise UserError(
                f"windows of vibration with noise in the {self._noise.domain}",
                expected='noise in the signal (domain = "signal"), or none',
            )
        if len(layouts) > 1:
            kinds = "; ".join(
                f"{each.grid.rows} rows from {each.grid.low_hz:g} to {each.grid.high_hz:g} Hz at "
                f"{each.frame_rate_hz:g} frames a second"
                for each in layouts
            )
            raise UserError(
                f"spectrograms of {len(layouts)} kinds: {kinds}", expected="one kind in all trials"
            )
        return layouts[0]

    def hits(self, header: TrialHeader, windows: int) -> NDArray[np.bool_]:
        """Which windows of a trial each noise falls on, (windows, noises): the same every time.

        Noise in the signal has its own places there and comes with whatever window holds them.
        """
        if self._noise.domain == "signal":
            return np.ones((windows, len(self._noise.noises)), np.bool_)
        rng = np.random.default_rng([self._noise.seed, trial_key(header)])
        return draw_hits(self._noise.draw(rng), windows, rng)

    def read(
        self, header: TrialHeader, start: int, hits: NDArray[np.bool_], epoch: int = 0
    ) -> Float32:
        """Read the window that starts at sample `start`.

        Parameters
        ----------
        header : TrialHeader
            The trial.
        start : int
            Where it starts, on a frame.
        hits : (noises,) bool
            The row of the window in what `hits` gives.
        epoch : int
            Noise is drawn anew in each epoch.

        Returns
        -------
        (channels, rows, frames) float32
            Normalised as by `read_window`; noise in the spectrogram is added afterwards, that in
            the signal before.
        """
        noise = self._noise
        if noise.domain == "signal":
            return self._live(header, start, epoch)
        clean = read_window(self._dataset, header, start, self._config)
        concrete, _ = self._drawn(header, start, epoch)
        rng = np.random.default_rng([noise.seed, epoch, trial_key(header), start])
        if not concrete:
            return clean
        return add_spectrogram_noise(clean, concrete, header.frame_rate_hz, rng, hits)

    def vibration(self, header: TrialHeader, start: int, epoch: int = 0) -> Float32:
        """Read the vibration, with noise in it, of a window and of the context of its transform.

        Parameters
        ----------
        header, start, epoch
            As in `read`.

        Returns
        -------
        (channels, Stretch.samples) float32
            In m/s^2, by point reflection beyond the ends of the trial.
        """
        stretch = self._stretches[header.name]
        noisy = self._noisy(header, start, epoch)
        low = start - stretch.context
        high = low + stretch.samples
        inside = noisy[:, max(low, 0) : min(high, header.samples)]
        return continued(inside, max(-low, 0), max(high - header.samples, 0)).astype(np.float32)

    def signal(self, header: TrialHeader, start: int, epoch: int = 0) -> Float64:
        """Read the vibration of a window alone, with the noise that `vibration` has there.

        Parameters
        ----------
        header, start, epoch
            As in `read`.

        Returns
        -------
        (channels, WindowConfig.samples) float64
            In m/s^2.
        """
        return self._noisy(header, start, epoch)[:, start : start + self._config.samples]

    def inside(self, header: TrialHeader, start: int) -> int:
        """Count the frames of a window that lie within the trial."""
        first, frames = _frames_of(header, start, self._config)
        return min(frames, header.frames - first)

    def _noisy(self, header: TrialHeader, start: int, epoch: int) -> NoisyVibration:
        """Vibration of a trial with the noise that a window of it meets."""
        concrete, key = self._drawn(header, start, epoch)
        power = self._powers.get(header.name)
        return NoisyVibration(self._dataset, header, concrete, key, power)

    def _live(self, header: TrialHeader, start: int, epoch: int) -> Float32:
        stretch = self._stretches[header.name]
        values = sst_stretch(self.vibration(header, start, epoch), stretch)
        inside = self.inside(header, start)
        return _filled(normalise(values[:, :, :inside]), stretch.frames)

    def _drawn(
        self, header: TrialHeader, start: int, epoch: int
    ) -> tuple[tuple[Noise, ...], tuple[int, ...]]:
        """Draw the concrete noises of a window, and the key of their samples."""
        noise = self._noise
        if not noise.of_windows:
            return noise.draw(np.random.default_rng(0)), (noise.seed, epoch)
        key = (noise.seed, epoch, start)
        rng = np.random.default_rng([*key, trial_key(header)])
        # levels first, so that they are the same whatever the share of clean windows
        concrete = noise.draw(rng)
        return () if noise.draw_clean(rng) else concrete, key


def _frames_of(header: TrialHeader, start: int, config: WindowConfig) -> tuple[int, int]:
    """First frame of a window, and how many it has."""
    first = round(start * header.frame_rate_hz / TARGET_RATE_HZ)
    return first, config.frames(header.frame_rate_hz)


def _filled(values: Float32, frames: int) -> Float32:
    """Fill up with zeros to `frames` frames."""
    missing = frames - values.shape[2]
    return np.pad(values, ((0, 0), (0, 0), (0, missing))) if missing else values


def _check_method(header: TrialHeader) -> None:
    if header.method != "sst":
        raise UserError(
            f"noise in the signal of trial {header.name}, whose spectrogram is made by "
            f"{header.method}",
            expected="sst, which is made again from the noisy signal",
            do='add the noise to the spectrogram (domain = "spectrogram")',
        )
