"""Raw captures of simulated chests, in every form that recorders keep them."""

import numpy as np
import pytest

from radarkit.capture import open_capture, read_config

from .conftest import run

PEOPLE = ("--duration", 10, "--channels", 3, "--seed", 4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("raw")
    for container in ("plain", "split", "records", "udp"):
        done = run(
            "simulate", "-o", f"{container}.h5", "--raw", container, "--container", container,
            *PEOPLE, cwd=path,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    return path


@pytest.mark.parametrize("container", ["split", "records", "udp"])
def test_a_capture_holds_the_same_samples_in_every_container(folder, container):
    def samples(name):
        (path,) = (folder / name).glob("*.bin")
        return open_capture(path, read_config(folder / name / "radar.toml")).read()

    assert samples("plain").shape == (2000, 1, 1, 4, 64)
    np.testing.assert_array_equal(samples(container), samples("plain"))


@pytest.mark.parametrize("bits", [12, 14, 16])
@pytest.mark.parametrize("flaws", [(), ("--realistic",)])
def test_the_scene_fits_the_adc_of_the_radar(tmp_path, bits, flaws):
    (tmp_path / "radar.toml").write_text(
        "[chirp]\nstart_frequency_hz = 60e9\nslope_hz_per_s = 60e12\nsamples = 64\n"
        "sample_rate_hz = 4e6\n[frame]\nloops = 1\ntx_order = [0]\nperiod_s = 0.05\n"
        f"[array]\nrx = 2\n[adc]\nbits = {bits}\n"
    )
    made = run(
        "simulate", "-o", "out.h5", "--raw", "raw", "--radar", "radar.toml", *PEOPLE, *flaws,
        cwd=tmp_path,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    (path,) = (tmp_path / "raw").glob("*.bin")
    samples = open_capture(path, read_config(tmp_path / "raw" / "radar.toml")).read()
    words = np.abs(samples.view(np.float32))
    full_scale = 2 ** (bits - 1)
    assert (words >= full_scale - 1).mean() < 1e-3
    assert words.max() > 0.02 * full_scale


def test_recorded_captures_are_never_replaced_by_simulated_ones(refused, folder, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "night.bin").write_bytes(b"recorded")
    (tmp_path / "mine" / "radar.toml").write_text("# mine")
    (tmp_path / "file.bin").write_bytes(b"recorded")
    for output in ("out.h5", "out"):
        here = ("simulate", "-o", output, *PEOPLE, "--force")
        assert "night.bin, which was not simulated" in refused(*here, "--raw", "mine")
        assert "--raw file.bin is a file" in refused(*here, "--raw", "file.bin")
    assert (tmp_path / "mine" / "night.bin").read_bytes() == b"recorded"
    assert (tmp_path / "mine" / "radar.toml").read_text() == "# mine"
    assert (tmp_path / "file.bin").read_bytes() == b"recorded"
    for container in ("plain", "split"):  # what was simulated may be replaced
        again = ("simulate", "-o", f"{container}.h5", "--raw", container, *PEOPLE, "--force")
        assert run(*again, "--container", container, cwd=folder).returncode == 0


def test_a_container_that_cannot_be_had_is_refused(refused, tmp_path):
    here = ("simulate", "-o", "out.h5")
    assert "'split'" in refused(*here, "--raw", "raw", "--container", "tape")
    assert "without --raw" in refused(*here, "--container", "udp")
    config = (
        "[chirp]\nstart_frequency_hz = 60e9\nslope_hz_per_s = 60e12\nsamples = 64\n"
        "sample_rate_hz = 2e6\n[frame]\nloops = 1\ntx_order = [0]\nperiod_s = 0.005\n"
        '[array]\nrx = 4\n[adc]\naxes = ["frame", "chirp", "rx", "sample"]\n'
    )
    (tmp_path / "array.toml").write_text(config)
    line = refused(*here, "--raw", "raw", "--radar", "array.toml")
    assert "array.toml describes a NumPy array" in line
