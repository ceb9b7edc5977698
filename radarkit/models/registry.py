"""Models by name."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from radarkit.errors import UserError
from radarkit.models.backbone import FRAMES, ROWS, PaperTrunk
from radarkit.models.compact import CompactAnchors, CompactLength, CompactShape, CompactTrunk
from radarkit.models.decoders import AnchorDecoder, LengthDecoder, ShapeDecoder
from radarkit.models.radarode_mtl import RadarOdeMtl


class ModelConfig(BaseModel):
    """Which model, and for which windows.

    Attributes
    ----------
    preset : {"compact", "paper"}
        ``compact`` trains on two cores; ``paper`` is the published network, layer for layer.
    channels, rows, frames : int
        Size of a window of the spectrogram.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: Literal["compact", "paper"] = "compact"
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
            f"windows of {config.rows} rows and {config.frames} frames for the preset `paper`",
            expected=f"{ROWS} rows and {FRAMES} frames",
            do="use the preset `compact` or another spectrogram",
        )
    return RadarOdeMtl(
        PaperTrunk(config.channels),
        shape_head=ShapeDecoder(),
        length_head=LengthDecoder(),
        anchor_head=AnchorDecoder(),
        window=window,
    )
