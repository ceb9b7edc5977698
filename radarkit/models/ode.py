"""The ECG as the solution of a dynamical system, solved without a loop.

The model of McSharry et al. ("A dynamical model for generating synthetic electrocardiogram
signals", IEEE Trans. Biomed. Eng. 50, 2003), as radarODE uses it (Zhang et al., 2024, Table II),

    x' = alpha x - omega y,  y' = alpha y + omega x,  alpha = 1 - sqrt(x^2 + y^2),
    z' = -sum_i a_i D_i exp(-D_i^2 / 2 b_i^2) - (z - z0(t)),  D_i = fmod(theta - theta_i, 2 pi),
    theta = atan2(y, x),  z0(t) = 0.005 sin(2 pi 0.25 t) mV,

by forward Euler with step h from a point of the limit cycle. Nothing that is learned enters x and
y, so theta at every step is a constant; and z obeys the linear recursion

    z[k+1] = (1 - h) z[k] + h (z0[k] - f[k]),

whose solution is one constant lower-triangular matrix times the forcing f:

    z[k] = (1 - h)^k z[0] + h sum_{j<k} (1 - h)^(k-1-j) (z0[j] - f[j]).
"""

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from radarkit.recording import Float64

WAVES = ("P", "Q", "R", "S", "T")
HEIGHTS = (5.0, -100.0, 480.0, -120.0, 8.0)  # a_i
WIDTHS_RAD = (0.25, 0.1, 0.1, 0.1, 0.4)  # b_i
ANGLES_DEG = (-15.0, 25.0, 40.0, 60.0, 135.0)  # theta_i
START = (-0.41775, -0.90856, -0.00455)  # x, y, z at the first point
POINTS = 200
STEP_S = 1 / 200
CYCLE_S = 1.0011
PARAMETERS = 3 * len(WAVES)

# Added to b^2, so that a wave of width 0 has no height instead of 0/0. It is the square of a
# microradian; two points are 31 milliradians apart.
_WIDTH_GUARD_RAD2 = 1e-12
# Exponents below are as good as this one (2e-35); without, most of the time would be spent on the
# subnormal numbers far out on the bells.
_FLAT = -80.0


def orbit(start_xy: tuple[float, float]) -> Float64:
    """Phase at each of the points, by Euler steps of x and y.

    Returns
    -------
    (points,) float64
        theta in radians, in (-pi, pi].
    """
    omega = 2 * math.pi / CYCLE_S
    x, y = start_xy
    theta = np.empty(POINTS)
    for k in range(POINTS):
        theta[k] = math.atan2(y, x)
        alpha = 1 - math.hypot(x, y)
        x, y = x + STEP_S * (alpha * x - omega * y), y + STEP_S * (alpha * y + omega * x)
    return theta


def recursion_matrix() -> Float64:
    """Solve z[k+1] = (1 - h) z[k] + h u[k] from z[0] = 0 as a matrix: z = M u.

    Returns
    -------
    (points, points) float64
        Strictly lower triangular.
    """
    k = np.arange(POINTS)
    gap = k[:, None] - k - 1
    return np.where(gap >= 0, STEP_S * (1 - STEP_S) ** np.maximum(gap, 0), 0.0)


class EcgOde(nn.Module):
    """One cardiac cycle from fifteen numbers in [-1, 1].

    Parameters
    ----------
    turn_deg : float
        Turns the start of the orbit forward; with 0 the R peak of the default waveform is at point
        87, and every 1.798 degrees move all waves one point earlier.
    learn_defaults : bool
        Whether the default heights, widths and angles are parameters of the model.

    Notes
    -----
    A parameter is ``(1 + u) * default``: at most twice its default, and never of the other sign.
    """

    defaults: Tensor
    theta: Tensor
    solution: Tensor
    rest: Tensor
    factors: Tensor | None

    def __init__(self, turn_deg: float = 0.0, *, learn_defaults: bool = False) -> None:
        super().__init__()
        turn = math.radians(turn_deg)
        x, y, z = START
        theta = orbit(
            (x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn))
        )
        matrix = recursion_matrix()
        k = np.arange(POINTS)
        baseline_mv = 0.005 * np.sin(2 * math.pi * 0.25 * STEP_S * k)
        rest = z * (1 - STEP_S) ** k + matrix @ baseline_mv
        table = np.stack((HEIGHTS, WIDTHS_RAD, np.radians(ANGLES_DEG)))
        defaults = torch.as_tensor(table, dtype=torch.get_default_dtype())
        # factors, so that one learning rate suits heights of 480 and widths of 0.1
        self.factors = nn.Parameter(torch.ones_like(defaults)) if learn_defaults else None
        for name, value in (("theta", theta), ("solution", -matrix.T), ("rest", rest)):
            tensor = torch.as_tensor(value, dtype=torch.get_default_dtype())
            self.register_buffer(name, tensor, persistent=False)
        self.register_buffer("defaults", defaults, persistent=False)

    def forward(self, u: Tensor) -> Tensor:
        """Draw the cycle.

        Parameters
        ----------
        u : (batch, 15)
            In [-1, 1]: five heights, five widths, five angles, each in the order P, Q, R, S, T.

        Returns
        -------
        (batch, 200)
            z at 200 points, in mV.
        """
        table = self.defaults if self.factors is None else self.factors * self.defaults
        scaled = (1 + u.view(-1, 3, len(WAVES))) * table
        height, width, angle = scaled.unbind(1)
        distance = torch.fmod(self.theta - angle.unsqueeze(-1), 2 * math.pi)
        sharpness = -0.5 / (width.square() + _WIDTH_GUARD_RAD2)
        exponent = distance * distance * sharpness.unsqueeze(-1)
        forcing = height.unsqueeze(1) @ (distance * F.threshold(exponent, _FLAT, _FLAT).exp())
        return torch.addmm(self.rest, forcing.squeeze(1), self.solution)
