"""Weights of the heart rate, and how far it holds: the tables of rates.md.

    python docs/heart_rate.py --fit
    python docs/heart_rate.py

The first simulates people and prints the weights of `radarkit.extract.heart`; the second simulates
others and prints how the rates come out. Each takes a few minutes of one thread.
"""

import argparse
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from heart_rate_people import EVERY, SECONDS, SHAPES, Person, draw_person
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp

from radarkit.extract.bands import transform
from radarkit.extract.evidence import RATES_PER_MIN
from radarkit.extract.heart import evidence_of, heart_rate, terms_of
from radarkit.extract.rates import breathing_rate
from radarkit.extract.steps import without_steps

Float64 = NDArray[np.float64]

FITTED_ON, JUDGED_ON = (1, 3600), (5, 3600)  # seed and number of recordings
NEAR_PER_MIN = 2.5  # of the truth: where the model should put what it believes
RIDGE = 1e-3
SLOW = 10  # of `EVERY`: too few frames a second for the bursts


def people(seed: int, count: int) -> Iterator[Person]:
    """Simulate recordings, half of them without a heart and half at 20 frames a second."""
    for number in range(count):
        rng = np.random.default_rng((seed, number))
        yield draw_person(
            rng,
            seconds=float(rng.choice(SECONDS)),
            every=int(rng.choice((SLOW, *EVERY), p=(0.4, 0.2, 0.15, 0.15, 0.1))),
            shape=SHAPES[number % len(SHAPES)],
            channels=int(rng.choice((1, 3, 8))),
            beating=bool(rng.random() < 0.5),
        )


def fitted(terms: Float64, truth_per_min: Float64) -> Float64:
    """Weights under which the truth is most likely.

    Parameters
    ----------
    terms : (recordings, terms, rates) float64
        From `radarkit.extract.heart.terms_of`.
    truth_per_min : (recordings,) float64
        NaN where there is no heart.

    Returns
    -------
    (terms + 1,) float64
        The last one of no heart.
    """
    right = np.abs(RATES_PER_MIN - truth_per_min[:, None]) <= NEAR_PER_MIN
    right = np.hstack([right, np.isnan(truth_per_min)[:, None]])

    def loss(weights: Float64) -> tuple[float, Float64]:
        of_rates = np.einsum("f,nfr->nr", weights[:-1], terms)
        level = np.hstack([of_rates, np.full((len(terms), 1), weights[-1])])
        chance = level - logsumexp(level, axis=1, keepdims=True)
        of_right = np.where(right, chance, -np.inf)
        of_truth = logsumexp(of_right, axis=1)
        excess = np.exp(of_right - of_truth[:, None]) - np.exp(chance)
        slope = np.append(
            np.einsum("nr,nfr->f", excess[:, :-1], terms) / len(terms), excess[:, -1].mean()
        )
        shrunk = np.append(weights[:-1], 0)
        return RIDGE * float(shrunk @ shrunk) - of_truth.mean(), 2 * RIDGE * shrunk - slope

    start = np.append(np.full(terms.shape[1], 0.2), 8.0)
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x)


def print_weights() -> None:
    """Fit both sets of weights and print them as they stand in `radarkit.extract.heart`."""
    terms: dict[str, list[Float64]] = {"slow": [], "fast": []}
    truth: dict[str, list[float]] = {"slow": [], "fast": []}
    for person in people(*FITTED_ON):
        breathing = breathing_rate(person.channels_m, person.rate_hz)
        motion = transform(without_steps(person.channels_m), person.rate_hz)
        found = terms_of(evidence_of(motion, breathing))
        kind = "slow" if len(found) == 4 else "fast"
        terms[kind].append(found)
        truth[kind].append(person.heart_per_min)
    for kind in terms:
        weights = fitted(np.array(terms[kind]), np.array(truth[kind]))
        print(f"_{kind.upper()}_WEIGHTS: {', '.join(f'{each:.2f}' for each in weights)}")


def print_tables() -> None:
    """Judge breathing and heart rate on people that the weights have not seen."""
    rows = []
    for person in people(*JUDGED_ON):
        breathing = breathing_rate(person.channels_m, person.rate_hz)
        found = heart_rate(person.channels_m, person.rate_hz, breathing)
        rows.append(
            (
                round(person.rate_hz),
                round(person.seconds),
                SHAPES.index(person.shape),
                person.heart_per_min,
                np.nan if found.per_min is None else found.per_min,
                found.confidence,
                person.breathing_per_min,
                np.nan if breathing.per_min is None else breathing.per_min,
                person.sdnn_ms,
            )
        )
    rate_hz, seconds, shape, heart, found, confidence, breath, breath_found, sdnn_ms = np.array(
        rows
    ).T
    beating, given = ~np.isnan(heart), ~np.isnan(found)
    error, breath_error = np.abs(found - heart), np.abs(breath_found - breath)
    print("| frames/s | length | people | rate given | within 3/min | median error | 95 % below |")
    print("|---|---|---|---|---|---|---|")
    for rate in np.unique(rate_hz):
        for length in SECONDS:
            here = beating & (rate_hz == rate) & (seconds == length)
            errors = error[here & given]
            print(
                f"| {rate:.0f} | {length:.0f} s | {here.sum()} | {given[here].mean():.0%}"
                f" | {(errors <= 3).mean():.1%} | {np.median(errors):.1f}"
                f" | {np.quantile(errors, 0.95):.1f} |"
            )
    print("\n| SDNN (ms), in 20 s | people | rate given | within 3/min |\n|---|---|---|---|")
    for low, high in pairwise((0, 15, 30, 45, np.inf)):
        here = (seconds == SECONDS[0]) & (sdnn_ms >= low) & (sdnn_ms < high)
        within = f"{low} to {high}" if high < np.inf else f"above {low}"
        print(
            f"| {within} | {here.sum()} | {given[here].mean():.0%}"
            f" | {(error[here & given] <= 3).mean():.1%} |"
        )
    print("\n| confidence | recordings | right, 20 frames/s | right, faster |\n|---|---|---|---|")
    steps = (0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1.01)
    for low, high in pairwise(steps):
        within = (confidence >= low) & (confidence < high)
        cells = [
            f"{(error[within & speed] <= 3).mean():.0%}" if low >= 0.5 else "no rate"
            for speed in (rate_hz == 20, rate_hz > 20)
        ]
        print(f"| {low} to {min(high, 1)} | {within.sum()} | {' | '.join(cells)} |")
    print("\n| no heart, breath | 20 frames/s: 20 s | 30 s | 60 s | faster: 20 s | 30 s | 60 s |")
    print("|---|---|---|---|---|---|---|")
    for number, name in enumerate(SHAPES):
        cells = []
        for speed in (rate_hz == 20, rate_hz > 20):
            for length in SECONDS:
                here = ~beating & speed & (seconds == length) & (shape == number)
                cells.append(f"{given[here].sum()} of {here.sum()}")
        print(f"| {name} | {' | '.join(cells)} |")
    print("\n| breathing | recordings | rate given | within 1/min | median error |")
    print("|---|---|---|---|---|")
    for length in SECONDS:
        here = seconds == length
        errors = breath_error[here & ~np.isnan(breath_error)]
        print(
            f"| {length:.0f} s | {here.sum()} | {errors.size / here.sum():.0%}"
            f" | {(errors <= 1).mean():.1%} | {np.median(errors):.2f} |"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fit", action="store_true", help="fit the weights and print them")
    if parser.parse_args().fit:
        print_weights()
    else:
        print_tables()
