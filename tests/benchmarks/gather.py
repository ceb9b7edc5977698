"""A deformable convolution from its definition, as the released code of radarODE-MTL does it."""

import torch
from torch.nn import functional as F


def gathered(layer, x):
    """Gather the four corners of every tap, then convolve with stride 3."""
    batch, channels, height, width = x.shape
    shift = layer.offset(x)
    row = torch.arange(height)[:, None] + layer.rows + shift[:, :9] + 1  # in the padded image
    column = torch.arange(width) + layer.columns + shift[:, 9:] + 1
    row, column = row.clamp(0, height + 1), column.clamp(0, width + 1)
    image = F.pad(x, (1, 1, 1, 1)).flatten(2)
    top, left = row.detach().floor(), column.detach().floor()
    taps = 0
    for r in (top, top + 1):
        for c in (left, left + 1):
            share = (1 - (row - r).abs()) * (1 - (column - c).abs())
            index = (r.clamp(max=height + 1) * (width + 2) + c.clamp(max=width + 1)).long()
            picked = image.gather(2, index.flatten(1)[:, None].expand(-1, channels, -1))
            taps = taps + picked.view(batch, channels, 9, height, width) * share[:, None]
    tiled = taps.view(batch, channels, 3, 3, height, width).permute(0, 1, 4, 2, 5, 3)
    return F.conv2d(tiled.reshape(batch, channels, 3 * height, 3 * width), layer.weight, stride=3)
