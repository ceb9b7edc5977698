"""Multi-task strategies by name, each as a torchjd `Weighting` of the task gradients.

All give weights whose neutral value is 1, not 1 / n: the step is a sum over the tasks, so that the
learning rate means the same for every strategy.
"""

import inspect
from collections.abc import Callable

from torchjd.aggregation import AlignedMTLWeighting, SumWeighting, Weighting
from torchjd.linalg import PSDMatrix

from radarkit.errors import UserError
from radarkit.mtl.ega import EGAWeighting


def _ega(n_tasks: int, *, temperature: float = 1.0, warmup_epochs: int = 4) -> Weighting[PSDMatrix]:
    return EGAWeighting(temperature, warmup_epochs)


def _aligned_mtl(n_tasks: int) -> Weighting[PSDMatrix]:
    aligned = AlignedMTLWeighting()
    aligned.weighting = SumWeighting()  # a preference of ones, in the dtype of any Gramian
    return aligned


def _equal(n_tasks: int) -> Weighting[PSDMatrix]:
    return SumWeighting()


_STRATEGIES: dict[str, Callable[..., Weighting[PSDMatrix]]] = {
    "ega": _ega,
    "aligned-mtl": _aligned_mtl,
    "equal": _equal,
}
STRATEGIES = tuple(_STRATEGIES)


def build_weighting(name: str, n_tasks: int, **settings: float) -> Weighting[PSDMatrix]:
    """Build a strategy.

    Parameters
    ----------
    name : str
        One of `STRATEGIES`.
    n_tasks : int
        Number of tasks, and of rows of the Gramian the weighting is called on.
    **settings
        Settings of that strategy: ``temperature`` and ``warmup_epochs`` of ``ega``.

    Returns
    -------
    Weighting
        Called on the (n_tasks, n_tasks) Gramian it returns (n_tasks,) weights.

    Raises
    ------
    UserError
        When there is no strategy of that name, or it has no such setting.
    """
    if name not in _STRATEGIES:
        raise UserError(f"no strategy {name!r}", expected=f"one of {', '.join(STRATEGIES)}")
    build = _STRATEGIES[name]
    known = [key for key in inspect.signature(build).parameters if key != "n_tasks"]
    unknown = sorted(set(settings) - set(known))
    if unknown:
        raise UserError(
            f"settings {', '.join(unknown)} for the strategy {name}",
            expected=f"some of {', '.join(known)}" if known else "none",
        )
    return build(n_tasks, **settings)
