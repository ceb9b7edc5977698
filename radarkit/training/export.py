"""A run in one file for other programs: its best network, and all that is needed to feed it."""

from pathlib import Path
from typing import Any

import numpy as np

from radarkit import __version__
from radarkit.datasets.importers.source import SCRIPT_GRID
from radarkit.datasets.windows import R_FRACTION, TARGET_RATE_HZ
from radarkit.errors import UserError
from radarkit.models import RadarOdeMtl
from radarkit.models.export import Exported, check_export, export_model
from radarkit.models.export_formats import INPUT
from radarkit.spectrogram.grid import DEFAULT_GRID, FrequencyGrid
from radarkit.training.checkpoint import load_model
from radarkit.training.run import BEST, RunRecord

FORMAT = "radarkit network 1"
_OUTPUTS = {
    "shape": "(batch, 200): the cardiac cycle nearest the middle of the window, 0 at its lowest "
    "and 1 at its highest; its R peak lies r_fraction of its length from its start",
    "length_logits": "(batch, 260): class c is a cycle of c + 1 samples",
    "anchors": "(batch, samples of the window): bumps of height 1 at the R peaks",
}


def export_run(run: Path, output: Path, *, force: bool = False) -> Exported:
    """Write the best network of a run as ONNX or as a program of `torch.export`.

    Parameters
    ----------
    run : Path
        Folder of the run.
    output : Path
        Ends in ``.onnx`` or ``.pt2``.
    force : bool
        Replace what is there.

    Raises
    ------
    UserError
        When the run is damaged or of another framework; and as
        `radarkit.models.export.export_model`.
    """
    check_export(output, force=force)
    record = RunRecord.load(run)
    model = load_model(run / BEST)
    if not isinstance(model, RadarOdeMtl):
        raise UserError(
            f"{run} is a run of {record.model.framework}", expected="radarODE-MTL to export"
        )
    return export_model(model, output, describe(record), force=force)


def describe(record: RunRecord) -> dict[str, Any]:
    """Say what the network of a run reads and gives.

    Returns
    -------
    dict
        Ready for JSON. ``frequencies_hz`` is None where the spectrogram has not the rows of one
        that radarkit makes. Names of people are not in it.
    """
    window, model = record.train.window, record.model
    known = (DEFAULT_GRID, SCRIPT_GRID)
    grids = (grid for grid in known if grid.rows == model.rows and _is_of(grid, record))
    grid = next(grids, None)
    return {
        "format": FORMAT,
        "radarkit_version": __version__,
        "input": {
            "name": INPUT,
            "axes": "batch, channel, row, frame",
            "channels": model.channels,
            "rows": model.rows,
            "frames": model.frames,
            "length_s": window.length_s,
            "frame_rate_hz": model.frames / window.length_s,
            "frequencies_hz": None if grid is None else list(grid.frequencies_hz),
            "method": "magnitude of the SST of the chest's acceleration",
            "normalisation": "min-max to [0, 1], each channel over the window",
        },
        "outputs": _OUTPUTS,
        "sample_rate_hz": TARGET_RATE_HZ,
        "r_fraction": R_FRACTION,
        "amplitude_mv": record.reference.amplitude_mv,
        "offset_mv": record.reference.offset_mv,
        "run": record.model_dump(mode="json", include={"train", "model", "versions"}),
        "data": record.data.get("name"),
    }


def _is_of(grid: FrequencyGrid, record: RunRecord) -> bool:
    return bool(np.allclose((grid.low_hz, grid.high_hz), record.rows_hz, atol=0, rtol=1e-4))
