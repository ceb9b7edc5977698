import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.extract.circle import choose_centre, fit_circle, refine_centre


def arcs(rng, arc_rad, snr_db, *, channels=40, samples=4000, centre=5 - 3j, radius=1.0):
    """Echoes that swing over an arc, with white noise."""
    swing = arc_rad / 2 * np.sin(2 * np.pi * 15 * np.arange(samples) / samples)
    noise = rng.standard_normal((2, channels, samples)) * 10 ** (-snr_db / 20) / np.sqrt(2)
    return centre + radius * (np.exp(1j * swing) + noise[0] + 1j * noise[1])


@settings(max_examples=50)
@given(
    arc_rad=st.floats(0.3, 20),
    radius=st.floats(1e-3, 1e4),
    distance=st.floats(0, 30),
    angle=st.floats(0, 6.28),
)
def test_a_clean_arc_of_any_size_and_place_gives_its_circle(arc_rad, radius, distance, angle):
    centre = radius * distance * np.exp(1j * angle)
    swing = arc_rad * np.sin(np.linspace(0, 20, 300))
    circle = fit_circle((centre + radius * np.exp(1j * swing))[None])
    assert abs(circle.centre[0] - centre) < 1e-6 * radius
    assert circle.radius[0] == pytest.approx(radius, rel=1e-6)
    assert circle.resolved[0]


@pytest.mark.parametrize(
    ("arc_rad", "snr_db", "bias"),
    [(0.3, 40, 0.02), (0.5, 30, 0.02), (1.0, 30, 0.005), (2.0, 20, 0.005), (12.6, 10, 0.01)],
)
def test_noise_does_not_shrink_the_circle(arc_rad, snr_db, bias):
    circle = fit_circle(arcs(np.random.default_rng(0), arc_rad, snr_db))
    # over 40 recordings; a Kasa fit is off by -74, -74, -18, -8 and +4 % here
    assert np.median(circle.radius) == pytest.approx(1, abs=bias)


def test_the_stated_error_of_the_radius_is_its_spread():
    for arc_rad, snr_db in ((1.0, 30), (2.0, 20), (6.3, 20)):
        circle = fit_circle(arcs(np.random.default_rng(1), arc_rad, snr_db, channels=200))
        assert np.median(circle.radius_error) == pytest.approx(np.std(circle.radius), rel=0.3)


def test_arcs_lost_in_noise_are_not_called_resolved():
    rng = np.random.default_rng(2)
    for arc_rad, snr_db in ((0.3, 10), (0.5, 20), (1.0, 10)):
        assert not fit_circle(arcs(rng, arc_rad, snr_db)).resolved.any()
    noise = rng.standard_normal((20, 4000, 2)).view(np.complex128)[..., 0]
    assert not fit_circle(noise).resolved.any()
    assert fit_circle(arcs(rng, 1.0, 30)).resolved.all()


def test_still_and_straight_channels_give_no_circle_and_no_warning():
    still = np.full(100, 3 + 4j)
    straight = (1 + 1j) * np.linspace(-1, 1, 100)
    circle = fit_circle(np.stack([still, straight, np.zeros(100)]))
    assert not circle.resolved.any()
    assert circle.radius[0] == circle.radius[2] == 0
    centre = choose_centre(np.stack([still, straight, np.zeros(100)]), circle)
    assert np.isfinite(centre).all()


def test_a_spiral_is_measured_around_its_true_centre():
    # the echo grows by 6 % over the breath, as at the slope of a range bin or of a beam
    rng = np.random.default_rng(3)
    place = np.sin(2 * np.pi * 3.3 * np.arange(3000) / 3000)
    noise = 0.01 * rng.standard_normal((3000, 2)).view(np.complex128)[:, 0]
    echo = (4 - 1j + (1 + 0.06 * place) * np.exp(8j * place) + noise)[None]
    fitted = fit_circle(echo).centre
    refined = refine_centre(echo, fitted)
    assert abs(fitted[0] - (4 - 1j)) > 0.01
    assert abs(refined[0] - (4 - 1j)) < 0.002


@settings(max_examples=30)
@given(
    turns=st.floats(1.2, 8),
    slope=st.floats(-0.2, 0.2),
    distance=st.floats(0, 20),
    seed=st.integers(0, 1000),
)
def test_refining_never_leaves_the_centre_of_a_clean_spiral(turns, slope, distance, seed):
    rng = np.random.default_rng(seed)
    place = np.sin(2 * np.pi * rng.uniform(2, 6) * np.linspace(0, 1, 2000) + rng.uniform(0, 6))
    echo = (distance + (1 + slope * place) * np.exp(1j * np.pi * turns * place))[None]
    assert (
        abs(refine_centre(echo, fit_circle(echo).centre)[0] - distance) < 0.02 * abs(slope) + 1e-6
    )
