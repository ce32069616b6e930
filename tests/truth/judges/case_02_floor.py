"""Without a preference for a place, the other order flips as often as the same one."""

from __future__ import annotations

import numpy as np
from tests.truth.judges.audit_world import PAIRS, audited, one, pairs
from tests.truth.judges.harness import Case, Row, covered, fact, near, rngs

from measurand.simulate.judge_rows import PlantedJudge

__all__ = ["CASES"]


def run(seeds: int) -> tuple[Row, ...]:
    found = [
        audited(pairs(PlantedJudge(), rng, n=200, repeats=2), scale=PAIRS) for rng in rngs(2, seeds)
    ]
    rates = [one(f, "flip_rate").value or 0.0 for f in found]
    floors = [one(f, "noise_floor").value or 0.0 for f in found]
    biased = [
        audited(pairs(PlantedJudge(position_logit=2), rng, n=200, repeats=2), scale=PAIRS)
        for rng in rngs(2, min(seeds, 20))
    ]
    beyond = [one(f, "flips_beyond_noise") for f in biased]
    seen = sum((estimate.low or 0.0) > 0 for estimate in beyond)
    return (
        covered("flips beyond noise", 0.0, [one(f, "flips_beyond_noise") for f in found]),
        near("flips less the noise floor", 0.0, np.subtract(rates, floors).tolist()),
        fact(
            "with logit 2 flips are beyond noise",
            f"{len(beyond)} seeds",
            f"{seen} seeds",
            held=seen == len(beyond),
        ),
    )


CASES = (Case(2, "flips and the noise floor", run),)
