"""The verbs ``compare`` and ``report``: which system is better, and everything behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from measurand.analysis.agreement import AgreementOptions
from measurand.analysis.agreement import agreement as analyse_agreement
from measurand.analysis.comparison import ComparisonOptions
from measurand.analysis.comparison import compare as analyse
from measurand.analysis.corrected import CorrectedOptions, corrected_means
from measurand.analysis.measure import OVERALL
from measurand.analysis.methods import methods
from measurand.analysis.result import Findings, Result, Unit
from measurand.analysis.units import side_by_side
from measurand.analysis.vote import VoteOptions, adjudications, settled, vote
from measurand.core.rating import Cell, Ratings
from measurand.errors import UsageError
from measurand.jobs.answer import Answer
from measurand.jobs.exclusions import named_with, without_excluded
from measurand.jobs.judges import with_overlaps
from measurand.jobs.looks import looks_told
from measurand.jobs.partly import partly
from measurand.jobs.project import from_project
from measurand.jobs.source import Reading, Source, from_file, rounds_of, subsample_of
from measurand.jobs.texts import listed, texts_of
from measurand.models.environment import Environment
from measurand.report.comparison_page import comparison_document
from measurand.report.sections import PageContext

__all__ = ["compare", "compare_findings", "judge_report", "planned_options", "report", "run_report"]

CEILING = frozenset(
    {
        *("ceiling_majority", "ceiling_majority_bounds", "ceiling_correlation"),
        *("krippendorff_alpha", "icc1"),
    }
)
"""What a comparison takes over from agreement: how well these numbers can be known at all."""
HARM = frozenset({"blocking_rate", "any_flag_rate"})
"""What it has of each system itself, and does not take over from all systems pooled."""

_COMPARED = frozenset({"corrected_mean", "judge_mean_raw"})
"""What a comparison tells itself, the corrected mean as the mean."""

_CHANGED = frozenset({"changed_to_worse", "changed_to_better", "changed_by_chance"})
"""What one example has too, and so no evidence that a comparison has anything to say."""

_TITLES = {"judge": "What do the judges say?"}


def compare(
    source: Source | str | Path,
    *,
    reading: Reading | None = None,
    options: ComparisonOptions | None = None,
) -> Answer:
    """Score systems and compare them on the examples they share.

    Args:
        source: Ratings already read, or a ratings file.
        reading: How the file is to be read.
        options: Level, margin, baseline, expert, floor, requirement; by default what the plan
            says. With a requirement the verdicts on it decide the exit code.

    Raises:
        DataError: The file cannot be read as ratings.
        UsageError: A system is named that nobody rated.
    """
    read = source if isinstance(source, Source) else from_file(Path(source), reading or Reading())
    chosen = options or planned_options(read)
    findings = compare_findings(read, chosen, every_result=False)
    return _answer("compare", findings, read, options=chosen)


def report(
    source: Source | str | Path,
    *,
    reading: Reading | None = None,
    options: ComparisonOptions | None = None,
) -> Answer:
    """Everything about a ratings file or a project: the comparison and the agreement behind it.

    Args:
        source: Ratings already read, or a ratings file.
        reading: How the file is to be read.
        options: As for `compare`.

    Raises:
        DataError: The file cannot be read as ratings.
        UsageError: A system is named that nobody rated.
    """
    read = source if isinstance(source, Source) else from_file(Path(source), reading or Reading())
    chosen = options or planned_options(read)
    findings = compare_findings(read, chosen, every_result=True)
    return _answer("report", findings, read, options=replace(chosen, require=None))


def run_report(plan_path: Path, *, environment: Environment | None = None) -> Answer:
    """Everything about a project after a run.

    Args:
        plan_path: The plan.
        environment: See `from_project`.

    Raises:
        PlanError: The plan is wrong, or the ledger holds values off its scales.
        UsageError: The ledger holds no ratings.
    """
    source = from_project(plan_path, environment=environment)
    findings = compare_findings(source, planned_options(source), every_result=True)
    return _answer("run", findings, source, options=ComparisonOptions())


def judge_report(source: Source) -> Answer:
    """What judges said of outputs that were there already."""
    findings = compare_findings(source, planned_options(source), every_result=False)
    return _answer("judge", findings, source, options=ComparisonOptions())


def compare_findings(source: Source, options: ComparisonOptions, *, every_result: bool) -> Findings:
    """The comparison, with the agreement among people that limits it."""
    chosen = _with_roles(source, options)
    scored = settled(source.ratings)
    findings = analyse(
        scored,
        source.rubric,
        examples=source.examples,
        options=chosen,
        outputs=source.outputs,
    )
    rows = source.ratings if every_result else source.ratings.where(kind="people")
    raters = _agreement(rows, source, chosen)
    judged = Findings(results=())
    if every_result and (dimensions := _corrected(findings)):
        judged = _behind(scored.where(dimension=dimensions), source, chosen)
    undecided = _undecided(source)
    kept = (
        result
        for result in raters.results
        if result.name in CEILING or (every_result and result.name not in HARM)
    )
    ways = _ways(source, chosen) if every_result else ()
    part = partly(source, chosen)
    return replace(
        findings,
        results=(*findings.results, *judged.results, *kept, *ways),
        verdicts=(
            *part.decided(findings.verdicts),
            *judged.verdicts,
            *(raters.verdicts if every_result else ()),
        ),
        limits=tuple(
            dict.fromkeys(
                (
                    *filter(None, [part.limit]),
                    *source.limits,
                    *raters.limits,
                    *_advice(source),
                    *_settled(scored),
                    *undecided,
                    *_looked_at(source, findings, chosen),
                    *findings.limits,
                )
            )
        ),
        votes=raters.votes,
        confusions=raters.confusions if every_result else (),
        readings=(*findings.readings, *(raters.readings if every_result else ())),
        units=tuple(dict.fromkeys((*_as_said(findings.units, source), *raters.units))),
    )


def _looked_at(source: Source, findings: Findings, options: ComparisonOptions) -> Iterator[str]:
    """That data were looked at before they had grown to this, where verdicts hold for one look."""
    if source.looks is None:
        return
    pairs = [
        (one.systems[0], one.systems[1])
        for one in findings.verdicts
        if one.name == OVERALL and len(one.systems) == 2  # noqa: PLR2004 - a pair
    ]
    counts = source.looks.noted(source.ratings, pairs)
    if options.looks == "fixed":
        yield from looks_told(counts)


def _ways(source: Source, options: ComparisonOptions) -> tuple[Result, ...]:
    """People, judges, checks and overlap metrics side by side, where people rated with others."""
    return methods(
        with_overlaps(source),
        source.scales,
        examples=source.examples,
        rounds=options.rounds,
        wage=source.plan.people.wage if source.plan else None,
        level=options.level,
    )


def _pointed(source: Source) -> Iterator[str]:
    """Where ways of rating stand side by side."""
    kinds = frozenset(source.ratings.distinct("kind"))
    if "people" in kinds and kinds & {"judge", "check"}:
        yield (
            "People and programs rated. How right each is, at what cost and in what time, stands "
            "side by side in measurand report, with ranks in measurand judges."
        )


def _as_said(units: Sequence[Unit], source: Source) -> Iterator[Unit]:
    """The outputs with what everybody said of them; an adjudicated value beside the votes."""
    keys = [(unit.example, unit.system, unit.dimension, None) for unit in units]
    said = {
        (unit.example, unit.system, unit.dimension): unit.ratings
        for unit in side_by_side(source.ratings, source.scales, keys)
    }
    for unit in units:
        ratings = said.get((unit.example, unit.system, unit.dimension), unit.ratings)
        yield replace(unit, ratings=ratings)


def _settled(scored: Ratings) -> Iterator[str]:
    """That adjudicated ratings count in place of votes, where any do."""
    if count := adjudications(scored):
        yield (
            f"{count:,} ratings were adjudicated: there the adjudicated value counts in scores, "
            "and agreement is that of the votes."
        )


def _undecided(source: Source) -> tuple[str, ...]:
    """That votes which wait for an adjudicator are scored by their mean."""
    people = source.ratings.where(kind=frozenset({"people", "reference"}))
    if not len(people.where(kind="people")):
        return ()
    raters = source.plan.people.raters if source.plan else None
    options = VoteOptions(raters=raters, wanted=source.wanted, confidence=False)
    votes = vote(people, source.scales, options=options)
    count = sum(one.outcome in {"tie", "split"} for one in votes)
    if not count:
        return ()
    told = (
        f"{count:,} of {len(votes):,} votes of people are tied or split and not adjudicated; they "
        "count by the mean of what was said (measurand vote lists them)."
    )
    return (told,)


def planned_options(source: Source) -> ComparisonOptions:
    """What the plan says of comparisons; the defaults where there is no plan."""
    if source.plan is None:
        return ComparisonOptions()
    wanted = source.plan.compare
    return ComparisonOptions(
        level=wanted.level,
        margin=wanted.margin,
        max_blocking=wanted.max_blocking,
        seed=source.plan.seed,
        flags=source.plan.judge.flags if source.plan.judge else "any",
        rounds=rounds_of(source),
        max_failures=source.plan.run.max_failures,
        pairs=wanted.pairs,
        traffic=wanted.traffic,
        headline=wanted.headline,
        looks="anytime" if source.run is not None and source.run.looked else wanted.looks,
    )


def _answer(verb: str, findings: Findings, source: Source, *, options: ComparisonOptions) -> Answer:
    marks = {"baseline": options.baseline, "expert": options.expert, "floor": options.floor}
    context = PageContext(
        title=_TITLES.get(verb),
        banner=partly(source, options).banner,
        subtitle=_of_what(source),
        intakes=source.intakes,
        rubric=source.rubric,
        systems=source.plan.systems if source.plan else (),
        roles={name: role for role, name in marks.items() if name is not None},
        texts=texts_of(source),
        run=source.run,
        of=source.of,
        beside=without_excluded(source),
    )
    document = comparison_document(findings, context)
    return Answer(
        verb=verb,
        findings=replace(findings, results=(*findings.results, *named_with(context.beside))),
        document=document,
        intakes=source.intakes,
        run=source.run,
        of=source.of,
        decided=options.require is not None,
        background=CEILING | _CHANGED if verb == "compare" else frozenset(),
    )


def _of_what(source: Source) -> str:
    """The plan's name and task: pages of several projects lie beside each other."""
    plan = source.plan
    return ": ".join(part for part in (plan.name, plan.task) if part) if plan else ""


def _advice(source: Source) -> Iterator[str]:
    """What is unusual about a plan's weights."""
    if source.plan is not None:
        yield from (f"The rubric: {note}." for note in source.plan.rubric.advice())


def _agreement(rows: Ratings, source: Source, options: ComparisonOptions) -> Findings:
    if not len(rows.where(kind="people")):
        return Findings(results=())
    return analyse_agreement(
        rows,
        source.scales,
        rubric=source.rubric,
        examples=source.examples,
        options=AgreementOptions(
            level=options.level,
            seed=options.seed,
            rounds=options.rounds,
            subsample=subsample_of(source),
        ),
    )


def _corrected(findings: Findings) -> frozenset[Cell]:
    """The dimensions on which the means of judges are corrected by people."""
    return frozenset(r.dimension for r in findings.named("judge_mean_raw")) - {OVERALL}


def _behind(scored: Ratings, source: Source, options: ComparisonOptions) -> Findings:
    """What lies behind corrected means: the judges' errors, and what carries over."""
    told = corrected_means(
        scored,
        source.scales,
        examples=source.examples,
        options=CorrectedOptions(
            level=options.level,
            seed=options.seed,
            margin=options.margin,
            systems=options.systems,
            rounds=options.rounds,
        ),
    )
    kept = (result for result in told.results if result.name not in _COMPARED)
    return replace(told, results=tuple(kept))


def _refuse_nonsense(source: Source, options: ComparisonOptions) -> None:
    """Refuse what cannot mean anything: it would be ignored, and the numbers be others'."""
    chosen = options.systems
    if len(set(chosen)) < len(chosen):
        raise UsageError(f"a system is named twice among those to compare: {', '.join(chosen)}")
    for role in ("baseline", "expert", "floor"):
        name = getattr(options, role)
        if chosen and name is not None and name not in chosen:
            raise UsageError(f"the {role} {name} is not among the systems to compare")
    if options.floor is not None and options.floor == options.expert:
        raise UsageError(f"{options.floor} cannot be both floor and expert of one scale")
    for dimension, kind in options.by.items():
        rows = source.ratings.where(dimension=dimension)
        if kind not in rows.distinct("kind"):
            raise UsageError(f"no {kind} rated {dimension}, so {kind} cannot score it")


def _with_roles(source: Source, options: ComparisonOptions) -> ComparisonOptions:
    """Fill in from the plan's roles what the options leave open; refuse unknown systems."""
    table = source.ratings
    met = (name for name in table.distinct("against") if name is not None)
    systems = list(dict.fromkeys(map(str, (*table.distinct("system"), *met))))
    _refuse_nonsense(source, options)
    named = [*options.systems, options.baseline, options.expert, options.floor]
    unknown = sorted({name for name in named if name is not None and name not in systems})
    if unknown:
        raise UsageError(
            f"nobody rated the system {', '.join(unknown)}; the systems are: {listed(systems)}"
        )
    plan = source.plan.systems if source.plan else ()
    roles = {system.role: system.name for system in plan if system.name in systems}
    chosen = replace(
        options,
        baseline=options.baseline or roles.get("current"),
        expert=options.expert or roles.get("expert"),
        floor=options.floor or roles.get("floor"),
        rounds=rounds_of(source) if options.rounds is None else options.rounds,
    )
    if chosen.require is not None and chosen.baseline is None:
        raise UsageError("--require holds candidates against a baseline; name it with --baseline")
    return chosen
