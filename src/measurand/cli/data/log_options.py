"""How logs are read: options that several acts share."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from measurand.errors import UsageError

if TYPE_CHECKING:
    from measurand.store.logs.reading import LogReading

__all__ = ["add_encoder", "add_log_reading", "add_window", "log_reading_of"]


def add_log_reading(made: argparse.ArgumentParser) -> None:
    """How logs are read, where they are not recognised by themselves."""
    group = made.add_argument_group(
        "reading logs",
        "JSON Lines, JSON, CSV, TSV (each also gzipped) and Parquet; the dialect is recognised "
        "row by row. docs/logs.md lists the dialects and the names that need no mapping.",
    )
    group.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="KEY:COLUMN",
        help='which column or key path holds what, as in --map "question:body.text", or a '
        'constant: --map "system=bot" (repeatable)',
    )
    group.add_argument("--mapping", type=Path, metavar="FILE", help="the same as a YAML file")
    group.add_argument("--dialect", metavar="NAME", help="read every row in this dialect")
    group.add_argument(
        "--spans",
        choices=("calls", "roots"),
        default="calls",
        help="what of a trace is a record: each call of a model, or the whole request (calls)",
    )


def add_window(group: argparse._ActionsContainer) -> None:
    """Which records of the logs, and what parts them."""
    group.add_argument("--since", metavar="TIME", help="leave out what is earlier, as 2026-03-01")
    group.add_argument("--until", metavar="TIME", help="leave out this time and what is later")
    group.add_argument(
        "--segment-by",
        metavar="KEY",
        help="a field of the logs whose values are segments, or system (the logs' own tags)",
    )


def add_encoder(group: argparse._ActionsContainer) -> None:
    """What makes vectors of texts."""
    group.add_argument(
        "--encoder",
        default="",
        metavar="CODE",
        help="what makes vectors of texts, as python:package.module:name or file.py:name (the "
        "plan's data.encoder, or hashed words)",
    )


def log_reading_of(args: argparse.Namespace) -> LogReading:
    """The options as the jobs take them.

    Raises:
        UsageError: They contradict each other.
        DataError: The mapping is none.
    """
    from measurand.store.logs.mapping import (  # noqa: PLC0415 - after --help
        parse_log_mapping,
        read_log_mapping,
    )
    from measurand.store.logs.reading import LogReading  # noqa: PLC0415

    if args.map and args.mapping:
        raise UsageError("give the mapping as --map or as --mapping, not both")
    mapping = read_log_mapping(args.mapping) if args.mapping else None
    if args.map:
        mapping = parse_log_mapping(args.map)
    return LogReading(dialect=args.dialect, mapping=mapping, spans=args.spans)
