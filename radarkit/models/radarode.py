"""radarODE: a single-cycle ECG generator, and a stage that lays its cycles along the radar signal.

1. The cycle length is read off the energy of the spectrogram, without learning anything
   (`radarkit.spectrogram.energy`).
2. The generator draws the cardiac cycle nearest the middle of the window from its spectrogram. The
   cycle is repeated at the cycle length through the window: the morphological reference. Nothing
   tells where its R peaks are, so its middle stands in the middle of the window.
3. The long-term stage encodes and decodes the vibration of all points, sets it beside the reference
   and lets dilated convolutions draw the ECG. It does not teach the generator: the stages learn
   side by side as if one after the other.

Source: Zhang et al., "radarODE: An ODE-embedded deep learning model for contactless ECG
reconstruction from millimeter-wave radar", 2024. Not published: the widths of the dilated
convolutions, here 16.
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn

from radarkit.models.network import Network

DILATIONS = tuple(2**power for power in range(9))
_WIDTH = 16
_R_PHASE = 0.35  # of a cycle: where its R peak is


class CyclePrediction(NamedTuple):
    """What radarODE predicts for a batch of windows.

    Attributes
    ----------
    shape : (batch, 200)
        Cardiac cycle nearest the window's centre, in the normalised unit.
    ecg : (batch, samples)
        ECG of the window, 0 at the foot of the trial's cycles and 1 at their top.
    """

    shape: Tensor
    ecg: Tensor


class _Residual(nn.Module):
    """``x + conv(ReLU(BN(conv(x))))``, kernels of 5."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv1d(channels, channels, 5, padding=2),
            nn.BatchNorm1d(channels),
            nn.ReLU(),
            nn.Conv1d(channels, channels, 5, padding=2),
            nn.BatchNorm1d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.body(x)
        return out


class LongTermStage(nn.Module):
    """Vibration (batch, channels, samples) and reference (batch, samples) to ECG (batch, samples).

    Parameters
    ----------
    channels : int
        Points of the chest.
    widths : (int, int, int)
        Of the encoder; 128, 256 and 512 as published. Samples must be a multiple of 8.
    """

    def __init__(self, channels: int, widths: tuple[int, int, int]) -> None:
        super().__init__()
        encoder: list[nn.Module] = []
        for n_in, n_out in zip((channels, *widths), widths, strict=False):
            down = nn.Conv1d(n_in, n_out, 5, 2, 2)
            encoder += [_Residual(n_in), down, nn.BatchNorm1d(n_out), nn.ReLU()]
        self.encoder = nn.Sequential(*encoder)
        top = widths[-1]
        decoder: list[nn.Module] = []
        for n_in, n_out in ((top, top // 4), (top // 4, top // 32), (top // 32, 1)):
            up = nn.ConvTranspose1d(n_in, n_out, 5, 2, 2, output_padding=1)
            decoder += [up, nn.BatchNorm1d(n_out), nn.ReLU()]
        self.decoder = nn.Sequential(*decoder[:-2])  # the last one goes on as it is
        dilated: list[nn.Module] = []
        for number, dilation in enumerate(DILATIONS):
            n_in = _WIDTH if number else 2
            n_out = _WIDTH if number < len(DILATIONS) - 1 else 1
            conv = nn.Conv1d(n_in, n_out, 3, padding=dilation, dilation=dilation)
            dilated += [conv, nn.ReLU()]
        self.dilated = nn.Sequential(*dilated[:-1])

    def forward(self, vibration: Tensor, reference: Tensor) -> Tensor:
        """Draw the ECG."""
        seen = self.decoder(self.encoder(vibration))
        out: Tensor = self.dilated(torch.cat((seen, reference[:, None]), 1))
        return out.squeeze(1)


class RadarOde(Network):
    """The generator and the long-term stage.

    Parameters
    ----------
    trunk, shape_head : nn.Module
        The generator: (batch, channels, rows, frames) to features, and these to (batch, 200).
    long_term : LongTermStage
        The stage after it.
    window : (int, int, int)
        Channels, rows and frames of the spectrograms the trunk was built for.
    samples : int
        Of the vibration and the ECG of a window.
    """

    def __init__(
        self,
        trunk: nn.Module,
        shape_head: nn.Module,
        long_term: LongTermStage,
        window: tuple[int, int, int],
        samples: int,
    ) -> None:
        super().__init__()
        self.trunk, self.shape_head, self.long_term = trunk, shape_head, long_term
        self.window, self.samples = window, samples

    def forward(self, spectrogram: Tensor, period: Tensor, vibration: Tensor) -> CyclePrediction:
        """Draw the central cycle, and the ECG of the window.

        Parameters
        ----------
        spectrogram : (batch, channels, rows, frames)
            In [0, 1].
        period : (batch,)
            Cycle lengths in samples.
        vibration : (batch, channels, samples)
            Of mean 0 and variance 1 in each channel.
        """
        shape = self.shape_head(self.trunk(spectrogram))
        reference = repeat_cycle(shape.detach(), period, self.samples)
        return CyclePrediction(shape, self.long_term(vibration, reference))

    def example(self) -> tuple[Tensor, ...]:
        """Return a spectrogram, a cycle length and a vibration without numbers."""
        dtype = next(self.parameters()).dtype
        sizes = (self.window, (), (self.window[0], self.samples))
        return tuple(torch.empty(1, *size, dtype=dtype, device="meta") for size in sizes)

    def shared_parameters(self) -> Iterator[nn.Parameter]:
        """None: the stages share nothing."""
        return iter(())

    def task_parameters(self) -> tuple[list[nn.Parameter], ...]:
        """Parameters of the generator, and those of the long-term stage."""
        generator = [*self.trunk.parameters(), *self.shape_head.parameters()]
        return generator, list(self.long_term.parameters())


def repeat_cycle(shape: Tensor, period: Tensor, samples: int) -> Tensor:
    """Repeat a cycle through a window, an R peak of it in the middle.

    Parameters
    ----------
    shape : (batch, points)
        Cycles.
    period : (batch,)
        Their lengths in samples.
    samples : int
        Of the window.

    Returns
    -------
    (batch, samples)
        By linear interpolation.
    """
    points = shape.shape[1]
    # in the precision of the period, as autocast may have drawn the cycles in bfloat16, which
    # cannot count to 800
    at = torch.arange(samples, device=shape.device, dtype=period.dtype) - samples // 2
    place = ((at / period[:, None] + _R_PHASE) % 1.0) * (points - 1)
    low = place.floor().clamp(max=points - 2)
    left = low.long()
    value, following = shape.gather(1, left), shape.gather(1, left + 1)
    return value + (place - low) * (following - value)
