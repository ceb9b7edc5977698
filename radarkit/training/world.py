"""The processes that train together, one or many under ``torchrun``.

Every process computes its share of a batch; losses, Jacobians and Gramians are sums over the
processes, so that all of them take the same step, the one that a single process would take.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
import torch.distributed as dist
from torch import Tensor

from radarkit.errors import UserError


@dataclass(frozen=True)
class World:
    """A process among all.

    Attributes
    ----------
    rank, size : int
        Number of this process, from 0, and how many there are.
    device : torch.device
        Where it computes.
    """

    rank: int = 0
    size: int = 1
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    @property
    def main(self) -> bool:
        """Whether this process writes the files and the messages."""
        return self.rank == 0

    def sum(self, *tensors: Tensor) -> None:
        """Replace tensors by their sums over the processes, in one exchange."""
        if self.size == 1 or not tensors:
            return
        if len(tensors) == 1:
            dist.all_reduce(tensors[0])
            return
        flat = torch.cat([tensor.flatten() for tensor in tensors])
        dist.all_reduce(flat)
        parts = torch.split(flat, [tensor.numel() for tensor in tensors])
        for tensor, part in zip(tensors, parts, strict=True):
            tensor.copy_(part.view_as(tensor))

    def average(self, tensors: Sequence[Tensor]) -> None:
        """Replace tensors of floats by their means over the processes."""
        if self.size > 1:
            self.sum(*tensors)
            for tensor in tensors:
                tensor /= self.size

    def any(self, flag: bool) -> bool:
        """Whether a flag is set in some process."""
        if self.size == 1:
            return flag
        raised = torch.tensor(float(flag), device=self.device)
        dist.all_reduce(raised)
        return bool(raised > 0)

    def wait(self) -> None:
        """Wait until all processes are here."""
        if self.size > 1:
            dist.barrier()


@contextmanager
def join_world(device: str = "auto") -> Iterator[World]:
    """Join the processes that ``torchrun`` started; a process of its own is a world of one.

    Parameters
    ----------
    device : str
        ``cpu``, ``cuda`` (each process takes the device of its local rank) or ``auto``: CUDA where
        there is one.

    Raises
    ------
    UserError
        When CUDA is asked for and missing, or no device of that name is known.
    """
    if device not in ("auto", "cpu", "cuda"):
        raise UserError(f"--device {device}", expected="auto, cpu or cuda")
    if device == "cuda" and not torch.cuda.is_available():
        raise UserError("no CUDA device", do="use --device cpu")
    kind = "cuda" if device != "cpu" and torch.cuda.is_available() else "cpu"
    size = int(os.environ.get("WORLD_SIZE", "1"))
    local = int(os.environ.get("LOCAL_RANK", "0"))
    at = torch.device("cuda", local) if kind == "cuda" else torch.device("cpu")
    if size == 1:
        yield World(device=at)
        return
    if kind == "cuda":
        torch.cuda.set_device(at)
    dist.init_process_group("nccl" if kind == "cuda" else "gloo")
    try:
        yield World(dist.get_rank(), size, at)
        # gloo's threads may hold the tensors of the last exchange a little longer; a process that
        # ends meanwhile is aborted. Those of a barrier hold none.
        dist.barrier()
    finally:
        dist.destroy_process_group()
