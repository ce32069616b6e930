"""``measurand data attacks``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from measurand.cli.data.place import add_place, place_of
from measurand.cli.options import add_output, add_pace, parser, whole
from measurand.cli.printing import print_json, print_lines

if TYPE_CHECKING:
    from measurand.jobs.attacks import AttackOptions, Made
    from measurand.jobs.set_place import SetPlace

__all__ = ["run"]

EXAMPLES = """\
  measurand data attacks --list                        every form there is
  measurand data attacks --count 50 --out data/        50 by template, added to the set
  measurand data attacks --log march.jsonl --out attacks.jsonl
  measurand data attacks --model openai/gpt-4o-mini --dry-run
  measurand data attacks --model openai/gpt-4o-mini --budget 1 --out data/

Nobody has looked at an attack before you have: measurand data review shows them.
"""
_COUNT = 50


def run(words: Sequence[str]) -> int:
    """Make adversarial examples for your task: by template, or written by a model.

    Injection, jailbreaks, privacy, abuse, pressure on the task, and harmless questions that sound
    harmful. Real questions and the plan's task are in them. Without --out nothing is written.

    Exit code 0: made; 4: stopped by its budget or a provider.
    """
    args = _options().parse_args(words)

    from measurand.cli.options import show  # noqa: PLC0415 - after --help
    from measurand.jobs.attacks import attack_catalogue  # noqa: PLC0415

    if args.list:
        return show(attack_catalogue(), args, also=frozenset({"Forms"}))

    place = place_of(args)
    if args.dry_run:
        return _foretell(place, _chosen(args), args)
    return _tell(_make(place, args), args)


def _options() -> argparse.ArgumentParser:
    made = parser("data attacks", run.__doc__ or "", examples=EXAMPLES)
    add_place(made)
    made.add_argument("--list", action="store_true", help="the catalogue; nothing is made")
    group = made.add_argument_group("what is made")
    group.add_argument(
        "--count", type=partial(whole, least=1), default=_COUNT, metavar="N", help=f"({_COUNT})"
    )
    group.add_argument(
        "--out", type=Path, metavar="PATH", help="a new .jsonl file, or a set's folder"
    )
    group.add_argument(
        "--log",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="where real questions come from (repeatable; the set's core when left out)",
    )
    group.add_argument(
        "--seed", type=partial(whole, least=0), metavar="N", help="of all choices (the plan's)"
    )
    group = made.add_argument_group("written by a model")
    group.add_argument("--model", metavar="MODEL", help="as openai/gpt-4o-mini")
    group.add_argument(
        "--dry-run", action="store_true", help="say what would be asked and cost; spend nothing"
    )
    group.add_argument(
        "--again", action="store_true", help="ask once more for what is in the ledger"
    )
    add_pace(group)
    group.add_argument("-q", "--quiet", action="store_true", help="no progress")
    add_output(made)
    return made


def _chosen(args: argparse.Namespace) -> AttackOptions:
    from measurand.errors import UsageError  # noqa: PLC0415 - after --help
    from measurand.jobs.attacks import AttackOptions  # noqa: PLC0415

    if args.model is None and (args.dry_run or args.again or args.budget is not None):
        raise UsageError("--dry-run, --again and --budget are for --model: templates cost nothing")
    return AttackOptions(
        count=args.count,
        model=args.model,
        logs=tuple(args.log),
        seed=args.seed,
        again=args.again,
        budget=args.budget,
        connections=args.max_connections,
    )


def _make(place: SetPlace, args: argparse.Namespace) -> Made:
    from measurand.jobs.attacks import foretold_attacks, make_attacks  # noqa: PLC0415 - after --help
    from measurand.jobs.run_progress import run_progress  # noqa: PLC0415

    chosen = _chosen(args)
    if chosen.model is None:
        return make_attacks(place, chosen)
    if not args.json:
        from measurand.cli.plan_verb import tell_forecast  # noqa: PLC0415

        tell_forecast(foretold_attacks(place, chosen))
    own = None if place.plan is None else place.plan.run.budget
    budget = own if args.budget is None else args.budget
    with run_progress(budget=budget, quiet=args.quiet) as watch:
        return make_attacks(place, chosen, watch=watch)


def _foretell(place: SetPlace, chosen: AttackOptions, args: argparse.Namespace) -> int:
    from measurand.cli.plan_verb import tell_forecast  # noqa: PLC0415 - after --help
    from measurand.jobs.attacks import foretold_attacks  # noqa: PLC0415

    found = foretold_attacks(place, chosen)
    if args.json:
        print_json(found.to_json())
    else:
        tell_forecast(found)
    return 4 if found.over_budget else 0


def _tell(made: Made, args: argparse.Namespace) -> int:
    from datetime import UTC, datetime  # noqa: PLC0415 - after --help

    from measurand.cli.options import show  # noqa: PLC0415
    from measurand.jobs.attacks import write_attacks  # noqa: PLC0415

    now = datetime.now(UTC).isoformat(timespec="seconds")
    count = 0 if args.out is None else write_attacks(made, args.out, now=now)
    show(made.answer(), args, also=frozenset({"Attacks"}))
    if args.out is not None and not args.json:
        print_lines([f"written: {count:,} attacks, {args.out}"])
    return made.exit_code
