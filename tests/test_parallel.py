"""Work in one process, in several and on a cluster: one contract, and what can go wrong."""

import os
import socket
import time

import pytest

from radarkit import cluster as dask_cluster
from radarkit.errors import UserError
from radarkit.parallel import Failure, in_order, run

# functions are defined in the tests: other processes cannot import this file, so they get the code


@pytest.fixture(scope="module")
def cluster():
    """A Dask cluster of two worker processes."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        protocol="tcp",
        dashboard_address=None,
        silence_logs=50,  # workers die on purpose
    ) as started:
        yield started


@pytest.fixture(params=["here", "processes", "cluster"])
def where(request):
    """Each way to run."""
    match request.param:
        case "here":
            return {}
        case "processes":
            return {"jobs": 2}
        case _:
            return {"dask": request.getfixturevalue("cluster").scheduler_address}


def test_results_stand_in_the_order_of_the_tasks_and_are_told_as_they_end(where):
    def slow_first(task):
        import time

        time.sleep(0.5 if task == 0 else 0)
        return task * 10, os.getpid()

    told = []
    results = run(slow_first, range(6), **where, on_done=lambda *done: told.append(done))
    assert [value for value, _ in results] == [0, 10, 20, 30, 40, 50]
    assert sorted(told) == list(enumerate(results))
    processes = {process for _, process in results}
    assert len(processes) == (2 if where else 1)
    assert (os.getpid() in processes) == (not where)
    assert (told[0][0] == 0) == (not where)


def test_a_task_that_a_user_can_mend_fails_alone_with_its_line(where, tmp_path):
    def fail(task):
        from radarkit.errors import UserError

        if task == 1:
            raise UserError("3 lanes", expected="2 or 4", do="change adc.lanes")
        if task == 2:
            (tmp_path / "nothing").read_text()
        return task

    assert run(fail, range(4), **where) == [
        0,
        Failure("3 lanes; expected 2 or 4; change adc.lanes"),
        Failure(f"No such file or directory ({tmp_path}/nothing)"),
        3,
    ]


def test_a_bug_stops_everything(where):
    def divide(task):
        return 1 / task

    with pytest.raises(ZeroDivisionError):
        run(divide, [1, 0, 2], **where)


def test_no_tasks_have_no_results(where):
    assert run(str, [], **where) == []


@pytest.mark.parametrize("where", ["processes", "cluster"], indirect=True)
def test_a_worker_that_is_killed_is_told_in_one_line_and_not_waited_for(where):
    def die(task):
        if task == 1:
            os._exit(1)
        return task

    with pytest.raises(UserError, match="for want of memory"):
        run(die, range(3), **where)


def test_processes_share_the_cores_between_their_threads(monkeypatch):
    def count(_):
        import numba

        from radarkit.parallel import threads

        return threads(), numba.config.NUMBA_NUM_THREADS

    for name in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    share = max(os.cpu_count() // 2, 1)
    assert run(count, range(2), jobs=2) == [(share, share)] * 2


@pytest.mark.parametrize("address", ["nonsense", "tcp://127.0.0.1", "ftp://127.0.0.1:1"])
def test_an_address_that_is_none(address):
    pytest.importorskip("distributed")
    with pytest.raises(UserError, match=f"no Dask scheduler answers at {address}"):
        run(str, [1], dask=address)


def test_a_port_where_nobody_speaks(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(dask_cluster, "_ANSWER_WITHIN_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(UserError, match="no Dask scheduler answers"):
            run(str, [1], dask=address)
    with pytest.raises(UserError, match="no Dask scheduler answers"):
        run(str, [1], dask=address)  # closed now


def test_the_address_of_a_worker(cluster):
    cluster.wait_for_workers(2)
    address = next(iter(cluster.scheduler.workers))
    with pytest.raises(UserError, match="a Dask worker answers"):
        run(str, [1], dask=address)


def test_a_cluster_with_another_version(cluster, monkeypatch):
    cluster.wait_for_workers(2)
    monkeypatch.setattr(dask_cluster, "__version__", "7.0")
    with pytest.raises(UserError, match=r"3 of 3 .* another radarkit: .*expected 7\.0"):
        run(str, [1], dask=cluster.scheduler_address)


def test_a_machine_without_dask_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(UserError, match=r"pip install -e '\.\[dask\]'"):
        run(str, [1], dask="tcp://127.0.0.1:8786")


@pytest.mark.parametrize("count", ["1", "3"])
def test_results_of_threads_come_in_order_and_an_error_comes_through(monkeypatch, count):
    monkeypatch.setenv("NUMBA_NUM_THREADS", count)
    running = []

    def work(number):
        running.append(number)
        time.sleep(0.01 * (number % 3 == 0))
        if number == 20:
            raise ValueError("twenty")
        return number

    found = in_order(work, range(30))
    for expected in range(20):
        assert next(found) == expected
        assert len(running) <= expected + 5  # no more is done ahead than there are threads
    with pytest.raises(ValueError, match="twenty"):
        next(found)
