"""Deformable convolution on the CPU, as operators of torch.

Some rows of every image at a time: loops of numba read their taps, and one matrix product sums over
channels and taps. Backward reads the taps again, which is cheaper than to keep them: they are nine
times the image. In memory, the channels of every image come last.
"""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import repeat
from typing import Any

import torch
from torch import Tensor

_TAPS = 9
_BLOCK_NUMBERS = 1 << 20  # of taps; they stay in the cache, and their memory is used again


@torch.library.custom_op("radarkit::deform", mutates_args=(), device_types="cpu")
def deform(x: Tensor, shift: Tensor, weight: Tensor) -> Tensor:
    """Convolve with taps that are moved.

    Parameters
    ----------
    x : (batch, in_channels, height, width)
        float32 or float64; best with its channels last in memory.
    shift : (batch, 18, height, width)
        Nine row displacements, then nine column displacements, in pixels.
    weight : (out_channels, in_channels, 3, 3)

    Returns
    -------
    (batch, out_channels, height, width)
        With its channels last in memory.

    Notes
    -----
    It can be differentiated once, backwards. Under `torch.vmap`, one element follows the other.
    """
    from radarkit.models.deformable_numba import read_taps

    pixels, places, matrix = _channels_last(x), _channels_last(shift), _matrix(weight)
    images, moves = pixels.numpy(), places.numpy()
    out = pixels.new_empty(*pixels.shape[:3], len(weight))
    with _each_image(len(images)) as each:
        for rows, (taps,) in _blocks(pixels, 1):
            runs = _runs(taps, pixels)
            each(read_taps, images, moves, repeat(rows), runs)
            block = out[:, slice(*rows)]
            block.copy_((taps @ matrix).view_as(block))
    return out.permute(0, 3, 1, 2)


@torch.library.custom_op("radarkit::deform_backward", mutates_args=(), device_types="cpu")
def deform_backward(
    pull: Tensor, x: Tensor, shift: Tensor, weight: Tensor, wants_x: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """Take the gradient of the output back.

    Parameters
    ----------
    pull : (batch, out_channels, height, width)
        Gradient of the output of `deform`.
    x, shift, weight
        As there.
    wants_x : bool
        Whether the gradient of x is wanted; without, it comes empty.

    Returns
    -------
    three Tensors
        Gradients of x, shift and weight. Where a tap lies on a pixel, those of shift are the
        derivatives towards higher rows and columns.
    """
    from radarkit.models.deformable_numba import push_back

    pixels, places, matrix = _channels_last(x), _channels_last(shift), _matrix(weight)
    pulls = _channels_last(pull)
    to_pixels = torch.zeros_like(pixels) if wants_x else pixels.new_empty(len(pixels), 0, 0, 0)
    to_places = torch.empty_like(places)
    to_matrix = matrix.new_zeros(matrix.shape[::-1])  # as (out_channels, taps * in_channels)
    images, moves, to_images, to_moves = (
        tensor.numpy() for tensor in (pixels, places, to_pixels, to_places)
    )
    with _each_image(len(images)) as each:
        for rows, (taps, pulled) in _blocks(pixels, 2):
            pull_of_rows = pulls[:, slice(*rows)].reshape(len(taps), len(weight))
            torch.mm(pull_of_rows, matrix.T, out=pulled)
            runs, pulled_runs = _runs(taps, pixels), _runs(pulled, pixels)
            each(push_back, images, moves, repeat(rows), runs, pulled_runs, to_images, to_moves)
            to_matrix.addmm_(pull_of_rows.T, taps)
    to_weight = to_matrix.view(len(weight), 3, 3, -1).permute(0, 3, 1, 2).contiguous()
    return to_pixels.permute(0, 3, 1, 2), to_places.permute(0, 3, 1, 2), to_weight


def _setup(ctx: Any, inputs: tuple[Tensor, Tensor, Tensor], output: Tensor) -> None:
    ctx.save_for_backward(*inputs)


def _backward(ctx: Any, pull: Tensor) -> tuple[Tensor | None, Tensor, Tensor]:
    wants_x = ctx.needs_input_grad[0]
    to_x, to_shift, to_weight = deform_backward(pull, *ctx.saved_tensors, wants_x)
    return to_x if wants_x else None, to_shift, to_weight


torch.library.register_autograd(deform, _backward, setup_context=_setup)


@torch.library.register_vmap(deform)  # type: ignore[untyped-decorator]
def _deform_each(info: Any, in_dims: tuple[int | None, ...], *inputs: Tensor) -> tuple[Tensor, int]:
    return torch.stack([deform(*each) for each in _unbound(info, in_dims, inputs)]), 0


@torch.library.register_vmap(deform_backward)  # type: ignore[untyped-decorator]
def _deform_backward_each(
    info: Any, in_dims: tuple[int | None, ...], *inputs: Any
) -> tuple[tuple[Tensor, ...], tuple[int, int, int]]:
    back = [deform_backward(*each) for each in _unbound(info, in_dims, inputs)]
    return tuple(torch.stack(gradients) for gradients in zip(*back, strict=True)), (0, 0, 0)


def _unbound(
    info: Any, in_dims: tuple[int | None, ...], inputs: tuple[Any, ...]
) -> Iterator[tuple[Any, ...]]:
    for index in range(info.batch_size):
        yield tuple(
            value if dim is None else value.select(dim, index)
            for value, dim in zip(inputs, in_dims, strict=True)
        )


def _channels_last(x: Tensor) -> Tensor:
    """(batch, channels, height, width) as contiguous (batch, height, width, channels)."""
    return x.permute(0, 2, 3, 1).contiguous()


def _matrix(weight: Tensor) -> Tensor:
    """Weight as (taps * in_channels, out_channels)."""
    return weight.permute(2, 3, 1, 0).reshape(-1, len(weight))


def _blocks(pixels: Tensor, count: int) -> Iterator[tuple[tuple[int, int], list[Tensor]]]:
    """Divide the rows of all images into blocks.

    Yields the first row of a block and the one behind its last, and `count` matrices
    (batch * rows * width, taps * channels), whose memory is the same for all blocks.
    """
    batch, height, width, channels = pixels.shape
    row_runs = batch * width
    most = max(1, _BLOCK_NUMBERS // max(1, row_runs * _TAPS * channels))
    most = -(-height // -(-height // most))  # blocks of nearly one size
    memory = [pixels.new_empty(most * row_runs, _TAPS * channels) for _ in range(count)]
    for first in range(0, height, most):
        last = min(first + most, height)
        yield (first, last), [matrix[: (last - first) * row_runs] for matrix in memory]


def _runs(matrix: Tensor, pixels: Tensor) -> Any:
    """Taps of a block as (batch, rows * width * taps, channels), for numba."""
    return matrix.view(len(pixels), -1, pixels.shape[-1]).numpy()


@contextmanager
def _each_image(batch: int) -> Iterator[Callable[..., object]]:
    """Give a `map` that shares the images out to as many threads as torch has."""
    threads = min(torch.get_num_threads(), batch)
    if threads <= 1:
        yield lambda *call: deque(map(*call), maxlen=0)
        return
    with ThreadPoolExecutor(threads) as pool:
        yield lambda *call: deque(pool.map(*call), maxlen=0)
