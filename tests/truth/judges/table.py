"""Planted against recovered, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tests.truth.judges.harness import Case, Row

__all__ = ["markdown", "page"]

_HEAD = ("test", "quantity", "planted", "recovered", "happened", "rule", "held")


def page(found: Sequence[tuple[Case, Sequence[Row]]], *, seeds: int) -> str:
    """The whole page of the documentation."""
    rows = [row for _, rows in found for row in rows]
    held = sum(row.held for row in rows)
    return "\n".join(
        (
            "# What judges hide, planted and recovered",
            "",
            "Worlds with a known truth, each drawn anew for every seed, and what we publish about",
            f"them: {seeds} seeds a test (fewer where each is a whole audit in prompts), {held} of",
            f"{len(rows)} rules held. *Happened* counts the seeds in which an interval held the",
            "truth, or in which the event of the row came about. *But for chance* is the exact",
            "binomial band of 99.9 %, and so is the band of a coverage. This page is written by",
            "`just truth`; do not edit it.",
            "",
            *markdown(found),
            "",
        )
    )


def markdown(found: Iterable[tuple[Case, Iterable[Row]]]) -> Iterator[str]:
    """The table, line by line."""
    yield _line(_HEAD)
    yield _line("---" for _ in _HEAD)
    for case, rows in found:
        for place, row in enumerate(rows):
            yield _line(
                (
                    f"{case.number}. {case.title}" if place == 0 else "",
                    row.quantity,
                    _number(row.planted),
                    _number(row.recovered),
                    "" if row.coverage is None else "{} of {}".format(*row.coverage),
                    row.rule,
                    "yes" if row.held else "**no**",
                )
            )


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _number(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.3f}".rstrip("0").rstrip(".")
