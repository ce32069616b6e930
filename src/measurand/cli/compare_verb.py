"""``measurand compare``."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from measurand.cli.options import (
    add_file,
    add_output,
    add_reading,
    add_statistics,
    number,
    parser,
    show,
    source_of,
)
from measurand.errors import UsageError

if TYPE_CHECKING:
    from measurand.analysis.comparison import ComparisonOptions

__all__ = ["add_comparison", "comparison_options", "run"]

KINDS = ("check", "judge", "people")
PAIRS = ("baseline", "all")
HEADLINES = ("core", "all")
LOOKS = ("fixed", "anytime")

EXAMPLES = """\
  measurand compare ratings.csv --scale 1-5
  measurand compare ratings.csv --baseline today --expert human --floor cheapest
  measurand compare ratings.csv --scale safety=yes/no --blocking safety --weight accuracy=60
  measurand compare                      (the project in this folder)
"""


def run(words: Sequence[str]) -> int:
    """Which system is better, which are equal within a margin, which are unsafe?"""
    made = parser("compare", run.__doc__ or "", examples=EXAMPLES)
    add_file(made)
    add_reading(made)
    add_comparison(made)
    made.add_argument(
        "--require",
        choices=["better", "not-worse"],
        help="decide whether every candidate is better than the baseline, or not worse by the "
        "margin, and not blocked too often: exit 0 pass, 1 fail, 3 inconclusive",
    )
    add_statistics(made)
    add_output(made)
    args = made.parse_args(words)

    from measurand.jobs.compare import compare, planned_options  # noqa: PLC0415 - after --help

    source = source_of(args)
    options = comparison_options(args, planned_options(source))
    return show(compare(source, options=options), args)


def add_comparison(made: argparse.ArgumentParser) -> None:
    """What is compared with what."""
    group = made.add_argument_group("comparison")
    group.add_argument(
        "--systems", metavar="A,B", default="", help="only these systems, in this order"
    )
    group.add_argument(
        "--baseline", metavar="NAME", help="compare all others with this system; else all pairs"
    )
    group.add_argument("--expert", metavar="NAME", help="the upper end of the scale")
    group.add_argument("--floor", metavar="NAME", help="its lower end, as the cheapest model")
    group.add_argument(
        "--margin",
        type=partial(number, above=0, below=1, closed=True),
        metavar="SHARE",
        help="differences below this share of the scale do not matter (0.05)",
    )
    group.add_argument(
        "--max-blocking",
        type=partial(number, above=0, below=1, closed=True),
        metavar="SHARE",
        help="acceptable blocking rate (0.05)",
    )
    group.add_argument(
        "--use",
        action="append",
        default=[],
        metavar="DIMENSION=KIND",
        help="score a dimension by check, judge or people (else the first of people, judge, "
        "check that rated every system)",
    )
    _add_design(group)


def _add_design(group: argparse._ArgumentGroup) -> None:
    """Which pairs, of which examples, how often looked at."""
    group.add_argument(
        "--pairs",
        choices=PAIRS,
        help="every system against the baseline, or all pairs (baseline, where there is one)",
    )
    group.add_argument(
        "--traffic",
        action="append",
        default=[],
        metavar="SEGMENT=SHARE",
        help="what share of production a segment is, or how often it was counted there; the "
        "headline is re-weighted to it",
    )
    group.add_argument(
        "--headline",
        choices=HEADLINES,
        help="of which examples the headline is: core samples production, all does not (core)",
    )
    group.add_argument(
        "--looks",
        choices=LOOKS,
        help="anytime: the error rate holds however often the data are looked at while they grow "
        "(fixed: looked at once)",
    )
    group.add_argument(
        "--bayes",
        action="store_true",
        default=None,
        help="tell the posterior chance that each system is better as well",
    )


def comparison_options(args: argparse.Namespace, planned: ComparisonOptions) -> ComparisonOptions:
    """What the command line says, over what the plan says."""
    given = {
        "systems": tuple(name.strip() for name in args.systems.split(",") if name.strip()),
        "baseline": args.baseline,
        "expert": args.expert,
        "floor": args.floor,
        "by": dict(_use(word) for word in args.use),
        "margin": args.margin,
        "max_blocking": args.max_blocking,
        "level": args.level,
        "seed": args.seed,
        "resamples": args.resamples,
        "require": getattr(args, "require", None),
        "pairs": args.pairs,
        "traffic": dict(_traffic(word) for word in args.traffic) or None,
        "headline": args.headline,
        "looks": args.looks,
        "bayes": args.bayes,
    }
    return replace(planned, **{name: value for name, value in given.items() if value is not None})


def _use(word: str) -> tuple[str, str]:
    name, _, kind = word.rpartition("=")
    if not name or kind not in KINDS:
        raise UsageError(f"--use {word}: write DIMENSION=KIND, kind one of {', '.join(KINDS)}")
    return name, kind


def _traffic(word: str) -> tuple[str, float]:
    name, _, share = word.rpartition("=")
    with suppress(ValueError):
        if name and 0 < float(share) < math.inf:
            return name, float(share)
    raise UsageError(f"--traffic {word}: write SEGMENT=SHARE, a number above 0, as in billing=0.4")
