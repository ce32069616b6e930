"""What biases does a judge have, and are they large enough to matter?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from measurand.analysis.audit_limits import audit_limits
from measurand.analysis.audit_verdicts import audit_verdicts, in_words
from measurand.analysis.biases.anchor import anchor_in_session
from measurand.analysis.biases.base import Bias, Setting
from measurand.analysis.biases.clumping import clumps
from measurand.analysis.biases.consistency import consistency_in_arms, consistency_in_panel
from measurand.analysis.biases.halo import halo_in_arms, halo_in_panels
from measurand.analysis.biases.injection import injection
from measurand.analysis.biases.leniency import leniency
from measurand.analysis.biases.panel import panels
from measurand.analysis.biases.position import position_in_arms, position_in_ratings
from measurand.analysis.biases.probed import Arms, Key, arms_of
from measurand.analysis.biases.self_preference import crossed_judges, own_family
from measurand.analysis.biases.shifts import about_facts, shifts
from measurand.analysis.biases.verbosity import length_slope
from measurand.analysis.result import Findings
from measurand.analysis.trials import Rounds, first_trial
from measurand.core.example import Example
from measurand.core.output import Output
from measurand.core.probe import ProbeRow
from measurand.core.rating import Ratings
from measurand.core.rubric import Rubric
from measurand.core.scale import Scale
from measurand.errors import UsageError
from measurand.stats.estimate import LEVEL

__all__ = ["MARGIN", "WORDS", "AuditOptions", "audit"]

MARGIN = 0.0375
"""In share of the scale: 0.15 points on 1-5."""

WORDS = "words"
"""The dimension whose ratings are the lengths of outputs, where a file has such a column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditOptions:
    """How biases are measured. Nothing in it is drawn at random.

    Args:
        margin: How large an effect does not matter, in share of the scale; of pairs in wins.
        level: The confidence level, of intervals and of all verdicts on one judge together.
        families: The model families of judges and systems whose names do not tell.
        rounds: How rows tell their trial, as in `ComparisonOptions`: the first counts.
        biases: Only these, by the names of verdicts; empty means all.

    Raises:
        UsageError: The margin is no share above 0.
    """

    margin: float = MARGIN
    level: float = LEVEL
    families: Mapping[str, str] = field(default_factory=dict)
    rounds: Rounds | None = None
    biases: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not 0 < self.margin < 1:
            raise UsageError(f"a margin is a share of the scale above 0; found {self.margin:g}")


def audit(  # noqa: PLR0913 - what a judge is audited on
    ratings: Ratings,
    scales: Mapping[str, Scale],
    *,
    judges: Sequence[str] = (),
    rubric: Rubric | None = None,
    examples: Mapping[str, Example] | None = None,
    outputs: Iterable[Output] = (),
    probes: Sequence[ProbeRow] = (),
    options: AuditOptions | None = None,
) -> Findings:
    """Every bias that the data can tell, each with its interval, its margin and a verdict.

    From ratings alone: the preference for the first place where pairs were shown in both orders;
    what length adds at equal quality, where lengths are known and people rated; what being of the
    judge's own family adds; leniency, clumping and halo beside people; the noise of repeats. From
    probes: what each change of outputs and questions moves, sessions, attacks, one call for all
    dimensions; before mitigations and after.

    Args:
        ratings: The table; judges' and people's ratings, of outputs and of pairs.
        scales: The scale of every dimension.
        judges: Which judges; by default all that rated or were probed.
        rubric: Which dimensions block, for the limits, and which are about facts.
        examples: What examples share, where it is known.
        outputs: The texts, for their lengths; ratings on the dimension ``words`` tell them too.
        probes: What judges said of probes.
        options: Margin, level, families.

    Returns:
        Results and verdicts as docs/results.md names them: ``material``, ``negligible`` or
        ``inconclusive`` by bias, design, dimension and judge, Holm's adjustment over all of one
        judge; in plain words as ``readings``.

    Raises:
        UsageError: A judge is named that rated nothing.
    """
    chosen, known = options or AuditOptions(), examples or {}
    setting = Setting(margin=chosen.margin, level=chosen.level)
    table = first_trial(ratings, chosen.rounds)
    names = _judges(table, probes, judges)
    lengths = _lengths(table, outputs)
    probed = [row for row in probes if row.rater in names]
    every = list(arms_of(probed, scales, known))
    found = [
        *_from_ratings(table, scales, names, lengths=lengths, known=known, options=chosen),
        *_from_probes(every, setting, rubric),
    ]
    if chosen.biases:
        found = [bias for bias in found if bias.name in chosen.biases]
    verdicts = audit_verdicts(found, level=chosen.level)
    return Findings(
        results=tuple(chain.from_iterable(bias.results() for bias in found)),
        verdicts=verdicts,
        limits=audit_limits(found, table, probed, scales=scales, rubric=rubric, setting=setting),
        readings=in_words(verdicts),
    )


def _from_ratings(
    table: Ratings,
    scales: Mapping[str, Scale],
    judges: Sequence[str],
    *,
    lengths: Mapping[Key, float],
    known: Mapping[str, Example],
    options: AuditOptions,
) -> Iterator[Bias]:
    setting = Setting(margin=options.margin, level=options.level)
    rated = table.filtered(table["dimension"].mask(lambda cell: cell != WORDS))
    yield from position_in_ratings(rated, judges=judges, examples=known, setting=setting)
    every = list(panels(rated, scales, judges=judges, examples=known))
    for panel in every:
        yield from length_slope(panel, lengths, setting)
        yield from own_family(panel, options.families, setting)
        yield from leniency(panel, setting)
        yield from clumps(panel, setting)
        yield from consistency_in_panel(panel, setting)
    yield from crossed_judges(every, options.families, setting)
    for judge in judges:
        yield from halo_in_panels([panel for panel in every if panel.judge == judge], setting)


def _from_probes(every: Sequence[Arms], setting: Setting, rubric: Rubric | None) -> Iterator[Bias]:
    told = {dimension.name: dimension.definition for dimension in rubric or ()}
    together: dict[tuple[str, str], list[Arms]] = defaultdict(list)
    for arms in every:
        yield from position_in_arms(arms, setting)
        facts = about_facts(arms.dimension, told.get(arms.dimension, ""))
        yield from shifts(arms, setting, facts=facts)
        yield from anchor_in_session(arms, setting)
        yield from injection(arms, setting)
        yield from consistency_in_arms(arms, setting)
        together[arms.judge, arms.mitigation].append(arms)
    for several in together.values():
        yield from halo_in_arms(several, setting)


def _judges(ratings: Ratings, probes: Sequence[ProbeRow], asked: Sequence[str]) -> tuple[str, ...]:
    rated = map(str, ratings.where(kind="judge").distinct("rater"))
    known = tuple(dict.fromkeys((*rated, *(row.rater for row in probes))))
    if unknown := [name for name in asked if name not in known]:
        there = ", ".join(known) or "none"
        raise UsageError(f"no judge is named {', '.join(unknown)}; the judges are: {there}")
    return tuple(asked) or known


def _lengths(ratings: Ratings, outputs: Iterable[Output]) -> dict[Key, float]:
    """Words by output: those a file tells, and those counted in texts."""
    rows = ratings.where(dimension=WORDS)
    told = {
        (row.example, row.system): float(row.value)
        for row in rows
        if isinstance(row.value, int | float)
    }
    counted = {
        (output.example, output.system): float(len(output.text.split()))
        for output in outputs
        if output.text is not None and not output.trial
    }
    return told | counted
