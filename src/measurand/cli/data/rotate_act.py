"""``measurand data rotate``."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from measurand.cli.data.place import add_place, place_of
from measurand.cli.options import add_output, number, parser, show, whole
from measurand.core.example import COMPONENTS

__all__ = ["run"]

EXAMPLES = """\
  measurand data rotate --older-than 180 --dry-run
  measurand data rotate --saturated 1
  measurand data rotate --retire-file contaminated.txt
"""


def run(words: Sequence[str]) -> int:
    """Retire stale examples, which stay in the versions; the next in reserve take their places."""
    made = parser("data rotate", run.__doc__ or "", examples=EXAMPLES)
    group = made.add_argument_group("what is retired")
    age = group.add_mutually_exclusive_group()
    age.add_argument(
        "--older-than", type=partial(whole, least=1), metavar="DAYS", help="created so long ago"
    )
    age.add_argument("--before", metavar="DATE", help="created before this date")
    group.add_argument(
        "--saturated",
        type=partial(number, above=0, below=1, closed=True),
        metavar="SCORE",
        help="every system scores at least so high on it (0 to 1), of edge and adversarial",
    )
    group.add_argument(
        "--retire", action="append", default=[], metavar="ID", help="this example (repeatable)"
    )
    group.add_argument(
        "--retire-file", type=Path, metavar="FILE", help="the examples whose ids it has, one a line"
    )
    group.add_argument(
        "--component", action="append", default=[], choices=COMPONENTS, help="only of this one"
    )
    made.add_argument("--dry-run", action="store_true", help="show it, and write nothing")
    add_place(made)
    add_output(made)
    args = made.parse_args(words)

    from measurand.jobs.rotate import (  # noqa: PLC0415 - after --help
        RotateOptions,
        days_before,
        names_of,
        rotate_set,
    )

    options = RotateOptions(
        before=days_before(args.older_than) if args.older_than else args.before,
        saturated=args.saturated,
        names=(*args.retire, *(names_of(args.retire_file) if args.retire_file else ())),
        components=tuple(args.component),
        dry_run=args.dry_run,
    )
    shown = frozenset({"Summary", "Retired", "Strata that shrank"})
    return show(rotate_set(place_of(args), options), args, also=shown)
