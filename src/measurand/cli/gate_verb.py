"""``measurand gate``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stdout, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from measurand.cli.options import (
    PLAN,
    add_level,
    add_output,
    add_pace,
    add_reading,
    number,
    parser,
    reading_of,
    show,
    whole,
)
from measurand.errors import UsageError

if TYPE_CHECKING:
    from measurand.jobs.gate import GateAnswer, GateOptions

__all__ = ["run"]

_WRITTEN = ("junit", "sarif", "markdown", "html")
COMPONENTS = ("core", "edge", "adversarial", "regression", "golden")

EXAMPLES = """\
  measurand gate                         what the ledger holds, by measurand.yaml in this folder
  measurand gate --run                   ask for what it lacks first, of the gate's examples only
  measurand gate --against last-passing  against what passed last under the same name
  measurand gate --run --junit gate.xml --sarif gate.sarif --markdown gate.md
  measurand gate ratings.csv --system new --baseline old --scale correct=yes/no

exit codes: 0 pass, 1 fail, 2 your mistake, 3 inconclusive (too little evidence, or results are
missing), 4 a provider, the budget or the disk
"""


def run(words: Sequence[str]) -> int:
    """May this change ship? Blocking failures first, then regressions, then the margin."""
    made = parser("gate", run.__doc__ or "", examples=EXAMPLES)
    made.add_argument(
        "file", nargs="?", type=Path, help="a plan (measurand.yaml), or a ratings file"
    )
    _add_question(made)
    _add_run(made)
    add_reading(made)
    group = made.add_argument_group("statistics")
    add_level(group, "every bound")
    group.add_argument("--seed", type=partial(whole, least=0), metavar="N", help="seed of draws")
    add_output(made)
    made.add_argument("--junit", type=Path, metavar="FILE", help="also write JUnit XML")
    made.add_argument("--sarif", type=Path, metavar="FILE", help="also write SARIF 2.1.0")
    args = made.parse_args(words)
    _cleared(args)
    with _told(args):
        answer = _asked(args)
        _write(args.junit, answer.to_junit)
        _write(args.sarif, answer.to_sarif)
    return _shown(answer, args)


def _cleared(args: argparse.Namespace) -> None:
    """Take away what an earlier gate wrote: whatever happens now, it is not what it says.

    Raises:
        UsageError: A file that is read would be written.
    """
    read = {one.resolve() for one in (args.file or PLAN, args.waivers, args.data) if one}
    for name in _WRITTEN:
        path: Path | None = getattr(args, name)
        if path is None:
            continue
        if path.resolve() in read:
            raise UsageError(f"--{name} {path}: the gate reads this file; name another")
        if path.is_file():
            path.unlink()


@contextmanager
def _told(args: argparse.Namespace) -> Iterator[None]:
    """Let the files say so where nothing is decided: a build shows them all the same."""
    try:
        yield
    except BaseException as problem:
        with suppress(OSError):
            _undecided(args, problem)
        raise


def _undecided(args: argparse.Namespace, problem: BaseException) -> None:
    if not any(getattr(args, name) for name in _WRITTEN):
        return

    from measurand.jobs.gating.undecided import undecided  # noqa: PLC0415 - after --help

    stopped = isinstance(problem, KeyboardInterrupt)
    answer = undecided("it was stopped" if stopped else str(problem) or type(problem).__name__)
    _write(args.junit, answer.to_junit)
    _write(args.sarif, answer.to_sarif)
    _write(args.markdown, answer.to_markdown)
    _write(args.html, answer.to_html)


def _shown(answer: GateAnswer, args: argparse.Namespace) -> int:
    """Print the answer; whoever stops listening does not change what was decided."""
    from measurand.report.gate_page import ANSWERS  # noqa: PLC0415 - after --help

    if not args.full:
        answer = replace(answer, document=answer.to_terminal())
    with ExitStack() as closing:
        if sys.stdout is None:  # it was closed when the process began
            nowhere = closing.enter_context(Path(os.devnull).open("w", encoding="utf-8"))
            closing.enter_context(redirect_stdout(nowhere))
        try:
            code = show(answer, args, also=ANSWERS)
            sys.stdout.flush()
        except (BrokenPipeError, SystemExit):  # the latter is what rich makes of the former
            with suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return answer.exit_code
    return code


def _add_question(made: argparse.ArgumentParser) -> None:
    group = made.add_argument_group("what is decided; as the plan's section gate: says by default")
    group.add_argument("--system", metavar="NAME", help="which system wants to ship")
    group.add_argument(
        "--against",
        "--baseline",
        dest="against",
        metavar="WHAT",
        help="baseline (the current system), last-passing, or a system's name",
    )
    group.add_argument(
        "--component",
        action="append",
        default=[],
        choices=COMPONENTS,
        help="decide on this part of the set (repeatable)",
    )
    group.add_argument("--core", action="store_true", help="core decides too")
    share = partial(number, above=0, below=1)
    group.add_argument(
        "--margin", type=share, metavar="SHARE", help="how much worse counts as no worse"
    )
    group.add_argument(
        "--max-failures",
        type=partial(whole, least=0),
        metavar="N",
        help="confirmed regressions that are let pass; blocking failures never are",
    )
    group.add_argument(
        "--max-blocking",
        type=share,
        metavar="SHARE",
        help="the bound of the blocking rate must lie below this",
    )
    group.add_argument(
        "--pass-mark",
        type=partial(number, above=0, below=1, closed=True),
        metavar="SHARE",
        help="the share of a graded scale from which an output passes (0.5)",
    )
    group.add_argument(
        "--confirm", choices=["majority", "all"], help="when repeats confirm a failure"
    )
    group.add_argument("--waivers", type=Path, metavar="FILE", help="the failures let pass")


def _add_run(made: argparse.ArgumentParser) -> None:
    group = made.add_argument_group("running")
    group.add_argument(
        "--run",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="ask for what the ledger lacks first; without it nothing is asked and nothing spent",
    )
    group.add_argument(
        "--repeats",
        type=partial(whole, least=1),
        metavar="N",
        help="how often each example is asked",
    )
    group.add_argument(
        "--no-record", action="store_true", help="do not note the decision in the ledger"
    )
    add_pace(group)
    group.add_argument("-q", "--quiet", action="store_true", help="no progress")


def _asked(args: argparse.Namespace) -> GateAnswer:
    from measurand.jobs.gate import gate, is_plan  # noqa: PLC0415 - after --help

    file = args.file or PLAN
    options = _options(args)
    if not is_plan(file):
        return gate(file, options, reading=reading_of(args))
    for name in ("map", "mapping", "scale", "weight", "blocking", "data", "plan"):
        if getattr(args, name):
            raise UsageError(f"--{name} says how a ratings file is read, and {file} is a plan")
    if not options.run:
        return gate(file, options)

    from measurand.jobs.run_progress import run_progress  # noqa: PLC0415 - only runs show it
    from measurand.store.plans import load_plan  # noqa: PLC0415

    budget = args.budget if args.budget is not None else load_plan(file).run.budget
    with run_progress(budget=budget, quiet=args.quiet) as watch:
        return gate(file, options, watch=watch)


def _options(args: argparse.Namespace) -> GateOptions:
    from measurand.jobs.gate import GateOptions  # noqa: PLC0415 - after --help

    return GateOptions(
        system=args.system,
        against=args.against,
        components=tuple(dict.fromkeys(args.component)),
        core=args.core,
        margin=args.margin,
        max_failures=args.max_failures,
        max_blocking=args.max_blocking,
        pass_mark=args.pass_mark,
        repeats=args.repeats,
        confirm=args.confirm,
        waivers=args.waivers,
        level=args.level,
        seed=args.seed,
        run=args.run,
        connections=args.max_connections,
        budget=args.budget,
        record=not args.no_record,
    )


def _write(path: Path | None, text: Callable[[], str]) -> None:
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text(), encoding="utf-8")
    if sys.stderr is not None:
        sys.stderr.write(f"written: {path}\n")
