"""Candidates: the places a chest may be looked at, and how to listen to each.

With the positions of the antennas known, a place is a voxel, and all channels are turned towards it
(`radarkit.extract.beamform`); else it is a range seen by one pair of a transmitter and a receiver.
Either way a place lies between the range bins.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from radarkit.capture import RadarConfig
from radarkit.extract.beamform import (
    beams,
    capon_weights,
    conventional_weights,
    range_weights,
    steering,
    voxel_grid,
)
from radarkit.extract.clutter import remove_static
from radarkit.extract.range import RangeProfiles
from radarkit.recording import Float64

_LOBE_BINS = 1.8  # within 5 dB of the strongest: Hann's main lobe
_LEAST_STEPS_PER_BIN = 2
_HALF_WIDTH_M = 0.3  # a chest that is not quite straight ahead
_VOXELS_PER_BEAM = 5
_LEAST_STEPS, _MOST_STEPS, _DEEP_STEPS = 7, 33, 7


@dataclass(frozen=True, eq=False)
class Candidates:
    """Places and their weights.

    Attributes
    ----------
    weights : (place, tx, rx) complex64
        Of each virtual channel.
    bin_weights : (place, bin) float32
        Of each range bin.
    ranges_m : (place,) float64
        Distance from the radar.
    positions_m : (place, 3) float64, optional
        x, y, z, where the array is known.
    channels : (place, 2) int64, optional
        Number of the transmitter and of the receiver, where it is not.
    """

    weights: NDArray[np.complex64]
    bin_weights: NDArray[np.float32]
    ranges_m: Float64
    positions_m: Float64 | None = None
    channels: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.ranges_m)

    def take(self, places: NDArray[np.integer]) -> "Candidates":
        """Keep some of the places."""

        def of(values: NDArray[Any] | None) -> Any:
            return None if values is None else values[places]

        return Candidates(
            self.weights[places],
            self.bin_weights[places],
            self.ranges_m[places],
            of(self.positions_m),
            of(self.channels),
        )

    def listen(self, values: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Echo of each place over time.

        Parameters
        ----------
        values : (frame, tx, rx, bin) complex64
            Range profiles.

        Returns
        -------
        (place, frame) complex64
        """
        return beams(values, self.weights, self.bin_weights)


def voxels(
    profiles: RangeProfiles,
    config: RadarConfig,
    chest_range_m: float,
    half_depth_m: float,
    *,
    capon_loading: float | None = None,
) -> Candidates:
    """Voxels around a chest, for an array whose antennas are known.

    Parameters
    ----------
    profiles : RangeProfiles
        Around the chest.
    config : RadarConfig
        The radar; `config.array.known`.
    chest_range_m, half_depth_m : float
        Where voxels lie.
    capon_loading : float, optional
        Use Capon's weights, from the moving echo around the chest and with this loading, instead of
        conventional ones.
    """
    tx_m, rx_m = config.array.positions_m(config.transmitters, config.wavelength_m)
    virtual_m = (tx_m[:, None] + rx_m).reshape(-1, 3)
    beam_m = chest_range_m * config.wavelength_m / np.maximum(np.ptp(virtual_m, axis=0), 1e-9)
    steps = np.clip(_VOXELS_PER_BEAM * 2 * _HALF_WIDTH_M / beam_m, _LEAST_STEPS, _MOST_STEPS)
    points_m = voxel_grid(
        chest_range_m,
        half_depth_m,
        tx_m,
        rx_m,
        half_width_m=_HALF_WIDTH_M,
        half_height_m=_HALF_WIDTH_M,
        steps=(round(steps[0]), round(steps[1]), _DEEP_STEPS),
    )
    vectors = steering(points_m, tx_m, rx_m, config.wavelength_m)
    if capon_loading is not None:
        moving = remove_static(profiles.values[profiles.valid])
        rows = np.moveaxis(moving, 3, 1).reshape(-1, vectors[0].size)
        covariance = rows.T @ rows.conj() / len(rows)
        weights = capon_weights(covariance, vectors, capon_loading)
    else:
        weights = conventional_weights(vectors)
    ranges_m = np.linalg.norm(points_m, axis=1)
    return Candidates(
        np.asarray(weights.reshape(vectors.shape), np.complex64),
        range_weights(profiles.ranges_m, ranges_m),
        ranges_m,
        positions_m=points_m,
    )


def range_channels(
    profiles: RangeProfiles,
    config: RadarConfig,
    chest_range_m: float,
    half_depth_m: float,
    least: int,
) -> Candidates:
    """Ranges around a chest seen by each pair of a transmitter and a receiver.

    Parameters
    ----------
    profiles : RangeProfiles
        Around the chest.
    config : RadarConfig
        The radar.
    chest_range_m, half_depth_m : float
        Where they lie.
    least : int
        How many places there should be within the main lobe of one echo; they overlap where the
        channels are few.
    """
    bin_m = config.range_bin_m
    per_bin = max(_LEAST_STEPS_PER_BIN, -(-least // round(_LOBE_BINS * config.virtual_channels)))
    wanted = round(2 * half_depth_m / bin_m * per_bin) + 1
    nearest, farthest = profiles.ranges_m[0], profiles.ranges_m[-1]
    shells_m = np.linspace(
        max(chest_range_m - half_depth_m, nearest), min(chest_range_m + half_depth_m, farthest),
        wanted,
    )  # fmt: skip
    tx, rx, shell = (
        index.ravel()
        for index in np.indices((len(config.transmitters), config.array.rx, len(shells_m)))
    )
    weights = np.zeros((tx.size, len(config.transmitters), config.array.rx), np.complex64)
    weights[np.arange(tx.size), tx, rx] = 1
    numbers = np.stack(
        [np.asarray(config.transmitters)[tx], np.asarray(config.array.receiver_numbers)[rx]], axis=1
    )
    return Candidates(
        weights,
        range_weights(profiles.ranges_m, shells_m[shell]),
        shells_m[shell],
        channels=numbers,
    )
