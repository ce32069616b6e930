"""Wald's sequential probability ratio test of a proportion, and what it does exactly."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from measurand.errors import UsageError
from measurand.stats.arrays import Floats

__all__ = ["Course", "Decision", "Operation", "Sprt"]

Decision = Literal["qualified", "not yet", "failed"]
"""The proportion is held to be high, is not decided yet, or is held to be low."""

_TIE = 1e-9
"""A log ratio this close below its bound has reached it: they differ by rounding."""
_NEGLIGIBLE = 1e-12
"""With less probability of being undecided the recursion ends."""
_LONGEST = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How far one sequence of trials has come.

    Args:
        decision: What is decided by now.
        trials: Trials up to the decision, or all of them where there is none.
        successes: How many of these were successes.
        log_ratio: The log of the likelihood ratio after them, over the design effect.
        effect: The design effect: of how many trials one says as much as an independent one.
    """

    decision: Decision
    trials: int
    successes: int
    log_ratio: float
    effect: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What the test does where the proportion is known.

    Args:
        qualified: The probability that it ends high.
        failed: The probability that it ends low.
        undecided: The probability that a truncated test ends without a decision.
        trials: The expected number of trials.
    """

    qualified: float
    failed: float
    undecided: float
    trials: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sprt:
    """Is a proportion at least ``high``, or at most ``low``? Asked after every trial.

    After x successes in n the log likelihood ratio is x log(high / low) + (n - x)
    log((1 - high) / (1 - low)). The test ends at log((1 - beta) / alpha) or at
    log(beta / (1 - alpha)). With Wald's bounds the two errors add up to at most alpha + beta, and
    each is at most alpha / (1 - beta) or beta / (1 - alpha); `operation` has them exactly.

    Args:
        low: The proportion of somebody who should fail.
        high: The proportion of somebody who should qualify.
        alpha: The nominal probability to qualify at ``low``.
        beta: The nominal probability to fail at ``high``.

    Raises:
        UsageError: Not 0 < low < high < 1, or an error is not above 0, or both add up to 1.

    References:
        Wald (1947), *Sequential Analysis*, chapter 3 and sections 5.1 to 5.5.
    """

    low: float = 0.7
    high: float = 0.9
    alpha: float = 0.05
    beta: float = 0.05

    def __post_init__(self) -> None:
        if not 0 < self.low < self.high < 1:
            raise UsageError(
                f"the two proportions lie between 0 and 1 and run upwards; "
                f"found {self.low:g} and {self.high:g}"
            )
        if not (self.alpha > 0 and self.beta > 0 and self.alpha + self.beta < 1):
            raise UsageError(
                f"the two errors are above 0 and add up to less than 1; "
                f"found {self.alpha:g} and {self.beta:g}"
            )

    @property
    def bounds(self) -> tuple[float, float]:
        """The log likelihood ratios at which the test ends: low, high."""
        return (
            math.log(self.beta / (1 - self.alpha)),
            math.log((1 - self.beta) / self.alpha),
        )

    @property
    def steps(self) -> tuple[float, float]:
        """What a failure, and what a success, adds to the log likelihood ratio."""
        return math.log((1 - self.high) / (1 - self.low)), math.log(self.high / self.low)

    def follow(self, successes: Iterable[bool], *, effect: float = 1.0) -> Course:
        """Follow trials in the order made until there is a decision; later ones do not count.

        Args:
            successes: The trials.
            effect: Their design effect, 1 or more. Trials that come in groups of m with a
                correlation r within have 1 + (m - 1) r (Kish 1965); dividing the log ratio by it
                gives its sum the drift and the variance that independent trials would.

        Raises:
            UsageError: The design effect is below 1.
        """
        if not 1 <= effect < math.inf:
            raise UsageError(f"a design effect is 1 or more; found {effect:g}")
        failure, success = (step / effect for step in self.steps)
        trials = good = 0
        ratio, decision = 0.0, self._decided(0.0)
        for right in successes:
            if decision != "not yet":
                break
            trials, good = trials + 1, good + int(right)
            ratio = good * success + (trials - good) * failure
            decision = self._decided(ratio)
        return Course(
            decision=decision, trials=trials, successes=good, log_ratio=ratio, effect=effect
        )

    def further(self, course: Course) -> int:
        """How many further successes in a row would end the test high."""
        gap = self.bounds[1] - _TIE - course.log_ratio
        if course.decision == "qualified":
            return 0
        return max(0, math.ceil(gap * course.effect / self.steps[1]))

    def operation(self, proportion: float, *, most: int | None = None) -> Operation:
        """The operating characteristic and the expected sample size, by exact recursion.

        Args:
            proportion: The true proportion, from 0 to 1.
            most: Truncates the test: whoever is undecided after so many trials stays undecided.

        Raises:
            UsageError: The proportion is impossible, or fewer than one trial is allowed.
        """
        if not 0 <= proportion <= 1:
            raise UsageError(f"a proportion lies between 0 and 1; found {proportion}")
        if most is not None and most < 1:
            raise UsageError(f"a truncated test allows at least one trial; found {most}")
        (failure, success), bounds = self.steps, self.bounds
        mass: Floats = np.ones(1)
        qualified = failed = trials = 0.0
        for count in range(1, (most or _LONGEST) + 1):
            trials += float(mass.sum())
            mass = np.append(mass * (1 - proportion), 0.0) + np.append(0.0, mass * proportion)
            good = np.arange(count + 1)
            ratios = good * success + (count - good) * failure
            high, low = ratios >= bounds[1] - _TIE, ratios <= bounds[0] + _TIE
            qualified += float(mass[high].sum())
            failed += float(mass[low].sum())
            mass[high | low] = 0.0
            if mass.sum() < _NEGLIGIBLE:
                break
        undecided = float(mass.sum())
        return Operation(qualified=qualified, failed=failed, undecided=undecided, trials=trials)

    def _decided(self, ratio: float) -> Decision:
        low, high = self.bounds
        if ratio >= high - _TIE:
            return "qualified"
        return "failed" if ratio <= low + _TIE else "not yet"
