"""Every framework reconstructs from the radar alone; what is told the truth is called so."""

import h5py
import numpy as np
import pytest
import torch

from radarkit.datasets.live_noise import LiveNoise
from radarkit.datasets.reader import Dataset
from radarkit.errors import UserError
from radarkit.evaluation.evaluate import evaluate, trial_input
from radarkit.evaluation.frameworks import method_names, reconstruct, told_the_truth
from radarkit.evaluation.mmecg import COPY, FORCED, _conditions, _joined, _starts, _windows
from radarkit.evaluation.noise_protocol import Protocol
from radarkit.evaluation.scores import score
from radarkit.models import Mmecg
from radarkit.models.mu_law import decode, encode
from radarkit.simulate.noise import ConstantNoise
from radarkit.training.checkpoint import load_model
from radarkit.training.run import BEST, RunRecord

from .runs import write_data, write_run

FRAMEWORKS = {"compact": "radarODE-MTL", "radarode": "radarODE", "mmecg": "MMECG"}
OTHERS = ("radarode", "mmecg")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A data set, the same without labels, and a run of each framework."""
    folder = tmp_path_factory.mktemp("frameworks")
    data = write_data(folder / "data.h5")
    for preset in FRAMEWORKS:
        write_run(folder / preset, data, preset=preset)
    (folder / "blind.h5").write_bytes(data.read_bytes())
    with h5py.File(folder / "blind.h5", "r+") as file:
        for trial in file["trials"].values():
            for label in ("ecg", "r_peaks"):
                del trial[label]
    return folder


def awake(model):
    """Let an MMECG that has learnt nothing draw more than one class, and hear the radar."""
    if isinstance(model, Mmecg):
        with torch.no_grad():
            model.sum_points.weight *= 300
            for parameter in model.decoder.parameters():
                parameter *= 3
    return model


def opened(place, preset, data="data.h5", noise=None):
    """Network, radar, header and record, as `reconstruct` takes them."""
    record, dataset = RunRecord.load(place / preset), Dataset(place / data)
    header = dataset.trials[2]
    return (
        awake(load_model(place / preset / BEST)),
        trial_input(dataset, header, record, noise),
        header,
        record,
    )


@pytest.mark.parametrize("preset", FRAMEWORKS)
def test_a_reconstruction_is_finite_whole_and_made_without_labels(place, preset):
    found, blind = (reconstruct(*opened(place, preset, data)) for data in ("data.h5", "blind.h5"))
    assert found.ecg_mv.shape == (2400,) and np.isfinite(found.ecg_mv).all()
    assert np.ptp(found.ecg_mv) > 0
    np.testing.assert_array_equal(found.ecg_mv, blind.ecg_mv)
    np.testing.assert_array_equal(found.r_peaks, blind.r_peaks)


@pytest.mark.parametrize("preset", FRAMEWORKS)
def test_noise_in_the_signal_changes_what_every_framework_draws(place, preset):
    noise = LiveNoise(noises=(ConstantNoise(snr_db=-3.0),))
    clean, noisy = (reconstruct(*opened(place, preset, noise=each)) for each in (None, noise))
    assert not np.array_equal(clean.ecg_mv, noisy.ecg_mv)


@pytest.mark.parametrize("preset", FRAMEWORKS)
def test_only_mmecg_is_told_the_truth_and_the_rows_say_so(place, preset):
    evaluation = evaluate(place / preset, place / "data.h5")
    (trial,) = evaluation.trials
    names = method_names(evaluation.record)
    assert tuple(trial.scores) == names and names[0].startswith(f"{FRAMEWORKS[preset]} ({preset}")
    told = told_the_truth(*opened(place, preset)[:2], trial.truth, evaluation.record)
    assert tuple(told) == names[3:] == ((FORCED, COPY) if preset == "mmecg" else ())
    if preset == "mmecg":
        copied = trial.scores[COPY]
        assert copied["ecg_pcc"] > 0.9
        assert copied["missed_detection_rate"] == 0
        assert copied["r_timing_error_ms"] == pytest.approx(5, abs=1.5)  # one sample late


def test_teacher_forced_windows_lie_where_their_samples_are(place, monkeypatch):
    """A decoder that knows the class of each sample gives the true ECG back."""
    model, radar, _, record = opened(place, "mmecg")
    truth = Dataset(place / "data.h5").recording(Dataset(place / "data.h5").trials[2])

    def know(_, ecg, last):
        return torch.nn.functional.one_hot(ecg, 256).float().mT[:, :, -last:]

    monkeypatch.setattr(model.decoder, "forward", know)
    found = told_the_truth(model, radar, truth, record)[FORCED]
    height = np.ptp(truth.ecg)
    inside = slice(0, truth.samples)
    assert np.abs(found.ecg_mv - truth.ecg)[inside].max() < 0.02 * height
    assert score(found, truth)["ecg_pcc"] > 0.999


def test_free_running_windows_lie_where_their_vibration_is(place, monkeypatch):
    """A network that draws what the radar shows, drawn window by window, gives the radar back."""
    model, radar, header, _ = opened(place, "mmecg")
    vibration = radar.signal()
    shown = 0.5 + 0.4 * np.tanh(vibration[:1] / vibration[0].std())
    monkeypatch.setattr(type(radar), "signal", lambda _: shown)
    monkeypatch.setattr("radarkit.evaluation.mmecg.standardise", lambda x: x.astype(np.float32))
    monkeypatch.setattr(model, "condition", lambda seen, _: seen)
    starts = _starts(header.samples, model.useful // 2)
    drawn = encode(_conditions(model, radar, starts)[:, 0])
    found = _joined(drawn[:, -model.useful :], starts, header.samples)
    expected = decode(encode(torch.from_numpy(shown[0]))).numpy()
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert _windows(shown, starts[:2], 8).shape == (2, 1, 8)


@pytest.mark.parametrize("preset", OTHERS)
@pytest.mark.parametrize("domains", [("spectrogram",), ("signal", "spectrogram")])
def test_noise_that_a_framework_would_not_meet_is_refused(place, preset, domains):
    protocol = Protocol((place / "compact", place / preset), place / "data.h5", domains)
    with pytest.raises(
        UserError, match=f"noise in the spectrogram for {preset}: {FRAMEWORKS[preset]}"
    ):
        protocol.made_from()
    noise = LiveNoise(noises=(ConstantNoise(snr_db=0.0),), domain="spectrogram")
    with pytest.raises(UserError, match=r"which has none; expected noise in the signal"):
        reconstruct(*opened(place, preset, noise=noise))
