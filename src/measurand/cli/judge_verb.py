"""``measurand judge``."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from functools import partial
from os.path import relpath
from pathlib import Path
from typing import TYPE_CHECKING

from measurand.cli.options import PLAN, add_pace, parser, whole
from measurand.cli.printing import print_json, print_lines
from measurand.errors import UsageError

if TYPE_CHECKING:
    from measurand.core.rubric import Rubric
    from measurand.jobs.run import Watch
    from measurand.jobs.sitting import Judged

__all__ = ["run"]

EXAMPLES = """\
  measurand judge outputs/expert.jsonl       (judge, rubric and data of measurand.yaml)
  measurand judge yesterday.csv --system yesterday --limit 20
  measurand judge answers.jsonl --data data/ --model openai/gpt-4o-mini --scale 1-5 \\
      --dimension "accuracy=Every statement agrees with the reference." \\
      --dimension "polite=It is polite." --scale polite=yes/no -o ratings.csv

With a plan, ratings go into the project's ledger as a run puts them, and are not paid for twice.
"""
_FREE = ("data", "model", "dimension", "scale", "repeats", "ledger")
_SUFFIXES = (".csv", ".jsonl", ".ndjson")
_DIMENSIONS = frozenset({"Dimensions"})
_REPEATS = 3


def run(words: Sequence[str]) -> int:
    """Have outputs judged that are there already, as a plan says or by options alone."""
    args = _options().parse_args(words)
    _check(args)

    from measurand.jobs.run_progress import run_progress  # noqa: PLC0415 - after --help

    free = _is_free(args)
    with run_progress(budget=args.budget, quiet=args.quiet) as watch:
        judged = _freely(args, watch) if free else _planned(args, watch)
    if args.out is not None and len(judged.ratings):
        from measurand.store.ratings import write_ratings  # noqa: PLC0415

        args.out.parent.mkdir(parents=True, exist_ok=True)
        write_ratings(judged.ratings, args.out)
    return _tell(judged, args, free=free)


def _options() -> argparse.ArgumentParser:
    made = parser("judge", run.__doc__ or "", examples=EXAMPLES)
    made.add_argument("file", type=Path, help="outputs: JSONL, JSON or CSV, .gz too")
    made.add_argument(
        "--system", metavar="NAME", help="whose outputs they are, where the file does not say"
    )
    made.add_argument("--plan", type=Path, metavar="FILE", help=f"the plan ({PLAN}, where it is)")
    group = made.add_argument_group("without a plan")
    group.add_argument("--data", type=Path, metavar="PATH", help="what the outputs answer")
    group.add_argument(
        "--model",
        action="append",
        default=[],
        metavar="PROVIDER/MODEL",
        help="the judge (repeatable: a panel)",
    )
    group.add_argument(
        "--dimension",
        action="append",
        default=[],
        metavar="NAME=DEFINITION",
        help="what is judged, in a sentence (repeatable)",
    )
    group.add_argument(
        "--scale",
        action="append",
        default=[],
        metavar="SCALE",
        help="1-5 (by default), yes/no, ...; of one dimension: tone=yes/no (repeatable)",
    )
    group.add_argument(
        "--repeats", type=partial(whole, least=1), metavar="N", help="judgments of each output (3)"
    )
    group.add_argument(
        "--ledger", type=Path, metavar="FILE", help="keep calls here, so that none is paid twice"
    )
    _add_how(made)
    return made


def _add_how(made: argparse.ArgumentParser) -> None:
    """How much, how fast, and what is shown."""
    group = made.add_argument_group("how")
    group.add_argument(
        "--limit", type=partial(whole, least=1), metavar="N", help="only the first N examples"
    )
    add_pace(group)
    group.add_argument(
        "--retry-failed", action="store_true", help="do again what is in the ledger as failed"
    )
    group.add_argument("--no-cache", action="store_true", help="judge everything again")
    group = made.add_argument_group("output")
    group.add_argument(
        "-o", "--out", type=Path, metavar="FILE", help="write the ratings: .csv or .jsonl"
    )
    group.add_argument("--full", action="store_true", help="print every section")
    group.add_argument("--json", action="store_true", help="one JSON document on stdout")
    group.add_argument("-q", "--quiet", action="store_true", help="no progress")


def _is_free(args: argparse.Namespace) -> bool:
    return args.plan is None and any(getattr(args, name) for name in _FREE)


def _check(args: argparse.Namespace) -> None:
    """Refuse what cannot mean anything, before anything is spent."""
    given = [name for name in _FREE if getattr(args, name)]
    if args.plan is not None and given:
        raise UsageError(f"--{given[0]} and --plan: the plan says it already; give one of them")
    if _is_free(args):
        if lacking := [name for name in ("data", "model", "dimension") if not getattr(args, name)]:
            told = ", ".join(f"--{name}" for name in lacking)
            raise UsageError(f"judging without a plan needs {told} too")
        if args.out is None and args.ledger is None:
            raise UsageError("where to with the ratings? Name a file, as in: -o ratings.csv")
    elif args.plan is None and not PLAN.exists():
        raise UsageError(
            f"there is no {PLAN} here; name one with --plan, or say what is judged with --data, "
            "--model, --dimension and -o"
        )
    if args.out is not None:
        if args.out.suffix.lower() not in _SUFFIXES:
            raise UsageError(f"-o {args.out}: the name ends in one of {', '.join(_SUFFIXES)}")
        if args.out.exists() and args.file.exists() and args.out.samefile(args.file):
            raise UsageError(f"{args.out} is the file that is judged; write to another one")


def _planned(args: argparse.Namespace, watch: Watch) -> Judged:
    from measurand.jobs.engine.agenda import Again  # noqa: PLC0415 - after --help
    from measurand.jobs.judge_file import judge  # noqa: PLC0415
    from measurand.jobs.run import RunOptions  # noqa: PLC0415

    options = RunOptions(
        limit=args.limit,
        again=Again(everything=args.no_cache, failed=args.retry_failed),
        connections=args.max_connections,
        budget=args.budget,
    )
    return judge(args.file, args.plan or PLAN, options, system=args.system, watch=watch)


def _freely(args: argparse.Namespace, watch: Watch) -> Judged:
    from measurand.core.running import RunPlan  # noqa: PLC0415 - after --help
    from measurand.jobs.engine.agenda import Again  # noqa: PLC0415
    from measurand.jobs.judge_file import outputs_of  # noqa: PLC0415
    from measurand.jobs.judging import Judge, JudgingOptions  # noqa: PLC0415
    from measurand.store.dataset import Dataset  # noqa: PLC0415

    calls = RunPlan(connections=args.max_connections) if args.max_connections else RunPlan()
    again = Again(everything=args.no_cache, failed=args.retry_failed)
    try:
        judge = Judge(
            args.model,
            _rubric(args),
            repeats=args.repeats or _REPEATS,
            budget=args.budget,
            ledger=args.ledger,
            options=JudgingOptions(run=calls, again=again),
        )
    except ValueError as problem:
        raise UsageError(str(problem)) from None
    outputs = outputs_of(args.file, system=args.system)
    return judge.judged(outputs, Dataset.load(args.data), limit=args.limit, watch=watch)


def _rubric(args: argparse.Namespace) -> Rubric:
    from measurand.cli.options import scales_of  # noqa: PLC0415 - after --help
    from measurand.core.rubric import Dimension, Rubric  # noqa: PLC0415
    from measurand.core.scale import ONE_TO_FIVE  # noqa: PLC0415

    everywhere, single = scales_of(args.scale)
    definitions: dict[str, str] = {}
    for word in args.dimension:
        name, _, definition = (part.strip() for part in word.partition("="))
        if not name or not definition:
            raise UsageError(f'--dimension {word}: write it as --dimension "NAME=DEFINITION"')
        if name in definitions:
            raise UsageError(f"--dimension {name} is given twice")
        definitions[name] = definition
    if unknown := sorted(single.keys() - definitions.keys()):
        raise UsageError(f"--scale {unknown[0]}=...: there is no --dimension {unknown[0]}")
    usual = everywhere or ONE_TO_FIVE
    return Rubric(
        *(
            Dimension(name, definition, scale=single.get(name, usual))
            for name, definition in definitions.items()
        )
    )


def _tell(judged: Judged, args: argparse.Namespace, *, free: bool) -> int:
    """What the judges said, what that took, and what comes next."""
    lines = (*_account(judged), *_next(judged, args, free=free))
    if judged.ran.stop.reason is not None:
        if args.json:
            print_json(judged.ran.to_json())
        else:
            print_lines(lines)
        return judged.exit_code

    from measurand.cli.options import tell  # noqa: PLC0415
    from measurand.jobs.judge_file import answer_of  # noqa: PLC0415

    answer = answer_of(judged)
    if args.json:
        print_json(answer.to_json())
    else:
        tell(answer.document, full=args.full, also=_DIMENSIONS)
        print_lines(("", *lines))
    return judged.exit_code or answer.exit_code


def _account(judged: Judged) -> Iterator[str]:
    from measurand.jobs.run_progress import account, stopped  # noqa: PLC0415 - after --help

    stop = judged.ran.stop
    yield from account(judged.ran.snapshot)
    if stop.reason == "asked":
        yield "stopped; what was under way is finished"
    elif stop.reason is not None:
        yield stopped(stop)


def _next(judged: Judged, args: argparse.Namespace, *, free: bool) -> Iterator[str]:
    """Where the ratings are, and what can be done with them."""
    kept = not free or args.ledger is not None
    if args.out is not None and len(judged.ratings):
        yield f"written: {args.out}"
    if judged.ran.stop.reason is not None:
        if kept and args.no_cache:
            yield (
                "what is done is kept; the same command without --no-cache, which would do it "
                "again, goes on where it stopped"
            )
        elif kept:
            yield "what is done is kept; the same command goes on where it stopped"
        else:
            yield "with --ledger FILE the same command could go on where it stopped"
        return
    if kept and judged.ran.snapshot.failures:
        yield "to try what failed once more: the same command with --retry-failed"
    if free:
        if args.out is not None:
            scales = " ".join(f"--scale {d.name}={d.scale}" for d in judged.plan.rubric)
            yield f"read them again with: measurand compare {args.out} {scales}"
        yield "whether people would agree with it: have them rate some, then measurand agreement"
        return
    where = f" --plan {args.plan}" if args.plan else ""
    yield f"in the ledger, with everything else: measurand report{where}"
    yield from _strangers(judged, args)


def _strangers(judged: Judged, args: argparse.Namespace) -> Iterator[str]:
    """Systems that the plan does not name: reports leave them out."""
    from measurand.store.plans import load_plan  # noqa: PLC0415

    plan: Path = args.plan or PLAN
    known = {system.name for system in load_plan(plan).systems}
    file = relpath(args.file, plan.parent)
    for system in judged.plan.systems:
        if system.name not in known:
            entry = f'- {{name: {system.name}, target: "file:{file}"}}'
            yield f"reports leave {system.name} out until the plan has it among systems: {entry}"
