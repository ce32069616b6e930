"""``measurand init``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from measurand.cli.options import parser

__all__ = ["run"]


def run(words: Sequence[str]) -> int:
    """Write a commented starter project that runs as it stands."""
    made = parser("init", run.__doc__ or "")
    made.add_argument(
        "folder", nargs="?", type=Path, default=Path(), help="where to write it (this folder)"
    )
    made.add_argument("--force", action="store_true", help="overwrite files that are there")
    args = made.parse_args(words)

    from measurand.jobs.init import init  # noqa: PLC0415 - after --help

    for path in init(args.folder, force=args.force):
        sys.stdout.write(f"written: {path}\n")
    enter = "" if args.folder == Path() else f"cd {args.folder}\n      "
    sys.stdout.write(
        f"\nnext: {enter}measurand run              check the recorded outputs, score, report\n"
        "      measurand import ratings.csv\n"
        "      measurand agreement          do the raters agree?\n"
        "      measurand compare            which system is better?\n"
        "      measurand report             everything as one page\n"
        "      measurand data build logs/ --out set/   a set from a log of production\n"
    )
    return 0
