"""The circle that an echo draws in the complex plane.

Besides the chest, a range bin holds static reflectors: ``z(t) = c + r exp(j 4 pi d(t) / lambda)``
with an unknown c. The displacement d is the angle around c, not around the origin. c and r come
from the Hyper circle fit of Al-Sharadqah and Chernov, "Error analysis for circle fitting
algorithms", Electronic Journal of Statistics 3 (2009): an algebraic fit with the normalisation that
removes the bias towards small circles, so that it holds for short arcs as well as for full turns.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_LARGEST_RADIUS_ERROR = 0.05  # relative; beyond it the scale of a displacement is a guess
_NOISE_IN_BULGE, _NOISE_IN_RADIUS = 0.6, 0.3


class Circle(NamedTuple):
    """Circles fitted to samples, one for each channel.

    Attributes
    ----------
    centre : (channels,) complex128
        Static clutter.
    radius : (channels,) float64
        Strength of the moving echo.
    residual : (channels,) float64
        Rms distance of the samples from the circle.
    radius_error : (channels,) float64
        Standard error of the radius, by propagation of the residual through the linearised fit.
    arc_rad : (channels,) float64
        Angle that holds all but the outermost 2 % of the samples on either side, turns counted.
    """

    centre: NDArray[np.complex128]
    radius: NDArray[np.float64]
    residual: NDArray[np.float64]
    radius_error: NDArray[np.float64]
    arc_rad: NDArray[np.float64]

    @property
    def resolved(self) -> NDArray[np.bool_]:
        """Whether each arc is long and clean enough to tell its centre: (channels,) bool.

        The radius must be certain, and the noise must be smaller than the bulge of the arc and than
        the circle itself (a cloud of noise looks like a circle with a residual of half its radius):
        beyond that even the fit of a long recording is biased.
        """
        with np.errstate(invalid="ignore", over="ignore"):  # straight lines are infinite circles
            bulge = self.radius * (1 - np.cos(np.minimum(self.arc_rad, 2 * np.pi) / 2))
            certain = self.radius_error < _LARGEST_RADIUS_ERROR * self.radius
            clean = self.residual < np.minimum(
                _NOISE_IN_BULGE * bulge, _NOISE_IN_RADIUS * self.radius
            )
            return np.asarray(certain & clean)


def fit_circle(echo: NDArray[np.complexfloating]) -> Circle:
    """Fit a circle to the samples of each channel.

    Parameters
    ----------
    echo : (channels, samples) complex
        Echoes over time.

    Returns
    -------
    Circle
        A channel that does not move has radius 0; a straight line has an infinite one.
    """
    z = np.asarray(echo, np.complex128)
    mean = z.mean(axis=1)
    moving = z - mean[:, None]
    spread = np.sqrt((np.abs(moving) ** 2).mean(axis=1))
    # 1e-6: below the rounding of complex64 nothing moves
    still = spread <= 1e-6 * np.abs(mean)
    scale = np.where(still, 1.0, spread)
    centre, radius = _hyper(moving / scale[:, None])
    centre, radius = mean + scale * centre, scale * radius
    centre, radius = np.where(still, mean, centre), np.where(still, 0.0, radius)
    with np.errstate(invalid="ignore", over="ignore"):
        residual = np.abs(z - centre[:, None]) - radius[:, None]
        rms = np.sqrt((residual**2).mean(axis=1))
        return Circle(centre, radius, rms, _radius_error(z, centre, residual), _arc(z, centre))


def choose_centre(z: NDArray[np.complexfloating], circle: Circle) -> NDArray[np.complex128]:
    """Choose the point to take each channel's angle around.

    A resolved circle gives its centre. Where it is not resolved, most often because the strength of
    the echo changes as the chest moves, whole turns around the origin need no fit: their scale is
    right anyway. What is left takes the centre of the fit, for want of better, or the origin.

    Parameters
    ----------
    z : (channels, samples) complex
        Echoes over time.
    circle : Circle
        From `fit_circle`.

    Returns
    -------
    (channels,) complex128
    """
    turns = _arc(np.asarray(z, np.complex128), np.zeros(len(z), np.complex128)) > 2 * np.pi
    usable = np.isfinite(circle.centre) & (circle.resolved | ~turns)
    return np.where(usable, circle.centre, 0)


def _hyper(z: NDArray[np.complex128]) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
    """Centre and radius for channels of mean 0 and mean square 1.

    Solves M a = eta H a for the smallest eta >= 0, with M the second moments of (|z|^2, x, y, 1),
    H the Hyper normalisation and a = (A, B, C, D) of A |z|^2 + B x + C y + D = 0.
    """
    square = np.abs(z) ** 2
    rows = np.stack([square, z.real, z.imag, np.ones_like(square)], axis=1)
    moments = rows @ rows.transpose(0, 2, 1) / z.shape[1]
    H = np.array([[8.0, 0, 0, 2], [0, 1, 0, 0], [0, 0, 1, 0], [2, 0, 0, 0]])
    eta, vectors = np.linalg.eig(np.linalg.solve(H, moments))
    # H has one negative eigenvalue, so one eta is negative and the next one is the wanted
    wanted = np.argsort(eta.real, axis=1)[:, 1]
    a = np.take_along_axis(vectors.real, wanted[:, None, None], axis=2)[:, :, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = -(a[:, 1] + 1j * a[:, 2]) / (2 * a[:, 0])
        radius = np.sqrt(np.abs(centre) ** 2 - a[:, 3] / a[:, 0])
    return centre, radius


def _arc(z: NDArray[np.complex128], centre: NDArray[np.complex128]) -> NDArray[np.float64]:
    """Angle that the samples span around a centre, outliers aside."""
    centre = np.where(np.isfinite(centre), centre, 0)
    low, high = np.percentile(np.unwrap(np.angle(z - centre[:, None]), axis=1), (2, 98), axis=1)
    return np.asarray(high - low)


def _radius_error(
    z: NDArray[np.complex128], centre: NDArray[np.complex128], residual: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Compute the standard error of the radius of a least-squares fit with these residuals.

    Residuals that follow each other slowly count as fewer samples (first-order autoregression).
    """
    samples = z.shape[1]
    direction = np.exp(1j * np.angle(z - centre[:, None]))
    rows = np.stack([direction.real, direction.imag, np.ones(z.shape)], axis=1)
    normal = rows @ rows.transpose(0, 2, 1)
    variance = (residual**2).mean(axis=1)
    memory = (residual[:, 1:] * residual[:, :-1]).mean(axis=1) / np.where(variance > 0, variance, 1)
    memory = np.clip(memory, 0, 1 - 2 / samples)
    usable = np.isfinite(variance) & (np.linalg.cond(normal) < 1e12)
    normal[~usable] = np.eye(3)
    error = np.sqrt(variance * np.linalg.inv(normal)[:, 2, 2] * (1 + memory) / (1 - memory))
    return np.where(usable, error, np.inf)


def refine_centre(
    z: NDArray[np.complexfloating], centre: NDArray[np.complex128], *, rounds: int = 3
) -> NDArray[np.complex128]:
    """Refine the centre of an echo whose strength changes with its distance.

    A chest that moves along the slope of a range bin or of a beam draws a spiral, to which a circle
    is fitted off its centre c. With its strength a function of the displacement d, which the angle
    around the present centre tells well enough,

        |z - c|^2 = b0 + b1 d + b2 d^2

    is linear in b, c and |c|^2, and least squares give a better centre; a few rounds bring it to
    rest.

    Parameters
    ----------
    z : (channels, samples) complex
        Echoes over time that turn all the way round.
    centre : (channels,) complex128
        Where to begin.
    rounds : int
        How often to repeat.

    Returns
    -------
    (channels,) complex128
    """
    z = np.asarray(z, np.complex128)
    scale = np.maximum(np.abs(z - centre[:, None]).mean(axis=1), np.finfo(float).tiny)
    for _ in range(rounds):
        moving = (z - centre[:, None]) / scale[:, None]
        place = np.unwrap(np.angle(moving), axis=1)
        place -= place.mean(axis=1, keepdims=True)
        place /= np.maximum(np.abs(place).max(axis=1, keepdims=True), np.finfo(float).tiny)
        ones = np.ones_like(place)
        columns = np.stack([2 * moving.real, 2 * moving.imag, ones, place, place**2], axis=1)
        normal = columns @ columns.transpose(0, 2, 1)
        right = columns @ (np.abs(moving) ** 2)[:, :, None]
        step = np.linalg.solve(normal, right)[:, :2, 0]
        centre = centre + scale * (step[:, 0] + 1j * step[:, 1])
    return centre
