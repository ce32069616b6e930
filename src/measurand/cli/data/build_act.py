"""``measurand data build``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from measurand.cli.data.log_options import (
    add_encoder,
    add_log_reading,
    add_window,
    log_reading_of,
)
from measurand.cli.options import PLAN, add_output, parser, show, whole
from measurand.cli.progress import progress
from measurand.errors import UsageError

if TYPE_CHECKING:
    from measurand.core.example import Component

__all__ = ["run"]

EXAMPLES = """\
  measurand data build logs/march.jsonl logs/april.jsonl.gz
  measurand data build logs/ --sizes core=400,edge=150 --segment-by product --since 2026-03-01
  measurand data build logs/ --out data/ --report build.html
"""
_SHOWN = frozenset({"The set", "Where core comes from", "What came in", "Still to do"})


def run(words: Sequence[str]) -> int:
    """Build an evaluation set from production logs: 430 examples, each with where it comes from.

    Personal data are replaced before anything else is done. Core is a probability sample of
    production; edge, regression and golden are chosen from the rest, and attacks are written.
    """
    made = parser("data build", run.__doc__ or "", examples=EXAMPLES)
    made.add_argument("logs", nargs="+", type=Path, help="files of logs, or folders of them")
    made.add_argument(
        "--out",
        "--data",
        dest="out",
        type=Path,
        metavar="FOLDER",
        help="the set's folder (the plan's data.path, or data/)",
    )
    made.add_argument(
        "--plan", type=Path, metavar="FILE", help="the project's plan (measurand.yaml, where it is)"
    )
    add_log_reading(made)
    _add_choice(made)
    add_output(made)
    made.add_argument("--report", type=Path, metavar="FILE", help="the same as --html")
    args = made.parse_args(words)
    args.html = args.report or args.html

    from measurand.jobs.build import build  # noqa: PLC0415 - after --help
    from measurand.jobs.building.options import BuildOptions  # noqa: PLC0415

    plan = args.plan or (PLAN if PLAN.exists() else None)
    options = BuildOptions(
        out=args.out,
        plan=plan,
        sizes=_sizes(args.sizes),
        seed=args.seed,
        since=args.since,
        until=args.until,
        segment_by=args.segment_by,
        ratings=args.ratings,
        encoder=args.encoder,
        how=log_reading_of(args),
    )
    with progress("reading and redacting") as told:
        built = build(args.logs, options, progress=told)
    account = built.account
    made_it = f"{account.size:,} examples in {account.folder}, version {account.version[:12]}"
    try:
        code = show(built, args, also=_SHOWN)
    except BrokenPipeError:
        raise
    except OSError:
        sys.stderr.write(f"the set is written: {made_it}; its page is not\n")
        raise
    if not args.json:
        sys.stdout.write(f"\n{made_it}\n")
    return code


def _add_choice(made: argparse.ArgumentParser) -> None:
    """How much of what is chosen, from which records."""
    group = made.add_argument_group("choosing")
    group.add_argument(
        "--sizes",
        metavar="NAME=N,...",
        default="",
        help="examples by component, as in core=400,edge=150 (core=200, edge=100, "
        "adversarial=50, regression=50, golden=30)",
    )
    group.add_argument(
        "--seed",
        type=partial(whole, least=0),
        metavar="N",
        help="of all choices (the plan's, or 0)",
    )
    add_window(group)
    add_encoder(group)
    group.add_argument(
        "--ratings",
        type=Path,
        metavar="FILE",
        help="ratings of the answers: a long file whose examples are ids or places of records",
    )


def _sizes(text: str) -> dict[Component, int]:
    sizes: dict[Component, int] = {}
    for word in filter(None, (part.strip() for part in text.split(","))):
        name, equals, number = word.partition("=")
        if not equals or not number.strip().isdecimal():
            raise UsageError(f"--sizes {word}: write COMPONENT=NUMBER, as in core=200")
        sizes[cast("Component", name.strip())] = int(number)
    return sizes
