"""A Dask cluster as a place where joblib runs tasks."""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

from radarkit import __version__
from radarkit.errors import UserError

_ANSWER_WITHIN_S = 5  # a scheduler that is there answers in milliseconds


@contextmanager
def cluster(address: str) -> Iterator[None]:
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
