"""The check that losses and gradients are numbers, shared by all strategies."""

from collections.abc import Sequence

import torch
from torch import Tensor

from radarkit.errors import UserError


def require_finite(values: Tensor, what: str, tasks: Sequence[str]) -> None:
    """Refuse NaN and infinity.

    Parameters
    ----------
    values : (tasks,) or (tasks, m)
        Losses, or a row for each task.
    what : str
        What they are, in the plural.
    tasks : sequence of str
        Names for the message.

    Raises
    ------
    UserError
        When a value is not finite; it names the tasks whose row holds one.
    """
    rows = torch.isfinite(values).reshape(len(values), -1).all(dim=1)
    if not rows.all():
        bad = [task for task, good in zip(tasks, rows.tolist(), strict=True) if not good]
        raise UserError(
            f"{what} of {', '.join(bad)} with NaN or infinity",
            expected=f"finite {what}",
            do="lower the learning rate or look for bad values in the data",
        )


def require_finite_gramian(gramian: Tensor, tasks: Sequence[str]) -> None:
    """Refuse a Gramian (tasks, tasks) of gradients with NaN or infinity, and name their tasks."""
    # a bad gradient spoils its column in the rows of all others: its own length says whose it is
    require_finite(gramian.diagonal(), "gradients", tasks)
    require_finite(gramian, "products of gradients", tasks)
