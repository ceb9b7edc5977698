"""The ellipse that the I and Q of a receiver draw whose two channels are not alike.

An echo of constant strength draws a circle around the static clutter. Unequal gains and a phase
between I and Q that is not a right angle make an ellipse of it,

    I = i0 + a cos phi,    Q = q0 + b sin(phi + e),

and the angle around its centre is not the phase phi any more. The fit minimises the algebraic
distance A x^2 + B xy + C y^2 + D x + E y + F under 4 AC - B^2 = 1, so that its result is an ellipse
always: Halir and Flusser, "Numerically stable direct least squares fitting of ellipses", WSCG 1998.
Like all algebraic fits it is biased to small ellipses where noise hides the bend of a short arc.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from radarkit.errors import UserError
from radarkit.recording import Float64

_FEWEST = 6  # one more than an ellipse has parameters


class Ellipse(NamedTuple):
    """An ellipse, by what makes a circle of it.

    Attributes
    ----------
    centre : (2,) float64
        I and Q of the static clutter and of the offsets.
    a, b : float
        Amplitudes of I and Q.
    skew_rad : float
        e, by which the phase between I and Q differs from a right angle.
    """

    centre: Float64
    a: float
    b: float
    skew_rad: float

    @property
    def imbalance(self) -> float:
        """The larger of the two amplitudes over the smaller one."""
        return max(self.a, self.b) / min(self.a, self.b)

    def to_circle(self, i: Float64, q: Float64) -> NDArray[np.complex128]:
        """Correct I and Q: samples of the ellipse come to lie on the unit circle at their phase.

        Parameters
        ----------
        i, q : (samples,) float64

        Returns
        -------
        (samples,) complex128
        """
        cosine = (i - self.centre[0]) / self.a
        # sin(phi + e) = sin(phi) cos(e) + cos(phi) sin(e)
        sine = (q - self.centre[1]) / self.b - cosine * np.sin(self.skew_rad)
        return np.asarray(cosine + 1j * sine / np.cos(self.skew_rad))


def fit_ellipse(i: Float64, q: Float64) -> Ellipse:
    """Fit an ellipse to samples of I and Q.

    Parameters
    ----------
    i, q : (samples,) float64
        Six or more finite samples.

    Raises
    ------
    UserError
        When there are too few, or they lie on a line or a point.
    """
    if i.size < _FEWEST:
        raise UserError(f"{i.size} samples of I and Q", expected=f"{_FEWEST} or more")
    middle = np.array([i.mean(), q.mean()])
    scale = float(np.hypot(i - middle[0], q - middle[1]).max())
    if not scale > 0:
        raise UserError("an I and Q that do not change", expected="the echo of a moving chest")
    x, y = (i - middle[0]) / scale, (q - middle[1]) / scale
    curved = np.stack([x * x, x * y, y * y])
    straight = np.stack([x, y, np.ones_like(x)])
    s1, s2, s3 = curved @ curved.T, curved @ straight.T, straight @ straight.T
    try:
        # of A, B, C the rest follows: D, E, F = T (A, B, C)
        T = -np.linalg.solve(s3, s2.T)
        reduced = s1 + s2 @ T
        # the inverse of the constraint 4 AC - B^2 from the left
        system = np.stack([reduced[2] / 2, -reduced[1], reduced[0] / 2])
        _, vectors = np.linalg.eig(system)
    except np.linalg.LinAlgError:
        raise _straight() from None
    found = vectors.real
    ellipses = 4 * found[0] * found[2] - found[1] ** 2 > 0
    if not ellipses.any():
        raise _straight()
    upper = found[:, int(np.flatnonzero(ellipses)[0])]
    return _from_coefficients(np.concatenate([upper, T @ upper]), middle, scale)


def _from_coefficients(coefficients: Float64, middle: Float64, scale: float) -> Ellipse:
    """Take the geometry from A x^2 + B xy + C y^2 + D x + E y + F = 0."""
    A, B, C, D, E, F = coefficients * np.sign(coefficients[0])
    centre = np.linalg.solve(np.array([[2 * A, B], [B, 2 * C]]), [-D, -E])
    level = A * centre[0] ** 2 + B * centre[0] * centre[1] + C * centre[1] ** 2 - F
    determinant = 4 * A * C - B**2
    if not (level > 0 and determinant > 1e-12 * (A + C) ** 2):
        raise _straight()
    # x = a cos phi, y = b sin(phi + e) solves x^2/a^2 - 2 xy sin(e)/(ab) + y^2/b^2 = cos(e)^2
    sine = -B / (2 * np.sqrt(A * C))
    a, b = np.sqrt(4 * level * C / determinant), np.sqrt(4 * level * A / determinant)
    return Ellipse(
        middle + scale * centre, float(scale * a), float(scale * b), float(np.arcsin(sine))
    )


def _straight() -> UserError:
    return UserError("an I and Q on one line", expected="the arc that a moving chest draws")
