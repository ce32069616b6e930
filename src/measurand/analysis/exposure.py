"""Has a set been seen before it was asked? The tests, what each found, and what it cannot see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from types import MappingProxyType
from typing import Literal, get_args

from measurand.analysis.result import Findings, Verdict
from measurand.stats.estimate import LEVEL, Estimate

__all__ = [
    "BLIND",
    "MARGIN",
    "TESTS",
    "TITLES",
    "Exposure",
    "ExposureOptions",
    "Outcome",
    "TestName",
    "held",
    "not_run",
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
            "twin that is harder, or asks something else, makes a gap without contamination."
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
        findings: Its numbers, decisions and limits.
        items: The examples it is about and what was seen, worst first.
    """

    test: TestName
    outcome: Outcome
    told: str
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
    verdicts = chain.from_iterable(one.findings.verdicts for one in ran)
    limits = chain.from_iterable(one.findings.limits for one in ran)
    return Findings(
        results=tuple(chain.from_iterable(one.findings.results for one in ran)),
        verdicts=tuple(sorted(verdicts, key=lambda verdict: _place(verdict.outcome))),
        limits=tuple(dict.fromkeys(limits)),
    )


def _place(outcome: str) -> int:
    """How bad an outcome is, the worst being 0."""
    return next((at for at, word in enumerate(_WORST) if word == outcome), len(_WORST))


def held(
    estimate: Estimate, p_value: float | None, options: ExposureOptions
) -> Literal["fail", "pass", "inconclusive"]:
    """A loss held against the margin: within it, surely there, or neither.

    Args:
        estimate: What is lost; above 0 is bad.
        p_value: Two-sided, of no loss; None where the interval alone decides.
        options: Level and margin.
    """
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "inconclusive"
    if estimate.high < options.margin:
        return "pass"
    sure = estimate.low > 0 if p_value is None else p_value < 1 - options.level
    return "fail" if sure and estimate.value > 0 else "inconclusive"


def worst_of(verdicts: Sequence[Verdict]) -> Outcome:
    """The outcome of a test from its verdicts on single systems."""
    words = {verdict.outcome for verdict in verdicts}
    return next((word for word in _WORST if word in words), "inconclusive")
