import dataclasses
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
from radarkit.extract import ExtractConfig, ExtractionReport, extract
from radarkit.recording import Quantity
from radarkit.simulate import DEFAULT_RADAR, FrontEndConfig, Reflector, simulate_capture

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
    extraction = extract(open_capture(shared_data / "iwr6843-seated" / "demo.bin", IWR6843))
    report = ExtractionReport.of(json.loads(json.dumps(extraction.report.as_json())))
    assert report == extraction.report
    assert report.capture.frames == 400
    assert report.capture.frames_dropped == report.capture.bytes_left_over == 0
    assert report.health.clipped_fraction == 0
    assert report.range_m == pytest.approx(0.7, abs=0.1)
    assert report.breathing_rate_per_min == pytest.approx(15.2, abs=1)
    assert report.heart_rate_per_min == pytest.approx(69.6, abs=2)
    assert extraction.displacement_m.shape == (50, 4000)
    # SOURCE.md: the chest moves by 4.5 mm or so; a channel may slip by a turn where its echo fades
    assert np.median(np.ptp(extraction.displacement_m, axis=1)) == pytest.approx(4.5e-3, rel=0.2)
    assert any("20 frames per second" in line for line in report.warnings)


@pytest.mark.parametrize("rx", range(4))
def test_every_receiver_of_the_real_capture_alone_gives_the_same(shared_data, tmp_path, rx):
    capture = open_capture(shared_data / "iwr6843-seated" / "demo.bin", IWR6843)
    report = extract(of_receiver(capture, tmp_path, rx)).report
    assert report.range_m == pytest.approx(0.7, abs=0.1)
    assert report.breathing_rate_per_min == pytest.approx(15.2, abs=1)
    assert report.heart_rate_per_min == pytest.approx(69.6, abs=2)


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
    truth_m = motion_m - motion_m.mean()
    for found_m in extraction.displacement_m:
        assert np.corrcoef(found_m, truth_m)[0, 1] >= 0.99
        assert np.polyfit(truth_m, found_m, 1)[0] == pytest.approx(1, abs=0.01)  # sign and scale
    report = extraction.report
    assert report.range_m == pytest.approx(front_end.chest_range_m, abs=0.03)
    assert report.breathing_rate_per_min == pytest.approx(15, abs=0.5)
    assert report.heart_rate_per_min == pytest.approx(heart, abs=2)
    scores = [point.score for point in report.points]
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
    assert report.breathing_rate_per_min == pytest.approx(12, abs=0.5)
    assert report.heart_rate_per_min == pytest.approx(heart, abs=2)


def test_an_extraction_becomes_a_recording(tmp_path, chest):
    motion_m, _ = chest(np.random.default_rng(7), seconds=10)
    capture = record(tmp_path, motion_m, DEFAULT_RADAR, FrontEndConfig())
    extraction = extract(capture, ExtractConfig(channels=3))
    recording = extraction.recording("s01", "2", status="NB")
    assert (recording.name, recording.quantity) == ("s01-2", Quantity.DISPLACEMENT)
    assert (recording.status, recording.source) == ("NB", "capture.bin")
    np.testing.assert_array_equal(recording.radar, extraction.displacement_m)
    assert recording.sample_rate_hz == 200


def test_a_cut_frame_and_lost_frames_are_said_and_marked(tmp_path, chest):
    motion_m, _ = chest(np.random.default_rng(8), seconds=10)
    path = record(tmp_path, motion_m, DEFAULT_RADAR, FrontEndConfig()).path
    whole = extract(open_capture(path, DEFAULT_RADAR))
    path.write_bytes(path.read_bytes()[:-100])
    capture = open_capture(path, DEFAULT_RADAR, allow_partial=True)
    lost = slice(700, 740)
    capture.valid[lost] = False
    capture = dataclasses.replace(capture, reader=Zeroed(capture.reader, capture.valid))
    extraction = extract(capture)
    report = extraction.report
    assert (report.capture.frames, report.capture.frames_dropped) == (1999, 1)
    assert report.capture.bytes_left_over == DEFAULT_RADAR.bytes_per_frame - 100
    assert any("1999 whole frames read, 924 bytes left over" in x for x in report.warnings)
    assert any("40 of 1999 frames lost samples" in x for x in report.warnings)
    assert not extraction.valid[lost].any()
    assert extraction.valid.sum() == 1999 - 40
    seen = extraction.recording("s", "1").valid
    np.testing.assert_array_equal(seen, extraction.valid)
    # the breath goes on through the hole: no point loses a turn, 2.5 mm
    after = slice(760, 1990)
    for found, truth in ((extraction, motion_m), (whole, motion_m)):
        point = found.displacement_m[0].astype(float)
        offset = (point - truth[: point.size])[after].mean() - (point - truth[: point.size])[
            :690
        ].mean()
        assert abs(offset) < 1e-4


class Zeroed:
    """Frames of a reader, lost ones zero as a packet stream leaves them."""

    def __init__(self, reader, valid):
        self.reader, self.valid = reader, valid

    def read(self, start, stop):
        frames = self.reader.read(start, stop).copy()
        frames[~self.valid[start:stop]] = 0
        return frames


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


@pytest.mark.parametrize("order", [4, 5, 6, 7, 8])
@pytest.mark.parametrize("radar", [DEFAULT_RADAR, IWR6843], ids=["200 Hz", "20 Hz"])
def test_a_heart_on_a_harmonic_of_the_breath_is_told_from_it(tmp_path, chest, order, radar):
    breathing = 72 / order
    motion_m, heart = chest(
        np.random.default_rng(order), heart_per_min=71.5, breathing_per_min=breathing
    )
    report = extract(record(tmp_path, motion_m, radar, FrontEndConfig())).report
    assert report.breathing_rate_per_min == pytest.approx(breathing, abs=0.5)
    assert report.heart_rate_per_min == pytest.approx(heart, abs=2)


@pytest.mark.parametrize("bin_of_chest", [14.5, 15.0])
@pytest.mark.parametrize("lean_m", [0.0, 0.06, -0.15])
def test_a_chest_that_crosses_range_bins_keeps_its_rates_and_its_scale(
    tmp_path, chest, bin_of_chest, lean_m
):
    motion_m, heart = chest(np.random.default_rng(3), seconds=60)
    time_s = np.arange(motion_m.size) / 200
    truth_m = motion_m + lean_m / 2 * (1 - np.cos(2 * np.pi * time_s / 60))
    range_m = bin_of_chest * DEFAULT_RADAR.range_bin_m
    extraction = extract(
        record(tmp_path, truth_m, DEFAULT_RADAR, FrontEndConfig(chest_range_m=range_m))
    )
    assert extraction.report.breathing_rate_per_min == pytest.approx(15, abs=0.5)
    assert extraction.report.heart_rate_per_min == pytest.approx(heart, abs=2)
    error_m = extraction.displacement_m - truth_m
    lost_turns = np.ptp(error_m, axis=1) > DEFAULT_RADAR.wavelength_m / 4
    assert lost_turns.mean() < 0.1


def test_body_movements_are_named_and_do_not_hide_the_rates(tmp_path, chest):
    motion_m, heart = chest(np.random.default_rng(5), seconds=60)
    time_s = np.arange(motion_m.size) / 200
    for at_s, shift_m in ((14.0, 0.03), (38.0, -0.04)):  # someone shifts on a chair
        motion_m = motion_m + shift_m / (1 + np.exp(-(time_s - at_s) / 0.1))
    report = extract(record(tmp_path, motion_m, DEFAULT_RADAR, FrontEndConfig())).report
    assert [
        any(segment.start_s <= at_s <= segment.stop_s for segment in report.motion_segments)
        for at_s in (14.0, 38.0)
    ] == [True, True]
    assert len(report.motion_segments) == 2
    assert report.breathing_rate_per_min == pytest.approx(15, abs=0.5)
    assert report.heart_rate_per_min == pytest.approx(heart, abs=2)
