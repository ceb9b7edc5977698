"""What a real front end adds to the echoes: leakage, phase noise, and mixers that are not ideal.

Phase noise. The echo is mixed with the oscillator that sent it, a delay tau later, so that the beat
turns by ``phi(t) - phi(t - tau)`` only and the spectrum L of phi is seen as
``L(f) 4 sin^2(pi f tau)``: the range correlation of Budge and Burt, "Range correlation effects on
phase and amplitude noise", IEEE Southeastcon 1993. Where L falls with 1 / f^2 the frequency of the
oscillator is white noise w(t), the turn is its integral over the delay, and

    phi(t) - phi(t - tau) = tau w(t),

as far as ``pi f tau`` is small. This overstates the power by up to ``(pi f tau)^2 / 3``: at the
edge of the band of an ADC of 5 MHz by 0.05 % for a chest at 0.7 m, and by 12 % for an echo from the
farthest range of a radar of 65 MHz/us. A turn is a few thousandths of a rad, so that a beat z
becomes ``z (1 + j tau w)``, and the sum of the beats times their delays is all there is to know.
All echoes share one w(t), hence an echo with twice the delay turns twice as far, and at once.

Mixers. With a gain g of Q over I and an error p of their quadrature, ``exp(j a)`` becomes
``cos a + j g sin(a + p)``: the echo and an image at the mirrored beat frequency, weaker by

    (1 + 2 g cos p + g^2) / (1 - 2 g cos p + g^2).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from radarkit.capture import RadarConfig
from radarkit.capture.config import SPEED_OF_LIGHT_M_PER_S
from radarkit.recording import Float64

_OFFSET_HZ = 1e6  # at which data sheets state phase noise


class Leakage(BaseModel):
    """What goes from transmitters to receivers without leaving the board: static, strong and near.

    Attributes
    ----------
    level_db : float
        Its power over that of the chest's echo.
    range_m : float
        Where it is seen: half the electrical length of its way.
    spread_db : float
        Standard deviation of the level over the pairs of antennas. Their phases are any.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    level_db: float
    range_m: float = Field(default=0.05, ge=0)
    spread_db: float = Field(default=2.0, ge=0)


class Mixers(BaseModel):
    """Errors of the mixers and what follows them.

    Attributes
    ----------
    gain_db : float
        Gain of Q over that of I.
    phase_deg : float
        By how much Q leads a true quadrature.
    dc_i_counts, dc_q_counts : float
        Offsets of I and Q, in ADC counts.
    alike : bool
        Whether all receivers have these errors; if not, each draws its own from normal
        distributions with these standard deviations.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    gain_db: float = Field(default=0.0, ge=-20, le=20)
    phase_deg: float = Field(default=0.0, gt=-90, lt=90)
    dc_i_counts: float = 0.0
    dc_q_counts: float = 0.0
    alike: bool = True


class BeatSums(NamedTuple):
    """Beats and what turns them when the frequency of the oscillator is off.

    Attributes
    ----------
    sum : (..., rx, sample) complex64
        Sum of the beats.
    delayed_s : (..., rx, sample) complex64
        Sum of the beats, each times its delay in seconds.
    """

    sum: NDArray[np.complex64]
    delayed_s: NDArray[np.complex64]


def leak(leakage: Leakage, config: RadarConfig, rng: np.random.Generator) -> BeatSums:
    """Beats of the leakage between all pairs of antennas.

    Parameters
    ----------
    leakage : Leakage
        How strong and how far.
    config : RadarConfig
        The radar.
    rng : numpy.random.Generator
        Draws level and phase of each pair.

    Returns
    -------
    BeatSums
        (tx, rx, sample), tx in firing order; the chest's rms is 1.
    """
    pairs = (len(config.transmitters), config.array.rx, 1)
    levels_db = leakage.level_db + leakage.spread_db * rng.standard_normal(pairs)
    # a wavelength more or less of way is any phase and no distance
    ways_m = 2 * leakage.range_m + config.wavelength_m * rng.random(pairs)
    fired = np.searchsorted(config.transmitters, config.frame.tx_order)
    delays_s = (ways_m / SPEED_OF_LIGHT_M_PER_S)[fired]
    chirp = config.chirp
    sample_s = np.arange(chirp.samples) / chirp.sample_rate_hz
    turns = delays_s * (chirp.start_frequency_hz + chirp.slope_hz_per_s * (sample_s - delays_s / 2))
    beats = 10 ** (levels_db[fired] / 20) * np.exp(2j * np.pi * turns)
    return BeatSums(beats.astype(np.complex64), (beats * delays_s).astype(np.complex64))


def frequency_noise(
    level_dbc_hz: float, sample_rate_hz: float, shape: tuple[int, ...], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Draw what the frequency of the oscillator is off, at each ADC sample.

    Parameters
    ----------
    level_dbc_hz : float
        Phase noise in 1 Hz at 1 MHz from the carrier; it falls with the square of the distance.
    sample_rate_hz : float
        ADC rate: the noise holds what lies within its band.
    shape : tuple of int
        Shape of the samples.
    rng : numpy.random.Generator
        Draws it.

    Returns
    -------
    shape float32
        In rad/s, white: its two-sided density is ``(2 pi f)^2 L(f)``.
    """
    density = (2 * np.pi * _OFFSET_HZ) ** 2 * 10 ** (level_dbc_hz / 10)
    noise = rng.standard_normal(shape, np.float32)
    noise *= np.float32(np.sqrt(density * sample_rate_hz))
    return noise


class MixerErrors(NamedTuple):
    """Errors of each receiver, ready to be applied: see `draw_mixers`.

    Attributes
    ----------
    q_of_i, q_of_q : (rx, 1) float32
        What Q takes from the true I and Q.
    dc_i, dc_q : (rx, 1) float32
        Offsets in counts.
    """

    q_of_i: NDArray[np.float32]
    q_of_q: NDArray[np.float32]
    dc_i: NDArray[np.float32]
    dc_q: NDArray[np.float32]

    def apply(self, samples: NDArray[np.complex64]) -> None:
        """Pass (..., rx, sample) counts through the mixers, in place."""
        i, q = samples.real, samples.imag
        q *= self.q_of_q
        q += self.q_of_i * i
        q += self.dc_q
        i += self.dc_i


def draw_mixers(mixers: Mixers, receivers: int, rng: np.random.Generator) -> MixerErrors:
    """Errors of each receiver.

    Parameters
    ----------
    mixers : Mixers
        The errors, or how far they spread.
    receivers : int
        How many mixers.
    rng : numpy.random.Generator
        Draws them where they are not alike.
    """
    stated = np.array([mixers.gain_db, mixers.phase_deg, mixers.dc_i_counts, mixers.dc_q_counts])
    shape = (4, receivers, 1)
    drawn: Float64 = np.ones(shape) if mixers.alike else rng.standard_normal(shape)
    gain_db, phase_deg, dc_i, dc_q = stated[:, None, None] * drawn
    gain, phase = 10 ** (gain_db / 20), np.deg2rad(phase_deg)
    parts = (gain * np.sin(phase), gain * np.cos(phase), dc_i, dc_q)
    return MixerErrors(*(part.astype(np.float32) for part in parts))
