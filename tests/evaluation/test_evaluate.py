import h5py
import numpy as np
import pytest

from radarkit.datasets.live_noise import LiveNoise
from radarkit.errors import UserError
from radarkit.evaluation.evaluate import evaluate
from radarkit.evaluation.frameworks import method_names
from radarkit.simulate.noise import AbruptNoise, ConstantNoise

from .runs import write_data, write_run

NOISES = {
    "clean": None,
    "signal": LiveNoise(noises=(AbruptNoise(snr_db=-9.0, length_s=3.0),)),
    "spectrogram": LiveNoise(noises=(ConstantNoise(snr_db=0.0),), domain="spectrogram"),
}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("evaluate") / "data.h5")


@pytest.fixture(scope="module")
def trained(tmp_path_factory, data):
    return write_run(tmp_path_factory.mktemp("evaluate") / "run", data)


@pytest.mark.parametrize("noise", NOISES)
def test_no_label_changes_a_reconstruction(data, trained, tmp_path, noise):
    (tmp_path / "data.h5").write_bytes(data.read_bytes())
    with h5py.File(tmp_path / "data.h5", "r+") as file:
        for trial in file["trials"].values():
            trial["ecg"][...] = np.random.default_rng(0).standard_normal(trial["ecg"].shape)
            trial["r_peaks"][...] = 100 + 190 * np.arange(trial["r_peaks"].size)
            if "truth" in trial:
                del trial["truth"]
    found, other = (
        evaluate(trained, where, noise=NOISES[noise]) for where in (data, tmp_path / "data.h5")
    )
    for mine, theirs in zip(found.trials, other.trials, strict=True):
        assert mine.reconstructions.keys() == theirs.reconstructions.keys()
        for method, made in mine.reconstructions.items():
            for name, values in vars(made).items():
                np.testing.assert_array_equal(values, getattr(theirs.reconstructions[method], name))
        assert mine.scores != theirs.scores


def test_noise_changes_what_is_reconstructed_and_is_the_same_twice(data, trained):
    network = method_names(evaluate(trained, data).record)[0]
    curves = {
        name: evaluate(trained, data, noise=noise).trials[0].reconstructions[network].anchor_curve
        for name, noise in NOISES.items()
    }
    again = evaluate(trained, data, noise=NOISES["spectrogram"])
    np.testing.assert_array_equal(
        again.trials[0].reconstructions[network].anchor_curve, curves["spectrogram"]
    )
    assert np.ptp(curves["clean"] - curves["signal"]) > 0
    assert np.ptp(curves["clean"] - curves["spectrogram"]) > 0


def test_classical_peaks_are_no_rival_where_their_signal_has_no_noise(data, trained):
    classical = method_names(evaluate(trained, data).record)[2]
    assert classical in evaluate(trained, data, noise=NOISES["signal"]).trials[0].scores
    assert classical not in evaluate(trained, data, noise=NOISES["spectrogram"]).trials[0].scores


def test_subjects_of_the_training_are_scored_only_when_that_is_allowed_and_then_named(
    data, trained
):
    honest, other = evaluate(trained, data), evaluate(trained, data, allow_seen=True)
    split = honest.record.split
    assert [trial.header.subject for trial in honest.trials] == list(split.test)
    assert not honest.seen
    assert {trial.header.subject for trial in other.trials} == {
        *split.train, *split.validation, *split.test
    }  # fmt: skip
    assert set(other.seen) == {*split.train, *split.validation}


@pytest.mark.parametrize("part", ["train", "validation"])
def test_a_split_that_leaks_is_refused(data, trained, tmp_path, part):
    leaked = tmp_path / "run"
    leaked.mkdir()
    for path in trained.iterdir():
        (leaked / path.name).write_bytes(path.read_bytes())
    test = evaluate(trained, data).record.split.test[0]
    record = (leaked / "run.json").read_text()
    mark = f'"{part}": [\n'
    assert mark in record
    (leaked / "run.json").write_text(record.replace(mark, f'{mark}      "{test}",\n'))
    for allow_seen in (False, True):
        with pytest.raises(UserError, match=rf"subject {test} is in {part} and in test"):
            evaluate(leaked, data, allow_seen=allow_seen)
