import numpy as np
import pytest

from radarkit.errors import UserError
from radarkit.extract import resample, vibration


@pytest.mark.parametrize("frequency_hz", [0.5, 2.0, 8.0, 18.0, 40.0, 90.0])
def test_vibration_has_the_published_frequency_response(frequency_hz):
    # the seven taps of the paper, summed here term by term over a complex exponential
    h = 0.005
    phase = 2 * np.pi * frequency_hz * h
    response = (2 * np.cos(3 * phase) + 4 * np.cos(2 * phase) - 2 * np.cos(phase) - 4) / (16 * h**2)
    time_s = np.arange(400) * h
    tone = 1e-4 * np.cos(2 * np.pi * frequency_hz * time_s + 0.3)
    found = vibration(tone, 200.0)[5:-5]
    np.testing.assert_allclose(found, response * tone[5:-5], atol=1e-9 * abs(response))


def test_vibration_of_slow_motion_is_its_second_derivative_in_metres_per_second_squared():
    time_s = np.arange(1000) / 200
    motion_m = np.stack([3e-3 * np.sin(2 * np.pi * time_s), 0.7 * time_s**2])
    expected = np.stack([-((2 * np.pi) ** 2) * motion_m[0], np.full(1000, 1.4)])
    np.testing.assert_allclose(
        vibration(motion_m, 200.0)[:, 5:-5], expected[:, 5:-5], rtol=2e-3, atol=1e-6
    )


def test_steady_motion_has_no_vibration_up_to_its_ends():
    line = 1e-3 + 0.02 * np.arange(50) / 200
    np.testing.assert_allclose(vibration(line, 200.0), 0, atol=1e-10)
    assert vibration(line[:7], 200.0).shape == (7,)
    with pytest.raises(UserError, match="6 samples"):
        vibration(line[:6], 200.0)


@pytest.mark.parametrize(
    ("rate_hz", "new_rate_hz"), [(20, 200), (13, 200), (500, 200), (128, 200), (200, 200)]
)
def test_resampling_keeps_time_scale_drift_and_ends(rate_hz, new_rate_hz):
    time_s = np.arange(20 * rate_hz) / rate_hz
    new_time_s = np.arange(20 * new_rate_hz) / new_rate_hz

    def motion(t_s):  # drift of centimetres, a breath, a heartbeat's third harmonic
        return 1e-2 + 2e-3 * t_s + 2e-3 * np.sin(1.5 * t_s) + 5e-5 * np.cos(2 * np.pi * 3.6 * t_s)

    found = resample(motion(time_s)[None], rate_hz, new_rate_hz)[0]
    assert found.shape == new_time_s.shape
    error_m = np.abs(found - motion(new_time_s))
    inside = slice(2 * new_rate_hz, -2 * new_rate_hz)
    assert error_m[inside].max() < 2e-7
    assert error_m.max() < 1.5e-4  # nobody knows what the heart does behind the end


@pytest.mark.parametrize("rate_hz", [20, 1 / 0.0333])
def test_resampling_puts_no_image_of_breathing_into_the_vibration_band(rate_hz):
    time_s = np.arange(round(60 * rate_hz)) / rate_hz
    found = resample(2e-3 * np.sin(2 * np.pi * 0.25 * time_s)[None], rate_hz, 200)[0][:12_000]
    power = np.abs(np.fft.rfft(found[2000:-2000] * np.blackman(8000))) ** 2
    frequencies_hz = np.fft.rfftfreq(8000, 1 / 200)
    assert power[frequencies_hz > 5].max() < 1e-9 * power.max()
