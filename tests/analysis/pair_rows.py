"""Votes on outputs side by side, planted; and what is found in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from measurand.analysis.comparison import ComparisonOptions
from measurand.analysis.result import Findings, Result
from measurand.analysis.standings import standings
from measurand.core.output import Output
from measurand.core.rating import Kind, Rating, Ratings

SYSTEMS = ("good", "fair", "poor", "bad")
WORTH = {"good": 2.4, "fair": 1.4, "poor": 0.5, "bad": 0.0}
PERSONS = tuple(f"person {place}" for place in range(15))
OPTIONS = ComparisonOptions()


def votes(
    *,
    worth: dict[str, float] = WORTH,
    raters: Sequence[str] = PERSONS,
    examples: int = 40,
    kind: Kind = "people",
    first_slot: float | None = None,
    longer: dict[str, float] | None = None,
    length: float = 0.0,
    seed: int = 1,
) -> list[Rating]:
    """Each rater's vote on one pair of systems for every example, at odds that are planted."""
    rng = np.random.default_rng(seed)
    names = tuple(worth)
    rows = []
    for rater in raters:
        for example in range(examples):
            one, other = (names[p] for p in rng.permutation(len(names))[:2])
            gap = worth[one] - worth[other]
            order = None
            if first_slot is not None:
                order = "ab" if rng.random() < 0.5 else "ba"
                gap += first_slot if order == "ab" else -first_slot
            if longer is not None:
                a, b = words_of(one, example, longer), words_of(other, example, longer)
                gap += length * (a - b) / (a + b)
            draw = rng.random()
            win = 1 / (1 + np.exp(-gap))
            value = "tie" if rng.random() < 0.15 else "win" if draw < win else "loss"
            rows.append(
                Rating(
                    example=f"e{example}",
                    system=one,
                    against=other,
                    dimension="help",
                    rater=rater,
                    kind=kind,
                    value=value,
                    order=order,
                )
            )
    return rows


def words_of(system: str, example: int, longer: dict[str, float]) -> int:
    spread = np.random.default_rng([example, len(system), ord(system[0])]).lognormal(0, 0.3)
    return round(80 * longer[system] * spread)


def outputs(longer: dict[str, float], examples: int = 40) -> list[Output]:
    return [
        Output(example=f"e{e}", system=name, text="word " * words_of(name, e, longer))
        for name in longer
        for e in range(examples)
    ]


def found(
    rows: Sequence[Rating],
    systems: Sequence[str] = SYSTEMS,
    *,
    options: ComparisonOptions = OPTIONS,
    known: Sequence[Output] = (),
) -> Findings:
    return standings(Ratings.of(rows), systems, outputs=known, options=options)


def named(findings: Findings, name: str) -> Iterator[tuple[tuple[str, ...], Result]]:
    return ((result.systems, result) for result in findings.named(name))


def vote(
    example: int, rater: int, first: str, second: str, value: str, order: str | None = None
) -> Rating:
    return Rating(
        example=f"e{example}",
        system=first,
        against=second,
        dimension="help",
        rater=f"person {rater}",
        kind="people",
        value=value,
        order=order,
    )
