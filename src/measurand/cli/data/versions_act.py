"""``measurand data versions``."""

from __future__ import annotations

from collections.abc import Sequence

from measurand.cli.data.place import add_place, place_of
from measurand.cli.options import add_output, parser, show

__all__ = ["run"]

EXAMPLES = """\
  measurand data versions
  measurand data versions --restore 3f2a91c4
"""
_SHOWN = frozenset({"Versions", "Summary"})


def run(words: Sequence[str]) -> int:
    """The versions of the evaluation set, and which runs asked which; or put one back."""
    made = parser("data versions", run.__doc__ or "", examples=EXAMPLES)
    made.add_argument(
        "--restore",
        metavar="VERSION",
        help="write this version back (a fingerprint's first digits, or locked); what stands "
        "there is kept first",
    )
    add_place(made)
    add_output(made)
    args = made.parse_args(words)

    from measurand.jobs.versions import list_versions, restore  # noqa: PLC0415 - after --help

    place = place_of(args)
    answer = restore(place, args.restore) if args.restore else list_versions(place)
    return show(answer, args, also=_SHOWN)
