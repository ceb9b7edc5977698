import inspect

import pytest
import torchjd._mixins

from radarkit.errors import UserError
from radarkit.mtl import STRATEGIES, EGAWeighting, build_strategy, strategy_settings

TASKS = ("shape", "length", "anchors")


def test_the_strategies_of_table_ii_and_five_more_are_there():
    table = "single-task equal uw gls dwa stch graddrop gradvac cagrad imtl moco aligned-mtl ega"
    more = "pcgrad mgda nash-mtl upgrad famo"
    assert [*table.split(), *more.split()] == list(STRATEGIES)


def test_the_published_settings_are_the_defaults():
    published = {
        "single-task": {"task": None},
        "dwa": {"temperature": 2.0},
        "stch": {"mu": 1.0, "warmup_epochs": 4},
        "graddrop": {"leak": 0.0},
        "gradvac": {"beta": 0.5},
        "cagrad": {"c": 0.5},
        "moco": {"beta": 0.5, "beta_sigma": 0.5, "gamma": 0.1, "gamma_sigma": 0.5, "rho": 0.0},
        "aligned-mtl": {"scale_mode": "min"},
        "ega": {"temperature": 1.0, "warmup_epochs": 4, "variant": "algorithm"},
        "mgda": {"epsilon": 1e-3, "max_iterations": 100},
        "nash-mtl": {"max_norm": 1.0, "update_every": 1, "iterations": 20},
        "famo": {"learning_rate": 0.025, "weight_decay": 1e-3},
    }
    assert {name: strategy_settings(name) for name in STRATEGIES} == {
        name: published.get(name, {}) for name in STRATEGIES
    }


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_setting_is_documented(name):
    given = {"task": "shape"} if name == "single-task" else {}
    doc = inspect.getdoc(type(build_strategy(name, TASKS, **given)))
    assert all(setting in doc for setting in strategy_settings(name))


def test_settings_reach_the_strategy():
    ega = build_strategy("ega", TASKS, temperature=0.1, warmup_epochs=2, variant="released")
    assert isinstance(ega.weighting, EGAWeighting)
    assert ega.weighting.temperature == 0.1
    assert ega.weighting.warmup_epochs == 2
    assert ega.weighting.variant == "released"


def test_resolved_settings_build_the_same_strategy_again():
    resolved = strategy_settings("moco", beta=0.25)
    assert (resolved["beta"], resolved["gamma"]) == (0.25, 0.1)
    again = build_strategy("moco", TASKS, **resolved)
    assert (again.beta, again.gamma) == (0.25, 0.1)


def test_an_unknown_strategy_is_answered_with_those_there_are():
    with pytest.raises(UserError, match=r"'ewa'.*single-task, equal.*famo"):
        build_strategy("ewa", TASKS)


def test_a_setting_that_a_strategy_does_not_have_is_named():
    with pytest.raises(UserError, match=r"warmth.*temperature, warmup_epochs"):
        build_strategy("ega", TASKS, warmth=1.0)
    with pytest.raises(UserError, match=r"temperature.*equal.*none"):
        build_strategy("equal", TASKS, temperature=1.0)


@pytest.mark.parametrize(
    ("name", "setting", "value"),
    [
        ("ega", "temperature", 0.0),
        ("ega", "temperature", float("inf")),
        ("ega", "warmup_epochs", -1),
        ("ega", "warmup_epochs", 2.5),
        ("ega", "variant", "exact"),
        ("dwa", "temperature", -1.0),
        ("stch", "mu", "small"),
        ("cagrad", "c", -0.1),
        ("gradvac", "beta", 1.5),
        ("graddrop", "leak", float("nan")),
        ("nash-mtl", "iterations", 0),
        ("moco", "rho", -1.0),
        ("famo", "learning_rate", 0.0),
        ("aligned-mtl", "scale_mode", "max"),
    ],
)
def test_a_setting_out_of_range_is_refused_with_its_value(name, setting, value):
    with pytest.raises(UserError, match=rf"{setting} = .*{value}.* strategy {name}; expected "):
        build_strategy(name, TASKS, **{setting: value})


@pytest.mark.parametrize("task", [None, "sleep"])
def test_a_single_task_must_be_one_of_the_tasks(task):
    with pytest.raises(UserError, match="shape, length, anchors"):
        build_strategy("single-task", TASKS, task=task)


@pytest.mark.parametrize("tasks", [(), ("shape", "shape")])
def test_tasks_need_different_names(tasks):
    with pytest.raises(UserError, match="tasks"):
        build_strategy("equal", tasks)


@pytest.mark.parametrize("name", ["cagrad", "nash-mtl", "upgrad"])
def test_a_missing_solver_is_answered_with_what_to_install(name, monkeypatch):
    monkeypatch.setattr(torchjd._mixins, "find_spec", lambda package: None)
    with pytest.raises(UserError, match=rf"{name} needs a solver.*radarkit-mmwave\[strategies\]"):
        build_strategy(name, TASKS)
