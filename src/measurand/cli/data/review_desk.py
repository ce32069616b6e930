"""The review of a set at a desk in a browser, on this machine."""

from __future__ import annotations

import argparse
import asyncio
import sys

from measurand.cli.printing import print_lines
from measurand.cli.rate_verb import reached
from measurand.jobs.review_desk import open_review_desk
from measurand.jobs.set_place import SetPlace
from measurand.server.reviewing import serve_review

__all__ = ["at_desk"]

_NOBODY = "reviewer"


def at_desk(place: SetPlace, args: argparse.Namespace) -> int:
    """Serve the review until it is ended."""
    return asyncio.run(_served(place, args))


async def _served(place: SetPlace, args: argparse.Namespace) -> int:
    async with open_review_desk(place) as desk:
        name = args.by or _NOBODY
        token = desk.invite(name, "reviewer", days=1)
        progress = desk.progress()

        def started(port: int) -> None:
            lines = [
                f"{place.data}: {progress.total:,} examples, {progress.accepted:,} accepted",
                f"{name}: http://{reached(args.host)}:{port}/enter/{token}  (good for a day)",
                place.commands(
                    "experts come in by: measurand data review --invite NAME --role expert"
                ),
                "stop with Ctrl-C: what was decided stays, and the review goes on where it was",
            ]
            if progress.unwritten:
                lines.insert(1, f"{progress.unwritten:,} decisions are not in the set yet")
            if args.host not in {"127.0.0.1", "::1", "localhost"}:
                lines.append("others can connect, unencrypted: put a TLS proxy before the desk")
            print_lines(lines)
            sys.stdout.flush()

        await serve_review(
            desk, host=args.host, port=args.port, allow_hosts=args.allow_host, started=started
        )
        left = desk.unwritten()
    if left:
        print_lines([f"{left:,} decisions are kept and not in the set yet; to write them:"])
        print_lines([place.commands("measurand data review --finish")])
    return 0
