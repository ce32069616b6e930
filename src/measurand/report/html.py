"""A document as one HTML file: no script, no network, one stylesheet whose hash the policy names.

Whatever the templates insert goes through `visible` (every expression, by the environment's
``finalize``) and is then escaped, so data can neither be markup nor hide in what it shows.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import count

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from measurand.analysis.result import Verdict
from measurand.figures.bars import Bars
from measurand.figures.curve import Curve
from measurand.figures.forest import Forest
from measurand.figures.scatter import Scatter
from measurand.figures.svg import to_svg
from measurand.figures.text import interval, number, numbers, one_line, one_sided, typeset, visible
from measurand.report.document import LIMITS, Cell, Column, Document, Outcome, Percent, Plot
from measurand.report.words import SHARES, beside, described, headline_about, rating, tone
from measurand.stats.estimate import Estimate

__all__ = ["html_page", "templates"]

_FOLD = 480
_FOLD_LINES = 8
_TEASER = 120


def html_page(document: Document) -> str:
    """Render a document; the same document always gives the same text."""
    style = _style()
    policy = (
        f"default-src 'none'; style-src 'sha256-{_digest(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    numbers = count(1)
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            document=document,
            style=Markup(style),  # noqa: S704 - our own stylesheet
            policy=policy,
            svgs=lambda plot: _svgs(plot, f"fig{next(numbers)}"),
        )
    )


@cache
def _environment() -> Environment:
    environment = templates("measurand.report")
    environment.globals |= {
        "about": headline_about,
        "estimate_text": _estimate_text,
        "limits": LIMITS,
        "outcome": Outcome.of,
        "view": _view,
        "rating": rating,
        "tone": tone,
    }
    environment.filters |= {"folds": _folds, "teaser": _teaser, "slug": _slug}
    return environment


def templates(package: str) -> Environment:
    """The templates of a package: whatever they insert is made visible, then escaped."""
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _finalize(value: object) -> object:
    """What every expression of every template passes through."""
    return visible(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


@cache
def _style() -> str:
    loader = _environment().loader
    if loader is None:  # pragma: no cover - the environment is made above
        raise AssertionError
    return loader.get_source(_environment(), "style.css")[0]


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _svgs(plot: Plot, prefix: str) -> dict[str, Markup]:
    """The figure by the class of its box; all but heat maps are also drawn for phones."""
    figure, title = plot.figure, plot.caption or plot.alt
    drawn = {"plot": figure.draw()}
    if isinstance(figure, Forest | Bars | Curve | Scatter):
        drawn = {"plot wide": figure.draw(), "plot narrow": figure.draw(narrow=True)}
    return {
        name: Markup(to_svg(one, f"{prefix}-{place}", title=title, description=plot.alt))  # noqa: S704 - an XML writer made it; all text in it is escaped
        for place, (name, one) in enumerate(drawn.items())
    }


def _folds(text: str) -> bool:
    return len(text) > _FOLD or text.count("\n") >= _FOLD_LINES


def _teaser(text: str) -> str:
    return one_line(text[:_TEASER]) + "…"


def _slug(text: str) -> str:
    """An id for a heading; headings of ours differ in letters."""
    return "-".join(
        "".join(c if c.isascii() and c.isalnum() else " " for c in text.lower()).split()
    )


@dataclass(frozen=True, slots=True)
class _View:
    """A cell as the template needs it; places on the bar are percentages of its width."""

    text: str
    small: str = ""
    note: int | None = None
    tone: str | None = None
    bar: dict[str, str] | None = None
    absent: bool = False


def _view(cell: Cell, column: Column, notes: Mapping[str, int]) -> _View:
    match cell:
        case None:
            return _View("")
        case int():
            return _View(f"{cell:,}")
        case str():
            return _View(cell)
        case Outcome():
            return _View(cell.text, tone=tone(cell.word))
        case Percent():
            return _estimated(cell.estimate, column, notes, percent=True)
    return _estimated(cell, column, notes)


def _estimated(
    estimate: Estimate, column: Column, notes: Mapping[str, int], *, percent: bool = False
) -> _View:
    note = notes[estimate.reason] if estimate.reason else None
    if estimate.value is None:
        return _View("none", note=note, absent=True)
    return _View(
        typeset(number(estimate.value, percent=percent)),
        typeset(interval(estimate, percent=percent)),
        note=note,
        bar=_bar(estimate, column),
    )


def _bar(estimate: Estimate, column: Column) -> dict[str, str] | None:
    """Where an interval lies on its column's axis."""
    value, low, high = estimate.value, estimate.low, estimate.high
    if column.span is None or value is None or low is None or high is None:
        return None
    start, end = column.span
    low = value if one_sided(estimate) else low

    def place(at: float) -> str:
        share = (at - start) / ((end - start) or 1.0)
        return f"{100 * min(max(share, 0.0), 1.0):.2f}%"

    bar = {"low": place(low), "value": place(value), "high": place(high)}
    return bar if column.mark is None else bar | {"mark": place(column.mark)}


def _estimate_text(verdict: Verdict) -> str:
    estimate = verdict.estimate
    if estimate is None:
        return ""
    if estimate.value is None:
        told = estimate.reason is not None and estimate.reason in verdict.reason
        return "" if told else f"no estimate: {estimate.reason}"
    shown_below = beside(verdict)
    if shown_below is None:
        return ""
    text = described(shown_below, percent=verdict.name in SHARES)
    shown = numbers(shown_below, percent=verdict.name in SHARES)
    return typeset(shown) + text.removeprefix(shown)
