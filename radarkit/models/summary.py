"""A model layer by layer: output shapes, parameters and multiply-adds.

The model runs once, on one window, with tensors that have sizes and no numbers (torch's "meta"
device). A layer is told together with the normalisation, activation and dropout that follow it; a
part is told with the sums of its layers, before them.

Multiply-adds are those of convolutions and matrix products: half of what PyTorch's counter of
floating-point operations finds. Not counted are interpolation (reading the taps of a deformable
convolution, which is four multiply-adds a tap and channel; upsampling), normalisation, activations,
sums, and the exponentials of the ODE.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.utils.flop_counter import FlopCounterMode

from radarkit.models.deformable import DeformableConv2d
from radarkit.models.network import Network
from radarkit.models.ode import EcgOde

_FOLLOWING = {  # told with the layer before them
    nn.BatchNorm1d: "BN",
    nn.BatchNorm2d: "BN",
    nn.GroupNorm: "GN",
    nn.LayerNorm: "LN",
    nn.ReLU: "ReLU",
    nn.GELU: "GELU",
    nn.Tanh: "tanh",
    nn.Dropout: "dropout",
}
_WHOLE = {DeformableConv2d: "deformable conv 3x3", EcgOde: "Euler solution"}  # not their insides
_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.ConvTranspose1d, nn.ConvTranspose2d)


@dataclass(frozen=True)
class Row:
    """A layer, or a part of the model.

    Attributes
    ----------
    path : str
        Name of its (first) module, as in ``model.get_submodule``; "" is the model.
    depth : int
        Parts around it.
    label : str
        What it is, in words.
    output_shape : tuple of int
        For a batch of one; empty where it gives no single tensor.
    parameters, multiply_adds : int
        With all that is inside it.
    is_part : bool
        Whether its layers are told in the rows that follow, one deeper.
    """

    path: str
    depth: int
    label: str
    output_shape: tuple[int, ...]
    parameters: int
    multiply_adds: int
    is_part: bool


def summarise(model: Network) -> list[Row]:
    """Tell a model layer by layer.

    Parameters
    ----------
    model : Network
        On any device, in any mode; it is left as it was.

    Returns
    -------
    list of Row
        The whole model, then its parts and layers in the order they are defined in.
    """
    run = _run(model)
    return list(_rows(run, [("", model)], 0, type(model).__name__))


@dataclass
class _Run:
    """What one pass over one window tells of every module, by its path."""

    output_shape: dict[str, tuple[int, ...]] = field(default_factory=dict)
    multiply_adds: dict[str, int] = field(default_factory=dict)

    def note(self, path: str, output: Tensor | object) -> None:
        if isinstance(output, Tensor):
            self.output_shape[path] = tuple(output.shape)


def _run(model: Network) -> _Run:
    run = _Run()
    hooks = [
        module.register_forward_hook(lambda _module, _in, out, path=path: run.note(path, out))
        for path, module in model.named_modules()
    ]
    tensors = {
        name: tensor.to("meta")
        for name, tensor in (*model.named_parameters(), *model.named_buffers())
    }
    was_training = model.training
    model.eval()  # batch normalisation finds no variance in a batch of one
    try:
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            functional_call(model, tensors, model.example())
    finally:
        model.train(was_training)
        for hook in hooks:
            hook.remove()
    root = type(model).__name__
    for name, by_operator in counter.get_flop_counts().items():
        path = name.removeprefix(root).removeprefix(".")
        run.multiply_adds[path] = sum(by_operator.values()) // 2
    return run


_Group = list[tuple[str, nn.Module]]  # a module and those that are told with it, with their paths


def _rows(run: _Run, group: _Group, depth: int, name: str) -> Iterator[Row]:
    (path, module), *following = group
    inside = list(_groups(path, module))
    own = _own_row(run, path, module, depth + 1)
    if len(inside) == 1 and own is None:  # a wrapper; its name says more than what it wraps
        yield from _rows(run, inside[0], depth, name)
        return
    label = _in_words(name, is_part=bool(inside))
    if not inside:
        kinds = (_kind(module), *(_FOLLOWING[type(after)] for _, after in following))
        label = ": ".join(filter(None, (label, " + ".join(kinds))))
    yield Row(
        path,
        depth,
        label,
        run.output_shape.get(group[-1][0], ()),
        sum(_count(member) for _, member in group),
        sum(run.multiply_adds.get(at, 0) for at, _ in group),
        is_part=bool(inside),
    )
    if own is not None and inside:
        yield own
    for members in inside:
        yield from _rows(run, members, depth + 1, members[0][0].rpartition(".")[2])


def _groups(path: str, module: nn.Module) -> list[_Group]:
    """Modules inside a module, each with what follows it; none inside a layer."""
    groups: list[_Group] = []
    if type(module) in _WHOLE:
        return groups
    for name, child in module.named_children():
        member = (f"{path}.{name}".removeprefix("."), child)
        before = groups[-1][0][1] if groups else None
        if type(child) in _FOLLOWING and before is not None and _is_layer(before):
            groups[-1].append(member)
        else:
            groups.append([member])
    return groups


def _is_layer(module: nn.Module) -> bool:
    return type(module) in _WHOLE or not any(True for _ in module.children())


def _own_row(run: _Run, path: str, module: nn.Module, depth: int) -> Row | None:
    """Parameters and products that a part holds beside its layers."""
    inside = [f"{path}.{name}".removeprefix(".") for name, _ in module.named_children()]
    products = run.multiply_adds.get(path, 0) - sum(run.multiply_adds.get(at, 0) for at in inside)
    parameters = dict(module.named_parameters(recurse=False))
    if not inside or not (parameters or products):
        return None
    label = ", ".join([*map(_in_words, parameters), *(["matrix products"] if products else [])])
    size = sum(parameter.numel() for parameter in parameters.values())
    return Row(path, depth, label, (), size, products, is_part=False)


def _count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def _in_words(name: str, *, is_part: bool = False) -> str:
    if name.isdecimal():  # its place in a sequence
        return f"block {name}" if is_part else ""
    return " ".join("ODE" if word == "ode" else word for word in name.split("_"))


def _kind(module: nn.Module) -> str:
    if isinstance(module, _CONVOLUTIONS):
        words = ["transposed conv" if module.transposed else "conv"]
        words[0] += f" {_size(module.kernel_size)}"
        if max(module.stride) > 1:
            words.append(f"stride {_size(module.stride)}")
        if max(module.dilation) > 1:
            words.append(f"dilation {_size(module.dilation)}")
        return ", ".join(words)
    if isinstance(module, nn.Linear):
        return "dense"
    known = _WHOLE.get(type(module)) or _FOLLOWING.get(type(module))
    return known or type(module).__name__.lower()


def _size(numbers: tuple[int, ...]) -> str:
    return "x".join(map(str, numbers))
