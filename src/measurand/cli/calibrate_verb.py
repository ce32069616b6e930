"""``measurand calibrate``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from measurand.cli.options import (
    PLAN,
    add_file,
    add_output,
    add_reading,
    add_statistics,
    number,
    parser,
    show,
    source_of,
    tell,
    whole,
)
from measurand.errors import UsageError

if TYPE_CHECKING:
    from measurand.analysis.calibration_options import CalibrationOptions
    from measurand.core.plan import Plan

__all__ = ["run"]

EXAMPLES = """\
  measurand calibrate
  measurand calibrate ratings.csv --judge gpt --target 0.8 --scale 1-5 --json
  measurand calibrate ratings.csv --judge gpt --candidates 10
  measurand calibrate --draw 150
  measurand calibrate ratings.csv --judge gpt --ledger trust.db --html judge.html
"""


def run(words: Sequence[str]) -> int:
    """Can the judge be trusted? Held against people on outputs that were locked until it was done.

    Exit code 0: VERIFIED or PASS on every dimension; 1: FAIL on any; 3: INCONCLUSIVE, or the
    CEILING BELOW TARGET, on any.
    """
    args = _options().parse_args(words)
    if args.draw is not None:
        return _draw(args)

    from measurand.jobs.calibrate import calibrate  # noqa: PLC0415 - after --help
    from measurand.jobs.places import ledger_path  # noqa: PLC0415
    from measurand.report.calibration_page import DECISIONS  # noqa: PLC0415

    source = source_of(args)
    ledger = args.ledger
    if ledger is None and args.file is None:
        ledger = ledger_path(args.plan or PLAN)
    answer = calibrate(
        source,
        judges=args.judge,
        options=_chosen(args, source.plan),
        ledger=ledger,
        retire=args.new_test,
    )
    return show(answer, args, also=frozenset({DECISIONS}))


def _options() -> argparse.ArgumentParser:
    made = parser("calibrate", run.__doc__ or "", examples=EXAMPLES)
    add_file(made)
    _add_judges(made)
    _add_outputs(made)
    add_reading(made)
    add_statistics(made)
    add_output(made)
    return made


def _add_judges(made: argparse.ArgumentParser) -> None:
    """Who is held against people, and what is known of them."""
    made.add_argument(
        "--judge",
        action="append",
        default=[],
        metavar="NAME",
        help="who is held against people (repeatable; all raters of kind judge when left out)",
    )
    made.add_argument(
        "--target",
        type=partial(number, above=0, below=1),
        metavar="R",
        help="the correlation with people that it is to reach (the plan's, or 0.8)",
    )
    made.add_argument(
        "--candidates",
        type=partial(whole, least=1),
        metavar="N",
        help="prompts or models that were tried on these outputs, where no ledger counted them",
    )
    made.add_argument(
        "--ledger",
        type=Path,
        metavar="FILE",
        help="the ledger that counts looks and candidates (a project's own)",
    )


def _add_outputs(made: argparse.ArgumentParser) -> None:
    """Which outputs are locked, and which are to be rated."""
    made.add_argument(
        "--development",
        type=partial(whole, least=0),
        metavar="N",
        help="outputs, about, that it may have been improved on; 0 where it never was (50)",
    )
    made.add_argument(
        "--test",
        type=partial(whole, least=1),
        metavar="N",
        help="outputs, about, that are locked (all others)",
    )
    made.add_argument(
        "--new-test",
        action="store_true",
        help="give up what is locked, for development, and lock other rated outputs",
    )
    made.add_argument(
        "--allow-missing",
        action="store_true",
        help="the judge was asked of a random part of the locked outputs on purpose, so that the "
        "rest does not withhold the verdict",
    )
    made.add_argument(
        "--draw",
        type=partial(whole, least=1),
        nargs="?",
        const=0,
        metavar="N",
        help="only draw outputs of the project for people to rate, alike over the levels that "
        "judges gave, over components and systems (150, or as the plan says)",
    )


def _draw(args: argparse.Namespace) -> int:
    from measurand.jobs.calibrating.drawing import draw_outputs  # noqa: PLC0415 - after --help
    from measurand.report.drawn_page import drawn_document  # noqa: PLC0415

    if args.file is not None:
        raise UsageError("--draw chooses outputs of a project, and not of a ratings file")
    chosen, of = draw_outputs(args.plan or PLAN, args.draw or None)
    tell(drawn_document(chosen, of), full=True)
    return 0


def _chosen(args: argparse.Namespace, plan: Plan | None) -> CalibrationOptions:
    from measurand.jobs.calibrate import planned_calibration  # noqa: PLC0415 - after --help

    named = ("target", "development", "test", "candidates", "level", "resamples", "seed")
    given = {name: getattr(args, name) for name in named}
    told = {name: value for name, value in given.items() if value is not None}
    return replace(planned_calibration(plan), allow_missing=args.allow_missing, **told)
