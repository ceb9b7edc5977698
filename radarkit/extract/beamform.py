"""Beamforming: listening to one place at a time with all virtual antennas.

An echo from p reaches each pair of a transmitter and a receiver over its own path. Relative to the
path from and to the middle of the array its phase is

    a(p) = exp(+j 2 pi (|p - tx| + |p - rx| - 2 |p|) / wavelength),   p from the middle,

positive because a longer path raises the phase (see `radarkit.capture.config`). Channels turned
back by a(p) add up in phase, and what is left is the phase ``4 pi |p| / wavelength`` of the motion
along the line of sight. Weights here multiply the channels as they are (the conjugate is in them)
and have gain 1 towards p: conventional ones ``conj(a) / C`` are best in white noise, Capon's, the
conjugate of ``R^-1 a / (a^H R^-1 a)``, in noise and interference of covariance R (J. Capon, Proc.
IEEE 57, 1969).

Along the range an echo between bins is in phase in all of them where profiles are windowed by Hann
and referred to the centre of the ADC window (`radarkit.extract.range`), so that real weights put
its bins together.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from radarkit.errors import UserError
from radarkit.recording import Float32, Float64

Complex64 = NDArray[np.complex64]

_LOBE_BINS = 2.0  # half the width of Hann's main lobe
_CHUNK_FRAMES = 4096  # gathered at a time: 1.5 MiB with 12 channels and 4 bins


def steering(
    points_m: ArrayLike, tx_m: ArrayLike, rx_m: ArrayLike, wavelength_m: float
) -> Complex64:
    """Phase of an echo at each virtual antenna, relative to the middle of the array.

    Parameters
    ----------
    points_m : (points, 3) array_like
        Where echoes come from: x to the right, y up, z ahead, from the middle of the virtual
        antennas.
    tx_m, rx_m : (tx, 3), (rx, 3) array_like
        Antennas, from any point of the board; see `ArrayConfig.positions_m`.
    wavelength_m : float
        `RadarConfig.wavelength_m`.

    Returns
    -------
    (points, tx, rx) complex64
        Of modulus 1. A longer path turns forwards.
    """
    points, tx, rx = (np.asarray(each, np.float64) for each in (points_m, tx_m, rx_m))
    middle = (tx.mean(axis=0) + rx.mean(axis=0)) / 2
    out = np.linalg.norm(points[:, None] - (tx - middle), axis=-1)
    back = np.linalg.norm(points[:, None] - (rx - middle), axis=-1)
    extra = out[:, :, None] + back[:, None] - 2 * np.linalg.norm(points, axis=-1)[:, None, None]
    return np.asarray(np.exp(2j * np.pi * extra / wavelength_m), np.complex64)


def conventional_weights(vectors: Complex64) -> Complex64:
    """Turn all channels back and average them.

    Parameters
    ----------
    vectors : (points, ...) complex64
        From `steering`.

    Returns
    -------
    (points, channels) complex64
        Of gain 1 towards each point.
    """
    flat = vectors.reshape(len(vectors), -1)
    return np.asarray(flat.conj() / np.float32(flat.shape[1]))


def capon_weights(
    covariance: NDArray[np.complexfloating], vectors: Complex64, loading: float = 1e-2
) -> Complex64:
    """Let through what comes from a point and as little as can be of the rest.

    Echoes that agree with each other over time are taken for one, and cancel. Everything at rest
    agrees, so take the covariance of the moving part (`radarkit.extract.clutter`); and the points
    of a chest move nearly alike, which makes it a poor case even so. Loading keeps that, and errors
    in the positions of antennas, in bounds: the larger, the nearer to conventional weights.

    Parameters
    ----------
    covariance : (channels, channels) or (points, channels, channels) complex
        Mean of ``x x^H`` over time, x the channels in the order of `vectors`; one for all points,
        or one for each.
    vectors : (points, ...) complex64
        From `steering`.
    loading : float
        What is added to the diagonal, relative to its mean.

    Returns
    -------
    (points, channels) complex64
        Of gain 1 towards each point.

    Raises
    ------
    UserError
        When the covariance is not finite.
    """
    flat = vectors.reshape(len(vectors), -1).astype(np.complex128)
    channels = flat.shape[1]
    if not np.isfinite(covariance).all():
        raise UserError("a covariance that is not finite", do="leave out the frames that are lost")
    power = np.trace(covariance, axis1=-2, axis2=-1).real / channels
    silent = power <= 0  # nothing to reject: conventional
    scaled = covariance / np.where(silent, 1.0, power)[..., None, None]
    loaded = scaled + np.where(silent, 1.0, loading)[..., None, None] * np.eye(channels)
    if loaded.ndim == 2:
        rejecting = np.linalg.solve(loaded, flat.T).T
    else:
        rejecting = np.linalg.solve(loaded, flat[..., None])[..., 0]
    gain = (flat.conj() * rejecting).sum(axis=1, keepdims=True).real
    return np.asarray((rejecting / gain).conj(), np.complex64)


def range_weights(bins_m: ArrayLike, points_m: ArrayLike) -> Float32:
    """Read profiles between their bins: least squares over the main lobe of Hann's window.

    Parameters
    ----------
    bins_m : (bin,) array_like
        Distance of the bins of a range FFT without zero padding, evenly spaced.
    points_m : (points,) array_like
        Distances to read at.

    Returns
    -------
    (points, bin) float32
        Of gain 1 for an echo from each distance; nonzero in 3 or 4 neighbouring bins.

    Raises
    ------
    UserError
        When a distance lies more than a bin outside of the bins.
    """
    bins, points = np.asarray(bins_m, np.float64), np.asarray(points_m, np.float64)
    if bins.size == 1:  # nothing to choose from
        return np.ones((points.size, 1), np.float32)
    bin_m = bins[1] - bins[0]
    outside = points[(points < bins[0] - bin_m) | (points > bins[-1] + bin_m)]
    if outside.size:
        raise UserError(
            f"{outside.size} points out of the range gate, one at {outside[0]:.3g} m",
            expected=f"{bins[0]:.3g} to {bins[-1]:.3g} m",
        )
    away = np.abs(bins - points[:, None]) / bin_m
    # sinc(d) / (1 - d^2), which is 1/2 at d = 1
    at_one = np.isclose(away, 1, rtol=0, atol=1e-9)
    lobe = np.where(at_one, 0.5, np.sinc(away) / np.where(at_one, 1, 1 - away**2))
    lobe[away > _LOBE_BINS - 1e-6] = 0  # its edges are nothing but rounding
    return np.asarray(lobe / (lobe**2).sum(axis=1, keepdims=True), np.float32)


def voxel_grid(
    centre_range_m: float,
    half_depth_m: float,
    tx_m: ArrayLike,
    rx_m: ArrayLike,
    *,
    half_width_m: float = 0.4,
    half_height_m: float = 0.4,
    steps: tuple[int, int, int] = (9, 17, 9),
) -> Float64:
    """Lay a grid around a chest; as published, 9 x 17 x 9 over 0.8 x 0.8 m (MMECG).

    Along an axis in which all virtual antennas stand at one place the array cannot tell directions
    apart, and the grid has one layer, straight ahead.

    Parameters
    ----------
    centre_range_m : float
        Distance of the chest.
    half_depth_m : float
        How far the grid reaches to the front and the back. Voxels whose distance from the array
        differs by more from that of the chest are left out, and so are those behind the array.
    tx_m, rx_m : (tx, 3), (rx, 3) array_like
        Antennas.
    half_width_m, half_height_m : float
        How far it reaches to the sides.
    steps : (int, int, int)
        Voxels across, up and ahead.

    Returns
    -------
    (points, 3) float64
        x to the right, y up, z ahead, from the middle of the virtual antennas.
    """
    tx, rx = np.asarray(tx_m, np.float64), np.asarray(rx_m, np.float64)
    resolved = (np.ptp(tx, axis=0) > 0) | (np.ptp(rx, axis=0) > 0)
    across, up = (
        np.linspace(-half_m, half_m, count) if seen else np.zeros(1)
        for half_m, count, seen in zip(
            (half_width_m, half_height_m), steps[:2], resolved[:2], strict=True
        )
    )
    ahead = centre_range_m + np.linspace(-half_depth_m, half_depth_m, steps[2])
    grid = np.stack(np.meshgrid(across, up, ahead, indexing="ij"), axis=-1).reshape(-1, 3)
    off_m = np.abs(np.linalg.norm(grid, axis=1) - centre_range_m)
    return np.asarray(grid[(grid[:, 2] > 0) & (off_m <= half_depth_m + 1e-9)])


def beams(values: Complex64, weights: Complex64, bin_weights: Float32) -> Complex64:
    """Listen to places: weigh channels and bins, and add them up.

    Parameters
    ----------
    values : (frame, tx, rx, bin) complex64
        Range profiles.
    weights : (points, tx, rx) or (points, channels) complex64
        Of each virtual channel; they multiply it as they are.
    bin_weights : (points, bin) float32
        Of each range bin; zeros cost nothing.

    Returns
    -------
    (points, frame) complex64
        Echo of each point over time. Beyond it a few MiB are needed.
    """
    frames, points = len(values), len(weights)
    flat = weights.reshape(points, -1, 1)
    used = bin_weights != 0
    first, behind = used.argmax(axis=1), used.shape[1] - used[:, ::-1].argmax(axis=1)
    spans, span_of = np.unique(np.stack([first, behind], axis=1), axis=0, return_inverse=True)
    groups = []  # points that read the same bins: one matrix product
    for number, (start, stop) in enumerate(spans):
        members = np.flatnonzero(span_of.ravel() == number)
        joint = flat[members] * bin_weights[members, None, start:stop]
        groups.append((members, slice(start, stop), joint.reshape(len(members), -1)))
    echoes = np.empty((points, frames), np.complex64)
    for begin in range(0, frames, _CHUNK_FRAMES):
        chunk = values[begin : begin + _CHUNK_FRAMES]
        for members, bins, joint in groups:
            rows = chunk[..., bins].reshape(len(chunk), -1)
            echoes[members, begin : begin + len(chunk)] = joint @ rows.T
    return echoes
