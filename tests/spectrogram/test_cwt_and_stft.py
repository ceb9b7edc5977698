import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radarkit.errors import UserError
from radarkit.spectrogram import DEFAULT_GRID, FrequencyGrid, cwt, sst, stft
from radarkit.spectrogram.stft import WINDOW_S
from radarkit.spectrogram.wavelet import MU

ROWS_HZ = np.array(DEFAULT_GRID.frequencies_hz)


def morlet_profile(f_hz):
    """Modulus of a unit tone's transform in each row, in closed form."""
    return np.exp(-0.5 * (MU * (f_hz / ROWS_HZ - 1)) ** 2)


def hann_profile(f_hz):
    """The same for a periodic Hann window: its kernel is sinc(u) / (1 - u^2)."""
    u = (f_hz - ROWS_HZ) * WINDOW_S
    u = np.where(np.isclose(np.abs(u), 1), u + 1e-6, u)
    return np.abs(np.sinc(u) / (1 - u**2))


@settings(max_examples=15)
@given(
    f_hz=st.floats(4.5, 24.5),
    phase=st.floats(0, 2 * np.pi),
    amplitude=st.sampled_from([1e-7, 1.0, 30.0]),
    method=st.sampled_from([(cwt, morlet_profile), (stft, hann_profile)]),
    rate_hz=st.sampled_from([100.0, 130.0, 200.0]),
)
def test_a_tone_has_the_profile_of_the_wavelet_or_the_window(
    f_hz, phase, amplitude, method, rate_hz
):
    transform, profile = method
    t = np.arange(round(12 * rate_hz)) / rate_hz
    picture = transform(amplitude * np.cos(2 * np.pi * f_hz * t + phase), rate_hz)
    inner = picture.values[0][:, 90:270]  # beyond three standard deviations at 4.5 Hz
    expected = np.broadcast_to(amplitude * profile(f_hz)[:, None], inner.shape)
    loud = expected > 0.2 * amplitude
    np.testing.assert_allclose(inner[loud], expected[loud], rtol=0.01, atol=0.01 * amplitude)


@pytest.mark.parametrize("method", [cwt, stft])
@pytest.mark.parametrize("f_hz", [1.0, 1.6, 2.5])
def test_a_slow_tone_stands_in_its_row_over_time(method, f_hz):
    t = np.arange(6000) / 200.0
    picture = method(np.cos(2 * np.pi * f_hz * t), 200.0)
    profile = picture.values[0][:, 300:600].mean(axis=1)
    assert abs(np.log(ROWS_HZ[profile.argmax()] / f_hz)) < 1.5 * DEFAULT_GRID.log_step


@pytest.mark.parametrize("method", [cwt, stft])
def test_a_burst_peaks_in_its_frame(method):
    t = np.arange(4000) / 200.0
    for frame in (123, 299, 402):
        burst = np.exp(-(((t - frame / 30) / 0.1) ** 2)) * np.sin(2 * np.pi * 15 * t)
        values = method(burst, 200.0).values[0]
        assert abs(int(values.max(axis=0).argmax()) - frame) <= 1


@pytest.mark.parametrize("method", [cwt, stft])
@pytest.mark.parametrize(("samples", "rate_hz"), [(3001, 200.0), (801, 130.0), (5000, 199.87)])
def test_rows_and_frames_are_those_of_the_sst(method, samples, rate_hz):
    x = np.random.default_rng(3).standard_normal((2, samples))
    grid = FrequencyGrid.log(1.5, rate_hz / 2, 40)
    ours, its = method(x, rate_hz, grid=grid), sst(x, rate_hz, grid=grid)
    assert ours.values.shape == its.values.shape
    assert ours.values.dtype == np.float32
    assert np.isfinite(ours.values).all()
    np.testing.assert_array_equal(ours.frequencies_hz, its.frequencies_hz)
    np.testing.assert_array_equal(ours.values[1], method(x[1], rate_hz, grid=grid).values[0])


@pytest.mark.parametrize("method", [cwt, stft])
def test_a_broken_signal_is_refused(method):
    x = np.ones(900)
    x[7] = np.inf
    with pytest.raises(UserError, match=r"1 NaN or infinite values in the signal.*sample 7"):
        method(x, 200.0)
