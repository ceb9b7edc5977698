"""The shared trunk of radarODE-MTL: a ResNet of deformable convolutions, then a squeeze of height.

Four stages of a residual deformable block and a strided convolution turn 50 spectrograms of 71 rows
and 120 frames into 1024 channels of 6 rows and 31 columns; a convolution as high as the map removes
the rows (Zhang et al., "radarODE-MTL", 2024; layer table of radarODE, 2024, Table I).
"""

from torch import Tensor, nn

from radarkit.models.deformable import DeformableConv2d

ROWS, FRAMES = 71, 120
TRUNK_CHANNELS = 1024

_SQUEEZE_ROWS = 6
# (output channels, kernel, stride) of the strided convolution of each stage
_STAGES = (
    (128, (3, 2), (2, 2)),
    (256, (3, 2), (2, 2)),
    (512, (3, 3), (2, 1)),
    (TRUNK_CHANNELS, (3, 3), (2, 1)),
)


class ResidualDeformableBlock(nn.Module):
    """``x + ReLU(BN(DeformConv(x)))``, then a (2, 1) convolution to the wanted channels.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of input and output; the output is one row higher.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.deform = nn.Sequential(
            DeformableConv2d(in_channels, in_channels), nn.BatchNorm2d(in_channels), nn.ReLU()
        )
        self.widen = nn.Conv2d(in_channels, out_channels, (2, 1), padding=(1, 0))

    def forward(self, x: Tensor) -> Tensor:
        """Map (batch, in_channels, h, w) to (batch, out_channels, h + 1, w)."""
        out: Tensor = self.widen(x + self.deform(x))
        return out


class PaperTrunk(nn.Module):
    """Backbone and squeeze.

    Parameters
    ----------
    channels : int
        Radar channels of the input; with 50 the trunk has 23 251 508 parameters.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.backbone = nn.Sequential()
        for number, (out_channels, kernel, stride) in enumerate(_STAGES):
            shrink = nn.Sequential(
                nn.Conv2d(out_channels, out_channels, kernel, stride, padding=1),
                nn.BatchNorm2d(out_channels),
                nn.ReLU(),
            )
            stage = nn.Sequential()
            stage.add_module("residual", ResidualDeformableBlock(channels, out_channels))
            stage.add_module("shrink", shrink)
            self.backbone.add_module(f"stage_{number}", stage)
            channels = out_channels
        self.squeeze = nn.Conv2d(channels, channels, (_SQUEEZE_ROWS, 1))

    def forward(self, spectrogram: Tensor) -> Tensor:
        """Map (batch, channels, 71, 120) to features (batch, 1024, 31)."""
        features: Tensor = self.squeeze(self.backbone(spectrogram))
        return features.squeeze(2)
