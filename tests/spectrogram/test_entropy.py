import numpy as np
import pytest

from radarkit.datasets.build import cardiac_vibration
from radarkit.datasets.recipes import load_recipe
from radarkit.simulate import ConstantNoise, draw_heart, draw_subject, simulate_trial
from radarkit.spectrogram import cwt, entropy, sst, stft


@pytest.mark.parametrize("snr_db", [None, 6.0, -6.0])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_squeezing_concentrates_every_simulated_chest_as_published(seed, snr_db):
    # published: STFT 0.94, CWT 0.90, SST 0.76
    rng = np.random.default_rng(seed)
    subject = draw_subject(load_recipe(), 3, np.random.SeedSequence(seed))
    noises = () if snr_db is None else (ConstantNoise(snr_db=snr_db),)
    trial = simulate_trial(
        subject, draw_heart(subject, 20.0, rng), rng, name=("1", "1"), noises=noises
    )
    x = cardiac_vibration(trial.recording)
    pictures = [method(x, trial.recording.sample_rate_hz) for method in (stft, cwt, sst)]
    of_stft, of_cwt, of_sst = (entropy(picture) for picture in pictures)
    assert (of_stft > of_cwt).all()
    assert (of_cwt > of_sst).all()
    assert (of_sst < 0.85 * of_stft).all()  # published: 0.81
