"""``measurand rate``: people rate, at the desk in a browser or with packets."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

from measurand.cli.options import PLAN, add_output, add_serving, number, parser, show, whole
from measurand.cli.printing import print_json, print_lines
from measurand.errors import UsageError

__all__ = ["reached", "run"]

EXAMPLES = """\
  measurand rate invite Ann                       # a personal link, shown once
  measurand rate serve                            # the desk, on this machine
  measurand rate export ann.html --rater Ann      # or a packet: csv, xlsx, html, ...
  measurand rate import ann.json
  measurand rate status
"""
_ACTS: Mapping[str, str] = {
    "serve": "open the rating desk in a browser; raters come in by their personal links",
    "invite": "give somebody a personal link: a rater, an adjudicator or an organiser",
    "revoke": "take the links of somebody back",
    "export": "write a packet for a rater, or tasks for another annotation tool",
    "import": "take in what came back; what cannot be taken is told and kept aside",
    "exclude": "decide that a rater's ratings do not count; they are kept",
    "readmit": "take an exclusion back",
    "status": "how far everybody is, how well they rate, what is left in hours and money",
}
_ROLES = ("rater", "adjudicator", "organiser")
_DAYS = 30.0
_STANDING = frozenset({"The round", "People", "What rating will take"})


def run(words: Sequence[str]) -> int:
    """Have people rate: invite them, serve the desk, send packets, see how far they are."""
    made = parser("rate", run.__doc__ or "", examples=EXAMPLES)
    acts = made.add_subparsers(dest="act", metavar="ACT", required=True, title="acts")
    for act, what in _ACTS.items():
        part = acts.add_parser(act, help=what, description=what.capitalize() + ".")
        part.add_argument("--plan", type=Path, default=PLAN, metavar="FILE", help="the plan")
        _OPTIONS[act](part)
    args = made.parse_args(words)
    if not args.plan.exists():
        raise UsageError(
            f"there is no plan {args.plan}; people rate the outputs of a project: "
            "measurand init writes one"
        )
    return _RUN[args.act](args)


def _serve_options(part: argparse.ArgumentParser) -> None:
    add_serving(part, port=8765)


def _invite_options(part: argparse.ArgumentParser) -> None:
    part.add_argument("name", help="the rater's name, as it will stand in the ratings")
    part.add_argument("--role", choices=_ROLES, default="rater", help="what for (rater)")
    part.add_argument(
        "--days",
        type=partial(number, above=0, below=3661),
        default=_DAYS,
        help=f"how long the link is good ({_DAYS:g})",
    )
    part.add_argument(
        "--url",
        default="http://127.0.0.1:8765",
        help="where the desk is reached (http://127.0.0.1:8765)",
    )
    part.add_argument("--json", action="store_true", help="one JSON document on stdout")


def _name_options(part: argparse.ArgumentParser) -> None:
    part.add_argument("name", help="whose")


def _decision_options(part: argparse.ArgumentParser) -> None:
    part.add_argument("name", help="the rater")
    part.add_argument("--because", required=True, metavar="REASON", help="why; it is recorded")


def _export_options(part: argparse.ArgumentParser) -> None:
    part.add_argument("file", type=Path, help="the file to write")
    part.add_argument(
        "--rater",
        metavar="NAME",
        help="whose packet it is; without one all items, for another tool's annotators",
    )
    part.add_argument(
        "--format", metavar="FORMAT", help="csv, xlsx, html, label-studio, argilla, potato, prodigy"
    )
    part.add_argument("--most", type=partial(whole, least=1), metavar="N", help="at most N items")
    part.add_argument("--json", action="store_true", help="one JSON document on stdout")


def _import_options(part: argparse.ArgumentParser) -> None:
    part.add_argument("file", type=Path, help="the file that came back")
    part.add_argument("--rater", metavar="NAME", help="who filled it in, where it does not say")
    part.add_argument(
        "--name",
        action="append",
        default=[],
        metavar="ACCOUNT=NAME",
        help="the rater's name of another tool's account (repeatable)",
    )
    part.add_argument("--format", metavar="FORMAT", help="found out when left out")
    part.add_argument("--json", action="store_true", help="one JSON document on stdout")


def _serve(args: argparse.Namespace) -> int:
    import asyncio  # noqa: PLC0415 - after --help

    return asyncio.run(_served(args))


async def _served(args: argparse.Namespace) -> int:
    from measurand.jobs.desk import open_desk  # noqa: PLC0415 - after --help
    from measurand.server.serve import serve  # noqa: PLC0415

    async with open_desk(args.plan) as desk:
        token = await desk.invite("organiser", "organiser", days=1, by="rate serve")
        overview = desk.overview()

        def started(port: int) -> None:
            lines = [
                f"{desk.plan.name}: {overview.items:,} items to rate, {overview.rated:,} rated",
                *desk.state.material.notes,
                f"organiser: http://{reached(args.host)}:{port}/enter/{token}  (good for a day)",
                "invite raters there, or with: measurand rate invite NAME",
                "stop with Ctrl-C: what was said stays, and the desk goes on where it was",
            ]
            if args.host not in {"127.0.0.1", "::1", "localhost"}:
                lines.append("others can connect, unencrypted: put a TLS proxy before the desk")
            print_lines(lines)
            sys.stdout.flush()

        await serve(
            desk, host=args.host, port=args.port, allow_hosts=args.allow_host, started=started
        )
    return 0


def reached(host: str) -> str:
    """Under which name this machine reaches a desk that is bound to a host, as in an address."""
    from ipaddress import ip_address  # noqa: PLC0415 - after --help

    try:
        address = ip_address(host)
    except ValueError:
        return host
    # The address that stands for all of them is no name, and the desk does not answer to it.
    if address.is_unspecified:
        return "127.0.0.1" if address.version == 4 else "[::1]"  # noqa: PLR2004 - of IP
    return f"[{host}]" if address.version == 6 else host  # noqa: PLR2004


def _invite(args: argparse.Namespace) -> int:
    from measurand.jobs.inviting import invite  # noqa: PLC0415 - after --help

    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?", args.url):
        raise UsageError(f"--url {args.url}: write an address, as in https://ratings.example.org")
    token = invite(args.plan, args.name, role=args.role, days=args.days)
    link = f"{args.url.rstrip('/')}/enter/{token}"
    if args.json:
        print_json({"name": args.name, "role": args.role, "days": args.days, "link": link})
        return 0
    print_lines(
        [
            link,
            (
                f"for {args.name}, as {args.role}, for {args.days:g} days. It is shown this once: "
                "whoever has it is taken for that person."
            ),
        ]
    )
    return 0


def _revoke(args: argparse.Namespace) -> int:
    from measurand.jobs.inviting import revoke  # noqa: PLC0415 - after --help

    count = revoke(args.plan, args.name)
    print_lines([f"{count} of {args.name}'s links taken back"])
    return 0


def _exclude(args: argparse.Namespace) -> int:
    return _decide(args, exclude=True)


def _readmit(args: argparse.Namespace) -> int:
    return _decide(args, exclude=False)


def _decide(args: argparse.Namespace, *, exclude: bool) -> int:
    from measurand.jobs.inviting import decide  # noqa: PLC0415 - after --help

    event: Literal["excluded", "readmitted"] = "excluded" if exclude else "readmitted"
    decide(args.plan, args.name, event=event, reason=args.because)
    print_lines([f"{args.name} {event}: {args.because}. The ratings themselves stay."])
    return 0


def _export(args: argparse.Namespace) -> int:
    from measurand.jobs.packet_export import export_packet  # noqa: PLC0415 - after --help

    form = args.format or _format_of(args.file)
    out = export_packet(args.plan, args.file, form=form, rater=args.rater, most=args.most)
    if args.json:
        print_json(out.to_json())
        return 0
    whose = f"for {args.rater}" if args.rater else "for whoever rates in the other tool"
    lines = [f"{len(out.packet.items):,} items {whose}: {', '.join(map(str, out.files))}"]
    if out.until is not None:
        lines.append(f"they are kept for {args.rater} until {out.until:%Y-%m-%d}")
    lines.append(f"when it comes back: measurand rate import FILE --format {form}")
    print_lines(lines)
    return 0


def _format_of(file: Path) -> str:
    known = {".csv": "csv", ".xlsx": "xlsx", ".html": "html"}
    if file.suffix.lower() not in known:
        raise UsageError(
            f"{file}: say in which format with --format (only .csv, .xlsx and .html say it)"
        )
    return known[file.suffix.lower()]


def _import(args: argparse.Namespace) -> int:
    from measurand.cli.refusals import told  # noqa: PLC0415 - after --help
    from measurand.jobs.packet_import import import_packet  # noqa: PLC0415

    names = dict(_named(word) for word in args.name)
    found = import_packet(args.plan, args.file, form=args.format, rater=args.rater, names=names)
    if args.json:
        print_json(found.to_json())
        return 0 if found.account.intake.kept else 2
    account, intake = found.account, found.account.intake
    new = sum(taken.new for taken in account.answers)
    print_lines(
        [
            (
                f"{intake.file}: {intake.read:,} ratings read, {new:,} new, "
                f"{intake.kept - new:,} known already, {len(intake.refused):,} refused"
            ),
            *(f"  {note}" for note in intake.notes),
            *(f"  {line}" for line in told(intake.refused, ())),
            *([f"refused ratings are kept in {found.refused}"] if found.refused else []),
        ]
    )
    return 0 if intake.kept else 2


def _named(word: str) -> tuple[str, str]:
    account, equals, name = word.partition("=")
    if not (account and equals and name):
        raise UsageError(f"--name {word}: write ACCOUNT=NAME, as in 7=Ann")
    return account, name


def _status(args: argparse.Namespace) -> int:
    from measurand.jobs.rate_status import rate_status  # noqa: PLC0415 - after --help

    return show(rate_status(args.plan), args, also=_STANDING)


def _nothing(_: argparse.ArgumentParser) -> None:
    """An act without options of its own."""


_OPTIONS: Mapping[str, Callable[[argparse.ArgumentParser], None]] = {
    "serve": _serve_options,
    "invite": _invite_options,
    "revoke": _name_options,
    "export": _export_options,
    "import": _import_options,
    "exclude": _decision_options,
    "readmit": _decision_options,
    "status": add_output,
}
_RUN: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "serve": _serve,
    "invite": _invite,
    "revoke": _revoke,
    "export": _export,
    "import": _import,
    "exclude": _exclude,
    "readmit": _readmit,
    "status": _status,
}
