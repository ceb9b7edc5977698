"""Buffers whose size is known only once the first values come."""

from typing import Any, ClassVar

from torch import Tensor, nn


class GrowingBuffers(nn.Module):
    """Lets buffers of a saved state load into a fresh instance that holds empty ones.

    Attributes
    ----------
    growing : tuple of str
        Names of these buffers.
    """

    growing: ClassVar[tuple[str, ...]] = ()

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *rest: Any) -> None:
        for name in self.growing:
            saved = state_dict.get(prefix + name)
            if isinstance(saved, Tensor):
                fresh = getattr(self, name)
                setattr(self, name, saved.new_empty(saved.shape, device=fresh.device))
        super()._load_from_state_dict(state_dict, prefix, *rest)
