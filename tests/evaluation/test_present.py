from types import SimpleNamespace

import numpy as np
import pytest

from radarkit.evaluation import METRICS
from radarkit.evaluation.evaluate import Evaluation, TrialResult
from radarkit.evaluation.frameworks import method_names
from radarkit.evaluation.present import by_status, summaries, verdict_lines

RECORD = SimpleNamespace(
    model=SimpleNamespace(preset="compact"),
    train=SimpleNamespace(strategy=SimpleNamespace(name="EGA")),
)


def evaluation(statuses):
    """A trial for each status; the PCC of the methods is 0.9, 0.8 and 0.7, less 0.1 each trial."""
    trials = []
    for number, status in enumerate(statuses):
        name = {"subject": f"p{number}", "trial": "1", "beats": 9.0, "lag_ms": 0.0}
        scores = {
            method: name | {metric.key: 0.9 - 0.1 * (rank + number) for metric in METRICS}
            for rank, method in enumerate(method_names(RECORD))
        }
        trials.append(TrialResult(SimpleNamespace(status=status), None, {}, scores))
    return Evaluation(RECORD, None, tuple(trials))


def test_every_method_is_summarised_by_state():
    found = by_status(evaluation(["NB", "PE", "NB"]))
    assert list(found) == list(method_names(RECORD))
    for rank, rows in enumerate(found.values()):
        assert [(row["status"], row["trials"]) for row in rows] == [("NB", 2), ("PE", 1)]
        expected = [0.8 - 0.1 * rank] * 2
        np.testing.assert_allclose([row["pcc"] for row in rows], expected)


def test_a_trial_of_unknown_state_stands_apart_and_without_any_state_there_is_no_table():
    found = by_status(evaluation(["NB", ""]))
    assert [row["status"] for row in next(iter(found.values()))] == ["NB", "unknown"]
    assert by_status(evaluation(["", ""])) == {}


def test_a_row_of_everybody_and_one_of_each_state_say_when_they_failed():
    trials = evaluation(["NB", "PE", "PE", "PE"])
    network, mean, classical = summaries(trials).values()
    assert [rows[0]["failed"] for rows in (network, mean, classical)] == [False, False, True]
    assert network[0]["pcc"] == pytest.approx(0.75)
    resting, tired = by_status(trials)[method_names(RECORD)[2]]
    assert (resting["failed"], tired["failed"]) == (False, True)


def test_a_line_for_each_baseline_says_where_the_network_is_better():
    trials = evaluation(["NB"] * 6)
    mean, classical = verdict_lines(trials)
    assert mean.startswith("beside mean beat at the network's anchors the network is")
    # every trial of the network is 0.1 above those of a baseline, whatever the metric
    higher = ", ".join(m.label for m in METRICS if m.main and m.better == "higher")
    lower = ", ".join(m.label for m in METRICS if m.main and m.better == "lower")
    assert classical.endswith(f"is better in {higher}; worse in {lower}")
