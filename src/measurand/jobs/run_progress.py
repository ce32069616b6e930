"""How far a run is, on stderr: a bar where a person watches, a line now and then where not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from measurand.core.failure import FAILURES

if TYPE_CHECKING:
    from measurand.jobs.engine.engine import Stop
    from measurand.jobs.engine.tally import Snapshot

__all__ = ["account", "clock", "mended", "reasons", "run_progress", "stopped", "told"]

_LINE_EVERY = 10.0
_HOUR, _MINUTE = 3600, 60
_LONGEST_REASON = 300
_FOLLOWS = "no_output"
"""What an output that failed makes of every judgment of it; the output's own class says why."""
_LONGEST = 40
"""Characters of a class of failure that are shown."""


@contextmanager
def run_progress(
    *, budget: float | None, quiet: bool = False
) -> Iterator[Callable[[Snapshot], None]]:
    """Give a function to be told how far a run is.

    Args:
        budget: US dollars that may be spent, where there is a limit.
        quiet: Whether nothing is to be shown.
    """
    if quiet:
        yield lambda _: None
        return
    if not sys.stderr.isatty():
        yield _lines(budget)
        return
    from rich.console import Console  # noqa: PLC0415 - only a watched terminal pays for it
    from rich.live import Live  # noqa: PLC0415
    from rich.progress_bar import ProgressBar  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    with Live(Text("starting"), console=Console(stderr=True), transient=True) as live:

        def show(now: Snapshot) -> None:
            lines = Table.grid()
            lines.add_row(ProgressBar(total=max(now.total, 1), completed=now.examples, width=40))
            for line in _told(now, budget):
                lines.add_row(Text(line))
            live.update(lines)

        yield show


def told(now: Snapshot, budget: float | None) -> str:
    """How far a run is, in one line."""
    return " · ".join(_told(now, budget))


def _told(now: Snapshot, budget: float | None) -> Iterator[str]:
    """The same in short lines: how far, what it took, what went wrong."""
    nothing = not now.total and not now.calls
    parts = ["nothing to ask" if nothing else f"{now.examples:,}/{now.total:,} {now.units}"]
    if now.units == "examples":
        parts.append(f"{now.outputs:,} outputs, {now.ratings:,} ratings")
    if now.rate:
        parts.append(f"{now.rate:,.1f}/s")
    if now.seconds_left is not None and now.examples < now.total:
        parts.append(f"{clock(now.seconds_left)} left")
    yield " · ".join(parts)
    if now.calls:
        tokens = now.usage.input_tokens + now.usage.output_tokens
        yield f"{tokens:,} tokens · {_money(now, budget)}"
    if now.waiting:
        yield f"{now.waiting:,} judgments wait in batches"
    if failures := _counted(now.failures):
        yield f"failed: {failures}"
    if troubles := _counted(now.troubles):
        yield f"tries that failed: {troubles}"


def account(now: Snapshot) -> Iterator[str]:
    """How far a run came, why what failed failed, and what it found in the ledger."""
    yield told(now, None)
    yield from reasons(now)
    if now.reused:
        yield f"{now.reused:,} of them were in the ledger already"


def stopped(stop: Stop) -> str:
    """What stopped a run, where it was not a person."""
    if stop.reason == "budget":
        return f"stopped by the budget: {stop.message}"
    return f"stopped, because every further call would fail alike: {stop.message}"


def mended(now: Snapshot) -> str:
    """How to go on after a stop that somebody has to mend."""
    how = "goes on where it stopped"
    if now.failures:
        how = "with --retry-failed goes on, and asks what failed"
    return f"once that is mended, the same command {how}"


def reasons(now: Snapshot) -> Iterator[str]:
    """Of each class of failure, the commonest first, why the first of it failed."""
    from measurand.figures.text import shortened  # noqa: PLC0415 - only failures pay for it

    for failure, why in sorted(now.reasons.items(), key=lambda one: -now.failures[one[0]]):
        if failure != _FOLLOWS:
            yield f"  {_named(failure)}, for one: {shortened(why, _LONGEST_REASON)}"


def clock(seconds: float) -> str:
    """A time that a person can take in."""
    whole = round(seconds)
    if whole >= _HOUR:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02} min"
    if whole >= _MINUTE:
        return f"{whole // _MINUTE} min {whole % _MINUTE:02} s"
    return f"{whole} s"


def _money(now: Snapshot, budget: float | None) -> str:
    text = f"${now.cost:,.4f}" if now.cost < 1 else f"${now.cost:,.2f}"
    if now.unpriced:
        text += f" and {now.unpriced:,} calls of unknown cost"
    if now.forecast is not None and now.examples < now.total:
        text += f" (about ${now.forecast:,.2f} in all)"
    if budget is None:
        return text
    return f"{text} · ${now.before + now.cost:,.2f} of the ledger's budget of ${budget:,.2f}"


def _counted(classes: Mapping[str, int]) -> str:
    listed = sorted(classes.items(), key=lambda one: -one[1])
    return ", ".join(f"{count:,} {_named(name)}" for name, count in listed)


def _named(failure: str) -> str:
    """A class of failure; users' own code may name its own, in whatever words."""
    if failure in FAILURES:
        return failure.replace("_", " ")
    from measurand.figures.text import shortened  # noqa: PLC0415 - only odd names pay for it

    return shortened(failure, _LONGEST)


def _lines(budget: float | None) -> Callable[[Snapshot], None]:
    last = 0.0

    def line(now: Snapshot) -> None:
        nonlocal last
        if now.seconds - last >= _LINE_EVERY:
            last = now.seconds
            sys.stderr.write(f"{told(now, budget)}\n")
            sys.stderr.flush()

    return line
