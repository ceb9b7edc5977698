"""Trajectories on the toy problem of CAGrad: the picture and the table of ega.md.

    python docs/ega.py

Two losses over a plane (Liu et al., "Conflict-Averse Gradient Descent for Multi-task Learning",
NeurIPS 2021), with the signs of its released code. A valley of each at the top runs down towards a
front at the bottom, where neither can fall without the other rising.
"""

from pathlib import Path

import numpy as np
import torch
from matplotlib.axes import Axes
from scipy.optimize import minimize_scalar
from torch import Tensor
from torchjd.aggregation import AlignedMTLWeighting, SumWeighting, Weighting

from radarkit.mtl import EGAWeighting
from radarkit.recording import Float64
from radarkit.style import DASHES, PALE, SERIES, TRUE, new_figure

STARTS = ((-8.5, 7.5), (-8.5, -5.0), (9.0, 9.0))
STEPS, STEP_LENGTH = 60_000, 1e-3  # Adam's
EPOCH = 500  # steps; EGA looks at mean losses of an epoch
LOWEST = -20.0  # of either loss: EGA compares losses as shares, which need a zero
LEVELS = [*range(-14, 4, 2), *np.arange(4, 8.5, 0.5)]  # fine in the valleys
GREYS = [str(grey) for grey in np.linspace(0.98, 0.55, len(LEVELS) + 1)]
METHODS = {
    "equal weighting": SumWeighting,
    "Aligned-MTL": AlignedMTLWeighting,
    "EGA": EGAWeighting,
}


def losses(theta: Tensor) -> Tensor:
    """Both losses at some points.

    Parameters
    ----------
    theta : (..., 2)

    Returns
    -------
    (..., 2)
    """
    x, y = theta.unbind(-1)
    bend = torch.tanh(-y)
    first = torch.log((0.5 * (-x - 7) - bend).abs().clamp_min(5e-6)) + 6
    second = torch.log((0.5 * (-x + 3) + bend + 2).abs().clamp_min(5e-6)) + 6
    far = 0.1 * (-y - 8) ** 2
    valleys = torch.stack([first, second], -1)
    bowls = torch.stack([((-x + 7) ** 2 + far) / 10 - 20, ((-x - 7) ** 2 + far) / 10 - 20], -1)
    above = torch.tanh(0.5 * y).clamp_min(0)[..., None]
    below = torch.tanh(-0.5 * y).clamp_min(0)[..., None]
    return above * valleys + below * bowls


def descend() -> Float64:
    """Walk down from all starts with all methods.

    Returns
    -------
    (steps + 1, methods, starts, 2)
    """
    shape = (len(METHODS), len(STARTS), 2)
    points = torch.tensor(STARTS, dtype=torch.float64).expand(shape).reshape(-1, 2).clone()
    points.requires_grad_()
    weightings: list[Weighting[Tensor]] = [make() for make in METHODS.values() for _ in STARTS]
    optimiser = torch.optim.Adam([points], lr=STEP_LENGTH)
    path, seen = [points.detach().clone()], []
    for step in range(STEPS):
        values = losses(points)
        rows = [torch.autograd.grad(v.sum(), points, retain_graph=True)[0] for v in values.T]
        jacobians = torch.stack(rows, dim=1)
        gramians = jacobians @ jacobians.mT
        weights = torch.stack([w(gramian) for w, gramian in zip(weightings, gramians, strict=True)])
        points.grad = (weights[:, None] @ jacobians)[:, 0]
        optimiser.step()
        path.append(points.detach().clone())
        seen.append(values.detach() - LOWEST)
        if len(seen) == EPOCH:
            for weighting, mean in zip(weightings, torch.stack(seen).mean(dim=0), strict=True):
                if isinstance(weighting, EGAWeighting):
                    weighting.update(step // EPOCH, mean)
            seen = []
    return torch.stack(path).reshape(-1, *shape).numpy()


def pareto_front() -> Float64:
    """Points (n, 2) where a weighted mean of the losses is lowest, for weights from 0 to 1.

    Below y = 0 the losses share their factor in y, so x follows from the weight alone.
    """
    found = []
    for weight in np.linspace(0, 1, 101):
        x = 7 * (2 * weight - 1)
        mix = torch.tensor([weight, 1 - weight], dtype=torch.float64)

        def mean(y: float, x: float = x, mix: Tensor = mix) -> float:
            return float(losses(torch.tensor([x, y], dtype=torch.float64)) @ mix)

        found.append((x, minimize_scalar(mean, bounds=(-12, -4), method="bounded").x))
    return np.array(found)


def draw_paths(axes: Axes, paths: Float64, front: Float64, name: str) -> None:
    """Draw the ways of one method over the mean loss."""
    x, y = np.meshgrid(np.linspace(-10, 10, 400), np.linspace(-10.5, 10, 400))
    mean = losses(torch.from_numpy(np.stack([x, y], -1))).mean(-1).numpy()
    axes.contourf(x, y, mean, LEVELS, colors=GREYS, extend="both")
    axes.plot(*front.T, color=TRUE, linewidth=3.5, alpha=0.6, label="Pareto front")
    for path, color, dash in zip(np.moveaxis(paths, 1, 0), SERIES, DASHES, strict=False):
        axes.plot(*path.T, color=color, linestyle=dash, linewidth=1.6)
        axes.plot(*path[0], "o", color=color, markersize=5, markerfacecolor="white")
        axes.plot(*path[-1], "*", color=color, markersize=11, markeredgecolor="white")
    axes.set(xlim=(-10, 10), ylim=(-10.5, 10.5), xlabel="$\\theta_1$", ylabel="$\\theta_2$")
    axes.set_aspect("equal")
    axes.set_xticks(range(-10, 11, 5))
    axes.set_yticks(range(-10, 11, 5))
    axes.set_title(name, fontsize=9, loc="left")
    axes.label_outer()


def print_table(paths: Float64) -> None:
    """Print both losses at the end of each way."""
    print(f"| from | {' | '.join(METHODS)} |")
    print(f"|---|{'---|' * len(METHODS)}")
    ends = losses(torch.from_numpy(paths[-1])).tolist()
    for start, of_start in zip(STARTS, zip(*ends, strict=True), strict=True):
        cells = [f"{first:.1f}, {second:.1f}" for first, second in of_start]
        print(f"| {start} | {' | '.join(cells)} |")


def main() -> None:
    """Print the table and draw the picture."""
    paths, front = descend(), pareto_front()
    print_table(paths)
    figure, panels = new_figure(len(METHODS), 2.9, columns=len(METHODS), share=True)
    for number, (axes, name) in enumerate(zip(panels, METHODS, strict=True)):
        draw_paths(axes, paths[:, number], front, name)
    panels[0].plot([], [], "o", color=PALE, markersize=5, markerfacecolor="white", label="start")
    panels[0].plot([], [], "*", color=PALE, markersize=10, markeredgecolor="white", label="end")
    handles, _ = panels[0].get_legend_handles_labels()
    figure.legend(handles=handles, loc="outside upper right", ncols=3, frameon=False, fontsize=8)
    figure.savefig(Path(__file__).with_name("ega.png"), dpi=150)


if __name__ == "__main__":
    main()
