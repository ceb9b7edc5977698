"""The network on one part of a batch, up to the losses."""

from typing import Literal, NamedTuple

import torch
from torch import Tensor

from radarkit.datasets.loading import Window
from radarkit.models import Prediction, RadarOdeMtl
from radarkit.training.losses import task_losses

Precision = Literal["float32", "bfloat16"]


class Staged(NamedTuple):
    """A forward pass in two stages.

    Attributes
    ----------
    output : (batch, ...)
        What the trunk gives.
    features : (batch, ...)
        The same, cut off from the trunk: where the heads begin.
    losses : (tasks,)
        What the part contributes to the mean losses of its batch.
    """

    output: Tensor
    features: Tensor
    losses: Tensor


class Forward:
    """Losses of parts of batches.

    Parameters
    ----------
    model : RadarOdeMtl
        The network.
    length_spread : float
        See `task_losses`.
    precision : str
        ``bfloat16`` computes the network under autocast; losses are in float32 all the same.
    """

    def __init__(self, model: RadarOdeMtl, length_spread: float, precision: Precision) -> None:
        self._model, self._spread = model, length_spread
        self._low = precision == "bfloat16"

    def losses(self, part: Window, batch_size: int) -> Tensor:
        """Compute what a part adds to the (tasks,) mean losses of a batch of so many windows."""
        with self._autocast(part):
            prediction = self._model(part.spectrogram)
        return self._share(prediction, part, batch_size)

    def staged(self, part: Window, batch_size: int) -> Staged:
        """Run the trunk, cut, and run the heads."""
        with self._autocast(part):
            output = self._model.features(part.spectrogram)
            features = output.detach().requires_grad_()
            prediction = self._model.heads(features)
        return Staged(output, features, self._share(prediction, part, batch_size))

    def _autocast(self, part: Window) -> torch.autocast:
        return torch.autocast(part.length.device.type, torch.bfloat16, enabled=self._low)

    def _share(self, prediction: Prediction, part: Window, batch_size: int) -> Tensor:
        if self._low:
            prediction = Prediction(*(output.float() for output in prediction))
        return task_losses(prediction, part, self._spread) * (len(part.length) / batch_size)
