import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from radarkit.errors import UserError
from radarkit.spectrogram import DEFAULT_GRID, FrequencyGrid


def test_the_default_is_the_papers_grid():
    assert DEFAULT_GRID.rows == 71
    assert (DEFAULT_GRID.low_hz, DEFAULT_GRID.high_hz) == (1.0, 25.0)


@given(low=st.floats(0.01, 10), ratio=st.floats(1.5, 1000), rows=st.integers(2, 200))
def test_a_log_grid_has_equal_ratios_and_its_edges_lie_between_its_rows(low, ratio, rows):
    grid = FrequencyGrid.log(low, low * ratio, rows)
    f = np.array(grid.frequencies_hz)
    np.testing.assert_allclose(f[1:] / f[:-1], ratio ** (1 / (rows - 1)), rtol=1e-9)
    np.testing.assert_allclose([f[0], f[-1]], [low, low * ratio], rtol=1e-9)
    edges = grid.edges_hz()
    np.testing.assert_allclose(edges[1:] * edges[:-1], f**2, rtol=1e-9)
    assert ((edges[:-1] < f) & (f < edges[1:])).all()


def test_a_grid_survives_json_and_cannot_be_changed():
    grid = FrequencyGrid.log(0.7246, 100.0, 71)
    assert FrequencyGrid.model_validate_json(grid.model_dump_json()) == grid
    with pytest.raises(ValidationError):
        grid.frequencies_hz = (1.0, 2.0)


@pytest.mark.parametrize(
    "frequencies_hz", [(), (1.0,), (2.0, 1.0), (1.0, 1.0), (0.0, 1.0), (1.0, np.nan), (1.0, np.inf)]
)
def test_rows_that_do_not_ascend_from_above_zero_are_refused(frequencies_hz):
    with pytest.raises(UserError, match="frequency grid"):
        FrequencyGrid(frequencies_hz=frequencies_hz)


@pytest.mark.parametrize("limits", [(0, 25, 71), (25, 1, 71), (1, 25, 1), (1, np.inf, 5)])
def test_a_log_grid_without_sense_is_refused(limits):
    with pytest.raises(UserError, match="expected at least 2 rows"):
        FrequencyGrid.log(*limits)
