"""Has a set been seen before it was asked? The tests, what each found, and what it cannot see."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from types import MappingProxyType
from typing import Literal, NamedTuple, get_args

from measurand.analysis.result import Findings, Verdict
from measurand.stats.estimate import LEVEL, Estimate

__all__ = [
    "BLIND",
    "MARGIN",
    "TESTS",
    "TITLES",
    "Claim",
    "Exposure",
    "ExposureOptions",
    "Outcome",
    "TestName",
    "held",
    "not_run",
    "surely",
    "together",
    "worst_first",
    "worst_of",
]

TestName = Literal[
    "overlap",
    "canary_search",
    "canary_ask",
    "twins",
    "style",
    "gaming",
    "date_split",
    "order",
    "min_k",
]
TESTS: tuple[TestName, ...] = get_args(TestName)

Outcome = Literal["fail", "inconclusive", "pass", "nothing found", "hint", "not run"]
_WORST: tuple[Outcome, ...] = get_args(Outcome)

MARGIN = 0.05
"""Gaps smaller than this share of the scale do not matter, unless another is asked for."""

TITLES: Mapping[TestName, str] = MappingProxyType(
    {
        "overlap": "Overlap with texts the system may have seen",
        "canary_search": "The canary, searched for",
        "canary_ask": "The canary, asked for",
        "twins": "The same asked in other words",
        "style": "The phrasing of the set",
        "gaming": "What is optimised against what is held out",
        "date_split": "Before and after the cut-off",
        "order": "The order of the set",
        "min_k": "Min-k%: how little the texts surprise",
    }
)

BLIND: Mapping[TestName, str] = MappingProxyType(
    {
        "overlap": (
            "It sees only the texts it is given, and rewordings hardly: of 164 HumanEval problems "
            "in other words, shared rows of 13 words find about 1. What a provider trained on is "
            "not among these texts."
        ),
        "canary_search": (
            "It finds the canary where the file was taken whole. Whoever copied the questions "
            "alone, before it was planted, or into a text that was not searched, leaves no trace; "
            "nor is anything seen inside archives and binary formats."
        ),
        "canary_ask": (
            "A system that has seen the canary need not know it by heart, and may refuse to say "
            "it. That nothing is completed shows nothing."
        ),
        "twins": (
            "A system trained on rewordings answers the twins as well: then there is no gap. A "
            "twin that is harder, or asks something else, makes a gap without contamination, which "
            "only a reference system tells apart; one that has seen the set as well hides it."
        ),
        "style": (
            "It sees the kinds of phrasing that are tried, in English. A system that knows the "
            "items whatever their phrasing shows nothing here; rarer wording may be harder in "
            "itself, which only a reference system tells apart."
        ),
        "gaming": (
            "It sees only dimensions that were measured in every version. A version that is tuned "
            "to both the optimised and the held-out dimensions shows nothing, and a trade-off that "
            "is wanted looks the same as gaming."
        ),
        "date_split": (
            "Items after the cut-off may be harder or easier in themselves; a control system with "
            "a later cut-off alone tells that apart. Old items that were never published, and new "
            "ones that resemble old ones, hide the difference."
        ),
        "order": (
            "It needs a published order, in which the set was trained on, more than once as a "
            "rule. A private set has none: there this test can see nothing."
        ),
        "min_k": (
            "A hint and no more: texts differ in topic, length and age as well, and on many sets "
            "it is near chance."
        ),
    }
)
"""What each test cannot see; told wherever its result is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureOptions:
    """How the tests decide.

    Args:
        level: The level of every interval, and one minus the error rate of every test.
        margin: Gaps smaller than this, on the unit interval, do not matter.
        seed: Of what is drawn.
        reference: The system that others are held against: what it loses, anybody may lose.
    """

    level: float = LEVEL
    margin: float = MARGIN
    seed: int = 0
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """What one test found.

    Args:
        test: Which.
        outcome: ``fail``, ``inconclusive`` or ``pass``; ``nothing found`` of a search, ``hint`` of
            what decides nothing, ``not run``.
        told: What came out, or why it was not run, in sentences.
        error: The chance that it fails where there is nothing, over all its systems together; 0
            of what does not decide by a sample.
        findings: Its numbers, decisions and limits.
        items: The examples it is about and what was seen, worst first.
    """

    test: TestName
    outcome: Outcome
    told: str
    error: float = 0.0
    findings: Findings = field(default_factory=lambda: Findings(results=()))
    items: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """What it is called."""
        return TITLES[self.test]

    @property
    def blind(self) -> str:
        """What it cannot see."""
        return BLIND[self.test]

    @property
    def ran(self) -> bool:
        """Whether there was anything to run it on."""
        return self.outcome != "not run"


def not_run(test: TestName, why: str) -> Exposure:
    """A test that its inputs do not allow."""
    return Exposure(test=test, outcome="not run", told=why)


def worst_first(tests: Sequence[Exposure]) -> tuple[Exposure, ...]:
    """What failed first, then what is open; of one outcome in the order of `TESTS`."""
    return tuple(sorted(tests, key=lambda one: (_WORST.index(one.outcome), TESTS.index(one.test))))


def together(tests: Sequence[Exposure]) -> Findings:
    """The numbers, decisions and limits of all tests, worst first."""
    ran = [one for one in worst_first(tests) if one.ran]
    verdicts = tuple(chain.from_iterable(one.findings.verdicts for one in ran))
    limits = chain.from_iterable(one.findings.limits for one in ran)
    return Findings(
        results=tuple(chain.from_iterable(one.findings.results for one in ran)),
        verdicts=tuple(sorted(verdicts, key=lambda verdict: _place(verdict.outcome))),
        limits=tuple(dict.fromkeys((*_by_chance(ran, verdicts), *limits))),
    )


def _place(outcome: str) -> int:
    """How bad an outcome is, the worst being 0."""
    return next((at for at, word in enumerate(_WORST) if word == outcome), len(_WORST))


def held(
    estimate: Estimate, *, sure: bool, margin: float
) -> Literal["fail", "pass", "inconclusive"]:
    """A loss held against the margin: within it, surely there, or neither.

    Args:
        estimate: What is lost; above 0 is bad.
        sure: Whether it is surely there.
        margin: Losses smaller than this do not matter.
    """
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "inconclusive"
    if estimate.high < margin:
        return "pass"
    return "fail" if sure else "inconclusive"


class Claim(NamedTuple):
    """What is claimed of one system among several."""

    sure: bool
    """Whether it holds, the error rate being that of all of them together."""
    alone: bool
    """Whether it would hold if it were the only one."""
    of: int
    """Of how many systems it is claimed."""

    @property
    def caution(self) -> str:
        """Why what an interval shows is not held to be shown; empty where that is not so."""
        told = self.alone and not self.sure
        return f", but not after Holm over {self.of} systems" if told else ""


def surely(claims: Sequence[Callable[[float], bool] | None], error: float) -> tuple[Claim, ...]:
    """Which of several claims hold, the chance that any false one does being the error rate.

    Args:
        claims: Each told the error rate at which it is to hold by itself; what holds at one rate
            holds at any greater one. None where nothing can be claimed.
        error: The error rate of all together.

    References:
        Holm (1979), Scand. J. Stat. 6, 65-70.
    """
    made = {at: claim for at, claim in enumerate(claims) if claim is not None}
    left = dict(made)
    while fresh := [at for at, claim in left.items() if claim(error / len(left))]:
        for at in fresh:
            del left[at]
    return tuple(
        Claim(at in made and at not in left, at in made and made[at](error), len(made))
        for at in range(len(claims))
    )


def worst_of(verdicts: Sequence[Verdict]) -> Outcome:
    """The outcome of a test from its verdicts on single systems."""
    words = {verdict.outcome for verdict in verdicts}
    return next((word for word in _WORST if word in words), "inconclusive")


def _by_chance(ran: Sequence[Exposure], verdicts: Sequence[Verdict]) -> Iterator[str]:
    """How many of so many decisions are expected to be wrong."""
    if able := [one for one in ran if one.error]:
        each = " and ".join(f"{100 * error:g} %" for error in sorted({one.error for one in able}))
        count = f"{len(able)} test" + ("s" if len(able) > 1 else "")
        total = 100 * sum(one.error for one in able)
        yield (
            f"{count} here can fail by chance, at an error rate of {each} each, over all systems "
            f"together (Holm): of a hundred such pages on sets that nobody saw up to {total:g} "
            "have a failure."
        )
    passed = [one.estimate.level for one in verdicts if one.outcome == "pass" and one.estimate]
    if passed:
        wrong = sum((1 - level) / 2 for level in passed)
        yield (
            f"Verdicts that pass: {len(passed):,}. Were each loss the margin itself, {wrong:.2g} "
            "of them would be expected to pass all the same."
        )
