"""The losses of the three tasks, in the order shape, length, anchors.

- Shape: mean squared error against the min-max normalised cycle.
- Length: cross-entropy against the length class, spread over its neighbours as a Gaussian, since a
  cycle of 161 samples is nearly one of 160; a spread of 0 is the published one-hot target.
- Anchors: mean squared error against the bumps.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from radarkit.datasets.loading import Window
from radarkit.models.prediction import Prediction

TASKS = ("shape", "length", "anchors")


def task_losses(prediction: Prediction, window: Window, length_spread: float) -> Tensor:
    """Mean loss of each task over a batch.

    Parameters
    ----------
    prediction : Prediction
        Outputs of a model.
    window : Window
        Batch of windows with their targets.
    length_spread : float
        Standard deviation of the length target, in classes.

    Returns
    -------
    (3,) Tensor
        In the order of `TASKS`.
    """
    return torch.stack(
        (
            F.mse_loss(prediction.shape, window.shape),
            _length_loss(prediction.length_logits, window.length, length_spread),
            F.mse_loss(prediction.anchors, window.anchors),
        )
    )


def _length_loss(logits: Tensor, length: Tensor, spread: float) -> Tensor:
    if spread == 0:
        return F.cross_entropy(logits, length)
    classes = torch.arange(logits.shape[1], device=logits.device)
    distance = (classes - length[:, None]) / spread
    return F.cross_entropy(logits, torch.softmax(-0.5 * distance**2, dim=1))
