"""How far a run is, on stderr: a bar where a person watches, a line now and then where not."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from measurand.jobs.engine.tally import Snapshot

__all__ = ["clock", "run_progress", "told"]

_LINE_EVERY = 10.0
_HOUR, _MINUTE = 3600, 60


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
    from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415

    columns = (BarColumn(bar_width=24), TextColumn("{task.fields[text]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, text="starting")

        def show(now: Snapshot) -> None:
            bar.update(task, completed=now.examples, total=now.total, text=told(now, budget))

        yield show


def told(now: Snapshot, budget: float | None) -> str:
    """How far a run is, in one line."""
    parts = [f"{now.examples:,}/{now.total:,} examples"]
    parts.append(f"{now.outputs:,} outputs, {now.ratings:,} ratings")
    if now.rate:
        parts.append(f"{now.rate:,.1f}/s")
    if now.calls:
        parts.append(f"{now.usage.input_tokens + now.usage.output_tokens:,} tokens")
        parts.append(_money(now, budget))
    if now.waiting:
        parts.append(f"{now.waiting:,} judgments wait in batches")
    if failures := _counted(now.failures):
        parts.append(f"failed: {failures}")
    if troubles := _counted(now.troubles):
        parts.append(f"tried again: {troubles}")
    if now.seconds_left is not None and now.examples < now.total:
        parts.append(f"{clock(now.seconds_left)} left")
    return " · ".join(parts)


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
    return text if budget is None else f"{text} of ${budget:,.2f}"


def _counted(classes: Mapping[str, int]) -> str:
    listed = sorted(classes.items(), key=lambda one: -one[1])
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in listed)


def _lines(budget: float | None) -> Callable[[Snapshot], None]:
    last = 0.0

    def line(now: Snapshot) -> None:
        nonlocal last
        if now.seconds - last >= _LINE_EVERY:
            last = now.seconds
            sys.stderr.write(f"{told(now, budget)}\n")
            sys.stderr.flush()

    return line
