"""``measurand data contamination``."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from measurand.cli.data.place import add_place, data_of
from measurand.cli.options import PLAN, add_level, add_output, add_pace, number, parser, show, whole
from measurand.cli.printing import print_json, print_lines
from measurand.cli.progress import progress

if TYPE_CHECKING:
    from measurand.analysis.forecast import Forecast
    from measurand.jobs.engine.tally import Snapshot
    from measurand.jobs.exposing.options import ContaminationOptions

    _Bar = AbstractContextManager[Callable[[Snapshot], None]]

__all__ = ["run"]

EXAMPLES = """\
  measurand data contamination --corpus finetune.jsonl --corpus few-shot=shots.txt
  measurand data contamination data/ --corpus corpora/ --report contamination.html
  measurand data contamination --twins twins.jsonl --forecast
  measurand data contamination --rewrite openai/gpt-4o-mini --style --budget 2
  measurand data contamination --cutoff 2025-06-30 --control newest
  measurand data contamination --held-out safety --held-out tone
  measurand data contamination --logprobs logprobs.jsonl
"""
_REFUSED = 4


def run(words: Sequence[str]) -> int:
    """Has the set been seen before it was asked? Runs the tests that its inputs allow.

    What each test cannot see stands beside its result; what was not run is listed. Only --twins,
    --rewrite and --style ask systems, and say before what that costs.

    Exit code 0: the tests that were run found nothing; 1: any of them failed; 3: any is
    inconclusive, or none was run; 4: stopped by its budget or a provider.
    """
    made = _options()
    args = made.parse_args(words)
    args.html = args.report or args.html
    plan = args.plan or (PLAN if PLAN.exists() else None)
    options = _chosen(args)
    if args.forecast:
        return _foretold(args, plan, options)

    from measurand.cli.plan_verb import tell_forecast  # noqa: PLC0415
    from measurand.jobs.contamination import contamination  # noqa: PLC0415 - after --help
    from measurand.jobs.exposing.reading import Telling  # noqa: PLC0415
    from measurand.jobs.run_progress import run_progress  # noqa: PLC0415
    from measurand.report.contamination_page import TEST_SECTIONS  # noqa: PLC0415

    with ExitStack() as shown:
        bars = _Bars(shown, partial(run_progress, budget=args.budget, quiet=args.quiet))
        telling = Telling(
            ahead=None if args.json else bars.before(tell_forecast),
            watch=bars.watch,
            progress=None if args.quiet else bars.reading(),
        )
        answer = contamination(data_of(args), options, plan=plan, telling=telling)
    code = show(answer, args, also=TEST_SECTIONS)
    if answer.spent and not args.json:
        print_lines([f"asking for these tests has cost ${answer.spent:,.4f} in all"])
    return code


class _Bars:
    """One bar after another: while texts are read, and while systems are asked.

    Args:
        shown: What is on the terminal.
        asking: Makes the bar of asking.
    """

    def __init__(self, shown: ExitStack, asking: Callable[[], _Bar]) -> None:
        self._shown = shown
        self._asking = asking
        self._watch: Callable[[Snapshot], None] | None = None

    def reading(self) -> Callable[[int, int], None] | None:
        """The bar of reading."""
        return self._shown.enter_context(progress("reading texts"))

    def before(self, tell: Callable[[Forecast], None]) -> Callable[[Forecast], None]:
        """Tell something when no bar is there."""

        def told(ahead: Forecast) -> None:
            self._shown.close()
            self._watch = None
            tell(ahead)

        return told

    def watch(self, now: Snapshot) -> None:
        """Show how far asking is, on a bar of its own."""
        if self._watch is None:
            self._shown.close()
            self._watch = self._shown.enter_context(self._asking())
        self._watch(now)


def _options() -> argparse.ArgumentParser:
    made = parser("data contamination", run.__doc__ or "", examples=EXAMPLES)
    add_place(made)
    _add_texts(made)
    _add_asking(made)
    _add_ratings(made)
    add_output(made)
    made.add_argument("--report", type=Path, metavar="FILE", help="the same as --html")
    return made


def _add_texts(made: argparse.ArgumentParser) -> None:
    group = made.add_argument_group("texts that the system may have seen; nothing is asked")
    group.add_argument(
        "--corpus",
        action="append",
        default=[],
        metavar="[KIND=]PATH",
        help="a file or folder; its kind is prompt, few-shot, retrieval or training (repeatable; "
        "training when left out; the prompts of the plan's systems are read anyway)",
    )
    group.add_argument(
        "--logprobs", type=Path, metavar="FILE", help="log-probabilities, for order and min-k%%"
    )


def _add_asking(made: argparse.ArgumentParser) -> None:
    group = made.add_argument_group("asking systems the same in other words; this costs calls")
    group.add_argument("--twins", type=Path, metavar="FILE", help="examples said in other words")
    group.add_argument(
        "--rewrite", metavar="MODEL", help="have a model write the twins, as openai/gpt-4o-mini"
    )
    group.add_argument(
        "--style",
        action="store_true",
        help="ask in another phrasing, by template, and with trivial edits",
    )
    group.add_argument(
        "--systems", metavar="A,B", default="", help="only these (all that can be asked)"
    )
    group.add_argument(
        "--reference", metavar="NAME", help="hold the others against it (the current system)"
    )
    group.add_argument(
        "--limit", type=partial(whole, least=1), metavar="N", help="only the first N examples"
    )
    group.add_argument(
        "--forecast", action="store_true", help="say what it would cost; spend nothing"
    )
    add_pace(group)
    group.add_argument("-q", "--quiet", action="store_true", help="no progress")


def _add_ratings(made: argparse.ArgumentParser) -> None:
    group = made.add_argument_group("what was rated; nothing is asked")
    group.add_argument(
        "--cutoff",
        action="append",
        default=[],
        metavar="[SYSTEM=]DATE",
        help="when a system's knowledge ends (repeatable; of all systems without a name)",
    )
    group.add_argument("--control", metavar="NAME", help="a system with a later cut-off")
    group.add_argument(
        "--held-out",
        action="append",
        default=[],
        metavar="DIMENSION",
        help="a dimension that nobody tunes to (repeatable)",
    )
    group.add_argument(
        "--margin",
        type=partial(number, above=0, below=1),
        metavar="SHARE",
        help="gaps smaller than this share of the scale do not matter (0.05)",
    )
    add_level(group, "every interval")


def _chosen(args: argparse.Namespace) -> ContaminationOptions:
    from measurand.analysis.exposure import MARGIN, ExposureOptions  # noqa: PLC0415 - after --help
    from measurand.jobs.exposing.corpora import corpora_of  # noqa: PLC0415
    from measurand.jobs.exposing.options import (  # noqa: PLC0415
        ContaminationOptions,
        cutoffs_of,
    )
    from measurand.stats.estimate import LEVEL  # noqa: PLC0415

    return ContaminationOptions(
        corpora=corpora_of(args.corpus),
        twins=args.twins,
        rewrite=args.rewrite,
        style=args.style,
        cutoffs=cutoffs_of(args.cutoff),
        control=args.control,
        held_out=tuple(args.held_out),
        logprobs=args.logprobs,
        systems=tuple(name.strip() for name in args.systems.split(",") if name.strip()),
        limit=args.limit,
        budget=args.budget,
        connections=args.max_connections,
        deciding=ExposureOptions(
            level=args.level or LEVEL, margin=args.margin or MARGIN, reference=args.reference
        ),
    )


def _foretold(args: argparse.Namespace, plan: Path | None, options: ContaminationOptions) -> int:
    """What asking would cost, each round of questions by itself."""
    from measurand.cli.plan_verb import tell_forecast  # noqa: PLC0415 - after --help
    from measurand.jobs.contamination import contamination_forecast  # noqa: PLC0415

    found = contamination_forecast(data_of(args), options, plan=plan)
    if args.json:
        print_json({"verb": "data contamination", "forecasts": [one.to_json() for one in found]})
    elif not found:
        print_lines(["nothing would be asked: only --twins, --rewrite and --style ask systems"])
    else:
        for one in found:
            tell_forecast(one)
        if options.rewrite is not None:
            print_lines(["asking the twins is foretold once they are written"])
    return _REFUSED if any(one.over_budget for one in found) else 0
