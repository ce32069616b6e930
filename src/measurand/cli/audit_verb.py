"""``measurand audit``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from measurand.cli.audit_live import add_live, ask, given
from measurand.cli.options import (
    add_level,
    add_output,
    add_reading,
    number,
    parser,
    reading_of,
    show,
)
from measurand.errors import UsageError

if TYPE_CHECKING:
    from measurand.analysis.audit import AuditOptions

__all__ = ["run"]

EXAMPLES = """\
  measurand audit ratings.csv --scale 1-5
  measurand audit ratings.csv --outputs outputs.jsonl --html audit.html
  measurand audit pairs.csv --judge gpt-5 --margin 0.05 --json
  measurand audit --forecast               what asking the plan's judges would cost
  measurand audit                          ask them, and write audit.html
  measurand audit --biases verbosity,style --mitigation plain_text --items 40
"""


def run(words: Sequence[str]) -> int:
    """What biases does a judge have, and are they large enough to matter?

    Exit code 0: none is material and some are negligible; 1: any is material; 3: none is decided;
    4: stopped by its budget or a provider; 130: interrupted.
    """
    made = parser("audit", run.__doc__ or "", examples=EXAMPLES)
    made.add_argument(
        "file", nargs="?", type=Path, help="a ratings file; the plan's judges are asked without"
    )
    add_reading(made)
    _add_audit(made)
    add_live(made)
    add_output(made)
    args = made.parse_args(words)
    if args.file is None:
        return ask(args, _options(args))
    if (odd := given(args)) is not None:
        raise UsageError(f"{odd} is for asking judges, without a file; a file is only read")
    return _recorded(args)


def _add_audit(made: argparse.ArgumentParser) -> None:
    group = made.add_argument_group("audit")
    group.add_argument(
        "--judge",
        action="append",
        default=[],
        metavar="NAME",
        help="audit this judge (repeatable; all when left out)",
    )
    group.add_argument(
        "--margin",
        type=partial(number, above=0, below=1),
        metavar="SHARE",
        help="effects smaller than this share of the scale do not matter (0.0375: 0.15 points on "
        "1-5)",
    )
    group.add_argument(
        "--outputs", type=Path, metavar="FILE", help="the outputs' texts, for their lengths"
    )
    group.add_argument(
        "--family",
        action="append",
        default=[],
        metavar="NAME=FAMILY",
        help="the model family of a judge or a system whose name does not tell it (repeatable)",
    )
    add_level(group, "every interval, and of all verdicts on a judge together")


def _recorded(args: argparse.Namespace) -> int:
    from measurand.jobs.audit_file import audit_file  # noqa: PLC0415 - after --help
    from measurand.report.audit_page import BIAS_SECTIONS  # noqa: PLC0415

    answer = audit_file(
        args.file,
        reading=reading_of(args),
        outputs=args.outputs,
        judges=args.judge,
        options=_options(args),
    )
    return show(answer, args, also=BIAS_SECTIONS)


def _options(args: argparse.Namespace) -> AuditOptions:
    from measurand.analysis.audit import MARGIN, AuditOptions  # noqa: PLC0415 - after --help
    from measurand.stats.estimate import LEVEL  # noqa: PLC0415

    families = {}
    for word in args.family:
        name, equals, family = word.rpartition("=")
        if not equals or not name or not family:
            raise UsageError(f"--family {word}: write it as --family NAME=FAMILY")
        families[name] = family.lower()
    return AuditOptions(margin=args.margin or MARGIN, level=args.level or LEVEL, families=families)
