"""What TI's configuration files have in common: profiles, masks, chips and their lanes.

The start frequency that TI's tools ask for is that of the ramp; ours is that of the first ADC
sample, which comes the ADC start time later.
"""

import re
from dataclasses import dataclass
from typing import Any, Literal

from radarkit.errors import UserError

ADC_BITS = {0: 12, 1: 14, 2: 16}  # b2AdcBits of mmWaveLink, adcCfg of the command line
ADC_FORMATS = {0: "real", 1: "complex 1x", 2: "complex 2x"}  # b2AdcOutFmt, adcCfg
INTERLEAVING = {0: "interleaved", 1: "non-interleaved"}  # chInterleave, adcbufCfg
LANES: dict[str, Literal[2, 4]] = {"interleaved": 4, "non-interleaved": 2}
I_OR_Q = {0: "i-first", 1: "q-first"}  # iqSwapSel, sampleSwap

_MOST_CHIRPS = 512  # that a radar keeps
_MOST_RECEIVERS = 4
_ENDS_LATER = 1.000001  # of the ramp: files round their times


@dataclass(frozen=True)
class Profile:
    """A chirp profile in TI's units.

    Attributes
    ----------
    start_ghz : float
        Frequency at the start of the ramp.
    idle_us, adc_start_us, ramp_end_us : float
        Pause before the ramp; first sample and end of the ramp, counted from its start.
    slope_mhz_per_us : float
        Sweep rate.
    samples : int
        ADC samples of a chirp.
    sample_rate_ksps : float
        ADC rate.
    """

    start_ghz: float
    idle_us: float
    adc_start_us: float
    ramp_end_us: float
    slope_mhz_per_us: float
    samples: int
    sample_rate_ksps: float

    def check(self, where: str) -> None:
        """Raise a `UserError` when sampling does not end within the ramp."""
        if not self.sample_rate_ksps > 0:
            raise UserError(f"{where}: sample rate of {self.sample_rate_ksps:g} ksps")
        if self.idle_us < 0 or self.adc_start_us < 0:
            raise UserError(
                f"{where}: idle time {self.idle_us:g} us, ADC start time {self.adc_start_us:g} us",
                expected="0 or more",
            )
        end_us = self.adc_start_us + self.samples / self.sample_rate_ksps * 1e3
        if end_us > self.ramp_end_us * _ENDS_LATER:
            raise UserError(
                f"{where}: {self.samples} samples at {self.sample_rate_ksps:g} ksps from "
                f"{self.adc_start_us:g} us on end at {end_us:.2f} us",
                expected=f"an end within the ramp of {self.ramp_end_us:g} us",
            )

    @property
    def chirp(self) -> dict[str, Any]:
        """Values of a `ChirpConfig`."""
        start_hz = self.start_ghz * 1e9 + self.slope_mhz_per_us * self.adc_start_us * 1e6
        return {
            "start_frequency_hz": start_hz,
            "slope_hz_per_s": self.slope_mhz_per_us * 1e12,
            "samples": self.samples,
            "sample_rate_hz": self.sample_rate_ksps * 1e3,
        }

    @property
    def chirp_period_s(self) -> float:
        """Start of a chirp to start of the next."""
        return (self.idle_us + self.ramp_end_us) / 1e6


def numbers_of_mask(mask: int) -> tuple[int, ...]:
    """Return the numbers of the bits that are set: 0b101 is (0, 2)."""
    return tuple(bit for bit in range(max(mask, 0).bit_length()) if mask >> bit & 1)


def chirp_numbers(where: str, first: int, last: int) -> range:
    """Return the numbers of the chirps of a loop.

    Raises
    ------
    UserError
        When there is none, or more than a radar keeps.
    """
    if not 0 <= first <= last < _MOST_CHIRPS:
        raise UserError(
            f"{where} goes from chirp {first} to {last}",
            expected=f"numbers within 0 to {_MOST_CHIRPS - 1}, the first one first",
        )
    return range(first, last + 1)


def transmitter(where: str, mask: int) -> int:
    """Return the number of the one transmitter of a chirp.

    Raises
    ------
    UserError
        When none or several fire at once.
    """
    numbers = numbers_of_mask(mask)
    if len(numbers) == 1:
        return numbers[0]
    if not numbers:
        raise UserError(f"{where} = {mask}: no transmitter fires", expected="one transmitter")
    raise UserError(
        f"{where} = {mask}: transmitters {', '.join(map(str, numbers))} fire at once",
        expected="one transmitter a chirp (TDM)",
        do="beamforming, BPM and DDMA are not supported",
    )


def receivers(where: str, mask: int) -> dict[str, Any]:
    """Return the values of an `ArrayConfig` for a mask of receivers.

    Raises
    ------
    UserError
        When there is none, or more than the chips have.
    """
    numbers = numbers_of_mask(mask)
    if not numbers:
        raise UserError(f"{where} = {mask}: no receiver is on", expected="at least one receiver")
    if numbers[-1] >= _MOST_RECEIVERS:
        raise UserError(
            f"{where} = {mask}: receiver {numbers[-1]} is on",
            expected=f"receivers 0 to {_MOST_RECEIVERS - 1}",
        )
    in_order = numbers == tuple(range(len(numbers)))
    return {"rx": len(numbers)} if in_order else {"rx": len(numbers), "receivers": numbers}


def chip_lanes(where: str, name: str) -> Literal[2, 4] | None:
    """Return how many LVDS lanes a chip sends its samples on, None when the chip is not known.

    Parameters
    ----------
    where : str
        Where the name was found, for the error.
    name : str
        Chip or board, such as ``iwr6843`` or ``AWR1843BOOST``.

    Raises
    ------
    UserError
        When the chip's captures are laid out in a way that cannot be read.
    """
    if re.search(r"wrl?(1432|6432|6844)", name.lower()):
        raise UserError(
            f'{where} = "{name}": chips of the L-SDK (xWRL1432, xWRL6432, xWRL6844) are not '
            "supported"
        )
    if re.search(r"wr(12|14|22)\d\d", name.lower()):
        return 4
    if re.search(r"wr(16|18|68|64|29)\d\d", name.lower()):
        return 2
    return None
