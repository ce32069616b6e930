"""The page about what is still to be asked, before it is."""

from __future__ import annotations

from measurand.analysis.forecast import Forecast, ForecastLine
from measurand.report.document import Block, Bullets, Cell, Column, Document, Section, Table
from measurand.report.sections import FOOTER
from measurand.report.words import money
from measurand.stats.estimate import Estimate

__all__ = ["forecast_document"]


def forecast_document(forecast: Forecast, *, subtitle: str = "") -> Document:
    """Calls, tokens and money of every system and judge, each with its range."""
    numbers = ("Calls", "Tokens in", "Tokens out", "Cost")
    columns = (
        Column("To be asked"),
        Column("As"),
        *(Column(name, right=True) for name in numbers),
        Column("Rests on"),
    )
    rows = tuple(_row(line) for line in forecast.lines)
    blocks: list[Block] = [Table("What is still to be asked", columns, rows, _total(forecast))]
    reasons = dict.fromkeys(
        line.cost.reason for line in forecast.lines if line.calls and line.cost.reason
    )
    if reasons:
        blocks.append(Bullets(tuple(f"Not in the sum: {reason}." for reason in reasons if reason)))
    summary = "Ranges are where the totals will lie; a budget, where there is one, stops before it."
    return Document(
        title="What will it take?",
        subtitle=subtitle,
        sections=(Section("Forecast", tuple(blocks), summary),),
        footer=FOOTER,
    )


def _row(line: ForecastLine) -> tuple[Cell, ...]:
    seen = f"{line.input_tokens.n:,} calls" if line.measured else "assumptions"
    return (
        line.name,
        line.part,
        f"{line.calls:,}",
        _tokens(line.input_tokens),
        _tokens(line.output_tokens),
        _money(line.cost),
        seen if line.calls else "nothing is left",
    )


def _tokens(estimate: Estimate) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "not known"
    return f"{estimate.value:,.0f} [{estimate.low:,.0f}, {estimate.high:,.0f}]"


def _money(estimate: Estimate) -> str:
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "not known"
    return f"{money(estimate.value)} [{money(estimate.low)}, {money(estimate.high)}]"


def _total(forecast: Forecast) -> str:
    """The sum, what it leaves out, and what it means for the budget."""
    told = f"{forecast.calls:,} calls; {_money(forecast.known_cost)}"
    if forecast.unknown:
        told += f", without {', '.join(forecast.unknown)}"
    if forecast.spent:
        told += f"; {money(forecast.spent)} is spent already"
    if forecast.budget is not None:
        words = {True: "may not be enough", False: "is enough", None: "may or may not be enough"}
        told += f"; the budget of {money(forecast.budget)} {words[forecast.over_budget]}"
    return f"{told}."
