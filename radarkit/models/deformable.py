"""Deformable convolution: a 3x3 convolution whose taps move where the data sends them.

For tap k at grid offset ``r_k`` and a predicted displacement ``d_k(p)``,

    y(p) = sum_k W_k x(p + r_k + d_k(p)),

with x read by bilinear interpolation and zero outside its borders (Dai et al., "Deformable
Convolutional Networks", ICCV 2017, without the modulation of version 2). On the CPU, loops of numba
read the taps; elsewhere, and in half precision, one `grid_sample` reads them all. The sum over
channels and taps is a matrix product either way.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_TAPS = 9


class DeformableConv2d(nn.Module):
    """3x3 deformable convolution with stride 1, padding 1 and no bias.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of input and output.

    Notes
    -----
    The displacements come from a plain 3x3 convolution whose weight starts at zero, so that
    training starts from a (nearly) rigid grid. Its 18 channels are nine row displacements followed
    by nine column displacements, in pixels; the taps run along the rows.
    """

    rows: Tensor
    columns: Tensor

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.offset = nn.Conv2d(in_channels, 2 * _TAPS, 3, padding=1)
        nn.init.zeros_(self.offset.weight)
        self.weight = nn.Parameter(torch.empty(out_channels, in_channels, 3, 3))
        nn.init.kaiming_uniform_(self.weight, a=math.sqrt(5))  # what nn.Conv2d starts from
        rows, columns = torch.meshgrid(torch.arange(-1.0, 2), torch.arange(-1.0, 2), indexing="ij")
        self.register_buffer("rows", rows.reshape(1, _TAPS, 1, 1), persistent=False)
        self.register_buffer("columns", columns.reshape(1, _TAPS, 1, 1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Convolve.

        Parameters
        ----------
        x : (batch, in_channels, height, width)

        Returns
        -------
        (batch, out_channels, height, width)
        """
        if _runs_on_numba(x, self.weight):
            from radarkit.models.deformable_cpu import deform

            x = x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)  # channels last in memory
            out: Tensor = deform(x, self.offset(x), self.weight)
            return out
        return self._sampled(x, self.offset(x))

    def _sampled(self, x: Tensor, shift: Tensor) -> Tensor:
        """Read all taps with `grid_sample`: on any device, in any precision."""
        batch, channels, height, width = x.shape
        row_shift, column_shift = torch.split(shift, _TAPS, dim=1)
        row = torch.arange(height, device=x.device, dtype=x.dtype)[:, None]
        column = torch.arange(width, device=x.device, dtype=x.dtype)
        at_row = row + self.rows + row_shift  # (batch, taps, height, width), pixels
        at_column = column + self.columns + column_shift
        # grid_sample counts from -1 to 1 between the outer edges of the image, not pixel centres
        grid = torch.stack(
            ((2 * at_column + 1) / width - 1, (2 * at_row + 1) / height - 1), dim=-1
        ).view(batch, _TAPS * height, width, 2)
        taps = F.grid_sample(x, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
        taps = taps.view(batch, channels * _TAPS, height * width)
        out = self.weight.flatten(1) @ taps
        return out.view(batch, -1, height, width)


def _runs_on_numba(x: Tensor, weight: Tensor) -> bool:
    """Whether the loops of `radarkit.models.deformable_cpu` can do it."""
    return (
        x.device.type == weight.device.type == "cpu"
        and x.dtype == weight.dtype
        and x.dtype in (torch.float32, torch.float64)
        and not torch.is_autocast_enabled("cpu")
        and not torch.compiler.is_compiling()
    )
