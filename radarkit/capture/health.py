"""HealthMeter looks at a capture for what would spoil it.

It sees each block pass by: samples at the limits of int16 (clipping), receivers without
a signal, DC, and the order of I and Q. Echoes are beats of positive frequency; with I and Q swapped
a sample becomes ``j conj(z)``, the whole range profile is mirrored and displacement changes sign,
so energy in the negative half of the beat frequencies betrays the wrong order.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.fft import fft
from scipy.signal.windows import hann

from radarkit.capture.config import RadarConfig
from radarkit.capture.words import INT16_MAX, INT16_MIN

_DEAD_DB = -30.0  # a receiver this far below the median receiver hears nothing
_SWAPPED_DB = 3.0  # negative half above the positive one by so much: I and Q are swapped
_DC_BINS = 3  # leakage and DC lie around bin 0, on either side


class HealthMeter:
    """Accumulates the health of a capture, block by block.

    Parameters
    ----------
    config : RadarConfig
        How the capture was recorded.

    Attributes
    ----------
    clipped_fraction : float
        Share of the complex samples with a part at a limit of int16.
    dead_receivers : list of int
        Receivers without a signal.
    dc : (rx,) complex128
        Mean sample of each receiver, in ADC counts.
    negative_half_db : float
        Energy of the negative over the positive beat frequencies; NaN without any.
    warnings : list of str
        What a person should know, one line each.
    """

    def __init__(self, config: RadarConfig) -> None:
        self._config = config
        self._samples = 0
        self._clipped = 0
        self._sum = np.zeros(config.array.rx, np.complex128)
        self._energy = np.zeros(config.array.rx)
        self._positive = 0.0
        self._negative = 0.0

    def add(self, block: NDArray[np.complex64]) -> None:
        """Look at one block of shape (frame, loop, tx, rx, sample)."""
        words = block.view(np.float32).reshape(*block.shape, 2)
        at_limit = (words <= INT16_MIN) | (words >= INT16_MAX)
        if at_limit.any():
            self._clipped += int(at_limit.any(axis=-1).sum())
        self._samples += block.size
        axes = (0, 1, 2, 4)
        self._sum += block.sum(axis=axes, dtype=np.complex128)
        self._energy += (words**2).sum(axis=(*axes, 5), dtype=np.float64)
        self._add_spectrum(block[:, 0, 0])  # one chirp of a frame tells the order of I and Q

    def _add_spectrum(self, chirps: NDArray[np.complex64]) -> None:
        count = chirps.shape[-1]
        spectrum = fft(chirps * hann(count, sym=False).astype(np.float32), axis=-1)
        power = (np.abs(spectrum) ** 2).sum(axis=(0, 1))
        self._positive += float(power[_DC_BINS : count // 2].sum())
        self._negative += float(power[count // 2 + 1 : count - _DC_BINS + 1].sum())

    @property
    def clipped_fraction(self) -> float:
        """Share of the samples with a part at a limit of int16."""
        return self._clipped / self._samples if self._samples else 0.0

    @property
    def dc(self) -> NDArray[np.complex128]:
        """Mean sample of each receiver, in ADC counts."""
        return self._sum * self._config.array.rx / max(self._samples, 1)

    @property
    def dead_receivers(self) -> list[int]:
        """Receivers whose signal, its mean aside, is missing."""
        per_receiver = max(self._samples // self._config.array.rx, 1)
        power = self._energy / per_receiver - np.abs(self.dc) ** 2
        # rounding leaves a little of a constant; a live ADC moves by more than a hundredth count
        floor = max(float(np.median(power)) * 10 ** (_DEAD_DB / 10), 1e-4)
        return [int(rx) for rx in np.flatnonzero(power < floor)]

    @property
    def negative_half_db(self) -> float:
        """Energy of the negative over the positive beat frequencies."""
        if not (self._positive > 0 and self._negative > 0):
            return float("nan")
        return float(10 * np.log10(self._negative / self._positive))

    @property
    def warnings(self) -> list[str]:
        """What a person should know, one line each."""
        found: list[str] = []
        if self._clipped:
            found.append(
                f"{100 * self.clipped_fraction:.3g} % of the samples are clipped: lower the gain"
            )
        if self.dead_receivers:
            dead = ", ".join(str(rx) for rx in self.dead_receivers)
            found.append(f"receivers without a signal: {dead} of {self._config.array.rx}")
        if self.negative_half_db > _SWAPPED_DB:
            other = self._config.adc.iq_order.swapped
            found.append(
                f"negative beat frequencies are {self.negative_half_db:.0f} dB above the positive "
                f'ones: I and Q seem swapped, try iq_order = "{other}" under [adc]'
            )
        return found
