"""How a long-running program gets its memory from the operating system."""

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # parameters of mallopt(3)
_KEEP_BYTES = 2**30


def keep_freed_memory() -> None:
    """Keep freed memory for the next allocation of that size, where the C library is glibc.

    By default blocks of many kilobytes go back to the system as soon as they are free, and every
    step of a training has its activations mapped and zeroed anew: a sixth of its time on a CPU. It
    is for programs, as it concerns the whole process; memory stays at its peak.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_TRIM_THRESHOLD, _KEEP_BYTES)
        mallopt(_MMAP_THRESHOLD, _KEEP_BYTES)
