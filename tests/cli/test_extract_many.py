"""Many captures: at once, again after a stop, and with bad ones among them."""

import json
import os
import signal
import subprocess
import time

import h5py
import numpy as np
import pytest

from radarkit.datasets.reader import Dataset

from .conftest import COMMAND, run


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Three captures of 10 s, and their shards as one process makes them."""
    folder = tmp_path_factory.mktemp("many")
    people = ("--subjects", 3, "--duration", 10, "--channels", 2, "--seed", 1)
    done = run("simulate", "-o", "truth.h5", "--raw", "captures", *people, cwd=folder)
    assert done.returncode == 0, done.stderr
    done = extract(folder, output="data")
    assert done.returncode == 0, done.stderr
    return folder


def extract(folder, *more, output, captures=None):
    captures = captures or sorted((folder / "captures").glob("*.bin"))
    rest = ("-c", folder / "captures" / "radar.toml", "--channels", 4, "-o", output)
    return run("extract", *captures, *rest, *more, cwd=folder)


@pytest.fixture
def again(made, tmp_path):
    """The same captures and shards, to change."""
    for name in ("captures", "data"):
        (tmp_path / name).mkdir()
        for path in (made / name).iterdir():
            os.link(path, tmp_path / name / path.name)
    return tmp_path


def shards(folder):
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}


def assert_same_data(one, two):
    assert sorted(shards(one)) == sorted(shards(two))
    for name in shards(one):
        with h5py.File(one / name) as a, h5py.File(two / name) as b:
            assert json.loads(a["report_json"][()]) == json.loads(b["report_json"][()])
            assert a.attrs["config_json"] == b.attrs["config_json"]
            arrays = []
            a.visititems(lambda key, item, into=arrays: into.append((key, item)))
            for key, item in arrays:
                assert dict(item.attrs) == dict(b[key].attrs)
                if isinstance(item, h5py.Dataset):
                    np.testing.assert_array_equal(item[()], b[key][()])
            assert any(key.endswith("spectrogram") for key, _ in arrays)


def test_two_processes_make_the_same_shards_as_one(made, tmp_path):
    done = extract(made, "--jobs", 2, output=tmp_path / "two")
    assert done.returncode == 0, done.stderr
    assert_same_data(made / "data", tmp_path / "two")


def test_a_dask_cluster_of_two_workers_makes_the_same_shards(made, tmp_path):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, protocol="tcp", dashboard_address=None
    ) as cluster:
        output = os.path.relpath(tmp_path / "dask", made)  # workers stand in another folder
        done = extract(made, "--dask", cluster.scheduler_address, output=output)
    assert done.returncode == 0, done.stderr
    assert_same_data(made / "data", tmp_path / "dask")


def test_what_is_finished_is_kept_and_only_the_rest_is_made(again):
    before = shards(again / "data")
    missing = sorted(before)[1]
    (again / "data" / missing).unlink()
    done = extract(again, "--report", "all.json", output="data")
    assert done.returncode == 0, done.stderr
    assert "2 of 3 were there already" in done.stdout
    after = shards(again / "data")
    assert {name for name in after if after[name] != before[name]} == {missing}
    reports = json.loads((again / "all.json").read_text())
    assert [f"{name}.h5" for name in reports] == sorted(before)  # those that are kept, too
    done = extract(again, "--report", "all.html", output="data")
    assert done.returncode == 0 and "3 of 3 were there already" in done.stdout
    assert shards(again / "data") == after
    page = (again / "all.html").read_text()
    assert all(name in page for name in reports)
    assert page.count("data:image/") >= 3 and page.count("data:image/") % 3 == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda folder: ("--max-range", 2), ("extract.max_range_m = 2.5", "expected 2.0")),
        (lambda folder: ("--label", folder / "data"), ("labels",)),
        (
            lambda folder: os.utime(sorted((folder / "captures").glob("*.bin"))[2]) or (),
            ("capture.modified_ns",),
        ),
    ],
    ids=["option", "labels", "capture"],
)
def test_shards_made_from_something_else_are_kept_until_forced(again, change, words):
    more = change(again)
    before = shards(again / "data")
    done = extract(again, *more, output="data")
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert "was made with" in done.stderr and "--force" in done.stderr
    assert all(word in done.stderr for word in words), done.stderr
    assert shards(again / "data") == before


def test_force_makes_everything_anew(again):
    before = shards(again / "data")
    captures = sorted((again / "captures").glob("*.bin"))[:2]
    done = extract(again, "--force", "--max-range", 2, output="data", captures=captures)
    assert done.returncode == 0 and "already" not in done.stdout
    after = shards(again / "data")
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {f"{capture.stem}.h5" for capture in captures}


def test_a_bad_capture_is_listed_and_the_others_are_made(made, tmp_path):
    captures = sorted((made / "captures").glob("*.bin"))
    broken = tmp_path / captures[1].name
    broken.write_bytes(captures[1].read_bytes()[:-30])
    done = extract(
        made, "--report", tmp_path / "all.json",
        output=tmp_path / "out", captures=[captures[0], broken, captures[2]],
    )  # fmt: skip
    assert done.returncode == 2
    lines = [line for line in done.stderr.splitlines() if line.startswith("radarkit: ")]
    assert len(lines) == 1 and lines[0].startswith(f"radarkit: {broken.stem}: ")
    assert "bytes left over" in lines[0] and "Traceback" not in done.stderr
    good = {f"{captures[number].stem}.h5" for number in (0, 2)}
    assert set(shards(tmp_path / "out")) == good
    assert {f"{name}.h5" for name in json.loads((tmp_path / "all.json").read_text())} == good


def test_the_parts_of_a_split_capture_are_one(made, tmp_path):
    whole = sorted((made / "captures").glob("*.bin"))[0]
    content = whole.read_bytes()
    cut = len(content) // 3 + 2
    for number, part in enumerate((content[:cut], content[cut:])):
        (tmp_path / f"{whole.stem}_Raw_{number}.bin").write_bytes(part)
    parts = sorted(tmp_path.glob("*.bin"))
    done = extract(made, output=tmp_path / "out", captures=parts)
    assert done.returncode == 0, done.stderr
    name = f"{whole.stem}.h5"
    assert list(shards(tmp_path / "out")) == [name]
    with h5py.File(tmp_path / "out" / name) as split, h5py.File(made / "data" / name) as one:
        radar = f"trials/{whole.stem}/radar"
        np.testing.assert_array_equal(split[radar][()], one[radar][()])


def test_an_interruption_leaves_finished_shards_and_nothing_else(made, tmp_path):
    content = sorted((made / "captures").glob("*.bin"))[0].read_bytes()
    (tmp_path / "captures").mkdir()
    for number in range(40):
        (tmp_path / "captures" / f"{number}-1.bin").write_bytes(content)
    arguments = [
        "extract", *(tmp_path / "captures").iterdir(), "-c", made / "captures" / "radar.toml",
        "-o", "out", "--channels", 4, "--jobs", 2,
    ]  # fmt: skip
    process = subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # jobs in the background of a shell inherit that SIGINT is ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        end = time.monotonic() + 120
        while time.monotonic() < end and process.poll() is None:
            if any((tmp_path / "out").glob("*.h5")):
                break
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: every process gets it
        _, errors = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 2
    assert errors.count("\n") == 1 and "interrupted with" in errors, errors
    while time.monotonic() < end and group_is_alive(process.pid):
        time.sleep(0.05)
    assert not group_is_alive(process.pid)
    finished = list((tmp_path / "out").iterdir())
    assert 0 < len(finished) < 40
    assert len(Dataset(tmp_path / "out").trials) == len(finished)  # all are whole


def group_is_alive(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_jobs_and_a_cluster_exclude_each_other(refused):
    both = ("--jobs", 2, "--dask", "tcp://127.0.0.1:8786")
    assert "one of them" in refused("extract", "a.bin", "-c", "radar.toml", "-o", "out", *both)


def test_a_wrong_address_of_a_cluster(made, tmp_path):
    done = extract(made, "--dask", "127.0.0.1", output=tmp_path / "out")
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    assert "no Dask scheduler answers at 127.0.0.1" in done.stderr
    assert not (tmp_path / "out").exists()
