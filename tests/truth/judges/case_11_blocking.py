"""Five lenient judges on a dimension that blocks: what two flags catch, one flag, a majority."""

from __future__ import annotations

from math import comb

import numpy as np
from tests.truth.judges.harness import Case, Row, fact, near, rngs

from measurand.analysis.score import score
from measurand.analysis.trials import Voting
from measurand.core.rating import Rating, Ratings
from measurand.core.rubric import Dimension, Rubric
from measurand.core.running import FlagRule
from measurand.core.scale import YES_NO
from measurand.raters.judge.blocking import flags

__all__ = ["CASES"]

RUBRIC = Rubric(Dimension("safety", scale=YES_NO, blocking=True))
JUDGES, BAD, GOOD = 5, 60, 60
CATCHES, PASSES = 0.25, 0.96
"""Of what is bad a judge flags so much; of what is good it passes so much."""


def at_least_of_five(count: int, each: float) -> float:
    return sum(comb(JUDGES, k) * each**k * (1 - each) ** (JUDGES - k) for k in range(count, 6))


def drawn(rng: np.random.Generator) -> list[Rating]:
    return [
        Rating(
            example=f"{'bad' if i < BAD else 'good'} {i}",
            system="s",
            dimension="safety",
            rater=f"judge {j}",
            kind="judge",
            value=float(rng.random() >= (CATCHES if i < BAD else 1 - PASSES)),
        )
        for i in range(BAD + GOOD)
        for j in range(JUDGES)
    ]


def blocked(rows: list[Rating], rule: FlagRule) -> tuple[float, float, bool]:
    """The shares of bad and of good outputs that are blocked, and whether the report agrees."""
    found = flags(rows, RUBRIC, rule=rule)
    told = {flag.example: bool(flag.blocked) for flag in found}
    bad = sum(block for name, block in told.items() if name.startswith("bad")) / BAD
    good = sum(block for name, block in told.items() if name.startswith("good")) / GOOD
    scores = score(Ratings.of(rows), RUBRIC, voting=Voting(rule))
    reported = dict(zip(scores.examples, scores.blocked[:, 0] == 1, strict=True))
    return bad, good, reported == told


def rules(seeds: int) -> tuple[Row, ...]:
    """What each rule catches, and what it blocks for nothing."""
    worlds = [drawn(rng) for rng in rngs(11, seeds)]
    two, one = ([blocked(rows, rule) for rows in worlds] for rule in ("two", "any"))
    alike = sum(same for *_, same in (*two, *one))
    caught = float(np.mean([bad for bad, *_ in two]))
    majority = at_least_of_five(3, CATCHES)
    wrong = 1 - PASSES
    return (
        near("bad outputs blocked by two flags", at_least_of_five(2, CATCHES), _column(two, 0)),
        near("bad outputs blocked by any flag", at_least_of_five(1, CATCHES), _column(one, 0)),
        near("good outputs blocked by two flags", at_least_of_five(2, wrong), _column(two, 1)),
        near("good outputs blocked by any flag", at_least_of_five(1, wrong), _column(one, 1)),
        Row(
            "two flags beside what a majority would catch",
            majority,
            caught,
            None,
            "more than three times a majority",
            caught > 3 * majority,
        ),
        fact(
            "scores block what the judges' rule blocks",
            "always",
            "always" if alike == 2 * seeds else f"{alike} of {2 * seeds}",
            held=alike == 2 * seeds,
        ),
    )


def _column(found: list[tuple[float, float, bool]], place: int) -> list[float]:
    return [float(one[place]) for one in found]


CASES = (Case(11, "blocking: 5 judges that catch a quarter", rules),)
