"""MMECG: attention over points of the chest, and an autoregressive decoder of the ECG.

The vibration of every point is encoded by the same convolutions. A spatial branch lets the points,
with their places, attend to each other; a temporal branch returns to the sample rate; the product
of both, summed over the points, conditions the decoder, which draws the ECG in 256 mu-law classes.

Source: Chen et al., "Contactless Electrocardiogram Monitoring With Millimeter Wave Radar", IEEE TMC
2022. Not published: the channels of the first convolutions and how deep each level is; here 8, 16,
32 and 32 of two each, the last without pooling, which meets the published output size.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from radarkit.models.autoregressive import AutoregressiveDecoder
from radarkit.models.mu_law import CLASSES
from radarkit.models.network import Network

_WIDTHS = (8, 16, 32, 32)
_POOLS = 3
_HEADS, _HEAD_WIDTH, _HIDDEN, _BLOCKS = 4, 16, 128, 3
_CONDITION = 4


class SamplePrediction(NamedTuple):
    """What MMECG predicts for a batch of windows whose past it is given.

    Attributes
    ----------
    logits : (batch, 256, useful)
        Mu-law classes of the samples whose whole receptive field lies in the window.
    """

    logits: Tensor


def _conv(n_in: int, n_out: int) -> nn.Module:
    return nn.Sequential(nn.Conv1d(n_in, n_out, 7, padding=3), nn.ReLU(), nn.BatchNorm1d(n_out))


class _Encoder(nn.Sequential):
    """(points, 1, samples) to (points, 32, samples / 8)."""

    def __init__(self) -> None:
        layers: list[nn.Module] = []
        for level, (n_in, n_out) in enumerate(zip((1, *_WIDTHS), _WIDTHS, strict=False)):
            layers += [_conv(n_in, n_out), _conv(n_out, n_out)]
            if level < _POOLS:
                layers.append(nn.MaxPool1d(2))
        super().__init__(*layers)


class _Attention(nn.Module):
    """A transformer block over points, (batch, points, width) to the same."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.before = nn.LayerNorm(width)
        self.queries_keys_values = nn.Linear(width, 3 * _HEADS * _HEAD_WIDTH)
        self.out = nn.Linear(_HEADS * _HEAD_WIDTH, width)
        self.hidden = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, _HIDDEN), nn.ReLU(), nn.Linear(_HIDDEN, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        split = self.queries_keys_values(self.before(x)).unflatten(2, (3, _HEADS, _HEAD_WIDTH))
        attended = F.scaled_dot_product_attention(*split.permute(2, 0, 3, 1, 4))
        x = x + self.out(attended.transpose(1, 2).flatten(2))
        out: Tensor = x + self.hidden(x)
        return out


class _Temporal(nn.Sequential):
    """(points, 32, samples / 8) to (points, 4, samples): up by two and half as wide, thrice."""

    def __init__(self, width: int) -> None:
        layers: list[nn.Module] = []
        for _ in range(_POOLS):
            up = nn.ConvTranspose1d(width, width, 2, 2)
            layers += [up, _conv(width, width // 2), _conv(width // 2, width // 2)]
            width //= 2
        super().__init__(*layers)


class Mmecg(Network):
    """The network.

    Parameters
    ----------
    channels : int
        Points of the chest.
    samples : int
        Of a window, a multiple of 8.
    useful : int
        Samples of a window that are drawn: the last ones.
    window : (int, int, int)
        Channels, rows and frames of the spectrograms beside its windows, which it does not read.
    """

    def __init__(
        self, channels: int, samples: int, useful: int, window: tuple[int, int, int]
    ) -> None:
        super().__init__()
        self.samples, self.useful, self.window = samples, useful, window
        width = _WIDTHS[-1]
        self.encoder = _Encoder()
        self.to_spatial = nn.Linear(width * samples // 2**_POOLS, width)
        self.places = nn.Linear(3, width)
        self.spatial = nn.Sequential(*(_Attention(width) for _ in range(_BLOCKS)))
        self.from_spatial = nn.Linear(width, _CONDITION * samples)
        self.temporal = _Temporal(width)
        self.sum_points = nn.Linear(channels, 1)
        self.decoder = AutoregressiveDecoder(_CONDITION, CLASSES)

    def condition(self, vibration: Tensor, places: Tensor) -> Tensor:
        """Encode what the radar saw.

        Parameters
        ----------
        vibration : (batch, channels, samples)
            Of mean 0 and variance 1 in each channel.
        places : (batch, channels, 3)
            Of the points, in units of 0.1 m from their mean.

        Returns
        -------
        (batch, 4, samples)
        """
        batch, points, samples = vibration.shape
        seen = self.encoder(vibration.flatten(0, 1)[:, None])
        spatial = self.to_spatial(seen.flatten(1)).view(batch, points, -1) + self.places(places)
        spatial = self.from_spatial(self.spatial(spatial)).view(batch, points, -1, samples)
        temporal = self.temporal(seen).view(batch, points, -1, samples)
        out: Tensor = self.sum_points((spatial * temporal).movedim(1, -1)).squeeze(-1)
        return out

    def forward(self, vibration: Tensor, places: Tensor, ecg: Tensor) -> SamplePrediction:
        """Predict the last samples, each from the true ones before it (teacher forcing).

        Parameters
        ----------
        vibration, places
            As in `condition`.
        ecg : (batch, samples) int64
            Classes of the true ECG.
        """
        seen = self.condition(vibration, places)
        return SamplePrediction(self.decoder(seen, ecg, self.useful))

    def example(self) -> tuple[Tensor, ...]:
        """Return a vibration, places and classes without numbers."""
        dtype, channels = next(self.parameters()).dtype, self.window[0]
        return (
            torch.empty(1, channels, self.samples, dtype=dtype, device="meta"),
            torch.empty(1, channels, 3, dtype=dtype, device="meta"),
            torch.empty(1, self.samples, dtype=torch.int64, device="meta"),
        )

    def shared_parameters(self) -> Iterator[nn.Parameter]:
        """None: there is one task."""
        return iter(())

    def task_parameters(self) -> tuple[list[nn.Parameter], ...]:
        """All parameters."""
        return (list(self.parameters()),)
