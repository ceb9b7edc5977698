"""The synchrosqueezed wavelet transform in torch: batched, differentiable, on any device.

The transform of `radarkit.spectrogram.sst`, with its bank, its padding and its reassignment, for
signals that are tensors already: noise added on the fly, a model before or behind it.

The row of a coefficient is piecewise constant in the signal. Gradients therefore flow through the
values of the coefficients alone, and the detuned plane, which only finds the rows, needs none; they
are exact everywhere but where a coefficient changes its row or crosses the floor, where |T| jumps.
|T| has the derivative 0 where T is 0.
"""

import numpy as np
import torch
from torch import Tensor

from radarkit.errors import UserError
from radarkit.spectrogram.grid import DEFAULT_GRID, FrequencyGrid
from radarkit.spectrogram.spectrogram import check_signal
from radarkit.spectrogram.sst import FLOOR, check_oversample
from radarkit.spectrogram.stretch import Stretch
from radarkit.spectrogram.torch_plan import Plan, Transform, plan, stretch_plan

# coefficients in work at once, in about ten arrays: what a processor's cache still helps with, and
# enough to keep a GPU busy, in 2 GB
CHUNK_CELLS = {"cpu": 2**19, "cuda": 2**24}


def sst_torch(
    x: Tensor,
    sample_rate_hz: float,
    *,
    grid: FrequencyGrid = DEFAULT_GRID,
    frame_rate_hz: float = 30.0,
    oversample: int = 1,
) -> Tensor:
    """Magnitude of the synchrosqueezed wavelet transform.

    Rows, frames, edges, oversampling and the floor (relative to the largest coefficient of a voice)
    are those of `radarkit.spectrogram.sst.sst`. Signals are transformed a few at a time, in bounded
    memory; autograd keeps about 14 bytes for each voice and frame until the backward pass. On CUDA
    the voices of a row are added in any order, so that repetitions differ by rounding.

    Parameters
    ----------
    x : (..., samples) float32 or float64
        Signals in any unit.
    sample_rate_hz : float
        Their rate.
    grid : FrequencyGrid
        Rows of the result.
    frame_rate_hz : float
        Frame k stands at ``k / frame_rate_hz``, for all k before the end of the signal.
    oversample : int
        Instants that are averaged over the period of each frame.

    Returns
    -------
    (..., rows, frames)
        In the unit and the precision of `x`, and on its device.

    Raises
    ------
    UserError
        As `radarkit.spectrogram.sst.sst`, and when `x` is of another type or device.
    """
    made = _check(x, sample_rate_hz, grid, frame_rate_hz, oversample)
    signals = x.reshape(-1, x.shape[-1])
    at_once = _signals_at_once(made.transform.cells, x.device)
    pictures = torch.cat([_transform(chunk, made) for chunk in torch.split(signals, at_once)])
    return pictures.reshape(*x.shape[:-1], *pictures.shape[1:])


def sst_stretch_torch(x: Tensor, stretch: Stretch) -> Tensor:
    """Magnitude of the transform at the frames of windows, from the stretches around them.

    What `radarkit.spectrogram.stretch.sst_stretch` does, for a batch at once.

    Parameters
    ----------
    x : (..., stretch.samples) float32 or float64
        Signals in any unit, each a window and its context.
    stretch : Stretch
        How they lie.

    Returns
    -------
    (..., rows, stretch.frames)
        In the unit and the precision of `x`, and on its device.

    Raises
    ------
    UserError
        When `x` has not that many samples, is not finite, or of another type or device.
    """
    _check_tensor(x)
    if x.shape[-1] != stretch.samples:
        raise UserError(
            f"a stretch of {x.shape[-1]} samples", expected=f"{stretch.samples} for one window"
        )
    made = stretch_plan(stretch, x.device, x.dtype)
    signals = x.reshape(-1, x.shape[-1])
    at_once = _signals_at_once(max(each.cells for each in made), x.device)
    pictures = torch.cat(
        [_transform_stretch(chunk, stretch, made) for chunk in torch.split(signals, at_once)]
    )
    return pictures.reshape(*x.shape[:-1], *pictures.shape[1:])


def _signals_at_once(cells: int, device: torch.device) -> int:
    return max(1, CHUNK_CELLS[device.type] // cells)


def _check(
    x: Tensor, sample_rate_hz: float, grid: FrequencyGrid, frame_rate_hz: float, oversample: int
) -> Plan:
    """Return the plan for `x` if it can be transformed."""
    _check_tensor(x)
    check_signal(np.zeros(x.shape[-1]), sample_rate_hz, grid, frame_rate_hz)
    check_oversample(oversample)
    return plan(x.shape[-1], sample_rate_hz, grid, frame_rate_hz, oversample, x.device, x.dtype)


def _check_tensor(x: Tensor) -> None:
    if x.dtype not in (torch.float32, torch.float64) or x.ndim == 0 or x.numel() == 0:
        raise UserError(
            f"a {x.dtype} signal of shape {tuple(x.shape)}",
            expected="(..., samples) of float32 or float64",
        )
    if x.device.type not in CHUNK_CELLS:  # the others have no double precision
        raise UserError(f"a signal on {x.device}", expected=" or ".join(CHUNK_CELLS))
    bad = ~torch.isfinite(x.detach())
    if bad.any():
        raise UserError(
            f"{int(bad.sum())} NaN or infinite values in signals of shape {tuple(x.shape)}",
            expected="finite values",
            do="repair or cut that stretch",
        )


def _transform(x: Tensor, made: Plan) -> Tensor:
    """Return |T| of (signals, samples)."""
    rows, scale = _conditioned(x)
    line = rows[:, :1] + (rows[:, -1:] - rows[:, :1]) * made.ramp
    besides = rows - line[:, : rows.shape[1]]
    padded = line + made.sign * besides[:, made.source]
    squeezed = _squeezed(padded, made.transform, x.dtype)
    return scale * _average(squeezed[:, 1:-1].abs(), made)


def _transform_stretch(x: Tensor, stretch: Stretch, made: tuple[Transform, ...]) -> Tensor:
    """Return |T| of (signals, stretch.samples) at the frames of the window."""
    rows, scale = _conditioned(x)
    # every coefficient adds to a row of its frequency, so that the bands add up
    squeezed = sum(
        _squeezed(rows[:, band.start : band.start + band.length], transform, x.dtype)
        for band, transform in zip(stretch.bands, made, strict=True)
    )
    assert isinstance(squeezed, Tensor)
    return scale * squeezed[:, 1:-1].abs()


def _conditioned(x: Tensor) -> tuple[Tensor, Tensor]:
    """Remove the mean and scale to 1; also return the scales, (signals, 1, 1), typed as `x`.

    In double precision, as breathing is thousands of times larger than a heart sound.
    """
    rows = x.double()
    rows = rows - rows[:, :1]  # first, so that a constant leaves no rounding error
    rows = rows - rows.mean(dim=1, keepdim=True)
    # a constant for autograd too: the transform is homogeneous, so that the scale cancels
    scale = rows.detach().abs().amax(dim=1, keepdim=True)
    return rows / torch.where(scale > 0, scale, 1.0), scale[:, :, None].to(x.dtype)


def _squeezed(periodic: Tensor, made: Transform, dtype: torch.dtype) -> Tensor:
    """Return T of (signals, length) at the instants that are kept, and a row more at either end.

    Those two take what is dropped. From the FFT on, all is as precise as `dtype`.
    """
    spectrum = torch.fft.rfft(periodic) * (made.instants / made.length)
    blocks = -(-spectrum.shape[1] // made.instants)
    spectrum = torch.nn.functional.pad(spectrum, (0, blocks * made.instants - spectrum.shape[1]))
    spectrum = spectrum.reshape(len(periodic), blocks, made.instants).to(dtype.to_complex())
    w = _sample(_fold(spectrum, [block.weights for block in made.blocks], made), made)
    with torch.no_grad():
        d = _sample(_fold(spectrum, [block.detunings_hz for block in made.blocks], made), made)
        row = _rows(w, d, made)
        del d
    return w.new_zeros((len(w), made.rows + 2, w.shape[-1])).scatter_add(1, row, w)


def _fold(spectrum: Tensor, tables: list[Tensor], made: Transform) -> Tensor:
    """Weight the bins of each voice and add up those that alias: (signals, voices, instants)."""
    parts = torch.view_as_real(spectrum)  # the weights are real: half the work
    shape = (len(spectrum), made.voices, made.instants, 2)
    planes = torch.zeros(shape, dtype=parts.dtype, device=parts.device)
    for block, table in zip(made.blocks, tables, strict=True):
        planes[:, block.voices].addcmul_(table, parts[:, block.number, None])
    return torch.view_as_complex(planes)


def _sample(folded: Tensor, made: Transform) -> Tensor:
    """Return the transform at the instants of the frames, (signals, voices, columns)."""
    everywhere: Tensor = torch.fft.ifft(folded)
    return everywhere.index_select(-1, made.kept)


def _rows(w: Tensor, d: Tensor, made: Transform) -> Tensor:
    """Row of each coefficient's instantaneous frequency, from 1; 0 or rows + 1 if it has none."""
    power = w.real.square() + w.imag.square()
    floor = FLOOR**2 * power.amax(dim=-1, keepdim=True)
    f = made.centres_hz + (d.real * w.real + d.imag * w.imag) / power
    row = torch.bucketize(f, made.borders_hz, right=True)
    return torch.where(power > floor, row, 0)


def _average(magnitude: Tensor, made: Plan) -> Tensor:
    """Average the instants of each frame."""
    if made.oversample == 1:
        return magnitude
    last = magnitude.shape[-1] - len(made.period_weights)
    averages = torch.zeros_like(magnitude[..., : made.frames])
    for instant, weight in enumerate(made.period_weights):
        averages += weight * magnitude[..., instant : last + instant + 1 : made.oversample]
    return averages
