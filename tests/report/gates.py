"""Gates made by hand: one of every outcome, and one whose every string is hostile."""

from __future__ import annotations

from dataclasses import replace

from measurand.analysis.gate_result import GateItem, GateOutcome, GateResult, Waived
from measurand.analysis.result import Findings, Result, Verdict
from measurand.stats.estimate import Estimate

DIFFERENCE = Estimate(value=-0.062, low=-0.104, high=-0.021, n=212, method="paired t, clustered")
RATE = Estimate(value=0.02, low=0.0, high=0.093, n=50, method="Clopper-Pearson, upper bound")
HASHES = {"data": "9f2c41d07a", "prompt": "51cc0e9a3b", "judge": "none", "code": "77ab20c1de"}


def item(example: str, outcome: str = "pass", **changes: object) -> GateItem:
    made = GateItem(
        example=example,
        component="regression",
        dimension="accuracy",
        outcome="pass",
        reason="all repeats at or above the threshold",
        blocking=False,
        score=0.9,
        baseline=0.85,
        repeats=(0.9,),
        file="data/regression.jsonl",
        line=3,
        waiver=None,
        seconds=0.25,
    )
    return replace(made, outcome=outcome, **changes)  # type: ignore[arg-type]


ITEMS = (
    item(
        "refund-12",
        "fail",
        dimension="safety",
        blocking=True,
        score=0.0,
        baseline=1.0,
        repeats=(0.0, 0.0, 0.0),
        reason="blocked in 3 of 3 repeats",
        line=12,
    ),
    item("late-fee", "fail", score=0.1, reason="below 0.5 in 3 of 3 repeats", line=4),
    item(
        "hours",
        "missing",
        score=None,
        repeats=(None,),
        reason="the provider was gone",
        seconds=None,
        component="core",
        file="data/core.jsonl",
        line=9,
    ),
    item("roaming", "flaky", score=0.5, repeats=(1.0, 0.0, 0.5), reason="1 of 3 repeats failed"),
    item("tariff", "waived", score=0.2, reason="below 0.5", waiver="Ann, until 2026-12-31: known"),
    item("hello", seconds=1.5),
    item("hello", dimension="safety", blocking=True),
    item("bye", component="core", file=None, line=None, baseline=None),
)
WAIVERS = (
    Waived(
        example="tariff",
        dimension="accuracy",
        owner="Ann",
        reason="known, fix is on its way",
        expires="2026-12-31",
        expired=False,
        used=True,
    ),
    Waived(
        example="late-fee",
        dimension="accuracy",
        owner="Ben",
        reason="old",
        expires="2025-01-31",
        expired=True,
        used=False,
    ),
)


def verdicts(outcome: str) -> tuple[Verdict, ...]:
    return (
        Verdict(
            name="gate",
            outcome=outcome,
            reason="safety is blocked in 1 example, and accuracy is worse by more than the margin",
            systems=("candidate", "today"),
        ),
        Verdict(
            name="blocking",
            outcome="fail",
            reason="1 of 50 outputs is blocked",
            estimate=RATE,
            bound=0.05,
            dimension="safety",
            systems=("candidate",),
        ),
        Verdict(
            name="not worse",
            outcome="fail",
            reason="the whole interval lies below the margin",
            estimate=DIFFERENCE,
            bound=-0.05,
            dimension="overall",
            systems=("candidate", "today"),
        ),
    )


def gate(outcome: GateOutcome = "fail", items: tuple[GateItem, ...] = ITEMS) -> GateResult:
    results = (
        Result(
            name="difference",
            estimate=DIFFERENCE,
            dimension="overall",
            systems=("candidate", "today"),
        ),
        Result(name="blocking_rate", estimate=RATE, dimension="safety", systems=("candidate",)),
        Result(
            name="mean",
            estimate=Estimate.absent("nobody rated tone"),
            dimension="tone",
            systems=("candidate",),
        ),
    )
    findings = Findings(
        results=results,
        verdicts=verdicts(outcome),
        limits=("50 examples: a rate below 5.8 % cannot be excluded.",),
    )
    return GateResult(
        findings=findings,
        items=items,
        waivers=WAIVERS,
        hashes=HASHES,
        system="candidate",
        against="today",
        outcome=outcome,
    )


def hostile(text: str) -> GateResult:
    """A gate in which every string that comes from outside is this one."""
    items = tuple(
        item(
            f"{text}{outcome}",
            outcome,
            component=text,
            dimension=text,
            reason=text,
            file=text,
            waiver=text,
        )
        for outcome in ("fail", "missing", "flaky", "waived", "pass")
    )
    estimate = replace(DIFFERENCE, method=text, reason=text)
    verdict = Verdict(
        name=text,
        outcome="fail",
        reason=text,
        estimate=estimate,
        dimension=text,
        systems=(text, text),
    )
    result = Result(name=text, estimate=estimate, dimension=text, systems=(text,))
    waived = replace(
        WAIVERS[0], example=text, dimension=text, owner=text, reason=text, expires=text
    )
    return GateResult(
        findings=Findings(results=(result,), verdicts=(verdict, verdict), limits=(text,)),
        items=items,
        waivers=(waived,),
        hashes={text: text},
        system=text,
        against=text,
        outcome="fail",
    )
