"""Outputs that people and a judge rated, with a correlation that is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np

from measurand.core.rating import Rating, Ratings

__all__ = ["JUDGE", "World"]

JUDGE = "openai/gpt-test"


@dataclass(frozen=True, kw_only=True)
class World:
    """Outputs with a quality; people and a judge see it with noise, on 1 to 5.

    Args:
        n: Outputs.
        judged: The judge's correlation with the quality.
        noise: The people's spread around it, the quality's being 1.
        people: How many rate each output.
        repeats: How often the judge rates it.
        shift: What the judge adds.
        systems: Outputs of each prompt.
        dimension: On which dimension.
        yes_no: Whether values are yes and no.
        failing: The share of outputs on which the judge fails.
    """

    n: int = 150
    judged: float = 0.95
    noise: float = 0.5
    people: int = 3
    repeats: int = 1
    shift: float = 0.0
    systems: int = 1
    dimension: str = "tone"
    yes_no: bool = False
    failing: float = 0.0
    judge: str = JUDGE

    def rows(self, seed: int = 0) -> tuple[Rating, ...]:
        """Its ratings."""
        return tuple(self._rows(np.random.default_rng(seed)))

    def ratings(self, seed: int = 0) -> Ratings:
        """Its table."""
        return Ratings.of(self.rows(seed))

    def _rows(self, rng: np.random.Generator) -> Iterator[Rating]:
        quality = rng.normal(size=self.n)
        seen = self.judged * quality + sqrt(1 - self.judged**2) * rng.normal(size=self.n)
        said = quality[:, None] + self.noise * rng.normal(size=(self.n, self.people))
        lost = rng.random(self.n) < self.failing
        for at in range(self.n):
            base = Rating(
                example=f"e{at // self.systems}",
                system=f"s{at % self.systems}",
                dimension=self.dimension,
                rater="",
                kind="people",
                value=None,
                component="core" if at % 3 else "edge",
            )
            for person in range(self.people):
                value = self._level(float(said[at, person]))
                yield replace(base, rater=f"p{person}", value=value)
            for repeat in range(self.repeats):
                row = replace(base, rater=self.judge, kind="judge", repeat=repeat)
                value = self._level(float(seen[at]) + self.shift)
                failure = "invalid" if lost[at] else None
                yield replace(row, value=None if failure else value, failure=failure)

    def _level(self, quality: float) -> float:
        if self.yes_no:
            return float(quality > 0)
        return float(min(max(round(3 + quality), 1), 5))
