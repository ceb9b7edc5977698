"""Models by name."""

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from radarkit.errors import UserError
from radarkit.models.autoregressive import RECEPTIVE_FIELD
from radarkit.models.backbone import FRAMES, ROWS, PaperTrunk
from radarkit.models.compact import CompactAnchors, CompactLength, CompactShape, CompactTrunk
from radarkit.models.decoders import (
    AnchorDecoder,
    LengthDecoder,
    ShapeDecoder,
    TemporalShapeDecoder,
)
from radarkit.models.mmecg import Mmecg
from radarkit.models.network import Network
from radarkit.models.radarode import LongTermStage, RadarOde
from radarkit.models.radarode_mtl import RadarOdeMtl

Preset = Literal["compact", "paper", "paper-temporal", "radarode", "radarode-paper", "mmecg"]
PRESETS: tuple[Preset, ...] = get_args(Preset)
SAMPLES = 800  # 4 s
_PUBLISHED, _NARROW = (128, 256, 512), (32, 64, 128)  # widths of radarODE's long-term stage
Framework = Literal["radarODE-MTL", "radarODE", "MMECG"]


class ModelConfig(BaseModel):
    """Which model, and for which windows.

    Attributes
    ----------
    preset : str
        radarODE-MTL: ``compact`` trains on two cores; ``paper`` is the published network, layer for
        layer; ``paper-temporal`` is the form of it that was released, whose shape head is the
        temporal branch alone. radarODE: ``radarode`` has the generator of ``compact``,
        ``radarode-paper`` that of ``paper``. MMECG: ``mmecg``.
    channels, rows, frames : int
        Size of a window of the spectrogram.
    samples : int
        Of the vibration and the ECG of a window, at 200 Hz.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: Preset = "compact"
    channels: int = Field(gt=0)
    rows: int = Field(default=ROWS, gt=0)
    frames: int = Field(default=FRAMES, gt=0)
    samples: int = Field(default=SAMPLES, gt=0)

    @property
    def framework(self) -> Framework:
        """Whose the network is."""
        return framework_of(self.preset)


def framework_of(preset: Preset) -> Framework:
    """Say whose the network of a preset is."""
    if preset == "mmecg":
        return "MMECG"
    return "radarODE" if preset in ("radarode", "radarode-paper") else "radarODE-MTL"


def build_model(config: ModelConfig) -> Network:
    """Build an untrained model.

    Parameters
    ----------
    config : ModelConfig

    Returns
    -------
    Network
        With fresh weights from torch's global random generator.

    Raises
    ------
    UserError
        When the preset cannot read windows of that size.
    """
    window = (config.channels, config.rows, config.frames)
    if config.preset == "mmecg":
        _check_samples(config, more_than=RECEPTIVE_FIELD)
        return Mmecg(config.channels, config.samples, config.samples - RECEPTIVE_FIELD, window)
    if config.preset not in ("compact", "radarode") and window[1:] != (ROWS, FRAMES):
        raise UserError(
            f"windows of {config.rows} rows and {config.frames} frames for the preset "
            f"`{config.preset}`",
            expected=f"{ROWS} rows and {FRAMES} frames",
            do="use the preset `compact` or another spectrogram",
        )
    if config.framework == "radarODE":
        _check_samples(config)
        compact = config.preset == "radarode"
        long_term = LongTermStage(config.channels, _NARROW if compact else _PUBLISHED)
        return RadarOde(
            CompactTrunk(config.channels, config.rows) if compact else PaperTrunk(config.channels),
            CompactShape() if compact else ShapeDecoder(),
            long_term,
            window,
            config.samples,
        )
    if config.preset == "compact":
        return RadarOdeMtl(
            CompactTrunk(config.channels, config.rows),
            shape_head=CompactShape(),
            length_head=CompactLength(),
            anchor_head=CompactAnchors(),
            window=window,
        )
    return RadarOdeMtl(
        PaperTrunk(config.channels),
        shape_head=TemporalShapeDecoder() if config.preset == "paper-temporal" else ShapeDecoder(),
        length_head=LengthDecoder(),
        anchor_head=AnchorDecoder(),
        window=window,
    )


def _check_samples(config: ModelConfig, more_than: int = 0) -> None:
    if config.samples % 8 or config.samples <= more_than:
        raise UserError(
            f"windows of {config.samples} samples for the preset `{config.preset}`",
            expected="a multiple of 8" + (f" above {more_than}" if more_than else ""),
            do="change length_s under [window]",
        )
