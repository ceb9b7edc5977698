"""What ``radarkit eval`` can do, and which options are for which of it."""

from collections.abc import Mapping, Sequence

from radarkit.errors import UserError

_TRAINING = ("--strategies", "--cross-validate")
# what options are for; "" is the plain report
_MODES = {
    "--domain": ("--robustness",),
    "--noise-seed": ("--robustness",),
    "--jobs": ("--robustness", *_TRAINING),
    "--only": ("--strategies",),
    "--seeds": ("--strategies",),
    "--leading": ("--strategies",),
    "--resume": ("--strategies",),
    "--split": ("--strategies",),
    "--preset": _TRAINING,
    "--config": _TRAINING,
    "--set": _TRAINING,
    "--epochs": _TRAINING,
    "--device": _TRAINING,
    "--save-ecg": ("", "--cross-validate"),
    "--allow-seen": ("", "--robustness"),
}


def one_of(modes: Sequence[str]) -> str:
    """Name what is to be done; nothing for the plain report."""
    if len(modes) > 1:
        raise UserError(" with ".join(modes), expected="one of the two", do="call it twice")
    return "".join(modes)


def check_fit(mode: str, options: Mapping[str, object]) -> None:
    """Refuse options that are for something else."""
    for option, value in options.items():
        if value is None or value is False or mode in _MODES[option]:
            continue
        what = option if value is True else f"{option} {_shown(value)}"
        if "" in _MODES[option]:
            raise UserError(f"{what} with {mode}", do="leave one of them out")
        raise UserError(f"{what} without {' or '.join(_MODES[option])}", do="give both or neither")


def _shown(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
