"""``measurand data review``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from measurand.cli.data.place import add_place, place_of
from measurand.cli.options import add_output, add_serving, number, parser, show
from measurand.cli.printing import print_json, print_lines
from measurand.errors import UsageError

if TYPE_CHECKING:
    from measurand.jobs.set_place import SetPlace

__all__ = ["run"]

EXAMPLES = """\
  measurand data review                                  # the desk, in a browser
  measurand data review --invite Ann --role expert       # a personal link for an expert
  measurand data review --terminal --by Ann              # the same by keys, here
  measurand data review --accept core,edge --by Ann      # from a script
  measurand data review --drop 4f1c --because "test traffic" --ineligible --by Ann
  measurand data review --status
"""
_ROLES = ("reviewer", "expert")
_DAYS = 30.0
_NOBODY = "reviewer"
_SHOWN = frozenset({"Summary", "Dropped", "How far it is"})


def run(words: Sequence[str]) -> int:
    """Look through the set: accept, edit, drop and tag examples; experts answer golden ones."""
    made = parser("data review", run.__doc__ or "", examples=EXAMPLES)
    add_place(made)
    made.add_argument("--by", metavar="NAME", help="who decides; it stands in the lineage")
    _how(made)
    _desk(made)
    _script(made)
    add_output(made)
    args = made.parse_args(words)
    _check(args)

    place = place_of(args)
    if args.status:
        return _status(place, args)
    if args.invite or args.revoke:
        return _links(place, args)
    if args.finish or _decides(args):
        return _decided(place, args)
    if args.terminal:
        from measurand.cli.data.review_terminal import at_terminal  # noqa: PLC0415

        return at_terminal(place, args.by or _NOBODY)
    from measurand.cli.data.review_desk import at_desk  # noqa: PLC0415

    return at_desk(place, args)


def _how(made: argparse.ArgumentParser) -> None:
    group = made.add_argument_group("how").add_mutually_exclusive_group()
    group.add_argument("--terminal", action="store_true", help="by keys, in this terminal")
    group.add_argument("--status", action="store_true", help="how far it is, and nothing else")
    group.add_argument(
        "--finish", action="store_true", help="write what was decided to the set, as one version"
    )
    group.add_argument("--invite", metavar="NAME", help="give somebody a personal link")
    group.add_argument("--revoke", metavar="NAME", help="take the links of somebody back")


def _desk(made: argparse.ArgumentParser) -> None:
    group = made.add_argument_group("the desk")
    add_serving(group, port=8766)
    group.add_argument(
        "--role",
        choices=_ROLES,
        default="reviewer",
        help="of who is invited: a reviewer decides everything, an expert answers golden "
        "examples (reviewer)",
    )
    group.add_argument(
        "--days",
        type=partial(number, above=0, below=3661),
        default=_DAYS,
        help=f"how long the link is good ({_DAYS:g})",
    )
    group.add_argument(
        "--url",
        default="http://127.0.0.1:8766",
        help="where the desk is reached (http://127.0.0.1:8766)",
    )


def _script(made: argparse.ArgumentParser) -> None:
    group = made.add_argument_group("from a script; needs --by, and writes one version")
    group.add_argument(
        "--accept", metavar="WHAT", help="all, components, or ids, separated by commas"
    )
    group.add_argument(
        "--drop", action="append", default=[], metavar="ID", help="drop this one (repeatable)"
    )
    group.add_argument("--because", default="", metavar="REASON", help="why it is dropped")
    group.add_argument(
        "--ineligible",
        action="store_true",
        help="it does not belong to what core samples, as test traffic",
    )
    group.add_argument(
        "--edit",
        type=Path,
        metavar="FILE",
        help="one JSON object a line: id, and the fields that change",
    )
    group.add_argument(
        "--tag", action="append", default=[], metavar="ID=TAG", help="add a tag (repeatable)"
    )


def _decides(args: argparse.Namespace) -> bool:
    return bool(args.accept or args.drop or args.edit or args.tag)


def _check(args: argparse.Namespace) -> None:
    if _decides(args):
        if args.terminal or args.status or args.invite or args.revoke:
            raise UsageError("decide from a script, or look: give one of them")
        if not args.by:
            raise UsageError("say who decides: --by NAME; it stands in the lineage")
    if args.drop and not args.because.strip():
        raise UsageError("--drop needs --because REASON: a reason is kept with what is dropped")


def _status(place: SetPlace, args: argparse.Namespace) -> int:
    from measurand.jobs.review import look  # noqa: PLC0415 - after --help
    from measurand.jobs.reviewing.telling import status_answer  # noqa: PLC0415

    return show(status_answer(look(place).progress(), place), args, also=_SHOWN)


def _decided(place: SetPlace, args: argparse.Namespace) -> int:
    from measurand.jobs.reviewing.batch import Wishes, review_now  # noqa: PLC0415 - after --help

    wishes = Wishes(
        by=args.by or _NOBODY,
        accept=tuple(word.strip() for word in (args.accept or "").split(",") if word.strip()),
        drop=tuple(args.drop),
        because=args.because,
        ineligible=args.ineligible,
        edits=args.edit,
        tags=tuple(map(_tagged, args.tag)),
    )
    return show(review_now(place, wishes), args, also=_SHOWN)


def _tagged(word: str) -> tuple[str, str]:
    name, equals, tag = word.partition("=")
    if not equals or not name.strip() or not tag.strip():
        raise UsageError(f"--tag {word}: write it as --tag ID=TAG")
    return name.strip(), tag.strip()


def _links(place: SetPlace, args: argparse.Namespace) -> int:
    import re  # noqa: PLC0415 - after --help

    from measurand.jobs.reviewing.inviting import invite, revoke  # noqa: PLC0415

    if args.revoke:
        count = revoke(place, args.revoke)
        print_lines([f"{count} of {args.revoke}'s links taken back"])
        return 0
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", args.url):
        raise UsageError(f"--url {args.url}: write an address, as in https://review.example.org")
    token = invite(place, args.invite, role=args.role, days=args.days)
    link = f"{args.url.rstrip('/')}/enter/{token}"
    if args.json:
        told = {"name": args.invite, "role": args.role, "days": args.days, "link": link}
        print_json(told)
        return 0
    print_lines(
        [
            link,
            (
                f"for {args.invite}, as {args.role}, for {args.days:g} days, while the desk is "
                + place.commands("open (measurand data review). It is shown this once: whoever ")
                + "has it is taken for that person."
            ),
        ]
    )
    return 0
