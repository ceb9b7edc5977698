"""radarODE-MTL: one shared trunk, and a head for each of the three tasks.

The trunk turns the spectrogram of a window into features; the heads read the shape of the central
cardiac cycle, its length and the R peaks of the window from them (Zhang et al., 2024; hard
parameter sharing).
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from radarkit.errors import UserError
from radarkit.models.network import Network
from radarkit.models.prediction import Prediction


class RadarOdeMtl(Network):
    """A trunk and three heads.

    Parameters
    ----------
    trunk : nn.Module
        Maps (batch, channels, rows, frames) to features.
    shape_head, length_head, anchor_head : nn.Module
        Map features to (batch, 200), to (batch, 260) logits and to (batch, 800).
    window : (int, int, int)
        Channels, rows and frames of the spectrograms the trunk was built for.
    """

    def __init__(
        self,
        trunk: nn.Module,
        *,
        shape_head: nn.Module,
        length_head: nn.Module,
        anchor_head: nn.Module,
        window: tuple[int, int, int],
    ) -> None:
        super().__init__()
        self.trunk = trunk
        self.shape_head = shape_head
        self.length_head = length_head
        self.anchor_head = anchor_head
        self.window = window

    def forward(self, spectrogram: Tensor) -> Prediction:
        """Predict all three tasks.

        Parameters
        ----------
        spectrogram : (batch, channels, rows, frames)
            In [0, 1].

        Raises
        ------
        UserError
            When the windows are not of the size the model was built for.
        """
        return self.heads(self.features(spectrogram))

    def features(self, spectrogram: Tensor) -> Tensor:
        """Run the shared trunk.

        Parameters
        ----------
        spectrogram : (batch, channels, rows, frames)
            In [0, 1].

        Returns
        -------
        (batch, features, columns)

        Raises
        ------
        UserError
            When the windows are not of the size the model was built for.
        """
        if tuple(spectrogram.shape[1:]) != self.window:
            raise UserError(
                f"windows of shape {tuple(spectrogram.shape[1:])}",
                expected=f"{self.window} (channels, rows, frames), as the model was built",
                do="use data made with the same channels and frequency grid",
            )
        out: Tensor = self.trunk(spectrogram)
        return out

    def heads(self, features: Tensor) -> Prediction:
        """Run the three heads on the features of the trunk."""
        return Prediction(
            self.shape_head(features), self.length_head(features), self.anchor_head(features)
        )

    def shared_parameters(self) -> Iterator[nn.Parameter]:
        """Parameters that all tasks pull at: those of the trunk."""
        return self.trunk.parameters()

    def task_parameters(self) -> tuple[list[nn.Parameter], ...]:
        """Parameters of each head."""
        heads = (self.shape_head, self.length_head, self.anchor_head)
        return tuple(list(head.parameters()) for head in heads)

    def example(self) -> tuple[Tensor, ...]:
        """Return a spectrogram without numbers."""
        dtype = next(self.parameters()).dtype
        return (torch.empty(1, *self.window, dtype=dtype, device="meta"),)
