"""Options that several verbs share, and how their answers are shown."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from measurand.errors import UsageError

if TYPE_CHECKING:
    from measurand.core.scale import Scale
    from measurand.jobs.answer import Answer
    from measurand.jobs.source import Reading, Source
    from measurand.report.document import Document

__all__ = [
    "add_file",
    "add_level",
    "add_output",
    "add_pace",
    "add_plan",
    "add_reading",
    "add_serving",
    "add_statistics",
    "number",
    "parser",
    "reading_of",
    "scales_of",
    "show",
    "source_of",
    "tell",
    "whole",
    "write",
]

PLAN = Path("measurand.yaml")

_FEWEST_RESAMPLES = 100
_UNKNOWN = re.compile(
    r"invalid choice: '(?P<word>[^']*)' \(choose from (?P<allowed>[^)]*)\)"
    r"|unrecognized arguments: (?P<option>--\S+)"
)
"""What argparse says of a word that is not known."""


class _Parser(argparse.ArgumentParser):
    """A parser that says what was nearly meant, and does not drown it in its usage."""

    def error(self, message: str) -> NoReturn:
        """One line of what is wrong, one of where it is explained; exit 2."""
        told = f"{message}{self._hint(message)}"
        self.exit(2, f"{self.prog}: error: {told}\n{self.prog} --help explains it\n")

    def _hint(self, message: str) -> str:
        """The word that comes nearest to one that is not known; empty where none does."""
        from difflib import get_close_matches  # noqa: PLC0415 - only a typo pays for it

        found = _UNKNOWN.search(message)
        if found is None:
            return ""
        if found["allowed"]:
            known = [word.strip("' ") for word in found["allowed"].split(",")]
        else:
            known = list(self._option_string_actions)
        word = (found["word"] or found["option"]).partition("=")[0]
        near = get_close_matches(word, known, n=1)
        return f"; did you mean {near[0]}?" if near else ""


def parser(verb: str, description: str, *, examples: str = "") -> argparse.ArgumentParser:
    """A parser of one verb's options."""
    lines = (line.strip() for line in description.strip().splitlines())  # of a docstring
    made = _Parser(
        prog=f"measurand {verb}",
        description="\n".join(lines),
        epilog=f"examples:\n{examples}" if examples else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("--debug", action="store_true", help="show the traceback of a fault")
    return made


def add_file(made: argparse.ArgumentParser) -> None:
    """The ratings that a verb is about; see `source_of`."""
    made.add_argument(
        "file", nargs="?", type=Path, help="a ratings file; the project's ledger when left out"
    )


def add_plan(made: argparse.ArgumentParser) -> None:
    """The project that a verb is about."""
    made.add_argument("plan", nargs="?", type=Path, default=PLAN, help="the plan (measurand.yaml)")


def add_level(group: argparse._ActionsContainer, of: str = "every interval") -> None:
    """The level of intervals."""
    group.add_argument(
        "--level",
        type=partial(number, above=0, below=1),
        metavar="SHARE",
        help=f"confidence level of {of} (0.95)",
    )


def add_reading(made: argparse.ArgumentParser) -> None:
    """How a ratings file is to be read."""
    group = made.add_argument_group(
        "reading",
        "A long file has the columns example, system, dimension, rater, kind, value (CSV or "
        "JSONL, .gz too); any other file is read with a mapping.",
    )
    group.add_argument(
        "--scale",
        action="append",
        default=[],
        metavar="SCALE",
        help="1-5, 0-4, 0..1, yes/no, nominal, ordinal, interval, ratio, or labels as in "
        "win/tie/loss; of one dimension: accuracy=1-5 (repeatable; inferred when left out)",
    )
    group.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="FIELD:COLUMNS",
        help='columns of a wide file, as in --map "example:id" --map "rater:Human 1,Human 2", '
        'or a constant: --map "dimension=tone" (repeatable)',
    )
    group.add_argument("--mapping", type=Path, metavar="FILE", help="the same as a YAML file")
    group.add_argument(
        "--weight",
        action="append",
        default=[],
        metavar="DIMENSION=PERCENT",
        help="weight of a dimension in the overall score (repeatable; alike when left out)",
    )
    group.add_argument(
        "--blocking",
        action="append",
        default=[],
        metavar="DIMENSION[=WHAT]",
        help="what blocks: no on a yes/no dimension, grades below WHAT, or the labels WHAT, "
        "as in safety, safety=3 or safety=unsafe,unsure (repeatable)",
    )
    group.add_argument(
        "--plan", type=Path, metavar="FILE", help="take scales and weights from this plan"
    )
    group.add_argument(
        "--data", type=Path, metavar="PATH", help="the evaluation set, for components and segments"
    )


def add_statistics(made: argparse.ArgumentParser) -> None:
    """How numbers are computed."""
    group = made.add_argument_group("statistics")
    add_level(group)
    group.add_argument(
        "--seed", type=partial(whole, least=0), metavar="N", help="seed of the bootstrap (0)"
    )
    group.add_argument(
        "--resamples",
        type=partial(whole, least=_FEWEST_RESAMPLES),
        metavar="N",
        help="bootstrap resamples (2,000 or 9,999)",
    )


def add_output(made: argparse.ArgumentParser) -> None:
    """How the answer is shown."""
    group = made.add_argument_group("output")
    group.add_argument("--full", action="store_true", help="print every section")
    group.add_argument("--json", action="store_true", help="one JSON document on stdout")
    group.add_argument("--html", type=Path, metavar="FILE", help="also write one HTML page")
    group.add_argument("--markdown", type=Path, metavar="FILE", help="also write Markdown")


def add_pace(group: argparse._ArgumentGroup) -> None:
    """How fast models are called, and how much that may cost."""
    group.add_argument(
        "-j",
        "--max-connections",
        type=partial(whole, least=1),
        metavar="N",
        help="calls under way at once, to each provider (the plan's, or 20)",
    )
    group.add_argument(
        "--budget",
        type=partial(number, above=0, below=float("inf")),
        metavar="USD",
        help="stop before the call that could cross this, all runs of the ledger together",
    )


def add_serving(group: argparse._ActionsContainer, *, port: int) -> None:
    """Where a desk is served."""
    group.add_argument(
        "--host",
        default="127.0.0.1",
        help="the address to bind to (127.0.0.1: this machine alone; put a TLS proxy before "
        "anything else)",
    )
    group.add_argument(
        "--port", type=partial(whole, least=0, most=65535), default=port, help=f"the port ({port})"
    )
    group.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name under which the desk is reached, as that of a proxy (repeatable)",
    )


def number(text: str, *, above: float, below: float, closed: bool = False) -> float:
    """A number between two bounds; ``closed`` lets it be one of them.

    Raises:
        argparse.ArgumentTypeError: It is none.
    """
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if above < value < below or (closed and value in {above, below}):
        return value
    between = "from {} to {}" if closed else "above {} and below {}"
    raise argparse.ArgumentTypeError(
        f"found {text!r}; allowed: a number {between.format(above, below)}"
    )


def whole(text: str, *, least: int, most: int | None = None) -> int:
    """A whole number of at least so much, and at most so much.

    Raises:
        argparse.ArgumentTypeError: It is none.
    """
    if not text.isdecimal() or not least <= int(text) <= (int(text) if most is None else most):
        bound = f"at least {least}" if most is None else f"from {least} to {most}"
        raise argparse.ArgumentTypeError(f"found {text!r}; allowed: a whole number, {bound}")
    return int(text)


def reading_of(args: argparse.Namespace) -> Reading:
    """The reading options as the jobs take them."""
    from measurand.jobs.source import Reading  # noqa: PLC0415 - only a verb that runs pays for it
    from measurand.store.mapping import parse_mapping, read_mapping  # noqa: PLC0415

    if args.map and args.mapping:
        raise UsageError("give the mapping as --map or as --mapping, not both")
    for name in ("scale", "weight", "blocking"):
        if args.plan and getattr(args, name):
            raise UsageError(f"--{name} and --plan: the plan says it already; give one of them")
    mapping = read_mapping(args.mapping) if args.mapping else None
    if args.map:
        mapping = parse_mapping(args.map)
    return Reading(
        mapping=mapping,
        scales=_scales(args.scale),
        weights={name: _number("--weight", text) for name, text in _named("--weight", args.weight)},
        blocking=dict(_blocking(word) for word in args.blocking),
        plan=args.plan,
        data=args.data,
    )


def source_of(args: argparse.Namespace) -> Source:
    """The ratings that a verb is about: its file, or the project in this folder."""
    from measurand.jobs.project import from_project  # noqa: PLC0415
    from measurand.jobs.source import from_file  # noqa: PLC0415

    if args.file is not None:
        return from_file(args.file, reading_of(args))
    for name in ("map", "mapping", "scale", "weight", "blocking", "data"):
        if getattr(args, name):
            raise UsageError(
                f"--{name} says how a ratings file is read, and no file is named; a project's "
                "plan has its scales, weights and data"
            )
    return from_project(args.plan or PLAN)


def show(answer: Answer, args: argparse.Namespace, *, also: frozenset[str] = frozenset()) -> int:
    """Print an answer, write the files asked for; return the exit code. ``also`` as in `tell`."""
    if args.html:
        write(args.html, answer.to_html())
    if args.markdown:
        write(args.markdown, answer.to_markdown())
    if args.json:
        text = json.dumps(answer.to_json(), ensure_ascii=False, allow_nan=False, indent=2)
        sys.stdout.write(text + "\n")
    else:
        tell(answer.document, full=args.full, also=also)
        for path in (args.html, args.markdown):
            if path:
                sys.stdout.write(f"written: {path}\n")
    return answer.exit_code


def tell(document: Document, *, full: bool, also: frozenset[str] = frozenset()) -> None:
    """Print a document: what answers the question, or all of it.

    Args:
        document: The document.
        full: Whether all of it is printed.
        also: Sections that answer this verb's question besides the usual ones.
    """
    from rich.console import Console  # noqa: PLC0415

    from measurand.report.brief import brief  # noqa: PLC0415
    from measurand.report.terminal import print_document  # noqa: PLC0415

    shown, left = (document, ()) if full else brief(document, also)
    print_document(shown, Console())
    if left:
        sys.stdout.write(f"\nnot shown: {', '.join(left)}; --full prints all\n")


def write(path: Path, text: str) -> None:
    """Write a page that was asked for, and the folder that it is to be in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as problem:
        problem.filename = problem.filename or str(path)  # a full disk does not say of which file
        raise


def scales_of(words: Sequence[str]) -> tuple[Scale | None, dict[str, Scale]]:
    """The scale of all dimensions, where one is given, and those of single ones.

    Raises:
        UsageError: A word is no scale.
    """
    from measurand.core.scale import Scale  # noqa: PLC0415

    everywhere: Scale | None = None
    single: dict[str, Scale] = {}
    for word in words:
        name, equals, text = word.rpartition("=")
        try:
            scale = Scale.of(text)
        except ValueError as problem:
            raise UsageError(f"--scale: {problem}") from None
        if equals:
            single[name] = scale
        else:
            everywhere = scale
    return everywhere, single


def _scales(words: Sequence[str]) -> dict[str, Scale] | Scale | None:
    everywhere, single = scales_of(words)
    if everywhere is not None and single:
        raise UsageError("--scale: give one scale for all dimensions or name them, not both")
    return everywhere if everywhere is not None else single or None


def _named(option: str, words: Sequence[str]) -> list[tuple[str, str]]:
    pairs = []
    for word in words:
        name, equals, text = word.rpartition("=")
        if not equals:
            raise UsageError(f"{option} {word}: write it as {option} DIMENSION=VALUE")
        pairs.append((name, text))
    return pairs


def _blocking(word: str) -> tuple[str, float | tuple[str, ...] | None]:
    name, equals, text = word.partition("=")
    if not equals:
        return name, None
    try:
        return name, float(text)
    except ValueError:
        return name, tuple(label.strip() for label in text.split(","))


def _number(option: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"{option}: {text!r} is not a number") from None
