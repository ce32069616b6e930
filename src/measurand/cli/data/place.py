"""Options of every act on a set: which project, which set."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from measurand.jobs.set_place import SetPlace

__all__ = ["add_place", "place_of"]


def add_place(made: argparse.ArgumentParser) -> None:
    """Which project, and which set."""
    group = made.add_argument_group("where")
    group.add_argument(
        "--plan", type=Path, metavar="FILE", help="the plan (measurand.yaml, if there is one)"
    )
    group.add_argument(
        "--data", type=Path, metavar="FOLDER", help="the evaluation set (the plan's, or data/)"
    )


def place_of(args: argparse.Namespace) -> SetPlace:
    """The set that is meant."""
    from measurand.jobs.set_place import set_place  # noqa: PLC0415 - after --help

    return set_place(args.plan, args.data)
