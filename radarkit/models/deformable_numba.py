"""The taps of a deformable convolution on the CPU: reading them, and taking gradients back.

With the channels last, the four pixels around a tap are four runs of C numbers: a tap is a weighted
sum of them, its gradient goes back to them, and the gradient of where it lies is made of its
products with them.

The loops run without the interpreter's lock. Each call is for one image, so that many threads never
add to the same gradients. Importing this module imports numba.
"""

import math

import numba
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32] | NDArray[np.float64]
Corner = tuple[int, int, float, float, float]  # row, column, share, its derivatives by y and x
Corners = tuple[Corner, Corner, Corner, Corner]

# The vector unit needs that sums over channels may be reordered; nan and inf stay what they are.
_REORDER = {"reassoc", "contract", "nsz"}


@numba.njit(nogil=True, cache=True)
def read_taps(pixels: Array, shift: Array, rows: tuple[int, int], taps: Array) -> None:
    """Read the taps of some rows of an image by bilinear interpolation, zero outside.

    Parameters
    ----------
    pixels : (height, width, channels)
    shift : (height, width, 18)
        Nine row displacements, then nine column displacements, in pixels.
    rows : (int, int)
        The first row, and the one behind the last.
    taps : (rows * width * 9, channels)
        Written.
    """
    width = pixels.shape[1]
    for row in range(*rows):
        for column in range(width):
            for tap in range(9):
                corners = _corners(pixels, shift, row, column, tap)
                _read(pixels, corners, taps, ((row - rows[0]) * width + column) * 9 + tap)


@numba.njit(nogil=True, cache=True)
def push_back(
    pixels: Array,
    shift: Array,
    rows: tuple[int, int],
    taps: Array,
    pull: Array,
    to_pixels: Array,
    to_shift: Array,
) -> None:
    """Read the taps of some rows of an image, and take their gradients back.

    Parameters
    ----------
    pixels, shift, rows, taps
        As in `read_taps`.
    pull : (rows * width * 9, channels)
        Gradients of the taps.
    to_pixels : (height, width, channels)
        Gradients of the pixels; added to. Empty where they are not wanted.
    to_shift : (height, width, 18)
        Gradients of the displacements; written for these rows. Where a tap lies on a pixel, they
        are the derivatives towards higher rows and columns.
    """
    width = pixels.shape[1]
    for row in range(*rows):
        for column in range(width):
            for tap in range(9):
                corners = _corners(pixels, shift, row, column, tap)
                run = ((row - rows[0]) * width + column) * 9 + tap
                _read(pixels, corners, taps, run)
                down, right = _slope(pixels, corners, pull, run)
                to_shift[row, column, tap] = down
                to_shift[row, column, 9 + tap] = right
                if to_pixels.size > 0:
                    _add(to_pixels, corners, pull, run)


@numba.njit(nogil=True, cache=True)
def _corners(pixels: Array, shift: Array, row: int, column: int, tap: int) -> Corners:
    """Find the four pixels around a tap.

    A pixel outside the image has share 0 and stands at the border.
    """
    height, width, _ = pixels.shape
    top, down = _split(row + tap // 3 - 1 + shift[row, column, tap], height)
    left, right = _split(column + tap % 3 - 1 + shift[row, column, 9 + tap], width)
    above, under = _inside(top, height), _inside(top + 1, height)
    before, after = _inside(left, width), _inside(left + 1, width)
    upper, lower = min(max(top, 0), height - 1), min(max(top + 1, 0), height - 1)
    first, second = min(max(left, 0), width - 1), min(max(left + 1, 0), width - 1)
    a, b = above * (1 - down), under * down
    c, d = before * (1 - right), after * right
    return (
        (upper, first, a * c, -above * c, -a * before),
        (upper, second, a * d, -above * d, a * after),
        (lower, first, b * c, under * c, -b * before),
        (lower, second, b * d, under * d, b * after),
    )


@numba.njit(nogil=True, cache=True)
def _split(place: float, size: int) -> tuple[int, float]:
    """Pixel at or before a place, and how far behind it the place is."""
    if not abs(place) < 2 * size + 2:  # no integer may be large enough for it
        return -2, place - place  # 0, and nan where the place is not finite
    return math.floor(place), place - math.floor(place)


@numba.njit(nogil=True, cache=True)
def _inside(index: int, size: int) -> float:
    return 1.0 if 0 <= index < size else 0.0


@numba.njit(nogil=True, cache=True, fastmath=_REORDER)
def _read(pixels: Array, corners: Corners, taps: Array, run: int) -> None:
    """Write the sum of the four pixels, each by its share."""
    number = pixels.dtype.type
    (i, j, p, _, _), (k, m, q, _, _), (n, o, r, _, _), (u, v, s, _, _) = corners
    a, b, c, d = number(p), number(q), number(r), number(s)
    for at in range(pixels.shape[2]):
        upper = a * pixels[i, j, at] + b * pixels[k, m, at]
        taps[run, at] = upper + c * pixels[n, o, at] + d * pixels[u, v, at]


@numba.njit(nogil=True, cache=True, fastmath=_REORDER)
def _slope(pixels: Array, corners: Corners, pull: Array, run: int) -> tuple[float, float]:
    """Take the derivatives of tap times pull by the place of the tap."""
    down, right = 0.0, 0.0
    for row, column, _, by_y, by_x in corners:
        product = pixels.dtype.type(0)
        for at in range(pixels.shape[2]):
            product += pull[run, at] * pixels[row, column, at]
        down += by_y * float(product)
        right += by_x * float(product)
    return down, right


@numba.njit(nogil=True, cache=True, fastmath=_REORDER)
def _add(to_pixels: Array, corners: Corners, pull: Array, run: int) -> None:
    """Add to each of the four pixels its share of the pull."""
    for row, column, share, _, _ in corners:
        if share != 0:
            factor = to_pixels.dtype.type(share)
            for at in range(to_pixels.shape[2]):
                to_pixels[row, column, at] += factor * pull[run, at]
