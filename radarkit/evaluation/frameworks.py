"""Who reconstructs a trial: one function for each framework."""

from radarkit.datasets.trial_header import TrialHeader
from radarkit.evaluation.assemble import Reconstruction
from radarkit.evaluation.mmecg import COPY, FORCED, reconstruct_by_samples, with_the_truth
from radarkit.evaluation.radarode import reconstruct_by_stages
from radarkit.evaluation.radarode_mtl import reconstruct_by_tasks
from radarkit.evaluation.trial_input import TrialInput
from radarkit.models import Mmecg, Network, RadarOde, RadarOdeMtl, framework_of
from radarkit.recording import Recording
from radarkit.training.run import RunRecord


def reconstruct(
    model: Network, radar: TrialInput, header: TrialHeader, record: RunRecord
) -> Reconstruction:
    """Reconstruct the ECG of one trial from its radar alone.

    Raises
    ------
    UserError
        When the framework reads the signal and the noise is in the spectrogram only.
    """
    if isinstance(model, Mmecg):
        return reconstruct_by_samples(model, radar, header, record)
    if isinstance(model, RadarOde):
        return reconstruct_by_stages(model, radar, header, record)
    assert isinstance(model, RadarOdeMtl)  # there are no others
    return reconstruct_by_tasks(model, radar, header, record)


def told_the_truth(
    model: Network, radar: TrialInput, truth: Recording, record: RunRecord
) -> dict[str, Reconstruction]:
    """Draw what one would who is told the true ECG so far; it is no reconstruction."""
    return with_the_truth(model, radar, truth, record) if isinstance(model, Mmecg) else {}


def method_names(record: RunRecord) -> tuple[str, ...]:
    """Name the network of a run, the two baselines, and what is told the truth, as tables do."""
    preset = record.model.preset
    framework = framework_of(preset)
    how = f", {record.train.strategy.name}" if framework == "radarODE-MTL" else ""
    return (
        f"{framework} ({preset}{how})",
        "mean beat at the network's anchors",
        "classical peaks and mean beat",
        *((FORCED, COPY) if framework == "MMECG" else ()),
    )
