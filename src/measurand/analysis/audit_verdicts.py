"""From measured biases to verdicts: all of one judge together, then in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from measurand.analysis.biases.advice import MEANING, advice
from measurand.analysis.biases.base import BIASES, Bias
from measurand.analysis.result import Verdict
from measurand.figures.text import MINUS
from measurand.stats.estimate import LEVEL, Estimate
from measurand.stats.materiality import Materiality, decide_family

__all__ = ["MITIGATED", "NOT_MITIGATED", "BiasLine", "audit_verdicts", "bias_lines", "in_words"]

MITIGATED = "mitigated"
NOT_MITIGATED = "not mitigated"
_ORDER = ("material", "inconclusive", "negligible")


@dataclass(frozen=True, slots=True, kw_only=True)
class BiasLine:
    """One bias of one judge, all designs and dimensions together.

    Args:
        bias: Which.
        judge: Whose.
        outcome: The worst of its verdicts.
        worst: The verdict that it rests on: the largest effect beside its margin.
        material: How many of its verdicts are material.
        of: How many verdicts there are.
        advice: What to do.
    """

    bias: str
    judge: str
    outcome: str
    worst: Verdict
    material: int
    of: int
    advice: str


def audit_verdicts(found: Sequence[Bias], *, level: float = LEVEL) -> tuple[Verdict, ...]:
    """A verdict for every bias with a margin, and for every mitigation of a material one.

    All biases of one judge, with the same mitigations, are one family: the chance that any is
    called material that is not stays below one minus the level, by Holm's adjustment. What has no
    estimate claims nothing and is no part of it.

    Args:
        found: The measured biases.
        level: The confidence level.
    """
    families: dict[tuple[str, str], list[tuple[Bias, Materiality]]] = defaultdict(list)
    verdicts: list[tuple[Bias, Verdict]] = []
    for bias in found:
        beside = bias.materiality()
        if beside is None:
            continue
        if bias.estimate.present:
            families[bias.judge, bias.mitigation].append((bias, beside))
        else:
            verdicts.append((bias, _verdict(bias, beside, family=1)))
    for members in families.values():
        decided = decide_family([beside for _, beside in members], level=level)
        verdicts += [
            (bias, _verdict(bias, final, family=len(members)))
            for (bias, _), final in zip(members, decided, strict=True)
        ]
    told = [verdict for _, verdict in sorted(verdicts, key=lambda pair: _rank(pair[1]))]
    return (*told, *_mitigations(verdicts))


def bias_lines(verdicts: Sequence[Verdict]) -> tuple[BiasLine, ...]:
    """One line a judge and bias, before mitigations: what a manager reads."""
    parts: dict[tuple[str, str], list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.name in BIASES and verdict.mitigation is None:
            parts[verdict.raters[0], verdict.name].append(verdict)
    lines = []
    for (judge, bias), members in parts.items():
        outcome = next(o for o in _ORDER if any(v.outcome == o for v in members))
        worst = max((v for v in members if v.outcome == outcome), key=_size)
        lines.append(
            BiasLine(
                bias=bias,
                judge=judge,
                outcome=outcome,
                worst=worst,
                material=sum(v.outcome == "material" for v in members),
                of=len(members),
                advice=advice(bias, outcome, worst.n_needed),
            )
        )
    return tuple(sorted(lines, key=lambda line: (line.judge, _rank(line.worst))))


def in_words(verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    """What a manager should know, a sentence or two a bias."""
    return tuple(
        f"{line.judge}: {line.bias} is {line.outcome} ({MEANING[line.bias]}). "
        f"{line.worst.reason}.{f' {line.advice}' if line.advice else ''}"
        for line in bias_lines(verdicts)
    )


def _verdict(bias: Bias, beside: Materiality, *, family: int) -> Verdict:
    return Verdict(
        name=bias.name,
        outcome=beside.outcome,
        reason=_reason(bias, beside, family),
        estimate=bias.possible(bias.narrow() if beside.outcome == "negligible" else bias.estimate),
        bound=bias.margin,
        dimension=bias.dimension,
        raters=(bias.judge,),
        design=bias.design,
        mitigation=bias.mitigation or None,
        n_needed=beside.n_needed,
    )


def _reason(bias: Bias, beside: Materiality, family: int) -> str:
    about = f"{bias.dimension}: " if bias.dimension else ""
    estimate, margin = bias.estimate, bias.margin or 0.0
    if estimate.value is None:
        return f"{about}{bias.design}: not known: {estimate.reason}"
    size = f"{about}{bias.what} {_amount(bias, estimate)}"
    bound = _number(margin, bias, signed=False)
    if beside.outcome == "material":
        return f"{size}, beyond the margin of {bound}"
    if beside.outcome == "negligible":
        narrow = bias.narrow()
        within = "not above" if bias.only_above else "within"
        size = f"{about}{bias.what} {_amount(bias, narrow)}"
        return f"{size} ({narrow.level:.0%} interval), {within} the margin of {bound}"
    return f"{size}, {_open(bias, beside, bound, family=family)}"


def _open(bias: Bias, beside: Materiality, bound: str, *, family: int) -> str:
    """Why it is not decided, and what would decide it."""
    low, high = bias.estimate.low or 0.0, bias.estimate.high or 0.0
    margin = bias.margin or 0.0
    state = f"beside a margin of {bound}"
    if low > margin or high < -margin:
        state = f"not surely beyond the margin of {bound}, as one of {family} effects"
    needed = "it seems to lie so near the margin that what would decide is out of reach"
    if beside.n_needed is not None:
        noun = "pairs" if bias.name == "position" else "units"
        needed = f"about {beside.n_needed:,} {noun} would decide, and there are {bias.estimate.n:,}"
    return f"{state}: {needed}"


def _amount(bias: Bias, estimate: Estimate) -> str:
    told = bias.possible(estimate)
    value, low, high = (
        _number(end or 0.0, bias, signed=True) for end in (told.value, told.low, told.high)
    )
    unit = " points" if bias.unit == "points" else ""
    return f"{value}{unit} [{low}, {high}]"


def _number(value: float, bias: Bias, *, signed: bool) -> str:
    text = f"{abs(value):.1%}" if bias.unit == "share" else f"{abs(value):.2f}"
    if not signed:
        return text
    return text if not value else f"{'+' if value > 0 else MINUS}{text}"


def _mitigations(verdicts: Sequence[tuple[Bias, Verdict]]) -> Iterator[Verdict]:
    """Whether what was material is gone: only where what is left is negligible, by these rules."""
    before = {
        (bias.judge, bias.name, bias.design, bias.dimension): verdict
        for bias, verdict in verdicts
        if not bias.mitigation
    }
    for bias, after in verdicts:
        first = before.get((bias.judge, bias.name, bias.design, bias.dimension))
        if not bias.mitigation or first is None or first.outcome != "material":
            continue
        was = first.estimate.value if first.estimate is not None else None
        told = "" if was is None else f"{_number(was, bias, signed=True)} before; "
        about = f"{bias.dimension}: " if bias.dimension else ""
        yield Verdict(
            name="mitigation",
            outcome=MITIGATED if after.outcome == "negligible" else NOT_MITIGATED,
            reason=f"{about}{bias.name} by {bias.design}, with {bias.mitigation}: {told}"
            f"{_left(bias, after)}",
            estimate=after.estimate,
            bound=bias.margin,
            dimension=bias.dimension,
            raters=(bias.judge,),
            design=bias.design,
            mitigation=bias.mitigation,
        )


def _left(bias: Bias, after: Verdict) -> str:
    """What is left after a mitigation, in words."""
    estimate = after.estimate
    if estimate is None or estimate.value is None or estimate.low is None or estimate.high is None:
        return "after it there is no estimate"
    margin, found = bias.margin or 0.0, f"after it {_amount(bias, estimate)}"
    bound = f"the margin of {_number(margin, bias, signed=False)}"
    if after.outcome != "inconclusive":
        state = "negligible within" if after.outcome == "negligible" else "still beyond"
        return f"{found}, {state} {bound}"
    crosses = estimate.high > margin or (estimate.low < -margin and not bias.only_above)
    if crosses:
        return f"{found} still crosses {bound}"
    return f"{found} on {estimate.n:,} units, too few to be surely within {bound}"


def _size(verdict: Verdict) -> float:
    """The largest effect first; of what is not known, whatever comes first."""
    if verdict.estimate is None or verdict.estimate.value is None or not verdict.bound:
        return -1.0
    return abs(verdict.estimate.value) / verdict.bound


def _rank(verdict: Verdict) -> tuple[int, int]:
    return _ORDER.index(verdict.outcome), BIASES.index(verdict.name)
