import json
import signal
import subprocess
import sys
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radarkit.errors import UserError
from radarkit.training.metrics_log import METRICS, TENSORBOARD, MetricsLog, read_history


def row_of(epoch, shape=0.5):
    return {
        "epoch": epoch,
        "train": {"shape": shape, "length": 4.25},
        "validation_score": 0.75,
        "learning_rate": 0.125,
        "eccentric_vector": {"shape": 1.5, "length": 0.5},
    }


def in_tensorboard(folder):
    """What TensorBoard itself reads: for each name the steps and values."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder / TENSORBOARD))
    events.Reload()
    return {
        name: [(event.step, event.value) for event in events.Scalars(name)]
        for name in events.Tags()["scalars"]
    }


@given(cut=st.integers(0, 400), epochs=st.integers(1, 4))
def test_wherever_a_log_breaks_off_its_whole_rows_are_read_and_it_goes_on(
    tmp_path_factory, cut, epochs
):
    folder = tmp_path_factory.mktemp("run")
    rows = [row_of(epoch, shape=0.1 * epoch) for epoch in range(epochs)]
    log = MetricsLog(folder, tensorboard=False)
    for row in rows:
        log.append(row)
    path = folder / METRICS
    content = path.read_bytes()[: -cut or None]
    path.write_bytes(content)
    whole = content.count(b"\n")
    assert read_history(folder) == rows[:whole]
    log.append(row_of(9))
    assert read_history(folder) == [*rows[:whole], row_of(9)]


@pytest.mark.skipif(sys.platform == "win32", reason="has no SIGKILL")
def test_rows_outlive_a_kill(tmp_path):
    script = textwrap.dedent("""
        import os, signal, sys
        from pathlib import Path
        from radarkit.training.metrics_log import MetricsLog
        log = MetricsLog(Path(sys.argv[1]), tensorboard=False)
        log.append({"epoch": 0})
        log.append({"epoch": 1})
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    killed = subprocess.run([sys.executable, "-c", script, str(tmp_path)])
    assert killed.returncode == -signal.SIGKILL
    assert read_history(tmp_path) == [{"epoch": 0}, {"epoch": 1}]


def test_a_run_that_goes_on_keeps_the_epochs_before_and_logs_the_others_anew(tmp_path):
    with MetricsLog(tmp_path, tensorboard=True) as log:
        for epoch in range(5):
            log.append(row_of(epoch))
    with MetricsLog(tmp_path, tensorboard=True) as log:
        log.keep(3)
        assert read_history(tmp_path) == [row_of(epoch) for epoch in range(3)]
        log.append(row_of(3, shape=0.25))
    assert read_history(tmp_path) == [row_of(0), row_of(1), row_of(2), row_of(3, shape=0.25)]
    points = in_tensorboard(tmp_path)["train/shape"]
    assert points == [(0, 0.5), (1, 0.5), (2, 0.5), (3, 0.25)]


def test_tensorboard_reads_every_number_under_its_name(tmp_path):
    with MetricsLog(tmp_path, tensorboard=True) as log:
        log.append(row_of(0))
        log.append(row_of(1) | {"stopped": "early"})
        seen = in_tensorboard(tmp_path)  # while the run is still on
    assert seen == {
        "train/shape": [(0, 0.5), (1, 0.5)],
        "train/length": [(0, 4.25), (1, 4.25)],
        "validation_score": [(0, 0.75), (1, 0.75)],
        "learning_rate": [(0, 0.125), (1, 0.125)],
        "eccentric_vector/shape": [(0, 1.5), (1, 1.5)],
        "eccentric_vector/length": [(0, 0.5), (1, 0.5)],
    }


def test_tensorboard_catches_up_with_rows_that_were_logged_without_it(tmp_path):
    MetricsLog(tmp_path, tensorboard=False).append(row_of(0))
    assert not (tmp_path / TENSORBOARD).exists()
    with MetricsLog(tmp_path, tensorboard=True) as log:
        log.append(row_of(1))
    assert in_tensorboard(tmp_path)["train/shape"] == [(0, 0.5), (1, 0.5)]


def test_numbers_that_json_does_not_have_become_null(tmp_path):
    def refuse(constant):
        raise AssertionError(constant)

    row = {"epoch": 0, "train": {"shape": float("nan"), "length": float("inf")}}
    with MetricsLog(tmp_path, tensorboard=True) as log:
        log.append(row)
    (line,) = (tmp_path / METRICS).read_text().splitlines()
    found = json.loads(line, parse_constant=refuse)
    assert found == {"epoch": 0, "train": {"shape": None, "length": None}}


def test_before_the_first_epoch_ended_there_is_no_history(tmp_path):
    assert read_history(tmp_path) == []
    MetricsLog(tmp_path, tensorboard=False).keep(0)
    assert read_history(tmp_path) == []


@pytest.mark.parametrize("line", ["{", "[]", '"epoch"', '{"train": {}}', '{"epoch": "one"}', ""])
def test_a_damaged_line_is_named(tmp_path, line):
    (tmp_path / METRICS).write_text(f'{{"epoch": 0}}\n{line}\n{{"epoch": 1}}\n')
    with pytest.raises(UserError, match=r"^line 2 of .*metrics\.jsonl is damaged"):
        read_history(tmp_path)


def test_without_tensorboard_one_line_says_what_to_install(tmp_path, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("torch.utils.tensorboard")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    with pytest.raises(UserError, match=r"pip install -e '\.\[tensorboard\]'") as caught:
        MetricsLog(tmp_path, tensorboard=True)
    assert "\n" not in str(caught.value)
    MetricsLog(tmp_path, tensorboard=False).append(row_of(0))
    assert list(tmp_path.iterdir()) == [tmp_path / METRICS]
