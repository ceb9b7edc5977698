"""Simulated data sets: people, their hearts, and what the radar makes of them.

Everybody has seeds of their own, derived from the one that was given and from their number alone.
So the same seed gives the same people, however many are asked for and however the work is shared;
and a data set in a folder, with a file for each person, can be stopped and gone on with.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from radarkit.capture import write_toml
from radarkit.datasets.build import spectrogram_of
from radarkit.datasets.frames import seen_in_frames
from radarkit.datasets.raw import (
    RawConfig,
    begin_captures,
    check_captures,
    check_simulated,
    holds,
    write_capture,
)
from radarkit.datasets.resume import is_finished, make_shards
from radarkit.datasets.store import create
from radarkit.errors import UserError
from radarkit.files import atomic_folder, check_output
from radarkit.parallel import Failure
from radarkit.simulate.noise import Noise
from radarkit.simulate.real_ecg import RealHearts
from radarkit.simulate.recipe import Recipe
from radarkit.simulate.subject import draw_heart, draw_subject
from radarkit.simulate.trial import SimulatedTrial, simulate_trial

OnTrial = Callable[[int, int, str], None]

_HEART, _TRIAL, _CONDITIONS, _RADAR = range(1, 5)  # what a trial draws, each from its own seed


class SimulationConfig(BaseModel):
    """What to simulate; the same configuration gives the same signals.

    Attributes
    ----------
    recipe : Recipe
        Whom.
    seed : int
        All that is drawn comes from it.
    noises : tuple of Noise
        Beside what the recipe has.
    ecg : Path, optional
        ECG record, or folder of them, whose beats drive the chests, in consecutive stretches.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipe: Recipe
    seed: int = Field(default=0, ge=0, lt=2**63)  # what a file can say
    noises: tuple[Noise, ...] = ()
    ecg: Path | None = None

    @cached_property
    def hearts(self) -> RealHearts | None:
        """Hearts of the record or folder, if there is one."""
        return None if self.ecg is None else RealHearts(self.ecg)

    def seed_of(self, *key: int) -> np.random.SeedSequence:
        """Seed of a person (their number), or of a part of their trial (number, trial, part)."""
        return np.random.SeedSequence(self.seed, spawn_key=key)

    def name_of(self, number: int) -> str:
        """Name of a person."""
        records = (f"sim{self.seed}",) if self.hearts is None else self.hearts.records
        return f"{records[number % len(records)]}_{number + 1:02d}"


def simulate_person(
    config: SimulationConfig, number: int, trial: int, *, recorded: bool = True
) -> SimulatedTrial:
    """Simulate one trial of one person.

    Parameters
    ----------
    config : SimulationConfig
        What to simulate.
    number, trial : int
        Whose and which, counted from 0.
    recorded : bool
        As the recipe says, with its frame rate and white noise; not where a radar has its own.
    """
    recipe = config.recipe
    status = recipe.trials[trial] if config.ecg is None else "NB"
    subject = draw_subject(recipe, recipe.channels, config.seed_of(number), status=status)
    of_heart, of_trial = (
        np.random.default_rng(config.seed_of(number, trial, part)) for part in (_HEART, _TRIAL)
    )
    if config.hearts is None:
        heart = draw_heart(subject, recipe.duration_s, of_heart)
    else:
        heart = config.hearts.heart(number, trial, len(recipe.trials), recipe.duration_s)
    conditions = recipe.conditions(config.seed_of(number, trial, _CONDITIONS), status)
    if not recorded:
        conditions = conditions.model_copy(update={"noise_m": 0.0})
    simulated = simulate_trial(
        subject,
        heart,
        of_trial,
        name=(config.name_of(number), str(trial + 1)),
        conditions=conditions,
        noises=config.noises,
    )
    if not recorded:
        return simulated
    return replace(
        simulated, recording=seen_in_frames(simulated.recording, conditions.frame_rate_hz)
    )


def simulate_dataset(
    path: Path,
    config: SimulationConfig,
    *,
    raw: tuple[Path, RawConfig] | None = None,
    force: bool = False,
    jobs: int = 1,
    on_trial: OnTrial = lambda *_: None,
) -> int:
    """Write a simulated data set, and raw captures of the same chests.

    Parameters
    ----------
    path : Path
        A file that ends in ``.h5`` for all people, or a folder for a file each. Those who are in
        the folder already, made from the same, are kept.
    config : SimulationConfig
        What to simulate.
    raw : (Path, RawConfig), optional
        Folder for one ``<subject>-<trial>.bin`` a trial with the radar's ``radar.toml``, and the
        radar.
    force : bool
        Make everything anew and replace what is there.
    jobs : int
        Processes; more than one have work only where there is a folder.
    on_trial : callable
        Called after each trial, or each person of a folder, with how many are done, how many there
        are, and the name.

    Returns
    -------
    int
        How many people were there already.

    Raises
    ------
    UserError
        When the output holds something else, the work is interrupted, or a file cannot be written.
    """
    people = range(config.recipe.subjects)
    if path.suffix == ".h5":
        check_output(path, force=force)
        if raw is None:
            _make(_Shard(path, people, config, None, force), on_trial)
            return 0
        check_captures(raw[0], path, force=force)
        check_simulated(raw[0])
        with atomic_folder(raw[0], force=force) as folder:
            write_toml(raw[1].radar, folder / "radar.toml")
            _make(_Shard(path, people, config, (folder, raw[1]), force), on_trial)
        return 0
    check_output(path, force=True)
    if path.exists() and not path.is_dir():
        raise UserError(
            f"{path} exists already and is a file", expected="a folder, or a name that ends in .h5"
        )
    shards = [
        _Shard(
            path / f"{config.name_of(number)}.h5", people[number : number + 1], config, raw, force
        )
        for number in people
    ]
    there = {s.name for s in shards if not force and is_finished(s.shard, s.describe())}
    missing = [
        replace(shard, force=force or shard.name in there)
        for shard in shards
        if shard.name not in there or not shard.has_captures()
    ]
    if raw is None:
        results = make_shards(_make, missing, "people", jobs=jobs, on_shard=on_trial)
    else:
        check_simulated(raw[0])
        check_output(raw[0], force=force or bool(there))
        with begin_captures(*raw, [shard.shard for shard in shards]):
            results = make_shards(_make, missing, "people", jobs=jobs, on_shard=on_trial)
    failures = [result.reason for result in results.values() if isinstance(result, Failure)]
    if failures:
        raise UserError(
            f"{len(failures)} of {len(shards)} people could not be written: {failures[0]}",
            do="the same command goes on from there",
        )
    return len(shards) - len(missing)


@dataclass(frozen=True)
class _Shard:
    """The people of one file."""

    shard: Path
    people: range
    config: SimulationConfig
    raw: tuple[Path, RawConfig] | None
    force: bool

    @property
    def name(self) -> str:
        return self.shard.stem

    def has_captures(self) -> bool:
        """Whether the captures of the file are there, if there are to be any."""
        trials = range(1, len(self.config.recipe.trials) + 1)
        return self.raw is None or all(
            holds(self.raw[0], f"{self.shard.stem}-{trial}") for trial in trials
        )

    def describe(self) -> dict[str, Any]:
        """Everything that decides what the file holds, ready for JSON.

        How many others there are does not.
        """
        described = self.config.model_dump(mode="json")
        described["recipe"]["subjects"] = len(self.people)
        if self.config.hearts is not None:  # the same record at another place makes the same hearts
            described["ecg"] = self.config.hearts.digest()
        return described | ({"raw": self.raw[1].model_dump(mode="json")} if self.raw else {})


def _make(shard: _Shard, on_trial: OnTrial = lambda *_: None) -> None:
    """Make the file of some people; runs in any process."""
    config, done = shard.config, 0
    trials = range(len(config.recipe.trials))
    made_from = shard.describe()
    with create(shard.shard, config=made_from, seed=config.seed, force=shard.force) as writer:
        for number in shard.people:
            for trial in trials:
                simulated = simulate_person(config, number, trial, recorded=shard.raw is None)
                recording = simulated.recording
                writer.add(recording, spectrogram_of(recording))
                times = vars(simulated.beat_times)
                writer.add_truth(recording.name, {"r_s": simulated.heart.r_times_s, **times})
                if shard.raw is not None:
                    folder, radar = shard.raw
                    rng = np.random.default_rng(config.seed_of(number, trial, _RADAR))
                    write_capture(folder, recording, radar, rng, force=True)
                done += 1
                on_trial(done, len(shard.people) * len(trials), recording.name)
