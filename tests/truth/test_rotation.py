"""After a rotation by age, core still tells the mean of what it then stands for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from measurand.core.example import Example, Message
from measurand.curation.rotation import Reserve, rotate

STRATA = {"small": (60, 12, 6), "large": (240, 16, 4)}
"""Questions of production, drawn, and in reserve: fewer than will be retired of the large one."""
TIMES = (2, 4)
"""How often each was asked, from and to."""
SEEDS = 300


@dataclass(frozen=True)
class Asked:
    """A question of production: how it is answered, and whether it is old."""

    example: Example
    score: float
    old: bool
    asked: int


def frame() -> dict[str, list[Asked]]:
    """Production, in which what is old is answered worse, and the strata differ."""
    rng = np.random.default_rng(1)
    made: dict[str, list[Asked]] = {}
    for level, (name, (count, drawn, _)) in enumerate(STRATA.items()):
        old = rng.random(count) < 0.4
        asked = rng.integers(TIMES[0], TIMES[1] + 1, count)
        score = rng.normal(0.3 + 0.4 * level, 0.1, count) - 0.2 * old + 0.1 * (asked - 3)
        made[name] = [
            Asked(
                Example(
                    id=f"{name}-{at}",
                    messages=(Message("user", f"{name} {at}?"),),
                    stratum=name,
                    probability=drawn / count / asked[at],
                    created="2025-01-01" if old[at] else "2026-01-01",
                ),
                float(score[at]),
                bool(old[at]),
                int(asked[at]),
            )
            for at in range(count)
        ]
    return made


def why(example: Example) -> str | None:
    return "old" if str(example.created).startswith("2025") else None


def test_what_stays_stands_for_the_strata_as_they_were() -> None:
    every = frame()
    scores = {one.example.id: one.score for asked in every.values() for one in asked}
    sizes = {name: sum(one.asked for one in asked) for name, asked in every.items()}
    young = {name: [one for one in asked if not one.old] for name, asked in every.items()}
    means = {
        name: np.average([one.score for one in those], weights=[one.asked for one in those])
        for name, those in young.items()
    }
    truth = sum(sizes[name] * means[name] for name in sizes) / sum(sizes.values())
    weighted, plain, shrunk = [], [], 0
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        examples: list[Example] = []
        reserve: list[Reserve] = []
        for name, asked in every.items():
            _, drawn, spare = STRATA[name]
            order = [asked[at].example for at in rng.permutation(len(asked))]
            examples += order[:drawn]
            reserve += [Reserve(one, name) for one in order[drawn : drawn + spare]]
        found = rotate(examples, reserve, why, rules={})
        shrunk += bool(found.shrunk)
        values = np.asarray([scores[one.id] for one in found.examples])
        for name in sizes:
            assert np.isclose(stands(found.examples, name).sum(), stands(examples, name).sum())
        weighted.append(np.average(values, weights=stands(found.examples)))
        first = {one.id: one for one in (*examples, *(one.example for one in reserve))}
        as_drawn = stands([first[one.id] for one in found.examples])
        plain.append(np.average(values, weights=as_drawn))
    assert shrunk > 0.9 * SEEDS  # the reserve does run out
    error = np.std(weighted, ddof=1) / np.sqrt(SEEDS)
    assert abs(np.mean(weighted) - truth) < 3.5 * error
    # With the probabilities of the draw it would be off: the test could fail.
    assert abs(np.mean(plain) - truth) > 10 * error


def stands(examples: Iterable[Example], stratum: str | None = None) -> np.ndarray:
    """How many records each stands for."""
    mine = [one for one in examples if stratum in {None, one.stratum}]
    return np.asarray([1 / (one.probability or np.nan) for one in mine])
