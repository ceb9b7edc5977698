"""The formats of exported networks: how each is checked for, written and read back.

ONNX is translated by torch's own exporter and run by onnxruntime; a ``.pt2`` is a program of
`torch.export`, written and run by torch.
"""

import copy
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from radarkit.errors import UserError
from radarkit.models.radarode_mtl import RadarOdeMtl
from radarkit.recording import Float32

DESCRIPTION = "radarkit"  # key of the JSON in the metadata of ONNX
INPUT = "spectrogram"
_EXTRA_FILE = f"{DESCRIPTION}.json"  # its place in a .pt2
_DYNAMIC = {INPUT: {0: torch.export.Dim("batch", min=1)}}
_OPSET = 18  # what torch translates to without a further conversion
_ONNX_PACKAGES = ("onnx", "onnxscript", "onnxruntime")

Run = Callable[[Float32], dict[str, Float32]]


class Named(nn.Module):
    """A copy of a network whose outputs are a dictionary, so that their names stay with them."""

    def __init__(self, model: RadarOdeMtl) -> None:
        super().__init__()
        self.model = copy.deepcopy(model)
        self.eval()
        for buffer in self.model.buffers():
            buffer.data = buffer.contiguous()  # a transposed one is not kept whole in a .pt2

    def forward(self, spectrogram: Tensor) -> dict[str, Tensor]:
        """Predict, by name."""
        outputs: dict[str, Tensor] = self.model(spectrogram)._asdict()
        return outputs


class Format(NamedTuple):
    """What there is to do with a file.

    Attributes
    ----------
    check : callable
        Raises `UserError` where packages are missing.
    write : callable
        Takes the network, windows to trace it with, the file and the description.
    read : callable
        Gives what runs the file, and its description.
    """

    check: Callable[[], None]
    write: Callable[[Named, Tensor, Path, str], None]
    read: Callable[[Path], tuple[Run, str]]


def format_of(path: Path) -> Format:
    """Say which format a file has by its suffix.

    Raises
    ------
    UserError
        When there is none of that suffix.
    """
    try:
        return FORMATS[path.suffix.lower()]
    except KeyError:
        raise UserError(
            f"{path.name} to export to", expected=f"a name that ends in {' or '.join(FORMATS)}"
        ) from None


def _check_onnx() -> None:
    missing = [name for name in _ONNX_PACKAGES if find_spec(name) is None]
    if missing:
        raise UserError(
            f"ONNX files need {', '.join(missing)}",
            do="install radarkit with its extra: pip install -e '.[onnx]'; .pt2 needs none",
        )


def _write_onnx(named: Named, example: Tensor, path: Path, description: str) -> None:
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


def _write_pt2(named: Named, example: Tensor, path: Path, description: str) -> None:
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


FORMATS = {
    ".onnx": Format(_check_onnx, _write_onnx, _read_onnx),
    ".pt2": Format(lambda: None, _write_pt2, _read_pt2),
}
