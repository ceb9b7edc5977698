"""A network in a file that runs without radarkit: ONNX, or the program format of `torch.export`.

Both hold the weights, take batches of any size, know inputs and outputs by name, and carry a
description as JSON. A file is only put in place when what it computes, read back and run by
onnxruntime or by torch itself, agrees with the network.
"""

import copy
import json
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from radarkit.errors import UserError
from radarkit.files import atomic_file, check_output
from radarkit.models.radarode_mtl import RadarOdeMtl
from radarkit.recording import Float32

TOLERANCE = 1e-4
DESCRIPTION = "radarkit"  # key of the JSON in the metadata of ONNX
INPUT = "spectrogram"
_EXTRA_FILE = f"{DESCRIPTION}.json"  # its place in a .pt2
_DYNAMIC = {INPUT: {0: torch.export.Dim("batch", min=1)}}
_OPSET = 18  # what torch translates to without a further conversion
_BATCHES = (1, 2, 5)  # sizes that are compared
_ONNX_PACKAGES = ("onnx", "onnxscript", "onnxruntime")

Run = Callable[[Float32], dict[str, Float32]]


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


class _Named(nn.Module):
    """A copy of a network whose outputs are a dictionary, so that their names stay with them."""

    def __init__(self, model: RadarOdeMtl) -> None:
        super().__init__()
        self.model = copy.deepcopy(model)
        self.eval()
        for buffer in self.model.buffers():
            buffer.data = buffer.contiguous()  # a transposed one is not kept whole in a .pt2

    def forward(self, spectrogram: Tensor) -> dict[str, Tensor]:
        outputs: dict[str, Tensor] = self.model(spectrogram)._asdict()
        return outputs


class _Format(NamedTuple):
    check: Callable[[], None]
    write: Callable[[_Named, Tensor, Path, str], None]
    read: Callable[[Path], tuple[Run, str]]


def check_export(path: Path, *, force: bool = False) -> None:
    """Raise `UserError` if a network cannot be exported to `path`, before anything is computed."""
    _format_of(path).check()
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
    form = _format_of(path)
    named, reference = _Named(model), _outputs(model)
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
    form = _format_of(path)
    form.check()
    run, text = form.read(path)
    return run, json.loads(text)


def _format_of(path: Path) -> _Format:
    try:
        return _FORMATS[path.suffix.lower()]
    except KeyError:
        raise UserError(
            f"{path.name} to export to", expected=f"a name that ends in {' or '.join(_FORMATS)}"
        ) from None


def _check_onnx() -> None:
    missing = [name for name in _ONNX_PACKAGES if find_spec(name) is None]
    if missing:
        raise UserError(
            f"ONNX files need {', '.join(missing)}",
            do="install radarkit with its extra: pip install -e '.[onnx]'; .pt2 needs none",
        )


def _write_onnx(named: _Named, example: Tensor, path: Path, description: str) -> None:
    import onnx

    program = torch.onnx.export(
        named,
        (example,),
        dynamo=True,
        dynamic_shapes=_DYNAMIC,
        opset_version=_OPSET,
        input_names=[INPUT],
        output_names=list(named(example)),
        verbose=False,
    )
    assert program is not None  # it has no file to write to
    proto = program.model_proto
    proto.producer_name = DESCRIPTION
    onnx.helper.set_model_props(proto, {DESCRIPTION: description})
    onnx.checker.check_model(proto)
    onnx.save_model(proto, path)


def _read_onnx(path: Path) -> tuple[Run, str]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]

    def run(windows: Float32) -> dict[str, Float32]:
        return dict(zip(names, session.run(names, {INPUT: windows}), strict=True))

    return run, session.get_modelmeta().custom_metadata_map.get(DESCRIPTION, "")


def _write_pt2(named: _Named, example: Tensor, path: Path, description: str) -> None:
    program = torch.export.export(named, (example,), dynamic_shapes=_DYNAMIC)
    with path.open("wb") as file:
        torch.export.save(program, file, extra_files={_EXTRA_FILE: description})


def _read_pt2(path: Path) -> tuple[Run, str]:
    extra = {_EXTRA_FILE: ""}
    with path.open("rb") as file:
        module = torch.export.load(file, extra_files=extra).module()

    @torch.no_grad()
    def run(windows: Float32) -> dict[str, Float32]:
        return {name: value.numpy() for name, value in module(torch.from_numpy(windows)).items()}

    return run, extra[_EXTRA_FILE]


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


_FORMATS = {
    ".onnx": _Format(_check_onnx, _write_onnx, _read_onnx),
    ".pt2": _Format(lambda: None, _write_pt2, _read_pt2),
}
