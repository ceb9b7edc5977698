"""The compact preset of radarODE-MTL: few parameters, every frame kept, trained on two cores.

Strides act on frequency alone, so that the 30 frames a second that time the beats reach the heads;
residual dilated convolutions (Bai et al., "An Empirical Evaluation of Generic Convolutional and
Recurrent Networks for Sequence Modeling", 2018; here not causal) see the whole window from every
frame. Normalisation is per window (GroupNorm), never per batch, so that a window is read the same
in any batch and on any number of devices.

The central beat lies anywhere within half a cycle of the window's centre. Its shape and length are
read by attention over the frames, ``softmax_t(q . f(t) - (t - centre)^2 / 2 s^2)``, whose prior
starts at the centre. The shape is the ODE's cycle plus a correction; the length is a mixture of
logistic distributions over the classes (Salimans et al., "PixelCNN++", ICLR 2017), so that
neighbouring lengths share what is learned.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from radarkit.models.decoders import LENGTH_CLASSES
from radarkit.models.ode import PARAMETERS, EcgOde

_FEATURES = 96
_DILATIONS = (1, 2, 4, 8, 16, 32)  # sees 127 frames
_QUERIES = 4
_HIDDEN = 128
_R_TURN_DEG = 30.4  # puts the default R peak at point 69.65, 35 % of the cycle
_DEFAULT_SCALE, _DEFAULT_OFFSET = 1.04, 0.224  # bring the ODE's default cycle to [0, 1]
_LENGTH_START = (110.0, 160.0, 210.0)  # cycles of 0.55, 0.8 and 1.05 s
_LENGTH_REACH = 40.0  # classes that one unit of the network's output moves a component
_ANCHOR_GRIDS = (400, 800)


def _norm(channels: int) -> nn.GroupNorm:
    return nn.GroupNorm(8, channels)


class _TimeBlock(nn.Module):
    """``x + W GELU(GN(dilated conv(x)))``."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv1d(_FEATURES, _FEATURES, 3, padding=dilation, dilation=dilation),
            _norm(_FEATURES),
            nn.GELU(),
            nn.Conv1d(_FEATURES, _FEATURES, 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.body(x)
        return out


class CompactTrunk(nn.Module):
    """Spectrogram (batch, channels, rows, frames) to features (batch, 96, frames).

    Parameters
    ----------
    channels, rows : int
        Of the input. Frames may be any number.
    """

    def __init__(self, channels: int, rows: int) -> None:
        super().__init__()
        self.frequency = nn.Sequential(
            nn.Conv2d(channels, 16, (5, 3), (3, 1), padding=(2, 1)),
            _norm(16),
            nn.GELU(),
            nn.Conv2d(16, 32, (5, 3), (3, 1), padding=(2, 1)),
            _norm(32),
            nn.GELU(),
        )
        bands = (rows + 8) // 9  # two strides of 3, each rounded up
        self.fold = nn.Sequential(nn.Conv1d(32 * bands, _FEATURES, 1), _norm(_FEATURES), nn.GELU())
        self.time = nn.Sequential(*map(_TimeBlock, _DILATIONS), _norm(_FEATURES))

    def forward(self, spectrogram: Tensor) -> Tensor:
        """Run the trunk."""
        features: Tensor = self.time(self.fold(self.frequency(spectrogram).flatten(1, 2)))
        return features


class CentralBeat(nn.Module):
    """Attend to the frames of the central beat: (batch, 96, frames) to (batch, 128)."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Conv1d(_FEATURES, _QUERIES, 1)
        self.log_width = nn.Parameter(torch.full((_QUERIES, 1), -1.0))  # of half a window
        self.mix = nn.Sequential(
            nn.Linear(_FEATURES * (_QUERIES + 1), _HIDDEN), nn.LayerNorm(_HIDDEN), nn.GELU()
        )

    def forward(self, features: Tensor) -> Tensor:
        """Summarise the central beat, and the window beside it."""
        at = torch.linspace(-1, 1, features.shape[-1], device=features.device, dtype=features.dtype)
        prior = -0.5 * (at / self.log_width.exp()).square()
        attention = (self.query(features) + prior).softmax(-1)
        beat = (attention @ features.mT).flatten(1)
        out: Tensor = self.mix(torch.cat((beat, features.mean(-1)), 1))
        return out


class CompactShape(nn.Module):
    """Cardiac cycle (batch, 200): an ODE, and what it cannot draw."""

    def __init__(self) -> None:
        super().__init__()
        self.beat = CentralBeat()
        self.ode_inputs = nn.Sequential(nn.Linear(_HIDDEN, PARAMETERS), nn.Tanh())
        self.ode = EcgOde(_R_TURN_DEG, learn_defaults=True)
        self.scale = nn.Parameter(torch.tensor(_DEFAULT_SCALE))
        self.offset = nn.Parameter(torch.tensor(_DEFAULT_OFFSET))
        self.seed = nn.Sequential(nn.Linear(_HIDDEN, 32 * 25), nn.Unflatten(1, (32, 25)))
        self.temporal = nn.Sequential(
            nn.GELU(),
            nn.Upsample(scale_factor=2, mode="linear"),
            nn.Conv1d(32, 24, 5, padding=2),
            nn.GELU(),
            nn.Upsample(scale_factor=4, mode="linear"),
            nn.Conv1d(24, 8, 5, padding=2),
            nn.GELU(),
        )
        self.fuse = nn.Sequential(
            nn.Conv1d(9, 8, 5, padding=2), nn.GELU(), nn.Conv1d(8, 1, 5, padding=2)
        )

    def forward(self, features: Tensor) -> Tensor:
        """Decode."""
        beat = self.beat(features)
        ode = self.scale * self.ode(self.ode_inputs(beat)) + self.offset
        temporal = self.temporal(self.seed(beat))
        out: Tensor = ode + self.fuse(torch.cat((temporal, ode[:, None]), 1)).squeeze(1)
        return out


class CompactLength(nn.Module):
    """Logits (batch, 260) of the cycle length."""

    classes: Tensor
    start: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.beat = CentralBeat()
        self.mixture = nn.Linear(_HIDDEN, 3 * len(_LENGTH_START))
        self.register_buffer("classes", torch.arange(float(LENGTH_CLASSES)), persistent=False)
        self.register_buffer("start", torch.tensor(_LENGTH_START), persistent=False)

    def forward(self, features: Tensor) -> Tensor:
        """Decode."""
        weight, shift, width = self.mixture(self.beat(features)).chunk(3, dim=1)
        # a component starts 8 classes wide; below half a class the loss, which sees whole ones,
        # would have nothing to hold it
        width = 0.5 + F.softplus(8 + 3 * width)
        middle = self.start + _LENGTH_REACH * shift
        z = (self.classes - middle[..., None]) / width[..., None]
        # log density of the logistic distribution; its tails are straight lines
        log_density = -z - 2 * F.softplus(-z) - width.log()[..., None]
        logits: Tensor = (weight.log_softmax(1)[..., None] + log_density).logsumexp(1)
        return logits


class CompactAnchors(nn.Module):
    """Anchors (batch, 800)."""

    def __init__(self) -> None:
        super().__init__()
        coarse, fine = _ANCHOR_GRIDS
        self.body = nn.Sequential(
            nn.Conv1d(_FEATURES, 48, 3, padding=1),
            nn.GELU(),
            nn.Upsample(coarse, mode="linear"),
            nn.Conv1d(48, 24, 5, padding=2),
            nn.GELU(),
            nn.Upsample(fine, mode="linear"),
            nn.Conv1d(24, 16, 5, padding=2),
            nn.GELU(),
            nn.Conv1d(16, 1, 5, padding=2),
            nn.Flatten(),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Decode."""
        out: Tensor = self.body(features)
        return out
