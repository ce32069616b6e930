"""Options of every act on a set: which project, which set."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from measurand.errors import UsageError

if TYPE_CHECKING:
    from measurand.jobs.set_place import SetPlace

__all__ = ["add_place", "add_set", "data_of", "place_of"]

_SET = "the evaluation set (the plan's, or data/)"


def add_set(made: argparse._ActionsContainer, *, after: str = "") -> None:
    """The set, by its place among the words or as ``--data``: an act takes it either way.

    Args:
        made: The act's parser.
        after: The words that say where else it is looked for, if not as usual.
    """
    made.add_argument("folder", nargs="?", type=Path, metavar="data", help=after or _SET)
    made.add_argument("--data", type=Path, metavar="FOLDER", help="the same, as an option")


def add_place(made: argparse.ArgumentParser, *, named: bool = True) -> None:
    """Which project, and which set.

    Args:
        made: The act's parser.
        named: Whether the set may stand without ``--data``; not where another word does.
    """
    group = made.add_argument_group("where")
    group.add_argument(
        "--plan", type=Path, metavar="FILE", help="the plan (measurand.yaml, if there is one)"
    )
    if named:
        add_set(made)
    else:
        group.add_argument("--data", type=Path, metavar="FOLDER", help=_SET)


def data_of(args: argparse.Namespace) -> Path | None:
    """The set that was named, either way.

    Raises:
        UsageError: Two are named.
    """
    folder: Path | None = getattr(args, "folder", None)
    option: Path | None = args.data
    if folder is not None and option is not None and folder != option:
        raise UsageError(f"two sets are named, {folder} and --data {option}; name one")
    return folder if option is None else option


def place_of(args: argparse.Namespace) -> SetPlace:
    """The set that is meant."""
    from measurand.jobs.set_place import set_place  # noqa: PLC0415 - after --help

    return set_place(args.plan, data_of(args))
