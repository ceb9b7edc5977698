"""How long something takes."""

import time


def seconds(work, repeats):
    """Fastest of several runs, after one to warm up."""
    work()
    took = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return min(took)
