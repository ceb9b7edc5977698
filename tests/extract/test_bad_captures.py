"""Captures that are damaged or read the wrong way: said, or refused, never a result in silence."""

from dataclasses import replace

import numpy as np
import pytest

from radarkit.capture import RadarConfig, open_capture, write_dca1000
from radarkit.errors import UserError
from radarkit.extract import ExtractConfig, extract
from radarkit.extract.images import has_images
from radarkit.simulate.fmcw import DEFAULT_RADAR, MMECG_RADAR, simulate_capture
from radarkit.simulate.scene import FrontEndConfig

SHAPE = "check chirp.samples, array.rx, frame.tx_order, adc.format and adc.lanes"
FOUR_TIMES = "seen at several ranges at once"
FEW = ExtractConfig(channels=16)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """Twenty seconds of a breathing chest whose heart beats 72 times a minute."""
    time_s = np.arange(4000) / 200
    breath_m = 2.5e-3 * np.sin(2 * np.pi * 0.25 * time_s)
    after_s = time_s % (60 / 72)
    pulse_m = 2e-4 * np.exp(-(((after_s - 0.12) / 0.06) ** 2))
    burst_m = 1e-5 * np.exp(-(((after_s - 0.11) / 0.04) ** 2)) * np.cos(75 * after_s)
    motion_m = np.tile(breath_m + pulse_m + burst_m, (5, 1))
    path = tmp_path_factory.mktemp("recorded") / "capture.bin"
    rng = np.random.default_rng(0)
    blocks = simulate_capture(motion_m, 200.0, DEFAULT_RADAR, FrontEndConfig(), rng)
    write_dca1000(path, blocks, DEFAULT_RADAR)
    return path


def changed(radar, **sections):
    """Another configuration of the same radar."""
    described = radar.model_dump(mode="json")
    for section, values in sections.items():
        described[section] |= values
    return RadarConfig.model_validate(described)


def test_the_right_configuration_is_not_warned_of(recorded):
    report = extract(open_capture(recorded, DEFAULT_RADAR), FEW).report
    assert report.warnings == ()
    assert report.range_m == pytest.approx(0.7, abs=0.03)
    assert report.heart_rate_per_min == pytest.approx(72, abs=1.5)


WRONG = {
    "half the samples": ({"chirp": {"samples": 32}, "frame": {"period_s": 0.0025}}, SHAPE),
    "twice the samples": ({"chirp": {"samples": 128}, "frame": {"period_s": 0.01}}, SHAPE),
    "60 samples": ({"chirp": {"samples": 60}}, SHAPE),
    "2 receivers": ({"array": {"rx": 2}, "frame": {"period_s": 0.0025}}, SHAPE),
    "3 receivers": ({"array": {"rx": 3}}, SHAPE),
    "8 receivers": ({"array": {"rx": 8}, "frame": {"period_s": 0.01}}, SHAPE),
    "2 receivers and 2 loops": ({"array": {"rx": 2}, "frame": {"loops": 2}}, SHAPE),
    "2 loops": ({"frame": {"loops": 2}}, "as in 5"),
    "2 transmitters": ({"frame": {"tx_order": [0, 1]}}, "check frame.loops, frame.tx_order"),
    "4 lanes": ({"adc": {"lanes": 4}}, SHAPE),
    "real samples": ({"adc": {"format": "real"}, "chirp": {"samples": 128}}, FOUR_TIMES),
    "real samples of 8 receivers": ({"adc": {"format": "real"}, "array": {"rx": 8}}, FOUR_TIMES),
    "pairs": ({"adc": {"iq_order": "iq-pairs"}}, FOUR_TIMES),
    "Q first": ({"adc": {"iq_order": "q-first"}}, 'try iq_order = "i-first"'),
}


@pytest.mark.parametrize(("sections", "says"), WRONG.values(), ids=WRONG)
def test_a_capture_read_the_wrong_way_is_never_taken_in_silence(recorded, sections, says):
    capture = open_capture(recorded, changed(DEFAULT_RADAR, **sections), allow_partial=True)
    try:
        said = "; ".join(extract(capture, FEW).report.warnings)
    except UserError as error:
        said = str(error)
    assert says in said


def test_a_beamforming_radar_and_the_real_capture_show_no_images(
    chest, capture_of_chest, shared_data
):
    motion_m, _ = chest(np.random.default_rng(0), seconds=10)
    scene = FrontEndConfig(chest_range_m=0.45, snr_db=0)
    bins = {"chest": round(0.45 / MMECG_RADAR.range_bin_m), "nothing": 60}
    capture = capture_of_chest(motion_m, MMECG_RADAR, scene)
    assert not has_images(capture, bins["chest"])
    assert not has_images(capture, bins["nothing"])
    iwr6843 = changed(
        DEFAULT_RADAR,
        chirp={
            "start_frequency_hz": 60.36e9,
            "slope_hz_per_s": 60e12,
            "samples": 100,
            "sample_rate_hz": 4e6,
        },
        frame={"loops": 2, "period_s": 0.05},
    )
    path = shared_data / "iwr6843-seated" / "demo.bin"
    assert not has_images(open_capture(path, iwr6843), 7)
    assert has_images(open_capture(path, changed(iwr6843, adc={"iq_order": "qi-pairs"})), 7)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda x: np.clip(6 * x, -32768, 32767), "lower the receiver gain"),
        (lambda x: x * np.array([1, 0, 1, 1])[:, None, None], "receivers without a signal: 1"),
        (lambda x: 0 * x, "no moving chest"),
        (lambda x: 0 * x + 25, "no moving chest"),
    ],
    ids=["clipped", "a dead receiver", "zeros", "a constant"],
)
def test_damaged_samples_are_said(capture_of, recorded, damage, says):
    cube = open_capture(recorded, DEFAULT_RADAR).read()
    parts = cube.view(np.float32).reshape(*cube.shape, 2)
    damaged = np.ascontiguousarray(damage(parts), np.float32).view(np.complex64)[..., 0]
    capture = replace(capture_of(damaged, DEFAULT_RADAR), limits=(-32768, 32767))
    try:
        report = extract(capture, FEW).report
    except UserError as error:
        said = str(error)
    else:
        said = "; ".join(report.warnings)
        assert report.range_m == pytest.approx(0.7, abs=0.05)
    assert says in said


def test_a_constant_capture_is_told_by_its_value(capture_of):
    cube = np.full((2000, *DEFAULT_RADAR.frame_shape), 25 - 7j, np.complex64)
    with pytest.raises(UserError, match="all samples are"):
        extract(capture_of(cube, DEFAULT_RADAR))
