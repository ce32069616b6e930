"""``measurand data mismatch``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from measurand.cli.data.log_options import (
    add_encoder,
    add_log_reading,
    add_window,
    log_reading_of,
)
from measurand.cli.data.place import add_place, data_of
from measurand.cli.options import add_level, add_output, number, parser, scales_of, show, whole
from measurand.cli.progress import progress

__all__ = ["run"]

COMPONENTS = ("core", "edge", "adversarial", "regression", "golden")
_FEWEST = 99

EXAMPLES = """\
  measurand data mismatch --window logs/april.jsonl
  measurand data mismatch data/ --window logs/ --since 2026-04-01 --report mismatch.html
  measurand data mismatch --window logs/ --ratings ratings.csv --save data-tagged/
  measurand data mismatch --window logs/ --encoder embed.py:vectors
"""


def run(words: Sequence[str]) -> int:
    """How far is the evaluation set from production: what it lacks, and weights that repair it.

    Texts, lengths, languages, segments and intents are held against a window of logs, each at
    what chance gives between samples of these sizes.

    Exit code 0: the set is as production; 1: it is not; 3: too little is known.
    """
    made = parser("data mismatch", run.__doc__ or "", examples=EXAMPLES)
    made.add_argument(
        "--window",
        nargs="+",
        type=Path,
        required=True,
        metavar="LOGS",
        help="files of production logs, or folders of them",
    )
    add_place(made)
    add_log_reading(made)
    _add_comparing(made)
    _add_headline(made)
    add_output(made)
    made.add_argument("--report", type=Path, metavar="FILE", help="the same as --html")
    args = made.parse_args(words)
    args.html = args.report or args.html

    from measurand.analysis.mismatch import MismatchOptions  # noqa: PLC0415 - after --help
    from measurand.analysis.mismatch_channels import Matters  # noqa: PLC0415
    from measurand.jobs.mismatch import MismatchRequest, mismatch_of  # noqa: PLC0415
    from measurand.report.mismatch_page import SHOWN  # noqa: PLC0415
    from measurand.stats.estimate import LEVEL  # noqa: PLC0415

    everywhere, single = scales_of(args.scale)
    options = MismatchOptions(
        level=args.level or LEVEL,
        seed=args.seed,
        matters=Matters(text=args.matters_text, mix=args.matters_mix),
        permutations=args.permutations,
        intents=args.intents,
    )
    request = MismatchRequest(
        component=args.component,
        encoder=args.encoder,
        ratings=args.ratings,
        scales=everywhere or single or None,
        since=args.since,
        until=args.until,
        segment_by=args.segment_by,
        how=log_reading_of(args),
        save=args.save,
        options=options,
    )
    with progress("reading and redacting") as told:
        answer = mismatch_of(
            args.window, request, data=data_of(args), plan=args.plan, progress=told
        )
    return show(answer, args, also=SHOWN)


def _add_comparing(made: argparse.ArgumentParser) -> None:
    """What is compared, and how."""
    group = made.add_argument_group("comparing")
    group.add_argument(
        "--component", choices=COMPONENTS, default="core", help="what is to be as production (core)"
    )
    add_window(group)
    add_encoder(group)
    group.add_argument(
        "--intents",
        type=partial(whole, least=2),
        metavar="N",
        help="how many intents are looked for (one to ten examples, from 4 to 20)",
    )
    share = partial(number, above=0, below=1)
    group.add_argument(
        "--matters-text",
        type=share,
        default=0.1,
        metavar="SHARE",
        help="from which share of a new topic on a shift of the text matters (0.1)",
    )
    group.add_argument(
        "--matters-mix",
        type=partial(number, above=0, below=float("inf")),
        default=0.1,
        metavar="PSI",
        help="from which stability index on a shift of a mix matters (0.1)",
    )
    group.add_argument(
        "--permutations", type=partial(whole, least=_FEWEST), default=999, metavar="N", help="(999)"
    )
    group.add_argument(
        "--seed", type=partial(whole, least=0), default=0, metavar="N", help="of all draws (0)"
    )
    add_level(group)


def _add_headline(made: argparse.ArgumentParser) -> None:
    """What is re-weighted, and how it can be used."""
    group = made.add_argument_group("re-weighting")
    group.add_argument(
        "--ratings",
        type=Path,
        metavar="FILE",
        help="ratings whose headline is re-weighted (the project's ledger)",
    )
    group.add_argument(
        "--scale",
        action="append",
        default=[],
        metavar="SCALE",
        help="the scale of those ratings, as 1-5, or of one dimension: accuracy=1-5",
    )
    group.add_argument(
        "--save",
        type=Path,
        metavar="FOLDER",
        help="write the set with a tag for each cell, by which compare can weigh",
    )
