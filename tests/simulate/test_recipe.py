"""People from a recipe: who they are depends on their seed, and goes together as it says."""

import numpy as np
import pytest
from scipy import stats

from radarkit.datasets.recipes import load_recipe, shipped_recipes
from radarkit.errors import UserError
from radarkit.simulate.draws import paths_of
from radarkit.simulate.recipe import Recipe, merge


def seeds(count):
    return [np.random.SeedSequence(7, spawn_key=(number,)) for number in range(count)]


@pytest.mark.parametrize("name", shipped_recipes())
def test_every_shipped_recipe_draws_people_in_all_four_states(name):
    recipe = load_recipe(name)
    assert recipe.description
    for seed in seeds(20):
        for status in recipe.trials:
            recipe.person(seed, status)
            recipe.conditions(seed, status)


def test_a_person_takes_the_same_place_in_every_state(recipe):
    people = {s: [recipe.person(seed, s) for seed in seeds(60)] for s in ("NB", "PE")}
    rates = {s: [p.rhythm.heart_rate_per_min for p in people[s]] for s in people}
    assert stats.spearmanr(rates["NB"], rates["PE"]).statistic == pytest.approx(1)
    assert min(rates["PE"]) > 70 and max(rates["NB"]) < 100
    assert all(a.ecg == b.ecg for a, b in zip(people["NB"], people["PE"], strict=True))


def test_quantities_go_together_as_the_recipe_says(recipe):
    people = [recipe.person(seed, "NB") for seed in seeds(400)]

    def together(one, other):
        return stats.spearmanr([one(p) for p in people], [other(p) for p in people]).statistic

    coupled = together(lambda p: p.mechanics.v2.share, lambda p: p.ecg.t.amplitude_mv)
    assert coupled == pytest.approx(0.6, abs=0.1)
    apart = together(lambda p: p.mechanics.v1.width_s, lambda p: p.ecg.t.amplitude_mv)
    assert apart == pytest.approx(0, abs=0.15)


def test_a_quantity_more_changes_no_other():
    # every quantity has a number of its own, by its name
    few = load_recipe()
    early = {"rhythm": {"atrial_per_min": {"uniform": [1, 2]}}}
    more = Recipe(**few.model_dump() | {"people": merge(few.people, early)})
    seed = seeds(1)[0]
    one, other = few.person(seed, "NB"), more.person(seed, "NB")
    assert one.ecg == other.ecg and one.respiration == other.respiration
    assert one.rhythm.atrial_per_min == 0 < other.rhythm.atrial_per_min


def test_drawn_quantities_follow_their_distributions(recipe):
    drawn = [recipe.person(seed, "NB").rhythm.heart_rate_per_min for seed in seeds(500)]
    truncated = stats.truncnorm(-24 / 7, 26 / 7, loc=74, scale=7)
    assert stats.kstest(drawn, truncated.cdf).pvalue > 1e-3


def test_a_distribution_is_replaced_as_a_whole_and_tables_are_joined():
    base = {"a": {"x": {"normal": [1, 2], "within": [0, 3]}, "y": 1}}
    merged = merge(base, {"a": {"x": {"uniform": [4, 5]}, "z": 2}})
    assert merged == {"a": {"x": {"uniform": [4, 5]}, "y": 1, "z": 2}}
    assert base["a"]["y"] == 1 and "z" not in base["a"]


def test_all_distributions_have_a_path(recipe):
    known = paths_of(recipe._of_status["NB"][0])
    assert "ecg.t.amplitude_mv" in known and "mechanics.v2.frequency_hz" in known
    assert len(known) >= 70


SAYS = {
    "not = [toml": "is not TOML",
    'extends = "nobody"': (
        "no recipe named nobody; expected benchmark, benchmark-small, default, lying, varied"
    ),
    "extends = 3": "extends = 3; expected the name of a recipe",
    "subjects = 5": "people",  # and nothing else
    'extends = "default"\nsubjects = 0': "subjects = 0; expected greater",
    'extends = "default"\ntrials = ["XX"]': "trials.0 = 'XX'",
    "subjects = 3": "has no people; begin it with extends",
    'extends = "default"\ncolour = "red"': "colour = 'red'; expected a quantity that is simulated",
    'extends = "default"\n[people.rhythm]\nspeed = 5': "speed = 5; expected a quantity that is",
    'extends = "default"\n[people.rhythm]\nlf_s = "fast"': "lf_s = 'fast'",
    'extends = "default"\n[people.rhythm]\nlf_s = { uniform = [0.1, 0.0] }': "lowest value first",
    'extends = "default"\n[people.rhythm]\nlf_s = { normal = [0.0, 0.1] }': (
        "rhythm.lf_s can become -0.6; expected greater than or equal to 0; limit it by `within`"
    ),
    'extends = "default"\n[status.PE.people.rhythm]\nheart_rate_per_min = 300': (
        "people of status PE: rhythm.heart_rate_per_min can become 300; expected less than"
    ),
    'extends = "default"\n[[coupled]]\nname = "a"\nto = "b"\ncorrelation = 0.5': "no quantity a",
    'extends = "default"\n[[coupled]]\nname = "ecg.gain"\nto = "ecg.gain"\ncorrelation = 0.5': (
        "not by one that is moved itself"
    ),
    'extends = "default"\n[[coupled]]\nname = "ecg.gain"\nto = "ecg.t_rise"\ncorrelation = 2': (
        "coupled.0.correlation = 2"
    ),
}


@pytest.mark.parametrize("text", SAYS)
def test_a_malformed_recipe_is_refused_in_one_line(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(UserError) as refused:
        load_recipe(str(path))
    line = str(refused.value)
    assert SAYS[text] in line, line
    assert line.startswith("recipe ") or (line.startswith("no recipe") and "\n" not in line)


def test_a_recipe_that_extends_itself_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.toml").write_text('extends = "b.toml"')
    (tmp_path / "b.toml").write_text('extends = "a.toml"')
    with pytest.raises(UserError, match=r"a.toml extends itself by way of a.toml, b.toml"):
        load_recipe("a.toml")


def test_a_recipe_may_begin_with_a_byte_order_mark(tmp_path):
    (tmp_path / "mine.toml").write_text('extends = "lying"\nsubjects = 7\n', "utf-8-sig")
    assert load_recipe(str(tmp_path / "mine.toml")).subjects == 7
