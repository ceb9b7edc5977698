import json

import numpy as np
import pytest

from radarkit.capture import (
    AdcConfig,
    ArrayConfig,
    ChirpConfig,
    FrameConfig,
    IQOrder,
    RadarConfig,
    open_capture,
    read_config,
    write_dca1000,
    write_toml,
)
from radarkit.errors import UserError
from radarkit.extract import ExtractConfig, extract
from radarkit.recording import Quantity
from radarkit.simulate.fmcw import DEFAULT_RADAR, FrontEndConfig, Reflector, simulate_capture

IWR6843 = RadarConfig(  # as SOURCE.md beside the recording says
    chirp=ChirpConfig(
        start_frequency_hz=60.36e9, slope_hz_per_s=60e12, samples=100, sample_rate_hz=4e6
    ),
    frame=FrameConfig(loops=2, tx_order=(0,), period_s=0.05),
    array=ArrayConfig(rx=4),
)


def record(tmp_path, motion_m, radar, front_end, *, rate_hz=200.0, points=3, seed=0):
    """Simulate, write both files, and open them again from what is on the disk."""
    rng = np.random.default_rng(seed)
    blocks = simulate_capture(np.tile(motion_m, (points, 1)), rate_hz, radar, front_end, rng)
    write_dca1000(tmp_path / "capture.bin", blocks, radar, force=True)
    write_toml(radar, tmp_path / "radar.toml", force=True)
    return open_capture(tmp_path / "capture.bin", read_config(tmp_path / "radar.toml"))


def of_receiver(capture, tmp_path, rx):
    """The same capture as if one receiver alone had been recorded."""
    alone = capture.config.model_copy(update={"array": ArrayConfig(rx=1)})
    path = tmp_path / f"rx{rx}.bin"
    write_dca1000(path, (block[..., rx : rx + 1, :] for block in capture.blocks()), alone)
    return open_capture(path, alone)


def test_the_real_capture_gives_its_known_range_and_rates(shared_data):
    capture = open_capture(shared_data / "iwr6843-seated" / "demo.bin", IWR6843)
    extraction = extract(capture)
    report = json.loads(json.dumps(extraction.report))
    assert report["frames"] == 400
    assert report["frames_dropped"] == report["bytes_left_over"] == 0
    assert report["clipped_fraction"] == 0
    assert report["range_m"] == pytest.approx(0.7, abs=0.1)
    assert report["breathing_rate_per_min"] == pytest.approx(15.2, abs=1)
    assert report["heart_rate_per_min"] == pytest.approx(69.6, abs=2)
    assert extraction.displacement_m.shape[1] == 4000
    assert len(extraction.displacement_m) >= 4
    # SOURCE.md: the chest moves by 4.5 mm or so; a channel may slip by a turn where its echo fades
    assert np.median(np.ptp(extraction.displacement_m, axis=1)) == pytest.approx(4.5e-3, rel=0.2)
    assert any("20 frames per second" in line for line in report["warnings"])


def test_every_receiver_of_the_real_capture_alone_sees_the_chest_breathe(shared_data, tmp_path):
    capture = open_capture(shared_data / "iwr6843-seated" / "demo.bin", IWR6843)
    for rx in range(4):
        report = extract(of_receiver(capture, tmp_path, rx)).report
        assert report["range_m"] == pytest.approx(0.7, abs=0.1)
        assert report["breathing_rate_per_min"] == pytest.approx(15.2, abs=1)


@pytest.mark.parametrize("iq_order", IQOrder)
@pytest.mark.parametrize(
    ("radar", "front_end"),
    [
        (DEFAULT_RADAR, FrontEndConfig()),
        (  # 77 GHz in TDM, chest and noise equally strong, leakage a hundred times stronger
            RadarConfig(
                chirp=ChirpConfig(
                    start_frequency_hz=77e9, slope_hz_per_s=65e12, samples=64, sample_rate_hz=2e6
                ),
                frame=FrameConfig(loops=2, tx_order=(0, 2), period_s=0.01),
                array=ArrayConfig(rx=2),
            ),
            FrontEndConfig(
                chest_range_m=0.45,
                snr_db=0,
                clutter=(
                    Reflector(range_m=0.04, level_db=40),
                    Reflector(range_m=0.5, level_db=6, azimuth_deg=-30),
                ),
            ),
        ),
    ],
)
def test_displacement_of_a_simulated_capture_is_the_truth(
    tmp_path, chest, iq_order, radar, front_end
):
    radar = radar.model_copy(update={"adc": AdcConfig(iq_order=iq_order)})
    motion_m, heart = chest(np.random.default_rng(2), seconds=40)
    extraction = extract(record(tmp_path, motion_m, radar, front_end))
    assert extraction.displacement_m.shape[1] == 8000
    assert len(extraction.channels) >= 4
    truth_m = motion_m - motion_m.mean()
    for found_m in extraction.displacement_m:
        assert np.corrcoef(found_m, truth_m)[0, 1] >= 0.99
        assert np.polyfit(truth_m, found_m, 1)[0] == pytest.approx(1, abs=0.01)  # sign and scale
    report = extraction.report
    assert report["range_m"] == pytest.approx(front_end.chest_range_m, abs=0.03)
    assert report["breathing_rate_per_min"] == pytest.approx(15, abs=0.5)
    assert report["heart_rate_per_min"] == pytest.approx(heart, abs=2)
    scores = [channel.score_db for channel in extraction.channels]
    assert scores == sorted(scores, reverse=True)


def test_a_held_breath_leaves_an_arc_that_is_still_measured_in_metres(tmp_path, chest):
    motion_m, _ = chest(np.random.default_rng(4), seconds=30, breathing_mm=0, heart_mm=0.3)
    capture = record(tmp_path, motion_m, DEFAULT_RADAR, FrontEndConfig(snr_db=20))
    found_m = extract(capture, ExtractConfig(channels=4)).displacement_m
    assert np.ptp(motion_m) * 4 * np.pi / DEFAULT_RADAR.wavelength_m < 1  # rad
    for channel_m in found_m:
        assert np.corrcoef(channel_m, motion_m)[0, 1] >= 0.99
        assert np.polyfit(motion_m, channel_m, 1)[0] == pytest.approx(1, abs=0.03)


def test_twenty_frames_a_second_are_enough_for_both_rates(tmp_path, chest):
    motion_m, heart = chest(np.random.default_rng(6), heart_per_min=84, breathing_per_min=12)
    report = extract(record(tmp_path, motion_m, IWR6843, FrontEndConfig())).report
    assert report["breathing_rate_per_min"] == pytest.approx(12, abs=0.5)
    assert report["heart_rate_per_min"] == pytest.approx(heart, abs=2)


def test_an_extraction_becomes_a_recording(tmp_path, chest):
    motion_m, _ = chest(np.random.default_rng(7), seconds=10)
    capture = record(tmp_path, motion_m, DEFAULT_RADAR, FrontEndConfig())
    extraction = extract(capture, ExtractConfig(channels=3))
    recording = extraction.recording("s01", "2", status="NB")
    assert (recording.name, recording.quantity) == ("s01-2", Quantity.DISPLACEMENT)
    assert (recording.status, recording.source) == ("NB", "capture.bin")
    np.testing.assert_array_equal(recording.radar, extraction.displacement_m)
    assert recording.sample_rate_hz == 200


def test_fewer_channels_than_asked_for_and_a_cut_frame_are_said(tmp_path, chest):
    motion_m, _ = chest(np.random.default_rng(8), seconds=10)
    path = record(tmp_path, motion_m, DEFAULT_RADAR, FrontEndConfig(snr_db=-5)).path
    path.write_bytes(path.read_bytes()[:-100])
    capture = open_capture(path, DEFAULT_RADAR, allow_partial=True)
    report = extract(capture, ExtractConfig(channels=50)).report
    assert (report["frames"], report["frames_dropped"]) == (1999, 1)
    assert report["bytes_left_over"] == DEFAULT_RADAR.bytes_per_frame - 100
    assert any("1999 whole frames read, 924 bytes left over" in x for x in report["warnings"])
    assert any(f"only {len(report['channels'])} of 50" in x for x in report["warnings"])


@pytest.mark.parametrize("scene", ["noise", "zeros", "constant", "nobody", "i and q swapped"])
def test_no_chest_is_invented(tmp_path, chest, scene):
    rng = np.random.default_rng(9)
    shape = (2000, *DEFAULT_RADAR.frame_shape)
    radar = DEFAULT_RADAR
    match scene:
        case "noise":
            cube = 100 * rng.standard_normal((*shape, 2)).view(np.complex128)[..., 0]
        case "zeros":
            cube = np.zeros(shape)
        case "constant":
            cube = np.full(shape, 25 - 7j)
        case "nobody":
            still = np.zeros((1, 2000))
            cube = np.concatenate(
                list(simulate_capture(still, 200.0, radar, FrontEndConfig(), rng))
            )
        case _:
            motion_m, _ = chest(rng, seconds=10)
            blocks = simulate_capture(motion_m[None], 200.0, radar, FrontEndConfig(), rng)
            cube = 1j * np.concatenate(list(blocks)).conj()
    write_dca1000(tmp_path / "capture.bin", [cube.astype(np.complex64)], radar)
    # the mirror image of a chest at 0.7 m is at 2.3 m
    gate = ExtractConfig(max_range_m=2.0)
    with pytest.raises(UserError, match="no moving chest") as caught:
        extract(open_capture(tmp_path / "capture.bin", radar), gate)
    if scene == "i and q swapped":
        assert 'iq_order = "q-first"' in str(caught.value)


def test_captures_that_are_too_short_too_slow_or_gated_away_are_refused(tmp_path, chest):
    motion_m, _ = chest(np.random.default_rng(1), seconds=10)
    capture = record(tmp_path, motion_m, DEFAULT_RADAR, FrontEndConfig())
    with pytest.raises(UserError, match="no range bin between"):
        extract(capture, ExtractConfig(min_range_m=4, max_range_m=5))
    with pytest.raises(UserError, match=r"lasts 2.5 s \(500 frames\)"):
        extract(record(tmp_path, motion_m[:500], DEFAULT_RADAR, FrontEndConfig()))
    slow = DEFAULT_RADAR.model_copy(
        update={"frame": FrameConfig(loops=1, tx_order=(0,), period_s=0.2)}
    )
    with pytest.raises(UserError, match="5 frames per second"):
        extract(record(tmp_path, motion_m, slow, FrontEndConfig()))
