"""One multi-task gradient: three losses in, one gradient of the shared parameters out.

With the Jacobian G (tasks x shared parameters) and the weights w that a strategy makes of its
Gramian G G^T, the shared parameters get G^T w. The heads get the plain gradient of their own loss.

A loss reaches the shared parameters only through the trunk's output z, so each row of G is one
vector-Jacobian product of the trunk with dL_i/dz, and the heads are passed through once. In the
space of features, dL_i/dz themselves are the rows, and one product with their weighted sum is
enough (the upper bound of Senushkin et al., CVPR 2023).
"""

from typing import Literal

import torch
from torch import Tensor
from torchjd.aggregation import Weighting

from radarkit.datasets.loading import Window
from radarkit.models import RadarOdeMtl
from radarkit.training.losses import task_losses


def multi_task_backward(
    model: RadarOdeMtl,
    window: Window,
    weighting: Weighting[Tensor],
    *,
    gradient_space: Literal["parameters", "features"],
    length_spread: float,
) -> Tensor:
    """Set the gradients of all parameters of `model` for one batch.

    Parameters
    ----------
    model : RadarOdeMtl
        Its gradients are replaced.
    window : Window
        The batch.
    weighting : torchjd Weighting
        From the (tasks, tasks) Gramian to the (tasks,) weights.
    gradient_space : str
        Which gradients the Gramian is made of; see `TrainConfig`.
    length_spread : float
        See `task_losses`.

    Returns
    -------
    (tasks,) Tensor
        The losses, detached.
    """
    shared = list(model.shared_parameters())
    heads = list(model.head_parameters())
    trunk_output = model.features(window.spectrogram)
    features = trunk_output.detach().requires_grad_()
    losses = task_losses(model.heads(features), window, length_spread)

    for parameter in heads:
        parameter.grad = None
    rows = []
    for index, loss in enumerate(losses):
        row, *own = torch.autograd.grad(
            loss, [features, *heads], retain_graph=index + 1 < len(losses), allow_unused=True
        )
        rows.append(row)
        for parameter, gradient in zip(heads, own, strict=True):
            if gradient is not None:
                seen = parameter.grad
                parameter.grad = gradient if seen is None else seen + gradient

    if gradient_space == "features":
        weights = _weights(weighting, torch.stack([row.flatten() for row in rows]))
        joint = sum(weight * row for weight, row in zip(weights, rows, strict=True))
        gradients = torch.autograd.grad(trunk_output, shared, joint)
    else:
        jacobian = [
            torch.autograd.grad(trunk_output, shared, row, retain_graph=index + 1 < len(rows))
            for index, row in enumerate(rows)
        ]
        matrix = torch.stack([torch.cat([g.flatten() for g in row]) for row in jacobian])
        joint = _weights(weighting, matrix) @ matrix
        sizes = [parameter.numel() for parameter in shared]
        gradients = tuple(
            part.view_as(parameter)
            for part, parameter in zip(torch.split(joint, sizes), shared, strict=True)
        )
    for parameter, gradient in zip(shared, gradients, strict=True):
        parameter.grad = gradient
    return losses.detach()


def _weights(weighting: Weighting[Tensor], jacobian: Tensor) -> Tensor:
    """Weights of the rows, from a Gramian in float64: its eigenvalues span many decades."""
    gramian = (jacobian @ jacobian.T).double()
    return weighting(gramian).to(jacobian.dtype)
