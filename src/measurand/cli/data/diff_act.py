"""``measurand data diff``."""

from __future__ import annotations

from collections.abc import Sequence

from measurand.cli.data.place import add_place, place_of
from measurand.cli.options import add_output, parser, show

__all__ = ["run"]

EXAMPLES = """\
  measurand data diff 3f2a91c4 now
  measurand data diff locked now --html diff.html
  measurand data diff old-data/ data/
"""
_SHOWN = frozenset(
    {
        *("Summary", "Added", "Removed", "Changed in content", "Changed in tags alone"),
        *("Moved", "Renamed"),
    }
)


def run(words: Sequence[str]) -> int:
    """What differs between two versions of the evaluation set, example by example."""
    made = parser("data diff", run.__doc__ or "", examples=EXAMPLES)
    what = "a version (a fingerprint's first digits), now, locked, or a folder"
    made.add_argument("before", help=what)
    made.add_argument("after", nargs="?", default="now", help=f"{what} (now)")
    add_place(made, named=False)
    add_output(made)
    args = made.parse_args(words)

    from measurand.jobs.versions import diff  # noqa: PLC0415 - after --help

    return show(diff(place_of(args), args.before, args.after), args, also=_SHOWN)
