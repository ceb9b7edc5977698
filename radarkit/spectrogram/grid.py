"""The frequencies of a spectrogram's rows, held explicitly.

Row r of a logarithmic grid stands for f_r = low (high / low)^(r / (rows - 1)): equal ratios, as
the wavelets that fill it have equal relative bandwidth. The default, 71 rows from 1 to 25 Hz, is
the one radarODE describes (Zhang et al., IEEE TMC 2025, arXiv 2408.01672).
"""

import math
from itertools import pairwise
from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict, model_validator

from radarkit.errors import UserError
from radarkit.recording import Float64


class FrequencyGrid(BaseModel):
    """Frequencies of the rows, ascending.

    Attributes
    ----------
    frequencies_hz : tuple of float
        At least two, positive and strictly increasing.

    Raises
    ------
    UserError
        When they are not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    frequencies_hz: tuple[float, ...]

    @model_validator(mode="after")
    def _check(self) -> Self:
        rows = self.frequencies_hz
        if len(rows) < 2:
            raise UserError(f"a frequency grid of {len(rows)} rows", expected="at least 2")
        if not (rows[0] > 0 and math.isfinite(rows[-1]) and all(a < b for a, b in pairwise(rows))):
            raise UserError(
                f"a frequency grid from {rows[0]:g} to {rows[-1]:g} Hz",
                expected="positive, finite and strictly increasing frequencies",
            )
        return self

    @classmethod
    def log(cls, low_hz: float, high_hz: float, rows: int) -> Self:
        """Make a grid of `rows` frequencies at equal ratios, both ends included.

        Raises
        ------
        UserError
            When ``rows < 2`` or not ``0 < low_hz < high_hz``.
        """
        if rows < 2 or not 0 < low_hz < high_hz < math.inf:
            raise UserError(
                f"a frequency grid of {rows} rows from {low_hz:g} to {high_hz:g} Hz",
                expected="at least 2 rows and 0 < low < high",
            )
        return cls(frequencies_hz=tuple(np.geomspace(low_hz, high_hz, rows).tolist()))

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.frequencies_hz)

    @property
    def low_hz(self) -> float:
        """Frequency of the lowest row."""
        return self.frequencies_hz[0]

    @property
    def high_hz(self) -> float:
        """Frequency of the highest row."""
        return self.frequencies_hz[-1]

    @property
    def log_step(self) -> float:
        """Mean ln(f_{r+1} / f_r)."""
        return math.log(self.high_hz / self.low_hz) / (self.rows - 1)

    def edges_hz(self) -> Float64:
        """Borders of the rows: geometric midpoints, and half a step beyond both ends.

        Returns
        -------
        (rows + 1,) float64
            Row r is the nearest one, on a log axis, to every f in [edge_r, edge_{r+1}).
        """
        log_f = np.log(self.frequencies_hz)
        between = (log_f[1:] + log_f[:-1]) / 2
        first, last = 2 * log_f[0] - between[0], 2 * log_f[-1] - between[-1]
        return np.asarray(np.exp(np.concatenate([[first], between, [last]])), np.float64)


DEFAULT_GRID = FrequencyGrid.log(1.0, 25.0, 71)
