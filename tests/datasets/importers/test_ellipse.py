"""The ellipse fit against the geometry it was drawn from and against other ways to fit one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import eig
from scipy.optimize import least_squares

from radarkit.datasets.importers.ellipse import fit_ellipse
from radarkit.errors import UserError

finite = {"allow_nan": False, "allow_infinity": False}


def draw(phase, centre, a, b, skew):
    return centre[0] + a * np.cos(phase), centre[1] + b * np.sin(phase + skew)


@given(
    arc=st.floats(2.0, 9.0),
    begin=st.floats(0, 6.3),
    ratio=st.floats(0.5, 2.0),
    skew=st.floats(-0.6, 0.6),
    centre=st.tuples(st.floats(-1e4, 1e4, **finite), st.floats(-1e4, 1e4, **finite)),
    size=st.floats(1e-3, 1e3),
)
def test_an_arc_without_noise_gives_its_ellipse_and_its_phase_back(
    arc, begin, ratio, skew, centre, size
):
    centre = np.array(centre) * size / 100
    phase = begin + np.linspace(0, arc, 500)
    i, q = draw(phase, centre, size, ratio * size, skew)
    found = fit_ellipse(i, q)
    np.testing.assert_allclose(found.centre, centre, atol=1e-5 * size)
    np.testing.assert_allclose((found.a, found.b), (size, ratio * size), rtol=1e-5)
    assert found.skew_rad == pytest.approx(skew, abs=1e-5)
    np.testing.assert_allclose(found.to_circle(i, q), np.exp(1j * phase), atol=1e-4)


def noisy(seed=0, noise=0.02):
    rng = np.random.default_rng(seed)
    i, q = draw(rng.uniform(0.4, 5.2, 800), (3, -2), 1.0, 1.3, 0.25)
    return i + noise * rng.standard_normal(800), q + noise * rng.standard_normal(800)


def test_it_is_the_ellipse_of_the_whole_eigenproblem():
    """Fitzgibbon, Pilu and Fisher's: D^T D a = lambda C a, solved as it stands."""
    i, q = noisy()
    x, y = i - i.mean(), q - q.mean()
    rows = np.stack([x * x, x * y, y * y, x, y, np.ones_like(x)])
    constraint = np.zeros((6, 6))
    constraint[0, 2] = constraint[2, 0] = 2
    constraint[1, 1] = -1
    values, vectors = eig(rows @ rows.T, constraint)
    good = np.flatnonzero(np.isfinite(values) & (values.real > 0))
    A, B, C, D, E, _ = vectors[:, good[0]].real
    centre = np.linalg.solve([[2 * A, B], [B, 2 * C]], [-D, -E])
    found = fit_ellipse(i, q)
    np.testing.assert_allclose(found.centre - np.array([i.mean(), q.mean()]), centre, atol=1e-6)
    assert (found.b / found.a) ** 2 == pytest.approx(A / C, rel=1e-5)


def test_with_noise_it_is_near_the_ellipse_of_least_distance():
    i, q = noisy()

    def distances(p):
        phase = p[5:]
        fitted = draw(phase, p[:2], *p[2:5])
        return np.concatenate([fitted[0] - i, fitted[1] - q])

    found = fit_ellipse(i, q)
    begin = [*found.centre, found.a, found.b, found.skew_rad, *np.angle(found.to_circle(i, q))]
    pattern = np.zeros((2 * i.size, 5 + i.size), np.int8)
    pattern[:, :5] = 1
    pattern[np.arange(2 * i.size), 5 + np.arange(2 * i.size) % i.size] = 1
    best = least_squares(distances, begin, jac_sparsity=pattern, method="trf").x
    np.testing.assert_allclose(
        [*found.centre, found.a, found.b, found.skew_rad], best[:5], atol=0.01
    )


@pytest.mark.parametrize(
    ("i", "q", "message"),
    [
        (np.ones(50), np.ones(50), "do not change"),
        (np.arange(50.0), 3 * np.arange(50.0), "on one line"),
        (np.arange(5.0), np.arange(5.0) ** 2, "5 samples"),
    ],
    ids=["a point", "a line", "too few"],
)
def test_what_is_no_arc_is_refused(i, q, message):
    with pytest.raises(UserError, match=message):
        fit_ellipse(i, q)
