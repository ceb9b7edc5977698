"""What each framework is trained for: its tasks, and the losses of a batch of its windows."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from radarkit.datasets.loading import Window
from radarkit.datasets.mmecg_windows import PointWindow
from radarkit.datasets.radarode_windows import CycleWindow
from radarkit.models import Network, Prediction, Preset, framework_of
from radarkit.models.mmecg import SamplePrediction
from radarkit.models.mu_law import encode
from radarkit.models.radarode import CyclePrediction
from radarkit.training.losses import TASKS, task_losses

_NO_LOSS = 1e-12  # under a root, whose slope at 0 is infinite


class Objective(ABC):
    """What a network is trained for.

    Attributes
    ----------
    tasks : tuple of str
        In the order of the losses.
    judged : tuple of int, optional
        The tasks by which the best epoch is chosen, where that is not for the strategy to say.
    """

    tasks: ClassVar[tuple[str, ...]]
    judged: ClassVar[tuple[int, ...] | None] = None

    @abstractmethod
    def predict(self, model: Network, window: Any) -> NamedTuple:
        """Run a network on a batch of windows."""

    @abstractmethod
    def losses(self, prediction: Any, window: Any) -> Tensor:
        """Mean loss of each task over a batch, (tasks,)."""


class ThreeTasks(Objective):
    """radarODE-MTL: shape, length and anchors; see `radarkit.training.losses`.

    Parameters
    ----------
    length_spread : float
        Standard deviation of the length target, in classes.
    """

    tasks = TASKS

    def __init__(self, length_spread: float) -> None:
        self._spread = length_spread

    def predict(self, model: Network, window: Window) -> Prediction:
        """Run a network on spectrograms."""
        prediction: Prediction = model(window.spectrogram)
        return prediction

    def losses(self, prediction: Prediction, window: Window) -> Tensor:
        """Mean loss of each task over a batch."""
        return task_losses(prediction, window, self._spread)


class CycleAndEcg(Objective):
    """radarODE: the cycle by its mean squared error, the ECG of a window by the root of its own.

    The epoch is chosen by the ECG: it is all that comes out, and the stages learn apart, so that
    the best epoch of the cycle may be one in which there is no ECG yet.
    """

    tasks = ("shape", "ecg")
    judged = (1,)

    def predict(self, model: Network, window: CycleWindow) -> CyclePrediction:
        """Run both stages."""
        prediction: CyclePrediction = model(window.spectrogram, window.period, window.vibration)
        return prediction

    def losses(self, prediction: CyclePrediction, window: CycleWindow) -> Tensor:
        """Mean loss of each stage over a batch."""
        shape = F.mse_loss(prediction.shape, window.shape)
        ecg = (prediction.ecg - window.ecg).square().mean(1)
        return torch.stack((shape, (ecg + _NO_LOSS).sqrt().mean()))


class Samples(Objective):
    """MMECG: cross-entropy of the mu-law class of each sample, the true ones before it given."""

    tasks = ("samples",)

    def predict(self, model: Network, window: PointWindow) -> SamplePrediction:
        """Run the network with the true ECG as its past."""
        prediction: SamplePrediction = model(window.vibration, window.places, encode(window.ecg))
        return prediction

    def losses(self, prediction: SamplePrediction, window: PointWindow) -> Tensor:
        """Mean loss over the samples that the network predicts."""
        logits = prediction.logits
        return F.cross_entropy(logits, encode(window.ecg)[:, -logits.shape[2] :])[None]


def objective_of(preset: Preset, length_spread: float) -> Objective:
    """Give what the network of a preset is trained for."""
    framework = framework_of(preset)
    if framework == "MMECG":
        return Samples()
    return CycleAndEcg() if framework == "radarODE" else ThreeTasks(length_spread)
