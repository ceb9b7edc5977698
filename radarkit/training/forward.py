"""The network on one part of a batch, up to the losses."""

from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor

from radarkit.models import Network, RadarOdeMtl
from radarkit.training.objectives import Objective

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
    model : Network
        The network.
    objective : Objective
        What it is trained for.
    precision : str
        ``bfloat16`` computes the network under autocast; losses are in float32 all the same.
    """

    def __init__(self, model: Network, objective: Objective, precision: Precision) -> None:
        self._model, self._objective = model, objective
        self._low = precision == "bfloat16"

    def losses(self, part: Any, batch_size: int) -> Tensor:
        """Compute what a part adds to the (tasks,) mean losses of a batch of so many windows."""
        with self._autocast(part):
            prediction = self._objective.predict(self._model, part)
        return self._share(prediction, part, batch_size)

    def staged(self, part: Any, batch_size: int) -> Staged:
        """Run the trunk of radarODE-MTL, cut, and run the heads."""
        assert isinstance(self._model, RadarOdeMtl)  # others share no parameters to weigh
        with self._autocast(part):
            output = self._model.features(part.spectrogram)
            features = output.detach().requires_grad_()
            prediction = self._model.heads(features)
        return Staged(output, features, self._share(prediction, part, batch_size))

    def _autocast(self, part: Any) -> torch.autocast:
        return torch.autocast(part[0].device.type, torch.bfloat16, enabled=self._low)

    def _share(self, prediction: Any, part: Any, batch_size: int) -> Tensor:
        if self._low:
            prediction = type(prediction)(*(output.float() for output in prediction))
        return self._objective.losses(prediction, part) * (len(part[0]) / batch_size)
