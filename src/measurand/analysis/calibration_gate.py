"""From what a test set shows of a judge to one of five words, with the reason and what is missing.

``VERIFIED`` says that the true correlation reaches the target; a judge whose does not is called so
at most once in 20 test sets, however many judges were shown on it. ``PASS`` says that the observed
one does, on 80 locked outputs or more that nobody had looked at before: of 100 judges with a true
correlation of .72 about 3 pass a target of .80 on 100 outputs, of those with .80 about 50. A
smaller test set, or one that says no more than a smaller one because its outputs share few prompts
or have unlike weights, only screens: it passes a judge where the lower bound reaches the target, so
that by construction at most 5 % of its passes are false.

A first look passes on the estimate because nothing was chosen by it. Every later one might be the
luckiest of several, so that only the bound counts, and its level grows with their number. So it is
with a target that is lower than the one that was asked for at the first look.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from typing import Literal

from measurand.analysis.calibration_effective import inflation
from measurand.analysis.calibration_split import LEAST_TEST
from measurand.errors import InsufficientData
from measurand.stats.correlation import correlation_units
from measurand.stats.estimate import Estimate

__all__ = [
    "FALSE_PASSES",
    "MOST_LOOKS",
    "OUTCOMES",
    "Evidence",
    "Gate",
    "Outcome",
    "bound_level",
    "gate",
]

Outcome = Literal["VERIFIED", "PASS", "INCONCLUSIVE", "FAIL", "CEILING BELOW TARGET"]
OUTCOMES: tuple[Outcome, ...] = (
    *("VERIFIED", "PASS", "INCONCLUSIVE", "FAIL", "CEILING BELOW TARGET"),
)

FALSE_PASSES = 0.05
"""How often a judge below the target may be called verified, or pass a screening."""
MOST_LOOKS = 3
"""Looks at one test set; after these it takes new labels."""
POWER = 0.8
"""With which the outputs that are needed would decide it."""
_LEAST = 4
_MOST_UNITS = 100_000
_HARDLY_KNOWN = 0.5
_NEARLY_ONE = 1 - 1e-9
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What there is to decide on.

    Args:
        correlation: Of judge and people on the test set, with a two-sided interval.
        bound: The same with a one-sided interval whose lower end counts, of `bound_level`.
        ceiling: The best correlation that any judge could have with these people.
        person: The correlation of one person with the others, where it is known.
        n_test: Locked outputs with both a judge's and people's ratings.
        target: What the correlation is to reach.
        looks: How often this test set has been looked at, this time included.
        shown: Judges, or versions of one, that were shown on it, this one included.
        withheld: Why there can be no decision, whatever the numbers say.
        statistic: What the correlation is called in the sentence.
        effective: For how many independent outputs these stand; by default for as many.
        asked: The target of the first look at these outputs; None where this is it.
    """

    correlation: Estimate
    bound: Estimate
    ceiling: Estimate
    n_test: int
    target: float
    looks: int = 1
    shown: int = 1
    withheld: str | None = None
    statistic: str = "r"
    person: Estimate | None = None
    effective: float | None = None
    asked: float | None = None

    @property
    def counts_as(self) -> int:
        """The independent outputs that the test set is worth; whole ones."""
        worth = self.n_test if self.effective is None else self.effective
        return min(floor(worth + _ROUNDING), self.n_test)

    @property
    def screening(self) -> bool:
        """Whether the test set is too small, or says too little, for more than a screening."""
        return self.counts_as < LEAST_TEST

    @property
    def lowered(self) -> bool:
        """Whether less is asked for than at the first look at these outputs."""
        return self.asked is not None and self.target < self.asked

    @property
    def first(self) -> bool:
        """Whether this judge is the first and only one that was shown on the test set."""
        return self.looks <= 1 and self.shown <= 1 and not self.lowered


@dataclass(frozen=True, slots=True)
class Gate:
    """A decision.

    Args:
        outcome: One of the five words.
        reason: The sentence that a person reads.
        n_needed: Locked outputs at which it would be decided, if the correlation stays what it
            is; None where none would, or it is decided.
    """

    outcome: Outcome
    reason: str
    n_needed: int | None = None


def bound_level(shown: int) -> float:
    """The level of the one-sided bound, after so many judges have been shown on the test set."""
    return 1 - FALSE_PASSES / max(shown, 1)


def gate(found: Evidence) -> Gate:
    """Decide whether a judge can be trusted.

    The ceiling goes before all else: against people who hardly agree, a judge that is as good as
    can be is not to be called bad, nor one that was lucky good. Where the ceiling may be below the
    target, a judge that may be at it does not fail either. One that is surely below the ceiling
    itself fails: that people agree too little does not make it better.
    """
    if refused := _refused(found):
        return Gate("INCONCLUSIVE", refused)
    if found.ceiling.high is not None and found.ceiling.high < found.target:
        if _worse_than_people_allow(found):
            return Gate("FAIL", _both(found))
        return Gate("CEILING BELOW TARGET", _below(found))
    numbers = found.correlation
    if numbers.value is None or numbers.high is None or found.bound.low is None:
        reason = numbers.reason or found.bound.reason or "there is no correlation"
        return Gate("INCONCLUSIVE", f"{reason[:1].upper()}{reason[1:]}.")
    return _decided(found, value=numbers.value, high=numbers.high, least=found.bound.low)


def _decided(found: Evidence, *, value: float, high: float, least: float) -> Gate:
    if least >= found.target:
        return Gate("PASS" if found.screening else "VERIFIED", _reached(found))
    if high < found.target:
        below = f"{_numbers(found)}: even the upper end is below {found.target:g}"
        if _excused(found, high):
            return Gate("INCONCLUSIVE", f"{below}, {_either(found)}")
        return Gate("FAIL", f"{below}.{_person(found)}")
    if found.first and not found.screening and value >= found.target:
        return Gate("PASS", _passed(found))
    return _open(found, value)


def _refused(found: Evidence) -> str | None:
    if found.withheld:
        return found.withheld
    if found.looks > MOST_LOOKS:
        return (
            f"This would be look {found.looks} at the same test set or a part of it, and after "
            f"{MOST_LOOKS} it says little: have new outputs rated by people, and give up those "
            "that were looked at (--new-test)."
        )
    if found.n_test < _LEAST:
        return (
            f"Only {found.n_test} locked outputs have ratings by the judge and by people; "
            f"{LEAST_TEST} are wanted."
        )
    return None


def _below(found: Evidence) -> str:
    most, value, own = found.ceiling.high or 0.0, found.ceiling.value, found.correlation.value
    best = (
        "no ceiling exists, and if there is one it is"
        if not value
        else f"the best that any judge could reach is {_told(value, found)},"
    )
    judge = "" if own is None else f" This judge has {_told(own, found)}."
    return (
        f"People agree too little for a target of {found.target:g}: {best} at most "
        f"{_told(most, found)}.{judge} Have more people rate each output, or define the levels "
        "more clearly."
    )


def _worse_than_people_allow(found: Evidence) -> bool:
    """Whether even a ceiling below the target is out of the judge's reach."""
    high, least = found.correlation.high, found.ceiling.low
    return high is not None and least is not None and high < least


def _both(found: Evidence) -> str:
    """Neither the judge nor the people are good enough."""
    least, most = (_told(x or 0.0, found) for x in (found.ceiling.low, found.ceiling.high))
    return (
        f"{_numbers(found)}: even the upper end is below what a judge could reach with these "
        f"people ({least} to {most}). They agree too little for a target of {found.target:g} as "
        "well, so that a better judge alone would not reach it."
    )


def _excused(found: Evidence, high: float) -> bool:
    """Whether the ceiling may be below the target, and the judge at it: then nobody is to blame."""
    least = found.ceiling.low
    return least is not None and least < found.target and high >= least


def _either(found: Evidence) -> str:
    least, most = (_told(x or 0.0, found) for x in (found.ceiling.low, found.ceiling.high))
    wide = (found.ceiling.high or 0.0) - (found.ceiling.low or 0.0) > _HARDLY_KNOWN
    hardly = " These ratings hardly tell how good a judge could be." if wide else ""
    return (
        f"but so may be the best that any judge could reach with these people ({least} to {most})."
        f"{hardly} More people for each output would tell whether the judge falls short, or they "
        "do."
    )


def _person(found: Evidence) -> str:
    """Where people do not reach the target one by one, a judge that is as good does not either."""
    value = None if found.person is None else found.person.value
    if value is None or value >= found.target:
        return ""
    return (
        f" One person against the others has {_told(value, found)}, so that the target asks more "
        "of a judge than of a person."
    )


def _numbers(found: Evidence) -> str:
    """The correlation in the words that every reason begins with."""
    estimate = found.correlation
    value, low, high = (
        _told(x or 0.0, found) for x in (estimate.value, estimate.low, estimate.high)
    )
    stamp = "screening only, " if found.screening else ""
    worth = ""
    if found.screening and found.n_test >= LEAST_TEST:
        worth = f" that say as much as {found.counts_as} independent ones"
    return f"{found.statistic} = {value} ({low} to {high}; {stamp}{found.n_test:,} outputs{worth})"


def _at_least(found: Evidence) -> str:
    low = _told(found.bound.low or 0.0, found)
    return f"with {100 * found.bound.level:.4g}% confidence it is at least {low}"


def _reached(found: Evidence) -> str:
    kind = "independent" if found.n_test >= LEAST_TEST else "locked"
    more = f" It takes {LEAST_TEST} {kind} outputs to verify a judge." if found.screening else ""
    return f"{_numbers(found)}: {_at_least(found)}, and {found.target:g} was asked for.{more}"


def _passed(found: Evidence) -> str:
    return (
        f"{_numbers(found)} reaches {found.target:g} at the first look. Not verified: "
        f"{_at_least(found)}."
    )


def _open(found: Evidence, value: float) -> Gate:
    needed = _needed(found, value)
    more = (
        f"no number of outputs within reach ({_MOST_UNITS:,}) would decide it if it stays so"
        if needed is None
        else f"about {needed:,} locked outputs would decide it, if it stays so"
    )
    only = f" {_bound_only(found)}" if value >= found.target else ""
    reason = (
        f"{_numbers(found)}: surely neither below {found.target:g} nor at least that; {more}.{only}"
    )
    return Gate("INCONCLUSIVE", f"{reason}{_person(found)}", needed)


def _bound_only(found: Evidence) -> str:
    """Why the estimate reaches the target and does not pass."""
    if found.lowered and found.looks <= 1 and found.shown <= 1:
        why = f"the first look at these outputs asked for {found.asked:g}"
    elif found.looks > 1 or found.shown > 1:
        why = (
            f"this is look {found.looks} and {found.shown} judges or versions were shown on the "
            "test set"
        )
    elif found.n_test < LEAST_TEST:
        why = f"it takes {LEAST_TEST} locked outputs to pass on the estimate"
    else:
        why = f"the outputs say as much as {found.counts_as} independent ones, and {LEAST_TEST} "
        why += "are wanted: have outputs of more prompts rated, or such that were drawn alike"
    return f"Only the lower bound counts ({_told(found.bound.low or 0.0, found)}), as {why}."


def _needed(found: Evidence, value: float) -> int | None:
    """Outputs at which the bound, or the interval, is expected to clear the target."""
    level = found.bound.level if value > found.target else found.correlation.level
    inside = min(max(value, -_NEARLY_ONE), _NEARLY_ONE)
    try:
        units = correlation_units(inside, found.target, power=POWER, level=level)
    except InsufficientData:  # it is the target, and no number tells them apart
        return None
    wanted = ceil(units * inflation(found.correlation))
    # As many more as it takes for these to say as much as 80 independent ones.
    least = ceil(LEAST_TEST * max(found.n_test / max(found.counts_as, 1), 1.0))
    return max(wanted, least) if wanted <= _MOST_UNITS else None


def _told(value: float, found: Evidence) -> str:
    """Two decimals; as many as it takes where fewer would show the target that it is not."""
    digits = next((d for d in (2, 3, 4) if round(value, d) != round(found.target, d)), 5)
    return f"{value:.{2 if value == found.target else digits}f}"
