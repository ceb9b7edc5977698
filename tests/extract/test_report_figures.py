import numpy as np
import pytest
from matplotlib.figure import Figure

from radarkit.extract.motion_figures import motion_figure, spectrum_figure
from radarkit.extract.point_figures import points_figure
from radarkit.extract.report_figures import figures, range_figure
from radarkit.extract.report_pictures import Pictures, beam_m
from radarkit.simulate.fmcw import DEFAULT_RADAR, MMECG_RADAR

from .reports import pictures, point, report

STILL = {"displacement_m": np.zeros(4000), "best_iq": np.full(4000, 2 + 1j), "radius": 0.0}
BROKEN = {
    "displacement_m": np.full(4000, np.nan),
    "best_iq": np.full(4000, np.nan + 0j),
    "profile_db": np.full((30, 40), np.nan),
    "centre": complex("nan"),
    "radius": float("inf"),
}


@pytest.mark.parametrize(
    ("content", "found", "drawn"),
    [
        (pictures(), report(), 4),
        (pictures(), report(known=False), 4),
        (pictures(seconds=4, rate_hz=20.0, valid=None), report(1), 4),
        (pictures(**STILL), report(1, known=False), 4),
        (pictures(**BROKEN), report(heart_rate_per_min=None, breathing_rate_per_min=None), 3),
        (pictures(valid=np.zeros(4000, bool), static_db=None), report(2), 4),
        (
            pictures(
                profile_db=np.zeros((1, 1)),
                profile_times_s=np.zeros(1),
                ranges_m=np.ones(1),
                static_db=None,
                moving_db=None,
            ),
            report(2),
            4,
        ),
        (pictures(radius=float("inf"), centre=complex("inf")), report(1), 4),
        (Pictures(), report(0), 0),
    ],
)
def test_every_picture_can_be_drawn_or_is_left_out(content, found, drawn, tmp_path):
    made = list(figures(content, found))
    assert len(made) == drawn
    for title, caption, figure in made:
        assert isinstance(figure, Figure) and title and caption
        figure.savefig(tmp_path / f"{title}.png", dpi=30)


def test_pictures_show_what_was_found():
    content, found = pictures(), report()
    waterfall, profile = range_figure(content, 0.7).axes[:2]
    assert waterfall.lines[0].get_ydata() == [0.7, 0.7]
    np.testing.assert_allclose(profile.lines[0].get_xdata(), content.static_db)
    whole, zoom = motion_figure(content, found).axes
    np.testing.assert_allclose(whole.lines[0].get_ydata(), 1e3 * content.displacement_m)
    shaded = {patch.get_label(): patch.get_extents() for patch in whole.patches}
    assert set(shaded) == {"shown below", "lost frames", "movement"}
    heart_um = zoom.lines[0].get_ydata()[400:-400]
    assert np.ptp(heart_um) == pytest.approx(200, rel=0.1)  # breathing is away
    assert zoom.get_xlim()[0] >= 4  # behind the movement
    lines = spectrum_figure(content, found).axes[0].lines
    assert [line.get_xdata()[0] for line in lines[1::3]] == [15.2 / 60, 69.6 / 60]
    spectrum = lines[0]
    strongest_hz = spectrum.get_xdata()[spectrum.get_ydata().argmax()]
    assert strongest_hz == pytest.approx(0.25, abs=0.05)


LAYERS = [  # three places, one of them seen in three depths and one in two
    (0.0, 0.0, 0.5, 0.2), (0.0, 0.0, 0.6, 0.9), (0.0, 0.0, 0.7, 0.4),
    (0.1, 0.0, 0.5, 0.3), (0.1, 0.0, 0.6, 0.1), (0.0, 0.2, 0.5, 0.6),
]  # fmt: skip


def shown(axes):
    """Dots of a view: place in whole cm to area and colour; and where the ring is."""
    dots, ring = axes.collections[:2]
    axes.figure.draw_without_rendering()
    for (low, high), at in zip(
        (axes.get_xlim(), axes.get_ylim()), dots.get_offsets().T, strict=True
    ):
        assert (low < at).all() and (at < high).all()
    places = [tuple(np.round(place).astype(int).tolist()) for place in dots.get_offsets()]
    values = zip(dots.get_sizes(), dots.get_array(), strict=True)
    return dict(zip(places, values, strict=True)), np.round(ring.get_offsets()[0]).tolist()


def test_points_behind_one_another_are_one_larger_dot_with_the_score_of_the_best():
    points = [point(position_m=[x, y, z], score=score) for x, y, z, score in LAYERS]
    content = pictures(beam_m=np.array([0.05, 0.05]))
    found = points_figure(content, report(points=points)).axes
    views = {axes.get_ylabel(): axes for axes in found}
    dots, ring = shown(views["up (cm)"])
    assert set(dots) == {(0, 0), (10, 0), (0, 20)} and ring == [0, 0]
    areas = [dots[place][0] for place in ((0, 0), (10, 0), (0, 20))]
    np.testing.assert_allclose(np.array(areas) / areas[-1], [3, 2, 1])
    assert [dots[place][1] for place in ((0, 0), (10, 0), (0, 20))] == [0.9, 0.3, 0.6]
    dots, ring = shown(views["ahead (cm)"])
    assert set(dots) == {(0, 50), (0, 60), (0, 70), (10, 50), (10, 60)} and ring == [0, 50]


@pytest.mark.parametrize("height_m", [0.2, 1.0, np.inf])
def test_a_beam_higher_than_the_points_leaves_the_view_from_above_alone(height_m):
    points = [point(position_m=[x, y, z], score=score) for x, y, z, score in LAYERS]
    content = pictures(beam_m=np.array([0.05, height_m]))
    views = {axes.get_ylabel(): axes for axes in points_figure(content, report(points=points)).axes}
    assert "up (cm)" not in views
    dots, _ = shown(views["ahead (cm)"])
    assert set(dots) == {(0, 50), (0, 60), (0, 70), (10, 50), (10, 60)}


def test_slow_frames_are_not_said_to_hold_fast_vibration():
    found = report()
    slow = found.model_copy(
        update={"capture": found.capture.model_copy(update={"frame_rate_hz": 20.0})}
    )
    assert motion_figure(pictures(), slow).axes[1].get_ylabel() == "0.8 to 9 Hz (µm)"
    assert motion_figure(pictures(), found).axes[1].get_ylabel() == "0.8 to 25 Hz (µm)"


def test_a_beam_is_as_wide_as_wavelength_over_aperture():
    radar = MMECG_RADAR
    wide_m, high_m = beam_m(radar, 0.5)
    # 2 transmitters 2 wavelengths apart, 4 receivers half a wavelength apart; 1 half of one higher
    assert wide_m == pytest.approx(0.5 / (2 + 1.5))
    assert high_m == pytest.approx(0.5 / 0.5)
    assert beam_m(DEFAULT_RADAR, 0.5) is None
