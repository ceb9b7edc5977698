"""GradDrop (Chen et al., NeurIPS 2020): each entry of the gradient follows one sign.

The sign is positive with probability (1 + sum g / sum |g|) / 2 over the tasks' entries g, and the
entries of the other sign are dropped.
"""

from collections.abc import Sequence

from torch import Tensor
from torchjd.aggregation import GradDrop

from radarkit.mtl.settings import Fraction
from radarkit.mtl.strategy import JacobianStrategy


class GradientSignDropout(JacobianStrategy):
    """GradDrop; random from torch's global generator.

    Parameters
    ----------
    tasks : sequence of str
    leak : float
        Share of the dropped entries that is kept.

    Notes
    -----
    Where no task has a gradient the probability is 0 / 0, and the entry stays 0.
    """

    spaces = ("features", "parameters")

    def __init__(self, tasks: Sequence[str], *, leak: Fraction = 0.0) -> None:
        super().__init__(tasks)
        self._leak = leak

    def _combine(self, losses: Tensor, jacobian: Tensor) -> Tensor:
        leak = jacobian.new_full((self.n_tasks,), self._leak)
        step: Tensor = GradDrop(leak=leak)(jacobian)
        return step
