"""After a rotation by age, core still tells the mean of what it then stands for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from measurand.core.example import Example, Message
from measurand.curation.rotation import Reserve, rotate

STRATA = {"small": (60, 12, 6), "large": (240, 16, 4)}
"""Questions of production, drawn, and in reserve: fewer than will be retired of the large one."""
SEEDS = 300


@dataclass(frozen=True)
class Asked:
    """A question of production: how it is answered, and whether it is old."""

    example: Example
    score: float
    old: bool


def frame() -> dict[str, list[Asked]]:
    """Production, in which what is old is answered worse, and the strata differ."""
    rng = np.random.default_rng(1)
    made: dict[str, list[Asked]] = {}
    for level, (name, (count, drawn, _)) in enumerate(STRATA.items()):
        old = rng.random(count) < 0.4
        score = rng.normal(0.3 + 0.4 * level, 0.1, count) - 0.2 * old
        made[name] = [
            Asked(
                Example(
                    id=f"{name}-{at}",
                    messages=(Message("user", f"{name} {at}?"),),
                    stratum=name,
                    probability=drawn / count,
                    created="2025-01-01" if old[at] else "2026-01-01",
                ),
                float(score[at]),
                bool(old[at]),
            )
            for at in range(count)
        ]
    return made


def why(example: Example) -> str | None:
    return "old" if str(example.created).startswith("2025") else None


def test_what_stays_stands_for_the_strata_as_they_were() -> None:
    every = frame()
    scores = {one.example.id: one.score for asked in every.values() for one in asked}
    young = {name: [one.score for one in asked if not one.old] for name, asked in every.items()}
    sizes = {name: len(asked) for name, asked in every.items()}
    truth = sum(sizes[name] * np.mean(young[name]) for name in sizes) / sum(sizes.values())
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
        weights = np.asarray([1 / (one.probability or np.nan) for one in found.examples])
        values = np.asarray([scores[one.id] for one in found.examples])
        assert np.isclose(weights.sum(), sum(sizes.values()))
        weighted.append(np.average(values, weights=weights))
        drawn_as = [1 / every[str(o.stratum)][0].example.probability for o in found.examples]  # type: ignore[operator]
        plain.append(np.average(values, weights=drawn_as))
    assert shrunk > 0.9 * SEEDS  # the reserve does run out
    error = np.std(weighted, ddof=1) / np.sqrt(SEEDS)
    assert abs(np.mean(weighted) - truth) < 3.5 * error
    # With the probabilities of the draw it would be off: the test could fail.
    assert abs(np.mean(plain) - truth) > 10 * error
