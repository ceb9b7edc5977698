"""The loops that put int16 words into samples, several times faster than NumPy's strided copies.

They run without the interpreter's lock. A word above `top` is an unsigned one of an ADC with fewer
than 16 bits and becomes negative by taking `modulus` off; for 16 bits no word is above `top`.
Importing this module imports numba.
"""

from collections.abc import Callable
from functools import cache

import numba
import numpy as np
from numpy.typing import NDArray

Int16 = NDArray[np.int16]
Float32 = NDArray[np.float32]
WordLoop = Callable[[Int16, int, int, Float32], None]


@numba.njit(nogil=True, cache=True)
def cast(words: Int16, top: int, modulus: int, values: Float32) -> None:
    """Write each of the `words` to `values`, in their order."""
    for at in range(words.size):
        word = np.int32(words[at])
        values[at] = word - (modulus if word > top else 0)


@cache
def regroup(order: tuple[int, int, int, int]) -> WordLoop:
    """Make the loop that puts the words of each group of four into another order.

    Parameters
    ----------
    order : four int
        Which word of a group comes first, second, third and fourth. The compiler must know it to
        use the vector unit, so that each order has a loop of its own.

    Returns
    -------
    callable
        Takes what `cast` takes; ``words.size`` is a multiple of 4.
    """
    first, second, third, fourth = order

    @numba.njit(nogil=True, cache=True)
    def loop(words: Int16, top: int, modulus: int, values: Float32) -> None:
        for at in range(0, words.size // 4 * 4, 4):  # "// 4 * 4" lets the compiler vectorise
            a = np.int32(words[at + first])
            b = np.int32(words[at + second])
            c = np.int32(words[at + third])
            d = np.int32(words[at + fourth])
            values[at] = a - (modulus if a > top else 0)
            values[at + 1] = b - (modulus if b > top else 0)
            values[at + 2] = c - (modulus if c > top else 0)
            values[at + 3] = d - (modulus if d > top else 0)

    return loop


@numba.njit(nogil=True, cache=True)
def deal(
    words: Int16,
    lanes: NDArray[np.int64],
    parts: NDArray[np.int64],
    top: int,
    modulus: int,
    values: Float32,
) -> None:
    """Deal the words of 4 lanes to receivers.

    Parameters
    ----------
    words : (chirp, sample, part, 4) int16
        As sent.
    lanes : (rx,) int64
        Lane of each receiver.
    parts : (1,) or (2,) int64
        Where the value of a real sample, or I and Q of a complex one, stand among the parts.
    top, modulus : int
        As above.
    values : (chirp, rx, sample, part) float32
        Written.
    """
    for chirp in range(values.shape[0]):
        for rx in range(values.shape[1]):
            lane = lanes[rx]
            for part in range(values.shape[3]):
                sent = parts[part]
                for sample in range(values.shape[2]):
                    word = np.int32(words[chirp, sample, sent, lane])
                    values[chirp, rx, sample, part] = word - (modulus if word > top else 0)
