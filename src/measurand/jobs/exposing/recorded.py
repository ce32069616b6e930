"""The tests that ask nobody: of what was rated, and of log-probabilities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from measurand.analysis.exposure import Exposure, not_run
from measurand.analysis.exposure_date import DateSplit, date_split
from measurand.analysis.exposure_gaming import gaming, refuse_dimensions
from measurand.analysis.exposure_logprobs import LogProbs, order_exposure, surprise
from measurand.analysis.score import score
from measurand.analysis.trials import Voting
from measurand.core.plan import Plan
from measurand.errors import UsageError
from measurand.jobs.exposing.options import ContaminationOptions
from measurand.jobs.exposing.versions import versions_of
from measurand.jobs.project import from_project
from measurand.jobs.source import rounds_of
from measurand.models.environment import Environment
from measurand.store.dataset import Dataset
from measurand.store.logprobs import CANONICAL, Given, read_logprobs

__all__ = ["date_test", "gaming_test", "logprob_tests"]


def date_test(
    plan: Plan, file: Path, options: ContaminationOptions, *, environment: Environment
) -> Exposure:
    """The project's scores on items from before each system's cut-off against later ones."""
    cutoffs = _cutoffs(plan, options)
    if not cutoffs:
        return not_run(
            "date_split", "No cut-off is known: give one with --cutoff, or in the plan (cutoff)."
        )
    try:
        source = from_project(file, environment=environment)
    except UsageError as nothing:
        why = str(nothing)
        return not_run("date_split", f"{why[:1].upper()}{why[1:]}.")
    voting = Voting(plan.judge.flags if plan.judge else "any", rounds_of(source))
    scores = score(source.ratings, source.rubric, examples=source.examples, voting=voting)
    control = options.control
    chosen = {
        name: day for name, day in cutoffs.items() if name in scores.systems and name != control
    }
    if control is not None and control in cutoffs:
        chosen[control] = cutoffs[control]
    split = DateSplit(cutoffs=chosen, control=control)
    return date_split(scores, source.examples, split, options=options.deciding)


def _cutoffs(plan: Plan, options: ContaminationOptions) -> dict[str, date]:
    """By system: what the command line says, then the plan; a cut-off of all others last."""
    names = [system.name for system in plan.systems]
    if unknown := [name for name in options.cutoffs if name and name not in names]:
        raise UsageError(f"--cutoff: {', '.join(unknown)} is no system of the plan")
    if options.control is not None and options.control not in names:
        raise UsageError(f"--control {options.control} is no system of the plan")
    everybody = options.cutoffs.get("")
    found: dict[str, date] = {}
    for system in plan.systems:
        planned = None if system.cutoff is None else date.fromisoformat(system.cutoff)
        others = everybody if system.name != options.control else None
        cutoff = options.cutoffs.get(system.name) or planned or others
        if cutoff is not None:
            found[system.name] = cutoff
    return found


def gaming_test(
    plan: Plan, file: Path, options: ContaminationOptions, *, dataset: Dataset
) -> Exposure:
    """The optimised dimensions against the held-out ones over the versions that were run."""
    if not options.held_out:
        return not_run(
            "gaming", "No dimension is held out: name those that nobody tunes to with --held-out."
        )
    if (why := refuse_dimensions(plan.rubric, options.held_out)) is not None:
        raise UsageError(f"--held-out: {why}")
    found = versions_of(plan, file)
    rounds = None
    if plan.judge is not None and any(system.repeats > 1 for system in plan.systems):
        rounds = {judge.model: plan.judge.repeats for judge in plan.judge.models}
    test = gaming(
        found.versions,
        plan.rubric,
        held_out=options.held_out,
        examples={example.id: example for example in dataset},
        options=options.deciding,
        voting=Voting(plan.judge.flags if plan.judge else "any", rounds),
    )
    limits = (*test.findings.limits, *found.notes)
    return replace(test, findings=replace(test.findings, limits=limits))


def logprob_tests(options: ContaminationOptions) -> Iterator[Exposure]:
    """Order and min-k%, where log-probabilities are given."""
    if options.logprobs is None:
        why = "There are no log-probabilities: name a file of them with --logprobs."
        yield not_run("order", why)
        yield not_run("min_k", why)
        return
    given = [_given(name, one) for name, one in read_logprobs(options.logprobs).items()]
    yield order_exposure(given, options=options.deciding)
    yield surprise(given, options=options.deciding)


def _given(name: str, one: Given) -> LogProbs:
    shards = list(one.orders.values())
    others = [key for key in shards[0] if key != CANONICAL] if shards else []
    return LogProbs(
        system=name,
        canonical=[orders[CANONICAL] for orders in shards],
        shuffled=[[orders[key] for key in others] for orders in shards],
        tokens=one.tokens,
    )
