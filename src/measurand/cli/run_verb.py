"""``measurand run``."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from measurand.cli.options import add_pace, add_plan, parser, whole
from measurand.cli.printing import print_json, print_lines

if TYPE_CHECKING:
    from measurand.jobs.run import Ran, RunOptions

__all__ = ["run"]

_ANEW = "--no-cache"

EXAMPLES = """\
  measurand run                          (measurand.yaml in this folder)
  measurand run --dry-run                what would be called, and what it would cost
  measurand run --dry-run --pilot 5      the same, learnt from five examples that are really run
  measurand run --limit 20               a first look
  measurand run --until-clear            end once it is clear which system is better
  measurand run --retry-failed           what has failed, once more
  measurand run --no-wait                judging by batch: hand in, and collect another day

What is in the ledger is not done again: a run that was interrupted goes on where it was.
"""


def run(words: Sequence[str]) -> int:
    """Ask the plan's systems, check and judge what they answer, score it and write the report."""
    args = _options().parse_args(words)
    if args.pilot is not None and not args.dry_run:
        return _refuse("--pilot belongs to --dry-run; for a first look use --limit")
    if args.dry_run:
        from measurand.cli.plan_verb import forecast  # noqa: PLC0415 - after --help

        return forecast(args.plan, _chosen(args), pilot=args.pilot, as_json=args.json)

    from measurand.jobs.run import run as go  # noqa: PLC0415
    from measurand.jobs.run_progress import run_progress  # noqa: PLC0415
    from measurand.store.plans import load_plan  # noqa: PLC0415

    budget = args.budget if args.budget is not None else load_plan(args.plan).run.budget
    with run_progress(budget=budget, quiet=args.quiet) as watch:
        ran = go(args.plan, _chosen(args), watch=watch)
    return _tell(ran, args, words)


def _options() -> argparse.ArgumentParser:
    made = parser("run", run.__doc__ or "", examples=EXAMPLES)
    add_plan(made)
    group = made.add_argument_group("what is run")
    group.add_argument(
        "--limit", type=partial(whole, least=1), metavar="N", help="only the first N examples"
    )
    group.add_argument(
        "--system", action="append", default=[], metavar="NAME", help="only this one (repeatable)"
    )
    group.add_argument(
        "--until-clear",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="whether to end once it is clear which system is better (the plan's run.until_clear)",
    )
    group.add_argument("--no-judge", action="store_true", help="systems and checks only")
    group.add_argument(
        "--retry-failed", action="store_true", help="do again what is in the ledger as failed"
    )
    group.add_argument(
        _ANEW, action="store_true", help="do everything again; what was there stays readable"
    )
    group = made.add_argument_group("how")
    add_pace(group)
    group.add_argument(
        "--dry-run", action="store_true", help="say what would be called and cost; spend nothing"
    )
    group.add_argument(
        "--pilot",
        type=partial(whole, least=1),
        metavar="N",
        help="with --dry-run: run N examples first, which stay in the ledger, and learn from them",
    )
    group.add_argument(
        "--no-wait",
        action="store_true",
        help="with judge: {batch: true}: hand in and end; running again collects",
    )
    group = made.add_argument_group("output")
    group.add_argument(
        "-o", "--html", type=Path, metavar="FILE", help="the report (report.html by the plan)"
    )
    group.add_argument("--no-report", action="store_true", help="fill the ledger, and no more")
    group.add_argument("--full", action="store_true", help="print every section")
    group.add_argument("--json", action="store_true", help="one JSON document on stdout")
    group.add_argument("-q", "--quiet", action="store_true", help="no progress")
    return made


def _chosen(args: argparse.Namespace) -> RunOptions:
    from measurand.jobs.engine.agenda import Again  # noqa: PLC0415 - after --help
    from measurand.jobs.run import RunOptions  # noqa: PLC0415

    return RunOptions(
        limit=args.limit,
        systems=tuple(args.system),
        again=Again(everything=args.no_cache, failed=args.retry_failed),
        connections=args.max_connections,
        budget=args.budget,
        judge=not args.no_judge,
        wait=not args.no_wait,
        until_clear=args.until_clear,
    )


def _tell(ran: Ran, args: argparse.Namespace, words: Sequence[str]) -> int:
    """What was done, then the report of it."""
    account = list(_account(ran, words))
    if ran.stop.reason is not None or ran.snapshot.waiting or args.no_report:
        if args.json:
            print_json(ran.to_json())
        else:
            print_lines(account)
        return ran.exit_code

    from measurand.cli.options import tell  # noqa: PLC0415
    from measurand.jobs.compare import run_report  # noqa: PLC0415

    answer = run_report(args.plan)
    page = args.html or args.plan.parent / "report.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(answer.to_html(), encoding="utf-8")
    if args.json:
        print_json(answer.to_json())
    else:
        tell(answer.document, full=args.full)
        print_lines(["", *account, f"report: {page}"])
    return ran.exit_code or answer.exit_code


def _account(ran: Ran, words: Sequence[str]) -> Iterator[str]:
    from measurand.jobs.run_progress import account  # noqa: PLC0415 - after --help

    now = ran.snapshot
    yield from account(now)
    if ran.spent:
        yield f"all runs of this ledger: ${ran.spent:,.4f}"
    yield from _clear(ran)
    yield from _stopped(ran, words)
    if now.waiting:
        from measurand.jobs.batching import COLLECT_LATER  # noqa: PLC0415 - its part

        yield f"{now.waiting:,} judgments are under way in batches; {COLLECT_LATER}"


def _clear(ran: Ran) -> Iterator[str]:
    """What was clear, and what was not asked for that."""
    if ran.clear is None:
        return
    if ran.clear.early:
        yield ran.clear.message
        yield ran.clear.limit
    else:
        found = "; ".join(map(str, ran.clear.decided))
        yield f"all examples asked, by look {ran.clear.looks:,}: {found}"


def _stopped(ran: Ran, words: Sequence[str]) -> Iterator[str]:
    """Why it stopped, and how to go on."""
    from measurand.jobs.run_progress import mended, stopped  # noqa: PLC0415 - after --help

    stop, now = ran.stop, ran.snapshot
    if stop.reason == "budget":
        yield stopped(stop)
        yield "what is done is kept; raise run's --budget, or the plan's, and run it again"
    elif stop.reason == "hopeless":
        yield stopped(stop)
        yield f"what is done is kept; {mended(now)}"
    elif stop.reason == "asked":
        kept = [word for word in words if word != _ANEW]
        yield "stopped; what was under way is finished and kept. Run it again to go on:"
        yield f"  {shlex.join(['measurand', 'run', *kept])}"
    elif now.failures and not now.waiting:
        yield "to try what failed once more: measurand run --retry-failed"
    if stop.reason is not None and "--no-report" not in words:
        yield "no report of it is written; to see how far it came: measurand report"
    if stop.reason is not None and _ANEW in words:
        yield f"without {_ANEW}, which would do again what is done now"


def _refuse(why: str) -> int:
    sys.stderr.write(f"measurand run: {why}\n")
    return 2
