"""Many tasks at once: one after the other here, in processes of this machine, or on a Dask cluster.

Processes and cluster both run through joblib. A task that cannot be done for a reason that a user
can understand becomes a `Failure` and the others go on; a bug stops everything with its traceback.
"""

import os
import signal
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from radarkit import __version__
from radarkit.errors import UserError, reason_of

T = TypeVar("T")
R = TypeVar("R")

_ANSWER_WITHIN_S = 5  # a scheduler that is there answers in milliseconds


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

    workers = _processes(min(jobs, len(tasks))) if dask is None else _cluster(dask)
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


@contextmanager
def _cluster(address: str) -> Iterator[None]:
    """Send what joblib runs inside the block to a Dask cluster."""
    import joblib

    try:
        from distributed import Client
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise UserError("--dask needs Dask", do="pip install -e '.[dask]'") from None
    _check_scheduler(address)
    with Client(address, set_as_default=False) as client:
        try:
            client.wait_for_workers(1, timeout=_ANSWER_WITHIN_S)
        except TimeoutError:
            raise UserError(
                f"the Dask scheduler at {address} has no workers",
                do=f"start some with: dask worker {address}",
            ) from None
        _check_versions(client)
        try:
            with joblib.parallel_config(_dask_backend(client), n_jobs=-1):
                yield
        except KilledWorker as error:
            raise UserError(
                f"Dask workers died, the last one {error.last_worker.address}, most likely for "
                "want of memory",
                do="give them more memory or fewer threads each",
            ) from None


def _check_scheduler(address: str) -> None:
    """Raise unless a scheduler answers; Dask's own client waits for ever for a silent one."""
    import asyncio

    from distributed.core import rpc
    from distributed.security import Security

    async def ask() -> str:
        async with rpc(
            address,
            timeout=_ANSWER_WITHIN_S,
            connection_args=Security().get_connection_args("client"),
        ) as scheduler:
            return str((await scheduler.identity())["type"])

    async def ask_in_time() -> str:
        return await asyncio.wait_for(ask(), _ANSWER_WITHIN_S)

    try:
        kind = asyncio.run(ask_in_time())
    except (OSError, ValueError) as error:  # of OSError: refused, unknown host, no answer in time
        raise UserError(
            f"no Dask scheduler answers at {address}",
            expected=f"an address like tcp://127.0.0.1:8786, and an answer in {_ANSWER_WITHIN_S} s",
            do="start one with: dask scheduler",
        ) from error
    if kind != "Scheduler":
        raise UserError(f"a Dask {kind.lower()} answers at {address}", expected="the scheduler")


def _check_versions(client: Any) -> None:
    """Raise unless the scheduler and all workers have this version of radarkit."""

    def version() -> str:  # travels as code, for radarkit may not be there
        try:
            import radarkit
        except ImportError:
            return "none"
        return radarkit.__version__

    found = {"scheduler": client.run_on_scheduler(version), **client.run(version)}
    other = {where: there for where, there in found.items() if there != __version__}
    if other:
        where, there = next(iter(other.items()))
        raise UserError(
            f"{len(other)} of {len(found)} processes of the Dask cluster have another radarkit: "
            f"{where} has {there}",
            expected=__version__,
            do="install the same on all",
        )


def _dask_backend(client: Any) -> Any:
    from concurrent.futures import Future

    from joblib._dask import DaskDistributedBackend

    class Backend(DaskDistributedBackend):  # type: ignore[misc]
        """joblib's own, which waits for ever (as of 1.6) for a task whose workers died."""

        def submit(self, func: Any, callback: Any = None) -> Any:
            future = super().submit(func, callback)
            future.add_done_callback(lambda ended: ended.exception() and callback(ended))
            return future

        def retrieve_result_callback(self, out: Any) -> Any:
            if isinstance(out, Future):
                return out.result()  # raises
            return super().retrieve_result_callback(out)

    return Backend(client=client)
