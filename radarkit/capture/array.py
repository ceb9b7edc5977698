"""Where the antennas stand: the array of a board, or any other that is written down.

Positions are counted in half wavelengths in the plane of the array, x to the right and y up as seen
by the radar, z straight ahead, from a point of the board that does not matter. In TDM each pair of
a transmitter and a receiver acts as one virtual antenna at the sum of their positions.
"""

from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

_STRICT = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

Positions = tuple[Annotated[tuple[float, float], Field(strict=False)], ...]

BOARDS: dict[str, tuple[Positions, Positions]] = {
    # name: (transmitters, receivers); TI user guides of the boards, "antenna" sections
    "awr1642boost": (((0, 0), (4, 0)), ((0, 0), (1, 0), (2, 0), (3, 0))),
    "awr1843boost": (((0, 0), (2, 1), (4, 0)), ((0, 0), (1, 0), (2, 0), (3, 0))),
    "iwr6843isk": (((0, 0), (2, 1), (4, 0)), ((0, 0), (1, 0), (2, 0), (3, 0))),
}


class ArrayConfig(BaseModel):
    """The receivers that were recorded, and where the antennas stand if that is known.

    Attributes
    ----------
    rx : int
        How many receivers were recorded.
    receivers : tuple of int, optional
        Their numbers on the board, 0 to `rx` - 1 when not given.
    board : str, optional
        Name of a known board; see `BOARDS`.
    tx_half_wavelengths, rx_half_wavelengths : tuple of (float, float), optional
        Position (x, y) of each transmitter and receiver of the board, by number; both or none, and
        not with `board`.
    """

    model_config = _STRICT

    rx: int = Field(ge=1, le=64)
    receivers: (
        Annotated[tuple[Annotated[int, Field(ge=0, le=63)], ...], Field(strict=False)] | None
    ) = None
    board: str | None = None
    tx_half_wavelengths: Annotated[Positions, Field(strict=False)] | None = None
    rx_half_wavelengths: Annotated[Positions, Field(strict=False)] | None = None

    @model_validator(mode="after")
    def _is_one_array(self) -> Self:
        numbers = self.receiver_numbers
        if not len(numbers) == len(set(numbers)) == self.rx:
            raise ValueError(f"receivers should be {self.rx} different numbers")
        if (self.tx_half_wavelengths is None) != (self.rx_half_wavelengths is None):
            raise ValueError("tx_half_wavelengths and rx_half_wavelengths come together")
        if self.board is not None and self.tx_half_wavelengths is not None:
            raise ValueError("board already says where the antennas stand")
        if self.board is not None and self.board not in BOARDS:
            raise ValueError(f'board = "{self.board}" should be one of {", ".join(BOARDS)}')
        return self

    @property
    def receiver_numbers(self) -> tuple[int, ...]:
        """Number on the board of each recorded receiver."""
        return self.receivers if self.receivers is not None else tuple(range(self.rx))

    @property
    def tx_positions(self) -> Positions | None:
        """Position of each transmitter of the board in half wavelengths, None if unknown."""
        return BOARDS[self.board][0] if self.board is not None else self.tx_half_wavelengths

    @property
    def rx_positions(self) -> Positions | None:
        """Position of each receiver of the board in half wavelengths, None if unknown."""
        return BOARDS[self.board][1] if self.board is not None else self.rx_half_wavelengths

    @property
    def known(self) -> bool:
        """Whether the positions of the antennas are known."""
        return self.tx_positions is not None

    def positions_m(
        self, transmitters: tuple[int, ...], wavelength_m: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Positions of some transmitters and of the recorded receivers.

        Parameters
        ----------
        transmitters : tuple of int
            Numbers of transmitters on the board.
        wavelength_m : float
            `RadarConfig.wavelength_m`.

        Returns
        -------
        (transmitter, 3) float64, (rx, 3) float64
            x, y, z in metres; z is 0.

        Raises
        ------
        ValueError
            When the positions are not known.
        """
        tx, rx = self.tx_positions, self.rx_positions
        if tx is None or rx is None:
            raise ValueError("the positions of the antennas are not known")
        return (
            _in_metres([tx[number] for number in transmitters], wavelength_m),
            _in_metres([rx[number] for number in self.receiver_numbers], wavelength_m),
        )


def _in_metres(places: list[tuple[float, float]], wavelength_m: float) -> NDArray[np.float64]:
    return np.pad(np.asarray(places, np.float64) * wavelength_m / 2, ((0, 0), (0, 1)))
