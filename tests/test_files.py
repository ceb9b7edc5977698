import errno
import os
import subprocess
import sys

import pytest

from radarkit.errors import UserError
from radarkit.files import atomic_file, atomic_folder, check_output, remove_part


def test_a_file_appears_when_the_block_ends(tmp_path):
    path = tmp_path / "out.txt"
    with atomic_file(path) as part:
        part.write_text("whole")
        assert not path.exists()
    assert [p.name for p in tmp_path.iterdir()] == ["out.txt"]
    assert path.read_text() == "whole"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("atomic", [atomic_file, atomic_folder])
def test_a_failed_write_leaves_what_was_there(tmp_path, atomic, error):
    path = tmp_path / "out"
    with atomic(path) as part:
        (part.write_text if atomic is atomic_file else (part / "a").write_text)("old")
    with pytest.raises(error), atomic(path, force=True) as part:
        (part.write_text if atomic is atomic_file else (part / "b").write_text)("half")
        raise error
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
    kept = path if atomic is atomic_file else path / "a"
    assert kept.read_text() == "old"


def test_a_folder_that_may_not_be_written_is_refused_before_anything_is_computed(
    tmp_path, monkeypatch
):
    (tmp_path / "locked").mkdir(mode=0o555)
    # as it is for everybody but root, who may write anywhere
    monkeypatch.setattr(os, "access", lambda path, _: path.stat().st_mode & 0o222 != 0)
    check_output(tmp_path / "ecg", force=False)
    with pytest.raises(UserError, match="locked may not be written; use another folder"):
        check_output(tmp_path / "locked" / "ecg", force=False)


@pytest.mark.parametrize("atomic", [atomic_file, atomic_folder])
def test_an_output_that_exists_needs_force(tmp_path, atomic):
    path = tmp_path / "out"
    path.mkdir()
    with pytest.raises(UserError, match=r"exists already.*--force"), atomic(path):
        raise AssertionError("the block must not run")


def test_a_folder_replaces_the_old_one_whole(tmp_path):
    path = tmp_path / "out"
    for name in ("first", "second"):
        with atomic_folder(path, force=True) as part:
            (part / name).touch()
    assert [p.name for p in path.iterdir()] == ["second"]


@pytest.mark.parametrize("atomic", [atomic_file, atomic_folder])
def test_a_device_is_never_replaced(tmp_path, atomic):
    path = tmp_path / "device"
    os.mkfifo(path)
    with pytest.raises(UserError, match="device is a device"), atomic(path, force=True):
        raise AssertionError("the block must not run")
    assert path.is_fifo()


def test_a_missing_parent_folder_is_named(tmp_path):
    with (
        pytest.raises(UserError, match=r"no folder .*/nowhere to write out\.h5"),
        atomic_file(tmp_path / "nowhere" / "out.h5"),
    ):
        raise AssertionError("the block must not run")


def test_two_processes_do_not_spoil_each_other(tmp_path):
    path = tmp_path / "out"
    other = (
        "import sys; from pathlib import Path; from radarkit.files import *\n"
        "remove_part(Path(sys.argv[1]))\n"
        "with atomic_file(Path(sys.argv[1])): pass"
    )
    with atomic_file(path) as part:
        part.write_text("whole")
        done = subprocess.run(
            [sys.executable, "-c", other, path], capture_output=True, text=True, timeout=60
        )
        assert "out is being written by another process; wait for it" in done.stderr
    assert path.read_text() == "whole"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_what_a_killed_process_left_is_removed_or_written_over(tmp_path):
    (tmp_path / "out.part").write_text("left over, and longer than what comes")
    with atomic_file(tmp_path / "out") as part:
        part.write_text("whole")
    assert (tmp_path / "out").read_text() == "whole"
    (tmp_path / "out.part").touch()
    remove_part(tmp_path / "out")
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_full_disk_is_named(tmp_path):
    with pytest.raises(OSError, match="No space") as caught, atomic_file(tmp_path / "out"):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert caught.value.filename == str(tmp_path / "out")


@pytest.mark.parametrize("name", [".", "..", "here"])
def test_the_current_folder_is_never_replaced(tmp_path, monkeypatch, name):
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(tmp_path if name == "." else here)
    path = tmp_path / name if name == "here" else type(tmp_path)(name)
    with (
        pytest.raises(UserError, match="is the current folder or holds it"),
        atomic_folder(path, force=True),
    ):
        raise AssertionError("the block must not run")
    assert here.is_dir()
