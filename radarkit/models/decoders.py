"""The three heads of radarODE-MTL on features of 1024 channels and 31 columns.

*Shape*: an encoder stretches the features to 863 columns; a temporal branch reads 200 points from
them, an ODE branch reads the fifteen parameters of an ECG; their product is refined by an
encoder-decoder of convolutions. *Length* and *anchors* are 1-D encoder-decoders (Zhang et al.,
"radarODE", 2024, Table I; "radarODE-MTL", 2024). The released code switches the ODE branch and the
fusion off for their cost; here they are on, and the temporal branch alone is there for comparison.
"""

from torch import Tensor, nn

from radarkit.models.backbone import TRUNK_CHANNELS
from radarkit.models.ode import PARAMETERS, EcgOde

LENGTH_CLASSES = 260  # class c is a cycle of c + 1 samples at 200 Hz


def _conv1d(n_in: int, n_out: int, kernel: int, stride: int = 1, padding: int = 1) -> nn.Module:
    return nn.Sequential(
        nn.Conv1d(n_in, n_out, kernel, stride, padding), nn.BatchNorm1d(n_out), nn.ReLU()
    )


def _up1d(
    n_in: int, n_out: int, kernel: int, stride: int, padding: int = 0, extra: int = 0
) -> nn.Module:
    return nn.Sequential(
        nn.ConvTranspose1d(n_in, n_out, kernel, stride, padding, output_padding=extra),
        nn.BatchNorm1d(n_out),
        nn.ReLU(),
    )


def _conv2d(n_in: int, n_out: int, kernel: int, stride: tuple[int, int], padding: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(n_in, n_out, kernel, stride, padding), nn.BatchNorm2d(n_out), nn.ReLU()
    )


def _up2d(n_in: int, n_out: int, kernel: int, stride: tuple[int, int], extra: int = 0) -> nn.Module:
    return nn.Sequential(
        nn.ConvTranspose2d(n_in, n_out, kernel, stride, 1, output_padding=extra),
        nn.BatchNorm2d(n_out),
        nn.ReLU(),
    )


def _dense(n_in: int, n_out: int, *, dropout: float) -> nn.Module:
    drop = (nn.Dropout(dropout),) if dropout else ()
    return nn.Sequential(nn.Linear(n_in, n_out), *drop, nn.BatchNorm1d(n_out), nn.Tanh())


class OdeBranch(nn.Sequential):
    """Features (batch, 8, 207) to the ECG (batch, 200) of the ODE they parametrise."""

    def __init__(self) -> None:
        super().__init__(
            nn.Flatten(),
            _dense(8 * 207, 1024, dropout=0.5),
            _dense(1024, 512, dropout=0.5),
            _dense(512, 256, dropout=0.5),
            _dense(256, 128, dropout=0.5),
            _dense(128, 64, dropout=0),
            _dense(64, 32, dropout=0),
            _dense(32, 16, dropout=0),
            nn.Linear(16, PARAMETERS),
            nn.Tanh(),
            EcgOde(),
        )


class Fusion(nn.Module):
    """Refine the product of the temporal and the ODE branch."""

    def __init__(self) -> None:
        super().__init__()
        self.plane = nn.Sequential(
            _conv2d(1, 16, 5, (2, 2), 1),
            _conv2d(16, 32, 3, (1, 2), 1),
            _conv2d(32, 64, 3, (1, 2), 1),
            _conv2d(64, 64, 1, (2, 1), 0),
            _up2d(64, 32, 5, (2, 2), 1),
            _up2d(32, 16, 5, (2, 2), 1),
            _up2d(16, 8, 3, (1, 2)),
            _up2d(8, 4, 3, (1, 1)),
            _up2d(4, 1, 1, (1, 1)),
        )
        self.line = nn.Sequential(  # the 8 rows that are left become channels
            nn.Conv1d(8, 4, 7, padding=1),
            nn.Conv1d(4, 2, 5, padding=1),
            nn.Conv1d(2, 1, 4),
            nn.Conv1d(1, 1, 1),
        )

    def forward(self, temporal: Tensor, ode: Tensor) -> Tensor:
        """Map two (batch, 200) to (batch, 200)."""
        product = (temporal * ode)[:, None, None].expand(-1, -1, 4, -1)
        out: Tensor = self.line(self.plane(product).squeeze(1))
        return out.squeeze(1)


class TemporalShapeDecoder(nn.Module):
    """Features (batch, 1024, 31) to a cardiac cycle (batch, 200), by the temporal branch alone."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            _up1d(TRUNK_CHANNELS, 512, 5, 3), _up1d(512, 256, 5, 3), _up1d(256, 128, 5, 3)
        )
        self.initial = nn.Sequential(
            _conv1d(128, 64, 7, 2), _conv1d(64, 32, 7, 2), _conv1d(32, 16, 7), _conv1d(16, 8, 5)
        )
        self.temporal = nn.Sequential(
            nn.Conv1d(8, 4, 7, padding=1), nn.Conv1d(4, 2, 5, padding=1), nn.Conv1d(2, 1, 2)
        )

    def forward(self, features: Tensor) -> Tensor:
        """Decode."""
        out: Tensor = self.temporal(self.initial(self.encoder(features)))
        return out.squeeze(1)


class ShapeDecoder(TemporalShapeDecoder):
    """Features (batch, 1024, 31) to a cardiac cycle (batch, 200), by both branches."""

    def __init__(self) -> None:
        super().__init__()
        self.ode = OdeBranch()
        self.fusion = Fusion()

    def forward(self, features: Tensor) -> Tensor:
        """Decode."""
        initial = self.initial(self.encoder(features))
        out: Tensor = self.fusion(self.temporal(initial).squeeze(1), self.ode(initial))
        return out


class LengthDecoder(nn.Sequential):
    """Features (batch, 1024, 31) to the logits (batch, 260) of the cycle length."""

    def __init__(self) -> None:
        super().__init__(
            _conv1d(TRUNK_CHANNELS, 256, 7),
            _conv1d(256, 128, 7),
            _conv1d(128, 32, 7),
            _conv1d(32, 16, 6),
            _up1d(16, 16, 5, 2, 2, 1),
            _up1d(16, 32, 5, 2, 2, 1),
            _up1d(32, 32, 5, 1, 2),
            nn.Flatten(),
            nn.Linear(32 * 64, 1024),
            nn.BatchNorm1d(1024),
            nn.ReLU(),
            nn.Linear(1024, 512),
            nn.BatchNorm1d(512),
            nn.ReLU(),
            nn.Linear(512, LENGTH_CLASSES),
        )


class AnchorDecoder(nn.Sequential):
    """Features (batch, 1024, 31) to the anchors (batch, 800)."""

    def __init__(self) -> None:
        super().__init__(
            _up1d(TRUNK_CHANNELS, 512, 5, 3, 2),
            _up1d(512, 256, 5, 3, 2),
            _up1d(256, 128, 5, 3, 2),
            _up1d(128, 128, 5, 2, 2),
            _conv1d(128, 64, 5, 2, 2),
            _conv1d(64, 32, 5, 1, 2),
            _conv1d(32, 16, 5, 1, 2),
            nn.Conv1d(16, 8, 5, padding=1),
            nn.Conv1d(8, 4, 5),
            nn.Conv1d(4, 2, 5),
            nn.Conv1d(2, 1, 2),
            nn.Flatten(),
        )
