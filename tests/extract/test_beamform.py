import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from radarkit.errors import UserError
from radarkit.extract.beamform import (
    beams,
    capon_weights,
    conventional_weights,
    range_weights,
    steering,
    voxel_grid,
)
from radarkit.simulate import MMECG_RADAR, FrontEndConfig, Reflector, simulate_capture

WAVELENGTH_M = MMECG_RADAR.wavelength_m
TX_M, RX_M = MMECG_RADAR.array.positions_m((0, 1, 2), WAVELENGTH_M)
BIN_M = MMECG_RADAR.range_bin_m
SILENT = {"chest_counts": 1.0, "snr_db": 300.0}


def place(range_m, azimuth_deg, elevation_deg):
    azimuth, elevation = np.deg2rad((azimuth_deg, elevation_deg))
    across, ahead = np.sin(azimuth) * np.cos(elevation), np.cos(azimuth) * np.cos(elevation)
    return range_m * np.array([across, np.sin(elevation), ahead])


def profiles_of(cube):
    """Range profiles by hand: Hann's window, and phases from the centre of the ADC window."""
    samples = cube.shape[-1]
    time = np.arange(samples) - samples / 2
    window = 0.5 + 0.5 * np.cos(2 * np.pi * time / samples)
    tones = np.exp(-2j * np.pi * np.outer(time, np.arange(24)) / samples)
    return (cube[:, 0] @ (window[:, None] * tones) / window.sum()).astype(np.complex64)


geometries = st.integers(0, 10_000).map(
    lambda seed: (
        np.random.default_rng(seed).integers(0, 6, (3, 3)) * [1, 1, 0] * WAVELENGTH_M / 2,
        np.random.default_rng(seed + 1).integers(0, 6, (4, 3)) * [1, 1, 0] * WAVELENGTH_M / 2,
    )
)
directions = st.tuples(st.floats(0.3, 1.5), st.floats(-60, 60), st.floats(-60, 60))


@given(geometry=geometries, azimuth_deg=st.floats(-60, 60), elevation_deg=st.floats(-60, 60))
@settings(max_examples=25, deadline=None)
def test_far_away_the_steering_phase_is_that_of_a_plane_wave(geometry, azimuth_deg, elevation_deg):
    tx_m, rx_m = geometry
    towards = place(1.0, azimuth_deg, elevation_deg)
    virtual_m = tx_m[:, None] + rx_m
    nearer_m = (virtual_m - virtual_m.mean(axis=(0, 1))) @ towards
    found = steering([1e4 * towards], tx_m, rx_m, WAVELENGTH_M)[0]
    np.testing.assert_allclose(found, np.exp(-2j * np.pi * nearer_m / WAVELENGTH_M), atol=1e-3)


@given(
    range_m=st.floats(0.3, 0.9), azimuth_deg=st.floats(-50, 50), elevation_deg=st.floats(-50, 50)
)
@settings(max_examples=20, deadline=None)
def test_a_simulated_echo_steered_at_has_amplitude_1_and_the_phase_of_its_range(
    range_m, azimuth_deg, elevation_deg
):
    aside = Reflector(
        range_m=range_m, level_db=0, azimuth_deg=azimuth_deg, elevation_deg=elevation_deg
    )
    cubes = [
        next(
            simulate_capture(
                np.zeros((1, 1)),
                200.0,
                MMECG_RADAR,
                FrontEndConfig(**SILENT, chest_range_m=0.2, clutter=clutter),
                np.random.default_rng(0),
            )
        )
        for clutter in ((aside,), ())
    ]
    values = profiles_of(cubes[0] - cubes[1])
    point_m = [place(range_m, azimuth_deg, elevation_deg)]
    vectors = steering(point_m, TX_M, RX_M, WAVELENGTH_M)
    expected = np.exp(4j * np.pi * range_m / WAVELENGTH_M)
    ranges = range_weights(np.arange(24) * BIN_M, [range_m])
    # each channel alone: the whole path, not only its share in the sum
    alone = (values[0] @ ranges[0]) * vectors[0].conj()
    np.testing.assert_allclose(alone, np.full((3, 4), expected), atol=0.04)
    echo = beams(values, conventional_weights(vectors), ranges)
    np.testing.assert_allclose(echo, [[expected]], atol=0.01)


@given(geometry=geometries, seed=st.integers(0, 1000), where=directions, each=st.booleans())
@settings(max_examples=40, deadline=None)
def test_weights_have_gain_1_towards_their_point(geometry, seed, where, each):
    vectors = steering([place(*where), place(0.5, 10, -10)], *geometry, WAVELENGTH_M)
    flat = vectors.reshape(2, 12)
    rng = np.random.default_rng(seed)
    snapshots = rng.standard_normal((2, 5, 12)) + 1j * rng.standard_normal((2, 5, 12))
    covariances = np.swapaxes(snapshots, 1, 2) @ snapshots.conj() / 5  # of less than full rank
    for weights in (
        conventional_weights(vectors),
        capon_weights(covariances if each else covariances[0], vectors),
    ):
        np.testing.assert_allclose((weights * flat).sum(axis=1), 1, atol=1e-6)


@given(geometry=geometries, where=directions, power=st.sampled_from([0.0, 1e-6, 1.0, 1e9]))
@settings(max_examples=25, deadline=None)
def test_in_white_noise_capon_is_conventional(geometry, where, power):
    vectors = steering([place(*where)], *geometry, WAVELENGTH_M)
    found = capon_weights(power * np.eye(12), vectors)
    np.testing.assert_allclose(found, conventional_weights(vectors), atol=1e-7)


@given(geometry=geometries, here=directions, there=directions)
@settings(max_examples=40, deadline=None)
def test_capon_rejects_what_comes_from_elsewhere_and_conventional_weights_do_not(
    geometry, here, there
):
    wanted, other = steering([place(*here), place(*there)], *geometry, WAVELENGTH_M)
    likeness = abs(np.vdot(wanted, other)) / 12
    assume(0.15 < likeness < 0.8)
    covariance = np.eye(12) + 1000 * np.outer(other, other.conj())
    capon = capon_weights(covariance, wanted[None])[0]
    assert 20 * np.log10(abs(capon @ other.ravel())) < -20
    conventional = conventional_weights(wanted[None])[0]
    assert abs(conventional @ other.ravel()) == pytest.approx(likeness, abs=1e-5)


def test_a_covariance_with_nan_is_refused():
    covariance = np.eye(12)
    covariance[3, 4] = np.nan
    with pytest.raises(UserError, match="not finite"):
        capon_weights(covariance, steering([[0, 0, 1]], TX_M, RX_M, WAVELENGTH_M))


@given(at_bin=st.floats(2, 21), samples=st.sampled_from([32, 64, 256]), phase=st.floats(-3.1, 3.1))
@settings(max_examples=50, deadline=None)
def test_an_echo_between_bins_is_read_with_its_amplitude_and_phase(at_bin, samples, phase):
    time = np.arange(samples) - samples / 2
    tone = 3 * np.exp(1j * (2 * np.pi * at_bin * time / samples + phase))
    values = profiles_of(tone[None, None, None, None])[0, 0, 0]
    weights = range_weights(0.05 * np.arange(24), [0.05 * at_bin])
    assert 2 <= np.count_nonzero(weights) <= 4
    np.testing.assert_allclose(weights[0] @ values, 3 * np.exp(1j * phase), atol=0.02)


def test_distances_out_of_the_range_gate_are_refused():
    bins_m = 0.3 + 0.05 * np.arange(6)
    assert range_weights(bins_m, [0.26, 0.59]).shape == (2, 6)
    with pytest.raises(UserError, match=r"2 points out of the range gate, one at 0.2 m.*0.3 to"):
        range_weights(bins_m, [0.2, 0.4, 0.61])


def test_the_grid_reaches_as_far_as_the_published_one():
    points_m = voxel_grid(0.475, 0.125, TX_M, RX_M)
    sides = [np.linspace(-0.4, 0.4, 9), np.linspace(-0.4, 0.4, 17), np.linspace(0.35, 0.6, 9)]
    expected = {
        (round(x, 6), round(y, 6), round(z, 6))
        for x in sides[0]
        for y in sides[1]
        for z in sides[2]
        if 0.35 <= round((x * x + y * y + z * z) ** 0.5, 9) <= 0.6
    }
    assert {tuple(point) for point in np.round(points_m, 6) + 0.0} == expected
    assert len(points_m) == len(expected)
    assert set(np.round(np.abs(points_m[:, 0]), 6)) == {0.0, 0.1, 0.2, 0.3, 0.4}


def test_the_grid_has_one_layer_where_the_array_cannot_tell_directions():
    row_m = RX_M[:, :1] * [1, 0, 0]
    assert (voxel_grid(0.5, 0.1, row_m[:1], row_m)[:, 1] == 0).all()
    assert (voxel_grid(0.5, 0.1, row_m[:, [1, 0, 2]], row_m[:1])[:, 0] == 0).all()
    alone = voxel_grid(0.5, 0.1, row_m[:1], row_m[:1], steps=(9, 9, 5))
    np.testing.assert_allclose(alone, [[0, 0, z] for z in (0.4, 0.45, 0.5, 0.55, 0.6)])
    assert (voxel_grid(0.1, 0.3, TX_M, RX_M)[:, 2] > 0).all()


@given(
    frames=st.sampled_from([1, 7, 4096, 5000]),
    points=st.integers(1, 9),
    pair=st.tuples(st.integers(1, 3), st.integers(1, 4)),
    bins=st.integers(1, 7),
    seed=st.integers(0, 1000),
)
@settings(max_examples=25, deadline=None)
def test_beams_are_the_weighted_sum_over_channels_and_bins(frames, points, pair, bins, seed):
    rng = np.random.default_rng(seed)

    def draw(*shape):
        return rng.standard_normal((*shape, 2), np.float32).view(np.complex64)[..., 0]

    values, weights = draw(frames, *pair, bins), draw(points, *pair)
    bin_weights = rng.standard_normal((points, bins)).astype(np.float32)
    bin_weights *= rng.random((points, bins)) < 0.6  # gaps and rows of zeros too
    expected = np.einsum("frxb,prx,pb->pf", values, weights, bin_weights)
    found = beams(values, weights, bin_weights)
    assert found.dtype == np.complex64
    np.testing.assert_allclose(found, expected, atol=1e-4)
    np.testing.assert_array_equal(beams(values, weights.reshape(points, -1), bin_weights), found)


@pytest.mark.parametrize("adaptive", [False, True])
def test_each_beam_follows_its_own_part_of_the_chest(adaptive):
    rate_hz, seconds = 200.0, 4
    time_s = np.arange(round(rate_hz * seconds)) / rate_hz
    motion_m = 200e-6 * np.sin(2 * np.pi * np.array([[3.0], [5.0]]) * time_s)
    sides_m = np.array([place(0.5, -30, 8), place(0.55, 25, -8)])
    blocks = simulate_capture(
        motion_m,
        rate_hz,
        MMECG_RADAR,
        FrontEndConfig(chest_range_m=0.5, clutter=(), snr_db=20),
        np.random.default_rng(1),
        positions_m=sides_m - [0, 0, 0.5],
    )
    values = np.concatenate([profiles_of(block) for block in blocks])
    vectors = steering(sides_m, TX_M, RX_M, WAVELENGTH_M)
    weights = conventional_weights(vectors)
    if adaptive:
        moving = (values - values.mean(axis=0))[..., 11:14]  # echoes at rest all agree
        rows = moving.transpose(0, 3, 1, 2).reshape(-1, 12)
        weights = capon_weights(rows.T @ rows.conj() / len(rows), vectors)
    ranges = range_weights(np.arange(24) * BIN_M, np.linalg.norm(sides_m, axis=1))
    phase = np.unwrap(np.angle(beams(values, weights, ranges)), axis=1)
    seen_m = phase * WAVELENGTH_M / (4 * np.pi)
    tones = np.exp(-2j * np.pi * np.array([[3.0], [5.0]]) * time_s)
    heard_m = 2 * np.abs(seen_m @ tones.T) / len(time_s)  # (beam, tone)
    own, other = heard_m.diagonal(), heard_m[::-1].diagonal()
    np.testing.assert_allclose(own, 200e-6, rtol=0.2)
    assert (other < 0.25 * 200e-6).all()
