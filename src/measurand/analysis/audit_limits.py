"""What an audit cannot say: which biases were not measured, and what its designs leave open."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from measurand.analysis.biases.base import BIASES, Bias, Setting, span_of
from measurand.analysis.biases.self_preference import CROSSED, INSTRUMENTED, VOTED
from measurand.analysis.biases.verbosity import DESIGN as LENGTH
from measurand.core.attack import CAUGHT, SETTLED
from measurand.core.probe import BASE, ProbeRow
from measurand.core.probes import ATTACK_NAMES, PROBES
from measurand.core.rating import Ratings
from measurand.core.rubric import Rubric
from measurand.core.scale import Scale

__all__ = ["audit_limits"]

_CONTROL = "truncate-last-third"
_HALF = 0.5
_FEW_RATERS = 3
_ATTACKS = frozenset(ATTACK_NAMES)


def audit_limits(
    found: Sequence[Bias],
    ratings: Ratings,
    probes: Sequence[ProbeRow],
    *,
    scales: Mapping[str, Scale],
    rubric: Rubric | None,
    setting: Setting,
) -> tuple[str, ...]:
    """The limits that apply to these numbers, computed from them."""
    return (
        *_no_judge(ratings, probes),
        *_unbounded(found, scales),
        *_not_measured(found),
        *_family(found, setting),
        *_no_repeats(found, probes),
        *_controls(found),
        *_observed(found),
        *_informing(found),
        *_few_people(ratings),
        *_blocking(found, rubric),
        *_failed(probes),
        *_attacks(probes),
        *_unknown(probes),
    )


def _no_judge(ratings: Ratings, probes: Sequence[ProbeRow]) -> Iterator[str]:
    if not probes and not len(ratings.where(kind="judge")):
        yield "No judge rated: ratings of the kind judge are audited, and there are none."


def _unbounded(found: Sequence[Bias], scales: Mapping[str, Scale]) -> Iterator[str]:
    names = sorted({b.dimension for b in found if b.dimension is not None and b.unit == "points"})
    loose = [name for name in names if name in scales and span_of(scales[name]) is None]
    if loose:
        yield (
            f"The scale of {', '.join(loose)} has no known ends, so that no margin follows from it "
            "and nothing is decided there. Say it, as in --scale 1-5."
        )


def _not_measured(found: Sequence[Bias]) -> Iterator[str]:
    measured = {bias.name for bias in found if bias.margin is not None and bias.estimate.present}
    missing = [name for name in BIASES if name not in measured]
    if missing:
        yield f"Not measured, so nothing is known of it: {', '.join(missing)}."


def _family(found: Sequence[Bias], setting: Setting) -> Iterator[str]:
    claims = Counter(b.judge for b in found if b.margin is not None and b.estimate.present)
    if claims and max(claims.values()) > 1:
        yield (
            f"Up to {max(claims.values())} effects of a judge were looked at. The chance that any "
            f"is called material that is not stays below {1 - setting.level:.2g} (Holm), so that "
            "an interval beyond the margin may still be inconclusive; what is called negligible "
            "has that chance each."
        )


def _no_repeats(found: Sequence[Bias], probes: Sequence[ProbeRow]) -> Iterator[str]:
    rates = [b for b in found if b.flips is not None and b.flips.rate.present]
    if rates and not any(b.flips.floor.present for b in rates if b.flips is not None):
        what = "None of the unchanged outputs" if probes else "No pair"
        yield (
            f"{what} was judged twice in the same way, so it is not known how many flips "
            "are noise. No verdict rests on a rate of flips."
        )


def _controls(found: Sequence[Bias]) -> Iterator[str]:
    blind: dict[str, list[str]] = defaultdict(list)
    for bias in found:
        high = bias.estimate.high
        if bias.design == _CONTROL and not bias.mitigation and high is not None and high >= 0:
            blind[bias.judge].append(str(bias.dimension))
    if blind:
        where = "; ".join(f"{judge}, {', '.join(names)}" for judge, names in blind.items())
        yield (
            f"{where}: outputs without their last third do not surely score lower. Where a judge "
            "does not see that content is missing, small shifts by the other probes say little."
        )


def _observed(found: Sequence[Bias]) -> Iterator[str]:
    designs = {bias.design for bias in found if bias.estimate.present}
    if LENGTH in designs:
        yield (
            "What length adds was found in recorded data: whatever goes with length, and is seen "
            "by the judge but not by the people who rated, counts as length. A padding probe has "
            "no such doubt."
        )
    if INSTRUMENTED in designs:
        yield (
            "What the own family adds was found in recorded data: a quality of those outputs that "
            "the judge sees and people do not counts as preference."
        )


def _informing(found: Sequence[Bias]) -> Iterator[str]:
    """What was measured of the own family and decides nothing, and why."""
    voted = [b for b in found if b.design == VOTED and b.estimate.present]
    if voted:
        yield (
            "What the judge passes of what people fail decides nothing: most people err as well, "
            "and more of what they fail is good in a family that is better. References or checks "
            "on the same dimension would decide."
        )
    crossed: dict[tuple[str, str | None], list[Bias]] = defaultdict(list)
    for bias in found:
        if bias.design.startswith(CROSSED) and bias.margin is None and bias.estimate.present:
            crossed[bias.design, bias.estimate.reason].append(bias)
    for (design, reason), alike in crossed.items():
        where = "; ".join(dict.fromkeys(f"{bias.judge}, {bias.dimension}" for bias in alike))
        yield f"{where}, {design}: {reason}."


def _few_people(ratings: Ratings) -> Iterator[str]:
    people = len(ratings.where(kind="people").distinct("rater"))
    if people == 0:
        yield (
            "No person rated: leniency, length and own family at equal quality need people's "
            "ratings of the same outputs."
        )
    elif people < _FEW_RATERS:
        yield f"{people} of the usual three people rated: quality is known less well."


def _blocking(found: Sequence[Bias], rubric: Rubric | None) -> Iterator[str]:
    blocking = {dimension.name for dimension in rubric or () if dimension.blocking}
    for bias in found:
        caught = dict(bias.more).get("specificity")
        if bias.dimension in blocking and caught is not None and caught.high is not None:
            if caught.value is None or caught.low is None or caught.low >= _HALF:
                continue
            yield (
                f"{bias.dimension} blocks, and {bias.judge} flags {caught.value:.0%} "
                f"[{caught.low:.0%}, {caught.high:.0%}] of what people flag. A majority of such "
                "judges flags still less: let any of them flag."
            )


def _failed(probes: Sequence[ProbeRow]) -> Iterator[str]:
    lost = Counter(row.probe for row in probes if row.value is None and row.probe not in _ATTACKS)
    if lost:
        worst = max(lost, key=lambda name: lost[name])
        told = "unchanged outputs" if worst == BASE else worst
        yield (
            f"{sum(lost.values()):,} of {len(probes):,} judgments for the audit came to nothing "
            f"(most of {told}: {lost[worst]:,}) and are left out, which is seldom a random part."
        )


def _attacks(probes: Sequence[ProbeRow]) -> Iterator[str]:
    """Of attacks: what is not known, by class, and what no judge was asked."""
    made = [row for row in probes if row.probe in _ATTACKS]
    found = Counter(row.failure for row in made if row.value is None)
    settled = found.pop(SETTLED, 0)
    lost = {name or "": count for name, count in found.most_common() if name not in CAUGHT}
    if lost:
        told = ", ".join(f"{name}: {count:,}" for name, count in lost.items())
        yield (
            f"{sum(lost.values()):,} of {len(made):,} attacks came to nothing ({told}). They count "
            "neither as a success nor as one that was withstood."
        )
    if settled:
        names = sorted({row.probe for row in made if row.failure == SETTLED})
        yield (
            f"{settled:,} of {len(made):,} attacks were settled by a rule ({', '.join(names)}), "
            "which says nothing about a judge: none was asked."
        )
    if made and not any(row.probe == BASE and row.repeat for row in probes):
        yield (
            "Unchanged outputs were judged once, so it is not known how often they get by "
            "themselves what counts as the success of an attack."
        )


def _unknown(probes: Sequence[ProbeRow]) -> Iterator[str]:
    names = {row.probe for row in probes} - {BASE, *PROBES}
    if names:
        yield f"Probes of no known bias are left out: {', '.join(sorted(names))}."
