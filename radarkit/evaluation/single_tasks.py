"""Three networks that learnt one task each, as one reconstruction.

A network that learnt shapes alone knows no R peak to place them on. The baseline of the strategies
is therefore all three together: the shape of the first, the length of the second and the anchors of
the third, of the same seed, decoded and scored as one network with three heads is.
"""

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor, nn

from radarkit.datasets.reader import Dataset
from radarkit.evaluation.evaluate import scored_trials, trial_input
from radarkit.evaluation.radarode_mtl import reconstruct_by_tasks
from radarkit.evaluation.scores import Row, score
from radarkit.models import RadarOdeMtl
from radarkit.training.checkpoint import load_model
from radarkit.training.run import BEST, RunRecord


class _OwnTrunk(nn.Module):
    """A head with the trunk that it was trained on."""

    def __init__(self, network: RadarOdeMtl, head: nn.Module) -> None:
        super().__init__()
        self._network, self._head = network, head

    def forward(self, spectrogram: Tensor) -> Tensor:
        out: Tensor = self._head(self._network.features(spectrogram))
        return out


def join_tasks(shape: RadarOdeMtl, length: RadarOdeMtl, anchors: RadarOdeMtl) -> RadarOdeMtl:
    """Make one network of three, each of which gives the task it is named for.

    Parameters
    ----------
    shape, length, anchors : RadarOdeMtl
        For windows of one size.

    Returns
    -------
    RadarOdeMtl
        Its trunk hands the windows on; each head has a trunk of its own.
    """
    return RadarOdeMtl(
        nn.Identity(),
        shape_head=_OwnTrunk(shape, shape.shape_head),
        length_head=_OwnTrunk(length, length.length_head),
        anchor_head=_OwnTrunk(anchors, anchors.anchor_head),
        window=shape.window,
    ).eval()


def score_single_tasks(runs: Mapping[str, Path], data: Path) -> list[Row]:
    """Score three runs of one task each, together, on the people that they have not seen.

    Parameters
    ----------
    runs : mapping of str to Path
        The run of each of ``shape``, ``length`` and ``anchors``, of the same split.
    data : Path
        Labelled data set.

    Returns
    -------
    list of dict
        The row of every trial, as `radarkit.evaluation.evaluate.evaluate` makes them.

    Raises
    ------
    UserError
        When a run or the data cannot be used, or do not fit each other.
    """
    model = join_tasks(**{task: _network(run) for task, run in runs.items()})
    record, dataset = RunRecord.load(next(iter(runs.values()))), Dataset(data)
    rows = []
    for header in scored_trials(dataset, record):
        found = reconstruct_by_tasks(model, trial_input(dataset, header, record), header, record)
        name: Row = {"subject": header.subject, "trial": header.trial}
        rows.append({**name, **score(found, dataset.recording(header))})
    return rows


def _network(run: Path) -> RadarOdeMtl:
    network = load_model(run / BEST)
    assert isinstance(network, RadarOdeMtl)  # the configuration has no other with single tasks
    return network
