"""Recording: radar, ECG and beats of one trial; the one currency of the toolkit.

Every source (a capture, the simulator, an imported data set) ends as a `Recording`, and everything
after starts from it.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radarkit.errors import UserError

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]


class Quantity(StrEnum):
    """What the radar channels hold."""

    DISPLACEMENT = "displacement"  # towards the radar is negative
    ACCELERATION = "acceleration"  # smoothed second difference of displacement
    VIBRATION = "vibration"  # the same of unknown scale

    @property
    def unit(self) -> str:
        """SI unit of the quantity, or that there is none."""
        units = {"displacement": "m", "acceleration": "m/s^2", "vibration": "arbitrary"}
        return units[self.value]


@dataclass(frozen=True, eq=False)
class Recording:
    """One trial of one subject.

    Attributes
    ----------
    radar : (channels, samples) float32
        Chest motion in the unit of `quantity`.
    sample_rate_hz : float
        Rate of `radar`, `ecg` and `valid`.
    subject, trial : str
        Who, and which recording of them. ``subject-trial`` is unique in a data set.
    quantity : Quantity
        What `radar` holds.
    ecg : (samples,) float32, optional
        In mV.
    r_peaks : (beats,) int64, optional
        Increasing sample indices.
    positions_m : (channels, 3) float32, optional
        Where on the chest each channel looks.
    valid : (samples,) bool
        False where the radar lost data. All true when not given.
    status : str
        State of the subject: ``NB`` normal breathing, ``IB`` irregular breathing, ``SP`` sleep,
        ``PE`` post-exercise, or ``""`` when unknown.
    source : str
        Where the recording comes from.

    Raises
    ------
    UserError
        When shapes disagree, a signal holds NaN or infinity, or R peaks are out of order.
    """

    radar: Float32
    sample_rate_hz: float
    subject: str
    trial: str
    quantity: Quantity = Quantity.DISPLACEMENT
    ecg: Float32 | None = None
    r_peaks: NDArray[np.int64] | None = None
    positions_m: Float32 | None = None
    valid: NDArray[np.bool_] = field(default=None)  # type: ignore[arg-type]
    status: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        self._set("radar", np.ascontiguousarray(self.radar, np.float32))
        if self.radar.ndim != 2 or 0 in self.radar.shape:
            raise UserError(
                f"{self.name}: radar of shape {self.radar.shape}", expected="(channels, samples)"
            )
        if not self.sample_rate_hz > 0:
            raise UserError(
                f"{self.name}: sample rate {self.sample_rate_hz} Hz", expected="a positive rate"
            )
        self._set("quantity", Quantity(self.quantity))
        self._check_finite("radar", self.radar)
        if self.ecg is not None:
            self._set("ecg", np.ascontiguousarray(self.ecg, np.float32))
            self._check_shape("ecg", self.ecg, (self.samples,))
            self._check_finite("ecg", self.ecg)
        if self.r_peaks is not None:
            self._set("r_peaks", np.ascontiguousarray(self.r_peaks, np.int64))
            self._check_r_peaks(self.r_peaks)
        if self.positions_m is not None:
            self._set("positions_m", np.ascontiguousarray(self.positions_m, np.float32))
            self._check_shape("positions_m", self.positions_m, (self.channels, 3))
        valid = np.ones(self.samples, np.bool_) if self.valid is None else self.valid
        self._set("valid", np.ascontiguousarray(valid, np.bool_))
        self._check_shape("valid", self.valid, (self.samples,))

    @property
    def name(self) -> str:
        """``subject-trial``."""
        return f"{self.subject}-{self.trial}"

    @property
    def channels(self) -> int:
        """Number of radar channels."""
        return int(self.radar.shape[0])

    @property
    def samples(self) -> int:
        """Number of samples of every signal."""
        return int(self.radar.shape[1])

    @property
    def duration_s(self) -> float:
        """Length of the recording."""
        return self.samples / self.sample_rate_hz

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)  # frozen for users, normalised here

    def _check_shape(self, what: str, value: NDArray[Any], shape: tuple[int, ...]) -> None:
        if value.shape != shape:
            raise UserError(f"{self.name}: {what} of shape {value.shape}", expected=f"{shape}")

    def _check_finite(self, what: str, value: NDArray[Any]) -> None:
        bad = ~np.isfinite(value)
        if bad.any():
            raise UserError(
                f"{self.name}: {int(bad.sum())} NaN or infinite values in {what}, the first at "
                f"sample {int(np.argwhere(bad)[0][-1])}",
                expected="finite values",
                do="repair or cut that stretch",
            )

    def _check_r_peaks(self, peaks: NDArray[np.int64]) -> None:
        if peaks.ndim != 1 or (np.diff(peaks) <= 0).any():
            raise UserError(f"{self.name}: R peaks are not increasing sample indices")
        if peaks.size and (peaks[0] < 0 or peaks[-1] >= self.samples):
            raise UserError(
                f"{self.name}: R peaks from sample {peaks[0]} to {peaks[-1]}",
                expected=f"indices within 0..{self.samples - 1}",
            )
