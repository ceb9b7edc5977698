"""Saying that people of the training were scored."""

import json
from pathlib import Path

from radarkit.evaluation.evaluate import Evaluation


def state_seen(evaluation: Evaluation, folder: Path) -> None:
    """Add ``subjects_seen_in_training`` to ``metrics.json``: a list, empty as it should be.

    Parameters
    ----------
    evaluation : Evaluation
        What was scored.
    folder : Path
        Where ``metrics.json`` is.
    """
    path = folder / "metrics.json"
    content = json.loads(path.read_text())
    content["subjects_seen_in_training"] = list(evaluation.seen)
    path.write_text(json.dumps(content, indent=2) + "\n")
