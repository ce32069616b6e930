"""``measurand data canary``."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from measurand.cli.data.place import add_place, place_of
from measurand.cli.options import add_output, add_pace, parser, show, whole
from measurand.cli.printing import print_json, print_lines
from measurand.cli.progress import progress
from measurand.errors import UsageError

if TYPE_CHECKING:
    from measurand.analysis.exposure import Exposure

__all__ = ["run"]

EXAMPLES = """\
  measurand data canary plant                       into the plan's set
  measurand data canary search --corpus corpora/    where was it taken?
  measurand data canary ask --forecast              what asking the systems would cost
  measurand data canary ask --system today          does a system know it by heart?
"""
_ACTS: Mapping[str, str] = {
    "plant": "put a string into the set by which it is known again; what is asked stays the same",
    "search": "search texts for it, also split, escaped and in other letters",
    "ask": "tell systems its first half, and see whether they go on with it",
}
_TIMES = 5
_REFUSED = 4


def run(words: Sequence[str]) -> int:
    """A string put into the set, by which it is known again wherever it was taken.

    Exit code 0: planted, or nothing found; 1: the canary was found; 3: there was nothing to search
    or to ask, or not everything could be searched; 4: stopped by its budget or a provider.
    """
    made = parser("data canary", run.__doc__ or "", examples=EXAMPLES)
    acts = made.add_subparsers(dest="act", metavar="ACT", required=True, title="acts")
    for act, what in _ACTS.items():
        part = acts.add_parser(act, help=what, description=what.capitalize() + ".")
        add_place(part)
        _OPTIONS[act](part)
    args = made.parse_args(words)
    return _RUN[args.act](args)


def _plant_options(part: argparse.ArgumentParser) -> None:
    part.add_argument("--json", action="store_true", help="one JSON document on stdout")


def _search_options(part: argparse.ArgumentParser) -> None:
    part.add_argument(
        "--corpus",
        action="append",
        default=[],
        required=True,
        metavar="PATH",
        help="a file or a folder of them (repeatable)",
    )
    add_output(part)


def _ask_options(part: argparse.ArgumentParser) -> None:
    part.add_argument(
        "--system", action="append", default=[], metavar="NAME", help="only this (repeatable)"
    )
    part.add_argument(
        "--times",
        type=partial(whole, least=1, most=1000),
        default=_TIMES,
        metavar="N",
        help=f"how often each is asked ({_TIMES})",
    )
    part.add_argument("--forecast", action="store_true", help="say what it costs; spend nothing")
    add_pace(part.add_argument_group("pace"))
    part.add_argument("-q", "--quiet", action="store_true", help="no progress")
    add_output(part)


def _plant(args: argparse.Namespace) -> int:
    from measurand.jobs.canary import FILE, plant_canary  # noqa: PLC0415 - after --help

    place = place_of(args)
    planted = plant_canary(place.data)
    if args.json:
        print_json(
            {
                "verb": "data canary plant",
                "canary": planted.canary,
                "planted": planted.examples,
                "had_it": planted.kept,
                "new": planted.fresh,
            }
        )
        return 0
    print_lines(
        [
            f"canary {planted.canary}",
            (
                f"planted in {planted.examples:,} examples (metadata.canary) and in "
                f"{place.data / FILE}; {planted.kept:,} had it already"
            ),
            place.commands("search for it: measurand data canary search --corpus PATH"),
        ]
    )
    return 0


def _search(args: argparse.Namespace) -> int:
    from measurand.jobs.canary import known_canary, search_canary  # noqa: PLC0415 - after --help
    from measurand.jobs.exposing.corpora import corpora_of  # noqa: PLC0415
    from measurand.jobs.exposing.reading import reading  # noqa: PLC0415

    place, corpora = place_of(args), corpora_of(args.corpus)
    with progress("searching texts") as told:
        digits = known_canary(place.data)
        found = search_canary(digits, corpora, where=place.where, tell=reading(corpora, told))
    return _shown(found, args)


def _ask(args: argparse.Namespace) -> int:
    from measurand.cli.plan_verb import tell_forecast  # noqa: PLC0415 - after --help
    from measurand.jobs.canary import ask_canary, asking_canary, known_canary  # noqa: PLC0415
    from measurand.jobs.run import paced  # noqa: PLC0415
    from measurand.jobs.run_progress import run_progress  # noqa: PLC0415

    place = place_of(args)
    if place.plan is None:
        raise UsageError("it asks the systems of a plan, and there is none here; name it: --plan")
    digits = known_canary(place.data)
    if digits is None:
        raise UsageError(
            place.commands("the set has no canary: plant one with measurand data canary plant")
        )
    plan = paced(place.plan, connections=args.max_connections, budget=args.budget)
    question = asking_canary(plan, place.file, digits, systems=args.system, times=args.times)
    if args.forecast:
        told = question.foretell()
        if args.json:
            print_json({"verb": "data canary ask", "forecast": told.to_json()})
        else:
            tell_forecast(told)
        return _REFUSED if told.over_budget else 0
    tell = None if args.json else tell_forecast
    with run_progress(budget=plan.run.budget, quiet=args.quiet) as watch:
        found, _ = ask_canary(question, digits, watch=watch, tell=tell)
    return _shown(found, args)


def _shown(found: Exposure, args: argparse.Namespace) -> int:
    from measurand.jobs.contamination import answer_of  # noqa: PLC0415 - after --help
    from measurand.report.contamination_page import TEST_SECTIONS  # noqa: PLC0415

    return show(answer_of([found], verb=f"data canary {args.act}"), args, also=TEST_SECTIONS)


_OPTIONS: Mapping[str, Callable[[argparse.ArgumentParser], None]] = {
    "plant": _plant_options,
    "search": _search_options,
    "ask": _ask_options,
}
_RUN: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "plant": _plant,
    "search": _search,
    "ask": _ask,
}
