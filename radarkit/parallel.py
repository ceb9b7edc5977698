"""Many tasks at once: one after the other here, in processes of this machine, or on a Dask cluster.

Processes and cluster both run through joblib. A task that cannot be done for a reason that a user
can understand becomes a `Failure` and the others go on; a bug stops everything with its traceback.
"""

import os
import signal
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from radarkit.cluster import cluster
from radarkit.errors import UserError, reason_of

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Failure:
    """A task that could not be done.

    Attributes
    ----------
    reason : str
        Why, in one line.
    """

    reason: str


def run(
    function: Callable[[T], R],
    tasks: Sequence[T],
    *,
    jobs: int = 1,
    dask: str | None = None,
    on_done: Callable[[int, R | Failure], None] = lambda *_: None,
) -> list[R | Failure]:
    """Call a function with each task.

    Parameters
    ----------
    function : callable
        Of one argument; it, the tasks and what it returns must be picklable where they travel.
    tasks : sequence
        Its arguments.
    jobs : int
        Processes of this machine; 1 stays in this one. Each gets its share of the cores for the
        threads of numba, OpenMP and BLAS, unless the environment already says how many.
    dask : str, optional
        Address of the scheduler of a Dask cluster to use instead, such as ``tcp://10.0.0.1:8786``.
    on_done : callable
        Called here with the number and the result of each task as it ends.

    Returns
    -------
    list
        The results in the order of the tasks; `Failure` where a task raised `UserError` or could
        not read or write a file.

    Raises
    ------
    UserError
        When Dask is not installed, the scheduler does not answer or has no workers, or a worker is
        killed.
    """
    results: dict[int, R | Failure] = {}
    with _calls(function, tasks, jobs, dask) as ended:
        for number, result in ended:
            results[number] = result
            on_done(number, result)
    return [results[number] for number in range(len(tasks))]


def threads() -> int:
    """Threads that one task may use: its share of the cores in a process of `run`, else all."""
    return int(os.environ.get("NUMBA_NUM_THREADS") or os.cpu_count() or 1)


def in_order(function: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R]:
    """Call a function with each task in `threads` threads; yield the results in order.

    No more is done ahead than there are threads, so that results do not pile up.
    """
    workers = threads()
    if workers == 1:
        yield from map(function, tasks)
        return
    from threadpoolctl import threadpool_limits

    # each thread multiplies its own matrices; BLAS threads on top of them only get in the way
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(workers) as pool:
        ahead: deque[Future[R]] = deque()
        for task in tasks:
            ahead.append(pool.submit(function, task))
            if len(ahead) > workers:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


@contextmanager
def _calls(
    function: Callable[[T], R], tasks: Sequence[T], jobs: int, dask: str | None
) -> Iterator[Iterator[tuple[int, R | Failure]]]:
    """Yield the iterator of results as they end; leave with nothing running any more."""
    if not tasks or (dask is None and min(jobs, len(tasks)) == 1):
        yield (_attempt(function, *call) for call in enumerate(tasks))
        return
    import joblib
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    workers = _processes(min(jobs, len(tasks))) if dask is None else cluster(dask)
    try:
        with workers:
            ended = joblib.Parallel(return_as="generator_unordered", batch_size=1)(
                joblib.delayed(_attempt)(function, *call) for call in enumerate(tasks)
            )
            try:
                yield ended
            finally:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # that unfinished tasks are cancelled
                    ended.close()
    except TerminatedWorkerError:
        raise UserError(
            "a worker process was killed, most likely for want of memory", do="use fewer --jobs"
        ) from None


def _attempt(function: Callable[[T], R], number: int, task: T) -> tuple[int, R | Failure]:
    try:
        return number, function(task)
    except (UserError, OSError) as error:
        reason = reason_of(error)
        if reason is None:
            raise
        return number, Failure(reason)


@contextmanager
def _processes(jobs: int) -> Iterator[None]:
    import joblib

    with joblib.parallel_config("loky", n_jobs=jobs, initializer=_leave_interrupts_alone):
        yield


def _leave_interrupts_alone() -> None:
    """Ctrl-C reaches every process of a terminal; the first one stops the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
