import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from radarkit.errors import UserError
from radarkit.simulate.distribution import Distribution

PLACES = st.floats(-8, 8)
TRUNCATED = stats.truncnorm(-1.0, 2.0, loc=70, scale=10)
ORACLES = [
    ({"uniform": (2.0, 5.0)}, stats.uniform(2, 3)),
    ({"normal": (70, 10)}, stats.norm(70, 10)),
    ({"normal": (70, 10), "within": (60, 90)}, TRUNCATED),
    ({"lognormal": (2e-5, 1.5)}, stats.lognorm(np.log(1.5), scale=2e-5)),
]


@pytest.mark.parametrize(("given_", "oracle"), ORACLES)
def test_places_become_the_quantiles_of_the_distribution(given_, oracle):
    distribution = Distribution(**given_)
    places = np.linspace(-4, 4, 41)
    values = [distribution.at(z) for z in places]
    np.testing.assert_allclose(values, oracle.ppf(stats.norm.cdf(places)), rtol=1e-9)


@given(PLACES, st.floats(-50, 50), st.floats(0.1, 30), st.floats(0.5, 3))
def test_nothing_is_drawn_beyond_the_limits(z, mean, spread, reach):
    low, high = mean - reach * spread, mean + 2 * reach * spread
    drawn = Distribution(normal=(mean, spread), within=(low, high)).at(z)
    assert low <= drawn <= high


@given(PLACES, PLACES)
def test_a_higher_place_never_has_a_lower_value(one, other):
    for given_, _ in ORACLES:
        distribution = Distribution(**given_)
        low, high = sorted((one, other))
        assert distribution.at(low) <= distribution.at(high)


def test_a_plain_number_is_always_drawn():
    assert Distribution.model_validate(3).at(-5) == 3
    assert Distribution.model_validate(0.5).extremes == (0.5, 0.5)


@pytest.mark.parametrize(
    ("impossible", "says"),
    [
        ({"uniform": (5, 2)}, r"uniform = \[5.0, 2.0\]; expected the lowest value first"),
        ({"normal": (5, -2)}, "standard deviation of 0 or more"),
        ({"lognormal": (0, 2)}, "positive median"),
        ({"lognormal": (1, 0.5)}, "factor of 1 or more"),
        ({"normal": (70, 1), "within": (90, 100)}, "0.1% of it within"),
        ({"normal": (70, 1), "within": (80, 60)}, "within"),
        ({"normal": (70, 0), "within": (80, 90)}, "within"),
        ({"uniform": (1, 2), "within": (0, 3)}, "normal or lognormal only"),
        ({}, "nothing in it"),
        ({"uniform": (1, 2), "normal": (0, 3)}, "uniform and normal"),
    ],
)
def test_what_cannot_be_drawn_is_refused(impossible, says):
    with pytest.raises(UserError, match=says):
        Distribution(**impossible)
