"""``measurand data lock``."""

from __future__ import annotations

import getpass
import shlex
from collections.abc import Sequence
from pathlib import Path

from measurand.cli.data.place import add_place, place_of
from measurand.cli.options import add_output, parser, show
from measurand.errors import UsageError

__all__ = ["run"]

EXAMPLES = """\
  measurand data lock                    # the set as it stands
  measurand data lock 3f2a91c4 --by "Ada Ngoma"
  measurand data lock --off
"""


def run(words: Sequence[str]) -> int:
    """Lock a version of the evaluation set: results of any other are refused from then on."""
    made = parser("data lock", run.__doc__ or "", examples=EXAMPLES)
    made.add_argument(
        "version", nargs="?", default=None, help="a fingerprint's first digits (the set as it is)"
    )
    made.add_argument("--off", action="store_true", help="take the lock away")
    made.add_argument("--by", metavar="NAME", help="who locks it; kept in the lock (your login)")
    add_place(made, named=False)
    add_output(made)
    args = made.parse_args(words)
    if args.off and (args.version or args.by):
        raise UsageError("--off takes the lock away; it goes with no version and no name")

    if args.version and ("/" in args.version or Path(args.version).exists()):
        raise UsageError(
            f"lock takes a version, and {args.version} is a place: name the set with --data "
            f"{shlex.quote(args.version)}"
        )

    from measurand.jobs.versions import NOW, lock, unlock  # noqa: PLC0415 - after --help

    place = place_of(args)
    answer = unlock(place) if args.off else lock(place, args.version or NOW, by=args.by or _login())
    return show(answer, args, also=frozenset({"Summary"}))


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container whose user has no name
        return ""
