"""Models by name."""

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from radarkit.errors import UserError
from radarkit.models.backbone import FRAMES, ROWS, PaperTrunk
from radarkit.models.compact import CompactAnchors, CompactLength, CompactShape, CompactTrunk
from radarkit.models.decoders import (
    AnchorDecoder,
    LengthDecoder,
    ShapeDecoder,
    TemporalShapeDecoder,
)
from radarkit.models.radarode_mtl import RadarOdeMtl

Preset = Literal["compact", "paper", "paper-temporal"]
PRESETS: tuple[Preset, ...] = get_args(Preset)


class ModelConfig(BaseModel):
    """Which model, and for which windows.

    Attributes
    ----------
    preset : {"compact", "paper", "paper-temporal"}
        ``compact`` trains on two cores; ``paper`` is the published network, layer for layer;
        ``paper-temporal`` is the form of it that was released, whose shape head is the temporal
        branch alone.
    channels, rows, frames : int
        Size of a window of the spectrogram.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: Preset = "compact"
    channels: int = Field(gt=0)
    rows: int = Field(default=ROWS, gt=0)
    frames: int = Field(default=FRAMES, gt=0)


def build_model(config: ModelConfig) -> RadarOdeMtl:
    """Build an untrained model.

    Parameters
    ----------
    config : ModelConfig

    Returns
    -------
    RadarOdeMtl
        With fresh weights from torch's global random generator.

    Raises
    ------
    UserError
        When the preset cannot read windows of that size.
    """
    window = (config.channels, config.rows, config.frames)
    if config.preset == "compact":
        return RadarOdeMtl(
            CompactTrunk(config.channels, config.rows),
            shape_head=CompactShape(),
            length_head=CompactLength(),
            anchor_head=CompactAnchors(),
            window=window,
        )
    if window[1:] != (ROWS, FRAMES):
        raise UserError(
            f"windows of {config.rows} rows and {config.frames} frames for the preset "
            f"`{config.preset}`",
            expected=f"{ROWS} rows and {FRAMES} frames",
            do="use the preset `compact` or another spectrogram",
        )
    return RadarOdeMtl(
        PaperTrunk(config.channels),
        shape_head=TemporalShapeDecoder() if config.preset == "paper-temporal" else ShapeDecoder(),
        length_head=LengthDecoder(),
        anchor_head=AnchorDecoder(),
        window=window,
    )
