"""A network in a file that runs without radarkit: ONNX, or the program format of `torch.export`.

Both hold the weights, take batches of any size, know inputs and outputs by name, and carry a
description as JSON. A file is only put in place when what it computes, read back and run by
onnxruntime or by torch itself, agrees with the network.
"""

import json
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from radarkit.errors import UserError
from radarkit.files import atomic_file, check_output
from radarkit.models.export_formats import Named, Run, format_of
from radarkit.models.radarode_mtl import RadarOdeMtl
from radarkit.recording import Float32

TOLERANCE = 1e-4
_BATCHES = (1, 2, 5)  # sizes that are compared


class Exported(NamedTuple):
    """What was written.

    Attributes
    ----------
    path : Path
        The file.
    largest_difference : float
        Between its outputs and torch's, as `difference` has it.
    """

    path: Path
    largest_difference: float


def check_export(path: Path, *, force: bool = False) -> None:
    """Raise `UserError` if a network cannot be exported to `path`, before anything is computed."""
    format_of(path).check()
    check_output(path, force=force)


def export_model(
    model: RadarOdeMtl, path: Path, description: Mapping[str, Any], *, force: bool = False
) -> Exported:
    """Write a network.

    Parameters
    ----------
    model : RadarOdeMtl
        In evaluation mode, on the CPU.
    path : Path
        Ends in ``.onnx`` or ``.pt2``.
    description : mapping
        Ready for JSON; kept in the file.
    force : bool
        Replace what is there.

    Returns
    -------
    Exported

    Raises
    ------
    UserError
        When the suffix is another, something is there already, packages are missing, or the file
        does not compute what the network does; nothing is left then.
    """
    check_export(path, force=force)
    form = format_of(path)
    named, reference = Named(model), _outputs(model)
    text = json.dumps(dict(description))
    rng = np.random.default_rng(0)
    with atomic_file(path, force=force) as part, _without_known_remarks():
        form.write(named, torch.zeros(2, *model.window), part, text)
        run, kept = form.read(part)
        if kept != text:
            raise UserError(f"the description in {path} is not the one that was written")
        largest = max(
            difference(reference(windows), run(windows))
            for windows in (rng.random((batch, *model.window), np.float32) for batch in _BATCHES)
        )
        if not largest <= TOLERANCE:
            raise UserError(
                f"{path.name} differs from torch by {largest:.2g} on random windows",
                expected=f"at most {TOLERANCE:g}",
                do="report it with the versions of torch and onnxruntime; no file was written",
            )
    return Exported(path, largest)


def difference(expected: Mapping[str, Float32], found: Mapping[str, Float32]) -> float:
    """Largest difference between outputs, in units of the larger of 1 and the expected value.

    Logits far from the likely class are hundreds below nought, where single precision itself is
    coarser than an absolute 1e-4.

    Parameters
    ----------
    expected, found : mapping of str to array
        Outputs by name.

    Returns
    -------
    float
        Infinity where names or shapes differ, nan where a value is not finite.
    """
    if list(expected) != list(found):
        return np.inf
    worst = 0.0
    for name, wanted in expected.items():
        if wanted.shape != found[name].shape:
            return np.inf
        gap = np.abs(wanted - found[name]) / np.maximum(np.abs(wanted), 1)
        worst = max(worst, float(gap.max(initial=0.0))) if np.isfinite(gap).all() else np.nan
    return worst


def read_exported(path: Path) -> tuple[Run, dict[str, Any]]:
    """Open an exported network.

    Parameters
    ----------
    path : Path
        ``.onnx`` or ``.pt2``. A ``.pt2`` from somebody else may hold code: open your own only.

    Returns
    -------
    run : callable
        Maps (batch, channels, rows, frames) float32 to the outputs by name.
    description : dict
        What `export_model` was given.
    """
    form = format_of(path)
    form.check()
    run, text = form.read(path)
    return run, json.loads(text)


def _outputs(model: RadarOdeMtl) -> Run:
    """Run a network itself, as `radarkit eval` does."""

    @torch.no_grad()
    def run(windows: Float32) -> dict[str, Float32]:
        prediction = model(torch.from_numpy(windows))
        return {name: value.numpy() for name, value in prediction._asdict().items()}

    return run


@contextmanager
def _without_known_remarks() -> Iterator[None]:
    """Silence what translators say of themselves, each by its name; everything else is heard."""
    registry = logging.getLogger("torch.onnx._internal.exporter._registration")

    def is_news(record: logging.LogRecord) -> bool:
        return "torchvision is not installed" not in record.getMessage()

    registry.addFilter(is_news)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings(
                "ignore", r"`isinstance\(treespec, LeafSpec\)` is deprecated", FutureWarning
            )
            yield
    finally:
        registry.removeFilter(is_news)
