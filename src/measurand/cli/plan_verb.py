"""``measurand plan``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from measurand.cli.options import add_plan, number, parser, whole, write

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from measurand.analysis.forecast import Forecast, ForecastLine
    from measurand.analysis.result import Findings
    from measurand.jobs.planning import Planned
    from measurand.jobs.run import RunOptions
    from measurand.jobs.sizes_ahead import Study
    from measurand.report.document import Document
    from measurand.stats.estimate import Estimate

__all__ = ["forecast", "run", "tell_forecast"]

EXAMPLES = """\
  measurand plan                         (measurand.yaml in this folder)
  measurand plan --pilot 5               learn from five examples that are really run
  measurand plan --difference .05        the cheapest study that finds 5 points of the scale
  measurand plan --budget 500            the best study for $500
"""


_WIDEST = 32
"""Letters of a name that are not broken in a table of 80 columns."""


def run(words: Sequence[str]) -> int:
    """Check a plan without spending anything, and foretell calls, tokens and money of its run."""
    made = parser("plan", run.__doc__ or "", examples=EXAMPLES)
    add_plan(made)
    made.add_argument(
        "--pilot",
        type=partial(whole, least=1),
        metavar="N",
        help="run N examples first, for real; they stay in the ledger and are not run again",
    )
    made.add_argument(
        "--limit", type=partial(whole, least=1), metavar="N", help="only the first N examples"
    )
    _add_study(made)
    made.add_argument("--json", action="store_true", help="one JSON document on stdout")
    made.add_argument(
        "--html", type=Path, metavar="FILE", help="also write one HTML page of what the sizes tell"
    )
    args = made.parse_args(words)

    from measurand.jobs.run import RunOptions  # noqa: PLC0415 - after --help

    options = RunOptions(limit=args.limit)
    study = _study_of(args)
    asked = {"pilot": args.pilot, "as_json": args.json, "html": args.html}
    return forecast(args.plan, options, study=study, **asked)


def _add_study(made: argparse.ArgumentParser) -> None:
    """The study that is to be planned."""
    group = made.add_argument_group(
        "a study", "The cheapest one that finds a difference, or the best one for a budget."
    )
    positive = partial(number, above=0, below=float("inf"))
    cost = partial(number, above=0, below=float("inf"), closed=True)
    group.add_argument("--difference", type=positive, metavar="SHARE", help="of the scale, .05")
    group.add_argument("--budget", type=positive, metavar="USD", help="what it may cost")
    group.add_argument(
        "--power", type=partial(number, above=0, below=1), metavar="SHARE", help="0.8"
    )
    group.add_argument(
        "--dimension", metavar="NAME", help="the heaviest that people or a judge rate"
    )
    for what in ("example", "system", "judge", "rating"):
        text = f"US dollars for {_PRICED[what]}"
        group.add_argument(f"--{what}-cost", type=cost, metavar="USD", help=text)


_PRICED = {
    "example": "an example, before anybody answers it (0)",
    "system": "an answer (as forecast)",
    "judge": "the judgment of an output (as forecast)",
    "rating": "one person's rating of an output (the wage and the pace)",
}


def _study_of(args: argparse.Namespace) -> Study | None:
    """The study that was asked for; None where none was."""
    from measurand.jobs.sizes_ahead import Study  # noqa: PLC0415

    asked = {name: getattr(args, name) for name in _STUDY if getattr(args, name) is not None}
    return Study(**asked) if asked else None


_STUDY = (
    *("difference", "budget", "power", "dimension"),
    *("example_cost", "system_cost", "judge_cost", "rating_cost"),
)


def forecast(
    path: Path,
    options: RunOptions,
    *,
    pilot: int | None,
    as_json: bool,
    study: Study | None = None,
    html: Path | None = None,
) -> int:
    """Print what a run would take; `measurand run --dry-run` is the same."""
    from measurand.jobs.planning import plan  # noqa: PLC0415
    from measurand.jobs.run_progress import run_progress  # noqa: PLC0415

    with run_progress(budget=options.budget, quiet=pilot is None) as watch:
        planned = plan(path, options, pilot=pilot, study=study, watch=watch)
    if html is not None:
        _write_page(planned, html)
    if as_json:
        text = json.dumps(planned.to_json(), ensure_ascii=False, allow_nan=False, indent=2)
        sys.stdout.write(text + "\n")
    else:
        _tell(planned)
        if html is not None:
            sys.stdout.write(f"written: {html}\n")
    return planned.exit_code


def _tell(planned: Planned) -> None:
    from rich.console import Console  # noqa: PLC0415

    console = Console()
    sizes = ", ".join(f"{size:,} {name}" for name, size in planned.sizes.items() if size)
    console.print(f"{planned.examples:,} examples ({sizes})", highlight=False, markup=False)
    if planned.looked_at < planned.examples:
        told = f"{planned.looked_at:,} of them were looked at, and stand for all"
        console.print(told, highlight=False, markup=False)
    if planned.forecast.calls:
        console.print(_table(planned.forecast))
    if planned.people is not None:
        _tell_people(planned.people, console)
    _tell_sizes(planned, console)
    for line in (*_total(planned.forecast), *(f"note: {note}" for note in planned.notes)):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def tell_forecast(found: Forecast) -> None:
    """Print what is still to be asked, and what it will cost."""
    from rich.console import Console  # noqa: PLC0415

    console = Console()
    if found.calls:
        console.print(_table(found))
    for line in _total(found):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _tell_people(found: Findings, console: Console) -> None:
    """What rating by people will take, and what it will tell."""
    from measurand.report.brief import brief  # noqa: PLC0415
    from measurand.report.document import Document  # noqa: PLC0415
    from measurand.report.rating_forecast_page import forecast_sections  # noqa: PLC0415
    from measurand.report.sections import limits_section  # noqa: PLC0415
    from measurand.report.shelf import Shelf  # noqa: PLC0415
    from measurand.report.terminal import print_document  # noqa: PLC0415

    sections = forecast_sections(Shelf(found.results))
    titles = frozenset(section.title for section in sections)
    whole = Document(title="Rating by people", sections=(*sections, *limits_section(found.limits)))
    print_document(brief(whole, titles)[0], console)
    console.print()


def _tell_sizes(planned: Planned, console: Console) -> None:
    """What the sizes can detect and prove, and the study that was searched."""
    from measurand.report.brief import brief  # noqa: PLC0415
    from measurand.report.power_page import SHOWN  # noqa: PLC0415
    from measurand.report.terminal import print_document  # noqa: PLC0415

    print_document(brief(replace(_sizes(planned), footer=""), SHOWN)[0], console)
    console.print()


def _sizes(planned: Planned) -> Document:
    from measurand.report.power_page import sizes_document  # noqa: PLC0415

    return sizes_document(planned.sizes_tell, planned.study, wanted=planned.wanted)


def _write_page(planned: Planned, path: Path) -> None:
    """What the sizes tell with its curve, then what a run would take, as the terminal says it."""
    from measurand.report.document import Bullets, Section  # noqa: PLC0415
    from measurand.report.html import html_page  # noqa: PLC0415

    lines = (*_total(planned.forecast), *planned.notes)
    page = _sizes(planned)
    taken = Section("What a run would take", (Bullets(lines),))
    write(path, html_page(replace(page, sections=(*page.sections, taken))))


def _table(found: Forecast) -> Table:
    from rich import box  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    lines = [(_who(line), line) for line in found.lines if line.calls]
    words = (len(word) for who, _ in lines for word in who.split())
    table.add_column("Who", overflow="fold", min_width=min(_WIDEST, max(words, default=0)))
    for name in ("Calls", "Tokens in", "Tokens out", "US dollars"):
        table.add_column(name, justify="right", overflow="fold")
    for who, line in lines:
        cells = (
            who,
            f"{line.calls:,}",
            _range(line.input_tokens),
            _range(line.output_tokens),
            _range(line.cost, money=True),
        )
        table.add_row(*map(Text, cells))
    return table


def _who(line: ForecastLine) -> str:
    """Who is called; the model's name once."""
    if line.name == line.model:
        return f"{line.part} {line.model}"
    if line.model is None or line.model in line.name:
        return line.name
    return f"{line.name} ({line.model})"


def _range(estimate: Estimate, *, money: bool = False) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "unknown"
    told = [_number(x, money=money) for x in (estimate.value, estimate.low, estimate.high)]
    return f"{told[0]}\n[{told[1]}, {told[2]}]" if told[1] != told[2] else told[0]


def _line(estimate: Estimate) -> str:
    return _range(estimate, money=True).replace("\n", " ")


def _number(value: float, *, money: bool) -> str:
    if money:
        return f"{value:,.2f}" if value >= 1 else f"{value:.4f}"
    for unit, size in (("M", 1e6), ("k", 1e3)):
        if value >= size:
            return f"{value / size:,.1f}{unit}"
    return f"{value:,.0f}"


def _total(found: Forecast) -> Iterator[str]:
    if not found.lines:
        yield "nothing is called: every system has recorded outputs, and no model judges"
        return
    if not found.calls:
        yield "nothing is left to be asked: everything is in the ledger"
        return
    if found.cost.present:
        yield f"all {found.calls:,} calls: ${_line(found.cost)}"
    else:
        yield f"all {found.calls:,} calls: the cost is not known ({found.cost.reason})"
        if found.known_cost.present:
            yield f"of what is known: ${_line(found.known_cost)}"
    whole = found.spent + (found.known_cost.value or 0.0)
    yield f"spent so far: ${found.spent:,.4f}; with what is left about ${whole:,.2f}"
    if found.budget is not None:
        verdict = {True: "the upper end would cross it", False: "enough", None: "nobody can tell"}
        yield f"budget: ${found.budget:,.2f}: {verdict[found.over_budget]}"
    if not all(line.measured for line in found.lines if line.calls and line.model):
        yield (
            "where no call has been made yet, ranges are assumed and wide; "
            "measurand plan --pilot 5 makes them narrow"
        )
