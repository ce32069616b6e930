"""``measurand audit`` without a file: the judges of a project are asked."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from measurand.cli.options import PLAN, add_pace, tell, whole
from measurand.cli.printing import print_json, print_lines
from measurand.core.mitigation import MitigationName
from measurand.errors import UsageError

if TYPE_CHECKING:
    from measurand.analysis.audit import AuditOptions
    from measurand.jobs.audit import Audited
    from measurand.jobs.auditing.live import Asked
    from measurand.jobs.auditing.options import AuditRun

__all__ = ["add_live", "ask", "given"]

_LIVE = ("items", "limit", "biases", "mitigation", "forecast", "retry_failed", "no_cache")
_PAGE = "audit.html"
_REFUSED = 2


def add_live(made: argparse.ArgumentParser) -> None:
    """What is asked, of whom, and at what price."""
    group = made.add_argument_group(
        "asking", "Without a file the judges of the plan are asked what probes want to know."
    )
    group.add_argument(
        "--items",
        type=partial(whole, least=1),
        metavar="N",
        help="outputs that each probe is asked about; pairs and attacks go along (80)",
    )
    group.add_argument(
        "--limit", type=partial(whole, least=1), metavar="N", help="only the first N examples"
    )
    group.add_argument(
        "--biases", metavar="NAMES", help="only these, with commas between: verbosity,position"
    )
    group.add_argument(
        "--mitigation",
        action="append",
        default=[],
        choices=get_args(MitigationName),
        metavar="NAME",
        help="also measure with this (repeatable; the plan's when left out): "
        f"{', '.join(get_args(MitigationName))}",
    )
    group.add_argument(
        "--forecast", action="store_true", help="say what it would cost; spend nothing"
    )
    group.add_argument(
        "--retry-failed", action="store_true", help="ask again what is in the ledger as failed"
    )
    group.add_argument("--no-cache", action="store_true", help="ask everything again")
    add_pace(group)
    group.add_argument("-q", "--quiet", action="store_true", help="no progress")


def given(args: argparse.Namespace) -> str | None:
    """An option that only means something where judges are asked; None where there is none."""
    found = next(
        (name for name in (*_LIVE, "budget", "max_connections") if getattr(args, name)), None
    )
    return None if found is None else f"--{found.replace('_', '-')}"


def ask(args: argparse.Namespace, options: AuditOptions) -> int:
    """Ask, and tell what was found."""
    from measurand.jobs.audit import audit_forecast, audit_project  # noqa: PLC0415 - after --help
    from measurand.jobs.run_progress import run_progress  # noqa: PLC0415
    from measurand.store.plans import load_plan  # noqa: PLC0415

    plan: Path = args.plan or PLAN
    if not plan.exists():
        raise UsageError(
            f"there is no {plan} here; name a plan with --plan, or a ratings file to be audited"
        )
    run = _run(args)
    if args.forecast:
        return _foretold(audit_forecast(plan, run), args)
    shown = None if args.quiet or args.json else _told
    budget = args.budget if args.budget is not None else load_plan(plan).run.budget
    with run_progress(budget=budget, quiet=args.quiet) as watch:
        done = audit_project(plan, run, options=options, judges=args.judge, watch=watch, tell=shown)
    return _answered(done, args, plan)


def _run(args: argparse.Namespace) -> AuditRun:
    from measurand.jobs.auditing.options import AuditRun  # noqa: PLC0415 - after --help
    from measurand.jobs.engine.agenda import Again  # noqa: PLC0415

    biases = tuple(name.strip() for name in (args.biases or "").split(",") if name.strip())
    return AuditRun(
        items=args.items,
        limit=args.limit,
        biases=biases,
        mitigations=tuple(args.mitigation) or None,
        again=Again(everything=args.no_cache, failed=args.retry_failed),
        connections=args.max_connections,
        budget=args.budget,
    )


def _foretold(asked: Asked, args: argparse.Namespace) -> int:
    """The forecast alone; 2 where the audit would be refused, as the audit itself has it."""
    if args.json:
        told = {"forecast": asked.forecast.to_json(), "refused": asked.refused}
        print_json({"verb": "audit", **told})
    else:
        print_lines([*_ahead(asked), asked.refused or "nothing was asked"])
    return 0 if asked.refused is None else _REFUSED


def _told(asked: Asked) -> None:
    print_lines(_ahead(asked))


def _ahead(asked: Asked) -> Iterator[str]:
    """What is still to be asked, and what that is likely to cost."""
    from measurand.jobs.auditing.ahead import few_told, too_dear  # noqa: PLC0415 - after --help

    told, scene = asked.forecast, asked.scene
    total = sum(map(len, scene.threads))
    judges = ", ".join(judge.name for judge in scene.judges)
    there = f"{total:,} questions, {total - asked.left:,} of them in the ledger"
    yield f"audit of {judges}: {there}; {told.calls:,} calls for the others"
    cost = told.known_cost
    if told.calls and cost.value is not None:
        span = f"${cost.low or 0.0:,.2f} to ${cost.high or 0.0:,.2f}"
        basis = "by what earlier calls took" if cost.n else "assumed, as no call was made yet"
        yield f"about ${cost.value:,.2f} ({span}; {basis})"
    if told.unknown:
        yield f"the price of {', '.join(told.unknown)} is not known"
    if few := few_told(scene.design.items):
        yield f"--items {scene.design.items}{few}"
    if told.over_budget and not too_dear(told):
        yield (
            f"at the upper end that would cross the budget of ${told.budget or 0.0:,.2f} "
            f"(${told.spent:,.2f} are spent); it stops there, and goes on with a larger --budget"
        )


def _answered(done: Audited, args: argparse.Namespace, plan: Path) -> int:
    answer, ran = done.answer, done.ran
    if answer is None:
        if args.json and ran is not None:
            print_json(ran.to_json())
        else:
            print_lines(_account(done))
        return done.exit_code
    from measurand.report.audit_page import BIAS_SECTIONS  # noqa: PLC0415 - after --help

    page = args.html or plan.parent / _PAGE
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(answer.to_html(), encoding="utf-8")
    if args.markdown:
        args.markdown.write_text(answer.to_markdown(), encoding="utf-8")
    if args.json:
        print_json(answer.to_json())
    else:
        tell(answer.document, full=args.full, also=BIAS_SECTIONS)
        print_lines(["", *_account(done), f"page: {page}"])
    return done.exit_code


def _account(done: Audited) -> Iterator[str]:
    """What was asked, what it cost, and how to go on."""
    from measurand.jobs.run_progress import account, mended, stopped  # noqa: PLC0415 - after --help

    ran = done.ran
    if ran is None:
        return
    yield from account(ran.snapshot)
    if ran.spent:
        yield f"all runs of this ledger: ${ran.spent:,.4f}"
    if ran.stop.reason is None:
        if ran.snapshot.failures:
            yield "to ask again what failed: the same command with --retry-failed"
        return
    if ran.stop.reason == "asked":
        yield "stopped; what was under way is finished and kept"
    else:
        yield stopped(ran.stop)
    goes_on = "the same command goes on where it stopped"
    how = mended(ran.snapshot) if ran.stop.reason == "hopeless" else goes_on
    yield f"no biases are told of half an audit; {how}"
