"""``measurand improve``."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from measurand.cli.options import add_output, add_pace, add_plan, parser, whole
from measurand.cli.printing import print_json, print_lines

if TYPE_CHECKING:
    from measurand.jobs.improve import Improved
    from measurand.jobs.improving.case import ImproveOptions

__all__ = ["run"]

EXAMPLES = """\
  measurand improve --dry-run            what would be asked, and what it would cost
  measurand improve                      the plan's candidates, in place of each of its judges
  measurand improve --candidate shown --candidate "five repeats"
  measurand improve --optimise 10 --budget 5
  measurand improve --write              also a plan with the change, beside the old one

What is in the ledger is not asked again: what was interrupted goes on where it was.
"""


def run(words: Sequence[str]) -> int:
    """Try changes to a judge on rated outputs, adopt one if it is surely better, and look once.

    Candidates stand under calibration in the plan. What is adopted is held against people once
    more, on outputs that are locked.

    Exit code 0: answered, whether or not a change was adopted; 3: too little evidence for any
    number; 4: stopped by its budget or a provider; 130: interrupted.
    """
    args = _options().parse_args(words)

    if args.dry_run:
        return _foretell(args)

    from measurand.jobs.improve import improve  # noqa: PLC0415 - after --help
    from measurand.jobs.run_progress import run_progress  # noqa: PLC0415
    from measurand.store.plans import load_plan  # noqa: PLC0415

    budget = args.budget if args.budget is not None else load_plan(args.plan).run.budget
    with run_progress(budget=budget, quiet=args.quiet) as watch:
        found = improve(args.plan, _chosen(args), watch=watch)
    return _tell(found, args, words)


def _options() -> argparse.ArgumentParser:
    made = parser("improve", run.__doc__ or "", examples=EXAMPLES)
    add_plan(made)
    group = made.add_argument_group("what is tried")
    group.add_argument(
        "--judge", action="append", default=[], metavar="MODEL", help="only this one (repeatable)"
    )
    group.add_argument(
        "--candidate", action="append", default=[], metavar="NAME", help="only this (repeatable)"
    )
    group.add_argument(
        "--optimise",
        type=partial(whole, least=1),
        metavar="N",
        help="let an optimiser propose up to N wordings for each judge, within the budget "
        "(needs the extra gepa)",
    )
    group.add_argument(
        "--reflect", metavar="MODEL", help="the model that writes them (the judge's own)"
    )
    group.add_argument(
        "--loss",
        choices=["absolute", "squared"],
        default="absolute",
        help="the error that is to be small (absolute)",
    )
    group = made.add_argument_group("how")
    add_pace(group)
    group.add_argument(
        "--dry-run", action="store_true", help="say what would be asked and cost; spend nothing"
    )
    group.add_argument(
        "--retry-failed", action="store_true", help="ask again what is in the ledger as failed"
    )
    group.add_argument(
        "--no-look", action="store_true", help="leave the locked outputs alone, whatever is adopted"
    )
    group.add_argument(
        "--write", action="store_true", help="write a plan with each change beside the old one"
    )
    group.add_argument("-q", "--quiet", action="store_true", help="no progress")
    add_output(made)
    return made


def _chosen(args: argparse.Namespace) -> ImproveOptions:
    from measurand.jobs.engine.agenda import Again  # noqa: PLC0415 - after --help
    from measurand.jobs.improving.case import ImproveOptions  # noqa: PLC0415

    return ImproveOptions(
        judges=tuple(args.judge),
        candidates=tuple(args.candidate),
        optimise=args.optimise or 0,
        reflect=args.reflect,
        loss=args.loss,
        look=not args.no_look,
        again=Again(failed=args.retry_failed),
        budget=args.budget,
        connections=args.max_connections,
    )


def _foretell(args: argparse.Namespace) -> int:
    from measurand.cli.plan_verb import tell_forecast  # noqa: PLC0415 - after --help
    from measurand.jobs.improve import foretold_improvement  # noqa: PLC0415

    told = foretold_improvement(args.plan, _chosen(args))
    found = told.forecast
    if args.json:
        print_json(found.to_json())
    else:
        tell_forecast(found)
        print_lines(f"note: {note}" for note in told.notes)
    return 4 if found.over_budget else 0


def _tell(found: Improved, args: argparse.Namespace, words: Sequence[str]) -> int:
    """What was decided, what to write into the plan, and what it took."""
    written = [
        path
        for one in (found.conclusion.adopted if args.write and found.conclusion else ())
        for path in one.write()
    ]
    if args.json:
        print_json(found.to_json())
        return found.exit_code
    if found.answer is not None:
        from measurand.cli.options import show  # noqa: PLC0415 - after --help
        from measurand.report.improve_page import LOOKED, TRIED  # noqa: PLC0415

        show(found.answer, args, also=frozenset({LOOKED, TRIED}))
    print_lines(["", *_account(found, words)])
    print_lines(_changes(found))
    print_lines(
        f"written: {one.path}" if one.fresh else f"there already, with the same change: {one.path}"
        for one in written
    )
    return found.exit_code


def _account(found: Improved, words: Sequence[str]) -> Iterator[str]:
    from measurand.jobs.run_progress import account, stopped  # noqa: PLC0415 - after --help

    yield from account(found.ran.snapshot)
    stop = found.ran.stop
    if stop.reason == "asked":
        yield "stopped; what was under way is finished and kept. Run it again to go on:"
        yield f"  {shlex.join(['measurand', 'improve', *words])}"
    elif stop.reason is not None:
        yield stopped(stop)
        yield "what is done is kept; nothing is selected before all candidates were asked"


def _changes(found: Improved) -> Iterator[str]:
    for one in found.conclusion.adopted if found.conclusion else ():
        yield ""
        yield f"{one.judge}: {one.name} is adopted. In the plan, in place of what stands there:"
        yield ""
        yield from one.snippet.splitlines()
        if one.notes or one.shown:
            yield ""
        yield from one.notes
        if one.shown:
            yield "--write also writes its exemplars, which the plan then names."
