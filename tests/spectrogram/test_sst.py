import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.errors import UserError
from radarkit.spectrogram import DEFAULT_GRID, FrequencyGrid, sst
from radarkit.spectrogram.reassign import row_table
from radarkit.spectrogram.sst import period_weights

from .oracle import beats, full_rate_oracle

EDGE_S = 9.0  # four standard deviations of the wavelet at 1 Hz
PAPER_SCRIPT = FrequencyGrid.log(0.7246, 100.0, 71)


@pytest.mark.parametrize(
    ("rate_hz", "frame_rate_hz", "grid"),
    [(200.0, 30.0, DEFAULT_GRID), (200.0, 40.0, PAPER_SCRIPT), (130.0, 26.0, DEFAULT_GRID)],
)
def test_equals_the_full_rate_transform_of_ssqueezepy(rate_hz, frame_rate_hz, grid):
    x = beats(np.random.default_rng(5), 40.0, rate_hz)
    ours = sst(x, rate_hz, grid=grid, frame_rate_hz=frame_rate_hz).values[0]
    theirs = np.abs(full_rate_oracle(x, rate_hz, grid))
    at = np.arange(ours.shape[1]) * rate_hz / frame_rate_hz
    common = (at == np.rint(at)) & (at > EDGE_S * rate_hz) & (at < x.size - EDGE_S * rate_hz)
    a, b = ours[:, common], theirs[:, at[common].astype(int)]
    assert common.sum() > 200
    assert np.abs(a - b).sum() < 0.01 * b.sum()


@settings(max_examples=40)
@given(
    f_hz=st.floats(1.0, 25.0),
    phase=st.floats(0, 2 * np.pi),
    log_amplitude=st.floats(-9, 3),
    rates=st.sampled_from([(200.0, 30.0), (100.0, 30.0), (130.0, 30.0), (500.0, 12.5)]),
)
def test_a_tone_of_amplitude_a_stands_as_a_in_its_nearest_row(f_hz, phase, log_amplitude, rates):
    rate_hz, frame_rate_hz = rates
    amplitude = 10**log_amplitude
    t = np.arange(round(24 * rate_hz)) / rate_hz
    tone = amplitude * np.cos(2 * np.pi * f_hz * t + phase)
    picture = sst(tone, rate_hz, frame_rate_hz=frame_rate_hz)
    inner = (picture.times_s > EDGE_S) & (picture.times_s < 24 - EDGE_S)
    frames = picture.values[0][:, inner]
    distance = np.abs(np.log(picture.frequencies_hz / f_hz))
    nearest = np.flatnonzero(distance < distance.min() + 0.1 * DEFAULT_GRID.log_step)
    assert np.isin(frames.argmax(axis=0), nearest).all()  # two rows when f is on their border
    # the wavelets of the uppermost rows reach the Nyquist frequency, which cuts them: they ring
    # from the edges of the signal into its middle; `sst` states the accuracy there
    accuracy = 1e-2 if f_hz > rate_hz / 7 else 1e-3
    np.testing.assert_allclose(frames.sum(axis=0), amplitude, rtol=accuracy)
    assert frames[nearest].sum() > (1 - accuracy) * frames.sum()


def test_the_frames_of_an_awkward_ratio_of_rates_keep_their_time():
    rate_hz, centre_s = 199.87, 170.0
    t = np.arange(round(178 * rate_hz)) / rate_hz
    burst = np.exp(-(((t - centre_s) / 0.2) ** 2)) * np.cos(2 * np.pi * 11 * (t - centre_s))
    picture = sst(burst, rate_hz)
    energy = (picture.values[0] ** 2).sum(axis=0)
    centroid_s = float((energy * picture.times_s).sum() / energy.sum())
    assert abs(centroid_s - centre_s) < 0.02 / 30


@settings(max_examples=20)
@given(frame=st.integers(180, 420), f_hz=st.floats(4.0, 24.0))
def test_a_burst_peaks_in_its_frame_and_row(frame, f_hz):
    t = np.arange(4000) / 200.0 - frame / 30.0
    picture = sst(np.exp(-((f_hz * t / 12) ** 2)) * np.cos(2 * np.pi * f_hz * t), 200.0)
    row, at = np.unravel_index(picture.values[0].argmax(), picture.values[0].shape)
    assert at == frame
    spread = np.sqrt(2) / (2 * np.pi * 12)  # relative standard deviation of the burst's spectrum
    assert abs(np.log(picture.frequencies_hz[row] / f_hz)) < DEFAULT_GRID.log_step / 2 + spread


def test_a_delay_by_whole_frames_delays_the_picture():
    x = beats(np.random.default_rng(6), 60.0, 200.0)
    late, early = sst(x[:-400], 200.0).values[0], sst(x[400:], 200.0).values[0]  # 60 frames
    inner = slice(300, -300)
    a, b = late[:, 60:][:, inner], early[:, : late.shape[1] - 60][:, inner]
    assert np.abs(a - b).sum() < 0.01 * a.sum()


@settings(max_examples=20)
@given(phase=st.floats(0, 2 * np.pi), seconds=st.floats(16, 20))
def test_the_ends_of_a_breathing_chest_hold_no_burst(phase, seconds):
    # continued by even reflection, the kink in its slope leaves 3.6 % of the breathing
    t = np.arange(round(200 * seconds)) / 200.0
    breathing_mm = 5 * np.sin(2 * np.pi * 0.25 * t + phase)
    picture = sst(breathing_mm, 200.0)
    heart_sounds = picture.values[0][picture.frequencies_hz > 4].sum(axis=0)
    assert heart_sounds.max() < 0.002 * 5


def test_channels_do_not_know_each_other_and_a_silent_one_is_zero():
    rng = np.random.default_rng(7)
    x = rng.standard_normal((5, 1500)) * 10.0 ** np.arange(-8, 2, 2)[:, None]
    x[2] = 4.2
    together = sst(x, 200.0).values
    apart = [sst(row, 200.0).values[0] for row in x]
    np.testing.assert_array_equal(together, np.stack(apart))
    assert (together[2] == 0).all()
    assert (together[[0, 1, 3, 4]].max(axis=(1, 2)) > 0).all()


def test_scale_and_offset_of_the_signal_change_nothing_but_the_scale():
    x = np.random.default_rng(8).standard_normal(2000)
    picture = sst(x, 200.0).values
    np.testing.assert_allclose(sst(2.0**-60 * x, 200.0).values, 2.0**-60 * picture, rtol=1e-6)
    moved = sst(x + 8.0, 200.0).values
    assert np.abs(moved - picture).sum() < 1e-3 * picture.sum()


@settings(max_examples=30)
@given(samples=st.integers(200, 3000), rate_hz=st.sampled_from([100.0, 130.0, 200.0, 217.3]))
def test_there_is_one_frame_for_every_instant_before_the_end(samples, rate_hz):
    picture = sst(np.zeros(samples), rate_hz, grid=FrequencyGrid.log(2.0, 20.0, 9))
    frames = picture.values.shape[2]
    assert (frames - 1) / 30 < samples / rate_hz <= frames / 30 + 1e-6
    assert picture.values.shape[:2] == (1, 9)
    assert picture.values.dtype == np.float32


def test_a_grid_coarser_than_the_wavelet_loses_no_tone():
    t = np.arange(5000) / 200.0
    grid = FrequencyGrid.log(1.0, 25.0, 8)
    for f_hz in (1.2, 2.0, 3.1, 7.9, 20.0):
        frames = sst(np.cos(2 * np.pi * f_hz * t), 200.0, grid=grid).values[0][:, 270:480]
        np.testing.assert_allclose(frames.sum(axis=0), 1.0, rtol=1e-3)


@pytest.mark.parametrize("oversample", [2, 3, 4, 5])
def test_an_oversampled_frame_is_the_mean_magnitude_over_its_period(oversample):
    x = beats(np.random.default_rng(9), 30.0, 200.0)
    often = sst(x, 200.0, frame_rate_hz=30.0 * oversample).values[0].astype(np.float64)
    averaged = sst(x, 200.0, oversample=oversample).values[0]
    h = oversample // 2
    for frame in (1, 2, 450, averaged.shape[1] - 2):
        at = frame * oversample
        if oversample % 2:
            expected = often[:, at - h : at + h + 1].mean(axis=1)
        else:
            expected = np.trapezoid(often[:, at - h : at + h + 1], axis=1) / oversample
        np.testing.assert_allclose(averaged[:, frame], expected, rtol=1e-5, atol=1e-5)


def test_oversampling_keeps_a_tone_and_its_frames():
    t = np.arange(6000) / 200.0
    tone = 3 * np.cos(2 * np.pi * 7.3 * t)
    for oversample in (1, 2, 3, 8):
        picture = sst(tone, 200.0, oversample=oversample)
        assert picture.values.shape == (1, 71, 900)
        np.testing.assert_allclose(picture.values[0][:, 270:630].sum(axis=0), 3.0, rtol=1e-3)
        assert period_weights(oversample).sum() == pytest.approx(1)


def test_the_first_oversampled_frame_averages_the_continued_signal_before_it():
    # a tone in sine phase at its start is continued without a break by odd reflection
    tone = np.sin(2 * np.pi * 10 * np.arange(4000) / 200.0)
    picture = sst(tone, 200.0, oversample=4).values[0]
    np.testing.assert_allclose(picture[:, 0].sum(), 1.0, rtol=1e-3)


@settings(max_examples=50)
@given(
    low_hz=st.floats(0.1, 5.0),
    ratios=st.lists(st.floats(1.0005, 3.0), min_size=2, max_size=40),
    share=st.floats(0, 1),
)
def test_every_frequency_is_found_in_the_row_between_whose_borders_it_lies(low_hz, ratios, share):
    grid = FrequencyGrid(frequencies_hz=tuple(low_hz * np.cumprod([1.0, *ratios])))
    table = row_table(grid.edges_hz())
    low, high = table.borders_hz[0], table.borders_hz[-2]
    between = low + share * (high - low)
    near = [np.nextafter(edge, way) for edge in table.borders_hz[:-1] for way in (0, np.inf)]
    for f in np.array([*near, between, *table.borders_hz[:-2]], np.float32):
        if not low <= f < high:
            continue
        bin_ = min(int((f - low) * table.bins_per_hz), table.first_row.size - 2)
        row = table.first_row[bin_]
        assert table.borders_hz[row] <= f  # never above; the kernel goes up from here
        assert table.first_row[-1] == grid.rows


@pytest.mark.parametrize(
    ("x", "rate_hz", "options", "says"),
    [
        (np.full(900, np.nan), 200.0, {}, "900 NaN or infinite values"),
        (np.zeros((3, 0)), 200.0, {}, "shape"),
        (np.zeros((2, 3, 900)), 200.0, {}, "shape"),
        (np.zeros(150), 200.0, {}, "one period"),
        (np.zeros(900), 40.0, {}, "half the sample rate"),
        (np.zeros(900), 200.0, {"frame_rate_hz": 250.0}, "frame rate"),
        (np.zeros(900), 200.0, {"frame_rate_hz": 0.0}, "frame rate"),
        (np.zeros(900), float("nan"), {}, "frame rate"),
        (np.zeros(900), 200.0, {"oversample": 0}, "0 instants a frame"),
        (np.zeros(900), 200.0, {"oversample": 1.5}, "1.5 instants a frame"),
    ],
)
def test_what_cannot_be_transformed_is_refused(x, rate_hz, options, says):
    with pytest.raises(UserError, match=says):
        sst(x, rate_hz, **options)


def test_numba_loads_with_the_first_transform_and_not_before():
    import subprocess

    code = "import sys, radarkit.spectrogram; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
